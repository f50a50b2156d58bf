#include <cmath>
#include <limits>

#include "engine/options/implied_volatility/coefficients.hpp"
#include "engine/options/implied_volatility/implied_volatility.hpp"
#include "engine/options/implied_volatility/kernel.hpp"
#include "engine/options/math/lane.hpp"
#include "engine/options/math/normal.hpp"

namespace sq::options {
namespace {
using math::ScalarLane;
constexpr int kStepsMax = 20;
constexpr double kStop = 1e-5;  // a step this small, relative, leaves its fourth power

// The normal model is the limit of the lognormal one for small moneyness, so its guess is theirs.
double first_guess(double distance, double value, double log_ratio) noexcept {
  const double ratio = distance / value;
  if (ratio < implied::kNearRatio) return implied::near_quotient<ScalarLane>(0.0, ratio) * value;
  double h = 0;
  if (log_ratio < 37.0) {
    h = math::polynomial<ScalarLane>(std::sqrt(log_ratio + 0.5), implied::kWing0);
  } else {
    h = std::sqrt(2.0 * log_ratio);
    // phi(h) / h^3 is the leading term of value / distance.
    for (int i = 0; i < 3; ++i) {
      h = std::sqrt(2.0 * log_ratio - 1.8378770664093453 - 6.0 * std::log(h));
    }
  }
  return distance / h;
}

// value = s phi(h) (1 - h M(h)) with h = distance / s, solved for s.
Result<double> solve(double distance, double value) noexcept {
  if (distance == 0) return value * math::kSqrt2Pi;
  const double log_ratio = math::log_ratio(distance, value);
  double s = first_guess(distance, value, log_ratio);
  for (int step = 0; step < kStepsMax; ++step) {
    if (!(s > 0) || !std::isfinite(s)) return std::unexpected{Error::Overflow};
    const double h = distance / s;
    const double shortfall = math::mills_shortfall(h);
    double miss = 0.5 * h * h - math::log(math::kInverseSqrt2Pi * shortfall / h) - log_ratio;
    if (std::fabs(miss) < 0.25 && value > 1e-290) {
      const double here = math::times_gaussian(s * shortfall * math::kInverseSqrt2Pi, h);
      miss = 2.0 * std::atanh((value - here) / (value + here));
    }
    const double newton = miss * shortfall;  // relative change, as everything below
    const double square = h * h;
    const double slope = 1.0 / shortfall;
    const double second = square - slope;
    const double third = square * (square - 3.0) + slope * (2.0 * slope - 3.0 * square);
    const double below = 1.0 + newton * (second + newton * third / 6.0);
    const double change = newton * (1.0 + 0.5 * second * newton) / below;
    const double next = s + s * (change * newton > 0 ? change : newton);
    if (std::fabs(next - s) <= kStop * s) return next;
    s = next;
  }
  return std::unexpected{Error::NoConvergence};
}
}  // namespace

Result<double> bachelier_implied_volatility(double price, const BachelierMarket& market,
                                            const Vanilla& option) noexcept {
  if (std::isnan(price * 0.0)) return std::unexpected{Error::NotFinite};
  const Result<double> intrinsic = bachelier_price({market.forward, market.rate, 0.0}, option);
  if (!intrinsic) return std::unexpected{intrinsic.error()};
  if (price < *intrinsic) return std::unexpected{Error::PriceBelowBound};
  if (price == *intrinsic) return 0.0;
  if (option.years == 0) return std::unexpected{Error::PriceAboveBound};
  const double discount = math::exp(-market.rate * option.years);
  const double value = (price - *intrinsic) / discount;
  if (!std::isfinite(value)) return std::unexpected{Error::Overflow};
  if (value == 0) return 0.0;
  const Result<double> deviation = solve(std::fabs(market.forward - option.strike), value);
  if (!deviation) return deviation;
  const double volatility = *deviation / std::sqrt(option.years);
  if (!std::isfinite(volatility)) return std::unexpected{Error::Overflow};
  return volatility;
}
}  // namespace sq::options
