#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/options/monte_carlo/payoffs.hpp"
#include "engine/options/monte_carlo/simulation.hpp"
#include "engine/options/tree/lattice.hpp"
#include "tests/options/monte_carlo_scores.hpp"

namespace sq::options::monte_carlo {
namespace {
using test::Scores;
using test::value;
const double kNaN = std::numeric_limits<double>::quiet_NaN();

// A valid two-asset model that a test spoils.
struct Spec {
  std::vector<double> times{0.5, 1.0};
  std::vector<double> rates{0.03, 0.05};
  std::vector<double> volatilities{0.2, 0.3};
  std::vector<double> yields{0.01};
  std::vector<Dividend> dividends{};
  std::vector<double> correlations{1, 0.4, 0.4, 1};
  double spot{100};

  [[nodiscard]] Result<Diffusion> make() const {
    const std::vector<AssetSpec> assets{{spot, volatilities, yields, dividends},
                                        {50, {&flat, 1}, {}, {}}};
    return Diffusion::make({times, rates, assets, correlations});
  }
  double flat{0.25};
};
Error error(const Spec& spec) {
  const auto model = spec.make();
  return model ? Error{} : model.error();
}
}  // namespace

TEST_CASE("a model that makes no sense is refused by name, its bounds are taken") {
  CHECK(error({}) == Error{});
  CHECK(error({.times = {0.5, 0.5}}) == Error::ParameterRange);
  CHECK(error({.times = {0.5, std::nextafter(0.5, 1.0)}}) == Error{});
  CHECK(error({.times = {0.0, 1.0}}) == Error::ParameterRange);
  CHECK(error({.times = {1e-300, 1.0}}) == Error{});
  CHECK(error({.times = {-1.0, 1.0}}) == Error::TimeNegative);
  CHECK(error({.times = {}}) == Error::ParameterRange);
  CHECK(error({.times = {0.5, kNaN}}) == Error::NotFinite);
  CHECK(error({.rates = {}}) == Error::ParameterRange);
  CHECK(error({.rates = {0.1, 0.1, 0.1}}) == Error::ParameterRange);
  CHECK(error({.rates = {kNaN}}) == Error::NotFinite);
  CHECK(error({.volatilities = {-1e-300}}) == Error::VolatilityNegative);
  CHECK(error({.volatilities = {0.0}}) == Error{});
  CHECK(error({.volatilities = {0.1, 0.1, 0.1}}) == Error::ParameterRange);
  CHECK(error({.yields = {0.1, 0.1, 0.1}}) == Error::ParameterRange);
  CHECK(error({.yields = {kNaN}}) == Error::NotFinite);
  CHECK(error({.yields = {}}) == Error{});
  CHECK(error({.spot = 0}) == Error::SpotNotPositive);
  CHECK(error({.spot = 1e-300}) == Error{});
  CHECK(error({.dividends = {{0.5, 3, 0}}}) == Error{});
  CHECK(error({.dividends = {{0.6, 3, 0}}}) == Error::ParameterRange);
  CHECK(error({.dividends = {{0.5, -1, 0}}}) == Error::ParameterRange);
  CHECK(error({.dividends = {{0.5, 0, 1}}}) == Error::ParameterRange);
  CHECK(error({.dividends = {{0.5, 0, 0.999}}}) == Error{});
  CHECK(Diffusion::make({100, 0, 0, 0.2}, 1.0, 0).error() == Error::ParameterRange);
  CHECK(Diffusion::make({100, 0, 0, 0.2}, 1.0, kStepsMax).has_value());
  CHECK(Diffusion::make({100, 0, 0, 0.2}, 1.0, kStepsMax + 1).error() == Error::ParameterRange);
  const double volatility = 0.2, rate = 0, date = 1;
  const std::vector<AssetSpec> many(kAssetsMax + 1, {100, {&volatility, 1}, {}, {}});
  const auto of = [&](std::size_t count) {
    return Diffusion::make({{&date, 1}, {&rate, 1}, {many.data(), count}, {}}).has_value();
  };
  CHECK_FALSE(of(0));
  CHECK(of(kAssetsMax));
  CHECK_FALSE(of(kAssetsMax + 1));
}

TEST_CASE("correlations must be a correlation matrix; one without full rank is one") {
  CHECK(error({.correlations = {1, 0.4, 0.3, 1}}) == Error::ParameterRange);
  CHECK(error({.correlations = {1, 0.4, 0.4, 0.9}}) == Error::ParameterRange);
  CHECK(error({.correlations = {1, 1, 1, 1}}) == Error{});
  CHECK(error({.correlations = {1, -1, -1, 1}}) == Error{});
  CHECK(error({.correlations = {1, 1.1, 1.1, 1}}) == Error::ParameterRange);
  CHECK(error({.correlations = {1, 0.4, 0.4}}) == Error::ParameterRange);
  CHECK(error({.correlations = {1, kNaN, kNaN, 1}}) == Error::NotFinite);
  // Three assets: the least common correlation is -1/2.
  const double volatility = 0.2, rate = 0, date = 1;
  const std::vector<AssetSpec> assets(3, {100, {&volatility, 1}, {}, {}});
  const auto three = [&](double a, double b, double c) {
    const std::array<double, 9> matrix{1, a, b, a, 1, c, b, c, 1};
    return Diffusion::make({{&date, 1}, {&rate, 1}, assets, matrix}).has_value();
  };
  CHECK(three(-0.5, -0.5, -0.5));
  CHECK_FALSE(three(-0.5001, -0.5001, -0.5001));
  CHECK(three(1, 0.3, 0.3));
  CHECK_FALSE(three(1, 0.3, 0.31));
}

TEST_CASE("means, variances and correlations of the paths are those of the term structures") {
  const Spec spec;
  const Diffusion model = value(spec.make());
  CHECK(model.discount(1) == Approx(std::exp(-0.04)).epsilon(1e-14));
  CHECK(model.forward(0, 1) == Approx(100 * std::exp(0.04 - 0.01)).epsilon(1e-14));
  const Settings settings{.paths = 1U << 17U};
  Scores scores;
  // Moments of the log returns at the end: exact numbers.
  const double mean = 0.5 * (0.02 - 0.02) + 0.5 * (0.04 - 0.045);
  const double other_mean = 0.04 - 0.03125;
  const double variance = 0.5 * 0.04 + 0.5 * 0.09;
  const double other_variance = 0.0625;
  const double covariance = 0.4 * 0.25 * 0.5 * (0.2 + 0.3);
  const auto moment = [&](int a, int b) {
    return [=](const PathBlock& block, std::span<double> out) {
      for (std::size_t p = 0; p < out.size(); ++p) {
        const double x = block.log_return(0, 1)[p] - mean;
        const double y = block.log_return(1, 1)[p] - other_mean;
        out[p] = std::pow(x, a) * std::pow(y, b);
      }
    };
  };
  scores.add("mean", value(simulate(model, settings, moment(1, 0))), 0);
  scores.add("mean of the other", value(simulate(model, settings, moment(0, 1))), 0);
  scores.add("variance", value(simulate(model, settings, moment(2, 0))), variance);
  scores.add("variance of the other", value(simulate(model, settings, moment(0, 2))),
             other_variance);
  scores.add("covariance", value(simulate(model, settings, moment(1, 1))), covariance);
  scores.add("third moment", value(simulate(model, settings, moment(3, 0))), 0);
  scores.add("fourth moment", value(simulate(model, settings, moment(4, 0))),
             3 * variance * variance);
  for (const std::size_t asset : {0U, 1U}) {
    const Forward forward{asset};
    scores.add("forward", value(simulate(model, settings, forward)),
               value(value_of(model, forward)));
  }
}

TEST_CASE("cash dividends meet the tree whose spot falls; proportional ones are exact") {
  const Market market{100, 0.05, 0.0, 0.25};
  const std::vector<double> times{0.3, 0.7, 1.0};
  const std::vector<Dividend> cash{{0.3, 4, 0}, {0.7, 3, 0}};
  const std::vector<Dividend> shares{{0.3, 0, 0.04}, {0.7, 0, 0.03}, {0.7, 0, 0.01}};
  const auto model = [&](std::span<const Dividend> dividends) {
    const AssetSpec asset{market.spot, {&market.volatility, 1}, {&market.yield, 1}, dividends};
    return value(Diffusion::make({times, {&market.rate, 1}, {&asset, 1}, {}}));
  };
  const Settings settings{.sequence = Sequence::Sobol, .paths = 1U << 17U};
  const European put{.type = OptionType::Put, .strike = 100};
  const double tree =
      value(tree::price_extrapolated(market, {OptionType::Put, 100, 1.0},
                                     {.steps = 1501,
                                      .style = tree::Style::European,
                                      .dividends = cash,
                                      .dividend_model = tree::DividendModel::SpotFalls}))
          .price;
  const Estimate by_paths = value(simulate(model(cash), settings, put));
  CHECK(std::abs(by_paths.value - tree) < 4 * by_paths.standard_error + 2e-3);
  const double left = 0.96 * 0.97 * 0.99;
  const Estimate falls = value(simulate(model(shares), settings, Forward{}));
  CHECK(std::abs(falls.value - 100 * left) < 4 * falls.standard_error);
  CHECK(value_of(model(shares), Forward{}).error() == Error::Unsupported);
  // More than the spot is worth: nothing is left, and no NaN.
  const std::vector<Dividend> all{{0.3, 1e6, 0}};
  CHECK(value(simulate(model(all), settings, Forward{})).value < 1e-200);
}
}  // namespace sq::options::monte_carlo
