#include "engine/options/european/digital.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "engine/options/european/european.hpp"
#include "tests/options/european_model.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
namespace {
using test::Contract;
using test::RandomContracts;
using test::Row;
using test::Table;

DigitalPayoff payoff_of(const Row& row) {
  const std::string& text = row.text("payoff");
  return text == "cash"    ? DigitalPayoff::Cash
         : text == "asset" ? DigitalPayoff::Asset
                           : DigitalPayoff::Gap;
}
double amount_of(const Row& row) { return row.number_or("cash", row.number_or("K2", 0.0)); }
template <class Fn>
double slope(Fn fn, double at, double step) {
  return (8.0 * (fn(at + step) - fn(at - step)) - (fn(at + 2 * step) - fn(at - 2 * step))) /
         (12.0 * step);
}
double price_of(const Market& market, const Digital& digital) {
  return digital_greeks(market, digital).value().price;
}
}  // namespace

TEST_CASE("every row of the digital table is met, paid at expiry, at hit and for no touch") {
  const auto file = sq::test::recorded("quant/options_digital.csv");
  if (!file) return;
  const Table table{*file};
  std::map<std::string, std::pair<std::size_t, double>> families;
  for (const Row& row : table.rows()) {
    const std::string style = row.text("style");
    Result<double> price = 0.0;
    if (style == "european") {
      price = price_of(row.market(), {row.type(), row.number("K"), row.number("T"), payoff_of(row),
                                      amount_of(row)});
    } else {
      const TouchPayment payment = style == "hit"                  ? TouchPayment::AtHit
                                   : row.text("knockin") == "true" ? TouchPayment::AtExpiry
                                                                   : TouchPayment::NoTouch;
      price = touch_price(row.market(), {row.type(), row.number("K"), row.number("T"),
                                         payoff_of(row), amount_of(row), payment});
    }
    INFO(row.text("id") << " " << row.text("variant"));
    REQUIRE(price.has_value());
    const double error = std::fabs(*price - row.number("expected"));
    CHECK(error <= row.number("tol"));
    // The recomputation of the table has all its digits, where the printed value has four.
    if (!row.text("check_independent").empty()) {
      CHECK(*price == Approx(row.number("check_independent")).epsilon(1e-11).margin(1e-13));
    }
    auto& [count, worst] = families[row.text("variant")];
    ++count;
    worst = std::max(worst, error / row.number("tol"));
  }
  std::size_t rows = 0;
  for (const auto& [name, result] : families) {
    std::printf("  digital %-15s %3zu rows, worst share of tolerance %.2g\n", name.c_str(),
                result.first, result.second);
    rows += result.first;
  }
  CHECK(rows == 180);
}

TEST_CASE("the Greeks of digitals are the slopes of their prices") {
  RandomContracts draw{51};
  for (int i = 0; i < 3'000; ++i) {
    const Contract c = draw.usual();
    const Market& m = c.market;
    const double s = m.volatility * std::sqrt(c.option.years);
    const DigitalPayoff payoff = static_cast<DigitalPayoff>(1 + i % 3);
    const Digital digital{
        c.option.type, c.option.strike, c.option.years, payoff,
        payoff == DigitalPayoff::Gap ? c.option.strike * draw.between(0.8, 1.2) : m.spot};
    const DigitalGreeks g = digital_greeks(m, digital).value();
    const auto check = [&](const char* name, double got, double expected, double size) {
      INFO(name << " " << got << " expected " << expected << " payoff " << i % 3);
      CHECK(std::fabs(got - expected) <= 2e-7 * (std::fabs(expected) + size));
    };
    const auto moved = [&](double Market::*member) {
      return [&m, &digital, member](double x) {
        Market at = m;
        at.*member = x;
        return price_of(at, digital);
      };
    };
    const auto delta_at = [&](double x) {
      Market at = m;
      at.spot = x;
      return digital_greeks(at, digital).value().delta;
    };
    const auto by_years = [&](double x) {
      Digital at = digital;
      at.years = x;
      return price_of(m, at);
    };
    check("delta", g.delta, slope(moved(&Market::spot), m.spot, m.spot * s * 2e-3), 1 / s);
    check("gamma", g.gamma, slope(delta_at, m.spot, m.spot * s * 2e-3), 1 / (m.spot * s * s));
    check("vega", g.vega, slope(moved(&Market::volatility), m.volatility, m.volatility * 1e-3),
          m.spot / m.volatility);
    check("theta", g.theta, -slope(by_years, c.option.years, c.option.years * 1e-3),
          m.spot / c.option.years);
    const double bump = 1e-3 * m.volatility / std::sqrt(c.option.years);
    check("rho", g.rho, slope(moved(&Market::rate), m.rate, bump), m.spot * c.option.years / s);
    check("phi", g.phi, slope(moved(&Market::yield), m.yield, bump), m.spot * c.option.years / s);
  }
}

