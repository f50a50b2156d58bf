// First in, first out, in a ring that doubles when it is full and never shrinks.
// Thread: its owner's. Cost: a copy. References are valid until the next push().
#pragma once

#include <bit>
#include <cstddef>
#include <vector>

namespace sq::backtest {
template <class T>
class Fifo {
 public:
  explicit Fifo(std::size_t capacity) : items_(std::bit_ceil(capacity + 1)) {}

  [[nodiscard]] bool empty() const noexcept { return head_ == tail_; }
  [[nodiscard]] std::size_t size() const noexcept { return tail_ - head_; }
  [[nodiscard]] T& front() noexcept { return items_[head_ & (items_.size() - 1)]; }
  [[nodiscard]] const T& front() const noexcept { return items_[head_ & (items_.size() - 1)]; }
  void pop() noexcept { ++head_; }
  void push(const T& item) {
    if (size() == items_.size()) grow();
    items_[tail_++ & (items_.size() - 1)] = item;
  }

 private:
  void grow() {
    std::vector<T> larger(items_.size() * 2);
    for (std::size_t i = head_; i != tail_; ++i)
      larger[i - head_] = items_[i & (items_.size() - 1)];
    tail_ -= head_;
    head_ = 0;
    items_.swap(larger);
  }

  std::vector<T> items_;  // a power of two
  std::size_t head_{0};
  std::size_t tail_{0};
};
}  // namespace sq::backtest
