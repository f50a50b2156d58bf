// What a log says about its session: its configurations, where its market data lie, and the inputs
// that the application gave the core, with their places among the others. Enough to run the session
// again on its own market data.
// Thread: one. Cost: one pass over the log, verified; memory: the application's inputs.
// Errors: std::runtime_error for a log that is damaged, or that does not begin with a start of the
// engine; wal::LogError when there is none. A last write that was cut is a note.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/feed/source.hpp"
#include "engine/messaging/breakers.hpp"
#include "engine/messaging/record.hpp"
#include "engine/settings/config.hpp"
#include "engine/wal/reader.hpp"

namespace sq::app {
[[nodiscard]] constexpr bool is_derived(const RecordHeader& record) noexcept {
  return record.kind == RecordKind::GreeksUpdate;
}
// Inputs that the application gives the core itself: commands, definitions, start and end.
[[nodiscard]] constexpr bool is_given(const RecordHeader& record) noexcept {
  return !is_decision(record.kind) && !is_market_data(record.kind) && !is_venue_answer(record) &&
         record.kind != RecordKind::TimeTick;
}

// A place in a stream of inputs, by what came before: it survives a change of reports and timers.
struct InputPlace {
  WallTime at{};
  std::uint64_t market_before{0};     // market data records, those derived from them left out
  std::uint64_t same_time_before{0};  // other inputs at `at`, behind the last market data record
};
// Counts towards an InputPlace. Given inputs do not count.
class InputCount {
 public:
  void take(const RecordHeader& input) noexcept;
  [[nodiscard]] InputPlace place(WallTime at) const noexcept {
    return {at, market_, at == same_at_ ? same_ : 0};
  }

 private:
  std::uint64_t market_{0};
  std::uint64_t same_{0};
  WallTime same_at_{};
};

struct GivenInput {
  std::vector<std::uint64_t> words;  // the record
  InputPlace place;
  [[nodiscard]] const RecordHeader& record() const noexcept {
    return *reinterpret_cast<const RecordHeader*>(words.data());
  }
};

struct LogEpoch {
  settings::Config config;
  std::uint64_t first_sequence{0};
  WallTime last_wall{};  // of its last input
  bool ended{false};     // in order, with RunEnded; else the process died
};

struct LogPlan {
  std::filesystem::path dir;
  std::vector<LogEpoch> epochs;
  std::map<SourceId, std::uint64_t> sources;  // market data records, without derived ones
  std::vector<GivenInput> given;
  InputPlace end;                  // behind the last input
  std::uint64_t last_sequence{0};  // the log may be written on meanwhile
  WallTime last_market{};
  std::int64_t feed_age_ns_max{0};  // oldest market data above the youngest, at receipt
  std::uint64_t market_missing{0};  // by the sources' own numbers
  std::string note;                 // e.g. the last write was cut
};

using LookAtRecord = std::function<void(const RecordHeader&)>;
// Reads the whole log. `look` gets every record, in order.
[[nodiscard]] LogPlan read_plan(const std::filesystem::path& dir, const LookAtRecord& look);
// The configurations of a log's epochs. At least one.
[[nodiscard]] std::vector<settings::Config> configs_of(const std::filesystem::path& dir);

// The market data of one source, taken from the log.
class LogSource final : public feed::Source {
 public:
  // `records` of them are in the log: it need not be searched to its end for another.
  LogSource(const std::filesystem::path& dir, SourceId source, std::uint64_t records);
  [[nodiscard]] RecordHeader* peek() override;
  void pop() override { waiting_ = false; }

 private:
  wal::Reader reader_;
  SourceId source_;
  std::uint64_t left_;
  bool waiting_{false};
  std::vector<std::uint64_t> words_;
};

// Throws for what makes a log unusable; else the note for its reader, "" when all is whole.
[[nodiscard]] std::string note_of(const wal::ReaderStatus& status,
                                  const std::filesystem::path& dir);
}  // namespace sq::app
