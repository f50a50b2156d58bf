#include "engine/options/monte_carlo/greeks.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sq::options::monte_carlo {
namespace {
// Columns of a sampling: the value, rho if there is one, then delta, gamma and vega of each asset.
struct Layout {
  bool has_rho{false};
  std::size_t assets{0};
  [[nodiscard]] std::size_t delta(std::size_t i) const noexcept {
    return (has_rho ? 2U : 1U) + 3 * i;
  }
  [[nodiscard]] std::size_t gamma(std::size_t i) const noexcept { return delta(i) + 1; }
  [[nodiscard]] std::size_t vega(std::size_t i) const noexcept { return delta(i) + 2; }
  [[nodiscard]] std::size_t columns() const noexcept { return delta(assets); }
};

template <class Context>
Result<GreekEstimates> estimate(const Diffusion& model, const Settings& settings,
                                const Context& context, const Layout& layout) {
  const auto call = [](const void* given, PathGenerator& generator,
                       std::span<double* const> columns) {
    static_cast<const Context*>(given)->fill(generator, columns);
  };
  const auto estimates =
      sample(model, settings, {.call = call, .context = &context, .targets = layout.columns()});
  if (!estimates) return std::unexpected{estimates.error()};
  GreekEstimates greeks{.value = estimates->front()};
  if (layout.has_rho) greeks.rho = (*estimates)[1];
  for (std::size_t i = 0; i < layout.assets; ++i) {
    greeks.assets.push_back({(*estimates)[layout.delta(i)], (*estimates)[layout.gamma(i)],
                             (*estimates)[layout.vega(i)]});
  }
  return greeks;
}

// Whether the log returns of the first `steps` steps have a density.
bool has_density(const Diffusion& model, std::size_t steps) noexcept {
  for (std::size_t i = 0; i < model.assets(); ++i) {
    if (!(model.factor(i, i) > 0)) return false;
    for (std::size_t k = 0; k < steps; ++k) {
      if (!(model.deviation(i, k) > 0)) return false;
    }
  }
  return true;
}

// u = L'^-1 z, the inverse correlation times the correlated normals, of one path and step.
using Vector = std::array<double, kAssetsMax>;
Vector dual_normals(const PathBlock& block, std::size_t step, std::size_t path) noexcept {
  const Diffusion& model = block.model();
  Vector u{};
  for (std::size_t i = model.assets(); i-- > 0;) {
    double left = block.normal(i, step)[path];
    for (std::size_t j = i + 1; j < model.assets(); ++j) left -= model.factor(j, i) * u[j];
    u[i] = left / model.factor(i, i);
  }
  return u;
}
double correlated_normal(const PathBlock& block, std::size_t asset, std::size_t step,
                         std::size_t path) noexcept {
  double sum = 0;
  for (std::size_t j = 0; j <= asset; ++j) {
    sum += block.model().factor(asset, j) * block.normal(j, step)[path];
  }
  return sum;
}

struct Pathwise {
  const Diffusion& model;
  const SmoothPayoffView& payoff;
  Layout layout;

  void fill(PathGenerator& generator, std::span<double* const> columns) const {
    const PathBlock block = generator.evolve(model);
    const std::size_t steps = model.steps();
    const std::size_t paths = block.paths();
    std::vector<double> slopes(model.assets() * steps * paths, 0.0);
    std::vector<double*> rows;
    for (std::size_t j = 0; j < model.assets() * steps; ++j) {
      rows.push_back(slopes.data() + j * paths);
    }
    payoff.payoff.call(payoff.payoff.payoff, block, {columns[0], paths});
    payoff.slopes(payoff.payoff.payoff, block, rows);
    for (std::size_t p = 0; p < paths; ++p) columns[1][p] = -model.times().back() * columns[0][p];
    for (std::size_t i = 0; i < model.assets(); ++i) {
      asset(block, i, {rows.data() + i * steps, steps}, columns);
    }
  }

  void asset(const PathBlock& block, std::size_t i, SlopeRows rows,
             std::span<double* const> columns) const {
    double* const delta = columns[layout.delta(i)];
    double* const gamma = columns[layout.gamma(i)];
    double* const vega = columns[layout.vega(i)];
    const double spot = model.spot(i);
    const double first = spot * model.deviation(i, 0);
    for (std::size_t p = 0; p < block.paths(); ++p) {
      double slope = 0;
      double by_volatility = 0;
      double exposure = 0;  // d ln S / d volatility
      for (std::size_t k = 0; k < block.steps(); ++k) {
        const double years = model.step_years(k);
        exposure +=
            correlated_normal(block, i, k, p) * std::sqrt(years) - model.volatility(i, k) * years;
        slope += rows[k][p];
        by_volatility += rows[k][p] * exposure;
        columns[1][p] += rows[k][p] * model.times()[k];
      }
      delta[p] = slope / spot;
      vega[p] = by_volatility;
      gamma[p] = delta[p] * (dual_normals(block, 0, p)[i] / first - 1 / spot);
    }
  }
};

struct LikelihoodRatio {
  const Diffusion& model;
  PayoffView payoff;
  Layout layout;
  Vector precision{};  // diagonal of the inverse correlation

