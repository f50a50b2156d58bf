// When an order that the engine holds is due: stop, take-profit and trailing stop, by trades, by
// the best price it would trade at, or by the mark price. A bad print does not fire it (M06): a
// trade or mark further than jump_bps outside the spread of the book is no price at all; a best
// price that jumps further than that from the one before counts only when the next one confirms it.
// What remains must hold for confirm_events prices in a row and for confirm_ns. Confirmations begun
// are forgotten at a restart: they begin anew. Thread: the core's. Cost: a few comparisons. Errors:
// none; prices <= 0 are no prices.
#pragma once

#include <cstdint>

#include "engine/messaging/parents.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/time.hpp"

namespace sq::oms {
struct Trigger {
  // Folded from ConditionalChanged.
  Price price{};  // trailing: 0 until activated
  Price activation{};
  Price extreme{};
  Price trail{};
  std::int64_t confirm_ns{0};
  std::uint32_t trail_bps{0};
  std::uint32_t jump_bps{0};
  std::uint32_t confirm_events{1};
  TriggerKind kind{TriggerKind::None};
  TriggerSource source{TriggerSource::Last};
  TriggerState state{TriggerState::None};
  // Of this run.
  std::uint32_t seen{0};  // prices at or beyond the trigger without a break
  MonoTime seen_since{};
  Price accepted{};   // last best price that counted
  Price candidate{};  // a best price that jumped: the next one near it counts

  [[nodiscard]] bool holds() const noexcept {
    return state == TriggerState::Waiting || state == TriggerState::Armed;
  }
};

struct Spread {
  Price bid{};
  Price ask{};
};

struct TriggerStep {
  enum class What : std::uint8_t { Nothing, Ignored, Activated, Moved, Confirming, Reached };
  What what{What::Nothing};
  Price trigger{};  // Activated, Moved: the new one
  Price extreme{};
};

// At or beyond its trigger for an order of that side?
[[nodiscard]] bool beyond(TriggerKind kind, Side side, Price value, Price trigger) noexcept;
// Of a trailing order whose best price was `extreme`, on tick, on the market's side of the exact
// one.
[[nodiscard]] Price trailing_trigger(const Trigger& trigger, Side side, Price extreme,
                                     Price tick) noexcept;
// One more price. Changes only what belongs to this run; the rest is the caller's to record.
[[nodiscard]] TriggerStep observe(Trigger& trigger, Side side, Price value, Spread spread,
                                  Price tick, MonoTime now) noexcept;
// Time alone: Reached when the confirmation has lasted, Confirming when it still must.
[[nodiscard]] TriggerStep::What confirm(const Trigger& trigger, MonoTime now) noexcept;
}  // namespace sq::oms
