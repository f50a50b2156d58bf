// Auction calls and trading phases. Part of engine.hpp.
#pragma once

#include <algorithm>

#include "engine/book/matching/engine.hpp"

namespace sq::matching {
template <class Sink>
UncrossPrice Engine<Sink>::find_price() noexcept {
  const std::int32_t reference = rules_.reference() != 0 ? rules_.reference() : last_;
  return search_.find(orders_, sides_[0], sides_[1], market_open_, reference);
}

template <class Sink>
Indicative Engine<Sink>::indicative() noexcept {
  const UncrossPrice found = find_price();
  return {rules_.price_of(found.tick), rules_.qty_of(found.volume), rules_.qty_of(found.surplus)};
}

template <class Sink>
Refusal Engine<Sink>::uncross() noexcept {
  if (phase_ != Phase::Auction) return reject(Command::Uncross, Refusal::PhaseHasNoUncrossing);
  run_uncross();
  return Refusal::None;
}

template <class Sink>
Refusal Engine<Sink>::set_phase(Phase phase) noexcept {
  if (phase == phase_ || phase < Phase::Closed || phase > Phase::Halted) {
    return reject(Command::SetPhase, Refusal::PhaseUnchanged);
  }
  if (phase == Phase::Continuous) run_uncross();
  if (phase == Phase::Closed) cancel_unfilled();
  change_phase(phase);
  settle();
  return Refusal::None;
}

template <class Sink>
void Engine<Sink>::change_phase(Phase phase) noexcept {
  phase_ = phase;
  choose_path();
  sink_(Event{.kind = EventKind::PhaseChanged, .code = static_cast<std::uint8_t>(phase)});
}

// All that crosses, at one price. Orders taken out by self-trade prevention or as reduce-only may
// leave a book that still crosses: the call is then repeated with what is left, until it does not.
template <class Sink>
void Engine<Sink>::run_uncross() noexcept {
  while (uncross_once()) {
  }
  cancel_unfilled();
  latch_triggers();
  sweep_reduce_only();
}

// True: orders were taken out without having traded.
template <class Sink>
bool Engine<Sink>::uncross_once() noexcept {
  const UncrossPrice call = find_price();
  if (call.tick == 0) return false;
  sink_(Event{.kind = EventKind::Uncrossed,
              .price = rules_.price_of(call.tick),
              .qty = rules_.qty_of(call.volume),
              .shown = rules_.qty_of(call.surplus)});
  bool removed = false;
  for (;;) {
    const Handle buy = front(Side::Buy, call.tick);
    const Handle sell = front(Side::Sell, call.tick);
    if (buy == kNoHandle || sell == kNoHandle) return removed;
    removed |= pair(buy, sell, call.tick);
  }
}

// Market orders first, then the best price that accepts this one.
template <class Sink>
Handle Engine<Sink>::front(Side side, std::int32_t tick) const noexcept {
  const bool sell = side == Side::Sell;
  const Handle market = orders_.first(market_queue(side));
  if (market != kNoHandle) return market;
  const BookSide& own = sides_[sell];
  return own.best_key() >= own.key_of(tick) ? orders_.first(own.best()) : kNoHandle;
}

// The two at the front trade, or one of them is taken out (true). The older is the maker.
template <class Sink>
bool Engine<Sink>::pair(Handle buy, Handle sell, std::int32_t tick) noexcept {
  const bool buy_older = orders_.terms(buy).sequence < orders_.terms(sell).sequence;
  const Handle maker = buy_older ? buy : sell;
  const Handle taker = buy_older ? sell : buy;
  const OrderCell& older = orders_[maker];
  const OrderCell& newer = orders_[taker];
  if (older.owner == newer.owner &&
      rules_.self_trade_of(orders_.terms(taker).self_trade) != SelfTrade::Allow) {
    return pair_own(maker, taker);
  }
  std::int64_t lots = std::min(older.shown, newer.shown);
  for (const Handle h : {maker, taker}) {
    if (!orders_[h].has(kReduceOnly)) continue;
    lots = positions_.reducible(orders_[h].owner, orders_[h].side(), lots);
    if (lots > 0) continue;
    end(h, EventKind::Cancelled, Why::ReduceOnly);
    return true;
  }
  positions_.trade(orders_[buy].owner, orders_[sell].owner, lots);
  note_trade(tick);
  const bool maker_done = orders_.open(maker) == lots;
  const bool taker_done = orders_.open(taker) == lots;
  const std::int64_t left = older.shown - lots;
  sink_(Event{.kind = EventKind::Traded,
              .side = newer.side(),
              .flags = static_cast<std::uint8_t>(kAuction | (maker_done ? kMakerDone : 0) |
                                                 (taker_done ? kTakerDone : 0)),
              .handle = maker,
              .owner = older.owner,
              .taker_owner = newer.owner,
              .taker_handle = taker,
              .id = older.id,
              .taker_id = newer.id,
              .price = rules_.price_of(tick),
              .qty = rules_.qty_of(lots),
              .shown = older.place == Place::Level ? rules_.qty_of(left) : Qty{},
              .trade = trades_});
  for (const Handle h : {maker, taker}) {
    OrderCell& record = orders_[h];
    const bool sold = record.has(kSell);
    if (record.place == Place::Level) {
      sides_[sold].change(orders_, h, -lots, 0);
    } else {
      record.shown -= lots;
      market_open_[sold] -= lots;
    }
    after_slice(h, true);
  }
  return false;
}

// Two orders of one owner: the newer one's choice.
template <class Sink>
bool Engine<Sink>::pair_own(Handle older, Handle newer) noexcept {
  const SelfTrade mode = rules_.self_trade_of(orders_.terms(newer).self_trade);
  if (mode == SelfTrade::Decrement) {
    const std::int64_t lots = std::min(orders_[older].shown, orders_[newer].shown);
    lose(older, lots, Why::SelfTrade);
    lose(newer, lots, Why::SelfTrade);
    after_slice(older, false);
    after_slice(newer, false);
    return true;
  }
  if (mode != SelfTrade::CancelNewest) end(older, EventKind::Cancelled, Why::SelfTrade);
  if (mode != SelfTrade::CancelOldest) end(newer, EventKind::Cancelled, Why::SelfTrade);
  return true;
}

// What was to trade at the uncrossing or not at all.
template <class Sink>
void Engine<Sink>::cancel_unfilled() noexcept {
  end_all(EventKind::Cancelled, Why::Unfilled, [&](Handle h) {
    const Place place = orders_[h].place;
    return (place == Place::Market || place == Place::Level) &&
           is_immediate(orders_.terms(h).time_in_force);
  });
}
}  // namespace sq::matching
