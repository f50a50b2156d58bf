// Black implied volatilities of many options, structure of arrays.
// Thread: any; the caller owns the memory. Cost on one core: AVX-512 23 ns an option, AVX2 29,
// scalar 64; rows outside the range of engine/options/implied_volatility/kernel.hpp 0.3 to 0.9 us
// each; no allocation. Errors: a row that has no answer gets its Error in `status` and a 0. Units,
// accuracy: engine/options/implied_volatility/implied_volatility.hpp; same bits, every path.
#pragma once

#include <cstdint>
#include <span>

#include "engine/options/batch/european_batch.hpp"

namespace sq::options {
// price, type and strike give the number of rows; the others have as many values, or one for all.
struct ImpliedVolatilityBatch {
  std::span<const double> price;
  std::span<const OptionType> type;
  std::span<const double> strike;
  std::span<const double> spot, rate, yield, years;
};
struct VolatilityColumns {
  std::span<double> volatility;
  std::span<std::uint8_t> status;  // 0, or the Error of the row
};
BatchResult implied_volatility_batch(const ImpliedVolatilityBatch& batch,
                                     const VolatilityColumns& out,
                                     Path path = best_path()) noexcept;
}  // namespace sq::options
