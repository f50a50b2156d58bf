// Bytes that wait to be sent on a connection, in order. Thread: the owner's. Cost: a copy in; moved
// to the front when half of the room is used up. Grows to the largest backlog, which its owner
// bounds by looking at size().
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace sq::net {
class SendBuffer {
 public:
  // Room for n more bytes; added() says how many were written.
  [[nodiscard]] std::byte* room(std::size_t n) {
    if (begin_ == end_) begin_ = end_ = 0;
    if (bytes_.size() - end_ < n) {
      if (begin_ >= bytes_.size() / 2) {
        std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
      }
      if (bytes_.size() - end_ < n) bytes_.resize(std::max(2 * bytes_.size(), end_ + n));
    }
    return bytes_.data() + end_;
  }
  void added(std::size_t n) noexcept { end_ += n; }
  void append(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    std::memcpy(room(bytes.size()), bytes.data(), bytes.size());
    added(bytes.size());
  }
  [[nodiscard]] std::span<const std::byte> waiting() const noexcept {
    return {bytes_.data() + begin_, end_ - begin_};
  }
  void sent(std::size_t n) noexcept { begin_ += n; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  void clear() noexcept { begin_ = end_ = 0; }

 private:
  std::vector<std::byte> bytes_ = std::vector<std::byte>(std::size_t{16} << 10U);
  std::size_t begin_{0};
  std::size_t end_{0};
};
}  // namespace sq::net
