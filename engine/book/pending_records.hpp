// Depth updates that wait for a snapshot: copies of whole records in a fixed ring of bytes, oldest
// first. When there is no room the oldest go; the highest update id among them says from which
// snapshot on the rest is still of use. Thread: one writer. Cost: a copy of the record. Allocates
// in the constructor only. Errors: a record larger than the whole ring counts as pushed and dropped
// at once, with all before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/messaging/record.hpp"

namespace sq::book {
class PendingRecords {
 public:
  explicit PendingRecords(std::size_t bytes) : words_(bytes / 8) {}

  // Returns how many records were dropped to make room. `update_id` is the record's last id.
  std::size_t push(const RecordHeader& record, std::uint64_t update_id) noexcept;
  [[nodiscard]] const RecordHeader* front() const noexcept {  // null: empty
    return count_ == 0 ? nullptr : reinterpret_cast<const RecordHeader*>(words_.data() + head_);
  }
  void pop() noexcept;
  void clear() noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  // Highest update id that was dropped since clear(); 0: none.
  [[nodiscard]] std::uint64_t dropped_through() const noexcept { return dropped_through_; }

 private:
  [[nodiscard]] std::size_t room_at_tail(std::size_t words) const noexcept;
  void drop_front() noexcept;

  std::vector<std::uint64_t> words_;
  std::size_t head_{0};  // first word of the oldest record
  std::size_t tail_{0};  // where the next one goes
  std::size_t end_{0};   // where the records before the wrap end; used while tail_ <= head_
  std::size_t count_{0};
  std::uint64_t dropped_through_{0};
};
}  // namespace sq::book
