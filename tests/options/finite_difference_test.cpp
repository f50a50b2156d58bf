#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "engine/options/american/american.hpp"
#include "engine/options/finite_difference/grid.hpp"
#include "engine/options/finite_difference/one_dimensional.hpp"
#include "tests/options/lognormal_model.hpp"

namespace sq::options::finite_difference {
namespace {
using test::LognormalModel;
using test::normal_distribution;
constexpr LognormalModel kExact{0.05, 0.02, 0.25};
constexpr double kSpot = 100;
constexpr double kStrike = 105;
constexpr double kYears = 1;

Model1d model_of(const LognormalModel& m) {
  return {.rate = m.rate, .yield = m.yield, .volatility = m.volatility};
}
Contract1d put(double years = kYears) {
  return {.years = years,
          .payoff = [](double spot) { return std::max(kStrike - spot, 0.0); },
          .kinks = {kStrike}};
}
Contract1d call() {
  return {.years = kYears,
          .payoff = [](double spot) { return std::max(spot - kStrike, 0.0); },
          .kinks = {kStrike}};
}
Value1d value(const Contract1d& contract, const Settings1d& settings = {},
              const Model1d& model = model_of(kExact), double spot = kSpot) {
  const auto solved = solve(model, contract, spot, settings);
  REQUIRE(solved.has_value());
  return solved->at(spot);
}

// How the error falls when points and steps double.
template <class Error>
double order(Error&& error) {
  return std::log2(std::abs(error(100U)) / std::abs(error(400U))) / 2;
}
}  // namespace

TEST_CASE("European prices converge with the order of their scheme") {
  const double exact = kExact.put(kSpot, kStrike, kYears);
  const auto measured = [&](Scheme scheme) {
    return order([&](std::uint32_t n) {
      return value(put(), {.points = n, .steps = n / 2, .scheme = scheme}).price - exact;
    });
  };
  CHECK(measured(Scheme::CrankNicolson) == Approx(2).margin(0.15));
  CHECK(measured(Scheme::TrBdf2) == Approx(2).margin(0.15));
  CHECK(measured(Scheme::ImplicitEuler) == Approx(1).margin(0.15));
}

TEST_CASE("Greeks of the grid are those of the formula") {
  const Value1d got = value(put());
  const double d1 = kExact.d1(kSpot, kStrike, kYears);
  const double density = std::exp(-0.5 * d1 * d1) / std::sqrt(2 * std::numbers::pi);
  CHECK(got.price == Approx(kExact.put(kSpot, kStrike, kYears)).margin(3e-4));
  CHECK(got.delta == Approx(-std::exp(-kExact.yield) * normal_distribution(-d1)).margin(5e-6));
  CHECK(got.gamma ==
        Approx(std::exp(-kExact.yield) * density / (kSpot * kExact.volatility)).margin(2e-6));
  const double later = kExact.put(kSpot, kStrike, kYears - 1e-5);
  const double sooner = kExact.put(kSpot, kStrike, kYears + 1e-5);
  CHECK(got.theta == Approx((later - sooner) / 2e-5).margin(5e-4));
}

TEST_CASE("American puts converge to the integral equation with second order") {
  const double exact = *american::american_price(
      {kSpot, 0.05, 0.02, 0.25}, {OptionType::Put, kStrike, kYears}, american::Preset::Reference);
  Contract1d contract = put();
  contract.exercise = [](double, double spot) { return kStrike - spot; };
  for (const Scheme scheme : {Scheme::CrankNicolson, Scheme::TrBdf2}) {
    const auto error = [&](std::uint32_t n) {
      return value(contract, {.points = n, .steps = n / 2, .scheme = scheme}).price - exact;
    };
    CHECK(order(error) == Approx(2).margin(0.3));
    CHECK(std::abs(error(400)) < 5e-4);
  }
  const Value1d deep = value(contract, {}, model_of(kExact), 60);
  CHECK(deep.price == 45);
  CHECK(deep.delta == Approx(-1).margin(1e-6));
  CHECK(deep.theta == 0);
}

TEST_CASE("a payoff that jumps converges with second order too") {
  Contract1d contract{.years = kYears,
                      .payoff = [](double spot) { return spot > kStrike ? 1.0 : 0.0; },
                      .kinks = {kStrike}};
  const double exact = std::exp(-kExact.rate) *
                       normal_distribution(kExact.d1(kSpot, kStrike, kYears) - kExact.volatility);
  const auto error = [&](std::uint32_t n) {
    return value(contract, {.points = n, .steps = n / 2}).price - exact;
  };
  CHECK(order(error) > 1.7);
  CHECK(std::abs(error(400)) < 2e-5);
}

TEST_CASE("continuous barriers agree with the reflection principle, rebates included") {
  Contract1d contract = call();
  contract.lower = Barrier{.level = 90};
  const auto error = [&](std::uint32_t n) {
    return value(contract, {.points = n, .steps = n / 2}).price -
           kExact.down_and_out_call(kSpot, kStrike, kYears, 90);
  };
  CHECK(order(error) == Approx(2).margin(0.2));
  CHECK(std::abs(error(400)) < 1e-4);
  const double without = value(contract).price;
  contract.lower->rebate = 3;
  CHECK(value(contract).price - without ==
        Approx(3 * kExact.touched_below(kSpot, 90, kYears)).margin(1e-4));
  // Paid at expiry instead: as with a rate of 0 until then, discounted by the whole life.
  contract.lower->paid_at_hit = false;
  const double drift = kExact.rate - kExact.yield;
  const double hit = LognormalModel{0, -drift, kExact.volatility}.touched_below(kSpot, 90, kYears);
  CHECK(value(contract).price - without == Approx(3 * std::exp(-kExact.rate) * hit).margin(1e-4));
  // At or beyond the barrier the rebate is all there is.
  CHECK(value(contract, {}, model_of(kExact), 90).price == Approx(3 * std::exp(-kExact.rate)));
  contract.lower->paid_at_hit = true;
  CHECK(value(contract, {}, model_of(kExact), 80).price == 3);
  CHECK(value(contract, {}, model_of(kExact), 80).delta == 0);
  // A barrier out of reach changes nothing.
  contract.lower->level = 1e-6;
  CHECK(value(contract).price == Approx(kExact.call(kSpot, kStrike, kYears)).margin(3e-4));
}

TEST_CASE("an upper barrier is the lower one's mirror image") {
  // S -> 1 / S turns a call with strike K into K S times a put; with a numeraire change the
  // up-and-out put on S equals strike x spot x the down-and-out call on 1 / S.
  Contract1d up = put();
  up.upper = Barrier{.level = 120};
  const LognormalModel mirror{kExact.yield, kExact.rate, kExact.volatility};
  const double exact =
      kStrike * kSpot * mirror.down_and_out_call(1 / kSpot, 1 / kStrike, kYears, 1 / 120.0);
  CHECK(value(up).price == Approx(exact).margin(2e-4));
}

TEST_CASE("a barrier that is looked at once knocks out then only") {
  Contract1d contract = call();
  contract.lower = Barrier{.level = 95, .rebate = 2, .monitored_at = {0.4}};
  const double exact = kExact.expect(kSpot, 0.4, 95, [](double spot) {
    return spot > 95 ? kExact.call(spot, kStrike, kYears - 0.4) : 2.0;
  });
  const auto error = [&](std::uint32_t n) {
    return value(contract, {.points = n, .steps = n / 2}).price - exact;
  };
  CHECK(order(error) > 1.5);
  CHECK(std::abs(error(400)) < 4e-4);
  // Below it today is not yet out.
  CHECK(value(contract, {}, model_of(kExact), 90).price > 2);
}

TEST_CASE("cash and proportional dividends lower the spot at their moment") {
  Contract1d contract = call();
  contract.dividends = {{.years = 0.3, .cash = 4}};
  const double exact = kExact.expect(
      kSpot, 0.3, 0, [](double spot) { return kExact.call(spot - 4, kStrike, kYears - 0.3); });
  CHECK(value(contract).price == Approx(exact).margin(5e-4));
  // An American call may be exercised just before (Roll, Geske, Whaley).
  contract.exercise = [](double, double spot) { return spot - kStrike; };
  const LognormalModel no_yield{0.05, 0, 0.25};
  const double american = no_yield.expect(kSpot, 0.3, 0, [&](double spot) {
    return std::max(spot - kStrike, no_yield.call(std::max(spot - 9, 1e-9), kStrike, kYears - 0.3));
  });
  contract.dividends[0].cash = 9;
  CHECK(value(contract, {}, model_of(no_yield)).price == Approx(american).margin(2e-3));
  // A proportion is a smaller spot.
  Contract1d proportional = call();
  proportional.dividends = {{.years = 0.7, .proportion = 0.05}};
  CHECK(value(proportional).price ==
        Approx(kExact.call(kSpot * 0.95, kStrike, kYears)).margin(5e-4));
  // The same by a jump condition.
  Contract1d jumping = call();
  jumping.jumps.push_back({0.7, [](std::span<const double> spots, std::span<double> values) {
                             const std::vector<double> after(values.begin(), values.end());
                             for (std::size_t i = 0; i < spots.size(); ++i)
                               values[i] = interpolate_cubic(spots, after, spots[i] * 0.95);
                           }});
  CHECK(value(jumping).price == Approx(value(proportional).price).margin(2e-4));
}

TEST_CASE("one exercise date gives the better of exercise and holding on that date") {
  Contract1d contract = put();
  contract.exercise = [](double, double spot) { return kStrike - spot; };
  contract.exercise_at = {0.6};
  const auto bermudan = [](double spot) {
    return std::max(kStrike - spot, kExact.put(spot, kStrike, 0.4));
  };
  double low = 50;  // where both are equal
  double high = kStrike;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (kStrike - middle > kExact.put(middle, kStrike, 0.4) ? low : high) = middle;
  }
  CHECK(value(contract).price == Approx(kExact.expect(kSpot, 0.6, low, bermudan)).margin(5e-4));
  CHECK(value(contract).price > kExact.put(kSpot, kStrike, kYears));
}

