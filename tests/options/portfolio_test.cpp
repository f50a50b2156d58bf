// Positions of several legs: payoff, Greeks, scenarios, profit explained, margin.
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "engine/options/european/european.hpp"
#include "engine/options/portfolio/margin.hpp"
#include "engine/options/portfolio/payoff.hpp"
#include "engine/options/portfolio/scenario.hpp"

using namespace sq::options;

namespace {
constexpr Underlying kMarket{100.0, 0.05, 0.01};

Leg option(OptionType type, double strike, double quantity, double entry = 0, double years = 0.25) {
  return {LegKind::European, {type, strike, years}, quantity, 0.2, entry};
}
Leg future(double quantity, double entry = 100) {
  return {LegKind::Underlying, {}, quantity, 0, entry};
}
// Short 95 put and 105 call for 2 each, long 90 put and 110 call for 0.75 each: credit 2.5.
std::vector<Leg> iron_condor() {
  return {option(OptionType::Put, 90, 1, 0.75), option(OptionType::Put, 95, -1, 2),
          option(OptionType::Call, 105, -1, 2), option(OptionType::Call, 110, 1, 0.75)};
}
double price_of(OptionType type, double strike, double years = 0.25, double spot = 100) {
  return *european_price({spot, kMarket.rate, kMarket.yield, 0.2}, {type, strike, years});
}
}  // namespace

TEST_CASE("an iron condor earns its credit between the strikes and loses the wing beyond them",
          "[options]") {
  const auto profile = payoff_profile(iron_condor());
  REQUIRE(profile);
  CHECK(profile->profit_max == Approx(2.5));
  CHECK(profile->loss_max == Approx(2.5));  // wings of 5 less the credit
  CHECK_FALSE(profile->unlimited_profit);
  CHECK_FALSE(profile->unlimited_loss);
  REQUIRE(profile->breakevens.size() == 2);
  CHECK(profile->breakevens[0] == Approx(92.5));
  CHECK(profile->breakevens[1] == Approx(107.5));
  CHECK(*payoff(iron_condor(), 100) == Approx(2.5));
  CHECK(*payoff(iron_condor(), 92.5) == Approx(0).margin(1e-12));
  CHECK(*payoff(iron_condor(), 0) == Approx(-2.5));
}

TEST_CASE("a naked short call can lose without limit, a long one gain", "[options]") {
  const std::vector<Leg> sold{option(OptionType::Call, 100, -2, 3)};
  CHECK(payoff_profile(sold)->unlimited_loss);
  CHECK_FALSE(payoff_profile(sold)->unlimited_profit);
  CHECK(payoff_profile(sold)->profit_max == Approx(6));
  REQUIRE(payoff_profile(sold)->breakevens.size() == 1);
  CHECK(payoff_profile(sold)->breakevens[0] == Approx(103));
  const std::vector<Leg> covered{option(OptionType::Call, 100, -1, 3), future(1)};
  CHECK_FALSE(payoff_profile(covered)->unlimited_loss);
  CHECK(payoff_profile(covered)->breakevens[0] == Approx(97));
}

TEST_CASE("options of two expiries have no common payoff", "[options]") {
  const std::vector<Leg> calendar{option(OptionType::Call, 100, -1, 3, 0.25),
                                  option(OptionType::Call, 100, 1, 4, 0.5)};
  REQUIRE_FALSE(payoff_profile(calendar));
  CHECK(payoff_profile(calendar).error() == Error::Unsupported);
  CHECK(payoff(calendar, -1).error() == Error::Unsupported);
}

