// Quantity, notional and count of what happened in the last `window_ns`, in 64 buckets of window
// / 64. Bounds: Keep::Outer never counts less than the exact window holds, and nothing that is
// older than window + window / 64; Keep::Inner never counts more than the exact window, and
// everything younger than window - window / 64. Exact window: events with now - time < window.
// Thread: one. Cost: a compare and a copy, a few adds when a bucket expires. Memory: 3 KB, at
// construction. Errors: none; sums in 128 bits cannot overflow. Units: as given.
// Source: control P10 (order flow), P36 (messages and trades).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/types/fixed.hpp"
#include "engine/types/state_bytes.hpp"
#include "engine/types/time.hpp"

namespace sq::risk {
struct WindowSums {
  Int128 notional{0};  // 1e-17
  Int128 qty{0};       // 1e-8
  std::int64_t count{0};
  std::int64_t reserved{0};
  WindowSums& operator+=(const WindowSums& other) noexcept {
    notional += other.notional;
    qty += other.qty;
    count += other.count;
    return *this;
  }
  WindowSums& operator-=(const WindowSums& other) noexcept {
    notional -= other.notional;
    qty -= other.qty;
    count -= other.count;
    return *this;
  }
};

class SlidingWindow {
 public:
  enum class Keep : std::uint8_t { Outer, Inner };
  static constexpr std::int64_t kBuckets = 64;

  // window_ns: a positive multiple of 64, which whole milliseconds are.
  explicit SlidingWindow(std::int64_t window_ns, Keep keep = Keep::Outer)
      : width_{std::max<std::int64_t>(window_ns / kBuckets, 1)},
        keep_{keep == Keep::Outer ? kBuckets + 1 : kBuckets},
        buckets_(kBuckets + 1) {}

  [[nodiscard]] const WindowSums& at(MonoTime now) const noexcept {
    if (now.ns >= expires_at_) expire(now.ns / width_);
    return sum_;
  }
  void record(MonoTime now, const WindowSums& what) noexcept {
    const std::int64_t bucket = std::max(now.ns / width_, head_);  // time never decreases
    expire(bucket);
    if (bucket - head_ > kBuckets) {
      std::fill(buckets_.begin(), buckets_.end(), WindowSums{});
    } else {
      for (std::int64_t b = head_ + 1; b <= bucket; ++b) slot(b) = WindowSums{};
    }
    head_ = bucket;
    slot(bucket) += what;
    sum_ += what;
  }
  [[nodiscard]] std::int64_t window_ns() const noexcept { return width_ * kBuckets; }

  void save(StateOut& out) const {
    out.put(width_);
    out.put(head_);
    for (const WindowSums& bucket : buckets_) out.put(bucket);
  }
  // False: of another window.
  [[nodiscard]] bool restore(StateIn& in) {
    in.expect(width_);
    head_ = in.take<std::int64_t>();
    for (WindowSums& bucket : buckets_) bucket = in.take<WindowSums>();
    if (head_ < -1) in.fail();
    first_ = std::max<std::int64_t>(head_ - keep_ + 1, 0);
    sum_ = {};
    for (std::int64_t b = first_; b <= head_ && in.ok(); ++b) sum_ += slot(b);
    expires_at_ = (first_ + keep_) * width_;
    return in.ok();
  }

 private:
  [[nodiscard]] WindowSums& slot(std::int64_t bucket) noexcept {
    return buckets_[static_cast<std::size_t>(bucket % (kBuckets + 1))];
  }
  [[nodiscard]] const WindowSums& slot(std::int64_t bucket) const noexcept {
    return buckets_[static_cast<std::size_t>(bucket % (kBuckets + 1))];
  }
  // Takes out of the sum what the window, seen from bucket `now`, no longer holds.
  void expire(std::int64_t now) const noexcept {
    const std::int64_t oldest = std::max<std::int64_t>(now - keep_ + 1, first_);
    if (oldest > head_) {
      sum_ = {};
    } else {
      for (std::int64_t b = first_; b < oldest; ++b) sum_ -= slot(b);
    }
    first_ = oldest;
    expires_at_ = (first_ + keep_) * width_;
  }

  std::int64_t width_;
  std::int64_t keep_;
  std::int64_t head_{-1};  // the newest bucket that something was recorded in
  std::vector<WindowSums> buckets_;
  // Brought up to date when asked, hence mutable: what is recorded alone makes the saved state.
  mutable WindowSums sum_;
  mutable std::int64_t first_{0};  // the oldest bucket in the sum
  mutable std::int64_t expires_at_{0};
};
}  // namespace sq::risk
