// Changes to open orders: modify, cancel-all, expiry, and how an order leaves. Part of engine.hpp.
#pragma once

#include <algorithm>

#include "engine/book/matching/engine.hpp"

namespace sq::matching {
template <class Sink>
Refusal Engine<Sink>::modify(OrderKey key, const Amendment& change) noexcept {
  const Handle handle = locate(key);
  Numbers to;
  const Refusal refusal = check_change(key, handle, change, to);
  if (refusal != Refusal::None) {
    const OwnerId owner = handle == kNoHandle ? OwnerId{} : orders_[handle].owner;
    return reject(Command::Modify, refusal, key.id, owner);
  }
  if (only_reduces(handle, change)) {
    reduce(handle, orders_.terms(handle).total - to.qty);
  } else {
    replace(handle, to);
    settle();
  }
  return Refusal::None;
}

template <class Sink>
Refusal Engine<Sink>::check_change(OrderKey key, Handle handle, const Amendment& change,
                                   Numbers& to) const noexcept {
  using enum Refusal;
  if (phase_ == Phase::Closed) return PhaseClosed;
  const bool known = handle != kNoHandle;
  if (phase_ == Phase::Halted && !rules_.rules().collects_while_halted &&
      !(known && only_reduces(handle, change))) {
    return PhaseHalted;
  }
  if (key.id.value == 0) return IdIsZero;
  if (!known) return UnknownOrder;
  const OrderCell& record = orders_[handle];
  const OrderTerms& terms = orders_.terms(handle);
  const Refusal part = check_parts(handle, change, to);
  if (part != None) return part;
  const bool repriced = to.price != terms.price;
  if (!repriced && to.qty == terms.total &&
      (change.stop == Price{} || to.stop == stop_of(handle))) {
    return NothingChanges;
  }
  if (record.place == Place::Due) return AlreadyTriggered;
  if (repriced && rules_.outside_static(to.price)) return PriceOutsideStaticBand;
  if (!repriced || record.place != Place::Level || phase_ != Phase::Continuous) return None;
  if (breaks_dynamic(record.side(), to.price)) return PriceOutsideDynamicBand;
  if (record.has(kPostOnly) && would_take(record.side(), to.price)) {
    to.price = slid(record.side());
    if (to.price == 0) return PostOnlyWouldTake;
  }
  return None;
}

// The numbers that are asked for, or which of them breaks a rule.
template <class Sink>
Refusal Engine<Sink>::check_parts(Handle handle, const Amendment& change,
                                  Numbers& to) const noexcept {
  const OrderCell& record = orders_[handle];
  const OrderTerms& terms = orders_.terms(handle);
  to = {.price = terms.price, .stop = stop_of(handle), .qty = terms.total};
  if (change.price != Price{}) {
    if (!has_limit(terms.type)) return Refusal::PriceOnMarket;
    const Refusal price = rules_.check_price(change.price, false, to.price);
    if (price != Refusal::None) return price;
  }
  if (change.stop != Price{}) {
    if (!is_stop(terms.type)) return Refusal::StopWithoutTrigger;
    const Refusal stop = rules_.check_price(change.stop, true, to.stop);
    if (stop != Refusal::None) return stop;
  }
  if (change.qty != Qty{}) {
    const Refusal qty = rules_.check_qty(change.qty, to.qty);
    if (qty != Refusal::None) return qty;
    if (record.has(kIceberg) && rules_.too_many_parts(to.qty, orders_.extras(handle).display)) {
      return Refusal::DisplayTooManyParts;
    }
    if (to.qty <= terms.total - orders_.open(handle)) return Refusal::QtyBelowExecuted;
  }
  return Refusal::None;
}

// Less quantity, everything else as it is: the order keeps its place.
template <class Sink>
bool Engine<Sink>::only_reduces(Handle handle, const Amendment& change) const noexcept {
  const OrderTerms& terms = orders_.terms(handle);
  return (change.price == Price{} || change.price == rules_.price_of(terms.price)) &&
         (change.stop == Price{} ||
          (is_stop(terms.type) && change.stop == rules_.price_of(stop_of(handle)))) &&
         change.qty > Qty{} && change.qty < rules_.qty_of(terms.total);
}

// Of an iceberg the hidden part goes first.
template <class Sink>
void Engine<Sink>::reduce(Handle handle, std::int64_t lots) noexcept {
  OrderCell& record = orders_[handle];
  const std::int64_t hidden = std::min(lots, orders_.hidden(handle));
  if (record.place == Place::Level) {
    orders_.terms(handle).total -= lots;
    sides_[record.has(kSell)].change(orders_, handle, hidden - lots, -hidden);
    emit(EventKind::Reduced, handle, lots, record.shown, static_cast<std::uint8_t>(Why::Asked));
    return;
  }
  lose(handle, lots, Why::Asked);
}

template <class Sink>
void Engine<Sink>::replace(Handle handle, const Numbers& to) noexcept {
  OrderCell& record = orders_[handle];
  OrderTerms& terms = orders_.terms(handle);
  const std::int64_t open = to.qty - (terms.total - orders_.open(handle));
  leave(handle);
  record.place = Place::Working;
  record.shown = open;
  if (record.has(kIceberg)) orders_.extras(handle).hidden = 0;
  terms.total = to.qty;
  terms.price = to.price;
  if (is_stop(terms.type)) orders_.extras(handle).stop = to.stop;
  terms.sequence = ++sequence_;
  if (!is_stop(terms.type)) {
    enter(handle, EventKind::Replaced);
    return;
  }
  emit(EventKind::Replaced, handle, open, 0);
  park_stop(handle);
}

// Quantity lost without a trade; the order stays where it is, even with nothing left.
template <class Sink>
void Engine<Sink>::lose(Handle handle, std::int64_t lots, Why why) noexcept {
  OrderCell& record = orders_[handle];
  orders_.terms(handle).total -= lots;
  const bool sell = record.has(kSell);
  if (record.place == Place::Level) {
    sides_[sell].change(orders_, handle, -lots, 0);
  } else {
    record.shown -= lots;
    if (record.place == Place::Market) market_open_[sell] -= lots;
  }
  emit(EventKind::Reduced, handle, lots, record.place == Place::Level ? record.shown : 0,
       static_cast<std::uint8_t>(why));
}

// An order whose shown part may be used up: it shows its next part, or it is at its end.
// `traded`: the end has been told by the trade.
template <class Sink>
void Engine<Sink>::after_slice(Handle handle, bool traded) noexcept {
  const OrderCell& record = orders_[handle];
  if (record.shown > 0) return;
  if (orders_.hidden(handle) > 0) {
    sides_[record.has(kSell)].refresh(orders_, handle);
    emit(EventKind::Refreshed, handle, orders_.open(handle), record.shown);
  } else if (traded) {
    drop(handle);
  } else {
    end(handle, EventKind::Cancelled, Why::SelfTrade);
  }
}

template <class Sink>
void Engine<Sink>::end(Handle handle, EventKind kind, Why why) noexcept {
  emit(kind, handle, orders_.open(handle), 0,
       kind == EventKind::Expired ? std::uint8_t{0} : static_cast<std::uint8_t>(why));
  drop(handle);
}

template <class Sink>
[[gnu::always_inline]] inline void Engine<Sink>::drop(Handle handle) noexcept {
  const OrderCell& record = orders_[handle];
  if ((record.marks & ~kSell) != 0 || record.place > Place::Level || indexed_) [[unlikely]] {
    drop_other(handle);
    return;
  }
  sides_[record.marks].remove(orders_, handle, 0);
  orders_.release(handle);
}

template <class Sink>
[[gnu::noinline]] void Engine<Sink>::drop_other(Handle handle) noexcept {
  leave(handle);
  const OrderCell& record = orders_[handle];
  if (record.has(kTimed)) expiring_.remove(orders_, handle);
  if (indexed_) ids_.remove(record.id);
  orders_.release(handle);
}

// Out of its queue; the slot stays taken.
template <class Sink>
void Engine<Sink>::leave(Handle handle) noexcept {
  const OrderCell& record = orders_[handle];
  if (record.place == Place::Working) return;
  if (record.place != Place::Level || record.has(kReduceOnly)) [[unlikely]] {
    leave_other(handle);
    return;
  }
  sides_[record.marks & kSell].remove(orders_, handle, orders_.hidden(handle));
}

template <class Sink>
[[gnu::noinline]] void Engine<Sink>::leave_other(Handle handle) noexcept {
  const OrderCell& record = orders_[handle];
  const bool sell = record.has(kSell);
  if (record.place == Place::Stop) {
    stops_[sell].remove(orders_, handle);
    return;
  }
  if (record.place == Place::Level) {
    sides_[sell].remove(orders_, handle, orders_.hidden(handle));
  } else {
    orders_.unlink(handle);
  }
  if (record.place == Place::Due) return;
  if (record.place == Place::Market) market_open_[sell] -= record.shown;
  if (record.has(kReduceOnly)) positions_.count_reduce_only(record.owner, record.side(), -1);
}

// Ends all open orders that the predicate names, the oldest first. Returns how many.
template <class Sink>
template <class Predicate>
std::uint32_t Engine<Sink>::end_all(EventKind kind, Why why, Predicate&& predicate) noexcept {
  chosen_.clear();
  for (Handle h = 0; h < orders_.slots_used(); ++h) {
    if (orders_[h].place != Place::Free && predicate(h)) chosen_.push_back(h);
  }
  std::sort(chosen_.begin(), chosen_.end(), [this](Handle a, Handle b) {
    return orders_.terms(a).sequence < orders_.terms(b).sequence;
  });
  for (const Handle h : chosen_) end(h, kind, why);
  return static_cast<std::uint32_t>(chosen_.size());
}

template <class Sink>
std::uint32_t Engine<Sink>::cancel_all(OwnerId owner) noexcept {
  if (index_of(owner) >= positions_.owners()) {
    reject(Command::CancelAll, Refusal::UnknownOwner, {}, owner);
    return 0;
  }
  return end_all(EventKind::Cancelled, Why::CancelAll,
                 [&](Handle h) { return orders_[h].owner == owner; });
}

template <class Sink>
Refusal Engine<Sink>::advance(WallTime now) noexcept {
  if (now < now_) return reject(Command::Advance, Refusal::TimeGoesBack);
  now_ = now;
  while (!expiring_.empty() && expiring_.first_key() <= now.ns) {
    end(expiring_.first(), EventKind::Expired, Why::Asked);
  }
  return Refusal::None;
}

template <class Sink>
void Engine<Sink>::end_day() noexcept {
  end_all(EventKind::Expired, Why::Asked,
          [&](Handle h) { return orders_.terms(h).time_in_force == TimeInForce::Day; });
}

template <class Sink>
Refusal Engine<Sink>::set_bands(Price low, Price high, Price around_last) noexcept {
  const Refusal refusal = rules_.set_bands(low, high, around_last);
  if (refusal != Refusal::None) return reject(Command::SetBands, refusal);
  choose_path();
  end_all(EventKind::Cancelled, Why::PriceBand, [&](Handle h) {
    const std::int32_t price = orders_.terms(h).price;
    return price != 0 && rules_.outside_static(price);
  });
  return Refusal::None;
}

template <class Sink>
Refusal Engine<Sink>::set_reference(Price reference) noexcept {
  const Refusal refusal = rules_.set_reference(reference);
  return refusal == Refusal::None ? refusal : reject(Command::SetReference, refusal);
}

template <class Sink>
Refusal Engine<Sink>::set_position(OwnerId owner, Qty held) noexcept {
  if (index_of(owner) >= positions_.owners()) {
    return reject(Command::SetPosition, Refusal::UnknownOwner, {}, owner);
  }
  std::int64_t lots = 0;
  if (!rules_.lots_of(held, lots)) {
    return reject(Command::SetPosition, Refusal::QtyOffLot, {}, owner);
  }
  positions_.change(owner, lots - positions_.of(owner));
  sweep_reduce_only();
  return Refusal::None;
}

// Reduce-only orders that have nothing left to reduce, after trades of their owners.
template <class Sink>
void Engine<Sink>::sweep_reduce_only() noexcept {
  if (positions_.moved().empty()) [[likely]]
    return;
  for (const OwnerId owner : positions_.moved()) {
    const bool idle[2]{positions_.idle_reduce_only(owner, Side::Buy),
                       positions_.idle_reduce_only(owner, Side::Sell)};
    if (!idle[0] && !idle[1]) continue;
    end_all(EventKind::Cancelled, Why::ReduceOnly, [&](Handle h) {
      const OrderCell& record = orders_[h];
      return record.owner == owner && record.has(kReduceOnly) && idle[record.has(kSell)] &&
             (record.place == Place::Level || record.place == Place::Market);
    });
  }
  positions_.clear_moved();
}
}  // namespace sq::matching
