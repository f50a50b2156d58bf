// What a damaged log still holds, what is lost, and a whole log made of the rest. Every record that
// its predecessor proves is kept, wherever it lies: in segments under a wrong name, behind a break,
// in a ring. The damaged log is never changed: the repaired one takes its name, it is set aside.
// Thread: one, and no engine on the log: it is locked. Cost: reads all; writes from the first
// damaged segment on. Errors: LogError, then nothing was changed: in use, no access, no room, a
// newer format, nothing to go by.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/wal/files.hpp"
#include "engine/wal/format.hpp"
#include "engine/wal/log_view.hpp"
#include "engine/wal/salvage.hpp"
#include "engine/wal/stream_cursor.hpp"

namespace sq::wal {
struct DamagedPlace {
  std::filesystem::path file;
  std::uint64_t offset{0};
  std::uint64_t bytes{0};
  std::uint64_t after_sequence{0};  // last good record of the stream before it; 0: none
  std::string what;
};
struct LostRange {               // numbers that neither stream has, both included
  Stream stream{Stream::Order};  // whose damage it is
  std::uint64_t first{0};
  std::uint64_t last{0};
};
struct LostRecord {  // unproven: read out of damaged bytes
  RecordKind kind{RecordKind::None};
  std::uint64_t sequence{0};
  std::string text;
};

struct RepairPlan {
  bool needed{false};                        // false: the log opens as it is
  std::array<ReaderStatus, kStreams> first;  // how reading each stream ends, as verify sees it
  std::vector<DamagedPlace> damage;
  std::vector<std::string> notes;  // names that are wrong, files of other logs, a lost ring ...
  std::array<std::uint64_t, kStreams> kept{};  // records
  std::array<std::uint64_t, kStreams> last_kept{};
  std::uint64_t healed{0};  // records whose checksum field alone was wrong
  std::vector<LostRange> lost;
  std::uint64_t lost_numbers{0};     // sum of the ranges
  std::vector<LostRecord> readable;  // of the lost ones
  std::map<RecordKind, std::uint64_t> readable_kinds;
  std::vector<std::string> orders;  // ids whose OrderSent is lost and that later records name
  std::vector<std::string> fills;   // id and trade of fills half of whose records are lost
  std::vector<std::string> snapshots_lost;  // made at a record that is lost
};

struct RepairResult {
  std::filesystem::path aside;   // the damaged log
  std::filesystem::path report;  // in the repaired log
  std::uint64_t records_written{0};
  std::uint64_t segments_kept{0};  // untouched
};

// Looks at a log and holds its lock until it goes.
class Repair {
 public:
  explicit Repair(const std::filesystem::path& dir);
  Repair(const Repair&) = delete;
  Repair& operator=(const Repair&) = delete;

  [[nodiscard]] const RepairPlan& plan() const noexcept { return plan_; }
  // Writes the repaired log beside, checks it, and lets it change places with the damaged one.
  // Only when plan().needed.
  RepairResult apply();
  // apply() sets the damaged log aside under this name.
  [[nodiscard]] std::filesystem::path aside() const;

 private:
  struct Source {
    std::filesystem::path path;
    Mapping mapping;
    std::vector<std::byte> copy;  // of a ring
    SegmentHeader header;         // number 0: not readable
    std::uint64_t number{0};      // of its header, or else of its name
    std::uint64_t base{0};        // offset in the file of the bytes searched
    Stream stream{Stream::Order};
    bool quiet{false};  // its holes are no damage: seen already, or come round
    Salvage found;
  };
  struct StreamState {
    std::vector<std::unique_ptr<Source>> sources;
    StreamEnd unchanged;        // up to here segments stay as they are
    std::vector<Piece> pieces;  // to keep, by sequence; they may overlap
    bool damaged{false};
    bool starts_later{false};  // its first segments were removed by retention
  };
  void load_segments();
  void add_segment(Stream named, std::uint64_t number);
  void find_meta();
  void guess_meta();
  void find_rings();
  void look(Stream stream);
  [[nodiscard]] std::uint64_t first_sequence(Stream stream) const;
  void search(Stream stream);
  void search_ring(Stream stream, std::optional<std::uint64_t> chain);
  void find_lost();
  [[nodiscard]] std::vector<LostRange> gaps(Stream stream);
  void read_lost(const Source& source);
  void compare_orders();
  void look_at_snapshots();
  // Each record to keep of one stream. linked: it follows the one before, nothing is between them.
  using Look = std::function<void(const RecordHeader& record, bool linked)>;
  void each_kept(Stream stream, const Look& look) const;
  void write_stream(Stream stream, const std::filesystem::path& to, RepairResult& result);
  void keep_segments(Stream stream, const std::filesystem::path& to, RepairResult& result) const;
  void keep_others(const std::filesystem::path& to) const;
  void write_log(const std::filesystem::path& to, RepairResult& result);
  void check_result(const std::filesystem::path& to) const;

  std::filesystem::path dir_;
  File lock_;
  LogView view_;
  bool meta_lost_{false};
  std::array<StreamState, kStreams> streams_;
  std::array<std::uint64_t, kStreams> known_{};  // sequence that the log is known to have reached
  std::map<std::uint64_t, StreamEnd> snapshot_ends_;  // by sequence: in the repaired log
  std::array<StreamEnd, kStreams> ends_{};            // of the repaired log
  RepairPlan plan_;
};

// A readable account of some lines; `all` lists what is otherwise cut after 20.
[[nodiscard]] std::string text_of(const RepairPlan& plan, bool all = false);
}  // namespace sq::wal
