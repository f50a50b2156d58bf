#include "engine/options/batch/target_avx512.hpp"
// Above all others: what follows is compiled for this target.
#include "engine/options/batch/implied_volatility_rows.hpp"
#include "engine/options/batch/lane_avx512.hpp"

namespace sq::options::batch {
std::size_t volatility_rows_avx512(const VolatilityRows& rows) noexcept {
  return volatility_rows<Avx512Lane>(rows);
}
}  // namespace sq::options::batch

#if defined(__clang__)
#pragma clang attribute pop
#endif
