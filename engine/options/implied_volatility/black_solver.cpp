#include "engine/options/implied_volatility/black_solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/options/implied_volatility/kernel.hpp"
#include "engine/options/math/lane.hpp"
#include "engine/options/math/normal.hpp"

namespace sq::options::implied {
namespace {
using math::ScalarLane;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kStepsMax = 64;
constexpr double kStop = 1e-5;  // a step this small, relative, leaves its fourth power

// The price as a share of `lower`, or what it lacks to it: whichever is smaller keeps its digits.
struct Target {
  double x{0};
  bool upper{false};  // value = 1 - price / lower
  double value{0};    // 0 where it underflows; then only its logarithm counts
  double log{0};
};

// R(z) = (1 - Phi(z)) e^(z^2 / 2) for any z; infinite where that overflows.
double tail_ratio(double z) noexcept { return mills_ratio(z) * math::kInverseSqrt2Pi; }

// value(s) e^(z1^2 / 2), z1 = x / s - s / 2.
double share(const Target& target, double h, double t) noexcept {
  if (target.upper) return tail_ratio(t - h) + tail_ratio(h + t);
  if (t < kSmallHalf) {
    const double m0 = math::upper_tail_ratio(h);
    const double m1 = math::kInverseSqrt2Pi * math::mills_shortfall(h);
    return odd_part<ScalarLane>(h, t, m0, m1);
  }
  return tail_ratio(h - t) - tail_ratio(h + t);
}

// Phi(-z) = e^log_p, roughly.
double distance_of(double log_p) noexcept {
  if (log_p > -600.0) return -inverse_normal_cdf(std::min(math::exp(log_p), 1.0 - 1e-15));
  double square = -2.0 * log_p;
  for (int i = 0; i < 3; ++i) square = -2.0 * log_p - std::log(6.283185307179586 * square);
  return std::sqrt(square);
}

// z2^2 = z1^2 + 2 x, so z1 alone says where we are.
double deviation_at(double x, double z1) noexcept {
  const double root = std::sqrt(z1 * z1 + 2.0 * x);
  return z1 > 0 ? 2.0 * x / (root + z1) : root - z1;
}

double first_guess(const Target& target) noexcept {
  const double x = target.x;
  if (!target.upper && target.value > 0) {
    const double ratio = x / target.value;
    if (ratio < kNearRatio) {
      return near_quotient<ScalarLane>(target.value, ratio) * target.value;
    }
  }
  // Fixed point: the second tail as a share of the first, from the last distance.
  double z = distance_of(target.log + (target.upper ? -0.6931471805599453 : 0.0));
  if (target.upper) z = -z;
  for (int i = 0; i < 4; ++i) {
    const double second = tail_ratio(std::sqrt(z * z + 2.0 * x));
    const double first = tail_ratio(target.upper ? -z : z);
    const double quotient = first < kInfinity ? second / first : 0.0;
    if (target.upper) {
      z = -distance_of(target.log - std::log1p(quotient));
    } else {
      z = distance_of(target.log - std::log(std::max(1.0 - quotient, 1e-6)));
    }
  }
  return deviation_at(x, z);
}

// ln(target / value(s)); exact to rounding once it is small.
double log_miss(const Target& target, double z1, double held) noexcept {
  const double rough = target.log + 0.5 * z1 * z1 - std::log(held);
  if (!(std::fabs(rough) < 0.25) || target.value < 1e-290) return rough;
  const double value = math::times_gaussian(held, z1);
  return 2.0 * std::atanh((target.value - value) / (target.value + value));
}

// The relative change of s by Householder's fourth-order step on ln value(s).
double step_from(const Target& target, double s, double miss, double held, double h,
                 double t) noexcept {
  // Slope and derivatives times powers of s, which stay finite for the smallest s.
  const double slope = (target.upper ? -math::kInverseSqrt2Pi : math::kInverseSqrt2Pi) * (s / held);
  const double newton = miss / slope;
  const double b2 = h * h - t * t;
  const double b3 = b2 * b2 - 0.25 * s * s - 3.0 * h * h;
  const double second = b2 - slope;
  const double third = b3 + slope * (2.0 * slope - 3.0 * b2);
  const double below = 1.0 + newton * (second + newton * third / 6.0);
  const double change = newton * (1.0 + 0.5 * second * newton) / below;
  // Far away the rational step may point the wrong way; Newton's does not.
  return change * newton > 0 ? change : newton;
}
}  // namespace

Result<Solved> solve(const Problem& problem) noexcept {
  Target target;
  const double x = problem.moneyness;
  target.x = x;
  target.upper = problem.rest < problem.time_value;
  const double part = target.upper ? problem.rest : problem.time_value;
  target.value = part / problem.lower;
  target.log = math::log_ratio(part, problem.lower);

  double low = 0.0;
  double high = kInfinity;
  double s = first_guess(target);
  if (!(s > 0.0 && s < kInfinity)) s = std::sqrt(2.0 * x) + 1e-8;
  for (int steps = 1; steps <= kStepsMax; ++steps) {
    const double h = x / s;
    const double t = 0.5 * s;
    const double held = share(target, h, t);
    const double miss = held > 0.0 ? log_miss(target, h - t, held) : kInfinity;
    double next = s;
    if (std::isfinite(miss)) {
      (target.upper ? miss < 0.0 : miss > 0.0) ? low = s : high = s;
      next = s + s * step_from(target, s, miss, held, h, t);
      if (std::fabs(next - s) <= kStop * s) return Solved{next, steps};
    } else {
      // The value is too small to be seen here; it grows with s, and what it lacks shrinks.
      target.upper ? high = s : low = s;
      next = 0.0;
    }
    if (!(next > low && next < high)) next = high < kInfinity ? 0.5 * (low + high) : 2.0 * s;
    if (next == s) return Solved{s, steps};  // neighbours: subnormal s has few digits
    s = next;
  }
  return std::unexpected{Error::NoConvergence};
}
}  // namespace sq::options::implied
