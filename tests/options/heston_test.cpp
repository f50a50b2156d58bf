#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "engine/options/implied_volatility/implied_volatility.hpp"
#include "engine/options/models/stochastic_volatility.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
namespace {
using test::Row;
HestonDynamics dynamics_of(const Row& row) {
  return {row.number("v0"), row.number("kappa"), row.number("theta"), row.number("sigma"),
          row.number("rho")};
}
Market market_of(const Row& row) {
  return {.spot = row.number("S"), .rate = row.number("r"), .yield = row.number("q")};
}
Vanilla option_of(const Row& row) { return {row.type(), row.number("K"), row.number("T")}; }
constexpr HestonDynamics kTypical{0.04, 1.5, 0.05, 0.4, -0.6};
constexpr Market kMarket{.spot = 100, .rate = 0.03, .yield = 0.01};
}  // namespace

TEST_CASE("every Heston reference row is met within its tolerance, by two methods") {
  const auto path = sq::test::recorded("quant/options_heston.csv");
  if (!path) return;
  const test::Table table{*path};
  for (const auto price :
       {static_cast<Result<double> (*)(const Market&, const HestonDynamics&, const Vanilla&)>(
            &heston_price),
        &heston_price_integral}) {
    const auto rows = [&](const char* variant) {
      return test::check_rows(table, variant, "price", [&](const Row& row) {
        return price(market_of(row), dynamics_of(row), option_of(row));
      });
    };
    CHECK(rows("alan_lewis") == 6);
    CHECK(rows("cos_reference") == 3);
    CHECK(rows("kahl_jaeckel") == 1);
    CHECK(rows("wilmott_forum") == 2);
    CHECK(rows("spanderen_multiprecision") == 28);
    CHECK(rows("grid") == 169);
  }
  CHECK(test::check_rows(table, "forde_implied_vol", "implied_vol", [](const Row& row) {
          const Market market{.spot = row.number("F")};
          const Vanilla option{
              row.number("K") < row.number("F") ? OptionType::Put : OptionType::Call,
              row.number("K"), row.number("T")};
          const Result<double> price = heston_price_integral(market, dynamics_of(row), option);
          return price ? implied_volatility(*price, market, option) : price;
        }) == 18);
}

TEST_CASE("every Bates, Merton and variance gamma reference row is met within its tolerance") {
  const auto bates = sq::test::recorded("quant/options_bates.csv");
  const auto merton = sq::test::recorded("quant/options_merton76.csv");
  const auto gamma = sq::test::recorded("quant/options_variance_gamma.csv");
  if (!bates || !merton || !gamma) return;
  CHECK(test::check_rows(test::Table{*bates}, "bates", "price", [](const Row& row) {
          return bates_price(market_of(row), dynamics_of(row),
                             {row.number("lambda"), row.number("nu"), row.number("delta")},
                             option_of(row));
        }) == 32);
  const test::Table table{*merton};
  for (const char* variant : {"haug_merton", "merton"}) {
    CHECK(test::check_rows(table, variant, "price", [](const Row& row) {
            return merton_price(
                market_of(row),
                {row.number("vol_diff"),
                 {row.number("lambda"), row.number("mean_logjump"), row.number("jump_vol")}},
                option_of(row));
          }) == (variant[0] == 'h' ? 88 : 65));
  }
  CHECK(test::check_rows(test::Table{*gamma}, "vg", "price", [](const Row& row) {
          return variance_gamma_price(market_of(row),
                                      {row.number("sigma"), row.number("nu"), row.number("theta")},
                                      option_of(row));
        }) == 29);
}

TEST_CASE(
    "Heston without volatility of variance is Black-Scholes, and Bates without jumps Heston") {
  const Vanilla option{OptionType::Put, 95, 0.7};
  HestonDynamics still{0.04, 1.5, 0.04, 0, -0.6};
  Market market = kMarket;
  market.volatility = 0.2;
  CHECK(heston_price(kMarket, still, option).value() ==
        Approx(european_price(market, option).value()).epsilon(1e-12));
  CHECK(bates_price(kMarket, kTypical, {}, option).value() ==
        Approx(heston_price(kMarket, kTypical, option).value()).epsilon(1e-13));
  const Jumps jumps{0.8, -0.1, 0.15};
  CHECK(bates_price(kMarket, still, jumps, option).value() ==
        Approx(merton_price(kMarket, {0.2, jumps}, option).value()).epsilon(1e-11));
}

