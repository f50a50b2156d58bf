// Refusals in the log. One that depends on the order is always written. What holds whatever the
// order is (kill switch, breaker, log, a strategy that is not to trade) is written once, then
// counted, and the count is written once a second: who asks in a loop cannot fill the disk.
#include <utility>

#include "engine/core/core.hpp"
#include "engine/core/hand_over.hpp"
#include "engine/messaging/repeated_refusal.hpp"

namespace sq::core {
namespace {
constexpr std::int64_t kTellEveryNs = kNsPerSecond;

// A shadow strategy's refusals are what it would have done: each is of interest.
bool holds_for_any_order(risk::Rule rule, StrategyState state) noexcept {
  switch (rule) {
    case risk::Rule::KillLatched:
    case risk::Rule::LogNotReady:
    case risk::Rule::BreakerOpen:
      return true;
    case risk::Rule::StrategyNotArmed:
      return !may_trade(state) && state != StrategyState::Shadow;
    default:
      return false;
  }
}
}  // namespace

void Core::refuse(const OrderRequest& draft, InstrumentId instrument,
                  const risk::Verdict& verdict) noexcept {
  OrderRefused refused;
  refused.parent = draft.parent;
  refused.limit = draft.limit;
  refused.qty = draft.qty;
  refused.observed = verdict.observed;
  refused.allowed = verdict.allowed;
  refused.strategy = draft.strategy;
  refused.account = draft.account;
  refused.side = draft.side;
  refused.type = draft.type;
  refused.tif = draft.tif;
  refused.rule = static_cast<std::uint8_t>(verdict.rule);
  refused.detail = verdict.detail;
  refused.scope = static_cast<std::uint8_t>(verdict.scope);
  refused.scope_number = verdict.scope_number;
  refused.limits_version = ledger_.gate().limits_version();
  const std::size_t s = index_of(draft.strategy);
  if (s < strategies_.size() &&
      holds_for_any_order(verdict.rule, ledger_.strategy_state(draft.strategy))) {
    HeldRefusals& held = strategies_[s].refusals;
    if (held.rule == verdict.rule && now_ < held.due) {
      held.last = refused;
      held.instrument = instrument;
      ++held.times;
      return;
    }
    if (held.rule != verdict.rule) tell_refusals(s);
    held.rule = verdict.rule;
    held.due = now_ + kTellEveryNs;
    if (held.times > 0) {
      held.last = refused;
      held.instrument = instrument;
      ++held.times;
      return tell_refusals(s);
    }
  }
  auto record = make_record(RecordKind::OrderRefused, refused);
  decide(record.header, instrument);
  ledger_.apply(record.header);
}

// What was only counted since the last record.
void Core::tell_refusals(std::size_t s) noexcept {
  HeldRefusals& held = strategies_[s].refusals;
  if (held.times == 0) return;
  auto record = make_record(RecordKind::OrderRefused,
                            RepeatedRefusal{held.last, std::exchange(held.times, 0)});
  decide(record.header, held.instrument);
  ledger_.apply(record.header);
}
}  // namespace sq::core
