#include "engine/options/monte_carlo/path_kernels.hpp"

#include "engine/options/math/lane.hpp"
#include "engine/options/math/normal.hpp"
#include "engine/options/monte_carlo/path_rows.hpp"
#include "engine/options/monte_carlo/word_lane.hpp"

namespace sq::options::monte_carlo {
double far_normal(double q, double x, double near) noexcept {
  const double tail = 0.5 - __builtin_fabs(q);
  if (tail >= near) return x;
  return q < 0 ? inverse_normal_cdf(tail) : -inverse_normal_cdf(tail);
}

const PathKernels& path_kernels(Path path) noexcept {
  switch (path) {
    case Path::Avx512:
      return path_kernels_avx512();
    case Path::Avx2:
      return path_kernels_avx2();
    case Path::Scalar:
      break;
  }
  return kernels_of<math::ScalarLane, ScalarWords>();
}
}  // namespace sq::options::monte_carlo
