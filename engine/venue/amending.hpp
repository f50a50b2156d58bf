// How a venue changes an order that works. Thread: any. Cost: a comparison. Errors: none.
// Source: Binance spot order.amend.keepPriority (only a smaller quantity) and order.cancelReplace,
// USD-M order.modify, Kite PUT /orders/:variety/:order_id (2026-11).
#pragma once

#include "engine/messaging/orders.hpp"
#include "engine/types/ids.hpp"

namespace sq::venue {
[[nodiscard]] constexpr AmendStyle amend_style(VenueId venue, const OrderRequest& order,
                                               Price limit, Qty qty) noexcept {
  const bool only_smaller = limit == order.limit && qty < order.qty;
  return venue == VenueId::BinanceSpot && !only_smaller ? AmendStyle::CancelReplace
                                                        : AmendStyle::InPlace;
}
}  // namespace sq::venue
