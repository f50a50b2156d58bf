// The row types of binance_public.hpp.
// Thread: one, cold. Errors: csv_file.hpp.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/feed/csv/csv_file.hpp"

namespace sq::feed::csv {
// A first line whose first field is no number.
[[nodiscard]] bool looks_like_header(const Fields& first) noexcept;

class BinanceFile : public CsvFile {
 public:
  // `columns`: by the names of the headers, with their places in files without one, which have
  // `fewest` to `most` columns.
  BinanceFile(const std::filesystem::path& path, const FileOptions& options,
              std::span<const Column> columns, std::size_t fewest, std::size_t most);

 protected:
  [[nodiscard]] bool next();  // false: the end
  [[nodiscard]] const Column& column(std::size_t i) const noexcept { return columns_[i]; }
  // Milliseconds or microseconds, by their size.
  [[nodiscard]] bool read_moment(const Column& from, WallTime& out, std::int64_t& unit_ns);
  [[nodiscard]] InstrumentId instrument() const noexcept { return instrument_; }
  // Counts what is missing from the number expected; false: the row is to be left out.
  [[nodiscard]] bool follows(const Column& from, std::uint64_t first, std::uint64_t last);
  [[nodiscard]] static RecordHeader* stamped(RecordHeader* record, WallTime at) noexcept {
    record->wall = record->venue_time = at;
    return record;
  }

 private:
  void read_first_line(std::size_t fewest, std::size_t most);

  std::vector<Column> columns_;
  std::size_t width_{0};
  InstrumentId instrument_{};
  bool first_waits_{false};  // the first line is a row
  std::string first_;
  std::uint64_t last_number_{0};
  bool numbered_{false};
};

class BinanceTrades final : public BinanceFile {
 public:
  BinanceTrades(const std::filesystem::path& path, const FileOptions& options);

 private:
  RecordHeader* produce() override;
};

class BinanceAggregates final : public BinanceFile {
 public:
  BinanceAggregates(const std::filesystem::path& path, const FileOptions& options);

 private:
  RecordHeader* produce() override;
};

class BinanceKlines final : public BinanceFile {
 public:
  BinanceKlines(const std::filesystem::path& path, const FileOptions& options);

 private:
  RecordHeader* produce() override;
  [[nodiscard]] bool read_candle(Candle& candle, std::int64_t& unit_ns);
  CandleOf of_{CandleOf::Trades};
};

class BinanceTops final : public BinanceFile {
 public:
  BinanceTops(const std::filesystem::path& path, const FileOptions& options);

 private:
  struct Row {
    TopOfBook top;
    WallTime event{};
  };
  static constexpr std::size_t kWindow = 256;
  RecordHeader* produce() override;
  [[nodiscard]] bool read_row(Row& row);

  std::vector<Row> waiting_;  // a heap: the lowest update id in front
  std::uint64_t emitted_{0};
  bool ended_{false};
};
}  // namespace sq::feed::csv
