// Messages for each trade of an instrument in a rolling window: above one ratio it warns, above the
// other new orders and amends are refused; cancels never are. Messages are never counted too low,
// trades never too high (sliding_window.hpp). Without a trade, the messages count as if it were
// one. Thread: one. Cost: two compares and a multiplication. Source: control P36.
#pragma once

#include <algorithm>

#include "engine/risk/policies/policy_setup.hpp"
#include "engine/risk/policies/sliding_window.hpp"

namespace sq::risk {
class OrderToTrade {
 public:
  explicit OrderToTrade(const OrderToTradeLimits& limits)
      : limits_{limits},
        messages_{limits.window_ns},
        trades_{limits.window_ns, SlidingWindow::Keep::Inner} {}

  [[nodiscard]] bool allows_news(MonoTime now) const noexcept {
    return within(limits_.ratio_max, 1, now);
  }
  [[nodiscard]] bool warns(MonoTime now) const noexcept {
    return !within(limits_.ratio_warn, 0, now);
  }
  [[nodiscard]] std::int64_t messages(MonoTime now) const noexcept {
    return messages_.at(now).count;
  }
  [[nodiscard]] std::int64_t trades(MonoTime now) const noexcept { return trades_.at(now).count; }
  void on_message(MonoTime now) noexcept { messages_.record(now, {0, 0, 1, 0}); }
  void on_trade(MonoTime now) noexcept { trades_.record(now, {0, 0, 1, 0}); }
  [[nodiscard]] const OrderToTradeLimits& limits() const noexcept { return limits_; }

  void save(StateOut& out) const {
    messages_.save(out);
    trades_.save(out);
  }
  [[nodiscard]] bool restore(StateIn& in) { return messages_.restore(in) && trades_.restore(in); }

 private:
  [[nodiscard]] bool within(std::int64_t ratio, std::int64_t more, MonoTime now) const noexcept {
    const std::int64_t after = messages(now) + more;
    if (after <= limits_.messages_min) return true;
    return after <= ratio * std::max<std::int64_t>(trades(now), 1);
  }
  OrderToTradeLimits limits_;
  SlidingWindow messages_;
  SlidingWindow trades_;
};
}  // namespace sq::risk
