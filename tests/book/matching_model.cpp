#include "tests/book/matching_model.hpp"

#include <algorithm>

namespace sq::matching {
namespace {
bool at_once(const ModelOrder& order) {
  return order.terms.time_in_force == TimeInForce::ImmediateOrCancel ||
         order.terms.time_in_force == TimeInForce::FillOrKill;
}
}  // namespace

Model::Model(const Settings& settings)
    : settings_{settings},
      positions_(settings.owners_max),
      reference_{settings.rules.reference.raw()} {}

const ModelOrder* Model::find(OrderId id) const {
  const auto found = where_.find(id.value);
  return found == where_.end() ? nullptr : &*found->second.at;
}

void Model::emit(EventKind kind, const ModelOrder& order, std::int64_t qty, std::int64_t shown,
                 std::uint8_t code, std::uint8_t flags) {
  Event event;
  event.kind = kind;
  event.side = order.terms.side;
  event.code = code;
  event.flags = flags;
  event.owner = order.terms.owner;
  event.id = order.terms.id;
  event.price = Price::from_raw(order.price);
  event.qty = Qty::from_raw(qty);
  event.shown = Qty::from_raw(shown);
  events_.push_back(event);
}

void Model::reject(Command command, Refusal refusal, OrderId id, OwnerId owner) {
  Event event;
  event.kind = EventKind::Rejected;
  event.code = static_cast<std::uint8_t>(refusal);
  event.flags = static_cast<std::uint8_t>(command);
  event.id = id;
  event.owner = owner;
  events_.push_back(event);
}

ModelOrder& Model::put(Queue& queue, ModelOrder order) {
  queue.push_back(order);
  const auto at = std::prev(queue.end());
  where_.insert_or_assign(order.terms.id.value, Spot{&queue, at});
  return *at;
}

ModelOrder Model::take_out(Queue& queue, Queue::iterator at) {
  const ModelOrder order = *at;
  where_.erase(order.terms.id.value);
  queue.erase(at);
  return order;
}

void Model::drop_empty_levels() {
  for (auto& side : book_) {
    std::erase_if(side, [](const auto& level) { return level.second.empty(); });
  }
}

void Model::end(Queue& queue, Queue::iterator at, EventKind kind, Why why) {
  const ModelOrder order = take_out(queue, at);
  emit(kind, order, order.open, 0,
       kind == EventKind::Expired ? std::uint8_t{0} : static_cast<std::uint8_t>(why));
}

void Model::submit(const NewOrder& order) {
  ModelOrder entering;
  entering.terms = order;
  if (const Refusal refusal = check(order, entering.price); refusal != Refusal::None) {
    reject(Command::New, refusal, order.id, order.owner);
    return;
  }
  entering.stop = order.stop.raw();
  entering.total = entering.open = order.qty.raw();
  entering.sequence = entering.entered = ++sequence_;
  entering.waits = order.type == OrderType::Stop || order.type == OrderType::StopLimit;
  if (entering.waits) {
    emit(EventKind::Accepted, entering, entering.open, 0);
    enter_stop(entering);
  } else {
    enter(entering, EventKind::Accepted);
  }
  run_due();
}

void Model::enter_stop(ModelOrder order) {
  const bool due =
      last_ != 0 && (order.terms.side == Side::Buy ? last_ >= order.stop : last_ <= order.stop);
  order.sweepable = false;
  order.shown = 0;
  put(due ? due_ : stops_, order);
}

void Model::book(ModelOrder order, EventKind how, std::uint8_t flags) {
  const std::int64_t display = order.terms.display.raw();
  order.shown = display == 0 ? order.open : std::min(display, order.open);
  order.sweepable = true;
  emit(how, order, order.open, order.shown, 0, flags);
  put(book_[order.terms.side == Side::Sell][order.price], order);
}

void Model::enter(ModelOrder order, EventKind how) {
  const bool limit = order.terms.type == OrderType::Limit;
  order.shown = 0;
  if (collects()) {
    if (limit) {
      book(order, how, kBooked);
    } else {
      emit(how, order, order.open, 0);
      order.sweepable = true;
      put(market_[order.terms.side == Side::Sell], order);
    }
    return;
  }
  if (limit && !at_once(order) && !would_take(order.terms.side, order.price)) {
    book(order, how, kBooked);
    return;
  }
  emit(how, order, order.open, 0);
  execute(order);
}

void Model::execute(ModelOrder taker) {
  if (taker.terms.time_in_force == TimeInForce::FillOrKill && !fills_whole(taker)) {
    emit(EventKind::Cancelled, taker, taker.open, 0, static_cast<std::uint8_t>(Why::FillOrKill));
    return;
  }
  const Outcome outcome = match(taker);
  drop_empty_levels();
  const bool rests = taker.terms.type == OrderType::Limit && !at_once(taker);
  const bool halts = settings_.rules.band_action == BandAction::Halt;
  if (outcome != Outcome::Ended && taker.open > 0) {
    Why why{};
    if (outcome == Outcome::Banded && !(halts && rests)) {
      why = Why::PriceBand;
    } else if (!rests) {
      why = Why::Unfilled;
    } else if (taker.terms.reduce_only && reducible(taker.terms.owner, taker.terms.side) == 0) {
      why = Why::ReduceOnly;
    }
    if (why == Why{}) {
      book(taker, EventKind::Booked, 0);
    } else {
      emit(EventKind::Cancelled, taker, taker.open, 0, static_cast<std::uint8_t>(why));
    }
  }
  latch_triggers();
  sweep_reduce_only();
  if (outcome == Outcome::Banded && halts) {
    phase_ = Phase::Halted;
    events_.push_back(
        {.kind = EventKind::PhaseChanged, .code = static_cast<std::uint8_t>(Phase::Halted)});
  }
}

Model::Outcome Model::match(ModelOrder& taker) {
  const bool buys = taker.terms.side == Side::Buy;
  const std::int64_t centre = anchor();
  const std::int64_t reach = settings_.rules.band_around_last.raw();
  traded_by_taker_ = 0;
  while (taker.open > 0) {
    drop_empty_levels();
    auto& other = book_[buys];
    if (other.empty()) break;
    const auto best = buys ? other.begin() : std::prev(other.end());
    if (taker.terms.type == OrderType::Limit &&
        (buys ? best->first > taker.price : best->first < taker.price)) {
      break;
    }
    if (reach != 0 && centre != 0 && std::abs(best->first - centre) > reach) {
      return Outcome::Banded;
    }
    if (meet(taker, best->second, best->first) == Step::TakerEnded) return Outcome::Ended;
  }
  return Outcome::Matched;
}

Model::Step Model::meet(ModelOrder& taker, Queue& queue, std::int64_t price) {
  const auto first = queue.begin();
  ModelOrder& maker = *first;
  if (maker.terms.owner == taker.terms.owner && mode_of(taker) != SelfTrade::Allow) {
    return meet_own(taker, queue);
  }
  std::int64_t qty = std::min(taker.open, maker.shown);
  if (maker.terms.reduce_only) {
    qty = std::min(qty, reducible(maker.terms.owner, maker.terms.side));
    if (qty == 0) {
      end(queue, first, EventKind::Cancelled, Why::ReduceOnly);
      return Step::GoesOn;
    }
  }
  if (taker.terms.reduce_only) {
    qty = std::min(qty, reducible(taker.terms.owner, taker.terms.side));
    if (qty == 0) {
      emit(EventKind::Cancelled, taker, taker.open, 0, static_cast<std::uint8_t>(Why::ReduceOnly));
      return Step::TakerEnded;
    }
  }
  maker.open -= qty;
  maker.shown -= qty;
  taker.open -= qty;
  traded_by_taker_ += qty;
  report_trade(maker, taker, price, qty, 0);
  next_part(queue, first, true);
  return Step::GoesOn;
}

Model::Step Model::meet_own(ModelOrder& taker, Queue& queue) {
  const auto why = static_cast<std::uint8_t>(Why::SelfTrade);
  const auto first = queue.begin();
  switch (mode_of(taker)) {
    case SelfTrade::CancelOldest:
      end(queue, first, EventKind::Cancelled, Why::SelfTrade);
      return Step::GoesOn;
    case SelfTrade::CancelBoth:
      end(queue, first, EventKind::Cancelled, Why::SelfTrade);
      break;
    case SelfTrade::Decrement: {
      const std::int64_t qty = std::min(taker.open, first->shown);
      for (ModelOrder* order : {&*first, &taker}) {
        order->open -= qty;
        order->total -= qty;
      }
      first->shown -= qty;
      emit(EventKind::Reduced, *first, qty, first->shown, why);
      emit(EventKind::Reduced, taker, qty, 0, why);
      next_part(queue, first, false);
      if (taker.open > 0) return Step::GoesOn;
      break;
    }
    case SelfTrade::CancelNewest:
    case SelfTrade::Allow:
    case SelfTrade::InstrumentDefault:
      break;
  }
  emit(EventKind::Cancelled, taker, taker.open, 0, why);
  return Step::TakerEnded;
}

// By trial: an immediate order in its place, in a copy of everything.
bool Model::fills_whole(const ModelOrder& taker) const {
  Model trial{*this};
  // The copy's places point into this model's lists.
  trial.where_.clear();
  const auto index = [&trial](Queue& queue) {
    for (auto at = queue.begin(); at != queue.end(); ++at) {
      trial.where_.insert_or_assign(at->terms.id.value, Spot{&queue, at});
    }
  };
  for (int i = 0; i < 2; ++i) {
    for (auto& [price, queue] : trial.book_[i]) index(queue);
    index(trial.market_[i]);
  }
  index(trial.stops_);
  index(trial.due_);
  ModelOrder copy = taker;
  copy.terms.time_in_force = TimeInForce::ImmediateOrCancel;
  trial.match(copy);
  return trial.traded_by_taker_ == taker.open;
}

void Model::report_trade(const ModelOrder& maker, const ModelOrder& taker, std::int64_t price,
                         std::int64_t qty, std::uint8_t flags) {
  Event event;
  event.kind = EventKind::Traded;
  event.side = taker.terms.side;
  event.flags = static_cast<std::uint8_t>(flags | (maker.open == 0 ? kMakerDone : 0) |
                                          (taker.open == 0 ? kTakerDone : 0));
  event.owner = maker.terms.owner;
  event.taker_owner = taker.terms.owner;
  event.id = maker.terms.id;
  event.taker_id = taker.terms.id;
  event.price = Price::from_raw(price);
  event.qty = Qty::from_raw(qty);
  event.shown = Qty::from_raw(maker.shown);
  event.trade = ++trades_;
  events_.push_back(event);
  last_ = price;
  low_since_ = low_since_ == 0 ? price : std::min(low_since_, price);
  high_since_ = std::max(high_since_, price);
  for (const ModelOrder* order : {&maker, &taker}) {
    positions_[index_of(order->terms.owner)] += order->terms.side == Side::Buy ? qty : -qty;
  }
  // As the engine: the buyer first.
  const bool buyer_is_taker = taker.terms.side == Side::Buy;
  const OwnerId buyer = buyer_is_taker ? taker.terms.owner : maker.terms.owner;
  const OwnerId seller = buyer_is_taker ? maker.terms.owner : taker.terms.owner;
  for (const OwnerId owner : {buyer, seller}) {
    if (std::find(moved_.begin(), moved_.end(), owner) == moved_.end()) moved_.push_back(owner);
  }
}
}  // namespace sq::matching
