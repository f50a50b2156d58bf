// Unsigned words of `width` bits, packed in eight lanes: value i is the (i / 8)-th of lane i % 8, a
// lane is a little-endian string of bits, and the k-th words of all lanes lie together. So eight
// values are shifted and masked at a time, whatever the width.
// Thread: any. Cost: about 0.3 ns a value. Errors: none; widths are 0 to 64.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sq::feed::columnar {
constexpr std::size_t kLanes = 8;

// Words that `count` values take.
[[nodiscard]] constexpr std::size_t packed_words(std::size_t count, unsigned width) noexcept {
  return ((count + kLanes - 1) / kLanes * width + 63) / 64 * kLanes;
}
[[nodiscard]] constexpr std::uint64_t mask_of(unsigned width) noexcept {
  return width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}
// Small distances to either side become small words.
[[nodiscard]] constexpr std::uint64_t zigzag(std::uint64_t signed_word) noexcept {
  return signed_word << 1 ^ (0 - (signed_word >> 63));
}
[[nodiscard]] constexpr std::uint64_t from_zigzag(std::uint64_t word) noexcept {
  return word >> 1 ^ (0 - (word & 1));
}
// `values` up to the next multiple of kLanes are read, and must be below 2^width.
void pack(const std::uint64_t* values, std::size_t count, unsigned width,
          std::uint64_t* out) noexcept;
// values[i] = base + scale * q; writes up to the next multiple of kLanes.
void unpack(const std::uint64_t* packed, std::size_t count, unsigned width, std::uint64_t base,
            std::uint64_t scale, std::uint64_t* values) noexcept;
}  // namespace sq::feed::columnar
