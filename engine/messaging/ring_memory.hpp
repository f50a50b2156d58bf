// Zeroed, touched memory for a ring, on huge pages where the kernel grants them.
// Thread: start-up. Errors: std::bad_alloc.
#pragma once

#include <cstddef>

namespace sq {
class RingMemory {
 public:
  explicit RingMemory(std::size_t bytes);
  ~RingMemory();
  RingMemory(const RingMemory&) = delete;
  RingMemory& operator=(const RingMemory&) = delete;

  [[nodiscard]] std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::byte* data_{nullptr};
  std::size_t bytes_{0};  // whole pages
};
}  // namespace sq
