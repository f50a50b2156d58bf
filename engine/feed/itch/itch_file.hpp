// NASDAQ TotalView-ITCH 5.0 files as records, in any framing of file_source.hpp, also compressed.
//   A F      MarketOrder Add          E C      Execute (side not known; C has the trade's price)
//   X D U    Reduce, Delete, Replace  P, Q     TradePrint (no displayed order traded); Q is an
//   H h      FeedStatus Halted or              aggregate: the whole cross, id the match number
//            Resumed (h: Nasdaq only) R        a symbol; all other messages are counted only
// An Execute has no side and, for E, no price: the consumer's book of orders knows both. P states a
// side since 2014-07-14 only for form's sake, and a cross has none: aggressor_unknown.
// Times: FileOptions::midnight, else the date in the file's name, else (captures) that of the first
// packet, New York time made UTC; without any: 1970-01-01, so that times of day are still right.
// wall is the capture's time, else venue_time, and never goes back.
// Thread: one, cold. Cost: about 15 ns a message (README). Errors: std::runtime_error when the file
// cannot be opened; everything else is an anomaly with its byte position in the decompressed file.
// Units: shares are Qty units; prices exact. Source: TotalView-ITCH 5.0, revisions to 2023-04-28.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "engine/feed/market_file.hpp"

namespace sq::feed::itch {
[[nodiscard]] const FileFormat& itch_format() noexcept;
[[nodiscard]] std::unique_ptr<MarketFile> open_itch(const std::filesystem::path& path,
                                                    const FileOptions& options);
}  // namespace sq::feed::itch
