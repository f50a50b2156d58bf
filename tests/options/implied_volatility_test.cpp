#include "engine/options/implied_volatility/implied_volatility.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "engine/options/implied_volatility/black_solver.hpp"
#include "engine/options/math/normal.hpp"
#include "tests/options/european_model.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
namespace {
using test::Contract;
using test::RandomContracts;
using test::Row;
using test::Table;
const double kNan = std::numeric_limits<double>::quiet_NaN();

// How far a relative change by 2^-53 of each of price, discounted amounts and ln(F/K) moves the
// volatility, relative to it: what no solver in double arithmetic can be asked to beat.
double attainable(double price, const Market& market, const Vanilla& option, double volatility) {
  Market at = market;
  at.volatility = volatility;
  const AllGreeks g = european_all_greeks(at, option).value();
  const double asset = market.spot * std::exp(-market.yield * option.years);
  const double sum = std::fabs(price) + std::fabs(g.delta * market.spot) +
                     std::fabs(g.dual_delta * option.strike) + std::fabs(market.rate * g.rho) +
                     std::fabs(market.yield * g.phi) +
                     std::fabs(g.delta * asset * (market.rate - market.yield) * option.years);
  return 0x1p-53 * (sum / (g.vega * volatility) + 1.0);
}
}  // namespace

TEST_CASE("every row of the implied volatility table is solved to what is attainable") {
  const auto file = sq::test::recorded("quant/options_implied_vol.csv");
  if (!file) return;
  const Table table{*file};
  struct Worst {
    std::size_t rows{0}, exact{0};
    double share{0}, ratio{0};
    std::string id{"none"};
  };
  std::map<std::string, Worst> families;
  for (const Row& row : table.rows()) {
    if (row.text("status") != "ok") continue;
    INFO(row.text("id"));
    const Result<double> got = implied_volatility(
        row.number("price"), {row.number("S"), row.number("r"), row.number("q"), 0.0},
        {row.type(), row.number("K"), row.number("T")});
    REQUIRE(got.has_value());
    const long double expected = std::strtold(row.text("iv_ref").c_str(), nullptr);
    const double error = static_cast<double>(std::fabs(*got / expected - 1.0L));
    const double reach = row.number("attainable_rel_err");
    const double allowed = std::max(100.0 * reach, 1e-12);
    Worst& worst = families[row.text("regime")];
    ++worst.rows;
    if (error <= std::max(4.0 * reach, 1e-15)) ++worst.exact;
    worst.ratio = std::max(worst.ratio, error / std::max(reach, 1.1e-16));
    if (error / allowed > worst.share) {
      worst.share = error / allowed;
      worst.id = row.text("id");
    }
  }
  CHECK(families.size() == 7);
  for (const auto& [name, worst] : families) {
    std::printf(
        "  implied volatility %-14s %4zu rows, worst share of allowed %.2g (%s), worst error / "
        "attainable %.3g, within 4 x attainable %zu\n",
        name.c_str(), worst.rows, worst.share, worst.id.c_str(), worst.ratio, worst.exact);
    CHECK(worst.share <= 1.0);
  }
}

TEST_CASE("prices that no volatility gives are refused by name") {
  const auto file = sq::test::recorded("quant/options_implied_vol.csv");
  if (!file) return;
  const std::map<std::string, Error> expected{
      {"below_intrinsic_or_negative", Error::PriceBelowBound},
      {"above_upper_bound", Error::PriceAboveBound},
      {"at_upper_bound", Error::PriceAboveBound},
      {"invalid_strike", Error::StrikeNotPositive},
      {"invalid_spot", Error::SpotNotPositive},
      {"expired_with_time_value", Error::PriceAboveBound},
      {"nan_price", Error::NotFinite}};
  const Table table{*file};
  std::size_t seen = 0;
  for (const Row& row : table.rows()) {
    const std::string status = row.text("status");
    if (status == "ok") continue;
    const Result<double> got = implied_volatility(
        row.number("price"), {row.number("S"), row.number("r"), row.number("q"), 0.0},
        {row.type(), row.number("K"), row.number("T")});
    INFO(row.text("id") << " " << status);
    ++seen;
    if (status == "at_lower_bound_vol_zero_or_undefined") {
      REQUIRE(got.has_value());
      CHECK(*got == 0.0);
      continue;
    }
    REQUIRE_FALSE(got.has_value());
    CHECK(got.error() == expected.at(status));
  }
  CHECK(seen == 12);
}

TEST_CASE("both sides of each bound of a price") {
  const Market market{100.0, 0.0, 0.0, 0.0};
  const Vanilla call{OptionType::Call, 90.0, 1.0};
  CHECK(implied_volatility(std::nextafter(10.0, 0), market, call).error() ==
        Error::PriceBelowBound);
  CHECK(implied_volatility(10.0, market, call).value() == 0.0);
  CHECK(implied_volatility(std::nextafter(10.0, 11), market, call).value() > 0.0);
  CHECK(implied_volatility(std::nextafter(100.0, 0), market, call).value() > 15.0);
  CHECK(implied_volatility(100.0, market, call).error() == Error::PriceAboveBound);
  const Vanilla put{OptionType::Put, 90.0, 1.0};
  CHECK(implied_volatility(-5e-324, market, put).error() == Error::PriceBelowBound);
  CHECK(implied_volatility(0.0, market, put).value() == 0.0);
  CHECK(implied_volatility(5e-324, market, put).value() > 0.0);
  CHECK(implied_volatility(std::nextafter(90.0, 0), market, put).value() > 15.0);
  CHECK(implied_volatility(90.0, market, put).error() == Error::PriceAboveBound);
  CHECK(implied_volatility(1.0, market, {OptionType::Put, 0.0, 1.0}).error() ==
        Error::StrikeNotPositive);
  CHECK(implied_volatility(1.0, {0.0, 0, 0, 0}, put).error() == Error::SpotNotPositive);
  CHECK(implied_volatility(1.0, {1.0, 0, 0, 0}, {OptionType::Put, 1.0, -1.0}).error() ==
        Error::TimeNegative);
  CHECK(implied_volatility(10.0, market, {OptionType::Call, 90.0, 0.0}).value() == 0.0);
}

