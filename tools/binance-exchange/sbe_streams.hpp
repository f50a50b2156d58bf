// The spot market's streams in SBE, schema 1 version 0: one message a binary frame, no wrapper.
// Thread: plain functions. Units: mantissas 1e-8, times in microseconds.
// Source: protocol facts of binance_sbe 1.1, 2, 3 (trades, best, snapshot, difference).
#pragma once

#include <string>

#include "tools/binance-exchange/symbol_market.hpp"

namespace sq::exchange {
[[nodiscard]] std::string sbe_trade(const std::string& symbol, const PublicTrade& trade,
                                    std::int64_t now_ms);
[[nodiscard]] std::string sbe_best(const SymbolMarket& market, std::int64_t now_ms);
[[nodiscard]] std::string sbe_snapshot(const SymbolMarket& market, std::size_t levels,
                                       std::int64_t now_ms);
[[nodiscard]] std::string sbe_difference(const SymbolMarket& market,
                                         const SymbolMarket::Changes& changes, std::int64_t now_ms);
}  // namespace sq::exchange
