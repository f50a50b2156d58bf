// Values to bytes and back: the saved state of a module, in one fixed order that its two functions
// save() and restore() share. Little-endian, one value behind the other, nothing in between.
// Thread: plain values. Cost: StateOut allocates: never on the core's thread.
// Errors: a reader that runs short, or meets a count above the caller's bound, is not ok() from
// then on and gives zeros; it never reads outside its bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace sq {
template <class T>
concept StateValue = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>;

class StateOut {
 public:
  template <StateValue T>
  void put(const T& value) {
    const auto* from = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), from, from + sizeof value);
  }
  void put_count(std::size_t n) { put(std::uint64_t{n}); }
  // The count first.
  template <StateValue T>
  void put_all(const std::vector<T>& values) {
    put_count(values.size());
    const auto* from = reinterpret_cast<const std::byte*>(values.data());
    bytes_.insert(bytes_.end(), from, from + values.size() * sizeof(T));
  }
  [[nodiscard]] std::vector<std::byte> take() noexcept { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

class StateIn {
 public:
  explicit StateIn(std::span<const std::byte> bytes) noexcept : rest_{bytes} {}

  template <StateValue T>
  [[nodiscard]] T take() noexcept {
    T value{};
    if (!ok_ || rest_.size() < sizeof value) {
      ok_ = false;
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
    return value;
  }
  // At most `max`; 0 when it is more.
  [[nodiscard]] std::size_t take_count(std::size_t max) noexcept {
    const auto n = take<std::uint64_t>();
    if (n > max) ok_ = false;
    return ok_ ? static_cast<std::size_t>(n) : 0;
  }
  // The value must be `expected`.
  template <StateValue T>
  void expect(const T& expected) noexcept {
    if (take<T>() != expected) ok_ = false;
  }
  // As many values as `values` has, written by put_all().
  template <StateValue T>
  void take_all(std::vector<T>& values) noexcept {
    expect(std::uint64_t{values.size()});
    if (!ok_ || rest_.size() < values.size() * sizeof(T)) {
      ok_ = false;
      return;
    }
    if (!values.empty()) std::memcpy(values.data(), rest_.data(), values.size() * sizeof(T));
    rest_ = rest_.subspan(values.size() * sizeof(T));
  }
  void fail() noexcept { ok_ = false; }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool done() const noexcept { return ok_ && rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  bool ok_{true};
};
}  // namespace sq
