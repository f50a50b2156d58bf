// Events that could not be handled, kept with their record and the reason until somebody replays or
// discards them: inputs the core gave up, and events a subscriber failed on. They lie in one file,
// <log>/events/dead-letters.jsonl, a checksum and a JSON object a line, synced at each change.
// Thread: any. Cost: a sync a change. Memory and disk: bounded; the oldest letter makes room for a
// new one and is counted. Errors: a failed write throws LogError and changes nothing; lines that do
// not match their checksum are left out and counted.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/app/event_bus/event_queue.hpp"
#include "engine/wal/files.hpp"

namespace sq::app {
struct Letter {
  std::uint64_t id{0};     // 1 is the first; never used twice
  bool from_core{false};   // else a subscriber's failure
  std::string subscriber;  // "core" for the core's
  std::string reason;      // text of DeadLetterReason, or what the subscriber threw
  std::uint32_t attempts{0};
  std::uint64_t log_id{0};
  std::uint64_t sequence{0};  // of the record
  // The event; of the core's letters the input itself, or the DeadLetter decision where the log no
  // longer has the input.
  KeptRecord record;
};

struct LetterLimits {
  std::size_t letters_max{10'000};
  std::size_t bytes_max{std::size_t{64} << 20U};  // of records
};

struct LetterCounts {
  std::uint64_t kept{0};
  std::uint64_t bytes{0};
  // Since the start:
  std::uint64_t added{0};
  std::uint64_t replayed{0};
  std::uint64_t discarded{0};
  std::uint64_t pushed_out{0};  // by newer ones
  std::uint64_t damaged{0};     // lines that were not what was written
};

struct LetterFilter {
  std::string subscriber;                   // "": all
  std::optional<RecordKind> kind;           // empty: all
  std::uint64_t before{~std::uint64_t{0}};  // ids below this one
};

class DeadLetters {
 public:
  // Reads what an earlier run left.
  explicit DeadLetters(const std::filesystem::path& events_dir, LetterLimits limits = {});
  DeadLetters(const DeadLetters&) = delete;
  DeadLetters& operator=(const DeadLetters&) = delete;

  // Its id. A letter of the same subscriber, log and sequence is not kept twice: its reason and
  // attempts are renewed. On the device when it returns.
  std::uint64_t add(Letter letter);
  enum class End : std::uint8_t { Replayed, Discarded };
  // False: there is no such letter.
  bool remove(std::uint64_t id, End end);

  [[nodiscard]] std::optional<Letter> find(std::uint64_t id) const;
  // The youngest first, at most `limit`.
  [[nodiscard]] std::vector<Letter> list(const LetterFilter& filter, std::size_t limit) const;
  [[nodiscard]] LetterCounts counts() const;

 private:
  void load();
  void take_line(std::string_view line);
  void append(const std::string& line);
  void rewrite_if_mostly_gone();
  void make_room(std::size_t bytes, std::string& lines);
  void forget(std::deque<Letter>::iterator letter);
  [[nodiscard]] std::deque<Letter>::iterator at(std::uint64_t id);

  std::filesystem::path path_;
  LetterLimits limits_;
  mutable std::mutex mutex_;
  wal::File file_;
  std::uint64_t file_bytes_{0};
  std::uint64_t lines_{0};  // in the file
  std::uint64_t next_id_{1};
  std::deque<Letter> letters_;  // by id
  LetterCounts counts_;
};
}  // namespace sq::app
