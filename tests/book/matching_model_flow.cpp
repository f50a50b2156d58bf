// Everything of the model but the continuous matching itself: icebergs, stops, calls, changes.
#include <algorithm>

#include "tests/book/matching_model.hpp"

namespace sq::matching {
void Model::end_all(EventKind kind, Why why,
                    const std::function<bool(const ModelOrder&)>& predicate) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> chosen;  // sequence, id
  for (const auto& [id, spot] : where_) {
    if (predicate(*spot.at)) chosen.emplace_back(spot.at->sequence, id);
  }
  std::sort(chosen.begin(), chosen.end());
  for (const auto& [sequence, id] : chosen) {
    const Spot spot = where_.at(id);
    end(*spot.queue, spot.at, kind, why);
  }
  drop_empty_levels();
}

void Model::next_part(Queue& queue, Queue::iterator at, bool traded) {
  if (at->shown > 0) return;
  if (at->open == 0) {
    if (traded) {
      take_out(queue, at);
    } else {
      end(queue, at, EventKind::Cancelled, Why::SelfTrade);
    }
    return;
  }
  if (!at->sweepable || at->price == 0) return;  // a market order shows nothing
  ModelOrder order = take_out(queue, at);
  order.shown = std::min(order.terms.display.raw(), order.open);
  emit(EventKind::Refreshed, order, order.open, order.shown);
  put(queue, order);
}

void Model::latch_triggers() {
  if (low_since_ == 0) return;
  std::vector<const ModelOrder*> due;
  for (const ModelOrder& order : stops_) {
    const bool buys = order.terms.side == Side::Buy;
    if (buys ? order.stop <= high_since_ : order.stop >= low_since_) due.push_back(&order);
  }
  std::sort(due.begin(), due.end(), [](const ModelOrder* a, const ModelOrder* b) {
    if (a->terms.side != b->terms.side) return a->terms.side == Side::Buy;
    if (a->stop != b->stop) return (a->stop < b->stop) == (a->terms.side == Side::Buy);
    return a->sequence < b->sequence;
  });
  for (const ModelOrder* order : due) {
    put(due_, take_out(stops_, where_.at(order->terms.id.value).at));
  }
  low_since_ = high_since_ = 0;
}

void Model::run_due() {
  while (phase_ == Phase::Continuous && !due_.empty()) {
    ModelOrder order = take_out(due_, due_.begin());
    order.waits = false;
    order.sequence = ++sequence_;
    emit(EventKind::Triggered, order, order.open, 0);
    const Side side = order.terms.side;
    Why why{};
    if (order.terms.reduce_only && reducible(order.terms.owner, side) == 0) {
      why = Why::ReduceOnly;
    } else if (order.terms.type == OrderType::Stop) {
      order.terms.type = OrderType::Market;
    } else {
      order.terms.type = OrderType::Limit;
      if (breaks_dynamic(side, order.price)) {
        why = Why::PriceBand;
      } else if (order.terms.post_only && would_take(side, order.price)) {
        const std::int64_t price = slid(side);
        if (price == 0) why = Why::PostOnlyWouldTake;
        if (price != 0) order.price = price;
      }
    }
    if (why != Why{}) {
      emit(EventKind::Cancelled, order, order.open, 0, static_cast<std::uint8_t>(why));
    } else {
      execute(order);
    }
  }
}

void Model::sweep_reduce_only() {
  for (const OwnerId owner : moved_) {
    end_all(EventKind::Cancelled, Why::ReduceOnly, [&](const ModelOrder& order) {
      return order.sweepable && order.terms.reduce_only && order.terms.owner == owner &&
             reducible(owner, order.terms.side) == 0;
    });
  }
  moved_.clear();
}

void Model::modify(OrderId id, const Amendment& change) {
  const auto found = where_.find(id.value);
  const ModelOrder* now = found == where_.end() ? nullptr : &*found->second.at;
  ModelOrder to;
  if (const Refusal refusal = check_change(now, id, change, to); refusal != Refusal::None) {
    reject(Command::Modify, refusal, id, now == nullptr ? OwnerId{} : now->terms.owner);
    return;
  }
  const Spot spot = found->second;
  if (only_reduces(*now, change)) {
    ModelOrder& order = *spot.at;
    const std::int64_t lost = order.total - to.total;
    order.total = to.total;
    order.open = to.open;
    order.shown = std::min(order.shown, order.open);
    emit(EventKind::Reduced, order, lost, order.shown, static_cast<std::uint8_t>(Why::Asked));
    return;
  }
  take_out(*spot.queue, spot.at);
  drop_empty_levels();
  to.sequence = ++sequence_;
  if (to.waits) {
    to.shown = 0;
    emit(EventKind::Replaced, to, to.open, 0);
    enter_stop(to);
  } else {
    enter(to, EventKind::Replaced);
  }
  run_due();
}

