#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "engine/options/models/stochastic_volatility.hpp"
#include "engine/options/monte_carlo/heston.hpp"
#include "engine/options/monte_carlo/path_payoffs.hpp"
#include "tests/options/monte_carlo_scores.hpp"

namespace sq::options::monte_carlo {
namespace {
using test::value;
const Market kMarket{100, 0.03, 0.01, 0};
// Mild; and one that breaks Feller's condition far, as Andersen's test cases do.
const HestonDynamics kMild{.initial_variance = 0.04,
                           .reversion = 2,
                           .long_variance = 0.06,
                           .variance_volatility = 0.4,
                           .correlation = -0.6};
const HestonDynamics kWild{.initial_variance = 0.04,
                           .reversion = 0.5,
                           .long_variance = 0.04,
                           .variance_volatility = 1,
                           .correlation = -0.9};
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("Heston prices by simulation meet the transform within the error of the step") {
  for (const HestonDynamics& dynamics : {kMild, kWild}) {
    const HestonModel model = value(HestonModel::make(kMarket, dynamics, 1.0, 32));
    for (const double strike : {80.0, 100.0, 120.0}) {
      const Settings settings{.sequence = Sequence::Sobol, .paths = 1U << 15U, .seed = 2};
      const Estimate e = value(simulate(model, settings, European{.strike = strike}));
      const double exact =
          value(heston_price(kMarket, dynamics, Vanilla{OptionType::Call, strike, 1.0}));
      INFO(strike << ": " << e.value << " +- " << e.standard_error << ", exact " << exact);
      CHECK(std::abs(e.value - exact) < 4 * e.standard_error + 2e-3 * exact + 2e-3);
      CHECK(e.standard_error < 0.02 * exact + 0.01);
    }
  }
}

TEST_CASE("the mean of the spot is kept, and the variance has its mean and stays above zero") {
  for (const HestonDynamics& dynamics : {kMild, kWild}) {
    const HestonModel model = value(HestonModel::make(kMarket, dynamics, 2.0, 16));
    const Settings settings{.paths = 1U << 15U, .seed = 4};
    test::Scores scores;
    scores.add("forward", value(simulate(model, settings, Forward{})), 100 * std::exp(-0.02));
    const auto variance = [](const PathBlock& block, std::span<double> out) {
      const auto last = block.spot(1, block.steps() - 1);
      for (std::size_t p = 0; p < out.size(); ++p) out[p] = last[p] < 0 ? kNaN : last[p];
    };
    const double expected =
        dynamics.long_variance +
        (dynamics.initial_variance - dynamics.long_variance) * std::exp(-2 * dynamics.reversion);
    scores.add("variance", value(simulate(model, settings, variance)), expected);
    // Realised variance: the integral of the expected one, but for the drift's square.
    const double integral = dynamics.long_variance * 2 +
                            (dynamics.initial_variance - dynamics.long_variance) *
                                (1 - std::exp(-2 * dynamics.reversion)) / dynamics.reversion;
    const Estimate realised = value(simulate(model, settings, VarianceSwapPayoff{}));
    CHECK(std::abs(realised.value * std::exp(0.06) - integral / 2) <
          4 * realised.standard_error + 2e-2 * integral);
  }
}

TEST_CASE("Heston paths depend on neither the block nor the instructions; bad models are refused") {
  const HestonModel model = value(HestonModel::make(kMarket, kWild, 1.0, 5));
  Settings settings{.paths = 2000};
  const double first = value(simulate(model, settings, Asian{.strike = 100})).value;
  for (const std::size_t block : {16U, 256U}) {
    settings.block = block;
    settings.path = Path::Scalar;
    CHECK(value(simulate(model, settings, Asian{.strike = 100})).value == first);
  }
  const auto error = [](const HestonDynamics& dynamics) {
    const auto result = HestonModel::make(kMarket, dynamics, 1.0, 4);
    return result ? Error{} : result.error();
  };
  const auto changed = [](double HestonDynamics::*member, double to) {
    HestonDynamics dynamics = kMild;
    dynamics.*member = to;
    return dynamics;
  };
  CHECK(error(kMild) == Error{});
  CHECK(error(changed(&HestonDynamics::initial_variance, 0)) == Error{});
  CHECK(error(changed(&HestonDynamics::initial_variance, -1e-9)) == Error::ParameterRange);
  CHECK(error(changed(&HestonDynamics::reversion, 0)) == Error::ParameterRange);
  CHECK(error(changed(&HestonDynamics::long_variance, 0)) == Error::ParameterRange);
  CHECK(error(changed(&HestonDynamics::variance_volatility, 0)) == Error::ParameterRange);
  CHECK(error(changed(&HestonDynamics::correlation, -1)) == Error{});
  CHECK(error(changed(&HestonDynamics::correlation, -1.001)) == Error::ParameterRange);
  CHECK(error(changed(&HestonDynamics::correlation, kNaN)) == Error::NotFinite);
  CHECK(HestonModel::make({0, 0, 0, 0}, kMild, 1.0, 4).error() == Error::SpotNotPositive);
  CHECK(HestonModel::make(kMarket, kMild, 1.0, 0).error() == Error::ParameterRange);
}
}  // namespace sq::options::monte_carlo
