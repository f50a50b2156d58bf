// A venue's limits on requests: orders and request weight in windows that start at whole multiples
// of their length, as the venue's do. Over a limit is 429 until the window ends; who goes on is
// banned (418): two minutes, then twice as long each time, at most three days. Thread: its owner's.
// Cost: a few comparisons a request. Errors: RateLimit, Banned. Source: Binance spot "Limits" and
// USD-M "Limits" (windows, codes -1003, -1015, 429 and 418).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/messaging/orders.hpp"
#include "engine/settings/simulation_venues.hpp"
#include "engine/types/time.hpp"

namespace sq::backtest {
class RequestLimits {
 public:
  RequestLimits() = default;
  explicit RequestLimits(const settings::SimulatedVenue& venue) noexcept
      : limits_{Window{10 * kNsPerSecond, venue.orders_10s}, Window{kMinute, venue.orders_1m},
                Window{24 * 60 * kMinute, venue.orders_1d}, Window{kMinute, venue.weight_1m}},
        ban_after_{venue.ban_after} {}

  // Counts the request unless it is refused.
  [[nodiscard]] RejectCode take(bool order, std::uint32_t weight, WallTime now) noexcept {
    if (now < banned_until_) return RejectCode::Banned;
    bool over = false;
    for (std::size_t i = 0; i < limits_.size(); ++i) {
      limits_[i].roll(now);
      const std::uint32_t adds = i == kWeight ? weight : order ? 1 : 0;
      over = over || (adds != 0 && limits_[i].full(adds));
    }
    if (over) return refuse(now);
    for (std::size_t i = 0; i < limits_.size(); ++i)
      limits_[i].used += i == kWeight ? weight : order ? 1 : 0;
    return RejectCode::None;
  }
  [[nodiscard]] WallTime banned_until() const noexcept { return banned_until_; }

 private:
  static constexpr std::int64_t kMinute = 60 * kNsPerSecond;
  static constexpr std::int64_t kBanMax = 3 * 24 * 60 * kMinute;
  static constexpr std::size_t kWeight = 3;
  struct Window {
    std::int64_t length{1};
    std::uint32_t limit{0};  // 0: none
    std::uint64_t used{0};
    std::int64_t number{0};
    void roll(WallTime now) noexcept {
      const std::int64_t at = now.ns / length;
      if (at == number) return;
      number = at;
      used = 0;
    }
    [[nodiscard]] bool full(std::uint32_t adds) const noexcept {
      return limit != 0 && used + adds > limit;
    }
  };

  [[nodiscard]] RejectCode refuse(WallTime now) noexcept {
    const std::int64_t minute = now.ns / kMinute;
    if (minute != strike_minute_) strikes_ = 0;
    strike_minute_ = minute;
    if (++strikes_ <= ban_after_) return RejectCode::RateLimit;
    strikes_ = 0;
    banned_until_ = now + ban_ns_;
    ban_ns_ = std::min(2 * ban_ns_, kBanMax);
    return RejectCode::Banned;
  }

  std::array<Window, 4> limits_{};
  std::uint32_t ban_after_{10};
  std::uint32_t strikes_{0};
  std::int64_t strike_minute_{0};
  std::int64_t ban_ns_{2 * kMinute};
  WallTime banned_until_{};
};
}  // namespace sq::backtest
