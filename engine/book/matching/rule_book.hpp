// The rules of an instrument in ticks and lots, and the checks of an order that need nothing else.
// Thread: the engine's. Cost: an order of the ordinary kind about 3 ns. Errors: Refusal, the first
// rule broken in the order of the enumeration; the constructor throws std::invalid_argument.
#pragma once

#include <cstdint>

#include "engine/book/matching/order_store.hpp"
#include "engine/book/tick_index.hpp"

namespace sq::matching {
// An order's numbers in ticks and lots, once they are known to fit; 0: none.
struct Numbers {
  std::int32_t price{0};
  std::int32_t stop{0};
  std::int64_t qty{0};
  std::int64_t display{0};
};

constexpr bool is_stop(OrderType type) noexcept {
  return type == OrderType::Stop || type == OrderType::StopLimit;
}
constexpr bool has_limit(OrderType type) noexcept {
  return type == OrderType::Limit || type == OrderType::StopLimit;
}
constexpr bool is_immediate(TimeInForce time_in_force) noexcept {
  return time_in_force == TimeInForce::ImmediateOrCancel ||
         time_in_force == TimeInForce::FillOrKill;
}

class RuleBook {
 public:
  explicit RuleBook(const Rules& rules);

  // From UnknownSide to DisplayTooManyParts, and PriceOutsideStaticBand. `collects`: the phase.
  [[nodiscard]] Refusal check(const NewOrder& order, bool collects, WallTime now,
                              Numbers& out) const noexcept;
  // A good-till-cancel or day limit order that is not post-only, reduce-only, an iceberg or timed,
  // and breaks none of those rules. False: ask check().
  [[nodiscard]] bool is_plain(const NewOrder& order, std::int32_t& price,
                              std::int64_t& lots) const noexcept {
    // A price off tick is a number far beyond all prices (tick_index.hpp), a quantity likewise.
    std::int64_t tick = 0;
    static_cast<void>(ticks_.index_of(order.price, tick));
    static_cast<void>(lots_.index_of(Price::from_raw(order.qty.raw()), lots));
    price = static_cast<std::int32_t>(tick);
    const std::uint64_t kind = order.kind();
    const std::uint64_t lasting_and_mode = ((kind >> 32) & 0b111) | ((kind >> 37) & 0b111'000);
    return static_cast<std::uint64_t>(tick) - plain_low_ <= plain_span_ &&
           static_cast<std::uint64_t>(lots) - qty_min_ <= qty_span_ &&
           (kind & kPlainMask) == kPlainKind && ((kind + kSideOne) & kSideTwo) != 0 &&
           ((plain_kinds_ >> lasting_and_mode) & 1) != 0 &&
           (order.stop.raw() | order.display.raw() | order.expiry.ns) == 0;
  }

  // A limit or stop price: not positive, out of range, off tick; the stop_ ones for a stop.
  [[nodiscard]] Refusal check_price(Price price, bool stop, std::int32_t& out) const noexcept;
  [[nodiscard]] Refusal check_qty(Qty qty, std::int64_t& out) const noexcept;
  [[nodiscard]] Refusal check_display(Qty qty, Qty display, std::int64_t& out) const noexcept;
  [[nodiscard]] bool too_many_parts(std::int64_t qty, std::int64_t display) const noexcept {
    return (qty + display - 1) / display > rules_.iceberg_parts_max;
  }
  [[nodiscard]] bool outside_static(std::int32_t price) const noexcept {
    return price < static_low_ || price > static_high_;
  }

  // None, or BandInvalid.
  [[nodiscard]] Refusal set_bands(Price low, Price high, Price around_last) noexcept;
  // 0 or an allowed price; None, or ReferenceInvalid.
  [[nodiscard]] Refusal set_reference(Price reference) noexcept;

  [[nodiscard]] const Rules& rules() const noexcept { return rules_; }
  [[nodiscard]] SelfTrade self_trade_of(SelfTrade asked) const noexcept {
    return asked == SelfTrade::InstrumentDefault ? rules_.self_trade : asked;
  }
  [[nodiscard]] std::int32_t around_last() const noexcept { return around_last_; }  // 0: no band
  [[nodiscard]] std::int32_t reference() const noexcept { return reference_; }      // 0: none
  [[nodiscard]] std::int32_t price_min() const noexcept { return price_min_; }
  [[nodiscard]] std::int32_t price_max() const noexcept { return price_max_; }

  [[nodiscard]] Price price_of(std::int32_t tick) const noexcept { return ticks_.price_of(tick); }
  [[nodiscard]] Qty qty_of(std::int64_t lots) const noexcept {
    return Qty::from_raw(lots * rules_.lot.raw());
  }
  [[nodiscard]] bool lots_of(Qty qty, std::int64_t& out) const noexcept;  // of either sign

 private:
  [[nodiscard]] Refusal check_terms(const NewOrder& order, bool collects,
                                    WallTime now) const noexcept;
  [[nodiscard]] Refusal check_numbers(const NewOrder& order, Numbers& out) const noexcept;

  // Of NewOrder::kind(): side, type, time in force, self-trade mode, post-only, reduce-only; a byte
  // each, from bit 16. Bits that have to be as in kPlainKind; the side is 1 or 2 exactly when the
  // next number has the bit of value 2.
  static constexpr std::uint64_t kPlainMask = 0xFFFF'F8F8'FFFC'0000;
  static constexpr std::uint64_t kPlainKind = std::uint64_t{1} << 24;  // OrderType::Limit
  static constexpr std::uint64_t kSideOne = std::uint64_t{1} << 16;
  static constexpr std::uint64_t kSideTwo = std::uint64_t{2} << 16;
  static_assert(static_cast<int>(OrderType::Limit) == 1 && static_cast<int>(Side::Buy) == 1 &&
                static_cast<int>(Side::Sell) == 2);
  std::uint64_t plain_kinds_;  // bit time in force + 8 x self-trade mode

  Rules rules_;
  book::TickIndex ticks_;
  book::TickIndex lots_;  // the same arithmetic on quantities
  std::int32_t price_min_;
  std::int32_t price_max_;
  std::uint64_t qty_min_;
  std::uint64_t qty_span_;
  std::int32_t static_low_{0};
  std::int32_t static_high_{0};
  std::int32_t around_last_{0};
  std::int32_t reference_{0};
  std::uint64_t plain_low_{0};  // price range and static band together
  std::uint64_t plain_span_{0};
};
}  // namespace sq::matching
