// European options: price and five Greeks one by one and in batches on each vector path; a chain of
// 2,000 options; all Greeks to third order; Bachelier and digital.
// Input: contracts that desks trade, drawn with a fixed seed (engine/options/batch, README there).
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "bench/harness.hpp"
#include "engine/options/batch/european_batch.hpp"
#include "engine/options/european/bachelier.hpp"
#include "engine/options/european/digital.hpp"
#include "engine/options/european/european.hpp"

namespace {
using namespace sq;
using namespace sq::options;

struct Contracts {
  std::vector<OptionType> type;
  std::vector<double> strike, spot, rate, yield, volatility, years;
  std::vector<double> results[6];
  std::vector<std::uint8_t> status;

  explicit Contracts(std::size_t count) : status(count) {
    std::mt19937_64 random{42};
    const auto between = [&](double low, double high) {
      return std::uniform_real_distribution<double>{low, high}(random);
    };
    for (std::size_t i = 0; i < count; ++i) {
      type.push_back(random() % 2 == 0 ? OptionType::Call : OptionType::Put);
      spot.push_back(between(50, 150));
      strike.push_back(between(50, 150));
      rate.push_back(between(-0.02, 0.1));
      yield.push_back(between(0, 0.05));
      volatility.push_back(between(0.05, 0.8));
      years.push_back(between(0.02, 2));
    }
    for (auto& column : results) column.resize(count);
  }
  [[nodiscard]] Market market(std::size_t i) const {
    return {spot[i], rate[i], yield[i], volatility[i]};
  }
  [[nodiscard]] Vanilla option(std::size_t i) const { return {type[i], strike[i], years[i]}; }
  [[nodiscard]] GreeksColumns out() {
    return {results[0], results[1], results[2], results[3], results[4], results[5], status};
  }
  [[nodiscard]] EuropeanBatch in() const {
    return {type, strike, spot, rate, yield, volatility, years};
  }
};

constexpr std::size_t kCount = 2'048;
constexpr const char* kInput =
    "2,048 contracts: spot, strike 50 to 150, volatility 5 to 80 %, 1 week to 2 years, seed 42";

std::uint64_t bits_of(double value) { return static_cast<std::uint64_t>(value * 1e6); }

void run_batch(bench::Session& session, const char* name, Contracts& contracts, Path path) {
  if (!supported(path)) return;
  session.run_rate(name, {.samples = 4'000, .seconds_max = 2.0, .input = kInput}, kCount, [&] {
    european_greeks_batch(contracts.in(), contracts.out(), path);
    return bits_of(contracts.results[0][7] + contracts.results[4][9]);
  });
}

// One spot, rate, yield; eight expiries; a smile.
void run_chain(bench::Session& session) {
  constexpr std::size_t kOptions = 2'000;
  std::vector<OptionType> type;
  std::vector<double> strike, volatility, years;
  for (std::size_t i = 0; i < kOptions; ++i) {
    type.push_back(i % 2 == 0 ? OptionType::Call : OptionType::Put);
    strike.push_back(18'000.0 + 50.0 * static_cast<double>(i / 2 % 125));
    years.push_back((1.0 + 7.0 * static_cast<double>(i / 250)) / 365.0);
    volatility.push_back(0.12 + 0.3 * std::fabs(std::log(strike.back() / 21'000.0)));
  }
  std::vector<double> results[6];
  for (auto& column : results) column.resize(kOptions);
  std::vector<std::uint8_t> status(kOptions);
  const double rate = 0.065;
  const double yield = 0.012;
  double spot = 21'000.0;
  session.run_single(
      "options/chain_2000_greeks",
      {.samples = 4'000,
       .seconds_max = 2.0,
       .input = "2,000 index options, 125 strikes, 8 expiries from 1 to 50 days, spot moves"},
      [&](std::size_t i) {
        spot = 21'000.0 + static_cast<double>(i % 64);
        const auto one = [](const double& value) { return std::span{&value, 1}; };
        european_greeks_batch(
            {type, strike, one(spot), one(rate), one(yield), volatility, years},
            {results[0], results[1], results[2], results[3], results[4], results[5], status});
        return bits_of(results[0][501]);
      });
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  Contracts c{kCount};
  session.run_batched("options/european_greeks", {.samples = 5'000, .input = kInput},
                      [&](std::size_t i) {
                        const std::size_t k = i % kCount;
                        return bits_of(european_greeks(c.market(k), c.option(k))->theta);
                      });
  session.run_batched("options/european_price", {.samples = 5'000, .input = kInput},
                      [&](std::size_t i) {
                        const std::size_t k = i % kCount;
                        return bits_of(*european_price(c.market(k), c.option(k)));
                      });
  session.run_batched("options/european_all_greeks", {.samples = 5'000, .input = kInput},
                      [&](std::size_t i) {
                        const std::size_t k = i % kCount;
                        return bits_of(european_all_greeks(c.market(k), c.option(k))->ultima);
                      });
  run_batch(session, "options/european_greeks_batch", c, best_path());
  run_batch(session, "options/european_greeks_batch_avx2", c, Path::Avx2);
  run_batch(session, "options/european_greeks_batch_scalar", c, Path::Scalar);
  run_chain(session);
  session.run_batched(
      "options/bachelier_price", {.samples = 5'000, .input = kInput}, [&](std::size_t i) {
        const std::size_t k = i % kCount;
        return bits_of(
            *bachelier_price({c.spot[k], c.rate[k], c.volatility[k] * 100}, c.option(k)));
      });
  session.run_batched(
      "options/digital_greeks", {.samples = 5'000, .input = kInput}, [&](std::size_t i) {
        const std::size_t k = i % kCount;
        return bits_of(digital_greeks(c.market(k), {c.type[k], c.strike[k], c.years[k]})->vega);
      });
  return session.finish();
}
