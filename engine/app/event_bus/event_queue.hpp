// What a subscriber has not handled yet: records in log order, bounded in number and bytes, and
// where records are missing a notice in their place.
// Thread: the owner's lock guards it. Cost: one allocation and a copy a record. Errors: push()
// refuses when full; what to do then is the subscription's policy.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

#include "engine/messaging/record.hpp"

namespace sq::app {
// Records that will not be delivered: those the subscriber wants of sequences first to last.
struct Loss {
  std::uint64_t first{0};
  std::uint64_t last{0};
  std::uint64_t records{0};  // 0: how many is not known (the log no longer has them)
};

// A record that lives on its own. Words: records are aligned to 8.
class KeptRecord {
 public:
  KeptRecord() = default;
  explicit KeptRecord(const RecordHeader& record) : words_(record.length / sizeof(std::uint64_t)) {
    std::memcpy(words_.data(), &record, record.length);
  }
  [[nodiscard]] bool empty() const noexcept { return words_.empty(); }
  [[nodiscard]] const RecordHeader& header() const noexcept {
    return *reinterpret_cast<const RecordHeader*>(words_.data());
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return words_.size() * sizeof words_[0]; }
  void clear() noexcept { words_.clear(); }

 private:
  std::vector<std::uint64_t> words_;
};

class EventQueue {
 public:
  struct Entry {
    KeptRecord record;  // empty: `loss` stands here
    Loss loss;
  };

  EventQueue(std::size_t records_max, std::size_t bytes_max)
      : records_max_{records_max}, bytes_max_{bytes_max} {}

  // One record fits always, however long.
  [[nodiscard]] bool has_room(std::uint32_t length) const noexcept {
    return records_ == 0 || (records_ < records_max_ && bytes_ + length <= bytes_max_);
  }
  void push(const RecordHeader& record) {
    entries_.push_back({KeptRecord{record}, {}});
    ++records_;
    bytes_ += record.length;
  }
  // Losses in a row become one.
  void push(const Loss& loss) {
    if (!entries_.empty() && entries_.back().record.empty()) {
      join(entries_.back().loss, loss);
    } else {
      entries_.push_back({{}, loss});
    }
  }
  // Gives up the oldest record; a notice stands in its place, and is returned. Only when there is a
  // record.
  Loss drop_oldest() {
    std::size_t at = 0;
    while (entries_[at].record.empty()) ++at;
    Entry& oldest = entries_[at];
    const std::uint64_t sequence = oldest.record.header().sequence;
    --records_;
    bytes_ -= oldest.record.bytes();
    oldest = {{}, {sequence, sequence, 1}};
    if (at > 0) {
      join(entries_[at - 1].loss, oldest.loss);
      entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return entries_[at > 0 ? at - 1 : 0].loss;
  }
  // The oldest entry, out of the queue. Only when not empty.
  [[nodiscard]] Entry take() {
    Entry entry = std::move(entries_.front());
    entries_.pop_front();
    if (!entry.record.empty()) {
      --records_;
      bytes_ -= entry.record.bytes();
    }
    return entry;
  }
  void clear() noexcept {
    entries_.clear();
    records_ = bytes_ = 0;
  }

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t records() const noexcept { return records_; }

 private:
  static void join(Loss& into, const Loss& next) noexcept {
    into.last = next.last;
    into.records = into.records == 0 || next.records == 0 ? 0 : into.records + next.records;
  }

  std::size_t records_max_;
  std::size_t bytes_max_;
  std::deque<Entry> entries_;
  std::size_t records_{0};
  std::size_t bytes_{0};
};
}  // namespace sq::app
