#include "engine/options/surface/svi_calibration.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/options/math/least_squares.hpp"

namespace sq::options {
namespace {
constexpr int kPenaltyPoints = 61;
// Lowest variance, slope of the left and right wing, m, sigma: each has its own bounds.
using Parameters = std::array<double, 5>;
using NormalMatrix = std::array<std::array<double, math::kParametersMax>, math::kParametersMax>;

SviRaw smile_of(std::span<const double> p) noexcept {
  const double b = (p[1] + p[2]) / 2;
  const double rho = b > 0 ? std::clamp((p[2] - p[1]) / (2 * b), -1.0, 1.0) : 0.0;
  // From the rounded rho, so that the lowest variance is p[0] to the last bit.
  const double dip = b * p[4] * std::sqrt((1 - rho) * (1 + rho));
  return {.a = p[0] - dip, .b = b, .rho = rho, .m = p[3], .sigma = p[4]};
}
Parameters parameters_of(const SviRaw& s) noexcept {
  return {s.a + s.b * s.sigma * std::sqrt((1 - s.rho) * (1 + s.rho)), s.b * (1 - s.rho),
          s.b * (1 + s.rho), s.m, s.sigma};
}

class Calibration {
 public:
  Calibration(std::span<const SmilePoint> quotes, const SviSettings& settings)
      : quotes_{quotes}, settings_{settings} {
    k_low_ = quotes.front().k;
    k_high_ = k_low_;
    for (const SmilePoint& q : quotes) {
      k_low_ = std::min(k_low_, q.k);
      k_high_ = std::max(k_high_, q.k);
      variance_max_ = std::max(variance_max_, q.variance);
      weight_ += q.weight;
      weighted_ += q.weight * q.variance;
    }
    const double width = std::max(k_high_ - k_low_, 1e-3);
    range_ = settings.range.value_or(MoneynessRange{k_low_ - width / 2, k_high_ + width / 2});
    floor_range_ = settings.floor_range.value_or(range_);
    low_ = {0, 0, 0, k_low_ - width, 1e-4 * width};
    high_ = {2 * variance_max_, 2, 2, k_high_ + width, 4 * width};
    // Penalties in units of the residuals: a violation as large as the mean variance costs as much
    // as every quote missing by its own size.
    scale_ = std::max(weighted_, 1e-12);
  }

  Result<SviFit> run() {
    std::array<Parameters, 3> starts{};
    const std::size_t count = find_starts(starts);
    double penalty = 0;
    std::optional<SviFit> best = best_of(std::span{starts}.first(count), penalty);
    if (!best) return std::unexpected{Error::NoConvergence};
    for (penalty = 0.1; !best->constraints_hold && penalty < 1e5; penalty *= 10) {
      starts[0] = parameters_of(best->smile);
      if (const auto fit = best_of(std::span{starts}.first(1), penalty)) best = fit;
      lift(*best);
    }
    if (settings_.no_butterfly && !best->butterfly.free()) pull_inside(*best);
    return *best;
  }

 private:
  // Weighted least squares in (a, d, c), w = a + d y + c sqrt(y^2 + 1), y = (k - m) / sigma.
  bool linear(double m, double sigma, Parameters& out, double& cost) const {
    NormalMatrix normal{};
    std::array<double, 3> right{};
    for (const SmilePoint& q : quotes_) {
      const double y = (q.k - m) / sigma;
      const std::array<double, 3> row{1, y, std::sqrt(y * y + 1)};
      const double weight = q.weight * q.weight;
      for (std::size_t i = 0; i < 3; ++i) {
        right[i] += weight * row[i] * q.variance;
        for (std::size_t j = 0; j < 3; ++j) normal[i][j] += weight * row[i] * row[j];
      }
    }
    for (std::size_t i = 0; i < 3; ++i) normal[i][i] *= 1 + 1e-12;
    if (!math::solve_cholesky(normal, right)) return false;
    const double c = std::clamp(right[2], 0.0, 2 * sigma);
    const double d = std::clamp(right[1], -c, c);
    const double lift = std::sqrt(std::max(0.0, (c - d) * (c + d)));
    out = {right[0] + lift, (c - d) / sigma, (c + d) / sigma, m, sigma};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::clamp(out[i], low_[i], high_[i]);
    cost = 0;
    const SviRaw smile = smile_of(out);
    for (const SmilePoint& q : quotes_) {
      const double miss = q.weight * (total_variance(smile, q.k) - q.variance);
      cost += miss * miss;
    }
    return std::isfinite(cost);
  }

  std::size_t find_starts(std::span<Parameters> starts) const {
    std::vector<double> costs(starts.size(), std::numeric_limits<double>::infinity());
    const double width = high_[4] / 4;
    std::size_t found = 0;
    for (const double part : {0.01, 0.03, 0.08, 0.2, 0.5, 1.2}) {
      for (int i = -1; i <= 9; ++i) {
        Parameters at{};
        double cost = 0;
        if (!linear(k_low_ + width * i / 8.0, part * width, at, cost)) continue;
        ++found;
        for (std::size_t j = 0; j < starts.size(); ++j) {
          if (cost >= costs[j]) continue;
          std::copy_backward(&starts[j], &starts[starts.size() - 1],
                             &starts[starts.size() - 1] + 1);
          std::copy_backward(costs.begin() + static_cast<std::ptrdiff_t>(j), costs.end() - 1,
                             costs.end());
          starts[j] = at;
          costs[j] = cost;
          break;
        }
      }
    }
    return std::min(found, starts.size());
  }

