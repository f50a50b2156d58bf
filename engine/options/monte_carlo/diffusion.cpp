#include "engine/options/monte_carlo/diffusion.hpp"

#include <algorithm>
#include <cmath>

#include "engine/options/exotic/core/inputs.hpp"
#include "engine/options/math/normal.hpp"

namespace sq::options::monte_carlo {
namespace {
constexpr double kSameDate = 1e-9;  // years

double entry(std::span<const double> values, std::size_t step) noexcept {
  if (values.empty()) return 0;
  return values.size() == 1 ? values[0] : values[step];
}
bool fits(std::span<const double> values, std::size_t steps) noexcept {
  return values.size() == 1 || values.size() == steps;
}

// Lower triangular with factor factor' = matrix; false unless that has no negative eigenvalue.
bool factorise(std::span<const double> matrix, std::size_t size, std::vector<double>& factor) {
  constexpr double kRounding = 1e-10;
  factor.assign(size * size, 0.0);
  for (std::size_t j = 0; j < size; ++j) {
    if (std::abs(matrix[j * size + j] - 1) > kRounding) return false;
    for (std::size_t i = j; i < size; ++i) {
      if (std::abs(matrix[i * size + j] - matrix[j * size + i]) > kRounding) return false;
      double left = matrix[i * size + j];
      for (std::size_t k = 0; k < j; ++k) left -= factor[i * size + k] * factor[j * size + k];
      if (i == j) {
        if (left < -kRounding) return false;
        factor[j * size + j] = left > kRounding ? std::sqrt(left) : 0.0;
      } else if (factor[j * size + j] > 0) {
        factor[i * size + j] = left / factor[j * size + j];
      } else if (std::abs(left) > std::sqrt(kRounding)) {
        return false;  // no variance of its own left, yet a covariance
      }
    }
  }
  return true;
}

void check_asset(const AssetSpec& asset, std::span<const double> times, Checks& checks) {
  checks.finite({asset.spot}).require(asset.spot > 0, Error::SpotNotPositive);
  checks.require(fits(asset.volatilities, times.size()), Error::ParameterRange);
  checks.require(asset.yields.empty() || fits(asset.yields, times.size()), Error::ParameterRange);
  for (const double v : asset.volatilities) {
    checks.finite({v}).require(v >= 0, Error::VolatilityNegative);
  }
  for (const double q : asset.yields) checks.finite({q});
  for (const Dividend& paid : asset.dividends) {
    checks.finite({paid.years, paid.cash, paid.proportion});
    const bool on_date =
        std::ranges::any_of(times, [&](double t) { return std::abs(t - paid.years) <= kSameDate; });
    checks.require(on_date && paid.cash >= 0 && paid.proportion >= 0 && paid.proportion < 1,
                   Error::ParameterRange);
  }
}

Checks check(const DiffusionSpec& spec) {
  Checks checks;
  const std::size_t steps = spec.times.size();
  const std::size_t assets = spec.assets.size();
  checks.require(steps >= 1 && steps <= kStepsMax && assets >= 1 && assets <= kAssetsMax &&
                     fits(spec.rates, steps) &&
                     (spec.correlations.empty() || spec.correlations.size() == assets * assets),
                 Error::ParameterRange);
  double before = 0;
  for (const double t : spec.times) {
    checks.finite({t}).require(t >= 0, Error::TimeNegative);
    checks.require(t > before, Error::ParameterRange);
    before = t;
  }
  for (const double r : spec.rates) checks.finite({r});
  for (const double c : spec.correlations) {
    checks.finite({c}).require(std::abs(c) <= 1, Error::ParameterRange);
  }
  for (const AssetSpec& asset : spec.assets) check_asset(asset, spec.times, checks);
  return checks;
}
}  // namespace

Result<Diffusion> Diffusion::make(const DiffusionSpec& spec) {
  const Checks checks = check(spec);
  if (checks.failed()) return checks.error();
  Diffusion made;
  const std::size_t assets = spec.assets.size();
  made.times_.assign(spec.times.begin(), spec.times.end());
  std::vector<double> identity(assets * assets, 0.0);
  for (std::size_t i = 0; i < assets; ++i) identity[i * assets + i] = 1;
  if (!factorise(spec.correlations.empty() ? identity : spec.correlations, assets, made.factors_)) {
    return std::unexpected{Error::ParameterRange};
  }
  for (std::size_t i = 0; i < assets; ++i) {
    made.spots_.push_back(spec.assets[i].spot);
    for (const Dividend& paid : spec.assets[i].dividends) {
      const auto date = std::ranges::find_if(
          spec.times, [&](double t) { return std::abs(t - paid.years) <= kSameDate; });
      made.drops_.push_back({i, static_cast<std::size_t>(date - spec.times.begin()), paid});
    }
  }
  for (std::size_t k = 0; k < spec.times.size(); ++k) {
    made.years_.push_back(k == 0 ? spec.times[0] : spec.times[k] - spec.times[k - 1]);
    made.rates_.push_back(entry(spec.rates, k));
    for (const AssetSpec& asset : spec.assets) {
      made.yields_.push_back(entry(asset.yields, k));
      made.volatilities_.push_back(entry(asset.volatilities, k));
    }
  }
  made.derive();
  // Beyond these a step has no meaning in doubles, and the payoffs would meet infinities.
  for (std::size_t j = 0; j < made.drifts_.size(); ++j) {
    if (!std::isfinite(made.drifts_[j]) || !std::isfinite(made.deviations_[j])) {
      return std::unexpected{Error::Overflow};
    }
  }
  for (const double d : made.discounts_) {
    if (!std::isfinite(d)) return std::unexpected{Error::Overflow};
  }
  return made;
}

Result<Diffusion> Diffusion::make(const Market& market, std::span<const double> times) {
  const AssetSpec asset{market.spot, {&market.volatility, 1}, {&market.yield, 1}, {}};
  return make({times, {&market.rate, 1}, {&asset, 1}, {}});
}

Result<Diffusion> Diffusion::make(const Market& market, double years, std::size_t count) {
  if (count == 0 || count > kStepsMax) return std::unexpected{Error::ParameterRange};
  std::vector<double> times(count);
  for (std::size_t k = 0; k < count; ++k) {
    times[k] = years * static_cast<double>(k + 1) / static_cast<double>(count);
  }
  return make(market, times);
}

void Diffusion::derive() {
  const std::size_t count = assets();
  drifts_.clear();
  deviations_.clear();
  weights_.clear();
  discounts_.clear();
  double total = 0;
  for (std::size_t k = 0; k < steps(); ++k) {
    total += rates_[k] * years_[k];
    discounts_.push_back(math::exp(-total));
    const double root = std::sqrt(years_[k]);
    for (std::size_t i = 0; i < count; ++i) {
      const double sigma = volatilities_[k * count + i];
      drifts_.push_back((rates_[k] - yields_[k * count + i] - 0.5 * sigma * sigma) * years_[k]);
      deviations_.push_back(sigma * root);
      for (std::size_t j = 0; j < count; ++j) {
        weights_.push_back(factors_[i * count + j] * sigma * root);
      }
    }
  }
}

double Diffusion::forward(std::size_t asset, std::size_t step) const noexcept {
  double growth = 0;
  for (std::size_t k = 0; k <= step; ++k) {
    growth += (rates_[k] - yields_[k * assets() + asset]) * years_[k];
  }
  return spots_[asset] * math::exp(growth);
}

Diffusion Diffusion::with_spot(std::size_t asset, double spot) const {
  Diffusion moved = *this;
  moved.spots_[asset] = spot;
  return moved;
}

Diffusion Diffusion::with_volatility_moved(std::size_t asset, double by) const {
  Diffusion moved = *this;
  for (std::size_t k = 0; k < steps(); ++k) moved.volatilities_[k * assets() + asset] += by;
  moved.derive();
  return moved;
}

Diffusion Diffusion::with_rate_moved(double by) const {
  Diffusion moved = *this;
  for (double& rate : moved.rates_) rate += by;
  moved.derive();
  return moved;
}
}  // namespace sq::options::monte_carlo
