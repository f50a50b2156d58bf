// Monte Carlo: cost of a path-step (normals, exact lognormal step and payoff), with pseudo-random
// numbers, mirrored paths and Sobol points on a Brownian bridge; correlated assets; Greeks;
// Longstaff-Schwartz. A path-step is one asset over one step on one path.
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "bench/harness.hpp"
#include "engine/options/monte_carlo/greeks.hpp"
#include "engine/options/monte_carlo/longstaff_schwartz.hpp"
#include "engine/options/monte_carlo/path_payoffs.hpp"

namespace {
using namespace sq::options;
using namespace sq::options::monte_carlo;

template <class T>
std::uint64_t bits(const Result<T>& result, double value) {
  if (!result) std::abort();
  return std::bit_cast<std::uint64_t>(value);
}
std::uint64_t bits(const Result<Estimate>& result) { return bits(result, result->value); }

constexpr Market kMarket{100, 0.05, 0.02, 0.25};

void path_steps(sq::bench::Session& session, const Diffusion& model, std::uint64_t paths) {
  const European call{.strike = 100};
  const Asian asian{.strike = 100};
  const BarrierPayoff barrier{.strike = 100, .barrier = 80, .continuous = true};
  const std::uint64_t items = paths * model.steps();
  const auto rate = [&](std::string_view name, std::string_view input, const auto& payoff,
                        const Settings& settings) {
    session.run_rate(name, {.samples = 200, .seconds_max = 2.0, .input = input}, items,
                     [&] { return bits(simulate(model, settings, payoff)); });
  };
  rate("options/monte_carlo_path_steps", "64 steps, European call, pseudo-random", call,
       {.paths = paths});
  rate("options/monte_carlo_path_steps_antithetic", "64 steps, European call, mirrored pairs", call,
       {.paths = paths, .antithetic = true});
  rate("options/monte_carlo_path_steps_sobol", "64 steps, European call, Sobol and bridge", call,
       {.sequence = Sequence::Sobol, .paths = paths});
  rate("options/monte_carlo_path_steps_asian", "64 steps, arithmetic average, pseudo-random", asian,
       {.paths = paths});
  rate("options/monte_carlo_path_steps_barrier", "64 steps, down-and-out with bridge", barrier,
       {.paths = paths});
  rate("options/monte_carlo_path_steps_avx2", "64 steps, European call, AVX2", call,
       {.paths = paths, .path = supported(Path::Avx2) ? Path::Avx2 : Path::Scalar});
  rate("options/monte_carlo_path_steps_scalar", "64 steps, European call, one double at a time",
       call, {.paths = paths, .path = Path::Scalar});
  session.run_rate("options/monte_carlo_path_steps_greeks",
                   {.samples = 20, .seconds_max = 3.0, .input = "64 steps, pathwise Greeks"}, items,
                   [&] {
                     const auto greeks = pathwise_greeks(model, {.paths = paths}, call);
                     return bits(greeks, greeks->assets[0].delta.value);
                   });
}

void five_assets(sq::bench::Session& session, std::uint64_t paths) {
  const double volatility = 0.2;
  const double yield = 0.1;
  const double rate = 0.05;
  const std::vector<AssetSpec> assets(5, {100, {&volatility, 1}, {&yield, 1}, {}});
  std::vector<double> correlations(25, 0.3);
  for (std::size_t i = 0; i < 5; ++i) correlations[6 * i] = 1;
  std::vector<double> times;
  for (int k = 1; k <= 9; ++k) times.push_back(k / 3.0);
  const auto model = Diffusion::make({times, {&rate, 1}, assets, correlations});
  if (!model) std::abort();
  const std::array<double, 5> ones{1, 1, 1, 1, 1};
  const BasketOption best{.kind = BasketKind::Best, .weights = ones, .strike = 100};
  session.run_rate("options/monte_carlo_path_steps_5_assets",
                   {.samples = 40, .seconds_max = 3.0, .input = "5 correlated assets, 9 dates"},
                   paths * 45, [&] { return bits(simulate(*model, {.paths = paths}, best)); });
  const EarlyExerciseSettings settings{
      .valuation = {.paths = paths}, .fitting_paths = paths / 2, .degree = 2};
  session.run_single("options/monte_carlo_max_call_5_assets",
                     {.samples = 20, .seconds_max = 4.0, .input = "9 dates, degree 2, two sets"},
                     [&](std::size_t) {
                       const auto e = american_value(*model, BasketExercise{best}, settings);
                       return bits(e, e->value.value);
                     });
}
}  // namespace

int main(int argc, char** argv) {
  sq::bench::Session session{argc, argv};
  const std::uint64_t paths = session.smoke() ? 1024 : 16'384;
  const auto model = Diffusion::make(kMarket, 1.0, 64);
  if (!model) return EXIT_FAILURE;
  path_steps(session, *model, paths);
  five_assets(session, paths);
  return session.finish();
}
