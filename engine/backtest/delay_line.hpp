// Market data records on their way from the exchange to the core: the exchange reads each first,
// the core later. Whole records, each in one piece, in a ring of bytes that doubles when full.
// Thread: its owner's. Cost: one copy of the record. References are valid until the next push().
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/messaging/record.hpp"

namespace sq::backtest {
class DelayLine {
 public:
  explicit DelayLine(std::size_t bytes);

  RecordHeader& push(const RecordHeader& record);
  // Oldest record the core has not had; null: none.
  [[nodiscard]] RecordHeader* front() noexcept { return count_ == 0 ? nullptr : at(head_); }
  // The front record must have been seen().
  void pop() noexcept;
  // Oldest record the exchange has not had; null: none.
  [[nodiscard]] RecordHeader* unseen() noexcept { return unseen_ == 0 ? nullptr : at(next_); }
  void seen() noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  [[nodiscard]] RecordHeader* at(std::size_t word) noexcept {
    return reinterpret_cast<RecordHeader*>(words_.data() + word);
  }
  [[nodiscard]] std::size_t after(std::size_t word) noexcept;
  [[nodiscard]] bool has_room(std::size_t words) noexcept;
  void grow(std::size_t words);

  std::vector<std::uint64_t> words_;
  std::size_t head_{0};  // first word of the core's next record
  std::size_t next_{0};  // first word of the exchange's next record
  std::size_t tail_{0};  // where the next record goes
  std::size_t end_{0};   // where the records before the wrap end; used once tail_ wrapped
  bool wrapped_{false};  // tail_ is before head_
  std::size_t count_{0};
  std::size_t unseen_{0};
};
}  // namespace sq::backtest