void Model::cancel(OrderId id) {
  const auto found = where_.find(id.value);
  if (found == where_.end()) {
    reject(Command::Cancel, id.value == 0 ? Refusal::IdIsZero : Refusal::UnknownOrder, id, {});
    return;
  }
  const Spot spot = found->second;
  end(*spot.queue, spot.at, EventKind::Cancelled, Why::Asked);
  drop_empty_levels();
}

void Model::cancel_all(OwnerId owner) {
  if (index_of(owner) >= settings_.owners_max) {
    reject(Command::CancelAll, Refusal::UnknownOwner, {}, owner);
    return;
  }
  end_all(EventKind::Cancelled, Why::CancelAll,
          [&](const ModelOrder& order) { return order.terms.owner == owner; });
}

void Model::advance(WallTime now) {
  if (now < now_) {
    reject(Command::Advance, Refusal::TimeGoesBack, {}, {});
    return;
  }
  now_ = now;
  std::vector<std::tuple<std::int64_t, std::uint64_t, std::uint64_t>> chosen;
  for (const auto& [id, spot] : where_) {
    const NewOrder& terms = spot.at->terms;
    if (terms.time_in_force == TimeInForce::GoodTillDate && terms.expiry <= now) {
      chosen.emplace_back(terms.expiry.ns, spot.at->entered, id);
    }
  }
  std::sort(chosen.begin(), chosen.end());
  for (const auto& [expiry, rank, id] : chosen) {
    const Spot spot = where_.at(id);
    end(*spot.queue, spot.at, EventKind::Expired, Why::Asked);
  }
  drop_empty_levels();
}

void Model::end_day() {
  end_all(EventKind::Expired, Why::Asked,
          [&](const ModelOrder& order) { return order.terms.time_in_force == TimeInForce::Day; });
}

void Model::set_bands(Price low, Price high, Price around_last) {
  for (const Price price : {low, high, around_last}) {
    if (price.raw() < 0 || price.raw() % settings_.rules.tick.raw() != 0) {
      reject(Command::SetBands, Refusal::BandInvalid, {}, {});
      return;
    }
  }
  if (low != Price{} && high != Price{} && low > high) {
    reject(Command::SetBands, Refusal::BandInvalid, {}, {});
    return;
  }
  settings_.rules.band_low = low;
  settings_.rules.band_high = high;
  settings_.rules.band_around_last = around_last;
  end_all(EventKind::Cancelled, Why::PriceBand,
          [&](const ModelOrder& order) { return order.price != 0 && outside_static(order.price); });
}

void Model::set_reference(Price reference) {
  if (reference != Price{} && check_price(reference.raw(), false) != Refusal::None) {
    reject(Command::SetReference, Refusal::ReferenceInvalid, {}, {});
    return;
  }
  reference_ = reference.raw();
}

void Model::set_position(OwnerId owner, Qty held) {
  if (index_of(owner) >= settings_.owners_max) {
    reject(Command::SetPosition, Refusal::UnknownOwner, {}, owner);
    return;
  }
  if (held.raw() % settings_.rules.lot.raw() != 0) {
    reject(Command::SetPosition, Refusal::QtyOffLot, {}, owner);
    return;
  }
  positions_[index_of(owner)] = held.raw();
  moved_.push_back(owner);
  sweep_reduce_only();
}

void Model::set_phase(Phase phase) {
  if (phase == phase_ || phase < Phase::Closed || phase > Phase::Halted) {
    reject(Command::SetPhase, Refusal::PhaseUnchanged, {}, {});
    return;
  }
  if (phase == Phase::Continuous) run_uncross();
  if (phase == Phase::Closed) cancel_unfilled();
  phase_ = phase;
  events_.push_back({.kind = EventKind::PhaseChanged, .code = static_cast<std::uint8_t>(phase)});
  run_due();
}

