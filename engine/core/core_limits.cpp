// Limits while running: what people ask for, raises that end, overrides of one order.
#include <algorithm>
#include <array>

#include "engine/core/core.hpp"

namespace sq::core {
void Core::on_limits_changed(const RecordHeader& input) noexcept {
  if (input.length < sizeof(RecordHeader) + sizeof(LimitsChanged))
    return dead_letter(input, DeadLetterReason::BadContent);
  const auto& asked = payload_of<LimitsChanged>(input);
  take_limit(
      ledger_.limits().answer(asked, input.sequence, input.instrument, wall_, ledger_.gate()),
      input.instrument);
  watch_raises();
}

void Core::take_limit(const LimitSet& set, InstrumentId instrument) noexcept {
  auto record = make_record(RecordKind::LimitSet, set);
  decide(record.header, instrument);
  ledger_.apply(record.header);
}

// Ends what is over and asks to be woken for the next.
void Core::watch_raises() noexcept {
  while (const auto set = ledger_.limits().ended(wall_, ledger_.gate()))
    take_limit(*set, kNoInstrument);
  const WallTime next = ledger_.limits().next_end();
  if (next == raise_watched_) return;
  raise_watched_ = next;
  if (next.ns != std::numeric_limits<std::int64_t>::max())
    timers_.start(now_ + std::max<std::int64_t>(next - wall_, 1), TimerOwner::LimitEnd, 0);
}

// A person may have to look: the strategy stops until then, its orders are cancelled.
void Core::pause_repeated() noexcept {
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    const auto id = StrategyId{static_cast<std::uint16_t>(s)};
    if (!ledger_.gate().policies().disabled(id)) continue;
    const StrategyState state = ledger_.strategy_state(id);
    if (state == StrategyState::Stopped || state == StrategyState::Paused) continue;
    strategies_[s].wanted = StrategyState::Paused;
    set_state(s, StrategyState::Paused, StateCause::RepeatedExecution);
  }
}

// The gate, with the far side of the book where it wants to see one, and an override where two
// people have allowed exactly this order to pass one limit.
risk::Verdict Core::check_order(const OrderRequest& draft, InstrumentId instrument) noexcept {
  risk::OrderGate& gate = ledger_.gate();
  const auto check = [&] {
    if (index_of(instrument) < books_.size() && gate.policies().wants_depth(index_of(instrument)))
        [[unlikely]] {
      std::array<Level, risk::kImpactLevels> far;
      const std::size_t n =
          books_[index_of(instrument)].depth().copy_top(opposite(draft.side), far);
      gate.policies().offer_depth(index_of(instrument), {far.data(), n});
    }
    return gate.check(draft, instrument, now_);
  };
  const risk::Verdict verdict = check();
  if (verdict.accepted() || !ledger_.limits().has_overrides()) [[likely]]
    return verdict;
  const auto* override = ledger_.limits().override_of(draft, instrument, wall_);
  if (override == nullptr) return verdict;
  const risk::LimitKey key = risk::key_of(override->limit);
  const auto before = risk::limit_of(gate, key);
  if (!before) return verdict;
  // All other rules hold: the one limit is another for this one check.
  const std::uint32_t version = gate.limits_version();
  if (risk::set_limit_of(gate, key, override->value) != LimitRefusal::None) return verdict;
  const risk::Verdict again = check();
  static_cast<void>(risk::set_limit_of(gate, key, *before));
  gate.set_limits_version(version);
  if (again.accepted()) take_limit(ledger_.limits().used(*override, gate), instrument);
  return again;
}
}  // namespace sq::core
