#include "engine/options/european/european.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>

#include "tests/options/european_model.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
namespace {
using test::Row;
using test::Table;
constexpr double kUlp = std::numeric_limits<double>::epsilon();

// More digits than a double has, and no complaint about subnormal values.
long double wide(const Row& row, const std::string& column) {
  return std::strtold(row.text(column).c_str(), nullptr);
}
Vanilla option_of(const Row& row) { return {row.type(), row.number("K"), row.number("T")}; }

// Sum of |input x dV/dinput / V| over the six inputs: how relative errors of the inputs grow.
long double condition(const Row& row) {
  const long double sum = std::fabs(wide(row, "S") * wide(row, "delta")) +
                          std::fabs(wide(row, "K") * wide(row, "dual_delta")) +
                          std::fabs(wide(row, "r") * wide(row, "rho")) +
                          std::fabs(wide(row, "q") * wide(row, "dividend_rho")) +
                          std::fabs(wide(row, "vol") * wide(row, "vega")) +
                          std::fabs(wide(row, "T") * wide(row, "theta"));
  return sum / std::fabs(wide(row, "price"));
}

struct Worst {
  std::size_t rows{0};
  long double error{0};
  long double share{0};  // of what is allowed
  std::string id{"none"};
  void see(const Row& row, long double relative, long double allowed) {
    ++rows;
    if (relative / allowed > share) {
      share = relative / allowed;
      id = row.text("id");
    }
    error = std::max(error, relative);
  }
};
void report(const char* what, const std::map<std::string, Worst>& families) {
  for (const auto& [name, worst] : families) {
    std::printf(
        "  %s %-20s %5zu rows, worst relative error %.2Lg, worst share of allowed %.2Lg (%s)\n",
        what, name.c_str(), worst.rows, worst.error, worst.share, worst.id.c_str());
    CHECK(worst.share <= 1.0L);
  }
}
}  // namespace

TEST_CASE("every price of the 50-digit grid is within max(1e-14, 4 ulp x condition number)") {
  const auto file = sq::test::recorded("quant/options_european_grid.csv");
  if (!file) return;
  const Table table{*file};
  std::map<std::string, Worst> kernel;
  std::map<std::string, Worst> general;
  for (const Row& row : table.rows()) {
    const long double expected = wide(row, "price");
    if (std::fabs(expected) < 1e-300L) continue;  // subnormal: no relative accuracy
    const Result<double> price = european_price(row.market(), option_of(row));
    const Result<AllGreeks> greeks = european_all_greeks(row.market(), option_of(row));
    REQUIRE(price.has_value());
    REQUIRE(greeks.has_value());
    const long double allowed = std::max(1e-14L, 4.0L * kUlp * condition(row));
    kernel[row.text("regime")].see(row, std::fabs(*price / expected - 1.0L), allowed);
    general[row.text("regime")].see(row, std::fabs(greeks->price / expected - 1.0L), allowed);
  }
  CHECK(kernel.size() == 8);
  report("price  ", kernel);
  report("general", general);
}

TEST_CASE("every Greek of the 50-digit grid is within its tolerance") {
  const auto file = sq::test::recorded("quant/options_european_grid.csv");
  if (!file) return;
  const Table table{*file};
  std::map<std::string, Worst> families;
  for (const Row& row : table.rows()) {
    const Market market = row.market();
    const Vanilla option = option_of(row);
    const Result<AllGreeks> all = european_all_greeks(market, option);
    const Result<Greeks> five = european_greeks(market, option);
    REQUIRE(all.has_value());
    REQUIRE(five.has_value());
    const std::string regime = row.text("regime");
    const bool hard = regime == "short_expiry" || regime == "low_vol";
    const long double vega = wide(row, "vega");
    const std::map<std::string, long double> floors{
        {"theta", vega * market.volatility / (2 * option.years)},
        {"charm", wide(row, "gamma") * market.spot},
        {"vanna", vega / market.spot},
        {"volga", vega / market.volatility}};
    const auto see = [&](const std::string& name, double got) {
      const long double expected = wide(row, name);
      // A Greek that passes through zero is held to the size of its terms.
      const long double floor = std::fabs(floors.contains(name) ? floors.at(name) : 0.0L);
      const long double scale = std::fabs(expected) + floor * 1e-3L + 1e-290L;
      families[name].see(row, std::fabs(got - expected) / scale, hard ? 1e-6L : 1e-9L);
    };
    see("delta", all->delta);
    see("gamma", all->gamma);
    see("vega", all->vega);
    see("theta", all->theta);
    see("rho", all->rho);
    see("dividend_rho", all->phi);
    see("vanna", all->vanna);
    see("volga", all->volga);
    see("charm", all->charm);
    see("dual_delta", all->dual_delta);
    see("delta", five->delta);
    see("gamma", five->gamma);
    see("vega", five->vega);
    see("theta", five->theta);
    see("rho", five->rho);
  }
  report("Greek", families);
}

