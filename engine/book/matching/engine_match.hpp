// Continuous matching, and the stops that its trades trigger. Part of engine.hpp.
#pragma once

#include <algorithm>

#include "engine/book/matching/engine.hpp"

namespace sq::matching {
// An order in Place::Working is matched, and booked or ended.
template <class Sink>
void Engine<Sink>::execute(Handle handle) noexcept {
  Taker taker = taker_of(handle);
  if (orders_.terms(handle).time_in_force == TimeInForce::FillOrKill && !fills_whole(taker)) {
    end(handle, EventKind::Cancelled, Why::FillOrKill);
    return;
  }
  conclude(taker, match(taker));
  after_trades();
}

// What the trades of an order have set off, but for the execution of stops: settle() does that.
template <class Sink>
void Engine<Sink>::after_trades() noexcept {
  if (high_since_ != 0) latch_triggers();
  if (!positions_.moved().empty()) [[unlikely]]
    sweep_reduce_only();
  if (halt_after_) [[unlikely]] {
    halt_after_ = false;
    change_phase(Phase::Halted);
  }
}

template <class Sink>
auto Engine<Sink>::taker_of(Handle handle) const noexcept -> Taker {
  const OrderCell& record = orders_[handle];
  const OrderTerms& terms = orders_.terms(handle);
  Taker taker{.handle = handle,
              .owner = record.owner,
              .side = record.side(),
              .self_trade = rules_.self_trade_of(terms.self_trade),
              .reduce_only = record.has(kReduceOnly),
              .open = record.shown,
              .worst_key = book::Ladder::kNone + 1,
              .low = 0,
              .high = rules_.price_max()};
  if (terms.type == OrderType::Limit) {
    taker.worst_key = -sides_[record.has(kSell)].key_of(terms.price);
  }
  if (rules_.around_last() != 0 && anchor() != 0) {
    taker.low = std::int64_t{anchor()} - rules_.around_last();
    taker.high = std::int64_t{anchor()} + rules_.around_last();
  }
  return taker;
}

// The part of match() that most crossing orders are: a plain order meets ordinary ones of others,
// without a dynamic band, while nobody has reduce-only orders. Returns what is left of it; match()
// goes on from there, whatever it was that came in the way.
template <class Sink>
std::int64_t Engine<Sink>::sweep_plain(const NewOrder& order, Handle handle, std::int32_t price,
                                       std::int64_t lots) noexcept {
  if (positions_.reduce_only(Side::Buy) + positions_.reduce_only(Side::Sell) != 0) return lots;
  const bool buys = order.side == Side::Buy;
  const bool meets_itself = rules_.self_trade_of(order.self_trade) == SelfTrade::Allow;
  BookSide& other = sides_[buys];
  const std::int64_t worst_key = -sides_[!buys].key_of(price);
  const std::uint64_t trades = trades_;
  std::int64_t left = lots;
  while (left > 0 && other.best_key() >= worst_key) {
    const PriceLevel& level = orders_.level(other.best());
    const Handle maker = level.next;
    const std::int32_t tick = level.tick;
    const OrderCell& cell = orders_[maker];
    if ((cell.marks & ~kSell) != 0 || (cell.owner == order.owner && !meets_itself)) break;
    const std::int64_t traded = std::min(left, cell.shown);
    const std::int64_t rest = cell.shown - traded;
    left -= traded;
    positions_.change_plainly(cell.owner, buys ? -traded : traded);
    note_trade(tick);
    sink_(Event{.kind = EventKind::Traded,
                .side = order.side,
                .flags = static_cast<std::uint8_t>((rest == 0 ? kMakerDone : 0) |
                                                   (left == 0 ? kTakerDone : 0)),
                .handle = maker,
                .owner = cell.owner,
                .taker_owner = order.owner,
                .taker_handle = handle,
                .id = cell.id,
                .taker_id = order.id,
                .price = rules_.price_of(tick),
                .qty = rules_.qty_of(traded),
                .shown = rules_.qty_of(rest),
                .trade = trades_});
    if (rest == 0) {
      other.remove(orders_, maker, 0);
      if (indexed_) ids_.remove(cell.id);
      orders_.release(maker);
    } else {
      other.change(orders_, maker, -traded, 0);
    }
  }
  if (trades_ != trades) positions_.change_plainly(order.owner, buys ? lots - left : left - lots);
  return left;
}

template <class Sink>
auto Engine<Sink>::match(Taker& taker) noexcept -> Outcome {
  const BookSide& other = sides_[taker.side == Side::Buy];
  while (taker.open > 0 && other.best_key() >= taker.worst_key) {
    const LevelIndex best = other.best();
    const PriceLevel& level = orders_.level(best);
    if (level.tick < taker.low || level.tick > taker.high) [[unlikely]]
      return Outcome::Banded;
    if (!meet(taker, level.next, level.tick)) return Outcome::Ended;
  }
  return Outcome::Matched;
}

// False: the taker has come to its end.
template <class Sink>
bool Engine<Sink>::meet(Taker& taker, Handle maker, std::int32_t tick) noexcept {
  const OrderCell& record = orders_[maker];
  if (record.owner == taker.owner && taker.self_trade != SelfTrade::Allow) [[unlikely]]
    return meet_own(taker, maker);
  std::int64_t lots = std::min(taker.open, record.shown);
  if (record.has(kReduceOnly)) [[unlikely]] {
    lots = positions_.reducible(record.owner, record.side(), lots);
    if (lots == 0) {
      end(maker, EventKind::Cancelled, Why::ReduceOnly);
      return true;
    }
  }
  if (taker.reduce_only) [[unlikely]] {
    lots = positions_.reducible(taker.owner, taker.side, lots);
    if (lots == 0) {
      orders_[taker.handle].shown = taker.open;
      end(taker.handle, EventKind::Cancelled, Why::ReduceOnly);
      return false;
    }
  }
  trade(maker, taker, tick, lots);
  return true;
}

template <class Sink>
[[gnu::noinline]] bool Engine<Sink>::meet_own(Taker& taker, Handle maker) noexcept {
  const SelfTrade mode = taker.self_trade;
  if (mode == SelfTrade::CancelOldest || mode == SelfTrade::CancelBoth) {
    end(maker, EventKind::Cancelled, Why::SelfTrade);
  }
  if (mode == SelfTrade::CancelOldest) return true;
  orders_[taker.handle].shown = taker.open;
  if (mode == SelfTrade::Decrement) {
    const std::int64_t lots = std::min(taker.open, orders_[maker].shown);
    lose(maker, lots, Why::SelfTrade);
    lose(taker.handle, lots, Why::SelfTrade);
    taker.open -= lots;
    after_slice(maker, false);
    if (taker.open > 0) return true;
  }
  end(taker.handle, EventKind::Cancelled, Why::SelfTrade);
  return false;
}

template <class Sink>
void Engine<Sink>::trade(Handle maker, Taker& taker, std::int32_t tick,
                         std::int64_t lots) noexcept {
  const OrderCell& record = orders_[maker];
  const bool buys = taker.side == Side::Buy;
  positions_.trade(buys ? taker.owner : record.owner, buys ? record.owner : taker.owner, lots);
  note_trade(tick);
  taker.open -= lots;
  const std::int64_t left = record.shown - lots;
  const bool done = left == 0 && orders_.hidden(maker) == 0;
  sink_(Event{.kind = EventKind::Traded,
              .side = taker.side,
              .flags = static_cast<std::uint8_t>((done ? kMakerDone : 0) |
                                                 (taker.open == 0 ? kTakerDone : 0)),
              .handle = maker,
              .owner = record.owner,
              .taker_owner = taker.owner,
              .taker_handle = taker.handle,
              .id = record.id,
              .taker_id = orders_[taker.handle].id,
              .price = rules_.price_of(tick),
              .qty = rules_.qty_of(lots),
              .shown = rules_.qty_of(left),
              .trade = trades_});
  if (done) {
    drop(maker);
    return;
  }
  sides_[buys].change(orders_, maker, -lots, 0);
  if (left == 0) after_slice(maker, true);
}

// The rest of a matched order is booked or ended.
template <class Sink>
void Engine<Sink>::conclude(Taker& taker, Outcome outcome) noexcept {
  if (outcome == Outcome::Ended) return;
  const Handle handle = taker.handle;
  if (taker.open == 0) {
    drop(handle);
    return;
  }
  orders_[handle].shown = taker.open;
  const OrderTerms& terms = orders_.terms(handle);
  const bool rests = terms.type == OrderType::Limit && !is_immediate(terms.time_in_force);
  if (outcome == Outcome::Banded) {
    const bool halts = rules_.rules().band_action == BandAction::Halt;
    halt_after_ = halts;
    if (!halts || !rests) {
      end(handle, EventKind::Cancelled, Why::PriceBand);
      return;
    }
  }
  if (!rests) {
    end(handle, EventKind::Cancelled, Why::Unfilled);
  } else if (taker.reduce_only && positions_.reducible(taker.owner, taker.side, 1) == 0) {
    end(handle, EventKind::Cancelled, Why::ReduceOnly);
  } else {
    book(handle, taker.open);
    emit(EventKind::Booked, handle, taker.open, orders_[handle].shown);
  }
}

template <class Sink>
void Engine<Sink>::note_trade(std::int32_t tick) noexcept {
  last_ = tick;
  low_since_ = std::min(low_since_, tick);
  high_since_ = std::max(high_since_, tick);
  ++trades_;
}

// Stops whose price has traded are due: buys by trigger and age, then sells.
template <class Sink>
void Engine<Sink>::latch_triggers() noexcept {
  if (high_since_ == 0) return;
  for (int i = 0; i < 2; ++i) {
    OrderHeap& stops = stops_[i];
    const std::int64_t reached = i == 0 ? std::int64_t{high_since_} : -std::int64_t{low_since_};
    while (!stops.empty() && stops.first_key() <= reached) {
      const Handle handle = stops.first();
      stops.remove(orders_, handle);
      orders_[handle].place = Place::Due;
      orders_.link_last(due(), handle);
    }
  }
  low_since_ = kNoTrade;
  high_since_ = 0;
}

// Executes what is due, and what that makes due, in that order.
template <class Sink>
void Engine<Sink>::settle() noexcept {
  for (Handle handle = orders_.first(due()); phase_ == Phase::Continuous && handle != kNoHandle;
       handle = orders_.first(due())) {
    orders_.unlink(handle);
    run_trigger(handle);
  }
}

template <class Sink>
[[gnu::noinline]] void Engine<Sink>::run_trigger(Handle handle) noexcept {
  OrderCell& record = orders_[handle];
  OrderTerms& terms = orders_.terms(handle);
  record.place = Place::Working;
  terms.sequence = ++sequence_;
  emit(EventKind::Triggered, handle, record.shown, 0);
  if (record.has(kReduceOnly) && positions_.reducible(record.owner, record.side(), 1) == 0) {
    end(handle, EventKind::Cancelled, Why::ReduceOnly);
    return;
  }
  if (terms.type == OrderType::Stop) {
    terms.type = OrderType::Market;
  } else {
    terms.type = OrderType::Limit;
    if (breaks_dynamic(record.side(), terms.price)) {
      end(handle, EventKind::Cancelled, Why::PriceBand);
      return;
    }
    if (record.has(kPostOnly) && would_take(record.side(), terms.price)) {
      const std::int32_t price = slid(record.side());
      if (price == 0) {
        end(handle, EventKind::Cancelled, Why::PostOnlyWouldTake);
        return;
      }
      terms.price = price;
    }
  }
  execute(handle);
}
}  // namespace sq::matching
