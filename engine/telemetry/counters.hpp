// A fixed set of named counters: one enumerator, one count. The names are the enum's text_of().
// Thread: one writer; any thread may read. Cost: a load and a store, no lock prefix.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace sq::telemetry {
template <class Name, std::size_t Count>
class Counters {
 public:
  void add(Name name, std::uint64_t n = 1) noexcept {
    auto& value = values_[static_cast<std::size_t>(name)];
    value.store(value.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  // A level instead of a count: the depth of a queue, the number of open orders.
  void set(Name name, std::uint64_t n) noexcept {
    values_[static_cast<std::size_t>(name)].store(n, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t operator[](Name name) const noexcept {
    return values_[static_cast<std::size_t>(name)].load(std::memory_order_relaxed);
  }
  // fn(Name, count), in the order of the enum.
  template <class Fn>
  void for_each(Fn&& fn) const {
    for (std::size_t i = 0; i < Count; ++i) {
      const auto name = static_cast<Name>(i);
      fn(name, (*this)[name]);
    }
  }
  static constexpr std::size_t size() noexcept { return Count; }

 private:
  alignas(64) std::array<std::atomic<std::uint64_t>, Count> values_{};
};
}  // namespace sq::telemetry
