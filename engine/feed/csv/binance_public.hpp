// The public archive of Binance (data.binance.vision): trades, aggTrades, klines (also mark, index
// and premium), bookTicker; the .zip as it is, or the CSV of it in any packing. With and without a
// header line; with one, columns in any order.
// The symbol is in the file's name (BTCUSDT-trades-2024-01-01), the type in the name or the header.
// Which klines: the folder markPriceKlines, indexPriceKlines or premiumIndexKlines in the path
// says. Trades and aggregates: numbers that are missing are gaps; a number again or backwards is an
// anomaly, and the row is left out. bookTicker: rows that are out of order by less than 256 rows
// are put in order; later ones are anomalies. A candle's wall and venue_time are the moment after
// it. bookDepth is refused: it holds sums in bands around the price, which no record says. Thread:
// one, cold. Cost: 100 to 250 ns a row. Errors: csv_file.hpp. Units: times in milliseconds or, from
// 10^15 on, microseconds: spot files changed in 2025. There is no receive time: wall is the venue's
// event time. Volumes: see Candle. Source: github.com/binance/binance-public-data, 2025-01.
#pragma once

#include <span>

#include "engine/feed/market_file.hpp"

namespace sq::feed::csv {
// "binance-trades", "binance-agg-trades", "binance-klines", "binance-book-ticker",
// "binance-book-depth".
[[nodiscard]] std::span<const FileFormat> binance_formats() noexcept;
}  // namespace sq::feed::csv
