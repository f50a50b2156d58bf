// Requests to Binance's WebSocket API as text: order.place and order.cancel inside a session that
// has logged on, so that no request carries a signature of its own. Spot and USD-M.
// Thread: any. Cost: about 100 ns, no allocation. Errors: empty when the order cannot be said to the
// venue (market order without a quantity, wire id too long) or does not fit the buffer.
// Units: prices and quantities as exact decimals without trailing zeros; timestamp in milliseconds.
// Source: Binance spot WebSocket API section 9 and orders section 8; USD-M sections 6 and 8.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "engine/messaging/orders.hpp"
#include "engine/risk/approval.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/time.hpp"

namespace sq::binance {
constexpr std::size_t kOrderTextMax = 512;

// Only what the gate approved becomes bytes (controls P30). `wire_id` names the order at the venue and the request in the answer.
[[nodiscard]] std::optional<std::string_view> write_place(const risk::Approved& approved,
                                                          const Instrument& instrument,
                                                          std::string_view wire_id, WallTime now,
                                                          std::span<char> out) noexcept;
[[nodiscard]] std::optional<std::string_view> write_cancel(const Instrument& instrument,
                                                           std::string_view wire_id, WallTime now,
                                                           std::span<char> out) noexcept;
}  // namespace sq::binance
