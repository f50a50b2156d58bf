#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/options/european/european.hpp"
#include "engine/options/monte_carlo/payoffs.hpp"
#include "engine/options/monte_carlo/simulation.hpp"
#include "tests/options/monte_carlo_scores.hpp"

namespace sq::options::monte_carlo {
namespace {
using test::Scores;
using test::value;
const Market kMarket{100, 0.05, 0.02, 0.25};
const double kNaN = std::numeric_limits<double>::quiet_NaN();

Diffusion year(std::size_t steps) { return value(Diffusion::make(kMarket, 1.0, steps)); }
}  // namespace

TEST_CASE("a price depends on neither the instructions nor the size of the block") {
  const Diffusion model = year(13);
  const Asian payoff{.type = OptionType::Call, .strike = 100};
  for (const Sequence sequence : {Sequence::PseudoRandom, Sequence::Sobol}) {
    for (const bool antithetic : {false, true}) {
      std::vector<double> values;
      for (const Path path : {Path::Scalar, Path::Avx2, Path::Avx512}) {
        if (!supported(path)) continue;
        for (const std::size_t block : {0U, 16U, 48U, 1024U}) {
          const Settings settings{.sequence = sequence,
                                  .paths = 5000,
                                  .seed = 9,
                                  .antithetic = antithetic,
                                  .replications = 16,
                                  .block = block,
                                  .path = path};
          const Estimate e = value(simulate(model, settings, payoff));
          values.push_back(e.value);
          values.push_back(e.standard_error);
          CHECK(e.value == values[0]);
          CHECK(e.standard_error == values[1]);
        }
      }
      const Settings other{.sequence = sequence,
                           .paths = 5000,
                           .seed = 10,
                           .antithetic = antithetic,
                           .replications = 16};
      CHECK(value(simulate(model, other, payoff)).value != values[0]);
      const Settings stream{.sequence = sequence,
                            .paths = 5000,
                            .seed = 9,
                            .stream = 1,
                            .antithetic = antithetic,
                            .replications = 16};
      CHECK(value(simulate(model, stream, payoff)).value != values[0]);
    }
  }
}

TEST_CASE("mirrored paths are the negatives, and any block holds the same paths") {
  const Diffusion model = year(3);
  const Settings mirrored{.antithetic = true, .block = 32};
  PathGenerator generator = value(PathGenerator::make(model, mirrored));
  generator.draw(16, 0);
  const PathBlock block = generator.evolve(model);
  PathGenerator plain = value(PathGenerator::make(model, {.block = 64}));
  plain.draw(0, 0);
  const PathBlock all = plain.evolve(model);
  REQUIRE(block.paths() == 32);
  REQUIRE(all.paths() == 64);
  for (std::size_t k = 0; k < 3; ++k) {
    for (std::size_t p = 0; p < 16; ++p) {
      CHECK(block.normal(0, k)[p] == -block.normal(0, k)[p + 16]);
      CHECK(block.spot(0, k)[p] == all.spot(0, k)[p + 16]);
      CHECK(block.log_return(0, k)[p] == Approx(std::log(block.spot(0, k)[p] / 100)).margin(1e-14));
    }
  }
}

TEST_CASE("error bars are honest: European prices over many seeds, four ways to draw") {
  const Diffusion model = year(4);
  const European payoff{.type = OptionType::Put, .strike = 105};
  const double exact = value(european_price(kMarket, {OptionType::Put, 105, 1.0}));
  CHECK(value(value_of(model, payoff)) == Approx(exact).epsilon(1e-13));
  for (const Sequence sequence : {Sequence::PseudoRandom, Sequence::Sobol}) {
    for (const bool antithetic : {false, true}) {
      Scores scores;
      int inside = 0;
      for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const Settings settings{.sequence = sequence,
                                .paths = 4096,
                                .seed = seed,
                                .antithetic = antithetic,
                                .replications = 16};
        const Estimate e = value(simulate(model, settings, payoff));
        CHECK(e.paths == 4096);
        scores.add("put", e, exact);
        inside += e.low <= exact && exact <= e.high ? 1 : 0;
      }
      // 16 replications: Student, whose square has the mean 15/13.
      scores.check_honest(60);
      CHECK(inside >= 86);  // 95 expected, deviation 2.2
      CHECK(inside <= 100);
    }
  }
}

