// Whether a fill-or-kill order would be filled as a whole, told before it trades. Part of
// engine.hpp.
//
// Quantity counts in the order in which it would trade: level by level, at each level the shown
// parts first and then, in rounds, the next parts of icebergs. An own order ends the count (the
// taker would lose its rest there), is passed over with CancelOldest, and counts like any other
// with Allow. Without resting reduce-only orders a level's sums do; with them each part is tried
// on a copy of the positions it would change.
#pragma once

#include <algorithm>

#include "engine/book/matching/engine.hpp"

namespace sq::matching {
template <class Sink>
[[gnu::noinline]] bool Engine<Sink>::fills_whole(const Taker& taker) noexcept {
  // Of a taker that cannot meet itself, the position falls with what it trades.
  const bool meets_itself = taker.self_trade == SelfTrade::Allow;
  if (taker.reduce_only && !meets_itself &&
      positions_.reducible(taker.owner, taker.side, taker.open) < taker.open) {
    return false;
  }
  const BookSide& other = sides_[taker.side == Side::Buy];
  const bool capped =
      positions_.reduce_only(opposite(taker.side)) != 0 || (taker.reduce_only && meets_itself);
  if (capped && ++trials_ == 0) forget_trials();
  std::int64_t need = taker.open;
  for (LevelIndex i = other.best(); i != kNoLevel; i = other.behind(orders_, i)) {
    const PriceLevel& level = orders_.level(i);
    if (other.key_of(level.tick) < taker.worst_key) return false;
    if (level.tick < taker.low || level.tick > taker.high) return false;
    const bool goes_on = capped ? try_level(taker, i, need) : count_level(taker, i, need);
    if (need <= 0) return true;
    if (!goes_on) return false;
  }
  return false;
}

// Takes what the level offers from `need`; false: an own order ends the count.
template <class Sink>
bool Engine<Sink>::count_level(const Taker& taker, LevelIndex level,
                               std::int64_t& need) const noexcept {
  if (taker.self_trade == SelfTrade::Allow) {
    need -= orders_.level(level).shown + orders_.level(level).hidden;
    return true;
  }
  std::int64_t shown = 0;  // of the orders so far: what trades before the next of them is met
  std::int64_t all = 0;
  for (Handle h = orders_.first(level); h != kNoHandle; h = orders_.behind(h)) {
    const OrderCell& record = orders_[h];
    if (record.owner == taker.owner) {
      if (taker.self_trade == SelfTrade::CancelOldest) continue;
      need -= shown;
      return false;
    }
    shown += record.shown;
    all += orders_.open(h);
    if (shown >= need) break;
  }
  need -= all;
  return true;
}

// The same, part by part and with positions.
template <class Sink>
bool Engine<Sink>::try_level(const Taker& taker, LevelIndex level, std::int64_t& need) noexcept {
  bool parts_left = true;
  for (std::int64_t round = 0; parts_left && need > 0; ++round) {
    parts_left = false;
    for (Handle h = orders_.first(level); h != kNoHandle && need > 0; h = orders_.behind(h)) {
      const OrderCell& record = orders_[h];
      OrderExtras& extras = orders_.extras(h);
      std::int64_t part = record.shown;
      if (round > 0) {
        if (!record.has(kIceberg) || extras.trial == trials_) continue;
        part = std::min(extras.display, extras.hidden - (round - 1) * extras.display);
        if (part <= 0) continue;
      }
      if (record.owner == taker.owner && taker.self_trade != SelfTrade::Allow) {
        if (taker.self_trade != SelfTrade::CancelOldest) return false;
        extras.trial = trials_;
        continue;
      }
      switch (try_part(taker, record, part, need)) {
        case Tried::Whole:
          parts_left = true;
          break;
        case Tried::MakerEnds:
          extras.trial = trials_;
          break;
        case Tried::TakerEnds:
          return false;
      }
    }
  }
  return true;
}

// One shown part, with the positions as they would be: who has nothing left to reduce ends.
template <class Sink>
auto Engine<Sink>::try_part(const Taker& taker, const OrderCell& maker, std::int64_t part,
                            std::int64_t& need) noexcept -> Tried {
  const int sign = sign_of(taker.side);
  while (part > 0 && need > 0) {
    std::int64_t lots = std::min(part, need);
    Int128& held = trial_position(maker.owner);
    Int128& taken = trial_position(taker.owner);
    if (maker.has(kReduceOnly)) lots = Positions::reducible(held, maker.side(), lots);
    if (lots == 0) return Tried::MakerEnds;
    if (taker.reduce_only) lots = Positions::reducible(taken, taker.side, lots);
    if (lots == 0) return Tried::TakerEnds;
    held -= sign * lots;
    taken += sign * lots;
    part -= lots;
    need -= lots;
  }
  return Tried::Whole;
}

template <class Sink>
Int128& Engine<Sink>::trial_position(OwnerId owner) noexcept {
  TrialPosition& position = trial_positions_[index_of(owner)];
  if (position.trial != trials_) position = {positions_.of(owner), trials_};
  return position.lots;
}

// The numbers of trials start again: none of the old ones may be taken for a new one.
template <class Sink>
[[gnu::cold]] void Engine<Sink>::forget_trials() noexcept {
  for (Handle h = 0; h < orders_.slots_used(); ++h) orders_.extras(h).trial = 0;
  for (TrialPosition& position : trial_positions_) position.trial = 0;
  trials_ = 1;
}
}  // namespace sq::matching
