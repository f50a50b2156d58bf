// Parents in a snapshot. Layout: wal/SNAPSHOT.md, section Parents.
#include <algorithm>

#include "engine/oms/parent_orders.hpp"

namespace sq::oms {
namespace {
template <class T>
T valid_up_to(T value, T last, StateIn& in) {
  if (static_cast<std::uint8_t>(value) > static_cast<std::uint8_t>(last)) in.fail();
  return value;
}

void save_trigger(StateOut& out, const Trigger& trigger) {
  for (const Price price : {trigger.price, trigger.activation, trigger.extreme, trigger.trail})
    out.put(price.raw());
  out.put(trigger.confirm_ns);
  for (const std::uint32_t n : {trigger.trail_bps, trigger.jump_bps, trigger.confirm_events})
    out.put(n);
  out.put(trigger.kind);
  out.put(trigger.source);
  out.put(trigger.state);
}
void restore_trigger(StateIn& in, Trigger& trigger) {
  for (Price* price : {&trigger.price, &trigger.activation, &trigger.extreme, &trigger.trail})
    *price = Price::from_raw(in.take<std::int64_t>());
  trigger.confirm_ns = in.take<std::int64_t>();
  for (std::uint32_t* n : {&trigger.trail_bps, &trigger.jump_bps, &trigger.confirm_events})
    *n = in.take<std::uint32_t>();
  trigger.kind = valid_up_to(in.take<TriggerKind>(), TriggerKind::Trailing, in);
  trigger.source = valid_up_to(in.take<TriggerSource>(), TriggerSource::Mark, in);
  trigger.state = valid_up_to(in.take<TriggerState>(), TriggerState::Ended, in);
}

void save_parent(StateOut& out, const Parent& parent) {
  out.put(parent.id);
  out.put(parent.group);
  out.put(parent.instrument);
  out.put(parent.limit.raw());
  for (const Qty qty : {parent.qty, parent.filled, parent.at_stake, parent.booked})
    out.put(qty.raw());
  out.put(parent.turnover);
  out.put(parent.deadline.ns);
  for (const std::uint32_t n : {parent.children, parent.children_max, parent.protection_bps})
    out.put(n);
  out.put(parent.strategy);
  out.put(parent.account);
  out.put(parent.side);
  out.put(parent.work);
  out.put(parent.tif);
  out.put(parent.state);
  for (const bool flag : {parent.reduce_only, parent.keep, parent.pinned})
    out.put(static_cast<std::uint8_t>(flag ? 1 : 0));
  save_trigger(out, parent.trigger);
}
void restore_parent(StateIn& in, Parent& parent) {
  parent.id = in.take<OrderId>();
  parent.group = in.take<OrderId>();
  parent.instrument = in.take<InstrumentId>();
  parent.limit = Price::from_raw(in.take<std::int64_t>());
  for (Qty* qty : {&parent.qty, &parent.filled, &parent.at_stake, &parent.booked})
    *qty = Qty::from_raw(in.take<std::int64_t>());
  parent.turnover = in.take<Int128>();
  parent.deadline = WallTime{in.take<std::int64_t>()};
  for (std::uint32_t* n : {&parent.children, &parent.children_max, &parent.protection_bps})
    *n = in.take<std::uint32_t>();
  parent.strategy = in.take<StrategyId>();
  parent.account = in.take<AccountId>();
  parent.side = in.take<Side>();
  parent.work = valid_up_to(in.take<ParentWork>(), ParentWork::Take, in);
  parent.tif = in.take<TimeInForce>();
  parent.state = valid_up_to(in.take<ParentState>(), ParentState::Done, in);
  for (bool* flag : {&parent.reduce_only, &parent.keep, &parent.pinned})
    *flag = in.take<std::uint8_t>() != 0;
  restore_trigger(in, parent.trigger);
}
}  // namespace

void ParentOrders::save(StateOut& out) const {
  out.put(static_cast<std::uint32_t>(slots_.size()));
  out.put(static_cast<std::uint32_t>(worked_.size()));
  out.put(strays_);
  out.put(used_);
  out.put_count(held_);
  for (std::uint32_t slot = 0; slot < used_; ++slot) {
    if (!slots_[slot].exists()) continue;
    out.put(slot);
    save_parent(out, slots_[slot]);
  }
}

bool ParentOrders::restore(StateIn& in) {
  in.expect(static_cast<std::uint32_t>(slots_.size()));
  in.expect(static_cast<std::uint32_t>(worked_.size()));
  strays_ = in.take<std::uint64_t>();
  used_ = in.take<std::uint32_t>();
  const std::size_t n = in.take_count(slots_.size());
  if (!in.ok() || used_ > slots_.size()) return false;
  for (Parent& parent : slots_) parent = Parent{};
  std::fill(index_.begin(), index_.end(), kNone);
  for (auto& list : worked_) list.clear();
  held_ = live_ = 0;
  for (std::size_t i = 0; i < n && in.ok(); ++i) {
    const auto slot = in.take<std::uint32_t>();
    if (slot >= used_ || slots_[slot].exists()) return false;
    Parent parent;
    restore_parent(in, parent);
    if (!in.ok() || !parent.exists() || index_of(parent.instrument) >= worked_.size() ||
        find(parent.id) != nullptr)
      return false;
    slots_[slot] = parent;
    insert(slot);
    ++held_;
    const bool done = parent.state == ParentState::Done;
    if (!done || parent.pinned) ++live_;
    if (!done && parent.work != ParentWork::Owner) work(slots_[slot]);
  }
  // Oldest first, as they were opened: ids rise.
  for (auto& list : worked_)
    std::sort(list.begin(), list.end(),
              [this](std::uint16_t a, std::uint16_t b) { return slots_[a].id < slots_[b].id; });
  return in.ok();
}
}  // namespace sq::oms
