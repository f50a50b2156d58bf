// The price that informed traders believe in: one log price shared by all symbols, with volatility
// regimes (an Ornstein-Uhlenbeck log volatility) and jumps, and each symbol's own deviation from
// it. Thread: the simulation's. Cost: two normal numbers a step.
#pragma once

#include "engine/feed/simulated/random.hpp"

namespace sq::feed::simulated {
constexpr double kRegimeSeconds = 25;  // how long a regime lasts
constexpr double kRegimeSpread = 0.4;  // standard deviation of the log volatility
constexpr double kActivityShare =
    0.5;  // of the log volatility that shows in the background arrivals
constexpr double kJumpsPerSecond = 0.08;
constexpr double kJumpShare = 0.45;  // of the variance
constexpr double kOwnSeconds = 20;   // the deviation returns to zero in this time

class SharedPrice {
 public:
  explicit SharedPrice(Random random) noexcept : random_{random} {}
  void step(double seconds) noexcept {
    const double pull = seconds / kRegimeSeconds;
    regime_ += -regime_ * pull + kRegimeSpread * std::sqrt(2.0 * pull) * random_.normal();
    activity_ = portable_exp(kActivityShare * regime_);
    // E exp(2 regime) = exp(2 spread^2): taken out, so that the mean variance is 1 per second.
    const double scale = portable_exp(regime_) * portable_exp(-kRegimeSpread * kRegimeSpread);
    value_ += scale * std::sqrt(seconds * (1.0 - kJumpShare)) * random_.normal();
    if (random_.chance(kJumpsPerSecond * seconds)) {
      value_ += scale * std::sqrt(kJumpShare / kJumpsPerSecond) * random_.normal();
    }
  }
  // Standardised: variance 1 per second; multiply by a volatility to get a log return.
  [[nodiscard]] double value() const noexcept { return value_; }
  // Around 1; markets trade more when they move more.
  [[nodiscard]] double activity() const noexcept { return activity_; }

 private:
  Random random_;
  double regime_{0};
  double activity_{1};
  double value_{0};
};

class OwnDeviation {
 public:
  explicit OwnDeviation(Random random) noexcept : random_{random} {}
  void step(double seconds) noexcept {
    value_ += -value_ * seconds / kOwnSeconds + std::sqrt(seconds) * random_.normal();
  }
  [[nodiscard]] double value() const noexcept { return value_; }

 private:
  Random random_;
  double value_{0};
};
}  // namespace sq::feed::simulated
