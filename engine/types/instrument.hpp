// What is traded, with the venue's filters. The one place that turns price x quantity into money
// and the one place that knows tick, lot and minimum notional.
// Thread: any (plain values). Cost: a 128-bit multiplication or division.
// Errors: empty on overflow; FilterBreach names the filter that an order would fail.
// Source: filters as the venue publishes them in exchangeInfo (Binance spot and USD-M).
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"
#include "engine/types/order_types.hpp"
#include "engine/types/time.hpp"

namespace sq {
enum class InstrumentKind : std::uint8_t {  // logged, append only
  Spot = 1,              // the base asset is delivered; no short position without a loan
  LinearPerpetual = 2,   // settled in the quote currency
  InversePerpetual = 3,  // quantity in contracts of `multiplier` quote units, settled in the base
  Equity = 4,
  LinearFuture = 5,
  Option = 6             // European; premium in the quote currency, `multiplier` units a contract
};
enum class OptionRight : std::uint8_t { None = 0, Call = 1, Put = 2 };  // logged, append only
enum class InstrumentStatus : std::uint8_t { Trading = 1, Halted = 2, CancelOnly = 3 };

enum class FilterBreach : std::uint8_t {  // in order of precedence; logged, append only
  None = 0,
  NotTrading,
  PriceNotPositive,
  PriceOutOfRange,
  PriceNotOnTick,
  QtyNotPositive,
  QtyOutOfRange,
  QtyNotOnLot,
  NotionalTooSmall,
  NotionalTooLarge  // to be computed: see Instrument::notional
};

// Bytes are logged as they are: every field explicit, no hidden padding.
struct Instrument {
  InstrumentId id{kNoInstrument};
  VenueId venue{VenueId::None};
  InstrumentKind kind{InstrumentKind::Spot};
  InstrumentStatus status{InstrumentStatus::Trading};
  Symbol symbol{};
  Currency base{};
  Currency quote{};
  Currency settle{};           // currency of P&L and, for derivatives, of fees
  Price tick{};                // > 0
  Price price_min{};           // inclusive
  Price price_max{};           // inclusive
  Qty lot{};                   // > 0
  Qty qty_min{};               // inclusive
  Qty qty_max{};               // inclusive
  std::int64_t notional_min{0};  // 1e-8 quote units, 0 is none
  Qty multiplier{Qty::from_units(1)};  // base units (linear) or quote units (inverse) a contract
  Ratio maker_fee{};           // of the notional; negative is a rebate
  Ratio taker_fee{};
  // Options only; zero elsewhere.
  Price strike{};
  WallTime expiry{};
  InstrumentId underlying{};   // what it is priced on and hedged with
  OptionRight right{OptionRight::None};
  std::array<std::uint8_t, 3> reserved_option{};
  std::array<std::uint64_t, 12> reserved{};

