// Contracts that several option benches price, ours and QuantLib's alike: made with fixed seeds.
// Lives are whole days, so that QuantLib's dates say the same.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "engine/options/exotic/barrier/barrier.hpp"
#include "engine/options/exotic/path/geometric_asian.hpp"
#include "engine/options/exotic/path/lookback.hpp"
#include "engine/options/models/stochastic_volatility.hpp"
#include "engine/options/result.hpp"

namespace sq::bench {
using options::Market;
using options::OptionType;
using options::Vanilla;

struct AmericanContract {
  Market market;
  Vanilla option;
};
inline constexpr std::size_t kAmericanContracts = 512;
inline constexpr const char* kAmericanInput =
    "512 contracts, strike 100, a month to two years, volatility 10 to 60 %, rates and yields to "
    "10 "
    "%, spot 75 to 130, seed 42";
inline std::vector<AmericanContract> american_contracts() {
  std::mt19937_64 random{42};
  const auto between = [&](double low, double high) {
    return std::uniform_real_distribution<double>{low, high}(random);
  };
  std::vector<AmericanContract> list;
  for (std::size_t i = 0; i < kAmericanContracts; ++i) {
    const Market market{between(75, 130), between(0.005, 0.1), between(0, 0.1), between(0.1, 0.6)};
    list.push_back({market,
                    {i % 2 == 0 ? OptionType::Put : OptionType::Call, 100,
                     std::round(between(30, 730)) / 365.0}});
  }
  return list;
}

struct ExoticTerms {
  Market market;
  OptionType type;
  double strike, level, years;  // level: a barrier or an extreme, away from the spot
  bool down;
};
inline constexpr std::size_t kExoticContracts = 4096;
inline constexpr const char* kExoticInput =
    "4096 contracts around the spot, volatility 10 to 60 %, a month to three years, seed 20";
inline std::vector<ExoticTerms> exotic_terms() {
  std::mt19937_64 random{20};
  const auto between = [&](double a, double b) {
    return a + (b - a) * static_cast<double>(random() >> 11) * 0x1p-53;
  };
  std::vector<ExoticTerms> terms;
  for (std::size_t i = 0; i < kExoticContracts; ++i) {
    const bool down = random() % 2 == 0;
    terms.push_back({{.spot = between(90, 110),
                      .rate = between(0.0, 0.08),
                      .yield = between(0.0, 0.05),
                      .volatility = between(0.1, 0.6)},
                     random() % 2 == 0 ? OptionType::Call : OptionType::Put,
                     between(80, 120),
                     down ? between(60, 89) : between(111, 150),
                     std::round(between(0.1, 3.0) * 365) / 365,
                     down});
  }
  return terms;
}
inline options::Barrier barrier_of(const ExoticTerms& t) {
  using options::BarrierKind;
  constexpr BarrierKind kDown[] = {BarrierKind::DownIn, BarrierKind::DownOut};
  constexpr BarrierKind kUp[] = {BarrierKind::UpIn, BarrierKind::UpOut};
  const std::size_t out = t.strike > 100 ? 1 : 0;
  return {.type = t.type,
          .kind = t.down ? kDown[out] : kUp[out],
          .strike = t.strike,
          .barrier = t.level,
          .years = t.years,
          .rebate = t.type == OptionType::Put ? 2.0 : 0.0};
}
inline options::FloatingLookback lookback_of(const ExoticTerms& t) {
  return {
      .type = t.down ? OptionType::Call : OptionType::Put, .extreme = t.level, .years = t.years};
}
inline options::GeometricContinuous geometric_of(const ExoticTerms& t) {
  return {.type = t.type, .strike = t.strike, .years = t.years};
}

// A strip of one expiry under Heston.
inline constexpr options::HestonDynamics kHeston{0.04, 1.5, 0.05, 0.4, -0.6};
inline constexpr int kHestonStrikes = 32;
inline constexpr int kHestonDays = 182;
inline double heston_strike(int j) { return 70 + 2.0 * j; }

inline std::uint64_t digits(double value) { return static_cast<std::uint64_t>(value * 1e6); }
inline std::uint64_t digits(const options::Result<double>& value) {
  return value ? digits(*value) : 0;
}
}  // namespace sq::bench