TEST_CASE("published European values and Greeks are met to their printed digits") {
  const auto file = sq::test::recorded("quant/options_european.csv");
  if (!file) return;
  const Table table{*file};
  std::size_t seen = 0;
  for (const Row& row : table.rows()) {
    const Result<AllGreeks> g = european_all_greeks(row.market(), option_of(row));
    REQUIRE(g.has_value());
    const std::map<std::string, double> values{
        {"price", g->price}, {"delta", g->delta},      {"gamma", g->gamma},
        {"vega", g->vega},   {"theta", g->theta},      {"theta_per_day_365", g->theta / 365},
        {"rho", g->rho},     {"dividend_rho", g->phi}, {"elasticity", g->elasticity}};
    INFO(row.text("id"));
    CHECK(std::fabs(values.at(row.text("quantity")) - row.number("expected")) <= row.number("tol"));
    ++seen;
  }
  CHECK(seen == 36);
}

TEST_CASE("degenerate contracts have their limits: no time, no volatility, no strike, no spot") {
  const auto file = sq::test::recorded("quant/options_european_degenerate.csv");
  if (!file) return;
  const Table table{*file};
  for (const Row& row : table.rows()) {
    INFO(row.text("id") << " " << row.text("note"));
    const Result<double> price = european_price(row.market(), option_of(row));
    const Result<Greeks> greeks = european_greeks(row.market(), option_of(row));
    const Result<AllGreeks> all = european_all_greeks(row.market(), option_of(row));
    REQUIRE(price.has_value());
    REQUIRE(greeks.has_value());
    REQUIRE(all.has_value());
    CHECK(*price == Approx(row.number("price")).epsilon(1e-15).margin(1e-300));
    CHECK(all->price == *price);
    if (row.text("delta").empty()) continue;  // undefined at the kink
    for (const double delta : {greeks->delta, all->delta}) {
      CHECK(delta == Approx(row.number("delta")).epsilon(1e-15).margin(1e-300));
    }
    CHECK(greeks->gamma == row.number("gamma"));
    CHECK(greeks->vega == row.number("vega"));
    CHECK(all->gamma == row.number("gamma"));
    CHECK(all->vega == row.number("vega"));
  }
}

TEST_CASE("at the kink delta is the mean of its two sides and the other Greeks are finite") {
  const Result<AllGreeks> g =
      european_all_greeks({100.0, 0.0, 0.0, 0.0}, {OptionType::Put, 100.0, 1.0});
  REQUIRE(g.has_value());
  CHECK(g->price == 0.0);
  CHECK(g->delta == -0.5);
  CHECK(g->gamma == 0.0);
  CHECK(g->elasticity == 0.0);
}

TEST_CASE("Black-76 meets its reference rows") {
  const auto file = sq::test::recorded("quant/options_black76.csv");
  if (!file) return;
  const Table table{*file};
  std::size_t seen = 0;
  for (const Row& row : table.rows()) {
    if (row.text("variant") != "black") continue;
    const Result<double> price =
        black76_price({row.number("F"), -std::log(row.number("df")), row.number("stddev")},
                      {row.type(), row.number("K"), 1.0});
    REQUIRE(price.has_value());
    CHECK(std::fabs(*price - row.number("expected")) <= row.number("tol"));
    ++seen;
  }
  CHECK(seen == 5);
}

TEST_CASE("spot and forward deltas follow the conventions of currency options") {
  const auto file = sq::test::recorded("quant/options_fx_delta.csv");
  if (!file) return;
  const Table table{*file};
  for (const Row& row : table.rows()) {
    const double domestic = row.number("df_dom");
    const Market market{row.number("S"), -std::log(domestic), -std::log(row.number("df_for")),
                        row.number("stddev")};
    const Vanilla option{row.type(), row.number("K"), 1.0};
    const Result<AllGreeks> g = european_all_greeks(market, option);
    REQUIRE(g.has_value());
    const std::string convention = row.text("dt");
    double delta = g->delta;
    if (convention == "Fwd") delta = g->forward_delta / domestic;
    if (convention == "PaSpot") delta = g->delta - g->price / market.spot;
    if (convention == "PaFwd") {
      const double forward = market.spot * row.number("df_for") / domestic;
      delta = (g->forward_delta - g->price / forward) / domestic;
    }
    INFO(row.text("id") << " " << convention);
    CHECK(std::fabs(delta - row.number("expected")) <= row.number("tol"));
  }
}

TEST_CASE("a displaced lognormal forward is Black-76 on forward and strike plus displacement") {
  const Vanilla option{OptionType::Call, 1.5, 2.0};
  const ForwardMarket market{-0.5, 0.03, 0.2, 3.0};
  const Result<AllGreeks> g = black76_all_greeks(market, option);
  const Result<AllGreeks> plain =
      black76_all_greeks({2.5, 0.03, 0.2}, {OptionType::Call, 4.5, 2.0});
  REQUIRE(g.has_value());
  REQUIRE(plain.has_value());
  CHECK(g->price == plain->price);
  CHECK(g->delta == plain->delta);
  CHECK(g->volga == plain->volga);
  CHECK(g->rho == -2.0 * g->price);
  CHECK(g->phi == 0.0);
  CHECK(g->elasticity == Approx(g->delta * -0.5 / g->price));
  CHECK(black76_price({-4.0, 0.03, 0.2, 3.0}, option).error() == Error::SpotNotPositive);
  CHECK(black76_price({1.0, 0.03, 0.2, 3.0}, {OptionType::Put, -3.5, 1.0}).error() ==
        Error::StrikeNotPositive);
}
}  // namespace sq::options
