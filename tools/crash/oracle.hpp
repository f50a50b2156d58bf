// The process that knows better: it hears what writers acknowledged and sent, and after each death
// reads the log and compares it record by record. It outlives every writer and shares no memory.
// Thread: its own process. Errors: in the verdict.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

namespace crash {
// Sums over the oracle's life; a plain value that goes through a socket.
struct Verdict {
  std::uint64_t checks{0};
  std::uint64_t acknowledged{0};
  std::uint64_t sent{0};
  std::uint64_t records{0};        // in logs, each counted once
  std::uint64_t in_flight{0};      // found without an acknowledgement: append() had not returned
  std::uint64_t lost{0};           // acknowledged or seen before, and not there
  std::uint64_t sent_unlogged{0};  // sends without a record
  std::uint64_t altered{0};        // other bytes than were acknowledged
  std::uint64_t holes{0};          // sequence not rising by one
  std::uint64_t invented{0};       // more than one record in flight
  std::uint64_t refused{0};        // the log was not whole
  std::array<char, 256> first{};   // the first trouble, in words
  [[nodiscard]] bool clean() const noexcept {
    return lost + sent_unlogged + altered + holes + invented + refused == 0;
  }
};

struct Question {
  bool closed{false};   // the log was closed in order
  bool forget{false};   // afterwards: the next log is another one
  bool lagging{false};  // who tells is behind: any number of records may be news
};

class Oracle {
 public:
  explicit Oracle(const std::filesystem::path& log);  // starts the process
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;
  ~Oracle();
  [[nodiscard]] int pipe() const noexcept { return pipe_; }  // for writers
  [[nodiscard]] Verdict check(const Question& question);     // the writer is dead

 private:
  int pipe_{-1};
  int socket_{-1};
  int process_{-1};
};
}  // namespace crash