TEST_CASE("Greeks of a position are the sums of its legs'; call less put is a forward",
          "[options]") {
  const std::vector<Leg> synthetic{option(OptionType::Call, 100, 3),
                                   option(OptionType::Put, 100, -3)};
  const auto greeks = position_greeks(kMarket, synthetic);
  REQUIRE(greeks);
  const double discount = std::exp(-kMarket.yield * 0.25);
  CHECK(greeks->delta == Approx(3 * discount).epsilon(1e-13));
  CHECK(greeks->gamma == Approx(0).margin(1e-14));
  CHECK(greeks->vega == Approx(0).margin(1e-12));
  const double forward = 100 * discount - 100 * std::exp(-kMarket.rate * 0.25);
  CHECK(greeks->value == Approx(3 * forward).epsilon(1e-12));
  CHECK(greeks->second_order_complete);
  CHECK(position_greeks(kMarket, std::vector<Leg>{future(-2)})->delta == -2);
}

TEST_CASE("a position with an American leg says that its second order is not complete",
          "[options]") {
  Leg american = option(OptionType::Put, 110, 1);
  american.kind = LegKind::American;
  const auto greeks = position_greeks(kMarket, std::vector<Leg>{american});
  REQUIRE(greeks);
  CHECK_FALSE(greeks->second_order_complete);
  CHECK(greeks->value > price_of(OptionType::Put, 110));
}

TEST_CASE("the error of a leg is the position's", "[options]") {
  std::vector<Leg> legs = iron_condor();
  legs[2].volatility = -0.1;
  CHECK(position_greeks(kMarket, legs).error() == Error::VolatilityNegative);
  CHECK(position_greeks({0, 0, 0}, iron_condor()).error() == Error::SpotNotPositive);
  legs[2].quantity = std::nan("");
  CHECK(position_profit(kMarket, legs).error() == Error::NotFinite);
}

TEST_CASE("a scenario cell is the value there less the value now", "[options]") {
  const std::vector<Leg> legs{option(OptionType::Call, 105, 10), future(-4)};
  const double spots[] = {-0.1, 0, 0.1};
  const double volatilities[] = {0, 0.05};
  const double days[] = {0, 30, 400};
  const auto grid = scenario_grid(kMarket, legs, {spots, volatilities, days});
  REQUIRE(grid);
  CHECK(grid->at(1, 0, 0) == Approx(0).margin(1e-12));
  const double now = 10 * price_of(OptionType::Call, 105);
  const double later = 10 * price_of(OptionType::Call, 105, 0.25 - 30 / 365.0, 110);
  CHECK(grid->at(2, 0, 1) == Approx(later - now - 4 * 10).epsilon(1e-12));
  CHECK(grid->at(2, 1, 1) > grid->at(2, 0, 1));                          // long volatility
  CHECK(grid->at(2, 0, 2) == Approx(10 * 5 - now - 40).epsilon(1e-12));  // expired: intrinsic
}

TEST_CASE("axes outside their ranges and grids too large are refused", "[options]") {
  const std::vector<Leg> legs = iron_condor();
  const double zero[] = {0};
  const double below[] = {-1.0};
  const double past[] = {-0.5};
  CHECK_FALSE(scenario_grid(kMarket, legs, {below, zero, zero}));
  CHECK_FALSE(scenario_grid(kMarket, legs, {zero, zero, past}));
  CHECK_FALSE(scenario_grid(kMarket, legs, {{}, zero, zero}));
  CHECK_FALSE(scenario_grid(kMarket, {}, {zero, zero, zero}));
  const std::vector<double> wide(kScenarioCellsMax / legs.size(), 0.0);
  CHECK(scenario_grid(kMarket, legs, {wide, zero, zero}));
  const std::vector<double> wider(kScenarioCellsMax / legs.size() + 1, 0.0);
  CHECK_FALSE(scenario_grid(kMarket, legs, {wider, zero, zero}));
}

