#include "engine/options/models/transform.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "engine/options/math/gauss_legendre.hpp"

namespace sq::options::transform {
namespace {
// P(sign X > x) <= exp(growth(sign s) - s x) for every s: the least x at which this is negligible.
double tail(const Model& model, double sign, double log_accuracy) noexcept {
  double best = 1e3;
  for (double s = 1e-3; s < 1e5; s *= 1.3) {
    const double growth = model.growth(model.model, sign * s);
    if (!(growth < 1e300)) break;
    best = std::min(best, (growth - log_accuracy) / s);
  }
  return std::max(best, 1e-10);
}
}  // namespace

Result<CosStrip> CosStrip::make(const Model& model, double log_accuracy) {
  CosStrip strip;
  strip.low_ = -tail(model, -1, log_accuracy);
  strip.high_ = tail(model, 1, log_accuracy);
  const double width = strip.high_ - strip.low_;
  strip.step_ = std::numbers::pi / width;
  double sum = 0;
  int small = 0;
  for (std::size_t n = 0; n < kTermsMax; ++n) {
    const double u = static_cast<double>(n) * strip.step_;
    const Complex log_value = model.logarithm(model.model, u);
    const double size = std::exp(log_value.real());
    const double weight = (n == 0 ? 1.0 : 2.0) / width * size *
                          std::cos(log_value.imag() - u * strip.low_) / (1 + u * u);
    if (!std::isfinite(weight)) return std::unexpected{Error::NoConvergence};
    strip.weights_.push_back(weight);
    sum += weight;
    small = log_value.real() < log_accuracy + std::log(1 + u * u) ? small + 1 : 0;
    if (small >= 4) {
      strip.at_low_ = std::exp(strip.low_) * sum;
      return strip;
    }
  }
  return std::unexpected{Error::NoConvergence};
}

double CosStrip::price(OptionType type, double forward, double discount,
                       double strike) const noexcept {
  const double k = std::clamp(std::log(strike / forward), low_, high_);
  const double angle = step_ * (k - low_);
  // Eight frequencies at a time; rotations from block to block keep the rounding at a few ulp.
  constexpr std::size_t kBlock = 8;
  std::array<double, kBlock> c{}, s{};
  for (std::size_t j = 0; j < kBlock; ++j) {
    c[j] = std::cos(static_cast<double>(j) * angle);
    s[j] = std::sin(static_cast<double>(j) * angle);
  }
  const double turn_c = std::cos(kBlock * angle);
  const double turn_s = std::sin(kBlock * angle);
  std::array<double, kBlock> sums{};
  const std::size_t count = weights_.size();
  sums[0] = weights_[0] * (k - low_ - 1);
  for (std::size_t n = 0; n < count; n += kBlock) {
    const std::size_t in_block = std::min(kBlock, count - n);
    for (std::size_t j = n == 0 ? 1 : 0; j < in_block; ++j) {
      const double u = static_cast<double>(n + j) * step_;
      sums[j] += weights_[n + j] * (s[j] / u - c[j]);
    }
    for (std::size_t j = 0; j < kBlock; ++j) {
      const double next = c[j] * turn_c - s[j] * turn_s;
      s[j] = s[j] * turn_c + c[j] * turn_s;
      c[j] = next;
    }
  }
  double total = 0;
  for (const double part : sums) total += part;
  double put = strike * total + forward * at_low_;
  if (strike <= forward * std::exp(low_)) put = 0;
  if (strike >= forward * std::exp(high_)) put = strike - forward;
  const double price = type == OptionType::Put ? put : put + (forward - strike);
  return discount * std::max(price, 0.0);
}

StripValue CosStrip::value(OptionType type, double forward, double discount,
                           double strike) const noexcept {
  StripValue value{.price = price(type, forward, discount, strike)};
  const double k = std::log(strike / forward);
  double below = 0;    // P(X < k)
  double density = 0;  // of X at k
  if (k >= high_) below = 1;
  if (k > low_ && k < high_) {
    for (std::size_t n = 0; n < weights_.size(); ++n) {
      const double u = static_cast<double>(n) * step_;
      const double weight = weights_[n] * (1 + u * u);
      const double angle = u * (k - low_);
      below += weight * (n == 0 ? k - low_ : std::sin(angle) / u);
      density += weight * std::cos(angle);
    }
  }
  // Degree one in forward and strike: P = F dP/dF + K dP/dK, and dP/dK = discount P(X < k).
  const double put = price(OptionType::Put, forward, discount, strike);
  value.delta = (put - strike * discount * below) / forward;
  if (type == OptionType::Call) value.delta += discount;
  value.gamma = discount * strike * std::max(density, 0.0) / (forward * forward);
  return value;
}

Result<double> damped_price(const Model& model, OptionType type, double forward, double discount,
                            double strike) {
  const double k = std::log(strike / forward);
  // Damping above 0 gives the call, below -1 the put: the out-of-the-money one, with the damping
  // that makes the integrand smallest at 0, so that it is found to its own relative accuracy.
  const bool call = k >= 0;
  double damping = 0;
  double growth = 0;
  double lowest = std::numeric_limits<double>::infinity();
  for (double step = 0.05; step < 1e4; step *= 1.2) {
    const double tried = call ? step : -1 - step;
    const double here = model.growth(model.model, tried + 1);
    const double size = here - tried * k - std::log(tried * (tried + 1));
    if (!(size < lowest)) break;
    damping = tried;
    growth = here;
    lowest = size;
  }
  if (damping == 0) return std::unexpected{Error::NoConvergence};
  const auto logarithm = [&](double u) {
    return model.logarithm(model.model, Complex{u, -(damping + 1)}) - growth;
  };
  const auto integrand = [&](double u) {
    const Complex below{damping * damping + damping - u * u, (2 * damping + 1) * u};
    return (std::exp(logarithm(u) - Complex{0, u * k}) / below).real();
  };
  const double widest = 3 / (0.1 + std::abs(k));
  double panel = std::min(0.25, 1 / (1 + std::abs(k)));
  double sum = 0;
  double u = 0;
  for (int i = 0; i < 100'000; ++i) {
    sum += integrate_panel(kGaussLegendre20, u, u + panel, integrand);
    u += panel;
    panel = std::min(panel * 1.1, widest);
    const double left = logarithm(u).real() - 2 * std::log(u) + std::log(damping * (damping + 1));
    if (left > -40) continue;
    const double out =
        std::max(0.0, forward * std::exp(growth - damping * k) / std::numbers::pi * sum);
    const double other = call ? out - (forward - strike) : out + (forward - strike);
    const double price = call == (type == OptionType::Call) ? out : other;
    if (!std::isfinite(price)) return std::unexpected{Error::Overflow};
    return discount * std::max(price, 0.0);
  }
  return std::unexpected{Error::NoConvergence};
}
}  // namespace sq::options::transform
