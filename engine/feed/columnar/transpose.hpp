// Records to columns and back, eight rows at a time: whole cache lines are written to each column,
// instead of one word to each of ten lines a record.
// Thread: any. Cost: about 1 ns a row of eight columns.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sq::feed::columnar {
constexpr std::size_t kRowsAtOnce = 8;
// to[c * to_stride + r] = from[r * from_stride + c] for 8 values of r and `columns` of c.
void rows_to_columns(const std::uint64_t* from, std::size_t from_stride, std::size_t columns,
                     std::uint64_t* to, std::size_t to_stride) noexcept;
// The other way.
void columns_to_rows(const std::uint64_t* from, std::size_t from_stride, std::size_t columns,
                     std::uint64_t* to, std::size_t to_stride) noexcept;
}  // namespace sq::feed::columnar
