#include "engine/backtest/delay_line.hpp"

#include <algorithm>
#include <cstring>

namespace sq::backtest {
namespace {
std::size_t words_of(const RecordHeader& record) noexcept {
  return record.length / sizeof(std::uint64_t);
}
constexpr std::size_t kCachedWords = 4'096;  // 32 KiB
}  // namespace

DelayLine::DelayLine(std::size_t bytes)
    : words_(std::max<std::size_t>(bytes / sizeof(std::uint64_t), 64)) {}

RecordHeader& DelayLine::push(const RecordHeader& record) {
  const std::size_t words = words_of(record);
  if (!has_room(words)) grow(words);
  if (unseen_ == 0) next_ = tail_;
  if (count_ == 0) head_ = tail_;
  std::memcpy(words_.data() + tail_, &record, record.length);
  RecordHeader& copy = *at(tail_);
  tail_ += words;
  ++count_;
  ++unseen_;
  return copy;
}

// Makes room at tail_, wrapping to the start when the end is too short.
bool DelayLine::has_room(std::size_t words) noexcept {
  if (count_ == 0) {
    tail_ = 0;
    wrapped_ = false;
  }
  if (wrapped_) return head_ - tail_ >= words;
  // Little is in flight: go round early, so that the same few cache lines are used again.
  const bool early = tail_ >= kCachedWords && head_ >= 2 * (tail_ - head_) + words;
  if (!early) {
    if (words_.size() - tail_ >= words) return true;
    if (count_ == 0 || head_ < words) return false;
  }
  end_ = tail_;
  tail_ = 0;
  wrapped_ = true;
  return true;
}

std::size_t DelayLine::after(std::size_t word) noexcept {
  const std::size_t following = word + words_of(*at(word));
  return wrapped_ && following == end_ ? 0 : following;
}

void DelayLine::pop() noexcept {
  SQ_VERIFY_CHECK(count_ > unseen_);
  const std::size_t following = after(head_);
  if (following < head_) wrapped_ = false;
  head_ = following;
  --count_;
}

void DelayLine::seen() noexcept {
  SQ_VERIFY_CHECK(unseen_ > 0);
  next_ = after(next_);
  --unseen_;
}

void DelayLine::grow(std::size_t words) {
  std::vector<std::uint64_t> larger(std::max(words_.size() * 2, words_.size() + 2 * words));
  std::size_t to = 0;
  std::size_t next = 0;
  std::size_t from = head_;
  for (std::size_t i = 0; i < count_; ++i) {
    const std::size_t size = words_of(*at(from));
    if (i + unseen_ == count_) next = to;
    std::memcpy(larger.data() + to, words_.data() + from, size * sizeof(std::uint64_t));
    to += size;
    from = after(from);
  }
  words_.swap(larger);
  head_ = 0;
  next_ = unseen_ == 0 ? to : next;
  tail_ = to;
  wrapped_ = false;
}
}  // namespace sq::backtest
