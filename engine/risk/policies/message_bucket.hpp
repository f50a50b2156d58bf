// A rate of messages with a burst: `rate` tokens come a second, at most `burst` are kept. New
// orders and amends must leave `reserve` tokens behind; cancels may take those and, being what
// makes the book safer, are never refused: what they take beyond is a debt that news wait for.
// Thread: one. Cost: a multiplication. Refill is exact: a token is 1e9 parts, elapsed ns x rate of
// them come. Errors: none; elapsed time is clamped to what fills the bucket. Source: control P11.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "engine/types/state_bytes.hpp"
#include "engine/types/time.hpp"

namespace sq::risk {
struct MessageRateLimits {
  std::int64_t rate{0};     // tokens a second, 1 to 1,000,000; 0: the control is off
  std::int64_t burst{0};    // tokens, 1 to 1,000,000
  std::int64_t reserve{0};  // tokens kept for cancels, below burst
  [[nodiscard]] bool on() const noexcept { return rate > 0; }
};

class MessageBucket {
 public:
  static constexpr std::int64_t kToken = 1'000'000'000;

  explicit MessageBucket(const MessageRateLimits& limits)
      : limits_{limits}, level_{limits.burst * kToken} {}

  // Whole tokens that a new order could take now; negative: owed by cancels.
  [[nodiscard]] std::int64_t free_for_news(MonoTime now) const noexcept {
    const std::int64_t free = level_at(now) - limits_.reserve * kToken;
    return free >= 0 ? free / kToken : -((-free + kToken - 1) / kToken);
  }
  [[nodiscard]] bool allows_news(MonoTime now, std::int64_t tokens) const noexcept {
    // Mostly there are enough without those that have come since, which costs a division.
    const std::int64_t wanted = (limits_.reserve + tokens) * kToken;
    return level_ >= wanted || level_at(now) >= wanted;
  }
  void take(MonoTime now, std::int64_t tokens) noexcept {
    level_ = std::max(level_at(now) - tokens * kToken, kFloor);
    at_ = std::max(at_, now);
  }
  [[nodiscard]] const MessageRateLimits& limits() const noexcept { return limits_; }

  void save(StateOut& out) const {
    out.put(level_);
    out.put(at_.ns);
  }
  void restore(StateIn& in) noexcept {
    level_ = std::min(in.take<std::int64_t>(), limits_.burst * kToken);
    at_ = MonoTime{in.take<std::int64_t>()};
  }

 private:
  static constexpr std::int64_t kFloor = std::numeric_limits<std::int64_t>::min() / 4;

  [[nodiscard]] std::int64_t level_at(MonoTime now) const noexcept {
    if (limits_.rate <= 0) return level_;
    const std::int64_t missing = limits_.burst * kToken - level_;
    const std::int64_t elapsed = std::max<std::int64_t>(now - at_, 0);
    if (elapsed > missing / limits_.rate) return level_ + missing;  // full
    return level_ + std::min(elapsed * limits_.rate, missing);
  }

  MessageRateLimits limits_;
  std::int64_t level_;
  MonoTime at_{0};
};
}  // namespace sq::risk
