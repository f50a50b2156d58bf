// What Binance's words for an order's status mean. A word that is not in the table is Unknown,
// which ends nothing: the venue is asked again. Thread: any. Cost: a few comparisons. Errors: none.
// Source: Binance spot "Enums" (order status, executionReport X and x) and USD-M
// ORDER_TRADE_UPDATE, as of 2026-11; fault X20.
#pragma once

#include <string_view>

#include "engine/messaging/orders.hpp"

namespace sq::binance {
struct OrderStatus {
  OrderState state{OrderState::Unknown};
  RejectCode code{RejectCode::None};
  friend bool operator==(const OrderStatus&, const OrderStatus&) = default;
};
[[nodiscard]] OrderStatus order_status(std::string_view word) noexcept;
// `mode`: of the order. Empty: the venue's default.
[[nodiscard]] std::string_view self_trade_word(SelfTrade mode) noexcept;
}  // namespace sq::binance
