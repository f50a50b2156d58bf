// LOBSTER message files with their orderbook file beside them, as an order-by-order feed.
//
// The orderbook file seeds the book before the first message (Clear, then one anonymous order a
// level: ids from 2^63 on) and checks the rebuilt one after each row. Messages name only orders
// that touch the L levels of the file, so orders deeper than that come and go unsaid: an unknown id
// is taken from the anonymous order of its price, and where a level comes back into view with
// another quantity, records that mend it precede the next message (counted as "corrections"). A
// level that was in view before and after the message and still differs is an anomaly, and is
// mended as well. Without the orderbook file the messages are given as they are.
//
// Types: 1 Add, 2 Reduce, 3 Delete, 4 Execute, 5 HiddenTrade, 6 (cross) a TradePrint without
// aggressor, 7 FeedStatus Halted and Resumed (quoting resumed is counted only).
// Thread: one, cold. Cost: about 1 us a message with 10 levels. Memory: the live orders.
// Errors: csv_file.hpp. Units: prices in 1e-4 dollars, sizes in shares. Times are seconds after
// midnight in New York of the day in the file's name (FileOptions::midnight overrides it); there is
// no receive time: wall is the venue's.
// Source: lobsterdata.com, structure of the output, 2013 readme.
#pragma once

#include "engine/feed/market_file.hpp"

namespace sq::feed::csv {
[[nodiscard]] FileFormat lobster_format() noexcept;  // "lobster"
// The moment at which the day began in New York; month 1 to 12. Daylight saving by the rule of
// 2007.
[[nodiscard]] WallTime new_york_midnight(int year, int month, int day) noexcept;
}  // namespace sq::feed::csv
