// The kill switch: the gate closes first, then cancels leave, then, if asked for, positions are
// worked out with collars. Source: controls A01, A16; faults X22, X23, X24.
#include <algorithm>

#include "engine/core/core.hpp"
#include "engine/core/parents/parent_desk.hpp"
#include "engine/core/strategy_context.hpp"

namespace sq::core {
namespace {
constexpr std::int64_t kFlattenEveryNs = 250 * kNsPerMs;
}  // namespace

void Core::on_kill_command(const RecordHeader& input) noexcept {
  const AdminCommand command = admin_command_of(input);
  const KillScope asked{command.scope, command.scope_number};
  latch_kill(StateCause::Command, command.reason, asked, command.flatten != 0);
  // The core's own hold is there: that from outside, which came before this input, may go.
  if (egress_ != nullptr && command.latched != 0) egress_->acknowledge(asked);
}

void Core::latch_kill(StateCause cause, const FixedText<64>& reason, const KillScope& asked,
                      bool flatten) noexcept {
  const KillScope scope = ledger_.kill().known(asked);
  if (egress_ != nullptr) egress_->close(scope);
  KillChanged kill;
  kill.latched = 1;
  kill.cause = cause;
  kill.scope = scope.kind;
  kill.number = scope.number;
  kill.flatten = flatten ? 1 : 0;
  kill.reason = reason;
  auto record = make_record(RecordKind::KillChanged, kill);
  decide(record.header, kNoInstrument);
  ledger_.apply(record.header);
  cancel_scope(scope, CancelReason::Kill);
  parents_->on_kill(scope);
  for (std::size_t s = 0; s < strategies_.size(); ++s) {
    const auto id = StrategyId{static_cast<std::uint16_t>(s)};
    const bool stops = scope.kind == KillScopeKind::All ||
                       (scope.kind == KillScopeKind::Strategy && scope.number == s);
    if (!stops || ledger_.strategy_state(id) == StrategyState::Stopped) continue;
    strategies_[s].wanted = StrategyState::Paused;
    set_state(s, StrategyState::Paused, StateCause::Kill);
  }
  if (flatten) start_flatten();
}

void Core::on_rearm(const RecordHeader& input) noexcept {
  const AdminCommand command = admin_command_of(input);
  const KillScope scope{command.scope, command.scope_number};
  const std::string_view who = command.who.view();
  const std::string_view second = command.second.view();
  if (ledger_.kill().known(scope) != scope || who.empty() || second.empty() || who == second)
    return dead_letter(input, DeadLetterReason::BadContent);
  // A loss limit that latched is re-armed with everything, also when nothing was killed.
  const bool losses = scope.kind == KillScopeKind::All && ledger_.gate().any_loss_latch();
  if (ledger_.kill().find(scope) == nullptr && !losses) return;
  KillChanged open;
  open.cause = StateCause::Command;
  open.scope = scope.kind;
  open.number = scope.number;
  open.reason = command.reason;
  auto record = make_record(RecordKind::KillChanged, open);
  decide(record.header, kNoInstrument);
  ledger_.apply(record.header);
  if (egress_ != nullptr && !journal_failed_) egress_->open(scope);
}

// After a restart the scopes are closed at the egress, too, and what was being worked out goes on.
// What the log asks for without an answer is answered now.
void Core::restore_kill() noexcept {
  const std::optional<StrategyId> pause = ledger_.demanded_pause();
  if (pause && index_of(*pause) < strategies_.size())
    strategies_[index_of(*pause)].wanted = StrategyState::Paused;
  if (const std::optional<KillChanged> kill = ledger_.demanded_kill()) {
    const bool here = kill->cause != StateCause::Reconciliation ||
                      external_orders_ == settings::ExternalOrders::Kill;
    if (here)
      latch_kill(kill->cause, kill->reason, {kill->scope, kill->number}, kill->flatten != 0);
  }
  bool flatten = false;
  for (const risk::KillSwitch::Latched& each : ledger_.kill().latched()) {
    if (egress_ != nullptr) egress_->close(each.scope);
    flatten = flatten || each.flatten;
    if (each.scope.kind == KillScopeKind::Strategy)
      strategies_[each.scope.number].wanted = StrategyState::Paused;
  }
  if (flatten) start_flatten();
}

void Core::start_flatten() noexcept {
  flatten_until_ = now_ + flatten_ns_max_;
  if (std::exchange(flattening_, true)) return;
  timers_.start(now_, TimerOwner::Flatten, 0);
  states_dirty_ = true;
}

// One round: an IOC order for each position in a scope that is to be flattened. It goes on until
// nothing is left or the time is over; then a person takes over.
void Core::on_flatten_timer() noexcept {
  bool left = false;
  // No two of a round may meet: who comes last in one is first in the next.
  const bool turned = now_.ns / kFlattenEveryNs % 2 != 0;
  for (std::size_t i = 0; i < books_.size(); ++i) {
    const auto id = InstrumentId{static_cast<std::uint32_t>(i)};
    // What was traded by hand or outside is of no strategy.
    const std::size_t accounts = ledger_.gate().exposure(id).by_account.size();
    const std::size_t holders = strategies_.size() + accounts;
    for (std::size_t n = 0; n < holders; ++n) {
      const std::size_t h = turned ? holders - 1 - n : n;
      left |=
          h < strategies_.size()
              ? flatten_round(StrategyId{static_cast<std::uint16_t>(h)},
                              strategies_[h].setup.account, id)
              : flatten_round(kNoStrategy,
                              AccountId{static_cast<std::uint16_t>(h - strategies_.size())}, id);
    }
  }
  flattening_ = left && now_ < flatten_until_;
  if (flattening_) timers_.start(now_ + kFlattenEveryNs, TimerOwner::Flatten, 0);
}

// True: something is left there that is to be worked out.
bool Core::flatten_round(StrategyId strategy, AccountId account, InstrumentId id) noexcept {
  const VenueId venue = ledger_.portfolio().instruments()[index_of(id)].venue;
  const bool killed = std::ranges::any_of(ledger_.kill().latched(), [&](const auto& each) {
    return each.flatten && risk::covers(each.scope, venue, account, strategy, id);
  });
  if (!killed && !flattens_by_hand(venue, account, strategy, id)) return false;
  const risk::Holding holding = ledger_.gate().holding(strategy, account, id);
  if (holding.position == 0 && holding.open.orders == 0) return false;
  const std::optional<OrderRequest> order = ledger_.gate().flattening(strategy, id, account);
  if (order) static_cast<void>(place(*order, id, ledger_.gate().check_flatten(*order, id, now_)));
  return true;
}
}  // namespace sq::core
