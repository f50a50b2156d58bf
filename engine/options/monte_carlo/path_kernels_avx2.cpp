#include "engine/options/batch/target_avx2.hpp"
// Above all others: what follows is compiled for this target.
#include "engine/options/batch/lane_avx2.hpp"
#include "engine/options/monte_carlo/path_rows.hpp"
#include "engine/options/monte_carlo/word_lane_avx2.hpp"

namespace sq::options::monte_carlo {
const PathKernels& path_kernels_avx2() noexcept { return kernels_of<batch::Avx2Lane, Avx2Words>(); }
}  // namespace sq::options::monte_carlo

#if defined(__clang__)
#pragma clang attribute pop
#endif