TEST_CASE("a volatility that depends on time acts through its mean square") {
  Model1d model = model_of(kExact);
  model.local_volatility = [](double years, double) { return years < 0.5 ? 0.1 : 0.3; };
  model.volatility = 0.25;
  const LognormalModel mean{kExact.rate, kExact.yield, std::sqrt(0.5 * (0.01 + 0.09))};
  CHECK(value(put(), {}, model).price == Approx(mean.put(kSpot, kStrike, kYears)).margin(1e-3));
}

TEST_CASE("a displaced diffusion as a local volatility has its shifted Black price") {
  constexpr double kShift = 50;
  const Model1d model{.volatility = 0.25, .local_volatility = [](double, double spot) {
                        return 0.2 * (spot + kShift) / spot;
                      }};
  const LognormalModel shifted{0, 0, 0.2};
  for (const double strike : {80.0, 100.0, 120.0}) {
    const Contract1d contract{
        .years = 1,
        .payoff = [strike](double spot) { return std::max(spot - strike, 0.0); },
        .kinks = {strike}};
    CHECK(value(contract, {}, model).price ==
          Approx(shifted.call(kSpot + kShift, strike + kShift, 1)).margin(2e-3));
  }
}

TEST_CASE("little volatility against a strong drift stays free of oscillations") {
  const LognormalModel calm{0.1, 0, 0.01};
  const auto solved = solve(model_of(calm), call(), kSpot, {.points = 100, .steps = 50});
  REQUIRE(solved.has_value());
  double before = -1e-9;
  for (const double at : solved->values()) {
    CHECK(at >= before - 1e-9);
    before = at;
  }
  CHECK(solved->at(kSpot).price == Approx(calm.call(kSpot, kStrike, kYears)).margin(0.1));
}

