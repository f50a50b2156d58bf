#include "engine/book/matching/rule_book.hpp"

#include <algorithm>
#include <stdexcept>

namespace sq::matching {
namespace {
std::uint64_t plain_kinds(bool self_trade_may_be_allowed) {
  std::uint64_t kinds = 0;
  for (int mode = 0; mode <= static_cast<int>(SelfTrade::Decrement); ++mode) {
    if (mode == static_cast<int>(SelfTrade::Allow) && !self_trade_may_be_allowed) continue;
    for (const TimeInForce lasting : {TimeInForce::GoodTillCancel, TimeInForce::Day}) {
      kinds |= std::uint64_t{1} << (static_cast<int>(lasting) + 8 * mode);
    }
  }
  return kinds;
}

constexpr std::int64_t kTicksMax = (std::int64_t{1} << 31) - 2;
constexpr std::int64_t kLotsMax = std::int64_t{1} << 40;

void require(bool holds, const char* rule) {
  if (!holds) throw std::invalid_argument(rule);
}

const Rules& checked(const Rules& rules) {
  require(rules.tick.raw() > 0, "matching: tick must be positive");
  require(rules.lot.raw() > 0, "matching: lot must be positive");
  require(rules.price_min.is_multiple_of(rules.tick) && rules.price_min.raw() > 0,
          "matching: price_min must be a positive multiple of the tick");
  require(rules.price_max.is_multiple_of(rules.tick) && rules.price_max >= rules.price_min,
          "matching: price_max must be a multiple of the tick, at or above price_min");
  require(rules.price_max.raw() / rules.tick.raw() <= kTicksMax,
          "matching: price_max must be at most 2^31 - 2 ticks");
  require(rules.qty_min.is_multiple_of(rules.lot) && rules.qty_min.raw() > 0,
          "matching: qty_min must be a positive multiple of the lot");
  require(rules.qty_max.is_multiple_of(rules.lot) && rules.qty_max >= rules.qty_min,
          "matching: qty_max must be a multiple of the lot, at or above qty_min");
  require(rules.qty_max.raw() / rules.lot.raw() <= kLotsMax,
          "matching: qty_max must be at most 2^40 lots");
  require(rules.display_min.raw() >= 0, "matching: display_min must not be negative");
  require(rules.iceberg_parts_max > 0, "matching: iceberg_parts_max must be positive");
  require(
      rules.self_trade > SelfTrade::InstrumentDefault && rules.self_trade <= SelfTrade::Decrement,
      "matching: self_trade must be one of the modes");
  require(rules.self_trade != SelfTrade::Allow || rules.self_trade_may_be_allowed,
          "matching: self_trade is Allow, and self_trade_may_be_allowed is false");
  require(rules.band_action == BandAction::Reject || rules.band_action == BandAction::Halt,
          "matching: band_action must be Reject or Halt");
  return rules;
}
}  // namespace

RuleBook::RuleBook(const Rules& rules)
    : plain_kinds_{plain_kinds(rules.self_trade_may_be_allowed)},
      rules_{checked(rules)},
      ticks_{rules.tick},
      lots_{Price::from_raw(rules.lot.raw())},
      price_min_{static_cast<std::int32_t>(rules.price_min.raw() / rules.tick.raw())},
      price_max_{static_cast<std::int32_t>(rules.price_max.raw() / rules.tick.raw())},
      qty_min_{static_cast<std::uint64_t>(rules.qty_min.raw() / rules.lot.raw())},
      qty_span_{
          static_cast<std::uint64_t>((rules.qty_max - rules.qty_min).raw() / rules.lot.raw())} {
  require(set_bands(rules.band_low, rules.band_high, rules.band_around_last) == Refusal::None,
          "matching: bands must be on tick, not negative, and low not above high");
  require(set_reference(rules.reference) == Refusal::None,
          "matching: reference must be an allowed price, or 0");
}

Refusal RuleBook::set_bands(Price low, Price high, Price around_last) noexcept {
  std::int64_t ticks[3]{};
  const Price prices[3]{low, high, around_last};
  for (int i = 0; i < 3; ++i) {
    if (prices[i].raw() < 0 || !ticks_.index_of(prices[i], ticks[i])) return Refusal::BandInvalid;
    ticks[i] = std::min(ticks[i], kTicksMax + 1);
  }
  if (ticks[0] != 0 && ticks[1] != 0 && ticks[0] > ticks[1]) return Refusal::BandInvalid;
  static_low_ = static_cast<std::int32_t>(ticks[0]);
  static_high_ = static_cast<std::int32_t>(ticks[1] == 0 ? kTicksMax + 1 : ticks[1]);
  around_last_ = static_cast<std::int32_t>(ticks[2]);
  const std::int32_t first = std::max(price_min_, static_low_);
  const std::int32_t last = std::min(price_max_, static_high_);
  // An empty range is a price that no order has.
  plain_low_ = static_cast<std::uint64_t>(first <= last ? std::int64_t{first} : kTicksMax + 2);
  plain_span_ = first <= last ? static_cast<std::uint64_t>(last - first) : 0;
  rules_.band_low = low;
  rules_.band_high = high;
  rules_.band_around_last = around_last;
  return Refusal::None;
}

Refusal RuleBook::set_reference(Price reference) noexcept {
  std::int32_t tick = 0;
  if (reference != Price{} && check_price(reference, false, tick) != Refusal::None) {
    return Refusal::ReferenceInvalid;
  }
  reference_ = tick;
  rules_.reference = reference;
  return Refusal::None;
}

bool RuleBook::lots_of(Qty qty, std::int64_t& out) const noexcept {
  out = qty.raw() / rules_.lot.raw();
  return qty.raw() % rules_.lot.raw() == 0;
}

Refusal RuleBook::check(const NewOrder& order, bool collects, WallTime now,
                        Numbers& out) const noexcept {
  const Refusal terms = check_terms(order, collects, now);
  if (terms != Refusal::None) return terms;
  const Refusal numbers = check_numbers(order, out);
  if (numbers != Refusal::None) return numbers;
  if (out.price != 0 && outside_static(out.price)) return Refusal::PriceOutsideStaticBand;
  return Refusal::None;
}

Refusal RuleBook::check_terms(const NewOrder& order, bool collects, WallTime now) const noexcept {
  using enum Refusal;
  using enum TimeInForce;
  const TimeInForce lasts = order.time_in_force;
  if (order.side != Side::Buy && order.side != Side::Sell) return UnknownSide;
  if (order.type < OrderType::Limit || order.type > OrderType::StopLimit) return UnknownType;
  if (lasts != GoodTillCancel && lasts != GoodTillDate && lasts != Day && !is_immediate(lasts)) {
    return UnknownTimeInForce;
  }
  if (order.self_trade > SelfTrade::Decrement) return UnknownSelfTrade;
  if (order.type == OrderType::Market && !is_immediate(lasts)) return TimeInForceForType;
  if (collects && lasts == FillOrKill && !is_stop(order.type)) return TimeInForceInPhase;
  if (lasts == GoodTillDate && order.expiry <= now) return ExpiryNotInFuture;
  if (lasts != GoodTillDate && order.expiry != WallTime{}) return ExpiryWithoutDate;
  const bool can_rest = has_limit(order.type) && !is_immediate(lasts);
  if (order.post_only && !can_rest) return PostOnlyForType;
  if (order.post_only && collects && order.type == OrderType::Limit) return PostOnlyInPhase;
  if (order.display != Qty{} && !can_rest) return DisplayForType;
  if (order.self_trade == SelfTrade::Allow && !rules_.self_trade_may_be_allowed) {
    return SelfTradeNotAllowed;
  }
  return None;
}

Refusal RuleBook::check_numbers(const NewOrder& order, Numbers& out) const noexcept {
  out = Numbers{};
  if (has_limit(order.type)) {
    const Refusal price = check_price(order.price, false, out.price);
    if (price != Refusal::None) return price;
  } else if (order.price != Price{}) {
    return Refusal::PriceOnMarket;
  }
  if (is_stop(order.type)) {
    const Refusal stop = check_price(order.stop, true, out.stop);
    if (stop != Refusal::None) return stop;
  } else if (order.stop != Price{}) {
    return Refusal::StopWithoutTrigger;
  }
  const Refusal qty = check_qty(order.qty, out.qty);
  if (qty != Refusal::None) return qty;
  return order.display == Qty{} ? Refusal::None
                                : check_display(order.qty, order.display, out.display);
}

Refusal RuleBook::check_price(Price price, bool stop, std::int32_t& out) const noexcept {
  if (price.raw() <= 0) return stop ? Refusal::StopNotPositive : Refusal::PriceNotPositive;
  if (price < rules_.price_min || price > rules_.price_max) {
    return stop ? Refusal::StopOutOfRange : Refusal::PriceOutOfRange;
  }
  std::int64_t tick = 0;
  if (!ticks_.index_of(price, tick)) return stop ? Refusal::StopOffTick : Refusal::PriceOffTick;
  out = static_cast<std::int32_t>(tick);
  return Refusal::None;
}

Refusal RuleBook::check_qty(Qty qty, std::int64_t& out) const noexcept {
  if (qty.raw() <= 0) return Refusal::QtyNotPositive;
  if (qty < rules_.qty_min) return Refusal::QtyTooSmall;
  if (qty > rules_.qty_max) return Refusal::QtyTooLarge;
  return lots_.index_of(Price::from_raw(qty.raw()), out) ? Refusal::None : Refusal::QtyOffLot;
}

Refusal RuleBook::check_display(Qty qty, Qty display, std::int64_t& out) const noexcept {
  if (display.raw() < 0) return Refusal::DisplayNotPositive;
  if (display < rules_.display_min) return Refusal::DisplayTooSmall;
  if (display > qty) return Refusal::DisplayTooLarge;
  if (!lots_.index_of(Price::from_raw(display.raw()), out)) return Refusal::DisplayOffLot;
  const std::int64_t lots = qty.raw() / rules_.lot.raw();
  return too_many_parts(lots, out) ? Refusal::DisplayTooManyParts : Refusal::None;
}
}  // namespace sq::matching