void Model::uncross() {
  if (phase_ != Phase::Auction) {
    reject(Command::Uncross, Refusal::PhaseHasNoUncrossing, {}, {});
    return;
  }
  run_uncross();
}

void Model::run_uncross() {
  while (uncross_once()) {
  }
  cancel_unfilled();
  latch_triggers();
  sweep_reduce_only();
}

void Model::cancel_unfilled() {
  end_all(EventKind::Cancelled, Why::Unfilled, [](const ModelOrder& order) {
    return order.sweepable && (order.terms.time_in_force == TimeInForce::ImmediateOrCancel ||
                               order.terms.time_in_force == TimeInForce::FillOrKill);
  });
}

bool Model::uncross_once() {
  const Indicative call = indicative();
  if (call.price == Price{}) return false;
  Event event;
  event.kind = EventKind::Uncrossed;
  event.price = call.price;
  event.qty = call.volume;
  event.shown = call.surplus;
  events_.push_back(event);
  const std::int64_t price = call.price.raw();
  bool removed = false;
  for (;;) {
    drop_empty_levels();
    Queue* queues[2]{nullptr, nullptr};
    for (int i = 0; i < 2; ++i) {
      if (!market_[i].empty()) {
        queues[i] = &market_[i];
      } else if (!book_[i].empty()) {
        const auto best = i == 0 ? std::prev(book_[0].end()) : book_[1].begin();
        if (i == 0 ? best->first >= price : best->first <= price) queues[i] = &best->second;
      }
    }
    if (queues[0] == nullptr || queues[1] == nullptr) return removed;
    if (pair(*queues[0], *queues[1], price)) removed = true;
  }
}

bool Model::pair(Queue& buys, Queue& sells, std::int64_t price) {
  const bool buy_older = buys.front().sequence < sells.front().sequence;
  Queue& older = buy_older ? buys : sells;
  Queue& newer = buy_older ? sells : buys;
  ModelOrder& maker = older.front();
  ModelOrder& taker = newer.front();
  if (maker.terms.owner == taker.terms.owner && mode_of(taker) != SelfTrade::Allow) {
    return pair_own(older, newer);
  }
  // What an order may trade at a time: what it shows, and a market order all of it.
  const auto part = [](const ModelOrder& order) {
    return order.price == 0 ? order.open : order.shown;
  };
  std::int64_t qty = std::min(part(maker), part(taker));
  for (Queue* queue : {&older, &newer}) {
    const NewOrder& terms = queue->front().terms;
    if (!terms.reduce_only) continue;
    qty = std::min(qty, reducible(terms.owner, terms.side));
    if (qty > 0) continue;
    end(*queue, queue->begin(), EventKind::Cancelled, Why::ReduceOnly);
    return true;
  }
  for (ModelOrder* order : {&maker, &taker}) {
    order->open -= qty;
    if (order->price != 0) order->shown -= qty;
  }
  report_trade(maker, taker, price, qty, kAuction);
  next_part(older, older.begin(), true);
  next_part(newer, newer.begin(), true);
  return false;
}

bool Model::pair_own(Queue& older, Queue& newer) {
  const SelfTrade mode = mode_of(newer.front());
  if (mode == SelfTrade::Decrement) {
    const auto part = [](const ModelOrder& order) {
      return order.price == 0 ? order.open : order.shown;
    };
    const std::int64_t qty = std::min(part(older.front()), part(newer.front()));
    for (Queue* queue : {&older, &newer}) {
      ModelOrder& order = queue->front();
      order.open -= qty;
      order.total -= qty;
      if (order.price != 0) order.shown -= qty;
      emit(EventKind::Reduced, order, qty, order.shown, static_cast<std::uint8_t>(Why::SelfTrade));
    }
    next_part(older, older.begin(), false);
    next_part(newer, newer.begin(), false);
    return true;
  }
  const auto cancel_front = [&](Queue& queue) {
    end(queue, queue.begin(), EventKind::Cancelled, Why::SelfTrade);
  };
  if (mode == SelfTrade::CancelOldest || mode == SelfTrade::CancelBoth) cancel_front(older);
  if (mode == SelfTrade::CancelNewest || mode == SelfTrade::CancelBoth) cancel_front(newer);
  return true;
}
}  // namespace sq::matching