TEST_CASE("what cannot be priced on a grid is refused by name") {
  const auto error_of = [](const Contract1d& contract, const Model1d& model = model_of(kExact),
                           double spot = kSpot, const Settings1d& settings = {}) {
    const auto solved = solve(model, contract, spot, settings);
    REQUIRE_FALSE(solved.has_value());
    return solved.error();
  };
  CHECK(error_of(put(), {.volatility = -0.1}) == Error::VolatilityNegative);
  CHECK(error_of(put(), {.rate = std::nan(""), .volatility = 0.1}) == Error::NotFinite);
  CHECK(error_of(put(), model_of(kExact), 0) == Error::SpotNotPositive);
  CHECK(error_of(put(-1)) == Error::TimeNegative);
  CHECK(error_of(put(0)) == Error::ParameterRange);
  CHECK(error_of({.years = 1}) == Error::ParameterRange);
  CHECK(error_of(put(), model_of(kExact), kSpot, {.points = 15}) == Error::ParameterRange);
  CHECK(error_of(put(), model_of(kExact), kSpot, {.points = 20'001}) == Error::ParameterRange);
  CHECK(error_of(put(), model_of(kExact), kSpot, {.steps = 0}) == Error::ParameterRange);
  CHECK(error_of(put(), model_of(kExact), kSpot, {.deviations = 0.5}) == Error::ParameterRange);
  Contract1d contract = put();
  contract.lower = Barrier{.level = 0};
  CHECK(error_of(contract) == Error::ParameterRange);
  contract.lower = Barrier{.level = 90};
  contract.upper = Barrier{.level = 90};
  CHECK(error_of(contract) == Error::ParameterRange);
  contract.upper = Barrier{.level = 120, .monitored_at = {1.5}};
  CHECK(error_of(contract) == Error::ParameterRange);
  contract = put();
  contract.dividends = {{.years = 0, .cash = 1}};
  CHECK(error_of(contract) == Error::ParameterRange);
  contract.dividends = {{.years = 0.5, .proportion = 1}};
  CHECK(error_of(contract) == Error::ParameterRange);
  contract = put();
  contract.exercise_at = {2};
  CHECK(error_of(contract) == Error::ParameterRange);
  contract = put();
  contract.jumps.push_back({0.5, {}});
  CHECK(error_of(contract) == Error::ParameterRange);
  contract = put();
  contract.payoff = [](double) { return std::numeric_limits<double>::infinity(); };
  CHECK(error_of(contract) == Error::Overflow);
  Model1d model = model_of(kExact);
  model.local_volatility = [](double, double) { return std::nan(""); };
  CHECK(error_of(put(), model) == Error::Overflow);
}

TEST_CASE("a grid is increasing, dense at its centres and holds the required points") {
  const double centres[] = {0.0, 1.0};
  const double on_grid[] = {0.123456789, 1.0, 1.7};
  const auto grid = make_grid(
      {.low = -2, .high = 3, .points = 101, .width = 0.1, .centres = centres, .on_grid = on_grid});
  REQUIRE(grid.has_value());
  CHECK(grid->front() == -2);
  CHECK(grid->back() == 3);
  for (std::size_t i = 1; i < grid->size(); ++i) CHECK((*grid)[i] > (*grid)[i - 1]);
  for (const double point : on_grid)
    CHECK(std::find(grid->begin(), grid->end(), point) != grid->end());
  const auto spacing_at = [&](double x) {
    const auto above = std::upper_bound(grid->begin(), grid->end(), x);
    return *above - *(above - 1);
  };
  CHECK(spacing_at(0.0) < 0.3 * spacing_at(-1.5));
  CHECK(spacing_at(1.0) < 0.3 * spacing_at(2.5));
  CHECK(make_grid({.low = 1, .high = 1, .points = 50, .width = 1}).error() ==
        Error::ParameterRange);
  CHECK(make_grid({.low = 0, .high = 1, .points = 15, .width = 1}).error() ==
        Error::ParameterRange);
  CHECK(make_grid({.low = 0, .high = 1, .points = 50, .width = 0}).error() ==
        Error::ParameterRange);
  CHECK(make_grid({.low = 0, .high = std::nan(""), .points = 50, .width = 1}).error() ==
        Error::NotFinite);
}

TEST_CASE("local fits reproduce polynomials of their degree") {
  std::vector<double> points;
  std::vector<double> cubic;
  std::vector<double> quartic;
  for (int i = 0; i < 12; ++i) {
    const double x = 0.1 * i + 0.01 * i * i;
    points.push_back(x);
    cubic.push_back(1 + x * (2 - x * (3 - 4 * x)));
    quartic.push_back(1 + x * (2 - x * (3 - x * (4 + 5 * x))));
  }
  for (const double x : {-0.1, 0.0, 0.05, 0.7, 1.3, 2.31, 2.5}) {
    CAPTURE(x);
    CHECK(interpolate_cubic(points, cubic, x) == Approx(1 + x * (2 - x * (3 - 4 * x))));
    const LocalFit fit = fit_quartic(points, quartic, x);
    CHECK(fit.value == Approx(1 + x * (2 - x * (3 - x * (4 + 5 * x)))).margin(1e-11));
    CHECK(fit.slope == Approx(2 - 6 * x + 12 * x * x + 20 * x * x * x).margin(1e-10));
    CHECK(fit.curvature == Approx(-6 + 24 * x + 60 * x * x).margin(1e-9));
  }
}
}  // namespace sq::options::finite_difference
