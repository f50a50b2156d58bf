// Prices and Greeks of many European options, structure of arrays.
// Thread: any; the caller owns the memory. Cost on one core: AVX-512 8 ns an option, AVX2 11,
// scalar 38; no allocation. Errors: a row that has no answer gets its Error in `status` and zeros.
// Units: as engine/options/european/european.hpp, and the same bits as european_greeks(), on every
// path. Source: kernel.hpp there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/options/batch/path.hpp"
#include "engine/options/result.hpp"

namespace sq::options {
// type and strike give the number of rows. Each other column has as many values, or one for all.
struct EuropeanBatch {
  std::span<const OptionType> type;
  std::span<const double> strike;
  std::span<const double> spot, rate, yield, volatility, years;
};
// Each column as long as the batch. status: 0, or the Error of the row.
struct GreeksColumns {
  std::span<double> price, delta, gamma, vega, theta, rho;
  std::span<std::uint8_t> status;
};
enum class BatchOutcome : std::uint8_t {
  Done,
  LengthMismatch,  // a column has neither one value nor as many as there are rows: nothing written
  NotSupported     // this processor lacks the path: nothing written
};
struct BatchResult {
  BatchOutcome outcome{BatchOutcome::Done};
  std::size_t refused{0};  // rows with a status
};
BatchResult european_greeks_batch(const EuropeanBatch& batch, const GreeksColumns& out,
                                  Path path = best_path()) noexcept;
}  // namespace sq::options