TEST_CASE("the volatility of a price gives the volatility back, as far as the price holds it") {
  RandomContracts contracts{21};
  std::size_t tried = 0;
  double worst = 0;
  for (int i = 0; i < 150'000; ++i) {
    const Contract c = contracts.usual();
    const double price = european_price(c.market, c.option).value();
    const Result<double> got = implied_volatility(price, c.market, c.option);
    const double reach = attainable(price, c.market, c.option, c.market.volatility);
    if (!(reach < 1e-3)) continue;  // almost nothing of the volatility is left in the price
    ++tried;
    INFO("round " << i << " price " << price << " volatility " << c.market.volatility);
    REQUIRE(got.has_value());
    const double ratio = std::fabs(*got / c.market.volatility - 1.0) / reach;
    if (ratio > worst) {
      worst = ratio;
      if (worst > 16.0) REQUIRE(ratio <= 16.0);
    }
  }
  std::printf("  implied volatility round trips %zu, worst error / attainable %.3g\n", tried,
              worst);
  CHECK(tried > 145'000);
}

TEST_CASE("a million round trips over the whole domain", "[slow]") {
  RandomContracts draw{22};
  std::size_t tried = 0;
  double worst = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    // ln(F/K) up to 20, deviations from 1e-5 to 10, distances up to 37.
    const double s = std::exp(draw.between(std::log(1e-5), std::log(10.0)));
    const double x = std::min(20.0, draw.between(0.0, 37.0) * s) * (i % 2 == 0 ? 1 : -1);
    const double years = std::exp(draw.between(-8.0, 3.0));
    const Contract c{
        {100.0, draw.between(-0.05, 0.1), draw.between(-0.05, 0.1), s / std::sqrt(years)},
        {i % 4 < 2 ? OptionType::Call : OptionType::Put, 100.0 * std::exp(x), years}};
    const Result<Greeks> greeks = european_greeks(c.market, c.option);
    REQUIRE(greeks.has_value());
    if (!(greeks->vega > 1e-290)) continue;
    const double reach = attainable(greeks->price, c.market, c.option, c.market.volatility);
    if (!(reach < 1e-3)) continue;
    const Result<double> got = implied_volatility(greeks->price, c.market, c.option);
    INFO("round " << i << " x " << x << " s " << s << " price " << greeks->price);
    REQUIRE(got.has_value());
    ++tried;
    worst = std::max(worst, std::fabs(*got / c.market.volatility - 1.0) / reach);
    if (worst > 32.0) REQUIRE(worst <= 32.0);
  }
  std::printf("  whole domain %zu round trips, worst error / attainable %.3g\n", tried, worst);
  CHECK(tried > 500'000);
}

TEST_CASE("the general solver needs few steps everywhere and agrees with the fast one") {
  std::map<int, int> counts;
  int steps_max = 0;
  for (double x = 0.0; x < 30.0; x = x * 1.3 + 1e-4) {
    for (double log_p = -740.0; log_p < -1e-3; log_p *= 0.93) {
      const double price = 100.0 * math::exp(log_p);
      const Result<implied::Solved> solved = implied::solve({x, price, 100.0 - price, 100.0});
      INFO("x " << x << " ln p " << log_p);
      REQUIRE(solved.has_value());
      ++counts[solved->steps];
      steps_max = std::max(steps_max, solved->steps);
      const double s = solved->deviation;
      const double again =
          european_price({100.0, 0, 0, s}, {OptionType::Call, 100.0 * std::exp(x), 1.0}).value();
      const double h = x / s;  // the strike holds x to 2^-53 only
      const double reach = (1 + h * h) * (1e-14 + (x > 0 ? 1e-15 / x : 0)) + 1e-14 / s;
      if (log_p > -690.0 && x < 5.0 && reach < 1e-3) {
        REQUIRE(again == Approx(price).epsilon(reach));
      }
    }
  }
  for (const auto& [steps, count] : counts) std::printf("  %d steps: %d cases\n", steps, count);
  CHECK(steps_max <= 8);
  CHECK(counts[1] + counts[2] > 50 * (counts[4] + counts[5] + counts[6] + counts[7] + counts[8]));
}

TEST_CASE("on the forward the volatility has its closed form") {
  for (const double s : {1e-12, 1e-6, 0.01, 0.3, 1.0, 3.0, 8.0}) {
    const double price = 1.0 - 2.0 * normal_cdf(-0.5 * s);
    const double volatility =
        implied_volatility(price, {1.0, 0, 0, 0}, {OptionType::Call, 1.0, 4.0}).value();
    const double lost = 1.2e-16 / (s * normal_pdf(0.5 * s));  // of 1 - 2 Phi by rounding
    CHECK(volatility == Approx(0.5 * s).epsilon(1e-15 + 2.0 * lost));
  }
}

TEST_CASE("Black-76 implied volatility takes the displacement into account") {
  const Vanilla option{OptionType::Put, 1.5, 2.0};
  const ForwardMarket market{-0.5, 0.03, 0.2, 3.0};
  const double price = black76_price(market, option).value();
  CHECK(black76_implied_volatility(price, market, option).value() == Approx(0.2).epsilon(1e-14));
  CHECK(black76_implied_volatility(kNan, market, option).error() == Error::NotFinite);
}
}  // namespace sq::options
