// Models and smiles: Heston by COS a strike in a strip, SVI and SABR calibration, a chain of 2,000
// options re-priced with Greeks from a surface's volatilities.
// Input: a strip of 32 strikes, smiles of 30 and 10 quotes, a chain of our own making.
#include <bit>
#include <cmath>
#include <vector>

#include "bench/harness.hpp"
#include "bench/options_inputs.hpp"
#include "engine/options/batch/european_batch.hpp"
#include "engine/options/batch/surface_volatilities.hpp"
#include "engine/options/european/european.hpp"
#include "engine/options/models/local_volatility.hpp"
#include "engine/options/models/sabr.hpp"
#include "engine/options/models/stochastic_volatility.hpp"
#include "engine/options/surface/surface.hpp"
#include "engine/options/surface/svi_calibration.hpp"

namespace {
using namespace sq;
using namespace sq::options;

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

std::vector<SmilePoint> smile_points() {
  const SviRaw smile{0.004, 0.06, -0.5, 0.02, 0.12};
  std::vector<SmilePoint> points;
  for (int i = 0; i < 30; ++i) {
    const double k = -0.5 + i * 0.025;
    const double noise = 1 + 0.01 * std::sin(7.0 * i);
    points.push_back({k, total_variance(smile, k) * noise, 1});
  }
  return points;
}

// The strip is made anew each time, with another variance: ns are a strike's share of both.
void run_heston(bench::Session& session) {
  double moved = 0;
  session.run_rate("options/heston_cos_strike",
                   {.samples = 2'000,
                    .seconds_max = 2.0,
                    .input = "calls of one expiry, 32 strikes to 1e-8, a strike"},
                   bench::kHestonStrikes, [&] {
                     HestonDynamics dynamics = bench::kHeston;
                     dynamics.initial_variance += moved;
                     moved = moved < 1e-5 ? moved + 1e-6 : 0;
                     const auto strip = heston_strip(dynamics, bench::kHestonDays / 365.0, 1e-8);
                     double sum = 0;
                     for (int j = 0; j < bench::kHestonStrikes; ++j) {
                       sum += strip->price(OptionType::Call, 101, 0.99, bench::heston_strike(j));
                     }
                     return bits(sum);
                   });
}

// What the headers of engine/options/models state.
void run_single_prices(bench::Session& session) {
  const auto moved = [](std::size_t i) { return 1e-6 * static_cast<double>(i % 16); };
  session.run_single("options/heston_strip_make",
                     {.samples = 2'000, .seconds_max = 2.0, .input = "to 1e-8"},
                     [&](std::size_t i) {
                       HestonDynamics d = bench::kHeston;
                       d.initial_variance += moved(i);
                       return heston_strip(d, bench::kHestonDays / 365.0, 1e-8)->terms();
                     });
  session.run_single(
      "options/heston_one", {.samples = 2'000, .seconds_max = 2.0, .input = "to 1e-13"},
      [&](std::size_t i) {
        HestonDynamics d = bench::kHeston;
        d.initial_variance += moved(i);
        return bits(*heston_price(Market{100, 0.02, 0, 0}, d, Vanilla{OptionType::Call, 105, 0.5}));
      });
  session.run_single(
      "options/merton_one", {.samples = 5'000, .seconds_max = 2.0, .input = "one jump a year"},
      [&](std::size_t i) {
        return bits(*merton_price({100 + moved(i), 0.02, 0, 0}, {0.2, {1, -0.1, 0.15}},
                                  {OptionType::Call, 105, 0.5}));
      });
  session.run_batched("options/sabr_volatility",
                      {.samples = 5'000, .seconds_max = 2.0, .input = "strikes 80 to 120"},
                      [](std::size_t i) {
                        return bits(*sabr_volatility({0.2, 0.7, -0.3, 0.8, 0}, 100,
                                                     80.2 + static_cast<double>(i % 40), 0.5));
                      });
}

// --- A chain of 2,000 options from a surface -----------------------------------------------------
constexpr std::int64_t kExpiries = 40;
constexpr std::size_t kStrikes = 50;
constexpr WallTime kNow{1'790'000'000 * kNsPerSecond};
constexpr double kSpot = 100;

WallTime expiry_of(std::int64_t i) { return kNow + (7 + 9 * i) * 24 * 3'600 * kNsPerSecond; }
double strike_of(std::size_t j) { return 60 + 1.6 * static_cast<double>(j); }

Chain quoted_chain() {
  Chain chain{.underlying = "test", .time = kNow, .spot = kSpot};
  for (std::int64_t i = 0; i < kExpiries; ++i) {
    const double years = static_cast<double>(7 + 9 * i) / 365;
    const Market market{kSpot, 0.03, 0.01, 0};
    for (std::size_t j = 0; j < kStrikes; ++j) {
      const double k = std::log(strike_of(j) / kSpot);
      Market at = market;
      at.volatility = std::sqrt(total_variance({0.01, 0.05, -0.4, 0.0, 0.3}, k));
      for (const OptionType type : {OptionType::Call, OptionType::Put}) {
        const double middle = *european_price(at, {type, strike_of(j), years});
        chain.quotes.push_back({.type = type,
                                .strike = strike_of(j),
                                .expiry = expiry_of(i),
                                .bid = middle * 0.998,
                                .ask = middle * 1.002 + 1e-4,
                                .quoted_at = kNow});
      }
    }
  }
  return chain;
}

// Every volatility is asked of the surface anew, then prices and Greeks of all are computed.
void run_chain(bench::Session& session) {
  const Result<Surface> surface =
      Surface::build(quoted_chain(), {.spread_max = 100, .deviations_max = 20});
  constexpr std::size_t kCount = kExpiries * kStrikes;
  std::vector<OptionType> type;
  std::vector<double> strike, rate, yield, years, volatility(kCount);
  for (std::int64_t i = 0; i < kExpiries; ++i) {
    for (std::size_t j = 0; j < kStrikes; ++j) {
      type.push_back(strike_of(j) > kSpot ? OptionType::Call : OptionType::Put);
      strike.push_back(strike_of(j));
      years.push_back(static_cast<double>(7 + 9 * i) / 365);
      rate.push_back(0.03);
      yield.push_back(0.01);
    }
  }
  std::vector<std::uint8_t> status(kCount);
  const auto ask = [&] {
    for (std::size_t i = 0; i < kCount; i += kStrikes) {
      surface_volatilities(
          *surface, years[i], std::span<const double>{strike}.subspan(i, kStrikes),
          {std::span{volatility}.subspan(i, kStrikes), std::span{status}.subspan(i, kStrikes)});
    }
  };
  std::vector<double> results[6];
  for (auto& column : results) column.resize(kCount);
  session.run_batched("options/surface_volatility", {.samples = 2'000, .input = "one by one"},
                      [&](std::size_t i) {
                        const std::size_t k = i % kCount;
                        return bits(surface->volatility(strike[k], years[k]).value_or(0));
                      });
  session.run_batched(
      "options/local_volatility", {.samples = 2'000, .input = "one by one"}, [&](std::size_t i) {
        const std::size_t k = i % kCount;
        return bits(local_volatility(*surface, strike[k], years[k] + 0.01).value_or(0));
      });
  session.run_single(
      "options/surface_build_40",
      {.samples = 20, .seconds_max = 3.0, .input = "40 expiries x 50 strikes"}, [&](std::size_t) {
        return Surface::build(quoted_chain(), {.spread_max = 100, .deviations_max = 20})
            ->slices()
            .size();
      });
  const bench::Options options{.samples = 2'000,
                               .seconds_max = 2.0,
                               .input = "40 expiries x 50 strikes on a fitted surface, spot moves"};
  session.run_single("options/chain_2000_volatilities", options, [&](std::size_t i) {
    ask();
    return bits(volatility[i % kCount]);
  });
  session.run_single("options/chain_2000", options, [&](std::size_t i) {
    const double spot = kSpot + 0.01 * static_cast<double>(i % 64);
    ask();
    european_greeks_batch(
        {type, strike, std::span{&spot, 1}, rate, yield, volatility, years},
        {results[0], results[1], results[2], results[3], results[4], results[5], status});
    return bits(results[0][i % kCount]);
  });
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  run_heston(session);
  run_single_prices(session);
  run_chain(session);
  const std::vector<SmilePoint> points = smile_points();
  session.run_single("options/svi_calibration_30",
                     {.samples = 500, .seconds_max = 2.0, .input = "30 quotes, no butterflies"},
                     [&](std::size_t) { return bits(calibrate_svi(points)->smile.a); });
  std::vector<SabrQuote> quotes;
  for (int j = 0; j < 10; ++j) {
    const double strike = 80 + 4.5 * j;
    quotes.push_back({strike, *sabr_volatility({0.2, 1, -0.3, 0.8, 0}, 100, strike, 0.5), 1});
  }
  session.run_single("options/sabr_calibration_10",
                     {.samples = 500, .seconds_max = 2.0, .input = "10 quotes, beta 1"},
                     [&](std::size_t) { return bits(calibrate_sabr(quotes, 100, 0.5, 1)->error); });
  return session.finish();
}