TEST_CASE("control variates cut the error, stay without bias, and take dependent ones") {
  const Diffusion model = year(12);
  const Asian target{.type = OptionType::Call, .strike = 100};
  const Asian geometric{.type = OptionType::Call, .strike = 100, .average = Average::Geometric};
  const Forward forward{};
  const European european{.type = OptionType::Call, .strike = 100};
  const Settings settings{.paths = 1U << 15U};
  const Estimate plain = value(simulate(model, settings, target));
  const Control by_geometric = control(geometric, value(value_of(model, geometric)));
  const Control by_forward = control(forward, value(value_of(model, forward)));
  const Control by_european = control(european, value(value_of(model, european)));
  const Estimate one = value(simulate(model, settings, target, by_geometric));
  const Estimate two = value(simulate(model, settings, target, by_forward, by_european));
  const Estimate twice = value(simulate(model, settings, target, by_geometric, by_geometric));
  CHECK(one.standard_error < plain.standard_error / 20);
  CHECK(two.standard_error < plain.standard_error / 1.5);
  CHECK(twice.value == Approx(one.value).epsilon(1e-12));
  CHECK(std::abs(one.value - plain.value) < 4 * plain.standard_error);
  CHECK(std::abs(one.value - two.value) < 4 * two.standard_error);
  // A target that is its own control has no error left.
  const Estimate itself = value(simulate(model, settings, geometric, by_geometric));
  CHECK(itself.value == Approx(by_geometric.mean).epsilon(1e-12));
  CHECK(itself.standard_error < 1e-9);
  Control wrong = by_geometric;
  wrong.mean = kNaN;
  CHECK(simulate(model, settings, target, wrong).error() == Error::NotFinite);
}

TEST_CASE("a wanted standard error stops the run early, and the paths at the latest") {
  const Diffusion model = year(2);
  const European payoff{.type = OptionType::Call, .strike = 100};
  for (const Sequence sequence : {Sequence::PseudoRandom, Sequence::Sobol}) {
    for (const std::size_t block : {16U, 1024U}) {
      Settings settings{
          .sequence = sequence, .paths = 1U << 20U, .standard_error = 0.05, .block = block};
      const Estimate reached = value(simulate(model, settings, payoff));
      CHECK(reached.standard_error <= 0.05);
      CHECK(reached.paths < (1U << 20U) / 4);
      static double first[2] = {0, 0};
      double& same = first[sequence == Sequence::Sobol ? 1 : 0];
      if (same == 0) same = reached.value;
      CHECK(reached.value == same);
      settings.paths = 8192;
      settings.standard_error = 1e-9;
      const Estimate capped = value(simulate(model, settings, payoff));
      CHECK(capped.standard_error > 1e-9);
      CHECK(capped.paths == 8192);
    }
  }
}

TEST_CASE("the caller's clock times the run, and without one it takes no time") {
  static double now = 0;
  const European payoff{.type = OptionType::Call, .strike = 100};
  Settings settings{.paths = 64, .seconds = [] { return now += 1.5; }};
  CHECK(value(simulate(year(1), settings, payoff)).seconds == 1.5);
  settings.seconds = nullptr;
  CHECK(value(simulate(year(1), settings, payoff)).seconds == 0);
}

TEST_CASE("the error of Sobol points falls faster than one over the root of their number") {
  // A smooth payoff in 16 dimensions: slope of the log of the error in the log of the points.
  const Diffusion model = year(16);
  const Asian asian{.type = OptionType::Call, .strike = 100};
  const auto slope = [&](Sequence sequence, bool bridge) {
    double mean_x = 0, mean_y = 0, xy = 0, xx = 0;
    std::vector<double> xs, ys;
    for (unsigned log_paths = 12; log_paths <= 18; log_paths += 2) {
      const Settings settings{
          .sequence = sequence, .paths = 1U << log_paths, .seed = 4, .brownian_bridge = bridge};
      xs.push_back(log_paths * std::log(2.0));
      ys.push_back(std::log(value(simulate(model, settings, asian)).standard_error));
    }
    for (std::size_t i = 0; i < xs.size(); ++i) mean_x += xs[i] / 4, mean_y += ys[i] / 4;
    for (std::size_t i = 0; i < xs.size(); ++i) {
      xy += (xs[i] - mean_x) * (ys[i] - mean_y);
      xx += (xs[i] - mean_x) * (xs[i] - mean_x);
    }
    return xy / xx;
  };
  const double pseudo = slope(Sequence::PseudoRandom, false);
  const double sobol = slope(Sequence::Sobol, true);
  INFO("pseudo-random " << pseudo << ", Sobol " << sobol);
  CHECK(pseudo > -0.55);
  CHECK(pseudo < -0.45);
  CHECK(sobol < -0.7);
}

