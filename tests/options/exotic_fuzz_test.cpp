// Every family answers every input with a finite value or an Error: a thousand in the fast run,
// a million each (fewer for integrals) in the slow one.
#include <catch2/catch.hpp>
#include <cmath>

#include "engine/options/exotic/barrier/discrete_barrier.hpp"
#include "engine/options/exotic/barrier/fx_delta.hpp"
#include "engine/options/exotic/barrier/vanna_volga.hpp"
#include "engine/options/exotic/multi_asset/basket.hpp"
#include "engine/options/exotic/variance/heston_contracts.hpp"
#include "tests/options/exotic_families.hpp"

namespace sq::options {
namespace {
using test::Random;

bool sound(const ExoticGreeks& g) {
  return std::isfinite(g.price) && g.price >= 0 && std::isfinite(g.delta) &&
         std::isfinite(g.gamma) && std::isfinite(g.vega) && std::isfinite(g.theta) &&
         std::isfinite(g.rho) && std::isfinite(g.dividend_rho) && std::isfinite(g.vanna) &&
         std::isfinite(g.volga);
}
bool sound(const TwoAssetGreeks& g) {
  return std::isfinite(g.price) && g.price >= 0 && std::isfinite(g.delta1) &&
         std::isfinite(g.delta2) && std::isfinite(g.gamma1) && std::isfinite(g.gamma2) &&
         std::isfinite(g.cross_gamma) && std::isfinite(g.vega1) && std::isfinite(g.vega2) &&
         std::isfinite(g.correlation_sensitivity) && std::isfinite(g.theta) && std::isfinite(g.rho);
}
bool sound(double price) { return std::isfinite(price) && price >= 0; }
template <class T>
bool sound(const Result<T>& result) {
  return !result || sound(*result);
}

struct Tally {
  std::size_t values{0}, unsound{0};
};

// Greeks of every eighth.
template <class NextMarket, class Make>
Tally shake(std::size_t count, std::uint64_t seed, bool wild, NextMarket&& next, Make&& make) {
  Random random{seed, wild};
  Tally tally;
  for (std::size_t i = 0; i < count; ++i) {
    const auto market = next(random);
    const auto contract = make(random, market);
    const Result<double> value = price(market, contract);
    if (value) ++tally.values;
    if (!sound(value)) ++tally.unsound;
    if (i % 8 == 0 && !sound(greeks(market, contract))) ++tally.unsound;
  }
  return tally;
}

void shake_all(std::size_t count, bool wild) {
  std::uint64_t seed = wild ? 1000 : 1;
  const auto one = [&](const char* name, auto&& make) {
    const Tally tally = shake(
        count, ++seed, wild, [](Random& r) { return r.market(); }, make);
    INFO(name << ": " << tally.values << " values of " << count);
    CHECK(tally.unsound == 0);
    // Usual contracts have values, and some wild ones do.
    CHECK(tally.values > (wild ? count / 1001 : count * 99 / 100));
  };
  test::each_barrier_family(one);
  test::each_path_family(one);
  test::each_choice_family(one);
  const auto two = [&](const char* name, auto&& make) {
    const std::size_t n = std::string_view{name} == "spread, exact" ? count / 50 : count;
    const Tally tally = shake(
        n, ++seed, wild, [](Random& r) { return r.two_asset_market(); }, make);
    INFO(name << ": " << tally.values << " values of " << n);
    CHECK(tally.unsound == 0);
    CHECK(tally.values > (wild ? n / 1001 : n * 99 / 100));
  };
  test::each_two_asset_family(two);
}

void shake_integrals(std::size_t count) {
  Random r{77, true};
  for (std::size_t i = 0; i < count; ++i) {
    const Market m = r.market();
    const double years = r.years();
    CHECK(sound(price(m, ArithmeticDiscrete{.type = r.type(),
                                            .strike = r.near(100, 1.3),
                                            .years = years,
                                            .dates = r.dates(years, 4),
                                            .average_strike = r.flip()})));
    CHECK(sound(price(m, DiscreteBarrier{.type = r.type(),
                                         .knock_in = r.flip(),
                                         .strike = r.near(100, 1.3),
                                         .low = r.near(80, 1.1),
                                         .high = r.near(130, 1.1),
                                         .years = years,
                                         .dates = 4,
                                         .rebate = r.within(0, 3)})));
    const HestonDynamics h{r.near(0.05, 3), r.near(2, 3), r.near(0.05, 3), r.near(0.5, 3),
                           r.within(-0.9, 0.9)};
    CHECK(sound(heston_price(
        m, h, HestonGeometricAsian{.type = r.type(), .strike = r.near(100, 1.3), .years = years})));
    CHECK(sound(heston_price(
        m, h, HestonVarianceOption{.type = r.type(), .strike = r.near(0.05, 2), .years = years})));
  }
}

void shake_free_functions(std::size_t count) {
  Random r{78, true};
  std::size_t values = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const FxTerms fx{r.near(1.3, 1.2), r.near(0.97, 1.03), r.near(0.98, 1.02), r.near(0.1, 2)};
    const auto convention = static_cast<DeltaConvention>(1 + r.below(4));
    const auto number = [&](const Result<double>& x) {
      values += x ? 1U : 0U;
      return !x || std::isfinite(*x);
    };
    CHECK(number(fx_delta(fx, r.type(), r.near(1.3, 1.2), convention)));
    CHECK(number(fx_strike(fx, r.type(), r.within(-0.6, 0.6), convention)));
    const VannaVolgaTerms terms{
        .spot = r.near(1.3, 1.1),
        .rate = r.within(0, 0.03),
        .yield = r.within(0, 0.03),
        .quotes = {r.near(1, 2), r.near(0.1, 1.1), r.near(0.09, 1.05), r.near(0.09, 1.1)},
        .strike_volatility = r.flip() ? 0.0 : r.near(0.1, 1.1)};
    CHECK(sound(vanna_volga_price(terms, Barrier{.type = r.type(),
                                                 .kind = r.kind(),
                                                 .strike = r.near(1.3, 1.1),
                                                 .barrier = r.near(1.3, 1.2),
                                                 .years = terms.quotes.years})));
    const double spots[] = {r.near(100, 1.2), r.near(90, 1.2), r.near(120, 1.2)};
    const double yields[] = {r.within(0, 0.05), 0.01, 0.02};
    const double volatilities[] = {r.near(0.2, 2), r.near(0.3, 2), 0.25};
    const double weights[] = {r.within(-1, 2), 1.0, 0.5};
    const double rho = r.within(-0.3, 0.9);
    const double correlations[] = {1, rho, 0.2, rho, 1, 0.3, 0.2, 0.3, 1};
    CHECK(sound(price(BasketMarket{spots, yields, volatilities, correlations, r.within(0, 0.1)},
                      Basket{.type = r.type(),
                             .weights = weights,
                             .strike = r.near(250, 1.3),
                             .years = r.years(),
                             .method = static_cast<BasketMethod>(2 + r.below(2))})));
  }
  CHECK(values > count / 100);
}
}  // namespace

TEST_CASE("usual contracts of every family have a finite value and finite Greeks") {
  shake_all(400, false);
}

TEST_CASE("a thousand wild inputs a family never give a NaN, an infinity or a negative price") {
  shake_all(1000, true);
  shake_integrals(40);
  shake_free_functions(1000);
}

TEST_CASE("a million wild inputs a family never give a NaN, an infinity or a negative price",
          "[slow]") {
  shake_all(1'000'000, true);
  shake_integrals(5'000);
  shake_free_functions(100'000);
}
}  // namespace sq::options
