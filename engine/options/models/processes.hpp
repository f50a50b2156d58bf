// Logarithms of the characteristic functions of ln(S_T / forward), for transform.hpp.
// Thread: plain values. Cost: Heston 60 ns. Errors: none; parameters as in
// stochastic_volatility.hpp, checked there.
#pragma once

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "engine/options/models/stochastic_volatility.hpp"

namespace sq::options::processes {
using transform::Complex;

// ln(1 + z) / z, also for tiny z.
inline Complex log1p_over(Complex z) noexcept {
  if (std::norm(z) < 1e-10) return 1.0 - z * (0.5 - z * (1.0 / 3 - 0.25 * z));
  const double x = z.real();
  const double y = z.imag();
  return Complex{0.5 * std::log1p(2 * x + x * x + y * y), std::atan2(y, 1 + x)} / z;
}

class Heston {
 public:
  Heston(const HestonDynamics& dynamics, double years) noexcept : d_{dynamics}, years_{years} {}

  [[nodiscard]] Complex logarithm(Complex u) const noexcept {
    const Complex iu{-u.imag(), u.real()};
    const double sigma2 = d_.variance_volatility * d_.variance_volatility;
    const Complex beta = d_.reversion - d_.correlation * d_.variance_volatility * iu;
    const Complex q = iu - iu * iu;  // iu + u^2
    if (std::norm(q) == 0) return 0;
    const Complex root = std::sqrt(beta * beta + sigma2 * q);
    // (beta - root) / sigma^2 and g / sigma^2 without their cancellation.
    const Complex slope = -q / (beta + root);
    const Complex g_part = slope / (beta + root);
    const Complex decay = std::exp(-root * years_);
    const Complex one_less = 1.0 - sigma2 * g_part;
    const Complex grown = g_part * (1.0 - decay) / one_less;
    const Complex level = d_.reversion * d_.long_variance *
                          (slope * years_ - 2.0 * grown * log1p_over(sigma2 * grown));
    return level + d_.initial_variance * slope * (1.0 - decay) / (1.0 - sigma2 * g_part * decay);
  }

  [[nodiscard]] double growth(double s) const noexcept {
    const double excess = d_.correlation * d_.variance_volatility * s - d_.reversion;
    const double sigma2 = d_.variance_volatility * d_.variance_volatility;
    const double square = excess * excess - sigma2 * (s * s - s);
    if (years_ >= explosion(excess, square) * (1 - 1e-9)) {
      return std::numeric_limits<double>::infinity();
    }
    const double value = logarithm(Complex{0, -s}).real();
    return std::isfinite(value) ? value : std::numeric_limits<double>::infinity();
  }

 private:
  // The time from which on E S^s is infinite: Andersen and Piterbarg (2007), proposition 3.1.
  static double explosion(double excess, double square) noexcept {
    if (square < 0) {
      const double root = std::sqrt(-square);
      return 2 / root * (std::atan(root / excess) + (excess < 0 ? std::numbers::pi : 0.0));
    }
    const double root = std::sqrt(square);
    if (excess <= root) return std::numeric_limits<double>::infinity();
    return root > 0 ? std::log((excess + root) / (excess - root)) / root : 2 / excess;
  }
  HestonDynamics d_;
  double years_;
};

class Bates {
 public:
  Bates(const Heston& heston, const Jumps& jumps, double years) noexcept
      : heston_{heston}, jumps_{jumps}, years_{years} {}
  [[nodiscard]] Complex logarithm(Complex u) const noexcept {
    const Complex iu{-u.imag(), u.real()};
    const double half = jumps_.deviation * jumps_.deviation / 2;
    const Complex jump = std::exp(iu * jumps_.mean + half * iu * iu) - 1.0;
    const double compensator = std::expm1(jumps_.mean + half);
    return heston_.logarithm(u) + jumps_.intensity * years_ * (jump - iu * compensator);
  }
  [[nodiscard]] double growth(double s) const noexcept {
    const double half = jumps_.deviation * jumps_.deviation / 2;
    const double jump = std::expm1(s * jumps_.mean + half * s * s);
    const double compensator = std::expm1(jumps_.mean + half);
    return heston_.growth(s) + jumps_.intensity * years_ * (jump - s * compensator);
  }

 private:
  Heston heston_;
  Jumps jumps_;
  double years_;
};

class Gamma {
 public:
  Gamma(const VarianceGamma& process, double years) noexcept : p_{process}, years_{years} {}
  [[nodiscard]] Complex logarithm(Complex u) const noexcept {
    const Complex iu{-u.imag(), u.real()};
    const Complex inner = -iu * p_.drift * p_.nu - iu * iu * (variance() / 2);
    return years_ / p_.nu * (iu * compensator() - std::log(1.0 + inner));
  }
  [[nodiscard]] double growth(double s) const noexcept {
    const double inner = -s * p_.drift * p_.nu - s * s * variance() / 2;
    if (inner <= -1) return std::numeric_limits<double>::infinity();
    return years_ / p_.nu * (s * compensator() - std::log1p(inner));
  }

 private:
  [[nodiscard]] double variance() const noexcept { return p_.volatility * p_.volatility * p_.nu; }
  [[nodiscard]] double compensator() const noexcept {
    return std::log1p(-p_.drift * p_.nu - variance() / 2);
  }
  VarianceGamma p_;
  double years_;
};
}  // namespace sq::options::processes
