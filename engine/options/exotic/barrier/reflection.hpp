// European payoffs of a path that is stopped at one or two barriers, by the method of images, and
// the value of one unit paid when a barrier is hit. Internal to engine/options/exotic.
//
// With x = ln S and drift v of x under the pricing measure, a path killed at h has the density of
// the free path from x less exp(2 v (h - x) / sigma^2) times that of the free path from 2 h - x.
// Reiner and Rubinstein's terms A to D are these two, clipped to the region where the payoff lives.
// Thread: plain values. Cost: 2 to 4 normal probabilities an image. Errors: none here.
#pragma once

#include <algorithm>
#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"
#include "engine/options/math/gauss_legendre.hpp"

namespace sq::options {
// A level with its logarithm, which every term needs.
struct Level {
  double value{0};
  double log{-kInfinity};

  [[nodiscard]] static Level at(double value) noexcept { return {value, std::log(value)}; }
  [[nodiscard]] static constexpr Level infinite() noexcept { return {kInfinity, kInfinity}; }
};

// Pays asset x S(T) + cash where low < S(T) < high.
struct Piece {
  double asset{0};
  double cash{0};
  Level low{};
  Level high{Level::infinite()};

  [[nodiscard]] static Piece vanilla(OptionType type, double strike) noexcept {
    const Level level = Level::at(strike);
    return type == OptionType::Call ? Piece{1.0, -strike, level, Level::infinite()}
                                    : Piece{-1.0, strike, Level{}, level};
  }
  [[nodiscard]] Piece above(const Level& level) const noexcept {
    return {asset, cash, low.value < level.value ? level : low, high};
  }
  [[nodiscard]] Piece below(const Level& level) const noexcept {
    return {asset, cash, low, high.value > level.value ? level : high};
  }
  [[nodiscard]] bool empty() const noexcept { return !(low.value < high.value); }
  [[nodiscard]] bool pays_at(double spot) const noexcept {
    return spot > low.value && spot < high.value;
  }
};

template <class Real>
class Reflection {
 public:
  Reflection(const Inputs<Real>& in, const Real& years) noexcept {
    using std::exp;
    using std::log;
    using std::sqrt;
    log_spot_ = log(in.spot);
    spot_ = in.spot;
    const Real variance_rate = in.volatility * in.volatility;
    const Real per_variance = 1.0 / variance_rate;
    const Real drift = in.carry() - 0.5 * variance_rate;
    tilt_ = drift * per_variance;
    drift_ = drift * years;
    variance_ = variance_rate * years;
    per_deviation_ = 1.0 / sqrt(variance_);
    discount_ = exp(-(in.rate * years));
    dividends_ = exp(-(in.yield * years));
    discount_exponent_ = 2.0 * in.rate * per_variance;
  }

  [[nodiscard]] const Real& log_spot() const noexcept { return log_spot_; }
  [[nodiscard]] const Real& variance() const noexcept { return variance_; }  // sigma^2 T
  [[nodiscard]] const Real& discount() const noexcept { return discount_; }
  [[nodiscard]] const Real& tilt() const noexcept { return tilt_; }  // drift / sigma^2
  // (drift / sigma^2)^2 + 2 r / sigma^2; may be negative when rates are.
  [[nodiscard]] Real lambda2() const noexcept { return tilt_ * tilt_ + discount_exponent_; }

  // Discounted value of the payoff, no barrier.
  [[nodiscard]] Real direct(const Piece& piece) const noexcept {
    return part(piece, log_spot_, Real{1.0}, spot_);
  }
  // The same as seen from the image at log-spot `start`, with the image's weight.
  [[nodiscard]] Real image(const Piece& piece, const Real& start) const noexcept {
    using std::exp;
    if (piece.empty()) return Real{};
    const Real log_weight = 2.0 * tilt_ * (0.5 * (start - log_spot_));
    const double size = std::abs(value_of(log_weight));
    if (size < 600.0) {
      const Real weight = exp(log_weight);
      return part(piece, start, weight, weight * exp(start));
    }
    Real sum{};
    if (piece.cash != 0)
      sum += discount_ * scaled_band(piece, start, drift_, log_weight) * piece.cash;
    if (piece.asset != 0) {
      sum += dividends_ * scaled_band(piece, start, drift_ + variance_, log_weight + start) *
             piece.asset;
    }
    return sum;
  }
  [[nodiscard]] Real mirrored(const Piece& piece, double log_barrier) const noexcept {
    return image(piece, 2.0 * log_barrier - log_spot_);
  }

