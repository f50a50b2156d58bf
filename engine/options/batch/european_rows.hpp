// The loop over the rows of a European batch, as a template over the lane.
// Thread: any. Cost, errors: engine/options/batch/european_batch.hpp.
#pragma once

#include "engine/options/batch/columns.hpp"
#include "engine/options/european/kernel.hpp"

namespace sq::options::batch {
struct EuropeanColumns {
  const OptionType* type{nullptr};
  Column spot, strike, rate, yield, volatility, years;
  double* out[6]{};  // price, delta, gamma, vega, theta, rho
  std::uint8_t* status{nullptr};
  std::size_t rows{0};
};
// One row by the scalar functions; true when it is refused.
bool european_row(const EuropeanColumns& columns, std::size_t row) noexcept;

// The columns of a strip of rows, padded at its end to whole registers; `step` 0 where one value
// serves all rows.
struct Strip {
  const OptionType* type{nullptr};
  Column in[6];  // spot, strike, rate, yield, volatility, years
  double* out[6]{};
};

template <class L>
[[gnu::always_inline]] inline european::KernelInput<L> input_of(const Strip& strip,
                                                                std::size_t row) noexcept {
  return {.sign = L::signs(strip.type + row),
          .spot = load<L>(strip.in[0], row),
          .strike = load<L>(strip.in[1], row),
          .rate = load<L>(strip.in[2], row),
          .yield = load<L>(strip.in[3], row),
          .volatility = load<L>(strip.in[4], row),
          .years = load<L>(strip.in[5], row)};
}

// The two halves of the kernel in loops of their own: a block of rows is then short enough for the
// processor to work on two at once. Returns a bit per usable row.
template <class L>
inline std::uint64_t european_strip(const Strip& strip, std::size_t rows) noexcept {
  constexpr std::size_t kWidth = static_cast<std::size_t>(L::kWidth);
  alignas(64) double middle[6][kStripRows];
  for (std::size_t row = 0; row < rows; row += kWidth) {
    const auto half = european::kernel_front<L>(input_of<L>(strip, row));
    L::store(middle[0] + row, half.asset_factor);
    L::store(middle[1] + row, half.asset);
    L::store(middle[2] + row, half.cash);
    L::store(middle[3] + row, half.root);
    L::store(middle[4] + row, half.d1);
    L::store(middle[5] + row, half.d2);
  }
  std::uint64_t usable = 0;
  for (std::size_t row = 0; row < rows; row += kWidth) {
    const european::KernelMiddle<L> half{L::load(middle[0] + row), L::load(middle[1] + row),
                                         L::load(middle[2] + row), L::load(middle[3] + row),
                                         L::load(middle[4] + row), L::load(middle[5] + row)};
    const auto result = european::kernel_back<L>(input_of<L>(strip, row), half);
    L::store(strip.out[0] + row, result.price);
    L::store(strip.out[1] + row, result.delta);
    L::store(strip.out[2] + row, result.gamma);
    L::store(strip.out[3] + row, result.vega);
    L::store(strip.out[4] + row, result.theta);
    L::store(strip.out[5] + row, result.rho);
    usable |= std::uint64_t{L::bits(result.usable)} << row;
  }
  return usable;
}

// A strip whose end is not a whole register, through padded copies.
template <class L>
inline std::uint64_t european_padded(const Strip& strip, std::size_t rows) noexcept {
  constexpr std::size_t kWidth = static_cast<std::size_t>(L::kWidth);
  const std::size_t padded = (rows + kWidth - 1) / kWidth * kWidth;
  double in[6][kStripRows];
  double out[6][kStripRows];
  OptionType types[kStripRows];
  Strip copy;
  copy.type = types;
  pad(strip.type, rows, padded, types);
  for (std::size_t k = 0; k < 6; ++k) {
    copy.in[k] = pad(strip.in[k], rows, padded, in[k]);
    copy.out[k] = out[k];
  }
  const std::uint64_t usable = european_strip<L>(copy, padded);
  for (std::size_t k = 0; k < 6; ++k) {
    for (std::size_t i = 0; i < rows; ++i) strip.out[k][i] = out[k][i];
  }
  return usable;
}

template <class L>
inline std::size_t european_rows(const EuropeanColumns& c) noexcept {
  constexpr std::size_t kWidth = static_cast<std::size_t>(L::kWidth);
  const Column* const columns[6] = {&c.spot, &c.strike, &c.rate, &c.yield, &c.volatility, &c.years};
  std::size_t refused = 0;
  for (std::size_t row = 0; row < c.rows; row += kStripRows) {
    const std::size_t rows = c.rows - row < kStripRows ? c.rows - row : kStripRows;
    Strip strip;
    strip.type = c.type + row;
    for (std::size_t k = 0; k < 6; ++k) {
      strip.in[k] = from_row(*columns[k], row);
      strip.out[k] = c.out[k] + row;
    }
    const std::uint64_t usable =
        rows % kWidth == 0 ? european_strip<L>(strip, rows) : european_padded<L>(strip, rows);
    for (std::size_t i = 0; i < rows; ++i) c.status[row + i] = 0;
    for (std::uint64_t left = ~usable & low_bits(rows); left != 0; left &= left - 1) {
      if (european_row(c, row + static_cast<std::size_t>(__builtin_ctzll(left)))) ++refused;
    }
  }
  return refused;
}

std::size_t european_rows_scalar(const EuropeanColumns& columns) noexcept;
std::size_t european_rows_avx2(const EuropeanColumns& columns) noexcept;
std::size_t european_rows_avx512(const EuropeanColumns& columns) noexcept;
}  // namespace sq::options::batch
