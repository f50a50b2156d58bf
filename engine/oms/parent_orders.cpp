#include "engine/oms/parent_orders.hpp"

#include <algorithm>
#include <bit>

namespace sq::oms {
namespace {
risk::Verdict refuse(risk::Rule rule, std::int64_t observed, std::int64_t allowed,
                     ParentTerm term = {}) noexcept {
  return {rule, static_cast<std::uint8_t>(term), observed, allowed, 0};
}
std::int64_t saturate(Int128 value) noexcept {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  return value > kMax ? kMax : static_cast<std::int64_t>(value);
}
}  // namespace

ParentOrders::ParentOrders(std::size_t instruments, std::uint32_t capacity)
    : slots_(capacity),
      index_(std::bit_ceil(std::size_t{capacity} * 2), kNone),
      worked_(instruments),
      mask_{index_.size() - 1} {
  for (auto& list : worked_) list.reserve(kWorkedMax);
}

void ParentOrders::on_changed(const RecordHeader& record) noexcept {
  const auto& changed = payload_of<ParentChanged>(record);
  if (index_of(record.instrument) >= worked_.size()) {
    ++strays_;
    return;
  }
  Parent* parent = find(changed.id);
  if (parent == nullptr) {
    if (changed.from != ParentState::None || changed.to == ParentState::None ||
        (parent = create(changed.id)) == nullptr) {
      ++strays_;
      return;
    }
    parent->instrument = record.instrument;
    parent->group = changed.group;
    parent->pinned = changed.group != OrderId{};
    parent->strategy = changed.strategy;
    parent->account = changed.account;
    parent->side = changed.side;
    parent->work = changed.work;
    parent->tif = changed.tif;
    parent->reduce_only = changed.reduce_only != 0;
    parent->keep = changed.keep != 0;
    parent->children_max = changed.children_max;
    parent->protection_bps = changed.protection_bps;
    parent->deadline = changed.deadline;
    ++live_;
    if (changed.work != ParentWork::Owner) work(*parent);
  } else if (parent->state == ParentState::Done) {
    return;
  }
  parent->limit = changed.limit;
  parent->qty = changed.qty;
  parent->state = changed.to;
  if (changed.to != ParentState::Done) return;
  if (!parent->pinned) --live_;
  rest(*parent);
}

void ParentOrders::on_group_done(OrderId group) noexcept {
  for (std::uint32_t i = 0; i < used_; ++i) {
    Parent& parent = slots_[i];
    if (!parent.exists() || parent.group != group || !parent.pinned) continue;
    parent.pinned = false;
    if (parent.state == ParentState::Done) --live_;
  }
}

void ParentOrders::on_conditional(const RecordHeader& record) noexcept {
  const auto& changed = payload_of<ConditionalChanged>(record);
  Parent* parent = find(changed.id);
  if (parent == nullptr) {
    ++strays_;
    return;
  }
  Trigger& trigger = parent->trigger;
  trigger.price = changed.trigger;
  trigger.activation = changed.activation;
  trigger.extreme = changed.extreme;
  trigger.trail = changed.trail;
  trigger.confirm_ns = changed.confirm_ns;
  trigger.trail_bps = changed.trail_bps;
  trigger.jump_bps = changed.jump_bps;
  trigger.confirm_events = changed.confirm_events;
  trigger.kind = changed.kind;
  trigger.source = changed.source;
  trigger.state = changed.to;
}

void ParentOrders::on_child_sent(const OrderRequest& child) noexcept {
  Parent* parent = find(child.parent);
  if (parent == nullptr) {
    ++strays_;
    return;
  }
  parent->at_stake += child.qty;
  ++parent->children;
}
void ParentOrders::on_child_resized(OrderId id, Qty delta) noexcept {
  if (Parent* parent = find(id)) parent->at_stake += delta;
}
void ParentOrders::on_child_report(OrderId id, Qty released, Qty fill) noexcept {
  Parent* parent = find(id);
  if (parent == nullptr) {
    ++strays_;
    return;
  }
  parent->at_stake -= released;
  if (const auto filled = Qty::sum(parent->filled, fill)) parent->filled = *filled;
}
void ParentOrders::on_child_booked(OrderId id, Qty qty, Price price) noexcept {
  Parent* parent = find(id);
  if (parent == nullptr) return;
  const auto booked = Qty::sum(parent->booked, qty);
  if (!booked) return;
  parent->booked = *booked;
  parent->turnover += Int128{price.raw()} * qty.raw();
}

// Is it what the parent is for, and does the parent take it now? Then the price.
risk::Verdict ParentOrders::check_terms(const Parent* parent, const OrderRequest& child,
                                        InstrumentId instrument, ParentWork by,
                                        WallTime now) noexcept {
  using risk::Rule;
  if (parent == nullptr) return refuse(Rule::ParentClosed, 0, 1);
  const bool late = parent->deadline.ns != 0 && now.ns >= parent->deadline.ns;
  if (!parent->open() || late)
    return refuse(Rule::ParentClosed, static_cast<std::int64_t>(parent->state),
                  static_cast<std::int64_t>(ParentState::Open));
  if (parent->strategy != child.strategy)
    return refuse(Rule::ParentTerms, index_of(child.strategy), index_of(parent->strategy),
                  ParentTerm::Strategy);
  if (parent->account != child.account)
    return refuse(Rule::ParentTerms, static_cast<std::int64_t>(child.account),
                  static_cast<std::int64_t>(parent->account), ParentTerm::Account);
  if (parent->instrument != instrument)
    return refuse(Rule::ParentTerms, index_of(instrument), index_of(parent->instrument),
                  ParentTerm::Instrument);
  if (parent->side != child.side)
    return refuse(Rule::ParentTerms, static_cast<std::int64_t>(child.side),
                  static_cast<std::int64_t>(parent->side), ParentTerm::Side);
  if (parent->work != by)
    return refuse(Rule::ParentTerms, static_cast<std::int64_t>(by),
                  static_cast<std::int64_t>(parent->work), ParentTerm::Worker);
  return {};
}

risk::Verdict ParentOrders::check_bound(const Parent& parent, Side side, Price limit,
                                        Qty added) noexcept {
  using risk::Rule;
  const bool worse = side == Side::Buy ? limit > parent.limit : limit < parent.limit;
  if (parent.limit != Price{} && worse)
    return refuse(Rule::ParentPrice, limit.raw(), parent.limit.raw());
  const Int128 sum = Int128{parent.filled.raw()} + parent.at_stake.raw() + added.raw();
  if (added > Qty{} && sum > parent.qty.raw())
    return refuse(Rule::ParentQty, saturate(sum), parent.qty.raw());
  return {};
}

risk::Verdict ParentOrders::check(const OrderRequest& child, InstrumentId instrument, ParentWork by,
                                  WallTime now) const noexcept {
  using risk::Rule;
  const Parent* parent = find(child.parent);
  const risk::Verdict terms = check_terms(parent, child, instrument, by, now);
  if (!terms.accepted()) return terms;
  if (parent->children >= parent->children_max)
    return refuse(Rule::ParentTerms, std::int64_t{parent->children} + 1, parent->children_max,
                  ParentTerm::Children);
  if (child.qty <= Qty{}) return refuse(Rule::ParentQty, child.qty.raw(), parent->qty.raw());
  return check_bound(*parent, child.side, child.limit, child.qty);
}

risk::Verdict ParentOrders::check_amend(const OrderRequest& child, InstrumentId instrument,
                                        Price limit, Qty added, ParentWork by,
                                        WallTime now) const noexcept {
  const Parent* parent = find(child.parent);
  const risk::Verdict terms = check_terms(parent, child, instrument, by, now);
  return terms.accepted() ? check_bound(*parent, child.side, limit, added) : terms;
}

bool ParentOrders::has_room(InstrumentId instrument, ParentWork work,
                            std::size_t parents) const noexcept {
  if (live_ + parents > slots_.size()) return false;
  return work == ParentWork::Owner || worked_[index_of(instrument)].size() + parents <= kWorkedMax;
}

Parent* ParentOrders::create(OrderId id) noexcept {
  std::uint32_t slot = kNone;
  if (held_ < slots_.size()) {
    for (slot = 0; slot < used_ && slots_[slot].exists(); ++slot) {
    }
    if (slot == used_) ++used_;
  } else {
    // The one that was opened first of those that are done.
    for (std::uint32_t i = 0; i < used_; ++i) {
      if (slots_[i].state != ParentState::Done || slots_[i].pinned) continue;
      if (slot == kNone || slots_[i].id < slots_[slot].id) slot = i;
    }
    if (slot == kNone) return nullptr;
    forget(slot);
  }
  slots_[slot] = Parent{};
  slots_[slot].id = id;
  slots_[slot].state = ParentState::Open;
  ++held_;
  insert(slot);
  return &slots_[slot];
}

void ParentOrders::forget(std::uint32_t slot) noexcept {
  erase(slots_[slot].id);
  slots_[slot].state = ParentState::None;
  --held_;
}

void ParentOrders::work(Parent& parent) noexcept {
  auto& list = worked_[index_of(parent.instrument)];
  if (list.size() < list.capacity()) list.push_back(static_cast<std::uint16_t>(slot_of(parent)));
}
void ParentOrders::rest(const Parent& parent) noexcept {
  std::erase(worked_[index_of(parent.instrument)], static_cast<std::uint16_t>(slot_of(parent)));
}

const Parent* ParentOrders::find(OrderId id) const noexcept {
  for (std::size_t b = bucket(id); index_[b] != kNone; b = (b + 1) & mask_)
    if (slots_[index_[b]].id == id) return &slots_[index_[b]];
  return nullptr;
}
Parent* ParentOrders::find(OrderId id) noexcept {
  return const_cast<Parent*>(static_cast<const ParentOrders*>(this)->find(id));
}

std::size_t ParentOrders::bucket(OrderId id) const noexcept {
  return (id.value ^ (id.value >> OrderId::kCounterBits) * 0x9E37'79B9U) & mask_;
}
void ParentOrders::insert(std::uint32_t slot) noexcept {
  std::size_t b = bucket(slots_[slot].id);
  while (index_[b] != kNone) b = (b + 1) & mask_;
  index_[b] = slot;
}
// Backward-shift deletion: probe sequences stay unbroken without tombstones.
void ParentOrders::erase(OrderId id) noexcept {
  std::size_t hole = bucket(id);
  while (index_[hole] != kNone && slots_[index_[hole]].id != id) hole = (hole + 1) & mask_;
  if (index_[hole] == kNone) return;
  for (std::size_t b = (hole + 1) & mask_; index_[b] != kNone; b = (b + 1) & mask_) {
    const std::size_t home = bucket(slots_[index_[b]].id);
    if (((b - home) & mask_) >= ((b - hole) & mask_)) {
      index_[hole] = index_[b];
      hole = b;
    }
  }
  index_[hole] = kNone;
}
}  // namespace sq::oms