  std::optional<SviFit> best_of(std::span<const Parameters> starts, double penalty) const {
    std::optional<SviFit> best;
    for (const Parameters& start : starts) {
      Parameters at = start;
      const auto residuals = [&](std::span<const double> p, std::span<double> out) {
        write_residuals(smile_of(p), penalty, out);
      };
      const std::size_t count = quotes_.size() + (penalty > 0 ? 2 * kPenaltyPoints : 0);
      const auto done = math::least_squares(residuals, count, {low_, high_}, at,
                                            {.iterations = 60, .tolerance = 1e-10});
      if (!done) continue;
      const SviFit fit = judged(smile_of(at));
      const bool better =
          !best || (fit.constraints_hold && !best->constraints_hold) ||
          (fit.constraints_hold == best->constraints_hold && fit.error < best->error);
      if (better) best = fit;
      if (penalty > 0 && fit.constraints_hold) break;
    }
    return best;
  }

  void write_residuals(const SviRaw& smile, double penalty, std::span<double> out) const {
    std::size_t i = 0;
    for (const SmilePoint& q : quotes_) {
      out[i++] = q.weight * (total_variance(smile, q.k) - q.variance);
    }
    if (penalty == 0) return;
    const double scale = scale_ * penalty / std::sqrt(static_cast<double>(quotes_.size()));
    const double mean = std::max(weighted_ / weight_, 1e-300);
    for (int j = 0; j < kPenaltyPoints; ++j) {
      const double k = range_.low + (range_.high - range_.low) * j / (kPenaltyPoints - 1);
      const SviPoint point = svi_point(smile, k);
      const double g = settings_.no_butterfly ? butterfly_g(point, k) : 1.0;
      out[i++] = scale * std::max(0.0, 1e-3 - g) * 0.1;
      const double gap = settings_.floor && k >= floor_range_.low && k <= floor_range_.high
                             ? point.variance - total_variance(*settings_.floor, k)
                             : mean;
      out[i++] = scale * std::max(0.0, 1e-5 * mean - gap) / mean;
    }
  }

  SviFit judged(const SviRaw& smile) const {
    SviFit fit{.smile = smile, .range = range_};
    for (const SmilePoint& q : quotes_) {
      const double miss = q.weight * (total_variance(smile, q.k) - q.variance);
      fit.error += miss * miss;
    }
    fit.error = std::sqrt(fit.error / static_cast<double>(quotes_.size()));
    fit.butterfly = check_butterfly(smile, range_);
    if (settings_.floor) fit.calendar = check_calendar(*settings_.floor, smile, floor_range_);
    fit.constraints_hold = (!settings_.no_butterfly || fit.butterfly.free()) &&
                           (!settings_.floor || fit.calendar.free());
    return fit;
  }

  // A penalty leaves a rest: raising the whole smile by it ends the calendar arbitrage, as long as
  // that is a small part of the variance and makes no butterfly.
  void lift(SviFit& fit) const {
    const double rest = fit.calendar.fall_max;
    if (!settings_.floor || rest <= 0 || rest > 0.01 * weighted_ / weight_) return;
    SviRaw raised = fit.smile;
    raised.a += rest * (1 + 1e-9) + 1e-15;
    const SviFit tried = judged(raised);
    if (tried.constraints_hold) fit = tried;
  }

  // Last resort against butterflies: the nearest mixture with a flat smile, found by bisection.
  void pull_inside(SviFit& fit) const {
    const Parameters here = parameters_of(fit.smile);
    Parameters flat = here;  // no slopes: g = 1
    flat[1] = flat[2] = 0;
    flat[0] = weighted_ / weight_;
    const auto mixture = [&](double part) {
      Parameters at{};
      for (std::size_t i = 0; i < at.size(); ++i) at[i] = here[i] + part * (flat[i] - here[i]);
      return judged(smile_of(at));
    };
    SviFit inside = mixture(1);
    if (!inside.butterfly.free()) return;
    double low = 0;
    double high = 1;
    for (int i = 0; i < 40; ++i) {
      const double middle = (low + high) / 2;
      const SviFit tried = mixture(middle);
      (tried.butterfly.free() ? high : low) = middle;
      if (tried.butterfly.free()) inside = tried;
    }
    fit = inside;
  }

  std::span<const SmilePoint> quotes_;
  const SviSettings& settings_;
  double k_low_{0}, k_high_{0}, variance_max_{0}, weight_{0}, weighted_{0}, scale_{1};
  MoneynessRange range_{}, floor_range_{};
  Parameters low_{}, high_{};
};
}  // namespace

Result<SviFit> calibrate_svi(std::span<const SmilePoint> quotes, const SviSettings& settings) {
  std::size_t used = 0;
  for (const SmilePoint& q : quotes) {
    if (!std::isfinite(q.k) || !std::isfinite(q.variance) || !std::isfinite(q.weight)) {
      return std::unexpected{Error::NotFinite};
    }
    const bool in_range = std::abs(q.k) < 1e3 && q.variance > 0 && q.variance < 1e6 &&
                          q.weight >= 0 && q.weight < 1e100;
    if (!in_range) return std::unexpected{Error::ParameterRange};
    if (q.weight > 0) ++used;
  }
  if (used < 5) return std::unexpected{Error::ParameterRange};
  if (settings.floor) {
    if (const Result<void> fine = check(*settings.floor); !fine) {
      return std::unexpected{fine.error()};
    }
  }
  for (const auto& range : {settings.range, settings.floor_range}) {
    const bool fine =
        !range || (range->low < range->high && std::isfinite(range->high - range->low));
    if (!fine) return std::unexpected{Error::ParameterRange};
  }
  return Calibration{quotes, settings}.run();
}
}  // namespace sq::options
