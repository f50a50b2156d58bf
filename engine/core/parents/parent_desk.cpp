// Parents: opened, bounded, closed.
#include "engine/core/parents/parent_desk.hpp"

#include <algorithm>

#include "engine/core/strategy_context.hpp"

namespace sq::core {
namespace {
// So many refused children within so short a time are a loop, not a strategy (X19).
constexpr std::uint32_t kRunawayRefusals = 100;
constexpr std::int64_t kRunawayWithin = 10 * kNsPerMs;
constexpr std::size_t kNewsMax = 4096;
constexpr std::uint32_t kWorkedChildrenMax = 10'000;

risk::Verdict verdict_of(risk::Rule rule, std::int64_t observed = 0, std::int64_t allowed = 0,
                         std::uint8_t detail = 0) noexcept {
  return {rule, detail, observed, allowed, 0};
}
bool may_trade(StrategyState state) noexcept {
  return state == StrategyState::Armed || state == StrategyState::ReduceOnly;
}
ParentChanged content_of(const oms::Parent& parent) noexcept {
  ParentChanged content;
  content.id = parent.id;
  content.group = parent.group;
  content.limit = parent.limit;
  content.qty = parent.qty;
  content.filled = parent.filled;
  content.at_stake = parent.at_stake;
  content.turnover_low = static_cast<std::uint64_t>(parent.turnover);
  content.turnover_high = static_cast<std::int64_t>(parent.turnover >> 64);
  content.deadline = parent.deadline;
  content.children = parent.children;
  content.children_max = parent.children_max;
  content.protection_bps = parent.protection_bps;
  content.strategy = parent.strategy;
  content.account = parent.account;
  content.side = parent.side;
  content.work = parent.work;
  content.tif = parent.tif;
  content.from = content.to = parent.state;
  content.reduce_only = parent.reduce_only ? 1 : 0;
  content.keep = parent.keep ? 1 : 0;
  return content;
}
}  // namespace

ParentDesk::ParentDesk(Core& core, std::size_t instruments, std::size_t strategies)
    : core_{core},
      refusals_(strategies),
      wakes_(instruments),
      behind_since_(oms::LegOrders::kCapacity) {
  news_.reserve(kNewsMax);
}

risk::Verdict ParentDesk::may_open(StrategyId strategy, InstrumentId instrument, ParentWork work,
                                   std::size_t count) const noexcept {
  using risk::Rule;
  if (core_.ledger_.kill_latched()) return verdict_of(Rule::KillLatched);
  const std::size_t s = index_of(strategy);
  if (s >= core_.strategies_.size() || index_of(instrument) >= core_.books_.size() ||
      !core_.strategies_[s].subscribed[index_of(instrument)])
    return verdict_of(Rule::NotPermitted);
  const StrategyState state = core_.ledger_.strategy_state(strategy);
  if (!may_trade(state))
    return verdict_of(Rule::StrategyNotArmed, static_cast<std::int64_t>(state),
                      static_cast<std::int64_t>(StrategyState::Armed));
  const auto& all = core_.ledger_.parents();
  if (core_.journal_failed_ || !all.has_room(instrument, work, count))
    return verdict_of(Rule::Capacity, static_cast<std::int64_t>(all.live()),
                      oms::ParentOrders::kCapacity);
  return {};
}

risk::Verdict ParentDesk::terms(const strategy::HeldOrder& order) const noexcept {
  using risk::Rule;
  constexpr auto kTerms = static_cast<std::uint8_t>(oms::ParentTerm::Terms);
  const auto filter = [](FilterBreach breach) {
    return verdict_of(Rule::Filter, static_cast<std::int64_t>(breach), 0,
                      static_cast<std::uint8_t>(breach));
  };
  const Instrument& instrument = traded(order.instrument);
  if (order.qty <= Qty{}) return filter(FilterBreach::QtyNotPositive);
  if (!order.qty.is_multiple_of(instrument.lot)) return filter(FilterBreach::QtyNotOnLot);
  const strategy::TriggerTerms& trigger = order.trigger;
  for (const Price price : {order.limit, trigger.price, trigger.activation, trigger.trail}) {
    if (price < Price{}) return filter(FilterBreach::PriceNotPositive);
    if (!price.is_multiple_of(instrument.tick)) return filter(FilterBreach::PriceNotOnTick);
  }
  constexpr std::uint32_t kBpsMax = 5'000;
  const auto in_range = [](std::uint32_t bps) { return bps >= 1 && bps <= kBpsMax; };
  bool good = order.limit != Price{} || in_range(order.protection_bps);
  good = good && (order.tif == TimeInForce::GoodTillCancel || order.tif == TimeInForce::PostOnly);
  if (trigger.kind != TriggerKind::None) {
    const bool trails = trigger.kind == TriggerKind::Trailing;
    good = good && in_range(trigger.jump_bps) && trigger.confirm_events >= 1 &&
           trigger.confirm_ns >= 0;
    good = good && (trails ? (trigger.trail == Price{}) == in_range(trigger.trail_bps) &&
                                 (trigger.trail != Price{} || in_range(trigger.trail_bps))
                           : trigger.price > Price{});
  } else {
    good = good && order.limit != Price{};
  }
  return good ? risk::Verdict{} : verdict_of(Rule::ParentTerms, 0, 0, kTerms);
}

strategy::Submitted ParentDesk::refuse(StrategyId strategy, const strategy::HeldOrder& order,
                                       const risk::Verdict& verdict) noexcept {
  OrderRequest draft;
  draft.strategy = strategy;
  draft.limit = order.limit;
  draft.qty = order.qty;
  draft.side = order.side;
  draft.tif = order.tif;
  core_.refuse(draft, order.instrument, verdict);
  return {{}, verdict.rule};
}

strategy::Submitted ParentDesk::open(StrategyId strategy,
                                     const strategy::ParentIntent& intent) noexcept {
  strategy::HeldOrder asked;
  asked.instrument = intent.instrument;
  asked.side = intent.side;
  asked.qty = intent.qty;
  asked.limit = intent.limit;
  risk::Verdict verdict = may_open(strategy, intent.instrument, ParentWork::Owner, 1);
  if (verdict.accepted()) {
    strategy::HeldOrder checked = asked;  // without a limit there is no protection to check
    if (checked.limit == Price{}) checked.limit = traded(intent.instrument).tick;
    verdict = terms(checked);
  }
  if (verdict.accepted() && (intent.children_max == 0 || intent.duration_ns < 0))
    verdict = verdict_of(risk::Rule::ParentTerms, intent.children_max, 1,
                         static_cast<std::uint8_t>(oms::ParentTerm::Terms));
  if (!verdict.accepted()) return refuse(strategy, asked, verdict);
  ParentChanged parent;
  parent.id = next_id();
  parent.limit = intent.limit;
  parent.qty = intent.qty;
  if (intent.duration_ns > 0) parent.deadline = core_.wall_ + intent.duration_ns;
  parent.children_max = intent.children_max;
  parent.strategy = strategy;
  parent.side = intent.side;
  const OrderId id = open_parent(parent, intent.instrument);
  return {id, id == OrderId{} ? risk::Rule::Capacity : risk::Rule::None};
}

OrderId ParentDesk::open_parent(ParentChanged parent, InstrumentId instrument) noexcept {
  parent.account = core_.strategies_[index_of(parent.strategy)].setup.account;
  parent.to = ParentState::Open;
  auto record = make_record(RecordKind::ParentChanged, parent);
  core_.decide(record.header, instrument);
  if (core_.journal_failed_) return {};  // not in the log: it does not exist
  core_.ledger_.apply(record.header);
  Parent* opened = parents().find(parent.id);
  if (opened == nullptr) return {};
  if (parent.deadline.ns != 0 &&
      core_.timers_.start(core_.now_ + (parent.deadline - core_.wall_), TimerOwner::ParentDeadline,
                          static_cast<std::uint16_t>(parents().slot_of(*opened))) == 0) {
    close(*opened, ParentCause::Deadline);  // no timer would end it
    return {};
  }
  return parent.id;
}

OrderId ParentDesk::open_held(StrategyId strategy, const strategy::HeldOrder& order, Qty qty,
                              OrderId group) noexcept {
  ParentChanged parent;
  parent.id = next_id();
  parent.group = group;
  parent.limit = order.limit;
  parent.qty = qty;
  if (order.duration_ns > 0) parent.deadline = core_.wall_ + order.duration_ns;
  parent.children_max = kWorkedChildrenMax;
  parent.protection_bps = order.protection_bps;
  parent.strategy = strategy;
  parent.side = order.side;
  parent.work = order.limit == Price{} ? ParentWork::Take : ParentWork::Rest;
  parent.tif = order.tif;
  parent.reduce_only = order.reduce_only ? 1 : 0;
  parent.keep = order.keep ? 1 : 0;
  const OrderId id = open_parent(parent, order.instrument);
  if (id == OrderId{} || order.trigger.kind == TriggerKind::None) return id;
  ConditionalChanged held;
  held.id = id;
  held.trigger = order.trigger.price;
  held.activation = order.trigger.activation;
  held.trail = order.trigger.trail;
  held.confirm_ns = order.trigger.confirm_ns;
  held.trail_bps = order.trigger.trail_bps;
  held.jump_bps = order.trigger.jump_bps;
  held.confirm_events = order.trigger.confirm_events;
  held.strategy = strategy;
  held.side = order.side;
  held.kind = order.trigger.kind;
  held.source = order.trigger.source;
  held.to = held.kind == TriggerKind::Trailing ? TriggerState::Waiting : TriggerState::Armed;
  auto record = make_record(RecordKind::ConditionalChanged, held);
  core_.decide(record.header, order.instrument);
  core_.ledger_.apply(record.header);
  return id;
}

void ParentDesk::on_refused(const OrderRequest& child) noexcept {
  const std::size_t s = index_of(child.strategy);
  if (creating_ != ParentWork::Owner || s >= refusals_.size()) return;
  Refusals& refusals = refusals_[s];
  if (refusals.count == 0 || core_.now_ - refusals.since >= kRunawayWithin)
    refusals = {core_.now_, 0, refusals.runaway};
  if (++refusals.count < kRunawayRefusals) return;
  refusals.count = 0;
  refusals.runaway = true;
  core_.states_dirty_ = true;
  Parent* parent = parents().find(child.parent);
  if (parent != nullptr && parent->strategy == child.strategy && parent->open())
    close(*parent, ParentCause::Runaway);
}

bool ParentDesk::take_runaway(StrategyId strategy) noexcept {
  return std::exchange(refusals_[index_of(strategy)].runaway, false);
}

void ParentDesk::change(Parent& parent, ParentState to, ParentCause cause, Qty qty) noexcept {
  ParentChanged content = content_of(parent);
  content.to = to;
  content.cause = cause;
  content.qty = qty;
  auto record = make_record(RecordKind::ParentChanged, content);
  core_.decide(record.header, parent.instrument);
  core_.ledger_.apply(record.header);
  if (cause != ParentCause::Resized) note(parent.id, About::Parent);
}

// Never below what children have or may still fill: the bound is true at all times.
void ParentDesk::resize(Parent& parent, Qty qty) noexcept {
  qty = std::max(qty, parent.filled + parent.at_stake);
  if (parent.open() && qty != parent.qty) change(parent, parent.state, ParentCause::Resized, qty);
}

void ParentDesk::close(Parent& parent, ParentCause cause) noexcept {
  if (!parent.open()) return;
  if (parent.trigger.holds())
    change(parent, TriggerState::Ended, TriggerCause::Closed, {}, parent.trigger.price,
           parent.trigger.extreme);
  const bool done = parent.at_stake == Qty{};
  change(parent, done ? ParentState::Done : ParentState::Closing, cause, parent.qty);
  if (done) return;
  const CancelReason reason =
      parent.group != OrderId{} ? CancelReason::Linked : CancelReason::Parent;
  core_.ledger_.orders().pool().for_each_working(parent.instrument, [&](oms::Order& order) {
    if (order.request.parent == parent.id) core_.cancel(order, reason);
  });
}

// After a child's report: does the parent go on?
void ParentDesk::settle(Parent& parent) noexcept {
  if (parent.open() && parent.group == OrderId{} && parent.filled >= parent.qty)
    close(parent, parent.filled > parent.qty ? ParentCause::Overfilled : ParentCause::Filled);
  if (parent.state == ParentState::Closing && parent.at_stake == Qty{})
    change(parent, ParentState::Done, ParentCause::Ended, parent.qty);
}

void ParentDesk::on_child(OrderId id, const oms::ReportOutcome& outcome) noexcept {
  Parent* parent = parents().find(id);
  if (parent == nullptr) return;
  if (outcome.fill != Qty{}) {
    parent->attempts = 0;
    note(id, About::Parent);
  } else if (outcome.booking != oms::Booking::None) {  // its average is another one
    note(id, About::Parent);
  }
  settle(*parent);
  const OrderId group = parent->group;
  if (group != OrderId{}) on_group(group);
  if (parent->id == id && parent->open()) work(*parent);
}

void ParentDesk::on_deadline(std::size_t slot) noexcept {
  Parent& parent = parents().at(static_cast<std::uint32_t>(slot));
  if (!parent.open() || parent.deadline.ns == 0) return;
  if (core_.wall_ < parent.deadline) {  // the slot is another's now, or the wall clock lags
    core_.timers_.start(core_.now_ + (parent.deadline - core_.wall_), TimerOwner::ParentDeadline,
                        static_cast<std::uint16_t>(slot));
    return;
  }
  const OrderId group = parent.group;
  close(parent, ParentCause::Deadline);
  if (group != OrderId{}) on_group(group);
}

void ParentDesk::close(StrategyId strategy, OrderId id) noexcept {
  if (Parent* parent = parents().find(id)) {
    if (parent->strategy != strategy) return;
    const OrderId group = parent->group;
    close(*parent, ParentCause::Owner);
    if (group != OrderId{}) on_group(group);
    return;
  }
  if (const Link* link = core_.ledger_.links().find(id);
      link != nullptr && link->last.strategy == strategy) {
    for (const OrderId order : link->last.orders)
      if (Parent* parent = parents().find(order)) close(*parent, ParentCause::Owner);
    rebalance(id);
    return;
  }
  const Legs* legs = core_.ledger_.legs().find(id);
  if (legs != nullptr && legs->last.strategy == strategy && legs->live())
    fail(*legs, LegsCause::Owner);
}

void ParentDesk::on_group(OrderId group) noexcept {
  if (core_.ledger_.links().find(group) != nullptr) return rebalance(group);
  if (core_.ledger_.legs().find(group) != nullptr) advance(group);
}

// Parents of a group whose own record did not reach the log never began.
void ParentDesk::on_ready() noexcept {
  parents().for_each([this](Parent& parent) {
    if (parent.state == ParentState::Done) return;
    if (parent.group != OrderId{} && core_.ledger_.links().find(parent.group) == nullptr &&
        core_.ledger_.legs().find(parent.group) == nullptr)
      close(parent, ParentCause::Linked);
    if (parent.open() && parent.deadline.ns != 0)
      core_.timers_.start(core_.now_ + std::max<std::int64_t>(parent.deadline - core_.wall_, 0),
                          TimerOwner::ParentDeadline,
                          static_cast<std::uint16_t>(parents().slot_of(parent)));
    settle(parent);
    note(parent.id, About::Parent);
  });
  for (const Link& each : core_.ledger_.links().all())
    if (each.live()) {
      note(each.last.id, About::Link);
      rebalance(each.last.id);
    }
  for (const Legs& each : core_.ledger_.legs().all())
    if (each.live()) {
      note(each.last.id, About::Legs);
      advance(each.last.id);
    }
}

void ParentDesk::on_kill(const KillScope& scope) noexcept {
  const auto covered = [&](const Parent* parent) {
    return parent != nullptr && risk::covers(scope, traded(parent->instrument).venue,
                                             parent->account, parent->strategy, parent->instrument);
  };
  parents().for_each([&](Parent& parent) {
    if (!parent.keep && covered(&parent)) close(parent, ParentCause::Kill);
  });
  for (const Link& each : core_.ledger_.links().all())
    if (each.live()) rebalance(each.last.id);
  for (const Legs& each : core_.ledger_.legs().all()) {
    const bool hit = std::ranges::any_of(each.last.orders,
                                         [&](OrderId leg) { return covered(parents().find(leg)); });
    if (each.live() && hit) end(each, LegsCause::Kill);
  }
}

// A strategy that may not trade for now keeps its own parents, which no child can use meanwhile;
// what the engine would work for it ends, unless it is to be kept. A restart is no such end.
void ParentDesk::on_strategy_halted(StrategyId strategy, StrategyState to,
                                    StateCause cause) noexcept {
  if (cause == StateCause::Start || cause == StateCause::Recovery || cause == StateCause::Shutdown)
    return;
  parents().for_each([&](Parent& parent) {
    if (parent.strategy != strategy || parent.keep) return;
    if (parent.work != ParentWork::Owner || to == StrategyState::Stopped)
      close(parent, ParentCause::StrategyState);
  });
  for (const Link& each : core_.ledger_.links().all())
    if (each.live() && each.last.strategy == strategy) rebalance(each.last.id);
  for (const Legs& each : core_.ledger_.legs().all())
    if (each.live() && each.last.strategy == strategy) end(each, LegsCause::StrategyState);
}

strategy::ParentUpdate ParentDesk::view(StrategyId strategy, OrderId id) const noexcept {
  const Parent* parent = core_.ledger_.parents().find(id);
  if (parent == nullptr || parent->strategy != strategy) return {};
  strategy::ParentUpdate update;
  update.id = parent->id;
  update.group = parent->group;
  update.instrument = parent->instrument;
  update.side = parent->side;
  update.state = parent->state;
  update.trigger = parent->trigger.state;
  update.trigger_price = parent->trigger.price;
  update.qty = parent->qty;
  update.filled = parent->filled;
  update.at_stake = parent->at_stake;
  update.average_price = parent->average_price();
  update.children = parent->children;
  return update;
}
}  // namespace sq::core
