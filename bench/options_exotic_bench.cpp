// Exotic options in closed form: price, and price with all Greeks, one contract after the other.
// Inputs: options_inputs.hpp; QuantLib on the same: options_peers_bench.cpp.
#include <cmath>
#include <vector>

#include "bench/harness.hpp"
#include "bench/options_inputs.hpp"
#include "engine/options/exotic/barrier/barrier.hpp"
#include "engine/options/exotic/barrier/discrete_barrier.hpp"
#include "engine/options/exotic/barrier/double_barrier.hpp"
#include "engine/options/exotic/choice/compound.hpp"
#include "engine/options/exotic/multi_asset/spread.hpp"
#include "engine/options/exotic/multi_asset/two_asset.hpp"
#include "engine/options/exotic/path/arithmetic_asian.hpp"
#include "engine/options/exotic/path/geometric_asian.hpp"
#include "engine/options/exotic/path/lookback.hpp"

namespace {
using namespace sq::options;
using sq::bench::barrier_of;
using sq::bench::geometric_of;
using sq::bench::lookback_of;
using Terms = sq::bench::ExoticTerms;
constexpr std::size_t kContracts = sq::bench::kExoticContracts;

std::uint64_t digest(const Result<double>& value) {
  return value ? static_cast<std::uint64_t>(*value * 1e6) : 0;
}
std::uint64_t digest(const Result<ExoticGreeks>& value) {
  return value ? static_cast<std::uint64_t>((value->price + std::abs(value->gamma)) * 1e6) : 0;
}
std::uint64_t digest(const Result<TwoAssetGreeks>& value) {
  return value ? static_cast<std::uint64_t>(value->price * 1e6) : 0;
}

template <class Make>
void price_and_greeks(sq::bench::Session& session, std::string_view name,
                      std::string_view greeks_name, const std::vector<Terms>& terms, Make&& make) {
  session.run_batched(name, {.input = sq::bench::kExoticInput}, [&](std::size_t i) {
    const Terms& t = terms[i % kContracts];
    return digest(price(t.market, make(t)));
  });
  session.run_batched(greeks_name, {.input = sq::bench::kExoticInput}, [&](std::size_t i) {
    const Terms& t = terms[i % kContracts];
    return digest(greeks(t.market, make(t)));
  });
}

void run_two_assets(sq::bench::Session& session, const std::vector<Terms>& terms) {
  const auto market = [&](const Terms& t) {
    return TwoAssetMarket{.spot1 = t.market.spot,
                          .spot2 = t.level,
                          .yield1 = t.market.yield,
                          .volatility1 = t.market.volatility,
                          .volatility2 = 0.3,
                          .correlation = t.down ? 0.4 : -0.6,
                          .rate = t.market.rate};
  };
  session.run_batched(
      "options/best_of_two", {.input = sq::bench::kExoticInput}, [&](std::size_t i) {
        const Terms& t = terms[i % kContracts];
        return digest(price(market(t), BestOrWorst{.strike = t.strike, .years = t.years}));
      });
  session.run_batched(
      "options/best_of_two_greeks", {.input = sq::bench::kExoticInput}, [&](std::size_t i) {
        const Terms& t = terms[i % kContracts];
        return digest(greeks(market(t), BestOrWorst{.strike = t.strike, .years = t.years}));
      });
  session.run_batched("options/spread_exact", {.batch = 1, .input = sq::bench::kExoticInput},
                      [&](std::size_t i) {
                        const Terms& t = terms[i % kContracts];
                        return digest(price(market(t), Spread{.strike = 5, .years = t.years}));
                      });
}

void run_recursions(sq::bench::Session& session, const std::vector<Terms>& terms) {
  std::vector<double> dates;
  for (int i = 1; i <= 52; ++i) dates.push_back(i / 52.0);
  session.run_single(
      "options/asian_exact_52_dates", {.samples = 200, .input = "weekly fixings for a year"},
      [&](std::size_t i) {
        const Terms& t = terms[i % kContracts];
        return digest(price(
            t.market,
            ArithmeticDiscrete{.type = t.type, .strike = t.strike, .years = 1, .dates = dates}));
      });
  session.run_batched(
      "options/asian_two_moments_52_dates", {.input = "the same"}, [&](std::size_t i) {
        const Terms& t = terms[i % kContracts];
        return digest(price(t.market, ArithmeticDiscrete{.type = t.type,
                                                         .strike = t.strike,
                                                         .years = 1,
                                                         .dates = dates,
                                                         .method = AsianMethod::TwoMoments}));
      });
  session.run_single("options/barrier_discrete_52_dates",
                     {.samples = 200, .input = "looked at weekly for a year"}, [&](std::size_t i) {
                       const Terms& t = terms[i % kContracts];
                       return digest(price(t.market, DiscreteBarrier{.type = t.type,
                                                                     .strike = t.strike,
                                                                     .low = t.down ? t.level : 0.0,
                                                                     .high = t.down ? 0.0 : t.level,
                                                                     .years = 1,
                                                                     .dates = 52}));
                     });
}
}  // namespace

int main(int argc, char** argv) {
  sq::bench::Session session{argc, argv};
  const std::vector<Terms> terms = sq::bench::exotic_terms();
  price_and_greeks(session, "options/barrier", "options/barrier_greeks", terms, barrier_of);
  price_and_greeks(session, "options/lookback_floating", "options/lookback_floating_greeks", terms,
                   lookback_of);
  price_and_greeks(session, "options/asian_geometric", "options/asian_geometric_greeks", terms,
                   geometric_of);
  price_and_greeks(session, "options/double_barrier", "options/double_barrier_greeks", terms,
                   [](const Terms& t) {
                     return DoubleBarrier{.type = t.type,
                                          .strike = t.strike,
                                          .low = t.down ? t.level : 75.0,
                                          .high = t.down ? 130.0 : t.level,
                                          .years = t.years};
                   });
  price_and_greeks(session, "options/compound", "options/compound_greeks", terms,
                   [](const Terms& t) {
                     return Compound{.type = t.type,
                                     .strike = 5,
                                     .years = 0.5 * t.years,
                                     .daughter_strike = t.strike,
                                     .daughter_years = t.years};
                   });
  run_two_assets(session, terms);
  run_recursions(session, terms);
  return session.finish();
}
