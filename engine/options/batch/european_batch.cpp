#include "engine/options/batch/european_batch.hpp"

#include "engine/options/batch/european_rows.hpp"
#include "engine/options/european/slow_greeks.hpp"
#include "engine/options/math/lane.hpp"

namespace sq::options {
namespace batch {
bool european_row(const EuropeanColumns& c, std::size_t row) noexcept {
  const auto at = [row](const Column& column) { return column.data[column.step * row]; };
  const Result<Greeks> greeks =
      european::slow_greeks({at(c.spot), at(c.rate), at(c.yield), at(c.volatility)},
                            {c.type[row], at(c.strike), at(c.years)});
  const Greeks g = greeks.value_or(Greeks{});
  const double values[6] = {g.price, g.delta, g.gamma, g.vega, g.theta, g.rho};
  for (int k = 0; k < 6; ++k) c.out[k][row] = values[k];
  c.status[row] = greeks ? std::uint8_t{0} : static_cast<std::uint8_t>(greeks.error());
  return !greeks;
}

std::size_t european_rows_scalar(const EuropeanColumns& columns) noexcept {
  return european_rows<math::ScalarLane>(columns);
}
}  // namespace batch

BatchResult european_greeks_batch(const EuropeanBatch& in, const GreeksColumns& out,
                                  Path path) noexcept {
  const std::size_t rows = in.strike.size();
  batch::EuropeanColumns columns;
  bool fits = in.type.size() == rows && out.status.size() == rows;
  const auto column = [&](std::span<const double> from) {
    fits = fits && (from.size() == rows || from.size() == 1);
    return batch::Column{from.data(), from.size() == rows ? std::size_t{1} : std::size_t{0}};
  };
  columns.spot = column(in.spot);
  columns.strike = column(in.strike);
  columns.rate = column(in.rate);
  columns.yield = column(in.yield);
  columns.volatility = column(in.volatility);
  columns.years = column(in.years);
  const std::span<double> results[] = {out.price, out.delta, out.gamma,
                                       out.vega,  out.theta, out.rho};
  for (std::size_t k = 0; k < 6; ++k) {
    fits = fits && results[k].size() == rows;
    columns.out[k] = results[k].data();
  }
  if (!fits) return {BatchOutcome::LengthMismatch, 0};
  if (!supported(path)) return {BatchOutcome::NotSupported, 0};
  columns.type = in.type.data();
  columns.status = out.status.data();
  columns.rows = rows;
  switch (path) {
    case Path::Avx512:
      return {BatchOutcome::Done, batch::european_rows_avx512(columns)};
    case Path::Avx2:
      return {BatchOutcome::Done, batch::european_rows_avx2(columns)};
    case Path::Scalar:
      break;
  }
  return {BatchOutcome::Done, batch::european_rows_scalar(columns)};
}
}  // namespace sq::options
