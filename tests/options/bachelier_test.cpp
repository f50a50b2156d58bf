#include "engine/options/european/bachelier.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "engine/options/implied_volatility/implied_volatility.hpp"
#include "tests/options/european_model.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
namespace {
using test::RandomContracts;
using test::Row;
using test::Table;
constexpr double kUlp = std::numeric_limits<double>::epsilon();

long double wide(const Row& row, const std::string& column) {
  return std::strtold(row.text(column).c_str(), nullptr);
}
template <class Fn>
double slope(Fn fn, double at, double step) {
  return (8.0 * (fn(at + step) - fn(at - step)) - (fn(at + 2 * step) - fn(at - 2 * step))) /
         (12.0 * step);
}
}  // namespace

TEST_CASE("every Bachelier price of the 50-digit grid is within 4 ulp x condition number") {
  const auto file = sq::test::recorded("quant/options_bachelier_grid.csv");
  if (!file) return;
  const Table table{*file};
  std::map<std::string, std::pair<std::size_t, double>> worst;
  for (const Row& row : table.rows()) {
    const BachelierMarket market{row.number("F"), row.number("r"), row.number("normal_vol")};
    const Vanilla option{row.type(), row.number("K"), row.number("T")};
    const Result<AllGreeks> g = bachelier_all_greeks(market, option);
    INFO(row.text("id"));
    REQUIRE(g.has_value());
    CHECK(bachelier_price(market, option).value() == g->price);
    const long double price = wide(row, "price");
    const long double vega = wide(row, "vega_normal");
    const long double delta = wide(row, "delta_fwd");
    const long double condition =
        (std::fabs(delta * market.forward) + std::fabs(delta * option.strike) +
         1.5L * std::fabs(vega * market.volatility) +
         2.0L * std::fabs(market.rate * option.years * price)) /
        price;
    const long double allowed = std::max(1e-14L, 4.0L * kUlp * condition);
    const long double share = std::fabs(g->price / price - 1.0L) / allowed;
    auto& [count, largest] = worst[row.text("regime")];
    ++count;
    largest = std::max(largest, static_cast<double>(share));
    CHECK(share <= 1.0L);
    const long double d =
        (market.forward - option.strike) / (market.volatility * std::sqrt(option.years));
    const double loose = static_cast<double>(1e-14L * (1.0L + d * d));
    CHECK(g->delta == Approx(static_cast<double>(delta)).epsilon(loose));
    CHECK(g->gamma == Approx(row.number("gamma_fwd")).epsilon(loose));
    CHECK(g->vega == Approx(row.number("vega_normal")).epsilon(loose));
    const Result<double> volatility = bachelier_implied_volatility(g->price, market, option);
    REQUIRE(volatility.has_value());
    // What is left of the volatility in a price that is mostly intrinsic value.
    const double reach = kUlp * (g->price / (g->vega * market.volatility) + 1.0 +
                                 (std::fabs(market.forward) + std::fabs(option.strike)) *
                                     std::fabs(g->delta) / (g->vega * market.volatility));
    if (reach < 1e-3) CHECK(*volatility == Approx(market.volatility).epsilon(8.0 * reach));
  }
  for (const auto& [name, result] : worst) {
    std::printf("  Bachelier %-7s %3zu rows, worst share of allowed %.2g\n", name.c_str(),
                result.first, result.second);
  }
  CHECK(worst.size() == 4);
}

TEST_CASE("published Bachelier values are met") {
  const auto file = sq::test::recorded("quant/options_black76.csv");
  if (!file) return;
  const Table table{*file};
  std::size_t seen = 0;
  for (const Row& row : table.rows()) {
    if (row.text("variant") != "bachelier") continue;
    const Result<double> price =
        bachelier_price({row.number("F"), -std::log(row.number("df")), row.number("stddev")},
                        {row.type(), row.number("K"), 1.0});
    REQUIRE(price.has_value());
    CHECK(std::fabs(*price - row.number("expected")) <= row.number("tol"));
    ++seen;
  }
  CHECK(seen == 6);
}

