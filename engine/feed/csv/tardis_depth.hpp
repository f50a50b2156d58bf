// The depth files of Tardis: see tardis.hpp for what becomes of their rows.
// Thread: one, cold. Errors: csv_file.hpp.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/feed/csv/csv_file.hpp"

namespace sq::feed::csv {
class TardisFile : public CsvFile {
 public:
  TardisFile(const std::filesystem::path& path, const FileOptions& options);
  void read_header();

 protected:
  virtual void place(const Fields& header) = 0;
  // The next row of a wanted symbol with good times. False: the end.
  [[nodiscard]] bool next_message(InstrumentId& id);
  struct Ids {
    std::uint64_t first{0};
    std::uint64_t last{0};
  };
  // Of a record that was received at `local`.
  [[nodiscard]] Ids next_ids(InstrumentId id, WallTime local);
  [[nodiscard]] WallTime local() const noexcept { return local_; }
  [[nodiscard]] WallTime venue() const noexcept { return venue_; }
  [[nodiscard]] RecordHeader* stamped(RecordHeader* record) const noexcept {
    return stamped(record, local_, venue_);
  }
  [[nodiscard]] static RecordHeader* stamped(RecordHeader* record, WallTime local,
                                             WallTime venue) noexcept {
    record->wall = local;
    record->venue_time = venue == local ? WallTime{} : venue;
    return record;
  }
  [[nodiscard]] RecordHeader* make_depth(RecordKind kind, InstrumentId id, WallTime local,
                                         std::span<const Level> bids, std::span<const Level> asks);

 private:
  Column symbol_, time_, local_time_;
  std::size_t width_{0};
  WallTime local_{};
  WallTime venue_{};
  std::vector<std::uint64_t> last_ids_;  // by instrument
};

class TardisLevels final : public TardisFile {
 public:
  using TardisFile::TardisFile;

 private:
  struct Row {
    InstrumentId id{};
    WallTime local{};
    WallTime venue{};
    Level level{};
    bool snapshot{false};
    bool bid{false};
  };
  enum class Was : std::uint8_t { Nothing, Snapshot, Update };

  void place(const Fields& header) override;
  RecordHeader* produce() override;
  [[nodiscard]] bool next_level(Row& out);
  [[nodiscard]] bool parse(InstrumentId id, Row& out);
  void gather();  // the rows of the message that row_ begins
  [[nodiscard]] RecordHeader* emit();

  Column snapshot_, side_, price_, amount_;
  bool pending_{false};  // row_ is the first of the next message
  Row row_;
  Row first_;  // of the message at hand
  std::vector<Level> bids_;
  std::vector<Level> asks_;
  bool gathered_{false};
  bool disconnect_{false};     // to be said before it
  bool continues_{false};      // levels that the snapshot record had no room for
  std::vector<Was> was_;       // the message before, by instrument
  std::vector<bool> started_;  // a snapshot was seen, by instrument
};

class TardisSnapshots final : public TardisFile {
 public:
  using TardisFile::TardisFile;

 private:
  struct Pair {
    Column price;
    Column amount;
  };
  void place(const Fields& header) override;
  RecordHeader* produce() override;
  [[nodiscard]] bool read_levels(std::span<const Pair> columns, std::vector<Level>& levels,
                                 InstrumentId id);

  std::vector<std::string> names_;  // what the columns' names point to
  std::vector<Pair> asks_;
  std::vector<Pair> bids_;
  std::vector<Level> ask_levels_;
  std::vector<Level> bid_levels_;
  std::vector<bool> opened_;  // by instrument
  bool row_waits_{false};     // the row at hand is read, its record comes next
  InstrumentId row_id_{};
};
}  // namespace sq::feed::csv
