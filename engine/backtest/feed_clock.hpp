// When the exchange saw what we received: the exchange time e of a record, in our clock, never
// later than its receive time t.
//   None       e = t
//   Constant   e = t - latency
//   Recorded   e = v + offset, v the venue's stamp, offset = min(t - v) - floor: our clock may be
//   off
//              by any amount, so the fastest record is taken to be `floor` old and the others are
//              older by what they exceed it. The minimum is taken over the records looked at before
//              the run and then over the last 30 to 60 s, because clocks drift. A stamp in ms makes
//              e up to 1 ms early. Records without a stamp: the last latency of their source.
// Thread: its owner's. Cost: about 2 ns. Errors: a record that would lie before its predecessor in
// the source, or after its receipt, is moved there and counted.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/settings/simulation.hpp"
#include "engine/types/time.hpp"

namespace sq::backtest {
// Offset of our clock to one venue's, floor latency included: t - v of a record without delay.
class ClockOffset {
 public:
  explicit ClockOffset(std::int64_t floor_ns) noexcept : floor_ns_{floor_ns} {}

  // A record looked at before the run.
  void preview(WallTime received, WallTime venue) {
    previous_min_ = std::min(previous_min_, received - venue);
    window_start_ = known() ? std::min(window_start_, received) : received;
    preview_.push_back(received - venue);
  }
  [[nodiscard]] bool known() const noexcept { return !preview_.empty() || seen_; }
  // t - v of a record that took no time. 0 while nothing is known.
  [[nodiscard]] std::int64_t ns() const noexcept {
    return known() ? std::min(previous_min_, current_min_) - floor_ns_ : 0;
  }
  void update(WallTime received, WallTime venue) noexcept {
    if (received - window_start_ >= kWindowNs) {
      if (current_min_ != kNone) previous_min_ = current_min_;
      current_min_ = kNone;
      window_start_ = received;
    }
    current_min_ = std::min(current_min_, received - venue);
    seen_ = true;
    const std::int64_t offset = ns();
    lowest_ = std::min(lowest_, offset);
    highest_ = std::max(highest_, offset);
  }
  // Over the whole run, once update() was called.
  [[nodiscard]] bool used() const noexcept { return seen_; }
  [[nodiscard]] std::int64_t lowest_ns() const noexcept { return lowest_; }
  [[nodiscard]] std::int64_t highest_ns() const noexcept { return highest_; }
  // t - v of the records looked at before the run, in any order.
  [[nodiscard]] const std::vector<std::int64_t>& previewed() const noexcept { return preview_; }

 private:
  static constexpr std::int64_t kWindowNs = 30 * kNsPerSecond;
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

  std::int64_t floor_ns_;
  std::int64_t previous_min_{kNone};
  std::int64_t current_min_{kNone};
  WallTime window_start_{};
  bool seen_{false};
  std::int64_t lowest_{kNone};
  std::int64_t highest_{std::numeric_limits<std::int64_t>::min()};
  std::vector<std::int64_t> preview_;
};

// One source's way from stamps to exchange time.
class FeedClock {
 public:
  FeedClock(settings::FeedLatency kind, std::int64_t latency_ns) noexcept
      : kind_{kind}, latency_ns_{latency_ns}, constant_ns_{latency_ns} {}

  [[nodiscard]] WallTime exchange_time(WallTime received, WallTime venue,
                                       ClockOffset& offset) noexcept {
    if (kind_ == settings::FeedLatency::None) return received;
    WallTime at = received - constant_ns_;
    if (kind_ == settings::FeedLatency::Recorded) {
      if (venue.ns != 0) {
        offset.update(received, venue);
        latency_ns_ = std::max<std::int64_t>(received - venue - offset.ns(), 0);
      }
      at = received - latency_ns_;
    }
    if (at < last_) {
      at = std::min(last_, received);
      ++moved_;
    }
    last_ = at;
    return at;
  }
  // Records moved after their predecessor.
  [[nodiscard]] std::uint64_t moved() const noexcept { return moved_; }

 private:
  settings::FeedLatency kind_;
  std::int64_t latency_ns_;  // of the last record
  std::int64_t constant_ns_;
  WallTime last_{std::numeric_limits<std::int64_t>::min()};
  std::uint64_t moved_{0};
};
}  // namespace sq::backtest
