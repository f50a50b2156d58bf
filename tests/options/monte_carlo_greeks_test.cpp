#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "engine/options/european/digital.hpp"
#include "engine/options/european/european.hpp"
#include "engine/options/exotic/barrier/discrete_barrier.hpp"
#include "engine/options/exotic/multi_asset/two_asset.hpp"
#include "engine/options/exotic/path/geometric_asian.hpp"
#include "engine/options/monte_carlo/greeks.hpp"
#include "engine/options/monte_carlo/path_payoffs.hpp"
#include "tests/options/monte_carlo_scores.hpp"

namespace sq::options::monte_carlo {
namespace {
using test::Scores;
using test::value;
const Market kMarket{100, 0.05, 0.02, 0.25};
const OptionType kTypes[] = {OptionType::Call, OptionType::Put};

struct Reference {
  double price, delta, gamma, vega;
};
void add(Scores& scores, const GreekEstimates& greeks, const Reference& exact, bool gamma = true) {
  scores.add("value", greeks.value, exact.price);
  scores.add("delta", greeks.assets[0].delta, exact.delta);
  if (gamma) scores.add("gamma", greeks.assets[0].gamma, exact.gamma);
  scores.add("vega", greeks.assets[0].vega, exact.vega);
}
}  // namespace

TEST_CASE("European Greeks by path, by density and by bumps meet the closed form") {
  Scores scores;
  for (const Sequence sequence : {Sequence::PseudoRandom, Sequence::Sobol}) {
    for (const OptionType type : kTypes) {
      const Greeks exact = value(european_greeks(kMarket, {type, 104, 1.0}));
      const Reference reference{exact.price, exact.delta, exact.gamma, exact.vega};
      const European payoff{.type = type, .strike = 104};
      const Diffusion model = value(Diffusion::make(kMarket, 1.0, 2));
      const Settings settings{.sequence = sequence, .paths = 1U << 16U, .seed = 11};
      const GreekEstimates path = value(pathwise_greeks(model, settings, payoff));
      const GreekEstimates density = value(likelihood_ratio_greeks(model, settings, payoff));
      const GreekEstimates bumps = value(bump_greeks(model, settings, payoff));
      add(scores, path, reference);
      add(scores, density, reference);
      add(scores, bumps, reference, false);
      scores.add("rho", *path.rho, exact.rho);
      scores.add("rho by bumps", *bumps.rho, exact.rho);
      CHECK_FALSE(density.rho.has_value());
      CHECK(path.assets[0].delta.standard_error < density.assets[0].delta.standard_error);
      // The bumped difference is the pathwise derivative but for paths that end within the bump.
      CHECK(std::abs(path.assets[0].delta.value - bumps.assets[0].delta.value) < 5e-3);
      const GreekEstimates wide = value(bump_greeks(model, settings, payoff, {.spot = 0.02}));
      CHECK(wide.assets[0].gamma.value == Approx(exact.gamma).epsilon(0.1));
    }
  }
  scores.check_honest(20);
}

TEST_CASE("digital Greeks by density meet the closed form") {
  Scores scores;
  for (const OptionType type : kTypes) {
    const DigitalGreeks exact =
        value(digital_greeks(kMarket, {.type = type, .strike = 97, .years = 0.5, .amount = 10}));
    const Diffusion model = value(Diffusion::make(kMarket, 0.5, 1));
    const Digital payoff{.type = type, .strike = 97, .cash = 10};
    const Settings settings{.paths = 1U << 16U, .seed = 5};
    add(scores, value(likelihood_ratio_greeks(model, settings, payoff)),
        {exact.price, exact.delta, exact.gamma, exact.vega});
    const GreekEstimates bumps = value(bump_greeks(model, settings, payoff, {.spot = 0.01}));
    scores.add("delta by bumps", bumps.assets[0].delta, exact.delta);
  }
}

TEST_CASE("barrier Greeks by density meet the recursion") {
  Scores scores;
  for (const BarrierKind kind : {BarrierKind::DownOut, BarrierKind::UpIn}) {
    const bool down = is_down(kind);
    const DiscreteBarrier contract{.knock_in = is_knock_in(kind),
                                   .strike = 100,
                                   .low = down ? 90.0 : 0.0,
                                   .high = down ? 0.0 : 115.0,
                                   .years = 1,
                                   .dates = 3,
                                   .rebate = 2};
    const ExoticGreeks exact = value(options::greeks(kMarket, contract));
    const Diffusion model = value(Diffusion::make(kMarket, 1.0, 3));
    const BarrierPayoff payoff{
        .kind = kind, .strike = 100, .barrier = down ? 90.0 : 115.0, .rebate = 2};
    const Settings settings{.paths = 1U << 16U, .seed = 6, .antithetic = true};
    add(scores, value(likelihood_ratio_greeks(model, settings, payoff)),
        {exact.price, exact.delta, exact.gamma, exact.vega});
  }
}

TEST_CASE("geometric averages' Greeks by path meet the closed form; arithmetic ones the bumps") {
  Scores scores;
  const Diffusion model = value(Diffusion::make(kMarket, 1.0, 6));
  const Settings settings{.sequence = Sequence::Sobol, .paths = 1U << 15U};
  for (const OptionType type : kTypes) {
    for (const bool average_strike : {false, true}) {
      const ExoticGreeks exact =
          value(options::greeks(kMarket, GeometricDiscrete{.type = type,
                                                           .strike = 101,
                                                           .years = 1,
                                                           .dates = model.times(),
                                                           .average_strike = average_strike}));
      const Asian payoff{.type = type,
                         .strike = 101,
                         .average = Average::Geometric,
                         .average_strike = average_strike};
      const GreekEstimates path = value(pathwise_greeks(model, settings, payoff));
      add(scores, path, {exact.price, exact.delta, exact.gamma, exact.vega}, !average_strike);
      scores.add("rho", *path.rho, exact.rho);
      const Asian arithmetic{
          .type = type, .strike = 101, .first_fixing = 1, .known = 2, .known_average = 99};
      const GreekEstimates one = value(pathwise_greeks(model, settings, arithmetic));
      const GreekEstimates other = value(bump_greeks(model, settings, arithmetic));
      CHECK(one.assets[0].delta.value == Approx(other.assets[0].delta.value).epsilon(2e-3));
      CHECK(one.assets[0].vega.value == Approx(other.assets[0].vega.value).epsilon(2e-3));
      CHECK(one.rho->value == Approx(other.rho->value).epsilon(2e-3));
    }
  }
}

TEST_CASE("Greeks of the best and the worst of two assets meet the closed form") {
  Scores scores;
  const TwoAssetMarket m{.spot1 = 100,
                         .spot2 = 95,
                         .yield1 = 0.02,
                         .yield2 = 0.01,
                         .volatility1 = 0.2,
                         .volatility2 = 0.3,
                         .correlation = 0.4,
                         .rate = 0.04};
  const std::array<AssetSpec, 2> assets{
      AssetSpec{m.spot1, {&m.volatility1, 1}, {&m.yield1, 1}, {}},
      AssetSpec{m.spot2, {&m.volatility2, 1}, {&m.yield2, 1}, {}}};
  const std::array<double, 4> correlations{1, m.correlation, m.correlation, 1};
  const std::array<double, 2> times{0.5, 1.0};
  const Diffusion model = value(Diffusion::make({times, {&m.rate, 1}, assets, correlations}));
  const std::array<double, 2> ones{1, 1};
  for (const BasketKind kind : {BasketKind::Best, BasketKind::Worst}) {
    const TwoAssetGreeks exact = value(options::greeks(
        m, BestOrWorst{.pick = kind == BasketKind::Best ? Pick::Larger : Pick::Smaller,
                       .strike = 98,
                       .years = 1}));
    const BasketOption payoff{.kind = kind, .weights = ones, .strike = 98};
    const Settings settings{.paths = 1U << 16U, .seed = 8};
    for (const GreekEstimates& greeks : {value(pathwise_greeks(model, settings, payoff)),
                                         value(likelihood_ratio_greeks(model, settings, payoff)),
                                         value(bump_greeks(model, settings, payoff))}) {
      scores.add("delta 1", greeks.assets[0].delta, exact.delta1);
      scores.add("delta 2", greeks.assets[1].delta, exact.delta2);
      scores.add("vega 1", greeks.assets[0].vega, exact.vega1);
      scores.add("vega 2", greeks.assets[1].vega, exact.vega2);
      if (greeks.rho) scores.add("rho", *greeks.rho, exact.rho);
    }
    const GreekEstimates path = value(pathwise_greeks(model, settings, payoff));
    const GreekEstimates density = value(likelihood_ratio_greeks(model, settings, payoff));
    scores.add("gamma 1", density.assets[0].gamma, exact.gamma1);
    scores.add("gamma 2", density.assets[1].gamma, exact.gamma2);
    scores.add("gamma 1", path.assets[0].gamma, exact.gamma1);
    scores.add("gamma 2", path.assets[1].gamma, exact.gamma2);
  }
}

TEST_CASE("Greeks that a method cannot give are refused by name") {
  const European payoff{.strike = 100};
  const Settings settings{.paths = 64};
  const auto model = [](double first, double second, std::span<const Dividend> paid) {
    static const std::array<double, 2> times{0.5, 1.0};
    const std::array<double, 2> volatilities{first, second};
    const double rate = 0.05;
    const AssetSpec asset{100, volatilities, {}, paid};
    return value(Diffusion::make({times, {&rate, 1}, {&asset, 1}, {}}));
  };
  const std::array<Dividend, 1> paid{Dividend{0.5, 1, 0}};
  CHECK(pathwise_greeks(model(0.2, 0.2, paid), settings, payoff).error() == Error::Unsupported);
  CHECK(likelihood_ratio_greeks(model(0.2, 0.2, paid), settings, payoff).has_value());
  CHECK(pathwise_greeks(model(0.0, 0.2, {}), settings, payoff).error() == Error::Unsupported);
  CHECK(pathwise_greeks(model(0.2, 0.0, {}), settings, payoff).has_value());
  CHECK(likelihood_ratio_greeks(model(0.2, 0.0, {}), settings, payoff).error() ==
        Error::Unsupported);
  const Diffusion usual = model(0.2, 0.2, {});
  const auto bump = [&](const Bumps& bumps) {
    const auto result = bump_greeks(usual, settings, payoff, bumps);
    return result ? Error{} : result.error();
  };
  CHECK(bump({}) == Error{});
  CHECK(bump({.spot = 0}) == Error::ParameterRange);
  CHECK(bump({.spot = 0.999}) == Error{});
  CHECK(bump({.spot = 1}) == Error::ParameterRange);
  CHECK(bump({.volatility = 0.2}) == Error{});
  CHECK(bump({.volatility = 0.2001}) == Error::ParameterRange);
  CHECK(bump({.rate = 0}) == Error::ParameterRange);
  const European refused{.strike = -1};
  CHECK(pathwise_greeks(usual, settings, refused).error() == Error::StrikeNotPositive);
  CHECK(likelihood_ratio_greeks(usual, settings, refused).error() == Error::StrikeNotPositive);
  CHECK(bump_greeks(usual, settings, refused).error() == Error::StrikeNotPositive);
}
}  // namespace sq::options::monte_carlo
