// When options expire and how long that is, as the venues count it.
// Thread: pure functions. Cost: a few ns. Errors: ParameterRange for a date that does not exist or
// lies outside 1970 to 2261. Units: UTC nanoseconds; years as the convention says.
// Sources: NSE and BSE trading hours and holidays as in their circulars (index and stock options
// trade until 15:30 IST on expiry day, since 2026-08-03 until 15:40; currency options until 12:30),
// Deribit and Binance contract specifications (08:00 UTC). The date itself comes from the
// instrument file: weekday rules changed four times in two years and move with holidays.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/options/result.hpp"
#include "engine/types/time.hpp"

namespace sq::options {
struct Date {
  int year{1970};
  int month{1};  // 1 to 12
  int day{1};
  friend constexpr auto operator<=>(const Date&, const Date&) noexcept = default;
};
enum class ExpiryRule : std::uint8_t {
  IndianIndexOrStock = 1,  // NSE and BSE
  IndianCurrency,
  Deribit,
  Binance
};
[[nodiscard]] Result<WallTime> expiry_time(ExpiryRule rule, Date date) noexcept;

// Days since 1970-01-01 of the proleptic Gregorian calendar; the inverse; 0 = Monday.
[[nodiscard]] Result<std::int64_t> day_number(Date date) noexcept;
[[nodiscard]] Date date_of(std::int64_t day) noexcept;
[[nodiscard]] int weekday_of(std::int64_t day) noexcept;

// A date as in crypto option names: 26JAN24 or 5JUL24 (Deribit), 240126 (Binance).
[[nodiscard]] Result<Date> parse_expiry_date(std::string_view text) noexcept;

// Calendar time over 365 days of 24 hours: Deribit, Binance and NSE quote volatility that way.
// 0 at and after the expiry.
[[nodiscard]] double years_actual_365(WallTime now, WallTime expiry) noexcept;

// Trading time: sessions of an exchange, in years of 252 full sessions. Weekends and the given
// holidays (sorted day numbers, local dates) have none; `extra` (sorted) are sessions held on such
// days. For intraday pricing near expiry, where the calendar overstates nights and weekends.
struct TradingHours {
  int utc_offset_minutes{330};     // IST
  int open_minute{9 * 60 + 15};    // local
  int close_minute{15 * 60 + 30};  // local, > open
  double sessions_per_year{252};   // > 0
  std::span<const std::int64_t> holidays{};
  std::span<const std::int64_t> extra{};
};
[[nodiscard]] double years_trading(WallTime now, WallTime expiry,
                                   const TradingHours& hours) noexcept;
}  // namespace sq::options
