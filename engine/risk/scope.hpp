// One scope of the gate: the firm, an account, a venue, a currency, a strategy or an instrument. A
// fixed set of sums and counts with a limit for each.
// Thread: the core's. Cost: a few loads and compares. No allocation after construction.
// Errors: set() names why not. A control that is off has a bound that no sum reaches, and on() says
// that it is off.
// Units: sums in 1e-26 of the base currency (valuation.hpp), limits in 1e-8.
// Source: controls P13-P16, P18-P21.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "engine/risk/headroom.hpp"
#include "engine/risk/limits.hpp"
#include "engine/risk/rate_window.hpp"
#include "engine/risk/rule.hpp"
#include "engine/risk/valuation.hpp"
#include "engine/types/state_bytes.hpp"

namespace sq::risk {
// Of positions and everything that may still fill: the larger magnitude, the highest and the lowest
// net value that can come of it.
struct Worst {
  Int128 gross{0};
  Int128 highest{0};
  Int128 lowest{0};
};
// Of a position that will end between `low` and `high`, 1e-8 base units. What makes a net value
// worse is weighed high, what makes it better low. False: it does not fit.
[[nodiscard]] inline bool worst_of(Int128 low, Int128 high, UInt128 weight_high, UInt128 weight_low,
                                   Worst& worst) noexcept {
  if (!times(std::max(high, -low), weight_high, worst.gross)) return false;
  if (!times(high, high < 0 ? weight_low : weight_high, worst.highest)) return false;
  if (!times(low, low < 0 ? weight_high : weight_low, worst.lowest)) return false;
  if (high < 0) worst.highest = -worst.highest;
  if (low < 0) worst.lowest = -worst.lowest;
  return true;
}
// What an instrument adds to a scope, and what a scope adds up to.
struct Sums {
  Worst worst{};
  Int128 open_value{0};
  Int128 turnover{0};
  Int128 pnl{0};
};

enum class LossLatch : std::uint8_t { Open = 0, ReduceOnly = 1, Halt = 2 };  // logged, append only

class Scope {
 public:
  Scope(ScopeKind kind, std::uint16_t number, const ScopeLimits& limits);

  // The bound of a sum, 1e-26.
  [[nodiscard]] Int128 bound(LimitKind kind) const noexcept {
    return bounds_[static_cast<std::size_t>(kind)];
  }
  [[nodiscard]] std::optional<std::int64_t> limit(LimitKind kind) const noexcept;
  [[nodiscard]] LimitChange set(LimitKind kind, std::optional<std::int64_t> value) noexcept;

  // Such a limit is always configured for a scope of this kind.
  [[nodiscard]] bool required(LimitKind kind) const noexcept;

  [[nodiscard]] ScopeKind kind() const noexcept { return kind_; }
  [[nodiscard]] std::uint16_t number() const noexcept { return number_; }
  [[nodiscard]] std::int64_t open_orders_max() const noexcept { return open_orders_max_; }
  [[nodiscard]] bool rate_allows(MonoTime now) const noexcept {
    return !rate_on_ || rate_.allows(now);
  }
  [[nodiscard]] std::int64_t rate_limit() const noexcept { return rate_.limit(); }

  // Facts.
  void on_sent(MonoTime now) noexcept {
    ++open_orders_;
    on_message(now);
  }
  void on_message(MonoTime now) noexcept {
    rate_.record(now);
    settled_ = false;
  }
  void on_done() noexcept {
    --open_orders_;
    settled_ = false;
  }
  [[nodiscard]] std::int64_t open_orders() const noexcept { return open_orders_; }
  // What an instrument adds to the sums was `from` and is `to`. False: a sum left 128 bits.
  [[nodiscard]] bool move(const Sums& from, const Sums& to) noexcept;
  [[nodiscard]] const Sums& sums() const noexcept { return sums_; }  // as of the last move()
  [[nodiscard]] const Headroom& headroom() noexcept {
    if (!settled_) settle();
    return headroom_;
  }

  // The day's loss and the fall from its highest P&L, as of the last sums.
  [[nodiscard]] Int128 loss() const noexcept { return day_start_ - sums_.pnl; }
  [[nodiscard]] Int128 drawdown() const noexcept { return peak_ - sums_.pnl; }
  // Moves the peak and the latch to what the sums say. Only when they are complete.
  void judge() noexcept;
  // It has a limit on loss, and the day's base of it.
  [[nodiscard]] bool judged() const noexcept { return judged_ && !awaits_base_; }
  // A limit on loss came during the day: it counts from the base that is set next.
  [[nodiscard]] bool awaits_base() const noexcept { return judged_ && awaits_base_; }
  void start_day(Int128 pnl) noexcept {
    day_start_ = peak_ = pnl;
    set_latch(LossLatch::Open, LimitKind::None);
    started_ = true;
    awaits_base_ = false;
  }
  // Why the latch is not open.
  [[nodiscard]] LimitKind cause() const noexcept { return cause_; }
  void set_latch(LossLatch latch, LimitKind cause) noexcept {
    latch_ = latch;
    cause_ = cause;
    settled_ = false;
  }
  // The day's highest P&L, as a record has it.
  void raise_peak(Int128 pnl) noexcept { peak_ = std::max(peak_, pnl); }
  [[nodiscard]] Int128 peak() const noexcept { return peak_; }
  [[nodiscard]] Int128 day_start() const noexcept { return day_start_; }
  [[nodiscard]] LossLatch latch() const noexcept { return latch_; }

  // Counts, times, the day's figures, and limits that were changed at run time.
  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);

 private:
  void apply(LimitKind kind, std::optional<std::int64_t> value) noexcept;
  void settle() noexcept;

  Headroom headroom_{};  // of what is below, when settled
  bool settled_{false};
  Sums sums_{};
  std::int64_t open_orders_{0};
  Int128 day_start_{0};  // P&L
  Int128 peak_{0};
  std::array<Int128, kScopeLimits> bounds_{};
  std::int64_t open_orders_max_{0};
  bool rate_on_{false};
  bool judged_{false};
  bool started_{false};
  bool awaits_base_{false};
  LossLatch latch_{LossLatch::Open};
  LimitKind cause_{LimitKind::None};
  ScopeKind kind_;
  std::uint16_t number_;
  RateWindow rate_;
  ScopeLimits limits_{};
  std::uint32_t changed_{0};  // a bit a limit: not as configured
};
}  // namespace sq::risk
