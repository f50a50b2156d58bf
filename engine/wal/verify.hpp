// Checks a whole log: every checksum and chain, the identity and order of its segments, and that
// both streams together hold one sequence without a hole.
// Thread: any. Cost: reads everything once, at memory or disk speed. Errors: in the report;
// LogError when there is no log, or no access.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "engine/wal/stream_cursor.hpp"

namespace sq::wal {
struct VerifyReport {
  // Ok: closed in order and whole. End: whole, not closed (in use, or its owner was killed).
  // Torn, Damaged, LostSegment: `first` names the place; counts are of what precedes it.
  Condition condition{Condition::Ok};
  ReaderStatus first;
  std::uint64_t records{0};
  std::uint64_t orders{0};  // records of the order log
  std::uint64_t feed{0};    // records of the feed log
  std::uint64_t bytes{0};   // of records
  std::uint64_t segments{0};
  std::uint64_t first_sequence{0};
  std::uint64_t last_sequence{0};
  // Numbers that neither stream has: records refused by a full feed ring, or lost with a ring.
  std::uint64_t missing{0};
  std::uint64_t first_missing{0};  // 0: none

  [[nodiscard]] bool whole() const noexcept { return condition <= Condition::End; }
};

// `progress` is called about every 64 MiB with the bytes done and the bytes there are.
using VerifyProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;
// Calls body(0) ... body(n - 1), once each, in any order, also several at once.
using RunAll = std::function<void(std::size_t n, const std::function<void(std::size_t)>& body)>;
// With `run_all`, the segments of a log that nobody writes are proven at the same time, each from the
// chain that its header names; `progress` may then come from any of its threads, one at a time. A
// log that is not proven whole in this way is walked again from the start, so the report is the same.
[[nodiscard]] VerifyReport verify(const std::filesystem::path& dir,
                                  const VerifyProgress& progress = {},
                                  const RunAll& run_all = {});
// A readable summary of some lines, the first damaged record named.
[[nodiscard]] std::string text_of(const VerifyReport& report);
}  // namespace sq::wal
