// Sobol points with random linear scrambling and a random digital shift: each replication is a
// randomised net, uniform in law, so the spread of replications is an error bar.
// Thread: a table made at the first use, then pure functions. Cost: the table once;
// scrambling 2 us a dimension. Errors: none; dimension < kSobolDimensionsMax. Units: words hold
// fractions in units of 2^-64, of which the upper 52 bits count. Source: direction numbers of Joe
// and Kuo (2008), from Boost.Random; scrambling of Matousek (1998), whose variance is that of
// Owen's nested scrambling (Owen, 2003).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/options/monte_carlo/path_kernels.hpp"

namespace sq::options::monte_carlo {
inline constexpr std::size_t kSobolDimensionsMax = 3600;

// Direction of bit k of the point's number, in the upper 32 bits of a word.
using Directions = std::array<std::uint64_t, kSobolBits>;
[[nodiscard]] Directions sobol_directions(std::size_t dimension);

struct ScrambledDimension {
  Directions directions{};
  std::uint64_t shift{0};
};
[[nodiscard]] ScrambledDimension scrambled_sobol(std::size_t dimension, Stream stream,
                                                 std::uint32_t replication);
}  // namespace sq::options::monte_carlo
