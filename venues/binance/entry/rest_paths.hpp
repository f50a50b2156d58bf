// Requests that several errands make. Thread: any. Units: weights as the venue's pages say.
// Source: protocol facts of binance_spot 4 and 8, binance_futures 5 and 6.
#pragma once

#include <string>

#include "venues/binance/entry/rest_lane.hpp"

namespace sq::binance {
constexpr std::size_t kRowsMax = 1'000;  // of a list of trades or orders

[[nodiscard]] inline std::string symbol_query(const Instrument& instrument) {
  return std::string{"symbol="}.append(instrument.symbol.view());
}
// Of one symbol, oldest first; the caller adds from where.
[[nodiscard]] inline RestAsk ask_trades(const LinkContext& context, const Instrument& instrument) {
  RestAsk ask;
  ask.path = context.spot() ? "/api/v3/myTrades" : "/fapi/v1/userTrades";
  ask.query = symbol_query(instrument).append("&limit=1000");
  ask.cost.weight = context.spot() ? 20 : 5;
  return ask;
}
// Of all symbols at once: dearer than of each of a few, but one moment.
[[nodiscard]] inline RestAsk ask_open_orders(const LinkContext& context) {
  RestAsk ask;
  ask.path = context.spot() ? "/api/v3/openOrders" : "/fapi/v1/openOrders";
  ask.cost.weight = context.spot() ? 80 : 40;
  if (context.where.instruments.size() == 1) {
    ask.query = symbol_query(context.where.instruments.front());
    ask.cost.weight = context.spot() ? 6 : 1;
  }
  return ask;
}
[[nodiscard]] inline OrderReport fill_of(const ToldTrade& trade, ReportKind kind) {
  OrderReport fill;
  fill.kind = kind;
  fill.venue_order_id = trade.venue_order_id;
  fill.trade_id = trade.trade_id;
  fill.last_price = trade.price;
  fill.last_qty = trade.qty;
  fill.fee = trade.fee;
  fill.maker = trade.maker ? 1 : 0;
  fill.side = static_cast<std::uint8_t>(trade.side);
  return fill;
}
}  // namespace sq::binance
