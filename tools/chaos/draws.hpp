// Random numbers of a simulated day: splitmix64, the same on every machine.
// Thread: its owner's. Cost: a few cycles. Source: Steele, Lea, Flood, "Fast splittable
// pseudorandom number generators" (2014).
#pragma once

#include <cstdint>

namespace sq::chaos {
class Draws {
 public:
  explicit Draws(std::uint64_t seed) noexcept : state_{seed} {}
  std::uint64_t next() noexcept {
    state_ += 0x9E37'79B9'7F4A'7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBU;
    return z ^ (z >> 31U);
  }
  // 0 to n - 1; n > 0.
  std::uint64_t below(std::uint64_t n) noexcept { return next() % n; }
  std::int64_t between(std::int64_t low, std::int64_t high) noexcept {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool chance(std::uint64_t of_thousand) noexcept { return below(1'000) < of_thousand; }
  [[nodiscard]] std::uint64_t state() const noexcept { return state_; }

 private:
  std::uint64_t state_;
};
// A seed of its own for each use of one seed.
[[nodiscard]] inline std::uint64_t mixed(std::uint64_t seed, std::uint64_t use) noexcept {
  Draws draws{seed ^ (use * 0xD6E8'FEB8'6659'FD93U)};
  return draws.next();
}
}  // namespace sq::chaos
