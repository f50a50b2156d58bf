#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "engine/options/european/european.hpp"
#include "engine/options/monte_carlo/longstaff_schwartz.hpp"
#include "engine/options/monte_carlo/regression.hpp"
#include "engine/options/tree/lattice.hpp"
#include "tests/options/monte_carlo_scores.hpp"

namespace sq::options::monte_carlo {
namespace {
using test::value;

// Independent equal assets on the dates of Broadie and Glasserman's max-call: three years, nine
// dates, rate 5 %, yield 10 %, volatility 20 %, strike 100.
EarlyExerciseEstimate best_of(std::size_t count, double spot, EarlyExerciseSettings settings) {
  const double volatility = 0.2, yield = 0.1, rate = 0.05;
  const std::vector<AssetSpec> assets(count, {spot, {&volatility, 1}, {&yield, 1}, {}});
  std::vector<double> times;
  for (int k = 1; k <= 9; ++k) times.push_back(k / 3.0);
  const Diffusion model = value(Diffusion::make({times, {&rate, 1}, assets, {}}));
  const std::vector<double> ones(count, 1.0);
  const BasketExercise call{
      {.type = OptionType::Call, .kind = BasketKind::Best, .weights = ones, .strike = 100}};
  return value(american_value(model, call, settings));
}
}  // namespace

TEST_CASE("regression gives back the coefficients of what it is fed, dependent columns or not") {
  Regression exact{2};
  Regression dependent{3};
  for (int i = 0; i < 50; ++i) {
    const double x = 1e6 + i;
    const double y = std::sin(i);
    const std::array<double, 2> two{x, y};
    const std::array<double, 3> three{x, y, 2 * x - 7};
    exact.add(two, 5 + 3 * (x - 1e6) - 2 * y);
    dependent.add(three, 5 + 3 * (x - 1e6) - 2 * y);
  }
  const std::vector<double> c = exact.coefficients();
  CHECK(c[1] == Approx(3).epsilon(1e-9));
  CHECK(c[2] == Approx(-2).epsilon(1e-9));
  CHECK(c[0] == Approx(5 - 3e6).epsilon(1e-9));
  const std::vector<double> d = dependent.coefficients();
  for (int i = 0; i < 5; ++i) {
    const double x = 1e6 + 10 * i;
    const double fitted = d[0] + d[1] * x + d[2] * 0.3 + d[3] * (2 * x - 7);
    CHECK(fitted == Approx(5 + 3 * (x - 1e6) - 0.6).epsilon(1e-6).margin(1e-6));
  }
  Regression constant{1};
  const std::array<double, 1> one{4.0};
  for (int i = 0; i < 3; ++i) constant.add(one, i);
  CHECK(constant.coefficients() == std::vector<double>{1.0, 0.0});
}

TEST_CASE("American puts meet table 1 of Longstaff and Schwartz") {
  // Finite-difference values of the continuously exercisable put: strike 40, rate 6 %. With 50
  // dates a year the value is below by up to about a cent, the fitted rule by another.
  struct Row {
    double spot, volatility, years, value;
  };
  const Row rows[] = {{36, 0.2, 1, 4.478}, {36, 0.4, 2, 8.508}, {38, 0.4, 1, 6.148},
                      {40, 0.2, 1, 2.314}, {40, 0.2, 2, 2.885}, {44, 0.2, 1, 1.110},
                      {44, 0.4, 2, 5.647}};
  for (const Row& row : rows) {
    const Market market{row.spot, 0.06, 0, row.volatility};
    const Diffusion model =
        value(Diffusion::make(market, row.years, static_cast<std::size_t>(50 * row.years)));
    const European european{.type = OptionType::Put, .strike = 40};
    const EarlyExerciseSettings settings{
        .valuation = {.paths = 1U << 14U, .seed = 3, .antithetic = true}, .fitting_paths = 20'000};
    const EarlyExerciseEstimate e =
        value(american_value(model, VanillaExercise{.strike = 40}, settings,
                             control(european, value(value_of(model, european)))));
    INFO(row.spot << ' ' << row.volatility << ' ' << row.years << ": " << e.value.value << " +- "
                  << e.value.standard_error << ", fitted " << e.fitted_value);
    CHECK(e.value.value < row.value + 4 * e.value.standard_error);
    CHECK(e.value.value > row.value - 0.03 - 4 * e.value.standard_error);
    CHECK(e.value.standard_error < 0.03);
    CHECK(std::abs(e.fitted_value - row.value) < 0.1);
  }
}

TEST_CASE("a Bermudan put meets the lattice with the same dates") {
  const Market market{100, 0.08, 0.03, 0.3};
  const std::array<double, 4> dates{0.25, 0.5, 0.75, 1.0};
  const double tree =
      value(tree::price_extrapolated(
                market, {OptionType::Put, 105, 1.0},
                {.steps = 2001, .style = tree::Style::Bermudan, .exercise_at = dates}))
          .price;
  const Diffusion model = value(Diffusion::make(market, dates));
  const European european{.type = OptionType::Put, .strike = 105};
  const EarlyExerciseSettings settings{
      .valuation = {.sequence = Sequence::Sobol, .paths = 1U << 16U}, .degree = 4};
  const EarlyExerciseEstimate e =
      value(american_value(model, VanillaExercise{.strike = 105}, settings,
                           control(european, value(value_of(model, european)))));
  INFO(e.value.value << " +- " << e.value.standard_error << ", lattice " << tree);
  CHECK(e.value.value < tree + 4 * e.value.standard_error + 3e-3);
  CHECK(e.value.value > tree - 0.02 - 4 * e.value.standard_error);
}

TEST_CASE("the call on the best of two assets meets the published values") {
  // Broadie and Glasserman (1997), and Andersen and Broadie (2004), table 2: by a lattice.
  const double spots[] = {90, 100, 110};
  const double values[] = {8.075, 13.902, 21.345};
  for (int i = 0; i < 3; ++i) {
    const EarlyExerciseEstimate e = best_of(2, spots[i],
                                            {.valuation = {.paths = 1U << 16U, .antithetic = true},
                                             .fitting_paths = 30'000,
                                             .degree = 4});
    INFO(spots[i] << ": " << e.value.value << " +- " << e.value.standard_error);
    CHECK(e.value.value < values[i] + 4 * e.value.standard_error);
    CHECK(e.value.value > values[i] * 0.99 - 4 * e.value.standard_error);
  }
}

TEST_CASE("the call on the best of five assets lies within the published bounds") {
  // Andersen and Broadie (2004), table 2: 95 % intervals of lower and upper bound.
  struct Row {
    double spot, low, high;
  };
  for (const Row& row :
       {Row{90, 16.602, 16.655}, Row{100, 26.109, 26.292}, Row{110, 36.704, 36.832}}) {
    const EarlyExerciseEstimate e = best_of(5, row.spot,
                                            {.valuation = {.paths = 1U << 15U, .antithetic = true},
                                             .fitting_paths = 20'000,
                                             .degree = 2,
                                             .in_the_money_only = false});
    INFO(row.spot << ": " << e.value.value << " +- " << e.value.standard_error);
    CHECK(e.value.value < row.high + 4 * e.value.standard_error);
    CHECK(e.value.value > row.low * 0.985 - 4 * e.value.standard_error);
  }
}

TEST_CASE("a put on the average of two assets that move together is a put on one") {
  const double volatility = 0.25, yield = 0.02, rate = 0.06;
  const std::array<double, 3> dates{0.4, 0.8, 1.2};
  const std::array<AssetSpec, 2> assets{AssetSpec{100, {&volatility, 1}, {&yield, 1}, {}},
                                        AssetSpec{60, {&volatility, 1}, {&yield, 1}, {}}};
  const std::array<double, 4> together{1, 1, 1, 1};
  const Diffusion model = value(Diffusion::make({dates, {&rate, 1}, assets, together}));
  const std::array<double, 2> halves{0.5, 0.5};
  const BasketExercise put{{.type = OptionType::Put, .weights = halves, .strike = 82}};
  const Estimate e =
      value(american_value(model, put, {.valuation = {.sequence = Sequence::Sobol}})).value;
  const double tree =
      value(tree::price_extrapolated(
                {80, rate, yield, volatility}, {OptionType::Put, 82, 1.2},
                {.steps = 1501, .style = tree::Style::Bermudan, .exercise_at = dates}))
          .price;
  INFO(e.value << " +- " << e.standard_error << ", lattice " << tree);
  CHECK(std::abs(e.value - tree) < 4 * e.standard_error + 0.015);
}

TEST_CASE("a call without a yield is not exercised early, a deep put at once") {
  const Market market{100, 0.05, 0, 0.2};
  const Diffusion model = value(Diffusion::make(market, 1.0, 5));
  const EarlyExerciseSettings settings{.valuation = {.paths = 1U << 15U}};
  const Estimate call =
      value(
          american_value(model, VanillaExercise{.type = OptionType::Call, .strike = 100}, settings))
          .value;
  const double european = value(european_price(market, {OptionType::Call, 100, 1.0}));
  CHECK(std::abs(call.value - european) < 4 * call.standard_error + 0.05);
  EarlyExerciseSettings later = settings;
  later.exercise_today = false;
  const VanillaExercise deep{.strike = 300};
  const Estimate now = value(american_value(model, deep, settings)).value;
  CHECK(now.value == 200);
  CHECK(now.standard_error == 0);
  const Estimate first_date = value(american_value(model, deep, later)).value;
  CHECK(first_date.value < 200);
  CHECK(first_date.value == Approx(300 * std::exp(-0.01) - 100).margin(0.6));
}

TEST_CASE("early exercise is reproducible and refuses what it cannot fit") {
  const Diffusion model = value(Diffusion::make({100, 0.05, 0, 0.2}, 1.0, 4));
  const VanillaExercise put{.strike = 100};
  EarlyExerciseSettings settings{.valuation = {.paths = 4096}, .fitting_paths = 5000};
  const Estimate first = value(american_value(model, put, settings)).value;
  for (const Path path : {Path::Scalar, Path::Avx2, Path::Avx512}) {
    if (!supported(path)) continue;
    for (const std::size_t block : {64U, 512U}) {
      settings.valuation.path = path;
      settings.valuation.block = block;
      CHECK(value(american_value(model, put, settings)).value.value == first.value);
    }
  }
  const auto error = [&](EarlyExerciseSettings changed) {
    const auto result = american_value(model, put, changed);
    return result ? Error{} : result.error();
  };
  settings = {.valuation = {.paths = 256}, .fitting_paths = 100};
  CHECK(error(settings) == Error{});
  settings.fitting_paths = 99;
  CHECK(error(settings) == Error::ParameterRange);
  settings.fitting_paths = kStoredMax / 8 + 1;
  CHECK(error(settings) == Error::ParameterRange);
  settings.fitting_paths = 2000;
  settings.degree = kDegreeMax;
  CHECK(error(settings) == Error{});
  settings.degree = kDegreeMax + 1;
  CHECK(error(settings) == Error::ParameterRange);
  CHECK(american_value(model, VanillaExercise{.strike = 0}, {}).error() ==
        Error::StrikeNotPositive);
  const std::array<double, 2> two{1, 1};
  CHECK(american_value(model, BasketExercise{{.weights = two, .strike = 1}}, {}).error() ==
        Error::ParameterRange);
}
}  // namespace sq::options::monte_carlo
