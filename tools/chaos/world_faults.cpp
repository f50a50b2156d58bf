// World: what a fault of the script does.
#include "tools/chaos/world.hpp"

namespace sq::chaos {
namespace {
constexpr std::uint32_t kOperatorLooks = 500;  // steps
constexpr std::array<StrategyState, 6> kStates{StrategyState::Stopped,    StrategyState::Warming,
                                               StrategyState::Shadow,     StrategyState::Armed,
                                               StrategyState::ReduceOnly, StrategyState::Paused};
}  // namespace

// A fault of a message counts when it meets one.
void World::hit(FaultKind kind, OrderId id) {
  const oms::Order* order = core_ != nullptr ? core_->ledger().orders().pool().find(id) : nullptr;
  const OrderState state = order != nullptr ? order->state : OrderState::None;
  ++outcome_.faults[static_cast<std::size_t>(kind)];
  ++outcome_.coverage[static_cast<std::size_t>(kind)][static_cast<std::size_t>(state)];
}

// One of everything meets all orders that work.
void World::hit_all(FaultKind kind) {
  ++outcome_.faults[static_cast<std::size_t>(kind)];
  auto& row = outcome_.coverage[static_cast<std::size_t>(kind)];
  bool any = false;
  if (core_ != nullptr) {
    for (std::size_t i = 0; i < market_.instruments(); ++i)
      core_->ledger().orders().pool().for_each_working(
          InstrumentId{static_cast<std::uint32_t>(i)}, [&](const oms::Order& order) {
            ++row[static_cast<std::size_t>(order.state)];
            any = true;
          });
  }
  if (!any) ++row[0];
}

void World::apply(const Fault& fault) {
  if (fault.kind <= FaultKind::QueryUnanswered) return network_.fault(fault);
  if (fault.kind == FaultKind::SessionDown || fault.kind == FaultKind::SessionStalled)
    return network_.fault(fault);
  if (core_ == nullptr) return;  // it is down already
  hit_all(fault.kind);
  switch (fault.kind) {
    case FaultKind::VenueHalted: {
      auto record = make_record(RecordKind::FeedStatus, FeedStatus{FeedEvent::Halted, {}});
      for (std::size_t i = 0; i < market_.instruments(); ++i) {
        record.header.instrument = InstrumentId{static_cast<std::uint32_t>(i)};
        network_.on_market(record.header);
      }
      halt_ends_at_ = fault.step + 20 + static_cast<std::uint32_t>(fault.value % 300);
      return;
    }
    case FaultKind::FeedGap:
    case FaultKind::FeedDoubled:
    case FaultKind::FeedOld:
    case FaultKind::FeedDown:
    case FaultKind::FeedSilent:
    case FaultKind::FeedCrossed:
    case FaultKind::FeedDropped:
      return feed_.fault(fault, now_);
    case FaultKind::ClockJump:
      return apply_clock(fault);
    case FaultKind::DiskFull:
    case FaultKind::DiskStalled:
    case FaultKind::DiskFailed:
      return apply_disk(fault);
    case FaultKind::ProcessKilled:
    case FaultKind::PowerLost:
      process_.effects_left = 1 + fault.value % 40;
      power_cut_ = fault.kind == FaultKind::PowerLost;
      return;
    case FaultKind::OrderlyRestart: {
      RecordHeader ended;
      ended.kind = RecordKind::RunEnded;
      ended.length = sizeof ended;
      give(ended);
      if (core_ != nullptr) die(false, static_cast<std::int64_t>(fault.value % 5'000) * kNsPerMs);
      return;
    }
    default:
      return apply_operator(fault);
  }
}

void World::apply_clock(const Fault& fault) {
  constexpr std::array<std::int64_t, 4> kJumps{kNsPerSecond, 3'600 * kNsPerSecond, kNsPerDay,
                                               50 * kNsPerMs};
  const std::int64_t jump = kJumps[fault.value % kJumps.size()];
  wall_offset_ns_ += (fault.value & 64U) != 0 ? jump : -jump;
}

void World::apply_disk(const Fault& fault) {
  disk_well_at_ = fault.step + 10 + static_cast<std::uint32_t>((fault.value >> 8U) % 600);
  LogStateChanged change;
  change.condition = fault.kind == FaultKind::DiskStalled  ? LogCondition::Stalled
                     : fault.kind == FaultKind::DiskFailed ? LogCondition::Failed
                     : (fault.value & 1U) != 0             ? LogCondition::Full
                                                           : LogCondition::Reserve;
  if (fault.kind == FaultKind::DiskFailed) {
    log_.refuses = true;
    // Half of the time nobody tells the engine: it finds out.
    if ((fault.value & 2U) != 0) return;
  }
  give(RecordKind::LogStateChanged, change);
}

// A failed disk is replaced, with a restart; another condition passes.
void World::disk_is_well() {
  disk_well_at_ = 0;
  if (log_.refuses) {
    log_.refuses = false;
    oracle_.tail_lost();
    if (core_ != nullptr) die(false, kNsPerSecond);
    return;
  }
  LogStateChanged change;
  give(RecordKind::LogStateChanged, change);
}

void World::command(Command what, StrategyId strategy, StrategyState state, const KillScope& scope,
                    bool flatten) {
  if (core_ == nullptr) return;
  AdminCommand command;
  command.scope = scope.kind;
  command.scope_number = scope.number;
  command.flatten = flatten ? 1 : 0;
  command.command = what;
  command.strategy = strategy;
  command.state = state;
  command.who = FixedText<24>{"operator"};
  command.second = FixedText<24>{"another"};  // a re-arm takes two
  command.reason = FixedText<64>{"chaos"};
  give(RecordKind::AdminCommand, command, kSourceAdmin);
}

void World::apply_operator(const Fault& fault) {
  const auto strategy = StrategyId{static_cast<std::uint16_t>(fault.value % core_->strategies())};
  switch (fault.kind) {
    case FaultKind::OperatorKill:
      return operator_kill(fault);
    case FaultKind::OperatorState:
      return command(Command::SetStrategyState, strategy,
                     kStates[(fault.value >> 8U) % kStates.size()]);
    case FaultKind::OperatorCancelAll:
      return command(Command::CancelAll, (fault.value & 256U) != 0 ? strategy : kNoStrategy);
    default:
      return;
  }
}

// Of any scope, also one that is not here; a quarter with the process dying right behind the
// command.
void World::operator_kill(const Fault& fault) {
  constexpr std::array<std::uint32_t, 5> kHowMany{1, 3, 2, 4,
                                                  5};  // by kind; the last: one too many
  const std::uint64_t kind = (fault.value >> 16U) % kHowMany.size();
  KillScope scope{static_cast<KillScopeKind>(kind), 0};
  scope.number = static_cast<std::uint32_t>((fault.value >> 24U) % kHowMany[kind]);
  if (scope.kind == KillScopeKind::Venue)
    scope.number = static_cast<std::uint32_t>(scope.number == 0   ? VenueId::BinanceSpot
                                              : scope.number == 1 ? VenueId::BinanceUsdm
                                                                  : VenueId::None);
  if ((fault.value & 3U) == 0) process_.effects_left = 2 + (fault.value >> 2U) % 4;
  command(Command::Kill, kNoStrategy, StrategyState::Stopped, scope, (fault.value & 64U) != 0);
}

// Somebody looks now and then, opens what was closed and arms what was stopped.
void World::operator_round(std::uint32_t step) {
  if (step % kOperatorLooks != 0 || core_ == nullptr || disk_well_at_ != 0) return;
  const core::Ledger& ledger = core_->ledger();
  if (ledger.kill().any() || ledger.gate().any_loss_latch()) {
    if (kill_seen_ == 0) {
      kill_seen_ = step;
      return;
    }
    std::vector<KillScope> closed;
    for (const auto& each : ledger.kill().latched()) closed.push_back(each.scope);
    if (closed.empty()) closed.push_back({});
    for (const KillScope& each : closed)
      command(Command::Rearm, kNoStrategy, StrategyState::Stopped, each);
  }
  kill_seen_ = 0;
  for (std::size_t s = 0; core_ != nullptr && s < core_->strategies(); ++s) {
    const auto id = StrategyId{static_cast<std::uint16_t>(s)};
    if (core_->ledger().strategy_state(id) != StrategyState::Armed)
      command(Command::SetStrategyState, id, StrategyState::Armed);
  }
}
}  // namespace sq::chaos
