// The limits of the gate. A value of 0 means that nothing is allowed; there is no "unlimited": a
// limit that is absent is a control that is off for that scope, and OrderGate::limit() says so.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/risk/limit_key.hpp"
#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"

namespace sq::risk {
// Of any scope, index: LimitKind. Counts, or 1e-8 of the base currency. Empty: off.
constexpr std::size_t kScopeLimits = 13;  // OpenOrders to OrderValue
class ScopeLimits {
 public:
  using Value = std::optional<std::int64_t>;
  [[nodiscard]] Value& operator[](LimitKind kind) noexcept {
    return values_[static_cast<std::size_t>(kind)];
  }
  [[nodiscard]] Value operator[](LimitKind kind) const noexcept {
    return values_[static_cast<std::size_t>(kind)];
  }

 private:
  std::array<Value, kScopeLimits> values_{};
};

struct InstrumentLimits {          // account scope, over all strategies
  Qty order_qty_max{};             // one order
  std::int64_t order_value_max{0};  // one order, 1e-8 of the settlement currency
  Ratio collar{};                  // distance from the far touch, 0.001 is 10 bps
  Qty position_max{};              // worst case, long and short
  std::int64_t open_orders_max{0};
  std::int64_t reference_age_ns_max{0};
  std::optional<Qty> short_position_max{};  // worst case, instead of position_max on the short side
  std::optional<Ratio> away_collar{};       // distance behind the near touch
  std::optional<Price> band_low{};          // of the venue, inclusive
  std::optional<Price> band_high{};
  std::optional<Ratio> jump_max{};  // of the mid against the one before, within jump_window_ns
  std::int64_t jump_window_ns{0};
  ScopeLimits further{};  // OpenOrders and OrderValue are those above
};
struct StrategyLimits {
  std::int64_t open_orders_max{0};
  std::int64_t orders_per_second_max{0};
  std::int64_t daily_loss_max{0};  // 1e-8 of the base currency, positive
  ScopeLimits further{};
};
struct FirmLimits {
  std::int64_t open_orders_max{0};
  std::int64_t orders_per_second_max{0};
  std::int64_t daily_loss_max{0};       // 1e-8 of the base currency, positive
  std::int64_t gross_notional_max{0};   // 1e-8 of the base currency
  ScopeLimits further{};
};
struct VenueLimits {
  VenueId venue{VenueId::None};
  ScopeLimits limits{};
};
struct CurrencyLimits {  // everything that settles in it; GrossNotional and NetNotional
  Currency currency{};
  ScopeLimits limits{};
};
// One strategy in one instrument.
struct HoldingLimits {
  StrategyId strategy{kNoStrategy};
  InstrumentId instrument{kNoInstrument};
  std::optional<std::int64_t> order_qty_max;  // 1e-8 base units
  std::optional<std::int64_t> long_max;       // worst case
  std::optional<std::int64_t> short_max;
};
// What makes money of one currency into the base currency: one for each settlement currency.
struct FxSource {
  Currency from{};
  InstrumentId book{kNoInstrument};  // its mid is the rate; kNoInstrument: FxReference inputs only
  bool inverted{false};              // one over the mid
  std::int64_t age_ns_max{0};
};
// Bounds on the Greeks of positions and open orders, worst case. Empty: that Greek is not bounded.
struct GreekLimit {
  InstrumentId underlying{kNoInstrument};  // and the options on it; kNoInstrument: all options
  StrategyId strategy{kNoStrategy};        // of one strategy; kNoStrategy: of the firm
  std::optional<std::int64_t> delta_max;   // 1e-8 units of the underlying
  std::optional<std::int64_t> gamma_max;   // 1e-12 units of the underlying per unit of its price
  std::optional<std::int64_t> vega_max;    // 1e-8 of the currency per 1.00 of volatility
  std::optional<std::int64_t> theta_max;   // 1e-8 of the currency a year
  std::int64_t age_ns_max{0};              // Greeks from older prices are none
};
}  // namespace sq::risk
