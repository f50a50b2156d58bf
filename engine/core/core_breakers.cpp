// Circuit breakers in the core: what is measured when, what opens, and how it closes again.
// Source: controls A02, A07 to A14.
#include <algorithm>
#include <limits>

#include "engine/core/core.hpp"
#include "engine/core/strategy_context.hpp"

namespace sq::core {
namespace {
constexpr std::int64_t kLookEveryNs = 100 * kNsPerMs;
constexpr MonoTime kByHand{std::numeric_limits<std::int64_t>::max()};
// False: somebody has looked at this difference and accepted it as it is.
bool is_news(const oms::BreakList& breaks, const oms::Difference& found) noexcept {
  const oms::Break* open = breaks.find(found.subject, found.instrument);
  return open == nullptr || !open->accepted ||
         found.subject.there - found.subject.here != open->told.there - open->told.here;
}
KillScope scope_of(const BreakerChanged& change) noexcept { return {change.scope, change.number}; }
}  // namespace

void Core::watch_breakers() noexcept {
  if (!monitor_.on() && !ledger_.gate().breakers().any()) return;
  timers_.start(now_ + kLookEveryNs, TimerOwner::Breakers, 0);
}

void Core::on_breaker_timer() noexcept {
  monitor_.look(now_);
  const risk::OrderGate& gate = ledger_.gate();
  for (std::size_t s = 0; s <= strategies_.size(); ++s) {
    const StrategyId id =
        s < strategies_.size() ? StrategyId{static_cast<std::uint16_t>(s)} : kNoStrategy;
    monitor_.on_pnl(id, gate.total_pnl(id), gate.day_pnl(id));
  }
  settle_breakers();
  watch_breakers();
}

void Core::change_breaker(BreakerChanged change, BreakerState to) noexcept {
  change.from = change.to;
  change.to = to;
  auto record = make_record(RecordKind::BreakerChanged, change);
  decide(record.header, kNoInstrument);
  ledger_.apply(record.header);
}

void Core::open_breaker(const risk::Trip& trip) noexcept {
  const auto* known = ledger_.gate().breakers().find(trip.by->kind, trip.scope);
  if (known != nullptr && known->last.to == BreakerState::Open) return;
  BreakerChanged change;
  change.kind = trip.by->kind;
  change.to = known != nullptr ? known->last.to : BreakerState::Closed;
  change.action = trip.by->action;
  change.scope = trip.scope.kind;
  change.number = trip.scope.number;
  change.observed = trip.observed;
  change.bound = trip.by->bound;
  change.until = trip.by->rearm_by_itself ? now_ + trip.by->hold_ns : kByHand;
  change_breaker(change, BreakerState::Open);
  if (change.action == BreakerAction::Kill)
    return latch_kill(StateCause::Breaker, FixedText<64>{text_of(change.kind)}, trip.scope);
  cancel_scope(trip.scope, CancelReason::Breaker);
}

// After the callbacks of an input. One entry changes at most once a round, and none is added here
// while they are walked.
void Core::settle_breakers() noexcept {
  while (const auto trip = monitor_.take()) open_breaker(*trip);
  if (monitor_.overflowed() && !ledger_.kill_latched())
    latch_kill(StateCause::Breaker, FixedText<64>{"more breakers than can be kept"});
  const risk::Breakers& breakers = ledger_.gate().breakers();
  for (std::size_t i = breakers.entries().size(); i-- > 0;) {
    const risk::Breakers::Entry entry = breakers.entries()[i];
    if (entry.last.to == BreakerState::HalfOpen && entry.probe_ended) {
      change_breaker(entry.last, BreakerState::Closed);
      monitor_.reset(entry.last.kind, scope_of(entry.last));
    } else if (entry.last.to == BreakerState::Open && entry.last.until <= now_) {
      change_breaker(entry.last, BreakerState::HalfOpen);
    }
  }
}

// An operator, with a name, closes what is open in a scope; it counts from here.
void Core::on_reset_breaker(const RecordHeader& input) noexcept {
  const AdminCommand command = admin_command_of(input);
  const auto kind = static_cast<BreakerKind>(command.breaker);
  const KillScope scope{command.scope, command.scope_number};
  const auto* known = ledger_.gate().breakers().find(kind, scope);
  if (known == nullptr || command.who.view().empty())
    return dead_letter(input, DeadLetterReason::BadContent);
  change_breaker(risk::Breakers::Entry{*known}.last, BreakerState::Closed);
  monitor_.reset(kind, scope);
}

// What one complete answer of a venue says about each position. Where fills may still be on their
// way it says nothing.
void Core::tell_breakers(const Reconciling& venue,
                         const std::vector<oms::Difference>& found) noexcept {
  if (monitor_.settings(BreakerKind::PositionMismatch) == nullptr) return;
  for (const InstrumentId id : venue.answer.instruments()) {
    const auto difference = std::ranges::find_if(found, [&](const oms::Difference& each) {
      return each.instrument == id && each.subject.kind == BreakKind::Position;
    });
    if (difference != found.end() && difference->undecided) continue;
    const bool accepted =
        difference != found.end() && !is_news(ledger_.accounts().breaks(), *difference);
    monitor_.on_compared(id, difference == found.end() || accepted);
  }
  if (monitor_.waiting()) states_dirty_ = true;
}

// No order goes to a venue that takes none; when one that was gone is back, what was left there is
// cancelled. Having to wait for the rate limits is no absence: reports come, cancels may pass.
void Core::on_venue_state(const RecordHeader& input) noexcept {
  if (payload_bytes(input).size() < sizeof(VenueState))
    return dead_letter(input, DeadLetterReason::BadContent);
  const auto& state = payload_of<VenueState>(input);
  ledger_.apply(input);
  if (state.venue == VenueId::None) {
    monitor_.on_load(state);
    return settle_breakers();
  }
  const KillScope venue{KillScopeKind::Venue, static_cast<std::uint16_t>(state.venue)};
  if (ledger_.kill().known(venue) != venue || state.condition < VenueCondition::Connected ||
      state.condition > VenueCondition::Degraded)
    return dead_letter(input, DeadLetterReason::BadContent);
  const auto* known = ledger_.gate().breakers().find(BreakerKind::VenueLink, venue);
  const bool was_gone =
      known != nullptr && is_gone(static_cast<VenueCondition>(known->last.observed));
  if (takes_orders(state.condition)) {
    if (known == nullptr) return;
    const bool long_gone = was_gone && wall_ - known->at >= venue_gone_ns_;
    change_breaker(risk::Breakers::Entry{*known}.last, BreakerState::Closed);
    if (long_gone) cancel_scope(venue, CancelReason::VenueDown);
    return;
  }
  // The moment and the reason of an absence stay; one that had to wait may be gone from here on.
  if (known != nullptr && (was_gone || !is_gone(state.condition))) return;
  BreakerChanged change;
  if (known != nullptr) change = known->last;
  change.kind = BreakerKind::VenueLink;
  change.scope = venue.kind;
  change.number = venue.number;
  change.observed = static_cast<std::int64_t>(state.condition);
  change.bound = static_cast<std::int64_t>(VenueCondition::Connected);
  change.until = kByHand;  // the venue's own word closes it
  change_breaker(change, BreakerState::Open);
}
}  // namespace sq::core
