// Circuit breakers: which are open or half-open, and what that leaves of an order's permission.
// Folded from BreakerChanged records, so it is the same after a restart; part of the gate.
// closed -> open when a bound is reached; open -> half-open when the hold time is over, or only by
// an operator; half-open lets one small order through, which closes it when it ends, unless the
// bound is reached again. Thread: its owner's. Cost: any() a load; restriction() linear in the
// breakers that are not closed. No allocation after construction. Errors: with no room left for one
// more, everything is paused. Source: controls A07 to A14.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/messaging/breakers.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/risk/kill_switch.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::risk {
struct BreakerSettings {
  BreakerKind kind{BreakerKind::Loss};
  BreakerAction action{BreakerAction::Pause};
  std::int64_t bound{0};      // in the unit of the kind; reaching it opens
  std::int64_t window_ns{0};  // RejectRate counts orders instead: `window_count`
  std::int64_t window_count{0};
  std::int64_t hold_ns{0};
  bool rearm_by_itself{false};  // half-open after the hold time; else an operator resets it
};

class Breakers {
 public:
  struct Entry {
    BreakerChanged last{};  // `to` is Open or HalfOpen
    WallTime at{};
    OrderId probe{};  // HalfOpen: the order that was let through
    bool probe_ended{false};
  };
  // What is left: the strictest of all that cover the order.
  enum class Permission : std::uint8_t { All = 0, OneSmall = 1, Reducing = 2, None = 3 };
  struct Restriction {
    Permission permission{Permission::All};
    const Entry* by{nullptr};
  };

  explicit Breakers(std::size_t capacity) { entries_.reserve(capacity); }

  void apply(const BreakerChanged& change, WallTime at) noexcept;
  // The gate lets an order of this scope through; it ends.
  void on_sent(OrderId id, VenueId venue, AccountId account, StrategyId strategy,
               InstrumentId instrument) noexcept;
  void on_ended(OrderId id) noexcept;

  [[nodiscard]] bool any() const noexcept { return !entries_.empty() || full_; }
  [[nodiscard]] Restriction restriction(VenueId venue, AccountId account, StrategyId strategy,
                                        InstrumentId instrument) const noexcept;
  [[nodiscard]] const Entry* find(BreakerKind kind, const KillScope& scope) const noexcept;
  [[nodiscard]] std::span<const Entry> entries() const noexcept { return entries_; }
  [[nodiscard]] bool full() const noexcept { return full_; }

  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

 private:
  [[nodiscard]] Entry* entry(BreakerKind kind, const KillScope& scope) noexcept;
  std::vector<Entry> entries_;
  bool full_{false};
};
}  // namespace sq::risk
