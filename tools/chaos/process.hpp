// The engine's process and its log, in memory. Killing the process means that from some record or
// send on nothing happens any more: what the code still does is a ghost's.
// Thread: one. Cost: a copy of the record. Errors: none.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "engine/core/journal.hpp"
#include "engine/messaging/record.hpp"

namespace sq::chaos {
struct Process {
  bool dead{false};
  std::uint64_t effects_left{0};  // records and sends until it dies; 0: it lives
  // False: it never happened.
  bool effect() noexcept {
    if (dead) return false;
    if (effects_left != 0 && --effects_left == 0) dead = true;
    return !dead;
  }
};

// Hears of what the log keeps.
class LogListener {
 public:
  virtual void on_logged(const RecordHeader& record) = 0;

 protected:
  ~LogListener() = default;
};

// The order stream of a day. Market data are not kept: recovery must do without them.
class LogMemory final : public core::Journal {
 public:
  LogMemory(Process& process, LogListener& listener) : process_{process}, listener_{listener} {
    bytes_.reserve(std::size_t{1} << 20U);
    entries_.reserve(std::size_t{1} << 16U);
  }

  [[nodiscard]] bool append(const RecordHeader& record) noexcept override {
    if (is_market_data(record.kind)) return process_.dead || !refuses;
    if (!process_.effect()) return true;  // the dead hear no answer
    if (refuses) return false;
    const std::size_t words = record.length / sizeof(std::uint64_t);
    entries_.push_back({record.sequence, bytes_.size()});
    bytes_.resize(bytes_.size() + words);
    std::memcpy(bytes_.data() + entries_.back().at, &record, record.length);
    listener_.on_logged(record);
    return true;
  }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] const RecordHeader& at(std::size_t i) const noexcept {
    return *reinterpret_cast<const RecordHeader*>(bytes_.data() + entries_[i].at);
  }
  // Is this very record in it?
  [[nodiscard]] bool holds(const RecordHeader& record) const noexcept {
    const auto found = std::lower_bound(
        entries_.begin(), entries_.end(), record.sequence,
        [](const Entry& entry, std::uint64_t sequence) { return entry.sequence < sequence; });
    return found != entries_.end() && found->sequence == record.sequence &&
           std::memcmp(bytes_.data() + found->at, &record, record.length) == 0;
  }
  // The records from `i` on are lost.
  void cut(std::size_t i) noexcept {
    if (i >= entries_.size()) return;
    bytes_.resize(entries_[i].at);
    entries_.resize(i);
  }

  bool refuses{false};  // the disk failed

 private:
  struct Entry {
    std::uint64_t sequence{0};
    std::size_t at{0};  // in bytes_
  };
  Process& process_;
  LogListener& listener_;
  std::vector<std::uint64_t> bytes_;
  std::vector<Entry> entries_;
};
}  // namespace sq::chaos