  void fill(PathGenerator& generator, std::span<double* const> columns) const {
    const PathBlock block = generator.evolve(model);
    payoff.call(payoff.payoff, block, {columns[0], block.paths()});
    for (std::size_t p = 0; p < block.paths(); ++p) {
      const double value = columns[0][p];
      const Vector first = dual_normals(block, 0, p);
      Vector vega{};
      for (std::size_t k = 0; k < block.steps(); ++k) {
        const Vector u = k == 0 ? first : dual_normals(block, k, p);
        const double root = std::sqrt(model.step_years(k));
        for (std::size_t i = 0; i < model.assets(); ++i) {
          const double both = u[i] * correlated_normal(block, i, k, p);
          vega[i] += (both - 1) / model.volatility(i, k) - u[i] * root;
        }
      }
      for (std::size_t i = 0; i < model.assets(); ++i) {
        const double spread = model.spot(i) * model.deviation(i, 0);
        const double score = first[i] / spread;
        columns[layout.delta(i)][p] = value * score;
        columns[layout.gamma(i)][p] =
            value * (score * score - precision[i] / (spread * spread) - score / model.spot(i));
        columns[layout.vega(i)][p] = value * vega[i];
      }
    }
  }
};

Vector precisions(const Diffusion& model) noexcept {
  Vector diagonal{};
  for (std::size_t i = 0; i < model.assets(); ++i) {
    Vector column{};  // of the inverse factor
    for (std::size_t j = i; j < model.assets(); ++j) {
      double left = i == j ? 1.0 : 0.0;
      for (std::size_t m = i; m < j; ++m) left -= model.factor(j, m) * column[m];
      column[j] = left / model.factor(j, j);
      diagonal[i] += column[j] * column[j];
    }
  }
  return diagonal;
}

struct Bumped {
  PayoffView payoff;
  Layout layout;
  Bumps bumps;
  const Diffusion& model;
  std::vector<Diffusion> moved;  // rate up, down; for each asset spot up, down, volatility up, down

  void fill(PathGenerator& generator, std::span<double* const> columns) const {
    const std::size_t paths = generator.block();
    std::vector<double> up(paths), down(paths);
    const auto pay = [&](const Diffusion& with, std::span<double> out) {
      payoff.call(payoff.payoff, generator.evolve(with), out);
    };
    pay(model, {columns[0], paths});
    const auto difference = [&](std::size_t index, double step, double* out) {
      pay(moved[index], up);
      pay(moved[index + 1], down);
      for (std::size_t p = 0; p < paths; ++p) out[p] = (up[p] - down[p]) / (2 * step);
    };
    difference(0, bumps.rate, columns[1]);
    for (std::size_t i = 0; i < layout.assets; ++i) {
      const double step = bumps.spot * model.spot(i);
      difference(2 + 4 * i, step, columns[layout.delta(i)]);
      double* const gamma = columns[layout.gamma(i)];
      for (std::size_t p = 0; p < paths; ++p) {
        gamma[p] = (up[p] - 2 * columns[0][p] + down[p]) / (step * step);
      }
      difference(4 + 4 * i, bumps.volatility, columns[layout.vega(i)]);
    }
  }
};
}  // namespace

Result<GreekEstimates> pathwise_view(const Diffusion& model, const Settings& settings,
                                     const SmoothPayoffView& payoff) {
  if (const auto fault = payoff.payoff.fault(payoff.payoff.payoff, model)) {
    return std::unexpected{*fault};
  }
  if (!model.drops().empty() || !has_density(model, 1)) return std::unexpected{Error::Unsupported};
  const Layout layout{true, model.assets()};
  return estimate(model, settings, Pathwise{model, payoff, layout}, layout);
}

Result<GreekEstimates> likelihood_ratio_view(const Diffusion& model, const Settings& settings,
                                             PayoffView payoff) {
  if (const auto fault = payoff.fault(payoff.payoff, model)) return std::unexpected{*fault};
  if (!has_density(model, model.steps())) return std::unexpected{Error::Unsupported};
  const Layout layout{false, model.assets()};
  return estimate(model, settings, LikelihoodRatio{model, payoff, layout, precisions(model)},
                  layout);
}

Result<GreekEstimates> bump_view(const Diffusion& model, const Settings& settings,
                                 PayoffView payoff, const Bumps& bumps) {
  if (const auto fault = payoff.fault(payoff.payoff, model)) return std::unexpected{*fault};
  bool right = bumps.spot > 0 && bumps.spot < 1 && bumps.volatility > 0 && bumps.rate > 0 &&
               std::isfinite(bumps.volatility) && std::isfinite(bumps.rate);
  for (std::size_t k = 0; k < model.steps(); ++k) {
    for (std::size_t i = 0; i < model.assets(); ++i) {
      right = right && model.volatility(i, k) >= bumps.volatility;
    }
  }
  if (!right) return std::unexpected{Error::ParameterRange};
  const Layout layout{true, model.assets()};
  Bumped bumped{payoff, layout, bumps, model, {}};
  bumped.moved.push_back(model.with_rate_moved(bumps.rate));
  bumped.moved.push_back(model.with_rate_moved(-bumps.rate));
  for (std::size_t i = 0; i < model.assets(); ++i) {
    bumped.moved.push_back(model.with_spot(i, model.spot(i) * (1 + bumps.spot)));
    bumped.moved.push_back(model.with_spot(i, model.spot(i) * (1 - bumps.spot)));
    bumped.moved.push_back(model.with_volatility_moved(i, bumps.volatility));
    bumped.moved.push_back(model.with_volatility_moved(i, -bumps.volatility));
  }
  return estimate(model, settings, bumped, layout);
}
}  // namespace sq::options::monte_carlo
