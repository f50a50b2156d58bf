// A file of market data in any format this module reads, as records. Symbols are found in the file.
// Thread: one, cold. Cost: that of the format, in its header. Errors: std::runtime_error naming
// file, line or byte, value and what would be accepted, when the file cannot be what it is said to
// be; a message that cannot be used is counted, kept with its reason, and reading goes on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/feed/source.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"

namespace sq::feed {
struct FileSymbol {
  std::string name;
  Price tick{};  // smallest price step that the file states or shows so far; 0: not known
  Qty lot{};     // 0: not known
};

struct Anomaly {
  std::uint64_t position{0};  // byte or line, as the format counts
  std::string reason;         // a sentence with the value
};

struct FileCounters {
  static constexpr std::size_t kAnomaliesKept = 100;
  std::uint64_t messages{0};   // read from the file, of every kind
  std::uint64_t gaps{0};       // times that sequence numbers were missing
  std::uint64_t missing{0};    // sequence numbers missing in all gaps
  std::uint64_t anomalies{0};  // messages that could not be used
  std::vector<Anomaly> first_anomalies;                          // kAnomaliesKept at most
  std::vector<std::pair<std::string, std::uint64_t>> by_kind;    // the format's own names
};

class MarketFile : public Source {
 public:
  // Index: the InstrumentId of the records. Grows while reading, never changes.
  [[nodiscard]] virtual std::span<const FileSymbol> symbols() const = 0;
  [[nodiscard]] virtual const FileCounters& counters() const = 0;
  [[nodiscard]] virtual std::uint64_t bytes_read() const = 0;   // of the file as it lies on disk
  [[nodiscard]] virtual std::uint64_t bytes_total() const = 0;
  // The beginning of the day that the file's own times of day count from, as far as it is read; 0:
  // the file counts in UTC.
  [[nodiscard]] virtual WallTime midnight() const { return {}; }
};

struct FileOptions {
  std::string format;  // a name of file_formats(); empty: told by name and content
  SourceId source{kSourceFeedFirst};
  // Start of the day (UTC) that times of day count from; 0: the date in the file's name.
  WallTime midnight{};
  // Only these symbols, with these ids; empty: every symbol, ids in the order of appearance.
  std::vector<std::pair<std::string, InstrumentId>> symbols;
};

struct FileFormat {
  std::string_view name;     // "itch", "dbn", "tardis-l2"...
  std::string_view summary;  // one line, with what the file must look like
  // Could be this format: judged by name and first bytes (decompressed).
  bool (*recognises)(const std::filesystem::path& path, std::span<const std::byte> head);
  std::unique_ptr<MarketFile> (*open)(const std::filesystem::path& path, const FileOptions& options);
};
// Every format, most specific first.
[[nodiscard]] std::span<const FileFormat> file_formats();
[[nodiscard]] std::unique_ptr<MarketFile> open_market_file(const std::filesystem::path& path,
                                                           const FileOptions& options);
}  // namespace sq::feed
