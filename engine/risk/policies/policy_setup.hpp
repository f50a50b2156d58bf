// What the controls beside the limits on exposure are built from. What is absent (empty, or 0 where
// it says so) is a control that is off; app says at start which ones are.
// Thread: plain values. Units: quantities 1e-8, money 1e-8 of the settlement currency, times ns.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/risk/policies/message_bucket.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"

namespace sq::risk {
// P10: of orders sent, in any window of this length.
struct WindowLimits {
  std::int64_t window_ns{0};                 // a multiple of 64
  std::optional<std::int64_t> qty_max;       // instruments only: quantities of two do not add up
  std::optional<std::int64_t> notional_max;  // at limit prices
  std::optional<std::int64_t> orders_max;
};
// P36: messages (orders, amends, cancels) of an instrument for each of its trades.
struct OrderToTradeLimits {
  std::int64_t window_ns{0};     // 0: off
  std::int64_t messages_min{0};  // fewer than so many in the window are always allowed
  std::int64_t ratio_warn{0};    // messages a trade
  std::int64_t ratio_max{0};
};
struct InstrumentPolicies {
  std::vector<WindowLimits> windows;       // at most 3
  std::optional<std::int64_t> freeze_qty;  // P24: one order
  bool slice{false};                       // P24: say that slices would pass
  bool delivery{false};                    // P22: sells need holdings
  bool restricted{false};                  // P01: no new orders
  std::optional<Ratio> impact_max;         // P38: of the touch, soft
  std::int64_t filter_age_ns_max{0};       // P39; 0: off
  OrderToTradeLimits order_to_trade;
};
struct MessageWeights {  // tokens a message takes from the venue's bucket
  std::int64_t order{1};
  std::int64_t amend{1};
  std::int64_t cancel{1};
};
struct VenuePolicies {
  VenueId venue{VenueId::None};
  bool session{false};                // P23: nothing is permitted before a phase is known
  bool tags{false};                   // P25: orders need algo id, user and client
  std::int64_t receive_window_ns{0};  // P33; 0: off
  std::int64_t clock_age_ns_max{0};   // P33: older measurements are none
  MessageRateLimits rate;
  MessageWeights weights;
};
// P12, without acknowledgement by a person; 0: off.
struct RepeatedExecutionLimits {
  std::int64_t executions_max{0};
  std::int64_t cycles_max{0};  // a fill, then another order
};
struct StrategyPolicies {
  MessageRateLimits rate;
  RepeatedExecutionLimits repeated;
  bool tagged{false};  // algo id, user and client are all set
};
struct PolicySetup {
  std::int64_t duplicate_window_ns{0};  // P09; 0: off
  std::size_t duplicate_memory{4096};   // orders
  std::vector<WindowLimits> windows;    // of the firm, at most 3; money in the base currency
  std::vector<InstrumentPolicies> instruments;  // index: InstrumentId; may be shorter
  std::vector<StrategyPolicies> strategies;     // index: StrategyId; may be shorter
  std::vector<VenuePolicies> venues;
  std::vector<MessageRateLimits> accounts;  // index: AccountId; may be shorter
};
}  // namespace sq::risk