  // The same magnitude in 1e-17 units, without a division where the multiplier is 1: for
  // comparisons on the hot path. Empty: larger than 2^120.
  [[nodiscard]] constexpr std::optional<Int128> fine_notional(Price price, Qty qty) const noexcept;
  // |price x qty| in quote currency (linear, spot, equity) or base currency (inverse).
  [[nodiscard]] constexpr std::optional<Amount> notional(Price price, Qty qty,
                                                         Rounding rounding) const noexcept;
};
static_assert(sizeof(Instrument) == 256);
constexpr int kFineDecimals = Price::kDecimals + Qty::kDecimals;  // 1e-17: price x qty, exact
constexpr std::int64_t kFinePerAmount = power_of_ten(kFineDecimals - Amount::kDecimals);
static_assert(std::is_trivially_copyable_v<Instrument>);
static_assert(std::has_unique_object_representations_v<Instrument>, "logged byte for byte");

constexpr std::optional<Amount> Instrument::notional(Price price, Qty qty,
                                                     Rounding rounding) const noexcept {
  const Int128 size = qty.raw() < 0 ? -Int128{qty.raw()} : Int128{qty.raw()};
  const Int128 level = price.raw() < 0 ? -Int128{price.raw()} : Int128{price.raw()};
  if (kind == InstrumentKind::InversePerpetual) {
    if (level == 0 || multiplier <= Qty{}) return std::nullopt;
    // contracts(1e-8) * multiplier(1e-8) / price(1e-9) -> 1e-8 base units
    const Int128 numerator = size * multiplier.raw();
    if (numerator > kInt128Max / 10) return std::nullopt;
    const auto raw = divide(numerator * 10, level, rounding);
    if (!raw) return std::nullopt;
    return Amount{base, *raw};
  }
  if (multiplier == Qty::from_units(1)) {
    const auto raw = divide(level * size, Price::kScale, rounding);  // 1e-17 -> 1e-8
    if (!raw) return std::nullopt;
    return Amount{quote, *raw};
  }
  // The product of three 63-bit numbers need not fit: the quotient decides, without overflowing.
  const Int128 product = level * size;
  if (multiplier <= Qty{} || product > kInt128Max / multiplier.raw()) return std::nullopt;
  const auto raw = divide(product * multiplier.raw(), Int128{Price::kScale} * Qty::kScale,
                          rounding);
  if (!raw) return std::nullopt;
  return Amount{quote, *raw};
}

constexpr std::optional<Int128> Instrument::fine_notional(Price price, Qty qty) const noexcept {
  if (kind != InstrumentKind::InversePerpetual && multiplier == Qty::from_units(1)) {
    const Int128 product = Int128{price.raw()} * qty.raw();
    const Int128 magnitude = product < 0 ? -product : product;
    if (magnitude >> 120 != 0) return std::nullopt;
    return magnitude;
  }
  const auto amount = notional(price, qty, Rounding::Up);
  if (!amount) return std::nullopt;
  return Int128{amount->raw} * kFinePerAmount;
}

// notional_min is in quote units for every kind, so inverse contracts are valued by their
// multiplier alone. Exact, or rounded down: a value just below the minimum does not pass.
[[nodiscard]] constexpr FilterBreach check_notional_min(const Instrument& instrument, Price price,
                                                        Qty qty) noexcept {
  std::optional<Int128> fine;
  if (instrument.kind == InstrumentKind::InversePerpetual) {
    const Int128 quote = Int128{qty.raw()} * instrument.multiplier.raw();  // 1e-16
    if (quote <= kInt128Max / 10) fine = quote * 10;
  } else if (instrument.multiplier == Qty::from_units(1)) {
    fine = instrument.fine_notional(price, qty);
  } else if (const auto value = instrument.notional(price, qty, Rounding::Down)) {
    fine = Int128{value->raw} * kFinePerAmount;
  }
  if (!fine) return FilterBreach::NotionalTooLarge;
  return *fine < Int128{instrument.notional_min} * kFinePerAmount ? FilterBreach::NotionalTooSmall
                                                                  : FilterBreach::None;
}

// The venue's filters for an order, in one place for risk, simulation and live.
// Market orders pass the price they are expected to trade at.
[[nodiscard]] constexpr FilterBreach check_filters(const Instrument& instrument, Price price,
                                                   Qty qty) noexcept {
  if (instrument.status != InstrumentStatus::Trading) return FilterBreach::NotTrading;
  if (price <= Price{}) return FilterBreach::PriceNotPositive;
  if (price < instrument.price_min || price > instrument.price_max)
    return FilterBreach::PriceOutOfRange;
  if (!price.is_multiple_of(instrument.tick)) return FilterBreach::PriceNotOnTick;
  if (qty <= Qty{}) return FilterBreach::QtyNotPositive;
  if (qty < instrument.qty_min || qty > instrument.qty_max) return FilterBreach::QtyOutOfRange;
  if (!qty.is_multiple_of(instrument.lot)) return FilterBreach::QtyNotOnLot;
  return check_notional_min(instrument, price, qty);
}
[[nodiscard]] std::string_view text_of(FilterBreach) noexcept;
[[nodiscard]] std::string_view text_of(InstrumentKind) noexcept;
[[nodiscard]] std::string_view text_of(OptionRight) noexcept;
}  // namespace sq
