// Tardis.dev CSV files: incremental_book_L2, book_snapshot_N, trades, quotes and book_ticker, told
// by their header; columns in any order.
//
// incremental_book_L2: rows of one symbol with one local_timestamp are one message. Rows with
// is_snapshot true become a DepthSnapshot, the others a DepthUpdate; those before the first
// snapshot are counted and skipped. The files have no update ids, so ids are made of the receive
// time: last_id = max(last id before + 1, local_timestamp in us), first_id = last id before + 1,
// chain Contiguous; a snapshot has last_id twice. So they grow from one day's file to the next, and
// compare with those of a quotes file of the same instrument. A SyncedBook that is fed them takes
// the snapshot and is LIVE with the first update behind it. A later snapshot means that the
// recorder was disconnected: a FeedStatus Disconnected precedes it and a gap is counted, so the
// book is SYNCING in between. Snapshots with more levels than a record holds go on in updates.
// book_snapshot_N: each row a DepthSnapshot; an update without levels precedes the first one, so
// that the book is LIVE from there. Not to be mixed with updates: a level outside N is not known.
// trades: aggressor and id as in the file, id 0 where it is no number. quotes, book_ticker: ids by
// the same rule.
// Thread: one, cold. Cost: 100 to 200 ns a row. Errors: csv_file.hpp.
// Units: wall is local_timestamp, venue_time is timestamp; 0 where the two are equal, which says
// that the venue gave none. Amounts are the venue's (contracts or base units).
// Source: docs.tardis.dev, downloadable CSV files, as of 2026.
#pragma once

#include "engine/feed/market_file.hpp"

namespace sq::feed::csv {
[[nodiscard]] FileFormat tardis_format() noexcept;  // "tardis"
}  // namespace sq::feed::csv
