// Integers of wire formats at any alignment, in either byte order.
// Thread: any. Cost: a load, and a byte swap. Errors: none; the caller knows that the bytes exist.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>

namespace sq::feed {
static_assert(std::endian::native == std::endian::little);

template <std::integral T>
[[nodiscard]] inline T load_little(const void* from) noexcept {
  T value{};
  std::memcpy(&value, from, sizeof(T));
  return value;
}
template <std::integral T>
[[nodiscard]] inline T load_big(const void* from) noexcept {
  return std::byteswap(load_little<T>(from));
}
template <std::integral T>
inline void store_little(void* to, T value) noexcept {
  std::memcpy(to, &value, sizeof(T));
}
template <std::integral T>
inline void store_big(void* to, T value) noexcept {
  store_little(to, std::byteswap(value));
}
}  // namespace sq::feed
