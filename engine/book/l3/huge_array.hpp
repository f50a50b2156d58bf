// A fixed, zeroed array for a book's pools: mapped, pre-faulted and, from 2 MiB on, on huge pages
// if the kernel gives them. A book of a million orders touches memory at random: with pages of
// 4 KiB each access also misses the TLB. Thread: the owner's. Cost: none after construction.
// Errors: std::bad_alloc when the kernel refuses the memory; huge pages refused are no error,
// huge_bytes() tells what was given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <type_traits>
#include <utility>

namespace sq::book::l3 {
class HugeMemory {
 public:
  HugeMemory() noexcept = default;
  explicit HugeMemory(std::size_t bytes);
  HugeMemory(HugeMemory&& other) noexcept { swap(other); }
  HugeMemory& operator=(HugeMemory&& other) noexcept {
    HugeMemory taken{std::move(other)};
    swap(taken);
    return *this;
  }
  ~HugeMemory();

  [[nodiscard]] void* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }  // mapped, page rounding too
  // How much of it lies on huge pages now; reads /proc/self/smaps, so cold. 0 where that is absent.
  [[nodiscard]] std::size_t huge_bytes() const;

 private:
  void swap(HugeMemory& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
  }
  void* data_{nullptr};
  std::size_t bytes_{0};
};

// T of zero bytes must be a valid T.
template <class T>
class HugeArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  HugeArray() noexcept = default;
  explicit HugeArray(std::size_t size) : memory_{bytes_of(size)}, size_{size} {}

  [[nodiscard]] T* data() noexcept { return static_cast<T*>(memory_.data()); }
  [[nodiscard]] const T* data() const noexcept { return static_cast<const T*>(memory_.data()); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T& operator[](std::size_t i) noexcept { return data()[i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept { return data()[i]; }
  [[nodiscard]] const HugeMemory& memory() const noexcept { return memory_; }

 private:
  static std::size_t bytes_of(std::size_t size) {
    if (size > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_alloc{};
    return size * sizeof(T);
  }
  HugeMemory memory_;
  std::size_t size_{0};
};
}  // namespace sq::book::l3
