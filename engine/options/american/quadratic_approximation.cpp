// Barone-Adesi-Whaley and its correction by Ju and Zhong. Neither has put-call symmetry: calls and
// puts have their own equations.
#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/options/american/approximations.hpp"
#include "engine/options/american/lanes.hpp"
#include "engine/options/american/put_problem.hpp"

namespace sq::options::american {
namespace {
// What does not depend on the spot; all per unit of strike. sign: 1 call, -1 put.
struct Quadratic {
  double sign, rate, yield, variance, years;
  double deviation, discount, carry, drift;  // drift: (rate - yield) years
  double lambda, root, m_over_h;
  double log_first, span;  // ln of the critical spot at expiry; way to that of an unlimited life

  Quadratic(const Market& market, const Vanilla& option, const PutProblem& put) noexcept
      : sign{sign_of(option.type)},
        rate{market.rate},
        yield{market.yield},
        variance{market.volatility * market.volatility},
        years{option.years} {
    deviation = market.volatility * std::sqrt(years);
    discount = std::exp(-rate * years);
    carry = std::exp(-yield * years);
    drift = (rate - yield) * years;
    // (1 - e^{-r t}) / r
    const double x = rate * years;
    const double factor = std::abs(x) > 1e-5 ? (1 - discount) / rate : years * (1 - 0.5 * x);
    m_over_h = 2 / (variance * factor);
    const double omega = 2 * (rate - yield) / variance - 1;
    root = std::sqrt(omega * omega + 4 * m_over_h);
    lambda = 0.5 * (sign * root - omega);
    const double first = boundary_at_expiry(put.rate, put.yield);
    const double last = perpetual_boundary(put.rate, put.yield, put.volatility);
    log_first = first < 1 ? -sign * std::log(first) : 0;
    span = last > 0 ? std::min(std::log(first / last), 600.0) : 600.0;
  }

