// The limits of the gate. A value of 0 means that nothing is allowed; there is no "unlimited".
#pragma once

#include <cstdint>

#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"

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
}  // namespace sq::risk
