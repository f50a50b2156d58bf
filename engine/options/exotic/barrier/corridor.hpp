// A path killed at a lower and an upper barrier: the value of a payoff if it survives, and of one
// unit paid when it leaves through one side first. Internal to engine/options/exotic.
// Thread: plain values. Cost: see double_barrier.hpp. Errors: none; the caller has checked that the
// spot is inside and that the variance is not negligible.
#pragma once

#include <cmath>
#include <numbers>

#include "engine/options/exotic/barrier/reflection.hpp"

namespace sq::options {
template <class Real>
class Corridor {
 public:
  Corridor(const Inputs<Real>& in, const Real& years, double low, double high) noexcept
      : law_{in, years},
        in_{in},
        years_{years},
        low_{Level::at(low)},
        high_{Level::at(high)},
        width_{high_.log - low_.log} {}

  [[nodiscard]] const Reflection<Real>& law() const noexcept { return law_; }

  // Discounted payoff at expiry of paths that touched neither barrier.
  [[nodiscard]] Real surviving(const Piece& payoff) const noexcept {
    const Piece piece = payoff.above(low_).below(high_);
    if (piece.empty()) return Real{};
    return scaled_variance() < kCrossover ? by_images(piece) : by_waves(piece);
  }

  // 1 paid when the path leaves through the lower (or upper) barrier, if it does so first.
  [[nodiscard]] Real exit(bool through_low) const noexcept {
    const Real above_low = law_.log_spot() - low_.log;
    const Real distance = through_low ? above_low : width_ - above_low;
    const Real log_factor = through_low ? -(law_.tilt() * distance) : law_.tilt() * distance;
    if (scaled_variance() < kCrossover)
      return exit_by_images(log_factor, distance, law_.variance());
    const Real variance_rate = law_.variance() / years_;
    const Real early = Real{kCrossover * width_ * width_};
    const Real sum = exit_by_images(log_factor, distance, early);
    return sum + exit_by_waves(log_factor, distance, early / variance_rate, variance_rate);
  }

 private:
  static constexpr double kCrossover = 0.1;

  [[nodiscard]] double scaled_variance() const noexcept {
    return value_of(law_.variance()) / (width_ * width_);
  }
  // Images further than this many widths hold less than 1e-17.
  [[nodiscard]] int image_count(double variance) const noexcept {
    return 1 + static_cast<int>(0.5 + 4.6 * std::sqrt(variance) / width_);
  }
  // Waves are damped by exp(-k^2 pi^2 s / 2).
  [[nodiscard]] static int wave_count(double scaled) noexcept {
    return 1 + static_cast<int>(std::sqrt(82.0 / scaled) / std::numbers::pi);
  }

  [[nodiscard]] Real by_images(const Piece& piece) const noexcept {
    const int count = image_count(value_of(law_.variance()));
    const Real mirrored = 2.0 * low_.log - law_.log_spot();
    Real sum = law_.direct(piece) - law_.image(piece, mirrored);
    for (int n = 1; n <= count; ++n) {
      const double shift = 2.0 * width_ * n;
      sum += law_.image(piece, law_.log_spot() + shift) - law_.image(piece, mirrored + shift);
      sum += law_.image(piece, law_.log_spot() - shift) - law_.image(piece, mirrored - shift);
    }
    return sum;
  }

  // Integral of exp(p y) sin(k pi (y - l) / L) over the piece, times exp(log_factor).
  [[nodiscard]] Real wave_integral(const Piece& piece, const Real& p, double wave_number,
                                   const Real& log_factor) const noexcept {
    using std::exp;
    const auto antiderivative = [&](double y) {
      const double angle = wave_number * (y - low_.log);
      return exp(p * y + log_factor) * (p * std::sin(angle) - Real{wave_number * std::cos(angle)});
    };
    return (antiderivative(piece.high.log) - antiderivative(piece.low.log)) /
           (p * p + wave_number * wave_number);
  }
  [[nodiscard]] Real by_waves(const Piece& piece) const noexcept {
    using std::sin;
    const Real& tilt = law_.tilt();
    const Real start = law_.log_spot() - low_.log;
    const Real base = -(tilt * law_.log_spot()) - 0.5 * tilt * tilt * law_.variance();
    Real sum{};
    for (int k = 1; k <= wave_count(scaled_variance()); ++k) {
      const double wave_number = k * std::numbers::pi / width_;
      const Real log_factor = base - 0.5 * wave_number * wave_number * law_.variance();
      Real term{};
      if (piece.cash != 0) term += wave_integral(piece, tilt, wave_number, log_factor) * piece.cash;
      if (piece.asset != 0) {
        term += wave_integral(piece, tilt + 1.0, wave_number, log_factor) * piece.asset;
      }
      sum += term * sin(start * wave_number);
    }
    return sum * law_.discount() * (2.0 / width_);
  }

  [[nodiscard]] Real exit_by_images(const Real& log_factor, const Real& distance,
                                    const Real& variance) const noexcept {
    const int count = image_count(value_of(variance));
    const Real lambda2 = law_.lambda2();
    Real sum = passage_integral(log_factor, distance, lambda2, variance);
    for (int n = 1; n <= count; ++n) {
      const double shift = 2.0 * width_ * n;
      sum += passage_integral(log_factor, distance + shift, lambda2, variance);
      sum -= passage_integral(log_factor, shift - distance, lambda2, variance);
    }
    return sum;
  }
  // The part of the exit after `from`, from the eigenfunctions of the killed path.
  [[nodiscard]] Real exit_by_waves(const Real& log_factor, const Real& distance, const Real& from,
                                   const Real& variance_rate) const noexcept {
    using std::exp;
    using std::sin;
    const Real left = years_ - from;
    Real sum{};
    for (int k = 1; k <= wave_count(kCrossover); ++k) {
      const double wave_number = k * std::numbers::pi / width_;
      const Real decay = 0.5 * variance_rate * (law_.lambda2() + wave_number * wave_number);
      sum += variance_rate * (wave_number / width_) * sin(distance * wave_number) *
             exp(log_factor - decay * from) * left * mean_decay(decay * left);
    }
    return sum;
  }
  // (1 - exp(-x)) / x
  [[nodiscard]] static Real mean_decay(const Real& x) noexcept {
    using std::expm1;
    if (std::abs(value_of(x)) < 1e-2) {
      Real sum{1.0};
      for (int k = 9; k >= 2; --k) sum = 1.0 - x * sum / k;
      return sum;
    }
    return -(expm1(-x) / x);
  }

  Reflection<Real> law_;
  Inputs<Real> in_;
  Real years_;
  Level low_, high_;
  double width_;
};
}  // namespace sq::options
