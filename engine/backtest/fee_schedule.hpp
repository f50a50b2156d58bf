// One venue's fees by tier of the volume of the last 30 days, and the discount for paying in the
// venue's own currency. The tier is settled at 00:00 UTC: what was traded before the run fades by a
// thirtieth a day, what the run traded counts from the next day on.
// Thread: its owner's. Cost: a fill. Errors: none.
// Source: Binance fee pages ("recomputed daily"); tables in venue_tables.cpp.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/settings/simulation_venues.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/time.hpp"

namespace sq::backtest {
class FeeSchedule {
 public:
  FeeSchedule() = default;
  explicit FeeSchedule(const settings::SimulatedVenue& venue) : venue_{venue} {
    if (venue_.volume_30d) settle(0);
  }

  [[nodiscard]] bool tiered() const noexcept {
    return venue_.volume_30d.has_value() && !venue_.fee_tiers.empty();
  }
  [[nodiscard]] Ratio rate(bool maker) const noexcept {
    const settings::FeeTier& tier = venue_.fee_tiers[tier_];
    return Ratio::from_raw(std::int64_t{maker ? tier.maker_ppm : tier.taker_ppm} * kPerPpm);
  }
  [[nodiscard]] std::size_t tier() const noexcept { return tier_; }
  // Value in 1e-8 of the quote currency.
  void on_traded(std::int64_t value, WallTime now) noexcept {
    if (!tiered()) return;
    on_time(now);
    today_ += value;
  }
  // Before a fee is asked for.
  void on_time(WallTime now) noexcept {
    if (!tiered()) return;
    const std::int64_t day = now.ns / kDay;
    if (first_day_ < 0) first_day_ = last_day_ = day;
    if (day == last_day_) return;
    last_day_ = day;
    traded_ += today_;
    today_ = 0;
    settle(day - first_day_);
  }

  [[nodiscard]] bool discounts() const noexcept {
    return venue_.discount_currency != Currency{} && venue_.discount_price > Price{};
  }
  [[nodiscard]] Currency discount_currency() const noexcept { return venue_.discount_currency; }
  // The discounted fee in 1e-8 of the discount currency, cut off; `fee` in 1e-8 of the settlement
  // currency. Empty: does not fit.
  [[nodiscard]] std::optional<std::int64_t> discounted(std::int64_t fee) const noexcept {
    const Int128 left = Int128{fee} * (kWhole - venue_.discount_ppm) * Price::kScale;
    return divide(left, Int128{kWhole} * venue_.discount_price.raw(), Rounding::Down);
  }

 private:
  static constexpr std::int64_t kDay = kNsPerDay;
  static constexpr std::int64_t kWhole = 1'000'000;
  static constexpr std::int64_t kPerPpm = Ratio::kScale / kWhole;
  static constexpr std::int64_t kDays = 30;

  void settle(std::int64_t days) noexcept {
    const std::int64_t left = days < kDays ? kDays - days : 0;
    const Int128 volume = Int128{*venue_.volume_30d} * Amount::kScale * left / kDays + traded_;
    for (tier_ = 0; tier_ + 1 < venue_.fee_tiers.size() &&
                    Int128{venue_.fee_tiers[tier_ + 1].volume} * Amount::kScale <= volume;
         ++tier_) {
    }
  }

  settings::SimulatedVenue venue_{};
  std::size_t tier_{0};
  Int128 traded_{0};  // before today, in the run
  Int128 today_{0};
  std::int64_t first_day_{-1};
  std::int64_t last_day_{-1};
};
}  // namespace sq::backtest
