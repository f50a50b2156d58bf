// New orders, and cancels of ordinary ones: the commands that must be fast. Part of engine.hpp.
#pragma once

#include <algorithm>

#include "engine/book/matching/engine.hpp"

namespace sq::matching {
// What is rare leaves by a call in the last place, so that the ordinary way pays nothing for it.
template <class Sink>
Submitted Engine<Sink>::submit(const NewOrder& order) noexcept {
  if (!plain_path_) [[unlikely]]
    return submit_by_id(order);
  std::int32_t price = 0;
  std::int64_t lots = 0;
  if (!is_plain(order, price, lots)) [[unlikely]]
    return submit_checked(order);
  const auto sell = static_cast<unsigned>(order.side) >> 1;
  if (sides_[sell ^ 1].best_key() >= -BookSide::key_of(price, sell)) [[unlikely]]
    return submit_crossing(order, price, lots);
  const LevelIndex level = sides_[sell].near(price);
  if (orders_.level(level).tick != price) [[unlikely]]
    return submit_resting(order, price, lots);
  return rest(order, price, lots, level);
}

// The same with an index of ids, or what the ordinary way is not made for.
template <class Sink>
[[gnu::noinline]] Submitted Engine<Sink>::submit_by_id(const NewOrder& order) noexcept {
  std::int32_t price = 0;
  std::int64_t lots = 0;
  if (!plain_phase_ || !is_plain(order, price, lots) || ids_.find(order.id) != kNoHandle) {
    return submit_checked(order);
  }
  if (would_take(order.side, price)) return submit_crossing(order, price, lots);
  return submit_resting(order, price, lots);
}

template <class Sink>
[[gnu::noinline]] Submitted Engine<Sink>::submit_resting(const NewOrder& order, std::int32_t price,
                                                         std::int64_t lots) noexcept {
  BookSide& own = sides_[order.side == Side::Sell];
  const LevelIndex level = own.level_for(orders_, own.key_of(price), price);
  if (indexed_) ids_.insert(order.id, orders_.next_handle());
  return rest(order, price, lots, level);
}

template <class Sink>
[[gnu::always_inline]] inline Submitted Engine<Sink>::rest(const NewOrder& order,
                                                           std::int32_t price, std::int64_t lots,
                                                           LevelIndex level) noexcept {
  const auto sell = static_cast<unsigned>(order.side) >> 1;
  const Handle handle = orders_.take();
  OrderCell& cell = orders_[handle];
  cell.level = level;
  cell.owner = order.owner;
  cell.place = Place::Level;
  cell.marks = static_cast<std::uint8_t>(sell);
  cell.shown = lots;
  cell.id = order.id;
  sides_[sell].append(orders_, level, handle, lots, 0);
  write_terms(handle, order, price, lots);
  sink_(Event{.kind = EventKind::Accepted,
              .side = order.side,
              .flags = kBooked,
              .handle = handle,
              .owner = order.owner,
              .id = order.id,
              .price = order.price,
              .qty = order.qty,
              .shown = order.qty});
  return {handle, Refusal::None};
}

template <class Sink>
Refusal Engine<Sink>::cancel(OrderKey key) noexcept {
  const Handle handle = key.handle;
  if (!plain_path_ || !orders_.holds(handle, key.id)) [[unlikely]]
    return cancel_other(key);
  const OrderCell& order = orders_[handle];
  if (order.place != Place::Level || (order.marks & ~kSell) != 0) [[unlikely]]
    return cancel_other(key);
  return cancel_plain(handle);
}

template <class Sink>
[[gnu::always_inline]] inline Refusal Engine<Sink>::cancel_plain(Handle handle) noexcept {
  const OrderCell& order = orders_[handle];
  const LevelIndex level = order.level;
  const unsigned sell = order.marks;
  sink_(Event{.kind = EventKind::Cancelled,
              .side = static_cast<Side>(sell + 1),
              .code = static_cast<std::uint8_t>(Why::Asked),
              .handle = handle,
              .owner = order.owner,
              .id = order.id,
              .price = rules_.price_of(orders_.level(level).tick),
              .qty = rules_.qty_of(order.shown)});
  const bool emptied = sides_[sell].take_out(orders_, handle, 0);
  orders_.release(handle);
  if (emptied) [[unlikely]]
    return close_level(sell, level);
  return Refusal::None;
}

template <class Sink>
[[gnu::noinline]] Refusal Engine<Sink>::close_level(unsigned sell, LevelIndex level) noexcept {
  sides_[sell].close(orders_, level);
  return Refusal::None;
}

// Not an ordinary order in the queue of its price, not there, or named by its id.
template <class Sink>
[[gnu::noinline]] Refusal Engine<Sink>::cancel_other(OrderKey key) noexcept {
  const Handle handle = locate(key);
  if (handle == kNoHandle) {
    return reject(Command::Cancel, key.id.value == 0 ? Refusal::IdIsZero : Refusal::UnknownOrder,
                  key.id);
  }
  const OrderCell& order = orders_[handle];
  if (order.place == Place::Level && (order.marks & ~kSell) == 0) {
    if (indexed_) ids_.remove(key.id);
    return cancel_plain(handle);
  }
  end(handle, EventKind::Cancelled, Why::Asked);
  return Refusal::None;
}

template <class Sink>
Handle Engine<Sink>::locate(OrderKey key) const noexcept {
  const Handle handle = key.handle != kNoHandle ? key.handle : find(key.id);
  return orders_.holds(handle, key.id) ? handle : kNoHandle;
}

template <class Sink>
void Engine<Sink>::write_order(Handle handle, const NewOrder& order, const Numbers& numbers,
                               std::int64_t open, std::uint8_t marks) noexcept {
  orders_[handle] = {.next = kNoCell,
                     .prev = kNoCell,
                     .level = kNoLevel,
                     .owner = order.owner,
                     .place = Place::Working,
                     .marks = marks,
                     .shown = open,
                     .id = order.id};
  write_terms(handle, order, numbers.price, numbers.qty);
  if (indexed_) ids_.insert(order.id, handle);
}

template <class Sink>
[[gnu::always_inline]] inline void Engine<Sink>::write_terms(Handle handle, const NewOrder& order,
                                                             std::int32_t price,
                                                             std::int64_t lots) noexcept {
  OrderTerms& terms = orders_.terms(handle);
  terms.total = lots;
  terms.sequence = ++sequence_;
  terms.price = price;
  terms.type = order.type;
  terms.time_in_force = order.time_in_force;
  terms.self_trade = order.self_trade;
}

// A plain order that meets the other side's best. It is written down only if something of it is
// left after the ordinary orders that it meets first.
template <class Sink>
[[gnu::noinline]] Submitted Engine<Sink>::submit_crossing(const NewOrder& order, std::int32_t price,
                                                          std::int64_t lots) noexcept {
  const Handle handle = orders_.take();
  sink_(Event{.kind = EventKind::Accepted,
              .side = order.side,
              .handle = handle,
              .owner = order.owner,
              .id = order.id,
              .price = order.price,
              .qty = order.qty});
  const std::int64_t left = sweep_plain(order, handle, price, lots);
  if (left == 0) {
    orders_.release(handle);
  } else {
    write_order(handle, order, {.price = price, .qty = lots}, left,
                order.side == Side::Sell ? kSell : std::uint8_t{0});
    Taker taker = taker_of(handle);
    conclude(taker, match(taker));
  }
  after_trades();
  settle();
  return {orders_.holds(handle, order.id) ? handle : kNoHandle, Refusal::None};
}

template <class Sink>
[[gnu::noinline]] Submitted Engine<Sink>::submit_checked(const NewOrder& order) noexcept {
  Numbers numbers;
  const Refusal refusal = check(order, numbers);
  if (refusal != Refusal::None) {
    return {kNoHandle, reject(Command::New, refusal, order.id, order.owner)};
  }
  const Handle handle = orders_.take();
  write_order(handle, order, numbers, numbers.qty,
              static_cast<std::uint8_t>(
                  (order.side == Side::Sell ? kSell : 0) | (order.reduce_only ? kReduceOnly : 0) |
                  (order.display != Qty{} ? kIceberg : 0) | (order.post_only ? kPostOnly : 0)));
  OrderExtras& extras = orders_.extras(handle);
  extras.hidden = 0;
  extras.stop = numbers.stop;
  extras.display = numbers.display;
  if (order.time_in_force == TimeInForce::GoodTillDate) {
    orders_[handle].marks |= kTimed;
    expiring_.insert(orders_, handle, order.expiry.ns);
  }
  if (is_stop(order.type)) {
    emit(EventKind::Accepted, handle, numbers.qty, 0);
    park_stop(handle);
  } else {
    enter(handle, EventKind::Accepted);
  }
  settle();
  return {orders_.holds(handle, order.id) ? handle : kNoHandle, Refusal::None};
}

template <class Sink>
Refusal Engine<Sink>::check(const NewOrder& order, Numbers& numbers) const noexcept {
  using enum Refusal;
  if (phase_ == Phase::Closed) return PhaseClosed;
  if (phase_ == Phase::Halted && !rules_.rules().collects_while_halted) return PhaseHalted;
  if (index_of(order.owner) >= positions_.owners()) return UnknownOwner;
  if (order.id.value == 0) return IdIsZero;
  if (indexed_ && ids_.find(order.id) != kNoHandle) return DuplicateId;
  const Refusal rule = rules_.check(order, collects(), now_, numbers);
  if (rule != None) return rule;
  const bool at_once = order.type == OrderType::Limit && phase_ == Phase::Continuous;
  if (at_once && breaks_dynamic(order.side, numbers.price)) return PriceOutsideDynamicBand;
  if (at_once && order.post_only && would_take(order.side, numbers.price)) {
    numbers.price = slid(order.side);
    if (numbers.price == 0) return PostOnlyWouldTake;
  }
  if (order.reduce_only && !is_stop(order.type) &&
      positions_.reducible(order.owner, order.side, 1) == 0) {
    return ReduceOnlyWouldIncrease;
  }
  return orders_.full() ? OrdersFull : None;
}

// The price next to the other side's best, where a post-only order may stand.
template <class Sink>
std::int32_t Engine<Sink>::slid(Side side) const noexcept {
  if (!rules_.rules().post_only_slides) return 0;
  const bool sell = side == Side::Sell;
  const std::int64_t key = -sides_[!sell].best_key() - 1;
  const std::int64_t tick = sell ? -key : key;
  if (tick < rules_.price_min() || tick > rules_.price_max()) return 0;
  const auto price = static_cast<std::int32_t>(tick);
  return rules_.outside_static(price) ? 0 : price;
}

template <class Sink>
bool Engine<Sink>::breaks_dynamic(Side side, std::int32_t price) const noexcept {
  if (rules_.around_last() == 0 || anchor() == 0) return false;
  if (rules_.rules().band_action != BandAction::Reject) return false;
  const std::int64_t beyond = std::int64_t{price} - anchor();
  return (side == Side::Buy ? beyond : -beyond) > rules_.around_last();
}

// An order with its numbers set takes part in the market: matched, queued, or both. `how` is
// Accepted or Replaced.
template <class Sink>
void Engine<Sink>::enter(Handle handle, EventKind how) noexcept {
  OrderCell& record = orders_[handle];
  const OrderTerms& terms = orders_.terms(handle);
  const std::int64_t open = record.shown;
  const bool limit = terms.type == OrderType::Limit;
  if (collects() && !limit) {
    emit(how, handle, open, 0);
    record.place = Place::Market;
    orders_.link_last(market_queue(record.side()), handle);
    market_open_[record.has(kSell)] += open;
    if (record.has(kReduceOnly)) positions_.count_reduce_only(record.owner, record.side(), 1);
    return;
  }
  const bool rests = limit && (collects() || (!is_immediate(terms.time_in_force) &&
                                              !would_take(record.side(), terms.price)));
  if (rests) {
    book(handle, open);
    emit(how, handle, open, record.shown, 0, kBooked);
    return;
  }
  emit(how, handle, open, 0);
  execute(handle);
}

// What is open of it goes to the tail of its price; no event.
template <class Sink>
void Engine<Sink>::book(Handle handle, std::int64_t open) noexcept {
  OrderCell& record = orders_[handle];
  std::int64_t hidden = 0;
  if (record.has(kIceberg)) {
    OrderExtras& extras = orders_.extras(handle);
    hidden = std::max<std::int64_t>(0, open - extras.display);
    extras.hidden = hidden;
  }
  record.shown = open - hidden;
  sides_[record.has(kSell)].push_back(orders_, handle, orders_.terms(handle).price, hidden);
  if (record.has(kReduceOnly)) positions_.count_reduce_only(record.owner, record.side(), 1);
}

// A stop begins to wait, or is due at once.
template <class Sink>
void Engine<Sink>::park_stop(Handle handle) noexcept {
  OrderCell& record = orders_[handle];
  const std::int32_t stop = orders_.extras(handle).stop;
  const bool sell = record.has(kSell);
  if (last_ != 0 && (sell ? last_ <= stop : last_ >= stop)) {
    record.place = Place::Due;
    orders_.link_last(due(), handle);
    return;
  }
  record.place = Place::Stop;
  stops_[sell].insert(orders_, handle, sell ? -std::int64_t{stop} : std::int64_t{stop});
}
}  // namespace sq::matching
