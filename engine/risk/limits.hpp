// The limits of the gate. A value of 0 means that nothing is allowed; there is no "unlimited".
#pragma once

#include <cstdint>
#include <optional>

#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"

namespace sq::risk {
struct InstrumentLimits {          // account scope, over all strategies
  Qty order_qty_max{};             // one order
  std::int64_t order_value_max{0};  // one order, 1e-8 of the settlement currency
  Ratio collar{};                  // distance from the far touch, 0.001 is 10 bps
  Qty position_max{};              // worst case, long and short
  std::int64_t open_orders_max{0};
  std::int64_t reference_age_ns_max{0};
};
struct StrategyLimits {
  std::int64_t open_orders_max{0};
  std::int64_t orders_per_second_max{0};
  std::int64_t daily_loss_max{0};  // 1e-8 of the base currency, positive
};
struct FirmLimits {
  std::int64_t open_orders_max{0};
  std::int64_t orders_per_second_max{0};
  std::int64_t daily_loss_max{0};       // 1e-8 of the base currency, positive
  std::int64_t gross_notional_max{0};   // 1e-8 of the base currency
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