 private:
  [[nodiscard]] Real part(const Piece& piece, const Real& start, const Real& weight,
                          const Real& weighted_spot) const noexcept {
    if (piece.empty()) return Real{};
    Real sum{};
    if (piece.cash != 0) sum += discount_ * weight * band(piece, start + drift_) * piece.cash;
    if (piece.asset != 0) {
      sum += dividends_ * weighted_spot * band(piece, start + drift_ + variance_) * piece.asset;
    }
    return sum;
  }
  // P(low < S(T) < high) for a mean of the logarithm.
  [[nodiscard]] Real band(const Piece& piece, const Real& mean) const noexcept {
    const bool from_zero = piece.low.value <= 0;
    const bool no_end = piece.high.value == kInfinity;
    if (no_end && from_zero) return Real{1.0};
    if (no_end) return normal_cdf((mean - piece.low.log) * per_deviation_);
    const Real high = (piece.high.log - mean) * per_deviation_;
    if (from_zero) return normal_cdf(high);
    return normal_interval((piece.low.log - mean) * per_deviation_, high);
  }
  [[nodiscard]] Real scaled_band(const Piece& piece, const Real& start, const Real& drift,
                                 const Real& log_weight) const noexcept {
    using std::exp;
    const Real mean = start + drift;
    const bool from_zero = piece.low.value <= 0;
    const bool no_end = piece.high.value == kInfinity;
    if (no_end && from_zero) return exp(log_weight);
    if (no_end) return scaled_normal_cdf(log_weight, (mean - piece.low.log) * per_deviation_);
    const Real high = (piece.high.log - mean) * per_deviation_;
    if (from_zero) return scaled_normal_cdf(log_weight, high);
    return scaled_normal_band(log_weight, (piece.low.log - mean) * per_deviation_, high);
  }

  Real log_spot_{}, spot_{};
  Real drift_{};  // of ln S over the life
  Real tilt_{};
  Real variance_{}, per_deviation_{};
  Real discount_{}, dividends_{};
  Real discount_exponent_{};
};

// exp(log_factor) times the integral over t in (0, T) of exp(-lambda^2 sigma^2 t / 2) against the
// first-passage density of a driftless Brownian motion at `distance` > 0; variance = sigma^2 T.
template <class Real>
Real passage_integral(const Real& log_factor, const Real& distance, const Real& lambda2,
                      const Real& variance) noexcept {
  using std::exp;
  using std::sqrt;
  const Real deviation = sqrt(variance);
  const double reach = value_of(distance) / value_of(deviation);
  const double strength = value_of(lambda2) * value_of(variance);
  if (strength > 1e-4) {
    const Real lambda = sqrt(lambda2);
    const Real shift = lambda * deviation;
    const Real far = distance / deviation;
    return scaled_normal_cdf(log_factor - lambda * distance, shift - far) +
           scaled_normal_cdf(log_factor + lambda * distance, -shift - far);
  }
  // The root of lambda^2 is imaginary or has no derivative: 2 n(y) exp(-lambda^2 d^2 / (2 y^2))
  // over y > d / (sigma sqrt T), with y = d / (sigma sqrt T) e^v.
  if (!(reach < 39.0)) return Real{};
  const Real near = distance / deviation;
  const double end = std::log(1.0 + 9.5 / std::max(reach, 1e-12));
  const int panels = static_cast<int>(end) + 2;
  Real sum{};
  for (int i = 0; i < panels; ++i) {
    sum += integrate_panel(
        kGaussLegendre20, Real{end * i / panels}, Real{end * (i + 1) / panels}, [&](const Real& v) {
          const Real y = near * exp(v);
          return 2.0 * y *
                 exp(log_factor - 0.5 * (y * y) - 0.5 * lambda2 * variance * exp(-2.0 * v));
        });
  }
  return sum * 0.39894228040143267794;
}
}  // namespace sq::options