TEST_CASE("the terms of a small move explain it to third order, and always add up", "[options]") {
  const std::vector<Leg> before{option(OptionType::Call, 100, 1), option(OptionType::Put, 95, -2)};
  const auto explained = [&](double scale) {
    std::vector<Leg> after = before;
    for (Leg& leg : after) {
      leg.volatility += 0.01 * scale;
      leg.option.years -= scale / 365.0;
    }
    return *explain_profit(kMarket, before, {100 * (1 + 0.01 * scale), 0.05, 0.01}, after);
  };
  const ProfitExplained whole = explained(1);
  CHECK(whole.delta + whole.gamma + whole.vega + whole.theta + whole.rho + whole.vanna +
            whole.volga + whole.charm + whole.unexplained ==
        Approx(whole.total).epsilon(1e-12));
  CHECK(std::abs(whole.unexplained) < 0.05 * std::abs(whole.total));
  // Half the move: the rest shrinks by four (theta's own second order) to eight.
  const ProfitExplained half = explained(0.5);
  CHECK(std::abs(half.unexplained) < std::abs(whole.unexplained) / 3.5);
}

TEST_CASE("margin: a future costs its scan range and exposure, a long option nothing more",
          "[options]") {
  MarginParameters parameters;
  parameters.price_scan = 0.10;
  parameters.volatility_scan = 0.04;
  const auto one = margin_estimate(kMarket, std::vector<Leg>{future(50)}, parameters);
  REQUIRE(one);
  CHECK(one->scan_risk == Approx(50 * 10));
  CHECK(one->worst == 12);  // a whole range down; the extreme one counts 0.35 x 2
  CHECK(one->exposure == Approx(0.02 * 50 * 100));
  CHECK(one->total == Approx(600));
  const auto bought =
      margin_estimate(kMarket, std::vector<Leg>{option(OptionType::Call, 100, 50)}, parameters);
  CHECK(bought->span == 0);
  CHECK(bought->total == 0);
  CHECK(bought->net_option_value == Approx(50 * price_of(OptionType::Call, 100)));
}

TEST_CASE("margin: a hedge lowers the scan risk, a spread over expiries pays its charge",
          "[options]") {
  MarginParameters parameters;
  parameters.price_scan = 0.10;
  parameters.calendar_charge = 0.01;
  const std::vector<Leg> naked{option(OptionType::Call, 105, -50)};
  std::vector<Leg> hedged = naked;
  hedged.push_back(option(OptionType::Call, 110, 50));
  CHECK(margin_estimate(kMarket, hedged, parameters)->span <
        margin_estimate(kMarket, naked, parameters)->span / 2);
  CHECK(margin_estimate(kMarket, hedged, parameters)->calendar_charge == 0);
  const std::vector<Leg> calendar{option(OptionType::Call, 100, -50, 0, 0.1),
                                  option(OptionType::Call, 100, 50, 0, 0.3)};
  const double near = leg_greeks(kMarket, calendar[0])->delta;
  CHECK(margin_estimate(kMarket, calendar, parameters)->calendar_charge ==
        Approx(std::abs(near) * 100 * 0.01));
  // On its last day the near leg offsets nothing.
  std::vector<Leg> last_day = calendar;
  last_day[0].option.years = 0.5 / 365;
  CHECK(margin_estimate(kMarket, last_day, parameters)->calendar_charge == 0);
  CHECK(margin_estimate(kMarket, last_day, parameters)->scan_risk >
        2 * margin_estimate(kMarket, calendar, parameters)->scan_risk);
}

TEST_CASE("margin: parameters at and beyond their bounds", "[options]") {
  const std::vector<Leg> legs{future(1)};
  MarginParameters parameters;
  CHECK(margin_estimate(kMarket, legs, parameters).error() == Error::ParameterRange);  // no scan
  parameters.price_scan = 0.499;
  CHECK(margin_estimate(kMarket, legs, parameters));
  parameters.price_scan = 0.5;  // two ranges down: a price of 0
  CHECK_FALSE(margin_estimate(kMarket, legs, parameters));
  parameters.price_scan = 0.1;
  parameters.extreme_cover = 1;
  CHECK(margin_estimate(kMarket, legs, parameters)->scan_risk == Approx(20));
  parameters.extreme_cover = 1.01;
  CHECK_FALSE(margin_estimate(kMarket, legs, parameters));
}
