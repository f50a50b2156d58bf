// How much was sent in the last moments: quantity, notional and number of orders in up to three
// windows, each against its own bounds, the order itself counted.
// Thread: one. Cost: a few compares a window. Errors: Verdict. Source: control P10. See
// sliding_window.hpp for what is counted: never too little.
#pragma once

#include <vector>

#include "engine/risk/policies/policy_setup.hpp"
#include "engine/risk/policies/sliding_window.hpp"
#include "engine/risk/verdict.hpp"

namespace sq::risk {
class Accumulation {
 public:
  Accumulation() = default;
  explicit Accumulation(const std::vector<WindowLimits>& limits) {
    for (const WindowLimits& each : limits)
      windows_.push_back({each, SlidingWindow{each.window_ns}});
  }
  [[nodiscard]] bool on() const noexcept { return !windows_.empty(); }
  // `notional` 1e-17; negative: it cannot be evaluated. `detail` of the verdict: number of the
  // window.
  [[nodiscard]] Verdict check(std::int64_t qty, Int128 notional, MonoTime now) const noexcept;
  void on_sent(std::int64_t qty, Int128 notional, MonoTime now) noexcept;
  [[nodiscard]] std::size_t windows() const noexcept { return windows_.size(); }
  [[nodiscard]] const WindowLimits& limits(std::size_t window) const noexcept {
    return windows_[window].limits;
  }
  // What its bounds hold now.
  [[nodiscard]] const WindowSums& in_use(std::size_t window, MonoTime now) const noexcept {
    return windows_[window].sums.at(now);
  }
  // False: there is no such window, or this bound is off.
  [[nodiscard]] bool set(std::size_t window, std::optional<std::int64_t> WindowLimits::*bound,
                         std::int64_t value) noexcept;

  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

 private:
  struct Window {
    WindowLimits limits;
    SlidingWindow sums;
  };
  std::vector<Window> windows_;
};
}  // namespace sq::risk
