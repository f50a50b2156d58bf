// The inner loops of the simulation, chosen at run time among scalar, AVX2 and AVX-512. Each is the
// same sequence of exact or correctly rounded operations on every path, so the bits are the same.
// Thread: pure functions. Cost: path_rows.hpp. Errors: none. All arrays hold `paths` values rounded
// up to a multiple of kLanesMax, of which the surplus is computed and meaningless.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/options/batch/path.hpp"

namespace sq::options::monte_carlo {
inline constexpr std::size_t kLanesMax = 8;
inline constexpr std::size_t kSobolBits = 32;  // 2^32 points

// Which numbers a stream of the counter-based generator gives: any two different ones are
// independent.
struct Stream {
  std::uint64_t seed{0};
  std::uint32_t number{0};
};

// Of one asset over one step: log_after = log_before + drift + sum of weight x normal, spot_after =
// spot e^log_after. Row j of the normals starts at normals + j x stride.
struct EvolveRow {
  const double* normals{nullptr};
  std::size_t stride{0};
  std::size_t factors{0};
  const double* weights{nullptr};
  double drift{0};
  double spot{0};
  const double* log_before{nullptr};  // empty: 0
  double* log_after{nullptr};
  double* spot_after{nullptr};
  std::size_t paths{0};
};

struct PathKernels {
  // Uniforms less 1/2, two for each path from `first` on: words `draw` of the generator.
  void (*pseudo_random)(Stream stream, std::uint64_t first, std::uint32_t draw, std::size_t paths,
                        double* even, double* odd) noexcept;
  // The same of points `first`.. of one Sobol dimension: directions in the high bits of a word;
  // first is a multiple of kLanesMax.
  void (*sobol)(const std::uint64_t* directions, std::uint64_t shift, std::uint64_t first,
                std::size_t paths, double* out) noexcept;
  // x with Phi(x) = 1/2 + value, in place; the bits of inverse_normal_cdf().
  void (*normals)(double* values, std::size_t paths) noexcept;
  void (*evolve)(const EvolveRow& row) noexcept;
};
// `path` must be supported.
[[nodiscard]] const PathKernels& path_kernels(Path path) noexcept;
[[nodiscard]] const PathKernels& path_kernels_avx2() noexcept;
[[nodiscard]] const PathKernels& path_kernels_avx512() noexcept;
}  // namespace sq::options::monte_carlo
