#include "engine/options/batch/target_avx512.hpp"
// Above all others: what follows is compiled for this target.
#include "engine/options/batch/european_rows.hpp"
#include "engine/options/batch/lane_avx512.hpp"

namespace sq::options::batch {
std::size_t european_rows_avx512(const EuropeanColumns& columns) noexcept {
  return european_rows<Avx512Lane>(columns);
}
}  // namespace sq::options::batch

#if defined(__clang__)
#pragma clang attribute pop
#endif
