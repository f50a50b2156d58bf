// What every text format of market data shares: lines, fields by column name, symbols with the tick
// and lot shown so far, counters, and records made in place.
// Thread: one, cold. Cost: about 60 ns a row besides the fields. Errors: a row that cannot be used
// is a counted anomaly naming file, line, column, value and what would be accepted; a header that
// is not one of the format's refuses the file.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/feed/anomaly_log.hpp"
#include "engine/feed/csv/line_reader.hpp"
#include "engine/feed/csv/text_fields.hpp"
#include "engine/feed/market_file.hpp"
#include "engine/messaging/market_data.hpp"

namespace sq::feed::csv {
// A column by any of its names; place kAbsent: the file has none.
struct Column {
  static constexpr std::size_t kAbsent = ~std::size_t{0};
  std::string_view name;
  std::size_t place{kAbsent};
};

class CsvFile : public MarketFile {
 public:
  CsvFile(const std::filesystem::path& path, const FileOptions& options);

  [[nodiscard]] RecordHeader* peek() final {
    if (at_ == nullptr) at_ = produce();
    return at_;
  }
  void pop() final { at_ = nullptr; }
  [[nodiscard]] std::span<const FileSymbol> symbols() const final { return symbols_; }
  [[nodiscard]] const FileCounters& counters() const final { return counters_; }
  [[nodiscard]] std::uint64_t bytes_read() const final { return lines_.bytes_read(); }
  [[nodiscard]] std::uint64_t bytes_total() const final { return lines_.bytes_total(); }

 protected:
  // The next record, or null at the end.
  [[nodiscard]] virtual RecordHeader* produce() = 0;

  // The next row with exactly `columns` fields; others are anomalies. False: the end.
  [[nodiscard]] bool next_row(std::size_t columns);
  [[nodiscard]] bool take_row(std::string_view text, std::size_t columns) {
    return take_row(text, columns, columns);
  }
  [[nodiscard]] bool take_row(std::string_view text, std::size_t fewest, std::size_t most);
  [[nodiscard]] bool next_line(std::string_view& line);
  [[nodiscard]] const Fields& row() const noexcept { return fields_; }
  [[nodiscard]] std::uint64_t line() const noexcept { return lines_.line(); }

  // These read a column of the row at hand; false: an anomaly was noted.
  template <class F>
  [[nodiscard]] bool read(const Column& column, F& out) {
    const auto value = parse_value<F>(fields_[column.place]);
    if (value) {
      out = *value;
      return true;
    }
    return bad_decimal(column, value.error(), F::kDecimals);
  }
  [[nodiscard]] bool read_id(const Column& column, std::uint64_t& out);
  [[nodiscard]] bool read_flag(const Column& column, bool& out);
  [[nodiscard]] bool read_time(const Column& column, std::int64_t unit_ns, WallTime& out);
  [[nodiscard]] bool read_sum(const Column& column, VolumeSum& out);
  [[gnu::cold]] bool bad(const Column& column, std::string_view expected);
  [[gnu::cold]] bool bad_decimal(const Column& column, DecimalError error, int decimals);
  [[gnu::cold]] void anomaly(const std::string& reason);

  // Empty: not wanted.
  [[nodiscard]] std::optional<InstrumentId> instrument_of(std::string_view name);
  void show(InstrumentId id, Price price, Qty qty);  // tick and lot
  [[nodiscard]] FileCounters& counts() noexcept { return counters_; }
  std::uint64_t& kind_count(std::string_view name);  // valid until the next new name

  // A record in `words`, complete but for wall and venue_time.
  template <class P>
  [[nodiscard]] RecordHeader* make(RecordKind kind, InstrumentId id, const P& payload,
                                   std::size_t more_bytes = 0) {
    RecordHeader* const header = room(sizeof payload + more_bytes);
    header->kind = kind;
    header->instrument = id;
    std::memcpy(reinterpret_cast<std::byte*>(header + 1), &payload, sizeof payload);
    return header;
  }
  [[nodiscard]] const std::string& name() const noexcept { return lines_.name(); }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return lines_.path(); }
  [[nodiscard]] const FileOptions& options() const noexcept { return options_; }

 private:
  [[nodiscard]] RecordHeader* room(std::size_t payload);

  LineReader lines_;
  FileOptions options_;
  Fields fields_;
  std::vector<FileSymbol> symbols_;
  std::unordered_map<std::string, std::optional<InstrumentId>> ids_;
  std::string last_name_;
  std::optional<InstrumentId> last_id_;
  FileCounters counters_;
  AnomalyLog anomalies_{counters_};
  bool ended_{false};
  std::vector<std::uint64_t> words_;
  std::uint64_t source_sequence_{0};
  RecordHeader* at_{nullptr};
};

// Places of `columns` in a header line, in whatever order it has them; refuses the file, naming
// what is missing and what is there, unless all `needed` (the first ones) are in it.
void place_columns(const std::filesystem::path& path, const Fields& header,
                   std::span<Column> columns, std::size_t needed);
// The first line of a file of any packing; empty when it cannot be read.
[[nodiscard]] std::string first_line(const std::filesystem::path& path,
                                     std::span<const std::byte> head);
}  // namespace sq::feed::csv
