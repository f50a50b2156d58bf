#include "engine/options/monte_carlo/heston.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/options/exotic/core/inputs.hpp"
#include "engine/options/math/normal.hpp"

namespace sq::options::monte_carlo {
namespace {
// Constants of one step; names as in the source.
class QuadraticExponential {
 public:
  QuadraticExponential(const HestonDynamics& d, double years) noexcept
      : theta_{d.long_variance}, decay_{math::exp(-d.reversion * years)} {
    const double sigma = d.variance_volatility;
    const double rho = d.correlation;
    const double gone = -math::expm1(-d.reversion * years);
    by_variance_ = sigma * sigma * decay_ * gone / d.reversion;
    by_mean_ = theta_ * sigma * sigma * gone * gone / (2 * d.reversion);
    const double half = 0.5 * years;
    const double pull = half * (d.reversion * rho / sigma - 0.5);
    k0_ = -rho * d.reversion * theta_ * years / sigma;
    k1_ = pull - rho / sigma;
    k2_ = pull + rho / sigma;
    k3_ = half * (1 - rho * rho);
    a_ = k2_ + 0.5 * k3_;
  }

  // Moves the variance; returns what ln S gains beside its drift.
  double step(double& variance, double normal_variance, double normal_spot) const noexcept {
    const double before = variance;
    const double mean = theta_ + (before - theta_) * decay_;
    const double spread = by_variance_ * before + by_mean_;
    const double psi = spread / (mean * mean);
    double correction = 0;
    constexpr double kSwitch = 1.5;
    if (psi <= kSwitch) {
      const double inverse = 2 / psi;
      const double b2 = inverse - 1 + std::sqrt(inverse * (inverse - 1));
      const double scale = mean / (1 + b2);
      const double root = std::sqrt(b2) + normal_variance;
      variance = scale * root * root;
      const double left = 1 - 2 * a_ * scale;
      correction = left > 0 ? -a_ * b2 * scale / left + 0.5 * math::log(left) - known(before) : k0_;
    } else {
      const double none = (psi - 1) / (psi + 1);
      const double beta = (1 - none) / mean;
      const double above = normal_cdf(-normal_variance);
      variance = above >= 1 - none ? 0.0 : math::log_ratio(1 - none, above) / beta;
      correction =
          a_ < beta ? -math::log(none + beta * (1 - none) / (beta - a_)) - known(before) : k0_;
    }
    return correction + k1_ * before + k2_ * variance +
           std::sqrt(k3_ * (before + variance)) * normal_spot;
  }

 private:
  [[nodiscard]] double known(double before) const noexcept { return (k1_ + 0.5 * k3_) * before; }
  double theta_, decay_;
  double by_variance_{0}, by_mean_{0};
  double k0_{0}, k1_{0}, k2_{0}, k3_{0}, a_{0};
};
}  // namespace

Result<HestonModel> HestonModel::make(const Market& market, const HestonDynamics& dynamics,
                                      std::span<const double> times) {
  Checks checks;
  checks.finite({market.spot, market.rate, market.yield, dynamics.initial_variance,
                 dynamics.reversion, dynamics.long_variance, dynamics.variance_volatility,
                 dynamics.correlation});
  checks.require(dynamics.initial_variance >= 0 && dynamics.reversion > 0 &&
                     dynamics.long_variance > 0 && dynamics.variance_volatility > 0 &&
                     std::abs(dynamics.correlation) <= 1,
                 Error::ParameterRange);
  if (checks.failed()) return checks.error();
  // Without a volatility the carrier's drift is the forward's.
  const double none = 0;
  const double one = 1;
  const std::array<AssetSpec, 2> assets{AssetSpec{market.spot, {&none, 1}, {&market.yield, 1}, {}},
                                        AssetSpec{one, {&none, 1}, {}, {}}};
  Result<Diffusion> carrier = Diffusion::make({times, {&market.rate, 1}, assets, {}});
  if (!carrier) return std::unexpected{carrier.error()};
  return HestonModel{std::move(*carrier), dynamics};
}

Result<HestonModel> HestonModel::make(const Market& market, const HestonDynamics& dynamics,
                                      double years, std::size_t count) {
  Market still = market;
  still.volatility = 0;
  const Result<Diffusion> grid = Diffusion::make(still, years, count);
  if (!grid) return std::unexpected{grid.error()};
  return make(market, dynamics, grid->times());
}

PathBlock PathGenerator::evolve(const Diffusion& carrier, const HestonDynamics& dynamics) {
  double* const logs = logs_.data();
  double* const spots = spots_.data();
  const double spot = carrier.spot(0);
  for (std::size_t k = 0; k < steps_; ++k) {
    const QuadraticExponential scheme{dynamics, carrier.step_years(k)};
    const double* const normals = row(normals_, 2 * k);
    const std::size_t at = k * block_;
    double* const variances = spots + steps_ * block_ + at;
    for (std::size_t p = 0; p < block_; ++p) {
      double variance = k == 0 ? dynamics.initial_variance : variances[p - block_];
      const double gained = scheme.step(variance, normals[p], normals[block_ + p]);
      const double before = k == 0 ? 0.0 : logs[at - block_ + p];
      const double after = before + carrier.drift(0, k) + gained;
      logs[at + p] = std::min(std::max(after, -708.0), 709.0);  // as in evolve_rows
      spots[at + p] = spot * math::exp(logs[at + p]);
      variances[p] = variance;
    }
  }
  return {carrier, *this, logs, spots};
}

Result<Estimate> simulate_view(const HestonModel& model, const Settings& settings,
                               PayoffView payoff, std::span<const Control> controls) {
  return simulate_evolved(model.carrier(), settings, payoff, controls,
                          {[](const void* heston, PathGenerator& generator) {
                             const HestonModel& m = *static_cast<const HestonModel*>(heston);
                             return generator.evolve(m.carrier(), m.dynamics());
                           },
                           &model});
}
}  // namespace sq::options::monte_carlo
