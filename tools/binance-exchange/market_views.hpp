// What both exchanges say of a market's past: candles, a day, trades. Thread: one.
// Errors: Failure. Source: protocol facts of binance_spot 5, 6, binance_futures 2, 4.
#pragma once

#include <boost/json.hpp>

#include "tools/binance-exchange/params.hpp"
#include "tools/binance-exchange/symbol_market.hpp"

namespace sq::exchange {
[[nodiscard]] boost::json::value klines_json(const SymbolMarket& market, const Params& params);
[[nodiscard]] boost::json::array aggregate_trades_json(const SymbolMarket& market,
                                                       const Params& params);
[[nodiscard]] boost::json::object day_json(const SymbolMarket& market, std::int64_t now_ms);
// "24hrTicker" and "24hrMiniTicker".
[[nodiscard]] boost::json::object ticker_event(const SymbolMarket& market, std::int64_t now_ms);
[[nodiscard]] boost::json::object mini_ticker_event(const SymbolMarket& market,
                                                    std::int64_t now_ms);
}  // namespace sq::exchange
