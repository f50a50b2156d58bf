// Reads a market data file of our own, record by record as a Source or block by block as columns.
// Thread: one. Cost: that of BlockDecoder; blocks without a wanted instrument are not decoded.
// Errors: std::runtime_error when it is no such file or of a newer version. A damaged section is a
// counted anomaly (position: its byte) and reading goes on behind it; a file that was not closed is
// one too.
// The header's source is that of FileOptions; its sequence in the source is the stored one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "engine/feed/anomaly_log.hpp"
#include "engine/feed/byte_reader.hpp"
#include "engine/feed/columnar/block_decoder.hpp"
#include "engine/feed/columnar/sections.hpp"
#include "engine/feed/market_file.hpp"

namespace sq::feed::columnar {
class Reader final : public MarketFile {
 public:
  Reader(const std::filesystem::path& path, const FileOptions& options);

  [[nodiscard]] RecordHeader* peek() override { return at_ != nullptr ? at_ : fetch(); }
  void pop() override { at_ = nullptr; }
  // As the file names them; with FileOptions::symbols only those, at their ids.
  [[nodiscard]] std::span<const FileSymbol> symbols() const override { return symbols_; }
  [[nodiscard]] const FileCounters& counters() const override { return counters_; }
  [[nodiscard]] std::uint64_t bytes_read() const override { return bytes_read_; }
  [[nodiscard]] std::uint64_t bytes_total() const override { return file_.bytes_total(); }

  // The next record is the first, in the order of the file, that was received at or after `time`.
  void seek(WallTime time);
  // The next block as columns, as stored: all instruments, with the ids of the file; null at the
  // end. What peek() has not given of the block before is passed over.
  [[nodiscard]] const BlockDecoder* next_block();
  [[nodiscard]] std::span<const IndexEntry> blocks() const noexcept { return sections_.blocks; }

 private:
  [[nodiscard]] RecordHeader* fetch();
  [[nodiscard]] bool decode_next(bool wanted_only);
  [[nodiscard]] bool wanted(RecordHeader& record) const noexcept;
  void map_symbols(const FileOptions& options);
  void count_kinds();

  ByteReader file_;
  Sections sections_;
  BlockDecoder decoder_;
  std::vector<FileSymbol> symbols_;
  std::vector<std::uint32_t> id_of_;  // by the file's id; empty: all, unchanged
  std::uint64_t wanted_bits_{~std::uint64_t{0}};
  std::vector<std::int64_t> wall_until_;  // highest receive time of the blocks up to each
  std::size_t next_block_{0};
  RecordHeader* at_{nullptr};
  SourceId source_;
  FileCounters counters_;
  AnomalyLog anomalies_{counters_};
  std::uint64_t bytes_read_{0};
};

[[nodiscard]] FileFormat columnar_format() noexcept;  // "sqmd"
}  // namespace sq::feed::columnar
