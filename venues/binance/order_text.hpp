// Requests about orders as text: frames of the WebSocket API, inside a session that has logged on
// or each with a signature of its own, and query strings for REST. Spot and USD-M. Thread: any.
// Cost: about 100 ns in a session, no allocation; with a signature what that costs. Errors: empty
// when it cannot be said to the venue (no quantity, wire id too long, reduce-only on spot) or does
// not fit the buffer. Units: prices and quantities as exact decimals without trailing zeros;
// timestamp in milliseconds. Source: Binance spot WebSocket API section 9, orders section 8,
// signing section 3; USD-M sections 3, 6 and 8. Parameters stand in the order of their names, which
// is the order that is signed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/auth/signer.hpp"
#include "engine/messaging/orders.hpp"
#include "engine/risk/approval.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/time.hpp"

namespace sq::binance {
constexpr std::size_t kOrderTextMax = 2048;  // a signature by an RSA key of 4096 bits is in it

// Who asks, and when.
struct RequestStamp {
  WallTime now{};                       // by the venue's clock
  std::int64_t recv_window_ms{0};       // 0: the venue's
  std::string_view api_key{};           // empty: the session has logged on
  const auth::Signer* signer{nullptr};  // null: the same
};
// How the venue is told which order: by our id, or by its own where it has none of ours.
struct OrderName {
  std::string_view wire_id{};
  std::uint64_t venue_order_id{0};  // when wire_id is empty
};

// Frames. `request`: what the answer will name. Only what the gate approved becomes bytes (controls
// P30).
[[nodiscard]] std::optional<std::string_view> write_place(
    const risk::Approved& approved, const Instrument& instrument, std::string_view wire_id,
    std::uint64_t request, const RequestStamp& stamp, std::span<char> out) noexcept;
[[nodiscard]] std::optional<std::string_view> write_cancel(const Instrument& instrument,
                                                           const OrderName& name,
                                                           std::uint64_t request,
                                                           const RequestStamp& stamp,
                                                           std::span<char> out) noexcept;
// Spot: everything that works on the instrument, whoever placed it.
[[nodiscard]] std::optional<std::string_view> write_cancel_all(const Instrument& instrument,
                                                               std::uint64_t request,
                                                               const RequestStamp& stamp,
                                                               std::span<char> out) noexcept;
// An amend of an order that works, by what its style says: USD-M order.modify; spot
// order.amend.keepPriority (less quantity, nothing else) or order.cancelReplace, which needs to
// know what the order was: `tif`, `self_trade`. `wire_id` stays the order's.
[[nodiscard]] std::optional<std::string_view> write_amend(
    const risk::Approved& approved, const Instrument& instrument, std::string_view wire_id,
    TimeInForce tif, SelfTrade self_trade, std::uint64_t request, const RequestStamp& stamp,
    std::span<char> out) noexcept;
// The session itself: session.logon, userDataStream.subscribe, userDataStream.subscribe.signature.
[[nodiscard]] std::optional<std::string_view> write_session(std::string_view method,
                                                            std::uint64_t request,
                                                            const RequestStamp& stamp,
                                                            std::span<char> out) noexcept;

// Query strings, without timestamp and signature: those are put behind when it is sent.
[[nodiscard]] std::optional<std::string_view> query_place(const risk::Approved& approved,
                                                          const Instrument& instrument,
                                                          std::string_view wire_id,
                                                          std::span<char> out) noexcept;
[[nodiscard]] std::optional<std::string_view> query_cancel(const Instrument& instrument,
                                                           const OrderName& name,
                                                           std::span<char> out) noexcept;
}  // namespace sq::binance
