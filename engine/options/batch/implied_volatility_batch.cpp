#include "engine/options/batch/implied_volatility_batch.hpp"

#include "engine/options/batch/implied_volatility_rows.hpp"
#include "engine/options/implied_volatility/implied_volatility.hpp"
#include "engine/options/math/lane.hpp"

namespace sq::options {
namespace batch {
bool volatility_row(const VolatilityRows& rows, std::size_t row) noexcept {
  const auto at = [row](const Column& column) { return column.data[column.step * row]; };
  const Result<double> volatility = implied::slow_implied_volatility(
      at(rows.in[0]), {at(rows.in[1]), at(rows.in[3]), at(rows.in[4]), 0.0},
      {rows.type[row], at(rows.in[2]), at(rows.in[5])});
  rows.volatility[row] = volatility.value_or(0.0);
  rows.status[row] = volatility ? std::uint8_t{0} : static_cast<std::uint8_t>(volatility.error());
  return !volatility;
}

std::size_t volatility_rows_scalar(const VolatilityRows& rows) noexcept {
  return volatility_rows<math::ScalarLane>(rows);
}
}  // namespace batch

BatchResult implied_volatility_batch(const ImpliedVolatilityBatch& in, const VolatilityColumns& out,
                                     Path path) noexcept {
  const std::size_t rows = in.strike.size();
  bool fits = in.type.size() == rows && in.price.size() == rows && out.volatility.size() == rows &&
              out.status.size() == rows;
  batch::VolatilityRows all;
  const std::span<const double> columns[] = {in.price, in.spot,  in.strike,
                                             in.rate,  in.yield, in.years};
  for (std::size_t k = 0; k < 6; ++k) {
    fits = fits && (columns[k].size() == rows || columns[k].size() == 1);
    all.in[k] = {columns[k].data(), columns[k].size() == rows ? std::size_t{1} : std::size_t{0}};
  }
  if (!fits) return {BatchOutcome::LengthMismatch, 0};
  if (!supported(path)) return {BatchOutcome::NotSupported, 0};
  all.type = in.type.data();
  all.volatility = out.volatility.data();
  all.status = out.status.data();
  all.rows = rows;
  switch (path) {
    case Path::Avx512:
      return {BatchOutcome::Done, batch::volatility_rows_avx512(all)};
    case Path::Avx2:
      return {BatchOutcome::Done, batch::volatility_rows_avx2(all)};
    case Path::Scalar:
      break;
  }
  return {BatchOutcome::Done, batch::volatility_rows_scalar(all)};
}
}  // namespace sq::options
