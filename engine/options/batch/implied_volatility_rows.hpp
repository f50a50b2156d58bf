// The loop over the rows of an implied volatility batch, as a template over the lane.
// Thread: any. Cost, errors: engine/options/batch/implied_volatility_batch.hpp.
#pragma once

#include "engine/options/batch/columns.hpp"
#include "engine/options/implied_volatility/kernel.hpp"

namespace sq::options::batch {
struct VolatilityRows {
  const OptionType* type{nullptr};
  Column in[6];  // price, spot, strike, rate, yield, years
  double* volatility{nullptr};
  std::uint8_t* status{nullptr};
  std::size_t rows{0};
};
// One row by the scalar functions; true when it is refused.
bool volatility_row(const VolatilityRows& rows, std::size_t row) noexcept;

// Phases in loops of their own, as in european_rows.hpp. Returns a bit per usable row.
template <class L>
inline std::uint64_t volatility_strip(const VolatilityRows& strip) noexcept {
  constexpr std::size_t kWidth = static_cast<std::size_t>(L::kWidth);
  alignas(64) double middle[5][kStripRows];  // x, p, x / p, root, s
  std::uint64_t usable = 0;
  for (std::size_t row = 0; row < strip.rows; row += kWidth) {
    const auto in = implied::normalised<L>({.sign = L::signs(strip.type + row),
                                            .price = load<L>(strip.in[0], row),
                                            .spot = load<L>(strip.in[1], row),
                                            .strike = load<L>(strip.in[2], row),
                                            .rate = load<L>(strip.in[3], row),
                                            .yield = load<L>(strip.in[4], row),
                                            .years = load<L>(strip.in[5], row)});
    L::store(middle[0] + row, in.x);
    L::store(middle[1] + row, in.p);
    L::store(middle[2] + row, in.ratio);
    L::store(middle[3] + row, in.root);
    usable |= std::uint64_t{L::bits(in.usable)} << row;
  }
  for (std::size_t row = 0; row < strip.rows; row += kWidth) {
    const auto s = implied::guess<L>(L::load(middle[0] + row), L::load(middle[1] + row),
                                     L::load(middle[2] + row));
    L::store(middle[4] + row, s);
  }
  for (std::size_t row = 0; row < strip.rows; row += kWidth) {
    const auto s = L::load(middle[4] + row);
    L::store(middle[4] + row,
             implied::improved<L>(L::load(middle[0] + row), L::load(middle[1] + row), s));
  }
  for (std::size_t row = 0; row < strip.rows; row += kWidth) {
    const auto out = implied::finished<L>(L::load(middle[0] + row), L::load(middle[1] + row),
                                          L::load(middle[4] + row), L::load(middle[3] + row));
    L::store(strip.volatility + row, out.volatility);
    usable &= std::uint64_t{L::bits(out.usable)} << row | ~(std::uint64_t{L::kAllBits} << row);
  }
  return usable;
}

// A strip whose end is not a whole register, through padded copies.
template <class L>
inline std::uint64_t volatility_padded(const VolatilityRows& strip) noexcept {
  constexpr std::size_t kWidth = static_cast<std::size_t>(L::kWidth);
  const std::size_t padded = (strip.rows + kWidth - 1) / kWidth * kWidth;
  double in[6][kStripRows];
  double out[kStripRows];
  OptionType types[kStripRows];
  VolatilityRows copy;
  copy.type = types;
  copy.volatility = out;
  copy.rows = padded;
  pad(strip.type, strip.rows, padded, types);
  for (std::size_t k = 0; k < 6; ++k) copy.in[k] = pad(strip.in[k], strip.rows, padded, in[k]);
  const std::uint64_t usable = volatility_strip<L>(copy);
  for (std::size_t i = 0; i < strip.rows; ++i) strip.volatility[i] = out[i];
  return usable;
}

template <class L>
inline std::size_t volatility_rows(const VolatilityRows& all) noexcept {
  constexpr std::size_t kWidth = static_cast<std::size_t>(L::kWidth);
  std::size_t refused = 0;
  for (std::size_t row = 0; row < all.rows; row += kStripRows) {
    VolatilityRows strip;
    strip.rows = all.rows - row < kStripRows ? all.rows - row : kStripRows;
    strip.type = all.type + row;
    strip.volatility = all.volatility + row;
    for (std::size_t k = 0; k < 6; ++k) strip.in[k] = from_row(all.in[k], row);
    const std::uint64_t usable =
        strip.rows % kWidth == 0 ? volatility_strip<L>(strip) : volatility_padded<L>(strip);
    for (std::size_t i = 0; i < strip.rows; ++i) all.status[row + i] = 0;
    for (std::uint64_t left = ~usable & low_bits(strip.rows); left != 0; left &= left - 1) {
      if (volatility_row(all, row + static_cast<std::size_t>(__builtin_ctzll(left)))) ++refused;
    }
  }
  return refused;
}

std::size_t volatility_rows_scalar(const VolatilityRows& rows) noexcept;
std::size_t volatility_rows_avx2(const VolatilityRows& rows) noexcept;
std::size_t volatility_rows_avx512(const VolatilityRows& rows) noexcept;
}  // namespace sq::options::batch
