// Columns of a batch, as the vector code sees them.
// Thread: values. Cost: none. Errors: none. Everything is a template over the lane, for the reason
// given in engine/options/math/kernels.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/options/result.hpp"

namespace sq::options::batch {
// One value a row, or one for all rows (step 0).
struct Column {
  const double* data{nullptr};
  std::size_t step{1};
};

template <class L>
[[gnu::always_inline]] inline typename L::Value load(const Column& column,
                                                     std::size_t row) noexcept {
  return column.step == 0 ? L::set(*column.data) : L::load(column.data + row);
}

inline constexpr std::size_t kStripRows = 64;  // rows handled together; one bit each in a word

// Static: one copy for each source file, compiled for the target of that file.
[[gnu::always_inline]] static inline Column from_row(const Column& column,
                                                     std::size_t row) noexcept {
  return {column.data + column.step * row, column.step};
}
[[gnu::always_inline]] static inline std::uint64_t low_bits(std::size_t count) noexcept {
  return ~std::uint64_t{0} >> (kStripRows - count);
}
// The first `rows` of the copy are those of the column; the rest, to `padded`, repeat the last.
[[gnu::always_inline]] static inline Column pad(const Column& column, std::size_t rows,
                                                std::size_t padded, double* copy) noexcept {
  for (std::size_t i = 0; i < padded; ++i) {
    copy[i] = column.data[column.step * (i < rows ? i : rows - 1)];
  }
  return {copy, 1};
}
[[gnu::always_inline]] static inline void pad(const OptionType* types, std::size_t rows,
                                              std::size_t padded, OptionType* copy) noexcept {
  for (std::size_t i = 0; i < padded; ++i) copy[i] = types[i < rows ? i : rows - 1];
}
}  // namespace sq::options::batch
