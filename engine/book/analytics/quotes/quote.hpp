// The best prices of both sides and what follows from them alone.
//   mid            (bid + ask) / 2                                          quote currency a unit
//   quoted spread  ask - bid                                                the same
//   imbalance      bid_qty / (bid_qty + ask_qty)                            0 to 1
//   weighted mid   (bid ask_qty + ask bid_qty) / (bid_qty + ask_qty)        quote currency a unit,
//                  worked out as bid + spread x imbalance
// Thread: any (plain values). Cost: 1 to 5 ns. Errors: usable() must hold before anything else is
// asked. Source: Harris, "Trading and Exchanges", 2003, ch. 14 (spreads); Stoikov, "The
// Micro-Price", Quantitative Finance 18(12), 2018, eq. 1 to 3 (imbalance, weighted mid).
#pragma once

#include <cstdint>

#include "engine/messaging/market_data.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/order_types.hpp"

namespace sq::book::analytics {
// Prices from here on (4.6e9) are refused, so that twice a price fits 64 bits.
constexpr std::int64_t kPriceRawEnd = std::int64_t{1} << 62;
constexpr double kPriceUnit = static_cast<double>(Price::kScale);
constexpr double kQtyUnit = static_cast<double>(Qty::kScale);

[[nodiscard]] constexpr bool usable(Price price) noexcept {
  return price.raw() > 0 && price.raw() < kPriceRawEnd;
}

struct Quote {
  Level bid{};
  Level ask{};

  // Both sides are there and not crossed (locked is fine).
  [[nodiscard]] constexpr bool usable() const noexcept {
    return bid.qty > Qty{} && ask.qty > Qty{} && analytics::usable(bid.price) &&
           analytics::usable(ask.price) && bid.price <= ask.price;
  }
  // bid + ask in raw units: the mid without its half.
  [[nodiscard]] constexpr std::int64_t twice_mid() const noexcept {
    return bid.price.raw() + ask.price.raw();
  }
  [[nodiscard]] constexpr double mid() const noexcept {
    return static_cast<double>(twice_mid()) / (2.0 * kPriceUnit);
  }
  [[nodiscard]] constexpr Price spread() const noexcept {
    return Price::from_raw(ask.price.raw() - bid.price.raw());
  }
  [[nodiscard]] constexpr double imbalance() const noexcept {
    const auto bids = static_cast<double>(bid.qty.raw());
    return bids / (bids + static_cast<double>(ask.qty.raw()));
  }
  [[nodiscard]] constexpr double weighted_mid() const noexcept {
    return bid.price.to_double() + spread().to_double() * imbalance();
  }
};

[[nodiscard]] constexpr const Level& side_of(const Quote& quote, Side side) noexcept {
  return side == Side::Buy ? quote.bid : quote.ask;
}
}  // namespace sq::book::analytics