TEST_CASE("settings outside their ranges are refused, their bounds taken") {
  const Diffusion model = year(2);
  const European payoff{.type = OptionType::Call, .strike = 100};
  const auto error = [&](const Settings& settings) {
    const auto result = simulate(model, settings, payoff);
    return result ? Error{} : result.error();
  };
  const auto sobol = [](std::uint32_t replications) {
    return Settings{.sequence = Sequence::Sobol, .paths = 4096, .replications = replications};
  };
  CHECK(error({.paths = 1}) == Error::ParameterRange);
  CHECK(error({.paths = 2}) == Error{});
  CHECK(error({.paths = kPathsMax + 1}) == Error::ParameterRange);
  CHECK(error({.paths = kPathsMax, .standard_error = 1.0}) == Error{});
  CHECK(error({.paths = 64, .block = 24}) == Error::ParameterRange);
  CHECK(error({.paths = 64, .block = 1U << 16U}) == Error{});
  CHECK(error({.paths = 64, .block = (1U << 16U) + 16}) == Error::ParameterRange);
  CHECK(error({.paths = 64, .standard_error = -1}) == Error::ParameterRange);
  CHECK(error({.paths = 64, .standard_error = kNaN}) == Error::NotFinite);
  CHECK(error({.paths = 64, .confidence = 0}) == Error::ParameterRange);
  CHECK(error({.paths = 64, .confidence = 1}) == Error::ParameterRange);
  CHECK(error({.paths = 64, .confidence = 0.999}) == Error{});
  CHECK(error(sobol(kReplicationsMin - 1)) == Error::ParameterRange);
  CHECK(error(sobol(kReplicationsMin)) == Error{});
  CHECK(error(sobol(kReplicationsMax)) == Error{});
  CHECK(error(sobol(kReplicationsMax + 1)) == Error::ParameterRange);
  const Diffusion largest = year(kSobolDimensionsMax);
  const Diffusion larger = year(kSobolDimensionsMax + 1);
  CHECK(simulate(largest, sobol(16), Forward{}).has_value());
  CHECK(simulate(larger, sobol(16), Forward{}).error() == Error::Unsupported);
  CHECK(simulate(larger, {.paths = 64}, Forward{}).has_value());
}

TEST_CASE("values that do not fit a double are an error, not an infinity or a NaN") {
  const auto with = [](const Market& market, double years) {
    const auto model = Diffusion::make(market, years, 3);
    if (!model) return Result<Estimate>{std::unexpected{model.error()}};
    return simulate(*model, {.paths = 256}, Forward{});
  };
  CHECK(with({1e308, 0, 0, 10.0}, 1.0).error() == Error::Overflow);
  CHECK(with({1e-300, 0, 0, 0.1}, 1.0).has_value());
  CHECK(with({100, -1e4, 0, 0.1}, 1.0).error() == Error::Overflow);
  for (const double spot : {1e-300, 1.0, 1e300}) {
    for (const double rate : {-100.0, 0.0, 100.0, 1e300}) {
      for (const double volatility : {0.0, 1e-12, 3.0, 1e3, 1e200}) {
        for (const double years : {1e-12, 1.0, 1e6}) {
          const auto result = with({spot, rate, 0, volatility}, years);
          if (!result) continue;
          CHECK(std::isfinite(result->value));
          CHECK(std::isfinite(result->standard_error));
        }
      }
    }
  }
  const auto nowhere = [](const PathBlock&, std::span<double> out) {
    for (double& x : out) x = kNaN;
  };
  CHECK(simulate(year(1), {.paths = 64}, nowhere).error() == Error::Overflow);
}
}  // namespace sq::options::monte_carlo
