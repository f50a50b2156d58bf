// Orders that the engine holds until a price is reached, and the children that it makes.
#include <algorithm>

#include "engine/core/parents/parent_desk.hpp"
#include "engine/core/strategy_context.hpp"

namespace sq::core {
namespace {
constexpr std::int64_t kPauseNs = 10 * kNsPerMs;   // between two children of one parent
constexpr std::int64_t kRetryNs = 100 * kNsPerMs;  // after a refusal, doubled up to four times
constexpr std::uint32_t kDoublingsMax = 4;
constexpr Int128 kBps = 10'000;
}  // namespace

strategy::Submitted ParentDesk::hold(StrategyId strategy,
                                     const strategy::HeldOrder& order) noexcept {
  const ParentWork work_as = order.limit == Price{} ? ParentWork::Take : ParentWork::Rest;
  risk::Verdict verdict = may_open(strategy, order.instrument, work_as, 1);
  if (verdict.accepted()) verdict = terms(order);
  if (!verdict.accepted()) return refuse(strategy, order, verdict);
  const OrderId id = open_held(strategy, order, order.qty, {});
  if (Parent* parent = parents().find(id)) work(*parent);
  return {id, id == OrderId{} ? risk::Rule::Capacity : risk::Rule::None};
}

// Visits may close any of them; what is skipped by that has its turn at the next event.
template <class Visit>
void ParentDesk::for_each_worked(std::size_t instrument, Visit&& visit) noexcept {
  const std::vector<std::uint16_t>& list = parents().worked(id_of(instrument));
  for (std::size_t i = 0; i < list.size();) {
    const std::uint16_t slot = list[i];
    visit(parents().at(slot));
    if (i < list.size() && list[i] == slot) ++i;
  }
}

void ParentDesk::change(Parent& parent, TriggerState to, TriggerCause cause, Price observed,
                        Price trigger, Price extreme) noexcept {
  const oms::Trigger& held = parent.trigger;
  ConditionalChanged content;
  content.id = parent.id;
  content.trigger = trigger;
  content.activation = held.activation;
  content.extreme = extreme;
  content.observed = observed;
  content.trail = held.trail;
  content.confirm_ns = held.confirm_ns;
  content.trail_bps = held.trail_bps;
  content.jump_bps = held.jump_bps;
  content.confirm_events = held.confirm_events;
  content.strategy = parent.strategy;
  content.side = parent.side;
  content.kind = held.kind;
  content.source = held.source;
  content.from = held.state;
  content.to = to;
  content.cause = cause;
  auto record = make_record(RecordKind::ConditionalChanged, content);
  core_.decide(record.header, parent.instrument);
  core_.ledger_.apply(record.header);
}

void ParentDesk::on_book(std::size_t instrument) noexcept {
  const strategy::Top top = core_.top_of(instrument);
  if (top.bid.qty == Qty{} || top.ask.qty == Qty{}) return;
  observe(instrument, TriggerSource::Best, {});
  work_all(instrument);
}
void ParentDesk::on_trade(std::size_t instrument, Price price) noexcept {
  observe(instrument, TriggerSource::Last, price);
}
void ParentDesk::on_mark(std::size_t instrument, Price price) noexcept {
  observe(instrument, TriggerSource::Mark, price);
}

// Only a LIVE book says what a price is worth.
void ParentDesk::observe(std::size_t instrument, TriggerSource source, Price price) noexcept {
  const strategy::Top top = core_.top_of(instrument);
  if (top.bid.qty == Qty{} || top.ask.qty == Qty{}) return;
  const Price tick = traded(id_of(instrument)).tick;
  for_each_worked(instrument, [&](Parent& parent) {
    oms::Trigger& trigger = parent.trigger;
    // What follows an entry waits until there is something to protect.
    if (!parent.open() || !trigger.holds() || trigger.source != source || parent.due() == Qty{})
      return;
    if (source == TriggerSource::Best)
      price = parent.side == Side::Sell ? top.bid.price : top.ask.price;
    const oms::TriggerStep step =
        oms::observe(trigger, parent.side, price, {top.bid.price, top.ask.price}, tick, core_.now_);
    switch (step.what) {
      case oms::TriggerStep::What::Nothing:
      case oms::TriggerStep::What::Ignored:
        return;
      case oms::TriggerStep::What::Activated:
        change(parent, TriggerState::Armed, TriggerCause::Activated, price, step.trigger,
               step.extreme);
        return;
      case oms::TriggerStep::What::Moved:
        change(parent, TriggerState::Armed, TriggerCause::Moved, price, step.trigger, step.extreme);
        return;
      case oms::TriggerStep::What::Confirming:
        if (trigger.confirm_ns > 0)
          wake(parent.instrument,
               std::max(trigger.seen_since + trigger.confirm_ns, core_.now_ + std::int64_t{1}));
        return;
      case oms::TriggerStep::What::Reached:
        return triggered(parent, price);
    }
  });
}

void ParentDesk::triggered(Parent& parent, Price observed) noexcept {
  change(parent, TriggerState::Triggered, TriggerCause::Reached, observed, parent.trigger.price,
         parent.trigger.extreme);
  note(parent.id, About::Parent);
  const OrderId id = parent.id;
  if (parent.group != OrderId{}) on_group(parent.group);
  if (parent.id == id && parent.open()) work(parent);
}

void ParentDesk::on_work_timer(std::size_t instrument) noexcept {
  wakes_[instrument] = {};
  const strategy::Top top = core_.top_of(instrument);
  const bool live = top.bid.qty != Qty{} && top.ask.qty != Qty{};
  for_each_worked(instrument, [&](Parent& parent) {
    if (!live || !parent.trigger.holds()) return;
    const auto what = oms::confirm(parent.trigger, core_.now_);
    if (what == oms::TriggerStep::What::Reached)
      return triggered(parent, parent.side == Side::Sell ? top.bid.price : top.ask.price);
    if (what == oms::TriggerStep::What::Confirming && parent.trigger.confirm_ns > 0 &&
        core_.now_ - parent.trigger.seen_since < parent.trigger.confirm_ns)
      wake(parent.instrument, parent.trigger.seen_since + parent.trigger.confirm_ns);
  });
  for (const Link& each : core_.ledger_.links().all())
    if (each.live() && index_of(each.instrument) == instrument) rebalance(each.last.id);
  work_all(instrument);
}

// One timer an instrument; an earlier one is set beside a later.
void ParentDesk::wake(InstrumentId instrument, MonoTime at) noexcept {
  MonoTime& runs = wakes_[index_of(instrument)];
  if (runs != MonoTime{} && runs <= at) return;
  if (core_.timers_.start(at, TimerOwner::WorkOrders,
                          static_cast<std::uint16_t>(index_of(instrument))) != 0)
    runs = at;
}

void ParentDesk::work_all(std::size_t instrument) noexcept {
  for_each_worked(instrument, [this](Parent& parent) { work(parent); });
}

// Sell: not below, buy: not above. On tick, inside the bound.
Price ParentDesk::worst_price(const Parent& parent, const strategy::Top& top) const noexcept {
  if (parent.work == ParentWork::Rest) return parent.limit;
  const Price tick = traded(parent.instrument).tick;
  const bool sell = parent.side == Side::Sell;
  const Price touch = sell ? top.bid.price : top.ask.price;
  const Int128 distance = Int128{touch.raw()} * parent.protection_bps / kBps;
  const auto offset = Price::from_raw(static_cast<std::int64_t>(distance));
  Price price = sell ? ceil_to_tick(touch - offset, tick) : floor_to_tick(touch + offset, tick);
  if (parent.limit != Price{})
    price = sell ? std::max(price, parent.limit) : std::min(price, parent.limit);
  return price;
}

// Gives what is due to a child, if the parent waits for nothing.
void ParentDesk::work(Parent& parent) noexcept {
  if (!parent.open() || parent.work == ParentWork::Owner || parent.trigger.holds()) return;
  const Instrument& instrument = traded(parent.instrument);
  const Qty qty = std::min(trunc_to_lot(parent.due(), instrument.lot), instrument.qty_max);
  if (qty == Qty{} || qty < instrument.qty_min) {
    if (parent.group == OrderId{} && parent.at_stake == Qty{}) close(parent, ParentCause::Dust);
    return;
  }
  const std::size_t s = index_of(parent.strategy);
  const StrategyState state = core_.ledger_.strategy_state(parent.strategy);
  const bool halted = state == StrategyState::Stopped || state == StrategyState::Warming ||
                      state == StrategyState::Shadow || state == StrategyState::Paused;
  if (halted || core_.ledger_.kill_latched()) return;
  if (core_.now_ < parent.retry_at) return wake(parent.instrument, parent.retry_at);
  const strategy::Top top = core_.top_of(index_of(parent.instrument));
  if (top.bid.qty == Qty{} || top.ask.qty == Qty{}) return;
  if (parent.reduce_only) {
    const std::int64_t position =
        core_.ledger_.portfolio().ledger(parent.strategy, parent.instrument).position.qty().raw();
    if (parent.side == Side::Sell ? position <= 0 : position >= 0)
      return close(parent, ParentCause::Position);
  }
  strategy::OrderIntent intent;
  intent.instrument = parent.instrument;
  intent.side = parent.side;
  intent.limit = worst_price(parent, top);
  intent.qty = qty;
  intent.tif = parent.work == ParentWork::Take ? TimeInForce::ImmediateOrCancel : parent.tif;
  intent.reduce_only = parent.reduce_only;
  intent.parent = parent.id;
  creating_ = parent.work;
  const strategy::Submitted sent = core_.submit(s, intent);
  creating_ = ParentWork::Owner;
  if (sent.id != OrderId{}) {
    parent.retry_at = core_.now_ + kPauseNs;
    return;
  }
  if (sent.refused == risk::Rule::ParentTerms) return close(parent, ParentCause::Runaway);
  parent.retry_at = core_.now_ + (kRetryNs << std::min(parent.attempts, kDoublingsMax));
  ++parent.attempts;
  wake(parent.instrument, parent.retry_at);
}
}  // namespace sq::core
