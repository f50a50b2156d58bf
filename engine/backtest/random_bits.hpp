// The simulation's own random numbers: the same on every machine and compiler.
// Thread: its owner's. Cost: about 1 ns. Source: splitmix64 by Sebastiano Vigna (public domain).
#pragma once

#include <cstdint>

namespace sq::backtest {
class RandomBits {
 public:
  explicit constexpr RandomBits(std::uint64_t seed) noexcept : state_{seed} {}
  constexpr std::uint64_t next() noexcept {
    state_ += 0x9E37'79B9'7F4A'7C15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9;
    z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EB;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};
}  // namespace sq::backtest
