// The state of a marked Hawkes process with exponential kernels (Hawkes 1971): each event raises
// the arrival rates of those that follow, and the rise decays on kScales time scales. Thread: the
// simulation's. Cost: kScales exponentials to move in time.
#pragma once

#include "engine/feed/simulated/symbol_class.hpp"

namespace sq::feed::simulated {
struct Rates {  // per nanosecond of market time
  double touch{0};
  double deep{0};
  double take{0};
  [[nodiscard]] double total() const noexcept { return touch + deep + take; }
};

// The process dies out only if each event starts less than one other on average, over all
// generations: for touch events and market orders exciting each other, (1 - a)(1 - d) > b c.
// Checked at compile time.
[[nodiscard]] constexpr bool dies_out(const Excitation& x) noexcept {
  const double touch_to_touch = x.touch_mark * x.touch[0];
  const double touch_to_take = x.touch_mark * x.take[0];
  double take_to_touch = 0;
  double take_to_take = 0;
  for (std::size_t i = 0; i < kScales; ++i) {
    take_to_touch += x.take_mark * x.touch[i];
    take_to_take += x.take_mark * x.take[i];
  }
  return touch_to_touch < 1 && take_to_take < 1 &&
         (1 - touch_to_touch) * (1 - take_to_take) > touch_to_take * take_to_touch;
}

class Excitement {
 public:
  explicit Excitement(const SymbolClass& symbol) noexcept : symbol_{symbol} {}
  void advance(double ns) noexcept {
    for (std::size_t i = 0; i < kScales; ++i) {
      level_[i] *= portable_exp(-ns / (symbol_.excitation.decay_ms[i] * 1e6));
    }
  }
  void add(double mark) noexcept {
    for (double& level : level_) level += mark;
  }
  void add_brief(double mark) noexcept { level_[0] += mark; }  // on the first scale only
  [[nodiscard]] Rates rates(double activity) const noexcept {
    const Excitation& parameters = symbol_.excitation;
    Rates rates{symbol_.touch_per_s * activity * 1e-9, symbol_.deep_per_s * activity * 1e-9,
                symbol_.take_per_s * activity * 1e-9};
    for (std::size_t i = 0; i < kScales; ++i) {
      const double per_ns = level_[i] / (parameters.decay_ms[i] * 1e6);
      rates.touch += parameters.touch[i] * per_ns;
      rates.deep += parameters.deep[i] * per_ns;
      rates.take += parameters.take[i] * per_ns;
    }
    return rates;
  }

 private:
  const SymbolClass& symbol_;
  std::array<double, kScales> level_{};
};
}  // namespace sq::feed::simulated
