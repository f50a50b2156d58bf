#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "engine/options/european/european.hpp"
#include "tests/options/european_model.hpp"

namespace sq::options {
namespace {
using test::Contract;
using test::RandomContracts;

// First derivative by a central difference of fourth order.
template <class Fn>
long double slope(Fn fn, long double at, long double step) {
  return (8.0L * (fn(at + step) - fn(at - step)) - (fn(at + 2 * step) - fn(at - 2 * step))) /
         (12.0L * step);
}
// Relative to the larger of the value and a natural size of the Greek.
void near(const char* name, long double got, long double expected, long double size,
          long double tolerance) {
  INFO(name << ": " << static_cast<double>(got) << " expected " << static_cast<double>(expected)
            << " size " << static_cast<double>(size));
  CHECK(std::fabs(got - expected) <= tolerance * std::max(std::fabs(expected), std::fabs(size)));
}
// Theta is a difference: of the decay, the income of the asset and the interest of the strike.
long double theta_size(const Contract& c, const AllGreeks& g) {
  return std::fabs(g.vega * c.market.volatility / (2.0 * c.option.years)) +
         std::fabs(c.market.yield * c.market.spot * g.delta) +
         std::fabs(c.market.rate * c.option.strike * g.dual_delta);
}
AllGreeks greeks_of(const Contract& c) { return european_all_greeks(c.market, c.option).value(); }
}  // namespace

TEST_CASE("first-order Greeks are the slopes of an independent price") {
  RandomContracts contracts{5};
  for (int i = 0; i < 3'000; ++i) {
    const Contract c = contracts.usual();
    const Market& m = c.market;
    const Vanilla& o = c.option;
    const AllGreeks g = greeks_of(c);
    using test::european_model;
    const long double size = m.spot;
    const long double s = m.volatility * std::sqrt(o.years);
    near("price", g.price, european_model(m, o), size * 1e-3L, 1e-13L);
    near("delta", g.delta,
         slope(
             [&](long double x) {
               return european_model(o.type, x, o.strike, m.rate, m.yield, m.volatility, o.years);
             },
             m.spot, m.spot * s * 1e-3L),
         1e-3L, 1e-9L);
    near("dual delta", g.dual_delta,
         slope(
             [&](long double x) {
               return european_model(o.type, m.spot, x, m.rate, m.yield, m.volatility, o.years);
             },
             o.strike, o.strike * s * 1e-3L),
         1e-3L, 1e-9L);
    near("vega", g.vega,
         slope(
             [&](long double x) {
               return european_model(o.type, m.spot, o.strike, m.rate, m.yield, x, o.years);
             },
             m.volatility, m.volatility * 1e-3L),
         size * o.years * 1e-3L, 1e-8L);
    near("rho", g.rho,
         slope(
             [&](long double x) {
               return european_model(o.type, m.spot, o.strike, x, m.yield, m.volatility, o.years);
             },
             m.rate, 1e-4L),
         size * o.years * 1e-2L, 1e-8L);
    near("phi", g.phi,
         slope(
             [&](long double x) {
               return european_model(o.type, m.spot, o.strike, m.rate, x, m.volatility, o.years);
             },
             m.yield, 1e-4L),
         size * o.years * 1e-2L, 1e-8L);
    near("theta", g.theta,
         -slope(
             [&](long double x) {
               return european_model(o.type, m.spot, o.strike, m.rate, m.yield, m.volatility, x);
             },
             o.years, o.years * 1e-3L),
         size * 1e-2L, 1e-8L);
  }
}

TEST_CASE("higher Greeks are the slopes of lower ones") {
  RandomContracts contracts{6};
  for (int i = 0; i < 3'000; ++i) {
    const Contract c = contracts.usual();
    const AllGreeks g = greeks_of(c);
    const double s = c.market.volatility * std::sqrt(c.option.years);
    const auto by_spot = [&](double AllGreeks::*member) {
      return slope(
          [&](long double x) {
            Contract moved = c;
            moved.market.spot = static_cast<double>(x);
            return static_cast<long double>(greeks_of(moved).*member);
          },
          c.market.spot, c.market.spot * s * 5e-3);
    };
    const auto by_volatility = [&](double AllGreeks::*member) {
      return slope(
          [&](long double x) {
            Contract moved = c;
            moved.market.volatility = static_cast<double>(x);
            return static_cast<long double>(greeks_of(moved).*member);
          },
          c.market.volatility, c.market.volatility * 2e-3);
    };
    const auto by_years = [&](double AllGreeks::*member) {
      return slope(
          [&](long double x) {
            Contract moved = c;
            moved.option.years = static_cast<double>(x);
            return static_cast<long double>(greeks_of(moved).*member);
          },
          c.option.years, c.option.years * 2e-3);
    };
    const auto by_strike = [&](double AllGreeks::*member) {
      return slope(
          [&](long double x) {
            Contract moved = c;
            moved.option.strike = static_cast<double>(x);
            return static_cast<long double>(greeks_of(moved).*member);
          },
          c.option.strike, c.option.strike * s * 5e-3);
    };
    const long double per_volatility = 1.0L / c.market.volatility;
    const long double gamma_size = 1.0L / (c.market.spot * s);
    constexpr long double kTolerance = 2e-7L;
    near("gamma", g.gamma, by_spot(&AllGreeks::delta), gamma_size, kTolerance);
    near("vanna", g.vanna, by_volatility(&AllGreeks::delta), per_volatility, kTolerance);
    near("vanna", g.vanna, by_spot(&AllGreeks::vega), per_volatility, kTolerance);
    near("volga", g.volga, by_volatility(&AllGreeks::vega),
         c.market.spot * std::sqrt(c.option.years) * per_volatility, kTolerance);
    near("charm", g.charm, -by_years(&AllGreeks::delta), 1.0L / c.option.years, kTolerance);
    near("speed", g.speed, by_spot(&AllGreeks::gamma), gamma_size / (c.market.spot * s),
         kTolerance);
    near("zomma", g.zomma, by_volatility(&AllGreeks::gamma), gamma_size * per_volatility,
         kTolerance);
    near("color", g.color, -by_years(&AllGreeks::gamma), gamma_size / c.option.years, kTolerance);
    near("ultima", g.ultima, by_volatility(&AllGreeks::volga),
         c.market.spot * std::sqrt(c.option.years) * per_volatility * per_volatility, 1e-6L);
    near("dual gamma", g.dual_gamma, by_strike(&AllGreeks::dual_delta),
         1.0L / (c.option.strike * s), kTolerance);
    const double growth = std::exp((c.market.rate - c.market.yield) * c.option.years);
    near("forward delta", g.forward_delta * growth, g.delta, 1e-300L, 1e-13L);
    near("forward gamma", g.forward_gamma * growth * growth, g.gamma, 1e-300L, 1e-13L);
    near("elasticity", g.elasticity * g.price, g.delta * c.market.spot, 1e-290L, 1e-13L);
  }
}

TEST_CASE("call less put is the discounted forward less strike, and so are the Greeks") {
  RandomContracts contracts{7};
  for (int i = 0; i < 5'000; ++i) {
    Contract c = contracts.usual();
    c.option.type = OptionType::Call;
    const AllGreeks call = greeks_of(c);
    const Greeks call5 = european_greeks(c.market, c.option).value();
    c.option.type = OptionType::Put;
    const AllGreeks put = greeks_of(c);
    const Greeks put5 = european_greeks(c.market, c.option).value();
    const double asset_factor = std::exp(-c.market.yield * c.option.years);
    const double cash = c.option.strike * std::exp(-c.market.rate * c.option.years);
    const double asset = c.market.spot * asset_factor;
    const long double size = asset + cash;
    near("price", call.price - put.price, asset - cash, size, 1e-15L);
    near("price", call5.price - put5.price, asset - cash, size, 1e-15L);
    near("delta", call.delta - put.delta, asset_factor, 1.0L, 1e-15L);
    near("rho", call.rho - put.rho, c.option.years * cash, size, 1e-14L);
    near("theta", call.theta - put.theta, c.market.yield * asset - c.market.rate * cash,
         theta_size(c, call) + theta_size(c, put), 1e-14L);
    near("gamma", call.gamma, put.gamma, 0.0L, 1e-15L);
    near("ultima", call.ultima, put.ultima, 0.0L, 1e-15L);
  }
}

TEST_CASE("the fast and the general Greeks agree, also at the edges of the fast range") {
  RandomContracts contracts{8};
  for (int i = 0; i < 50'000; ++i) {
    Contract c = contracts.usual();
    const double s = c.market.volatility * std::sqrt(c.option.years);
    // Distances around 37, 40 and 43 deviations, where the fast formulas end.
    if (i % 4 == 0) c.option.strike = c.market.spot * std::exp(contracts.between(-45, 45) * s);
    const Result<Greeks> five = european_greeks(c.market, c.option);
    const Result<AllGreeks> all = european_all_greeks(c.market, c.option);
    REQUIRE(five.has_value());
    if (!all) continue;  // a third-order Greek may not fit where a first-order one does
    const long double d = std::fabs(std::log(c.market.spot / c.option.strike)) / s;
    const long double tolerance = 1e-14L * (1 + d * d) / std::min(s, 1.0);
    near("price", five->price, all->price, 1e-290L * c.market.spot, tolerance);
    near("delta", five->delta, all->delta, 1e-290L, tolerance);
    near("gamma", five->gamma, all->gamma, 1e-280L, tolerance);
    near("vega", five->vega, all->vega, 1e-280L, tolerance);
    near("theta", five->theta, all->theta, theta_size(c, *all) + 1e-280L, tolerance);
    near("rho", five->rho, all->rho, 1e-280L, tolerance);
  }
}
}  // namespace sq::options