TEST_CASE("Heston's Greeks are the slopes of its price") {
  for (const OptionType type : {OptionType::Call, OptionType::Put}) {
    const Vanilla option{type, 110, 0.5};
    const HestonGreeks greeks = heston_greeks(kMarket, kTypical, option).value();
    const auto at = [&](double spot, double rate, double variance) {
      HestonDynamics dynamics = kTypical;
      dynamics.initial_variance = variance;
      return heston_price({.spot = spot, .rate = rate, .yield = 0.01}, dynamics, option).value();
    };
    const double h = 0.01;
    CHECK(greeks.price == Approx(at(100, 0.03, 0.04)).epsilon(1e-13));
    CHECK(greeks.delta ==
          Approx((at(100 + h, 0.03, 0.04) - at(100 - h, 0.03, 0.04)) / (2 * h)).epsilon(1e-6));
    CHECK(greeks.gamma ==
          Approx((at(100 + h, 0.03, 0.04) - 2 * greeks.price + at(100 - h, 0.03, 0.04)) / (h * h))
              .epsilon(1e-4));
    CHECK(greeks.rho ==
          Approx((at(100, 0.0301, 0.04) - at(100, 0.0299, 0.04)) / 2e-4).epsilon(1e-6));
    CHECK(greeks.vega ==
          Approx((at(100, 0.03, 0.0404) - at(100, 0.03, 0.0396)) / 8e-4).epsilon(1e-4));
    // The pricing equation holds: theta follows from the others but for the two mixed terms, so
    // here its sign and size are checked by the price of a shorter option.
    Vanilla shorter = option;
    shorter.years -= 0.001;
    const double earlier = heston_price(kMarket, kTypical, shorter).value();
    CHECK(greeks.theta == Approx((earlier - greeks.price) / 0.001).epsilon(5e-3));
  }
}

TEST_CASE("Heston's calibration finds the parameters a surface came from") {
  std::vector<HestonQuote> quotes;
  for (const double years : {0.1, 0.5, 1.0, 2.0}) {
    const auto strip = heston_strip(kTypical, years);
    REQUIRE(strip.has_value());
    for (double k = -0.4; k <= 0.41; k += 0.1) {
      const double strike = 100 * std::exp(k * std::sqrt(years));
      const OptionType type = k < 0 ? OptionType::Put : OptionType::Call;
      quotes.push_back({type, 100, 1, strike, years, strip->price(type, 100, 1, strike), 1});
    }
  }
  const auto fit = calibrate_heston(quotes, {0.09, 3, 0.09, 0.8, -0.2});
  REQUIRE(fit.has_value());
  CHECK(fit->error < 1e-7);
  CHECK(fit->dynamics.initial_variance == Approx(0.04).epsilon(1e-4));
  CHECK(fit->dynamics.reversion == Approx(1.5).epsilon(1e-3));
  CHECK(fit->dynamics.long_variance == Approx(0.05).epsilon(1e-3));
  CHECK(fit->dynamics.variance_volatility == Approx(0.4).epsilon(1e-3));
  CHECK(fit->dynamics.correlation == Approx(-0.6).epsilon(1e-3));
}

TEST_CASE("the models check their ranges and never answer NaN") {
  const Vanilla option{OptionType::Call, 100, 1};
  const auto error = [&](HestonDynamics d) { return heston_price(kMarket, d, option).error(); };
  CHECK(error({-1e-9, 1, 0.04, 0.3, 0}) == Error::ParameterRange);
  CHECK(error({0.04, -1e-9, 0.04, 0.3, 0}) == Error::ParameterRange);
  CHECK(error({0.04, 1, 0.04, -1e-9, 0}) == Error::ParameterRange);
  CHECK(error({0.04, 1, 0.04, 0.3, 1.0001}) == Error::ParameterRange);
  CHECK(heston_price(kMarket, {0.04, 1, 0.04, 0.3, 1}, option).has_value());
  CHECK(heston_price(kMarket, {0, 1, 0.04, 0.3, 0}, option).has_value());
  CHECK(heston_price(kMarket, kTypical, Vanilla{OptionType::Call, 100, 0}).error() ==
        Error::ParameterRange);
  CHECK(variance_gamma_price(kMarket, {0.2, 1, 0.99}, option).error() == Error::ParameterRange);
  std::mt19937_64 random{8};
  std::uniform_real_distribution<double> exponent{-6, 3};
  const auto size = [&] {
    return std::pow(10.0, exponent(random) * (random() % 4 == 0 ? 20 : 0.6));
  };
  int answered = 0;
  for (int i = 0; i < 400; ++i) {
    const HestonDynamics d{size(), size(), size(), size(), std::tanh(size()) - 0.8};
    const Market market{.spot = size(), .rate = size() - 0.1, .yield = 0};
    const Vanilla any{i % 2 == 0 ? OptionType::Call : OptionType::Put, size(), size()};
    for (const auto& price :
         {heston_price(market, d, any), merton_price(market, {size(), {size(), -0.1, 0.2}}, any),
          variance_gamma_price(market, {size(), size(), -size()}, any)}) {
      if (!price) continue;
      ++answered;
      REQUIRE((std::isfinite(*price) && *price >= 0));
    }
  }
  CHECK(answered > 100);
}
}  // namespace sq::options
