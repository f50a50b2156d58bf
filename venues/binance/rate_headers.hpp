// What the head of an HTTP answer, of a request or of a WebSocket handshake, says about limits,
// told to the governor: weights and orders used, 429 and 418 with Retry-After.
// Thread: the owner's. Cost: a pass over the fields. Errors: a header that is no such number is
// passed over. Source: protocol facts of binance_spot 4, binance_futures 3; fault N09.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/net/http/response_parser.hpp"
#include "venues/binance/rate_governor.hpp"

namespace sq::binance {
void note_limits(RateGovernor& governor, const net::HttpResponseHead& head, WallTime now) noexcept;

// "X-MBX-USED-WEIGHT-1M", "x-mbx-order-count-10s": what is counted, and over how long.
struct UsageName {
  RateKind kind{RateKind::Weight};
  std::int64_t interval_ns{0};
};
[[nodiscard]] std::optional<UsageName> usage_name(std::string_view field) noexcept;
}  // namespace sq::binance