TEST_CASE("Bachelier Greeks are the slopes of lower ones") {
  RandomContracts draw{9};
  for (int i = 0; i < 2'000; ++i) {
    const BachelierMarket m{draw.between(-5, 5), draw.between(-0.03, 0.1), draw.between(0.1, 2)};
    const double years = draw.between(0.05, 5);
    const double s = m.volatility * std::sqrt(years);
    const Vanilla o{i % 2 == 0 ? OptionType::Call : OptionType::Put,
                    m.forward + draw.between(-3, 3) * s, years};
    const AllGreeks g = bachelier_all_greeks(m, o).value();
    const auto check = [&](const char* name, double got, double expected, double size) {
      INFO(name << " " << got << " expected " << expected);
      CHECK(std::fabs(got - expected) <= 1e-8 * (std::fabs(expected) + size));
    };
    const auto by_forward = [&](double AllGreeks::*member) {
      return slope(
          [&](double x) {
            return bachelier_all_greeks({x, m.rate, m.volatility}, o).value().*member;
          },
          m.forward, s * 3e-3);
    };
    const auto by_volatility = [&](double AllGreeks::*member) {
      return slope(
          [&](double x) {
            return bachelier_all_greeks({m.forward, m.rate, x}, o).value().*member;
          },
          m.volatility, m.volatility * 1e-3);
    };
    const auto by_years = [&](double AllGreeks::*member) {
      return slope(
          [&](double x) {
            return bachelier_all_greeks(m, {o.type, o.strike, x}).value().*member;
          },
          years, years * 1e-3);
    };
    const auto by_rate = slope(
        [&](double x) {
          return bachelier_price({m.forward, x, m.volatility}, o).value();
        },
        m.rate, 1e-3);
    check("delta", g.delta, by_forward(&AllGreeks::price), 1.0);
    check("gamma", g.gamma, by_forward(&AllGreeks::delta), 1 / s);
    check("speed", g.speed, by_forward(&AllGreeks::gamma), 1 / s / s);
    check("vega", g.vega, by_volatility(&AllGreeks::price), std::sqrt(years));
    check("vanna", g.vanna, by_volatility(&AllGreeks::delta), 1 / m.volatility);
    check("volga", g.volga, by_volatility(&AllGreeks::vega), std::sqrt(years) / m.volatility);
    check("zomma", g.zomma, by_volatility(&AllGreeks::gamma), 1 / s / m.volatility);
    check("ultima", g.ultima, by_volatility(&AllGreeks::volga),
          10 * std::sqrt(years) / m.volatility / m.volatility);
    check("theta", g.theta, -by_years(&AllGreeks::price), s / years);
    check("charm", g.charm, -by_years(&AllGreeks::delta), 1 / years);
    check("color", g.color, -by_years(&AllGreeks::gamma), 1 / s / years);
    check("rho", g.rho, by_rate, s);
    CHECK(g.dual_delta == -g.delta);
    CHECK(g.dual_gamma == g.gamma);
  }
}

TEST_CASE("Bachelier prices without uncertainty are the discounted intrinsic value") {
  const Vanilla put{OptionType::Put, 2.0, 1.0};
  CHECK(bachelier_price({-1.0, 0.0, 0.0}, put).value() == 3.0);
  CHECK(bachelier_price({5.0, 0.0, 0.0}, put).value() == 0.0);
  CHECK(bachelier_all_greeks({2.0, 0.0, 0.0}, put).value().delta == -0.5);
  CHECK(bachelier_price({1.0, 0.0, -1.0}, put).error() == Error::VolatilityNegative);
  CHECK(bachelier_price({1.0, 0.0, 1.0}, {OptionType::Put, 2.0, -1.0}).error() ==
        Error::TimeNegative);
  CHECK(bachelier_price({1e308, 0.0, 1.0}, {OptionType::Put, -1e308, 1.0}).error() ==
        Error::Overflow);
}

TEST_CASE("Bachelier implied volatility round trips over 37 deviations and refuses by name") {
  RandomContracts draw{10};
  double worst = 0;
  for (int i = 0; i < 200'000; ++i) {
    const double volatility = std::exp(draw.between(-12, 12));
    const double years = std::exp(draw.between(-10, 3));
    const double s = volatility * std::sqrt(years);
    // Out of the money with a forward of 0, so that nothing is lost to the intrinsic value.
    const double strike = s * draw.between(0, i % 3 == 0 ? 37.0 : 3.0);
    const BachelierMarket market{0.0, draw.between(-0.1, 0.1), volatility};
    const Vanilla option{OptionType::Call, strike, years};
    const double price = bachelier_price(market, option).value();
    const Result<double> got = bachelier_implied_volatility(price, market, option);
    REQUIRE(got.has_value());
    worst = std::max(worst, std::fabs(*got / volatility - 1.0));
  }
  std::printf("  Bachelier implied volatility, worst relative error %.2g\n", worst);
  CHECK(worst < 4e-15);
  const BachelierMarket market{3.0, 0.0, 0.0};
  const Vanilla call{OptionType::Call, 1.0, 1.0};
  CHECK(bachelier_implied_volatility(1.9999, market, call).error() == Error::PriceBelowBound);
  CHECK(bachelier_implied_volatility(2.0, market, call).value() == 0.0);
  CHECK(bachelier_implied_volatility(2.5, market, {OptionType::Call, 1.0, 0.0}).error() ==
        Error::PriceAboveBound);
  CHECK(bachelier_implied_volatility(1e300, market, call).value() == Approx(2.5066e300));
}
}  // namespace sq::options
