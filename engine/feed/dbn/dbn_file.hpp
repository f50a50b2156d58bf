// Databento (DBN) files as records: versions 1 to 3, plain, gzip or zstd.
//   mbo            A C M R: MarketOrder Add, Reduce (by the size removed), Modify (keeps_priority
//   2:
//                  as the venue's rule says), Clear; F: Fill and T: TradePrint, which change no
//                  book
//   trades         TradePrint; its id is the venue's packet sequence, DBN has no trade number
//   mbp-10         DepthSnapshot once, then DepthUpdate with what changed, ids 1, 2, 3, ... of our
//                  own, contiguous; TradePrint for action T
//   mbp-1, tbbo, bbo, cmbp-1, tcbbo, cbbo     TopOfBook (price and qty 0: empty side); TradePrint
//                  for T, in tbbo and tcbbo behind the quote (which is the one before the trade)
//   ohlcv          Candle    status   FeedStatus Halted or Resumed    definition   tick and symbol
//   imbalance, statistics, system   counted;   error   an anomaly with its text
// Snapshots: a run of records with the SNAPSHOT flag begins with a Clear, given by us where the
// file has none (version 1). event_end is the LAST flag. MAYBE_BAD_BOOK: a gap, FeedStatus
// Disconnected until the next Clear, then Connected. MBO of quotes (TOB flag) gives TopOfBook.
// Times: wall is ts_recv (made never to go back), venue_time is ts_event.
// Undefined prices: a record that needs one is an anomaly.
// Thread: one, cold. Cost: about 15 ns a record of a plain file (README).
// Errors: std::runtime_error for metadata that cannot be read, DBZ, versions above 3; else
// anomalies with byte positions in the decompressed file. Source: Databento's DBN documentation and
// encoder of 2026-04-14.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/feed/market_file.hpp"

namespace sq::feed::dbn {
[[nodiscard]] const FileFormat& dbn_format() noexcept;
[[nodiscard]] std::unique_ptr<MarketFile> open_dbn(const std::filesystem::path& path,
                                                   const FileOptions& options);
}  // namespace sq::feed::dbn
