// The limits that Binance publishes for its markets: what a governor starts from until
// exchangeInfo says otherwise. Thread: start-up. Source: protocol facts of binance_spot 4,
// binance_futures 3.
#pragma once

#include <vector>

#include "engine/types/ids.hpp"
#include "venues/binance/rate_governor.hpp"

namespace sq::binance {
[[nodiscard]] inline std::vector<RateLimit> published_limits(VenueId venue) {
  constexpr std::int64_t kMinute = 60 * kNsPerSecond;
  if (venue == VenueId::BinanceSpot)
    return {{RateKind::Weight, kMinute, 6'000},
            {RateKind::Orders, 10 * kNsPerSecond, 50},
            {RateKind::Orders, 24 * 60 * kMinute, 160'000},
            {RateKind::RawRequests, 5 * kMinute, 61'000},
            {RateKind::Connections, 5 * kMinute, 300}};
  return {{RateKind::Weight, kMinute, 2'400},
          {RateKind::Orders, 10 * kNsPerSecond, 300},
          {RateKind::Orders, kMinute, 1'200},
          {RateKind::Connections, 5 * kMinute, 300}};
}
}  // namespace sq::binance
