// How long to wait before something is tried again: twice as long each time up to a limit, and a
// part of it by chance, so that many that failed together do not come back together.
// Thread: the owner's. Cost: a few ns. The chance comes from a seed. Source: faults N10, N15.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sq::binance {
struct BackoffSettings {
  std::int64_t first_ns{250'000'000};
  std::int64_t longest_ns{30'000'000'000};
};

class Backoff {
 public:
  Backoff(const BackoffSettings& settings, std::uint64_t seed) noexcept
      : settings_{settings}, state_{seed} {}

  // From half of the wait to the whole of it.
  [[nodiscard]] std::int64_t next() noexcept {
    std::int64_t wait = std::max<std::int64_t>(settings_.first_ns, 1);
    for (int i = 0; i < failures_ && wait < settings_.longest_ns; ++i) wait *= 2;
    wait = std::min(wait, std::max<std::int64_t>(settings_.longest_ns, 1));
    if (failures_ < kFailuresMax) ++failures_;
    const std::int64_t half = wait / 2;
    return wait - static_cast<std::int64_t>(random() % (static_cast<std::uint64_t>(half) + 1));
  }
  void reset() noexcept { failures_ = 0; }
  [[nodiscard]] int failures() const noexcept { return failures_; }
  // Uniform over 64 bits: splitmix64.
  [[nodiscard]] std::uint64_t random() noexcept {
    std::uint64_t z = (state_ += 0x9E37'79B9'7F4A'7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBU;
    return z ^ (z >> 31U);
  }

 private:
  static constexpr int kFailuresMax = 30;
  BackoffSettings settings_;
  std::uint64_t state_;
  int failures_{0};
};
}  // namespace sq::binance
