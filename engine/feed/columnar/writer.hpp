// Writes a market data file of our own. Sections go to the file as they are filled, each with its
// own checksums, so that what was written before a crash can be read; close() adds the index.
// Thread: one, cold file. Cost: that of BlockEncoder and the disk. Memory: that of BlockEncoder,
// 48 bytes a block and the symbols.
// Errors: std::runtime_error naming the file and the reason when it cannot be written; a record
// that the format cannot hold is refused with a value and not written.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "engine/feed/columnar/block_encoder.hpp"
#include "engine/feed/market_file.hpp"

namespace sq::feed::columnar {
class Writer {
 public:
  struct Counters {
    std::uint64_t records{0};
    std::uint64_t blocks{0};
    std::uint64_t bytes{0};  // of the file so far
  };

  // Replaces a file of that name.
  explicit Writer(const std::filesystem::path& path, const BlockSettings& settings = {});
  // Without close() the file has no index and lacks the records of the last, unfinished block.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Index: InstrumentId. Call again when there are more, or a tick or lot is known better; before
  // the first record of an instrument is best, before close() is necessary.
  void define(std::span<const FileSymbol> symbols);
  [[nodiscard]] std::size_t symbols() const noexcept { return symbols_.size(); }

  [[nodiscard]] Refused add(const RecordHeader& record) {
    const Refused refused = encoder_.add(record);
    if (refused == Refused::No) {
      ++counters_.records;
      if (encoder_.full()) write_block();
    }
    return refused;
  }
  // Writes the block at hand although it is not full, and hands all to the operating system.
  void flush();
  void close();
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { static_cast<void>(std::fclose(file)); }
  };
  void write_block();
  void write_symbols();
  void write_index();
  void write_section(std::span<const std::byte> section);
  void write(std::span<const std::byte> bytes);
  [[noreturn]] void fail(const char* what) const;

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;  // null: closed
  BlockEncoder encoder_;
  std::vector<FileSymbol> symbols_;
  std::vector<std::uint32_t> to_write_;  // symbols that are new or changed
  std::vector<IndexEntry> index_;
  Counters counters_;
};
}  // namespace sq::feed::columnar
