#include "engine/book/pending_records.hpp"

#include <algorithm>
#include <cstring>

#include "engine/messaging/market_data.hpp"

namespace sq::book {
namespace {
constexpr std::size_t kNoRoom = ~std::size_t{0};
}  // namespace

// Records lie in one piece: [head_, tail_), or [head_, end_) and then [0, tail_).
std::size_t PendingRecords::room_at_tail(std::size_t words) const noexcept {
  if (count_ == 0) return words <= words_.size() ? 0 : kNoRoom;
  if (tail_ > head_) {
    if (words <= words_.size() - tail_) return tail_;
    return words <= head_ ? 0 : kNoRoom;
  }
  return words <= head_ - tail_ ? tail_ : kNoRoom;
}

std::size_t PendingRecords::push(const RecordHeader& record, std::uint64_t update_id) noexcept {
  const std::size_t words = record.length / 8;
  std::size_t dropped = 0;
  std::size_t at = room_at_tail(words);
  for (; at == kNoRoom && count_ > 0; ++dropped) {
    drop_front();
    at = room_at_tail(words);
  }
  if (at == kNoRoom) {
    dropped_through_ = std::max(dropped_through_, update_id);
    return dropped + 1;
  }
  if (count_ == 0) head_ = at;
  if (at == 0 && count_ > 0) end_ = tail_;
  std::memcpy(words_.data() + at, &record, words * 8);
  tail_ = at + words;
  ++count_;
  return dropped;
}

void PendingRecords::pop() noexcept {
  const bool wrapped = tail_ <= head_;
  head_ += front()->length / 8;
  --count_;
  if (wrapped && head_ == end_) head_ = 0;
  if (count_ == 0) head_ = tail_ = 0;
}

void PendingRecords::drop_front() noexcept {
  dropped_through_ = std::max(dropped_through_, payload_of<DepthHeader>(*front()).last_id);
  pop();
}

void PendingRecords::clear() noexcept {
  head_ = tail_ = count_ = 0;
  dropped_through_ = 0;
}
}  // namespace sq::book
