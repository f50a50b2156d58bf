#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "engine/options/american/american.hpp"
#include "engine/options/finite_difference/one_dimensional.hpp"
#include "engine/options/tree/lattice.hpp"
#include "tests/options/lognormal_model.hpp"

namespace sq::options::tree {
namespace {
using test::LognormalModel;
constexpr Market kMarket{100, 0.05, 0.02, 0.25};
constexpr LognormalModel kExact{0.05, 0.02, 0.25};
constexpr Vanilla kPut{OptionType::Put, 105, 1};
constexpr Vanilla kCall{OptionType::Call, 105, 1};

Value value(const Vanilla& option, const Settings& settings, const Market& market = kMarket) {
  const auto got = price(market, option, settings);
  REQUIRE(got.has_value());
  return *got;
}
}  // namespace

TEST_CASE("a tree of three steps is worth what its paths are worth") {
  // By hand: the value of each node of a small tree, today's three-step Cox-Ross-Rubinstein.
  const double up = std::exp(0.25 / std::sqrt(3.0));
  const double probability = (std::exp(0.03 / 3) - 1 / up) / (up - 1 / up);
  const double discount = std::exp(-0.05 / 3);
  for (const Style style : {Style::European, Style::American}) {
    double values[4];
    for (int j = 0; j < 4; ++j) values[j] = std::max(105 - 100 * std::pow(up, 2 * j - 3), 0.0);
    for (int i = 2; i >= 0; --i) {
      for (int j = 0; j <= i; ++j) {
        values[j] = discount * (probability * values[j + 1] + (1 - probability) * values[j]);
        if (style == Style::American)
          values[j] = std::max(values[j], 105 - 100 * std::pow(up, 2 * j - i));
      }
    }
    CHECK(value(kPut, {.lattice = Lattice::CoxRossRubinstein, .steps = 3, .style = style}).price ==
          Approx(values[0]).epsilon(1e-13));
  }
}

TEST_CASE("Leisen-Reimer trees converge with second order for European contracts") {
  for (const Vanilla& option : {kPut, kCall}) {
    const double exact =
        option.type == OptionType::Put ? kExact.put(100, 105, 1) : kExact.call(100, 105, 1);
    const auto error = [&](std::uint32_t steps) {
      return std::abs(value(option, {.steps = steps, .style = Style::European}).price - exact);
    };
    CHECK(std::log2(error(101) / error(401)) / 2 == Approx(2).margin(0.1));
    CHECK(error(801) < 1e-6);
    const auto better =
        price_extrapolated(kMarket, option, {.steps = 401, .style = Style::European});
    CHECK(std::abs(better->price - exact) < 1e-7);
  }
}

TEST_CASE("American prices converge with first order, and extrapolation improves Leisen-Reimer") {
  const auto exact = american::american_greeks(kMarket, kPut, american::Preset::Reference);
  const auto error = [&](Lattice lattice, std::uint32_t steps) {
    return std::abs(value(kPut, {.lattice = lattice, .steps = steps}).price - exact->price);
  };
  CHECK(std::log2(error(Lattice::LeisenReimer, 101) / error(Lattice::LeisenReimer, 1601)) / 4 ==
        Approx(1).margin(0.2));
  CHECK(error(Lattice::CoxRossRubinstein, 801) < 5e-3);
  CHECK(error(Lattice::LeisenReimer, 801) < 5e-4);
  const auto better = price_extrapolated(kMarket, kPut, {.steps = 801});
  CHECK(std::abs(better->price - exact->price) < 5e-5);
  CHECK(better->delta == Approx(exact->delta).margin(5e-4));
  CHECK(better->gamma == Approx(exact->gamma).margin(5e-5));
  CHECK(better->theta == Approx(exact->theta).margin(2e-2));
}

TEST_CASE("in the exercise region the tree gives the value of exercise") {
  const Market deep{60, 0.05, 0.02, 0.25};
  for (const Lattice lattice : {Lattice::CoxRossRubinstein, Lattice::LeisenReimer}) {
    const Value got = value(kPut, {.lattice = lattice, .steps = 201}, deep);
    CHECK(got.price == Approx(45).epsilon(1e-14));
    CHECK(got.delta == Approx(-1).margin(1e-9));
    CHECK(got.gamma == Approx(0).margin(1e-9));
    CHECK(got.theta == 0);
  }
}

TEST_CASE("a Bermudan contract lies between the European and the American one") {
  const double dates[] = {0.25, 0.5, 0.75};
  for (const Vanilla& option : {kPut, Vanilla{OptionType::Call, 90, 1}}) {
    const Market market = option.type == OptionType::Put ? kMarket : Market{100, 0.02, 0.08, 0.25};
    const auto at = [&](Style style, std::span<const double> exercise) {
      return value(option, {.steps = 401, .style = style, .exercise_at = exercise}, market).price;
    };
    const double bermudan = at(Style::Bermudan, dates);
    CHECK(bermudan > at(Style::European, {}) + 1e-3);
    CHECK(bermudan < at(Style::American, {}) - 1e-3);
    CHECK(at(Style::Bermudan, {}) == at(Style::European, {}));
  }
  // One date: the better of exercise and the European put then.
  const double once[] = {0.6};
  const double exact = kExact.expect(
      100, 0.6, 0, [](double spot) { return std::max(105 - spot, kExact.put(spot, 105, 0.4)); });
  CHECK(value(kPut, {.steps = 1001, .style = Style::Bermudan, .exercise_at = once}).price ==
        Approx(exact).margin(2e-3));
}

TEST_CASE("escrowed dividends leave a European price that of the spot without them") {
  const Dividend dividends[] = {{.years = 0.3, .cash = 3}, {.years = 0.8, .cash = 2}};
  const double escrow = 3 * std::exp(-0.05 * 0.3) + 2 * std::exp(-0.05 * 0.8);
  const Settings settings{.steps = 401, .style = Style::European, .dividends = dividends};
  CHECK(value(kPut, settings).price == Approx(kExact.put(100 - escrow, 105, 1)).margin(1e-5));
  // The American call is exercised just before a dividend, so it is worth more.
  const Market no_yield{100, 0.05, 0, 0.25};
  Settings american = settings;
  american.style = Style::American;
  const Vanilla call{OptionType::Call, 90, 1};
  CHECK(value(call, american, no_yield).price > value(call, settings, no_yield).price + 0.1);
}

TEST_CASE("a spot that falls by its dividends agrees with the grid and with quadrature") {
  const Dividend dividends[] = {{.years = 0.3, .cash = 4}};
  const double exact =
      kExact.expect(100, 0.3, 0, [](double spot) { return kExact.call(spot - 4, 105, 0.7); });
  for (const Lattice lattice : {Lattice::CoxRossRubinstein, Lattice::LeisenReimer}) {
    CHECK(value(kCall, {.lattice = lattice,
                        .steps = 1001,
                        .style = Style::European,
                        .dividends = dividends,
                        .dividend_model = DividendModel::SpotFalls})
              .price == Approx(exact).margin(2e-2));
  }
  const Dividend two[] = {{.years = 0.3, .cash = 3}, {.years = 0.8, .cash = 2}};
  namespace fd = finite_difference;
  for (const OptionType type : {OptionType::Call, OptionType::Put}) {
    const double sign = sign_of(type);
    fd::Contract1d contract{
        .years = 1,
        .payoff = [sign](double spot) { return std::max(sign * (spot - 100), 0.0); },
        .exercise = [sign](double, double spot) { return sign * (spot - 100); },
        .dividends = {two[0], two[1]},
        .kinks = {100}};
    const auto solved = fd::solve({.rate = 0.05, .yield = 0.02, .volatility = 0.25}, contract, 100);
    CHECK(value({type, 100, 1},
                {.steps = 1001, .dividends = two, .dividend_model = DividendModel::SpotFalls})
              .price == Approx(solved->at(100).price).margin(1e-2));
  }
  // All of the spot paid out: a call is worth nothing, a put its strike.
  const Dividend all[] = {{.years = 0.5, .cash = 1e6}};
  const Settings ruin{.steps = 201,
                      .style = Style::European,
                      .dividends = all,
                      .dividend_model = DividendModel::SpotFalls};
  CHECK(value(kCall, ruin).price == Approx(0).margin(1e-9));
  CHECK(value(kPut, ruin).price == Approx(105 * std::exp(-0.05)).epsilon(0.05));
}

TEST_CASE("what does not fit a tree is refused by name") {
  const auto error_of = [](const Market& market, const Vanilla& option, const Settings& settings) {
    const auto got = price(market, option, settings);
    REQUIRE_FALSE(got.has_value());
    CHECK(price_extrapolated(market, option, settings).error() == got.error());
    return got.error();
  };
  CHECK(error_of({std::nan(""), 0.05, 0, 0.2}, kPut, {}) == Error::NotFinite);
  CHECK(error_of({0, 0.05, 0, 0.2}, kPut, {}) == Error::SpotNotPositive);
  CHECK(error_of(kMarket, {OptionType::Put, 0, 1}, {}) == Error::StrikeNotPositive);
  CHECK(error_of({100, 0.05, 0, -0.2}, kPut, {}) == Error::VolatilityNegative);
  CHECK(error_of({100, 0.05, 0, 0}, kPut, {}) == Error::ParameterRange);
  CHECK(error_of(kMarket, {OptionType::Put, 100, -1}, {}) == Error::TimeNegative);
  CHECK(error_of(kMarket, kPut, {.steps = 2}) == Error::ParameterRange);
  CHECK(error_of(kMarket, kPut, {.steps = kStepsMax + 1}) == Error::ParameterRange);
  // The drift leaves the tree.
  CHECK(error_of({100, 0.5, 0, 0.01}, kPut, {.lattice = Lattice::CoxRossRubinstein, .steps = 10}) ==
        Error::ParameterRange);
  CHECK(error_of({100, 0, 0, 50}, {OptionType::Put, 100, 10},
                 {.lattice = Lattice::CoxRossRubinstein, .steps = 2001}) == Error::Overflow);
  const Dividend late[] = {{.years = 2, .cash = 1}};
  CHECK(error_of(kMarket, kPut, {.dividends = late}) == Error::ParameterRange);
  const Dividend proportional[] = {{.years = 0.5, .proportion = 0.1}};
  CHECK(error_of(kMarket, kPut, {.dividends = proportional}) == Error::ParameterRange);
  const Dividend large[] = {{.years = 0.5, .cash = 200}};
  CHECK(error_of(kMarket, kPut, {.dividends = large}) == Error::ParameterRange);
  const double outside[] = {1.5};
  CHECK(error_of(kMarket, kPut, {.style = Style::Bermudan, .exercise_at = outside}) ==
        Error::ParameterRange);
}
}  // namespace sq::options::tree