  template <class T>
  struct Point {
    T keeps;    // 1 - e^{-qt} Phi(sign d+)
    T density;  // e^{-qt} phi(d+) / deviation
    T upper;    // d+
    T european;
    T spot;
  };
  template <class T>
  [[nodiscard]] Point<T> at(T log_spot) const noexcept {
    return point(log_spot, exp(log_spot), [](T x) { return normal(x); });
  }
  // To 1e-8, for finding the critical spot.
  template <class T>
  [[nodiscard]] Point<T> near(T log_spot) const noexcept {
    return point(log_spot, quick_exp(log_spot), [](T x) { return quick_normal(x); });
  }
  template <class T, class Distribution>
  [[gnu::always_inline]] inline Point<T> point(T log_spot, T spot,
                                               Distribution&& distribution) const noexcept {
    const T middle = (log_spot + T(drift)) * T(1 / deviation);
    const T upper = middle + T(0.5 * deviation);
    const Normal<T> above = distribution(upper * T(sign));
    const T inside = above.below * T(carry);
    const T strike_part = distribution((middle - T(0.5 * deviation)) * T(sign)).below * T(discount);
    return {T(1.0) - inside, above.bell * T(carry * kBellToDensity / deviation), upper,
            (spot * inside - strike_part) * T(sign), spot};
  }
  template <class T>
  [[nodiscard]] T gained(const Point<T>& point) const noexcept {
    return (point.spot - T(1.0)) * T(sign) - point.european;
  }
  // Smooth pasting at the critical spot: zero.
  template <class T>
  [[nodiscard]] T residual(const Point<T>& point) const noexcept {
    return gained(point) * T(lambda) - point.spot * point.keeps * T(sign);
  }
};

// Halley's method from x until a change is below `goal`; the third power of it is left.
double polish(const Quadratic& quadratic, double x, double goal) noexcept {
  for (int i = 0; i < 50; ++i) {
    const auto point = quadratic.at(x);
    const double f = quadratic.residual(point);
    const double slope =
        point.spot * (quadratic.sign * (quadratic.lambda - 1) * point.keeps + point.density);
    const double bend = slope + point.spot * point.density *
                                    (1 - quadratic.lambda - point.upper / quadratic.deviation);
    const double newton = f / slope;
    const double damping = 1 - 0.5 * newton * bend / slope;
    const double step = damping > 0.5 && damping < 2 ? newton / damping : newton;
    // Never past the value at expiry; past that of an unlimited life the formula may well go.
    const double away = quadratic.sign * (x - std::clamp(step, -0.5, 0.5) - quadratic.log_first);
    const double floor = 0.5 * quadratic.sign * (x - quadratic.log_first);
    const double next = quadratic.log_first + quadratic.sign * std::max(away, floor);
    const double change = std::abs(next - x);
    x = next;
    if (change < goal) break;
  }
  return x;
}

// ln of the critical spot. Prices are stationary in it: an error x moves them by the order of x^2.
// First the residual at eight points at once, around where Bjerksund and Stensland's formula has
// it.
double critical_log_spot(const Quadratic& quadratic) noexcept {
  constexpr std::size_t kPoints = 8;
  constexpr double kSpread[kPoints] = {0.36, 0.5, 0.65, 0.8, 0.95, 1.1, 1.28, 1.6};
  alignas(64) double x[kPoints];
  alignas(64) double f[kPoints];
  const double pace = -2 * quadratic.deviation / quadratic.span;
  for (std::size_t g = 0; g < kPoints; g += kLanes) {
    const Lanes away = (Lanes(1.0) - quick_exp(Lanes::load(&kSpread[g]) * Lanes(pace))) *
                       Lanes(quadratic.span * quadratic.sign);
    const Lanes place = away + Lanes(quadratic.log_first);
    place.store(&x[g]);
    quadratic.residual(quadratic.near(place)).store(&f[g]);
  }
  std::size_t k = 1;
  while (k < kPoints && (f[k] < 0) == (f[0] < 0)) ++k;
  if (k == kPoints) return polish(quadratic, x[4], 1e-2);
  // Inverse interpolation through four points around the change of sign (Neville).
  const std::size_t first = std::min(std::max(k, std::size_t{2}) - 2, kPoints - 4);
  double y[4] = {x[first], x[first + 1], x[first + 2], x[first + 3]};
  const double* const g = &f[first];
  for (std::size_t order = 1; order < 4; ++order) {
    for (std::size_t i = 0; i + order < 4; ++i)
      y[i] = (g[i + order] * y[i] - g[i] * y[i + 1]) / (g[i + order] - g[i]);
  }
  const bool between = (y[0] - x[k - 1]) * (y[0] - x[k]) <= 0;
  return between ? y[0] : polish(quadratic, 0.5 * (x[k - 1] + x[k]), 1e-2);
}

// Empty: goes on with the approximation.
std::optional<Result<double>> simple_case(const Result<Reduced>& reduced) noexcept {
  if (!reduced) return std::unexpected{reduced.error()};
  switch (reduced->regime) {
    case Regime::Known:
      return reduced->known;
    case Regime::European:
      return european_put(reduced->put);
    case Regime::TwoBoundaries:
      return std::unexpected{Error::Unsupported};
    case Regime::OneBoundary:
      break;
  }
  return std::nullopt;
}
}  // namespace

Result<double> barone_adesi_whaley(const Market& market, const Vanilla& option) noexcept {
  const auto reduced = reduce_to_put(market, option);
  if (const auto simple = simple_case(reduced)) return *simple;
  const Quadratic quadratic{market, option, reduced->put};
  const double critical = critical_log_spot(quadratic);
  const double log_spot = std::log(market.spot / option.strike);
  const double intrinsic = quadratic.sign * (market.spot - option.strike);
  if (quadratic.sign * (log_spot - critical) >= 0) return intrinsic;
  const auto here = quadratic.at(log_spot);
  const double gained = quadratic.gained(quadratic.near(critical));
  const double premium = gained * std::exp(quadratic.lambda * (log_spot - critical));
  return std::max({option.strike * (here.european + std::max(premium, 0.0)), intrinsic, 0.0});
}

Result<double> ju_zhong(const Market& market, const Vanilla& option) noexcept {
  const auto reduced = reduce_to_put(market, option);
  if (const auto simple = simple_case(reduced)) return *simple;
  const Quadratic quadratic{market, option, reduced->put};
  const double critical = polish(quadratic, critical_log_spot(quadratic), 1e-6);
  const double log_spot = std::log(market.spot / option.strike);
  const double sign = quadratic.sign;
  const double intrinsic = sign * (market.spot - option.strike);
  if (sign * (log_spot - critical) >= 0) return intrinsic;
  const auto point = quadratic.at(critical);
  const double gained = quadratic.gained(point);
  const double ratio = quadratic.m_over_h / (quadratic.root * quadratic.root);
  // Calendar decay of the European option there.
  const double spot_part = point.spot * (1 - point.keeps);
  const double theta = quadratic.rate * (point.european - sign * spot_part) +
                       sign * quadratic.yield * spot_part -
                       0.5 * point.spot * point.density * quadratic.variance;
  const double b = -0.5 * quadratic.discount * quadratic.m_over_h * ratio;
  const double c = -sign / quadratic.root *
                   (quadratic.discount * quadratic.m_over_h * (1 - ratio) -
                    2 / quadratic.variance * theta / gained);
  const double distance = log_spot - critical;
  const double bend = distance * (b * distance + c);
  const double european = quadratic.at(log_spot).european;
  const double premium = gained * std::exp(quadratic.lambda * distance) / (1 - bend);
  return std::max({option.strike * (european + premium), intrinsic, option.strike * european, 0.0});
}
}  // namespace sq::options::american
