// The refusals, rule by rule in the order of the enumeration.
#include "tests/book/matching_model.hpp"

namespace sq::matching {
namespace {
bool stops(OrderType type) { return type == OrderType::Stop || type == OrderType::StopLimit; }
bool limited(OrderType type) { return type == OrderType::Limit || type == OrderType::StopLimit; }
bool at_once(TimeInForce lasts) {
  return lasts == TimeInForce::ImmediateOrCancel || lasts == TimeInForce::FillOrKill;
}
}  // namespace

bool Model::collects() const {
  return phase_ == Phase::PreOpen || phase_ == Phase::Auction || phase_ == Phase::Halted;
}

SelfTrade Model::mode_of(const ModelOrder& order) const {
  const SelfTrade asked = order.terms.self_trade;
  return asked == SelfTrade::InstrumentDefault ? settings_.rules.self_trade : asked;
}

std::int64_t Model::reducible(OwnerId owner, Side side) const {
  const std::int64_t held = position(owner);
  return std::max<std::int64_t>(0, side == Side::Buy ? -held : held);
}

bool Model::outside_static(std::int64_t price) const {
  const Rules& rules = settings_.rules;
  return price < rules.band_low.raw() ||
         (rules.band_high != Price{} && price > rules.band_high.raw());
}

bool Model::breaks_dynamic(Side side, std::int64_t price) const {
  const std::int64_t reach = settings_.rules.band_around_last.raw();
  if (reach == 0 || anchor() == 0 || settings_.rules.band_action != BandAction::Reject) {
    return false;
  }
  return side == Side::Buy ? price > anchor() + reach : price < anchor() - reach;
}

bool Model::would_take(Side side, std::int64_t price) const {
  if (side == Side::Buy) return !book_[1].empty() && book_[1].begin()->first <= price;
  return !book_[0].empty() && book_[0].rbegin()->first >= price;
}

std::int64_t Model::slid(Side side) const {
  const Rules& rules = settings_.rules;
  if (!rules.post_only_slides) return 0;
  const std::int64_t price = side == Side::Buy ? book_[1].begin()->first - rules.tick.raw()
                                               : book_[0].rbegin()->first + rules.tick.raw();
  const bool allowed =
      price >= rules.price_min.raw() && price <= rules.price_max.raw() && !outside_static(price);
  return allowed ? price : 0;
}

Refusal Model::check_price(std::int64_t price, bool stop) const {
  const Rules& rules = settings_.rules;
  if (price <= 0) return stop ? Refusal::StopNotPositive : Refusal::PriceNotPositive;
  if (price < rules.price_min.raw() || price > rules.price_max.raw()) {
    return stop ? Refusal::StopOutOfRange : Refusal::PriceOutOfRange;
  }
  if (price % rules.tick.raw() != 0) return stop ? Refusal::StopOffTick : Refusal::PriceOffTick;
  return Refusal::None;
}

Refusal Model::check_qty(std::int64_t qty) const {
  const Rules& rules = settings_.rules;
  if (qty <= 0) return Refusal::QtyNotPositive;
  if (qty < rules.qty_min.raw()) return Refusal::QtyTooSmall;
  if (qty > rules.qty_max.raw()) return Refusal::QtyTooLarge;
  return qty % rules.lot.raw() == 0 ? Refusal::None : Refusal::QtyOffLot;
}

Refusal Model::check_terms(const NewOrder& order) const {
  const TimeInForce lasts = order.time_in_force;
  const int side = static_cast<int>(order.side);
  const int type = static_cast<int>(order.type);
  const int lasting = static_cast<int>(lasts);
  if (side != 1 && side != 2) return Refusal::UnknownSide;
  if (type < 1 || type > 4) return Refusal::UnknownType;
  if (lasting < 1 || lasting > 6 || lasting == 4) return Refusal::UnknownTimeInForce;
  if (static_cast<int>(order.self_trade) > 5) return Refusal::UnknownSelfTrade;
  if (order.type == OrderType::Market && !at_once(lasts)) return Refusal::TimeInForceForType;
  if (lasts == TimeInForce::FillOrKill && collects() && !stops(order.type)) {
    return Refusal::TimeInForceInPhase;
  }
  if (lasts == TimeInForce::GoodTillDate) {
    if (order.expiry <= now_) return Refusal::ExpiryNotInFuture;
  } else if (order.expiry.ns != 0) {
    return Refusal::ExpiryWithoutDate;
  }
  if (order.post_only && (at_once(lasts) || !limited(order.type))) return Refusal::PostOnlyForType;
  if (order.post_only && collects() && order.type == OrderType::Limit) {
    return Refusal::PostOnlyInPhase;
  }
  if (order.display.raw() != 0 && (at_once(lasts) || !limited(order.type))) {
    return Refusal::DisplayForType;
  }
  if (order.self_trade == SelfTrade::Allow && !settings_.rules.self_trade_may_be_allowed) {
    return Refusal::SelfTradeNotAllowed;
  }
  return Refusal::None;
}

Refusal Model::check_numbers(const NewOrder& order) const {
  const Rules& rules = settings_.rules;
  if (!limited(order.type) && order.price.raw() != 0) return Refusal::PriceOnMarket;
  if (limited(order.type)) {
    const Refusal price = check_price(order.price.raw(), false);
    if (price != Refusal::None) return price;
  }
  if (!stops(order.type) && order.stop.raw() != 0) return Refusal::StopWithoutTrigger;
  if (stops(order.type)) {
    const Refusal stop = check_price(order.stop.raw(), true);
    if (stop != Refusal::None) return stop;
  }
  const Refusal qty = check_qty(order.qty.raw());
  if (qty != Refusal::None) return qty;
  if (order.display.raw() != 0) {
    const std::int64_t display = order.display.raw();
    if (display < 0) return Refusal::DisplayNotPositive;
    if (display < rules.display_min.raw()) return Refusal::DisplayTooSmall;
    if (display > order.qty.raw()) return Refusal::DisplayTooLarge;
    if (display % rules.lot.raw() != 0) return Refusal::DisplayOffLot;
    if (order.qty.raw() > display * rules.iceberg_parts_max) return Refusal::DisplayTooManyParts;
  }
  return Refusal::None;
}

Refusal Model::check(const NewOrder& order, std::int64_t& price) const {
  if (phase_ == Phase::Closed) return Refusal::PhaseClosed;
  if (phase_ == Phase::Halted && !settings_.rules.collects_while_halted) {
    return Refusal::PhaseHalted;
  }
  if (index_of(order.owner) >= settings_.owners_max) return Refusal::UnknownOwner;
  if (order.id.value == 0) return Refusal::IdIsZero;
  if (settings_.ids_indexed && where_.contains(order.id.value)) return Refusal::DuplicateId;
  if (const Refusal refusal = check_terms(order); refusal != Refusal::None) return refusal;
  if (const Refusal refusal = check_numbers(order); refusal != Refusal::None) return refusal;
  price = order.price.raw();
  if (limited(order.type) && outside_static(price)) return Refusal::PriceOutsideStaticBand;
  if (phase_ == Phase::Continuous && order.type == OrderType::Limit) {
    if (breaks_dynamic(order.side, price)) return Refusal::PriceOutsideDynamicBand;
    if (order.post_only && would_take(order.side, price)) {
      price = slid(order.side);
      if (price == 0) return Refusal::PostOnlyWouldTake;
    }
  }
  if (order.reduce_only && !stops(order.type) && reducible(order.owner, order.side) == 0) {
    return Refusal::ReduceOnlyWouldIncrease;
  }
  return where_.size() >= settings_.orders_max ? Refusal::OrdersFull : Refusal::None;
}

bool Model::only_reduces(const ModelOrder& order, const Amendment& change) const {
  const bool same_price = change.price.raw() == 0 || change.price.raw() == order.price;
  const bool same_stop = change.stop.raw() == 0 || (order.waits && change.stop.raw() == order.stop);
  return same_price && same_stop && change.qty.raw() > 0 && change.qty.raw() < order.total;
}

Refusal Model::check_change(const ModelOrder* order, OrderId id, const Amendment& change,
                            ModelOrder& to) const {
  if (phase_ == Phase::Closed) return Refusal::PhaseClosed;
  if (phase_ == Phase::Halted && !settings_.rules.collects_while_halted &&
      (order == nullptr || !only_reduces(*order, change))) {
    return Refusal::PhaseHalted;
  }
  if (id.value == 0) return Refusal::IdIsZero;
  if (order == nullptr) return Refusal::UnknownOrder;
  to = *order;
  const OrderType type = order->terms.type;
  if (change.price.raw() != 0) {
    if (!limited(type)) return Refusal::PriceOnMarket;
    to.price = change.price.raw();
    if (const Refusal r = check_price(to.price, false); r != Refusal::None) return r;
  }
  if (change.stop.raw() != 0) {
    if (!order->waits) return Refusal::StopWithoutTrigger;
    to.stop = change.stop.raw();
    if (const Refusal r = check_price(to.stop, true); r != Refusal::None) return r;
  }
  if (change.qty.raw() != 0) {
    to.total = change.qty.raw();
    if (const Refusal r = check_qty(to.total); r != Refusal::None) return r;
    const std::int64_t display = order->terms.display.raw();
    if (display != 0 && to.total > display * settings_.rules.iceberg_parts_max) {
      return Refusal::DisplayTooManyParts;
    }
    if (to.total <= order->total - order->open) return Refusal::QtyBelowExecuted;
  }
  to.open = to.total - (order->total - order->open);
  const bool repriced = to.price != order->price;
  if (!repriced && to.stop == order->stop && to.total == order->total) {
    return Refusal::NothingChanges;
  }
  if (order->waits && where_.at(id.value).queue == &due_) return Refusal::AlreadyTriggered;
  if (repriced && outside_static(to.price)) return Refusal::PriceOutsideStaticBand;
  if (repriced && phase_ == Phase::Continuous && !order->waits) {
    if (breaks_dynamic(order->terms.side, to.price)) return Refusal::PriceOutsideDynamicBand;
    if (order->terms.post_only && would_take(order->terms.side, to.price)) {
      to.price = slid(order->terms.side);
      if (to.price == 0) return Refusal::PostOnlyWouldTake;
    }
  }
  return Refusal::None;
}

Indicative Model::indicative() const {
  const Rules& rules = settings_.rules;
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::int64_t market[2]{0, 0};
  for (int i = 0; i < 2; ++i) {
    for (const ModelOrder& order : market_[i]) market[i] += order.open;
    if (book_[i].empty()) continue;
    low = low == 0 ? book_[i].begin()->first : std::min(low, book_[i].begin()->first);
    high = std::max(high, book_[i].rbegin()->first);
  }
  const std::int64_t reference = reference_ != 0 ? reference_ : last_;
  if (low == 0) {
    if (reference == 0) return {};
    low = high = reference;
  }
  struct At {
    std::int64_t price, volume, surplus;
  };
  const auto size = [](std::int64_t value) { return value < 0 ? -value : value; };
  std::vector<At> best;  // all prices that are equally good
  for (std::int64_t price = low; price <= high; price += rules.tick.raw()) {
    std::int64_t demand = market[0];
    std::int64_t supply = market[1];
    for (const auto& [limit, queue] : book_[0]) {
      for (const ModelOrder& order : queue) demand += limit >= price ? order.open : 0;
    }
    for (const auto& [limit, queue] : book_[1]) {
      for (const ModelOrder& order : queue) supply += limit <= price ? order.open : 0;
    }
    const At at{price, std::min(demand, supply), demand - supply};
    if (at.volume == 0) continue;
    if (best.empty() || at.volume > best[0].volume ||
        (at.volume == best[0].volume && size(at.surplus) < size(best[0].surplus))) {
      best = {at};
    } else if (at.volume == best[0].volume && size(at.surplus) == size(best[0].surplus)) {
      best.push_back(at);
    }
  }
  if (best.empty()) return {};
  const auto all = [&](int sign) {
    for (const At& at : best) {
      if (at.surplus * sign <= 0) return false;
    }
    return true;
  };
  std::size_t chosen = (best.size() - 1) / 2;
  if (reference != 0) {
    for (std::size_t i = 0; i < best.size(); ++i) {
      if (size(best[i].price - reference) < size(best[chosen].price - reference)) chosen = i;
    }
  } else if (all(1)) {
    chosen = best.size() - 1;
  } else if (all(-1)) {
    chosen = 0;
  }
  return {Price::from_raw(best[chosen].price), Qty::from_raw(best[chosen].volume),
          Qty::from_raw(best[chosen].surplus)};
}
}  // namespace sq::matching
