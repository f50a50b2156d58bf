#include "engine/feed/columnar/transpose.hpp"

#include <cstring>

namespace sq::feed::columnar {
namespace {
using Row [[gnu::vector_size(kRowsAtOnce * sizeof(std::uint64_t))]] = std::uint64_t;

// A square of 8 x 8: pairs of words change places, then pairs of pairs, then halves.
inline void square(const std::uint64_t* from, std::size_t from_stride, std::uint64_t* to,
                   std::size_t to_stride) noexcept {
  Row in[8];
  Row pairs[8];
  Row fours[8];
  for (std::size_t i = 0; i < 8; ++i) std::memcpy(&in[i], from + i * from_stride, sizeof(Row));
  for (std::size_t i = 0; i < 8; i += 2) {
    pairs[i] = __builtin_shufflevector(in[i], in[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    pairs[i + 1] = __builtin_shufflevector(in[i], in[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (std::size_t i = 0; i < 8; i += 4) {
    for (std::size_t k = 0; k < 2; ++k) {
      const Row a = pairs[i + k];
      const Row b = pairs[i + k + 2];
      fours[i + k] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
      fours[i + k + 2] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const Row low = __builtin_shufflevector(fours[i], fours[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    const Row high = __builtin_shufflevector(fours[i], fours[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    std::memcpy(to + i * to_stride, &low, sizeof low);
    std::memcpy(to + (i + 4) * to_stride, &high, sizeof high);
  }
}
}  // namespace

void rows_to_columns(const std::uint64_t* from, std::size_t from_stride, std::size_t columns,
                     std::uint64_t* to, std::size_t to_stride) noexcept {
  std::size_t column = 0;
  for (; column + 8 <= columns; column += 8)
    square(from + column, from_stride, to + column * to_stride, to_stride);
  for (; column < columns; ++column)
    for (std::size_t row = 0; row < kRowsAtOnce; ++row)
      to[column * to_stride + row] = from[row * from_stride + column];
}

void columns_to_rows(const std::uint64_t* from, std::size_t from_stride, std::size_t columns,
                     std::uint64_t* to, std::size_t to_stride) noexcept {
  std::size_t column = 0;
  for (; column + 8 <= columns; column += 8)
    square(from + column * from_stride, from_stride, to + column, to_stride);
  for (; column < columns; ++column)
    for (std::size_t row = 0; row < kRowsAtOnce; ++row)
      to[row * to_stride + column] = from[column * from_stride + row];
}
}  // namespace sq::feed::columnar
