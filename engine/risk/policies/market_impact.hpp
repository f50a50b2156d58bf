// What an order would pay on average, walking the far side of the own book up to its limit. What
// the given levels do not hold is taken to trade at the limit, the worst it can be. Thread: any
// (pure). Cost: linear in the levels it meets. Errors: empty when it does not fit or there are no
// levels. Units: prices 1e-9. Source: control P38.
#pragma once

#include <algorithm>
#include <optional>
#include <span>

#include "engine/messaging/market_data.hpp"
#include "engine/messaging/orders.hpp"

namespace sq::risk {
constexpr std::size_t kImpactLevels = 32;  // of the book that are looked at

// Distance from the best level to the average, 1e-9 of price, rounded up; 0 when it would rest.
[[nodiscard]] inline std::optional<std::int64_t> impact_of(const OrderRequest& order,
                                                           std::span<const Level> far) noexcept {
  if (far.empty() || order.qty <= Qty{}) return std::nullopt;
  const bool buy = order.side == Side::Buy;
  const auto meets = [&](Price price) { return buy ? price <= order.limit : price >= order.limit; };
  const std::int64_t best = far.front().price.raw();
  if (!meets(far.front().price)) return 0;
  const auto beyond = [&](Price price) {
    return Int128{buy ? price.raw() - best : best - price.raw()};
  };
  Int128 left = order.qty.raw();
  Int128 paid = 0;  // beyond the best level, price x quantity
  bool ended = false;
  for (const Level& level : far) {
    if (left == 0) break;
    if (!meets(level.price)) {
      ended = true;  // the rest would stay in the book
      break;
    }
    const Int128 taken = std::min<Int128>(left, level.qty.raw());
    paid += beyond(level.price) * taken;
    left -= taken;
  }
  Int128 traded = Int128{order.qty.raw()} - left;
  if (left > 0 && !ended) {
    paid += beyond(order.limit) * left;
    traded = order.qty.raw();
  }
  if (traded <= 0) return std::nullopt;  // levels without quantity
  return static_cast<std::int64_t>((paid + traded - 1) / traded);
}
}  // namespace sq::risk