TEST_CASE("digitals add up to bonds, assets and vanilla options") {
  RandomContracts draw{52};
  for (int i = 0; i < 5'000; ++i) {
    const Contract c = draw.usual();
    const double strike = c.option.strike;
    const double years = c.option.years;
    const auto digital = [&](OptionType type, DigitalPayoff payoff, double amount) {
      return price_of(c.market, {type, strike, years, payoff, amount});
    };
    const double bond = std::exp(-c.market.rate * years);
    const double asset = c.market.spot * std::exp(-c.market.yield * years);
    CHECK(digital(OptionType::Call, DigitalPayoff::Cash, 1) +
              digital(OptionType::Put, DigitalPayoff::Cash, 1) ==
          Approx(bond).epsilon(1e-14));
    CHECK(digital(OptionType::Call, DigitalPayoff::Asset, 0) +
              digital(OptionType::Put, DigitalPayoff::Asset, 0) ==
          Approx(asset).epsilon(1e-14));
    const double vanilla = european_price(c.market, c.option).value();
    CHECK(digital(c.option.type, DigitalPayoff::Gap, strike) ==
          Approx(vanilla).epsilon(1e-9).margin(1e-14 * (asset + strike)));
  }
}

TEST_CASE("one-touch and no-touch add up, and a touch is worth more than its digital") {
  RandomContracts draw{53};
  for (int i = 0; i < 5'000; ++i) {
    Contract c = draw.usual();
    c.option.type = c.option.strike > c.market.spot ? OptionType::Call : OptionType::Put;
    const auto touch = [&](DigitalPayoff payoff, TouchPayment payment) {
      return touch_price(c.market,
                         {c.option.type, c.option.strike, c.option.years, payoff, 1.0, payment})
          .value();
    };
    const double bond = std::exp(-c.market.rate * c.option.years);
    const double hit = touch(DigitalPayoff::Cash, TouchPayment::AtExpiry);
    CHECK(hit + touch(DigitalPayoff::Cash, TouchPayment::NoTouch) == Approx(bond).epsilon(1e-13));
    const double end = price_of(
        c.market, {c.option.type, c.option.strike, c.option.years, DigitalPayoff::Cash, 1.0});
    CHECK(hit >= end * (1 - 1e-12));
    if (c.market.rate >= 0) {
      CHECK(touch(DigitalPayoff::Cash, TouchPayment::AtHit) >= hit * (1 - 1e-11));
      CHECK(touch(DigitalPayoff::Cash, TouchPayment::AtHit) <= 1.0 + 1e-12);
    }
  }
}

TEST_CASE("touches keep their digits where the drift is many deviations") {
  // 50-digit values; QuantLib 1.29 gives 8.68 and 1.83971318908.
  CHECK(touch_price(
            {2.04604799066635, 0.11653365847121004, 0.025104915574403815, 0.032246010373049812},
            {OptionType::Call, 2.4884308097810512, 3.4564061387352552, DigitalPayoff::Cash, 10.0,
             TouchPayment::AtHit})
            .value() == Approx(7.68214126981446358712).epsilon(1e-12));
  CHECK(touch_price(
            {11.103616819772887, 0.080105989248845447, 0.0074701121274327858, 0.034948373624620985},
            {OptionType::Call, 12.664839247730068, 1.2838987972767348, DigitalPayoff::Cash, 10.0,
             TouchPayment::AtExpiry})
            .value() == Approx(1.83971315218203104181).epsilon(1e-12));
}

TEST_CASE("touches with certain outcomes, spots beyond the trigger, and inputs that are refused") {
  const Market rising{100.0, 0.1, 0.0, 0.0};  // reaches 110 after ln(1.1) / 0.1 = 0.953 years
  Touch touch{OptionType::Call, 110.0, 1.0, DigitalPayoff::Cash, 5.0, TouchPayment::AtHit};
  CHECK(touch_price(rising, touch).value() == Approx(5.0 / 1.1).epsilon(1e-14));
  touch.years = 0.9;
  CHECK(touch_price(rising, touch).value() == 0.0);
  touch.payment = TouchPayment::NoTouch;
  CHECK(touch_price(rising, touch).value() == Approx(5.0 * std::exp(-0.09)).epsilon(1e-14));
  touch.type = OptionType::Put;  // the spot is below 110 already
  CHECK(touch_price(rising, touch).value() == 0.0);
  touch.payment = TouchPayment::AtHit;
  touch.payoff = DigitalPayoff::Asset;
  CHECK(touch_price(rising, touch).value() == 100.0);
  touch.payoff = DigitalPayoff::Gap;
  CHECK(touch_price(rising, touch).error() == Error::ParameterRange);
  touch.payoff = DigitalPayoff::Cash;
  touch.amount = -1.0;
  CHECK(touch_price(rising, touch).error() == Error::ParameterRange);
  touch.amount = 1.0;
  CHECK(touch_price({0.0, 0.1, 0.0, 0.2}, touch).error() == Error::SpotNotPositive);
  touch.trigger = 0.0;
  CHECK(touch_price(rising, touch).error() == Error::StrikeNotPositive);
  // mu = -0.05 / 0.04 - 0.5 + ..., mu^2 + 2 r / vol^2 < 0: no real root.
  const Market falling{100.0, -0.05, -0.07, 0.2};
  CHECK(touch_price(falling, {OptionType::Call, 110.0, 1.0}).error() == Error::Unsupported);
  CHECK(digital_greeks(rising, {OptionType::Call, 1.0, 1.0, DigitalPayoff::Cash, -1.0}).error() ==
        Error::ParameterRange);
}
}  // namespace sq::options
