// The simulator's random numbers: xoshiro256++ and the few distributions it needs, all with the
// same results everywhere (the standard library's distributions differ between implementations).
// Thread: the owner's. Cost: 1 to 20 ns a number. Source: Blackman and Vigna, "Scrambled linear
// pseudorandom number generators" (2019); seeding by splitmix64 as they advise.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "engine/feed/simulated/portable_math.hpp"

namespace sq::feed::simulated {
class Random {
 public:
  // Streams of one seed are independent of each other.
  Random(std::uint64_t seed, std::uint64_t stream) noexcept {
    std::uint64_t state = seed * 0xD1342543DE82EF95ULL + stream * 0x9E3779B97F4A7C15ULL + 1;
    for (std::uint64_t& word : state_) {
      state += 0x9E3779B97F4A7C15ULL;
      std::uint64_t z = state;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
      word = z ^ (z >> 31);
    }
  }

  [[nodiscard]] std::uint64_t next() noexcept {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  // In (0, 1): never 0, so that its logarithm exists.
  [[nodiscard]] double uniform() noexcept {
    return (static_cast<double>(next() >> 12) + 0.5) * 0x1p-52;
  }
  [[nodiscard]] bool chance(double probability) noexcept { return uniform() < probability; }
  // 0 to n - 1; n > 0. The bias of the multiplication (n / 2^32) does not matter here.
  [[nodiscard]] std::uint32_t below(std::uint32_t n) noexcept {
    return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32);
  }
  [[nodiscard]] double exponential(double mean) noexcept { return -mean * portable_log(uniform()); }
  // Mean 0, variance 1 (Marsaglia's polar method, one of the pair).
  [[nodiscard]] double normal() noexcept {
    for (;;) {
      const double x = 2.0 * uniform() - 1.0;
      const double y = 2.0 * uniform() - 1.0;
      const double square = x * x + y * y;
      if (square >= 1.0 || square < 1e-300) continue;
      return x * std::sqrt(-2.0 * portable_log(square) /
                           square);  // sqrt is exactly rounded by IEEE 754
    }
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

// A distribution of positive values given by its quantiles, log-linear in between: how sizes and
// distances are described. Probabilities ascend from 0 to 1, values ascend and are > 0.
struct Quantile {
  double probability{0};
  double value{0};
};
template <std::size_t N>
using Quantiles = std::array<Quantile, N>;

template <std::size_t N>
[[nodiscard]] double draw(const Quantiles<N>& table, Random& random) noexcept {
  const double p = random.uniform();
  std::size_t i = 1;
  while (i + 1 < N && table[i].probability < p) ++i;
  const Quantile& low = table[i - 1];
  const Quantile& high = table[i];
  const double weight = (p - low.probability) / (high.probability - low.probability);
  return low.value * portable_exp(weight * portable_log(high.value / low.value));
}
}  // namespace sq::feed::simulated
