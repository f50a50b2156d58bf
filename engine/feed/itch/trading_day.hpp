// Which day an ITCH file is of, and when that day began: its times count from midnight in New York.
// Thread: any. Cost: a few divisions, cold. Errors: empty when there is no date.
// Source: Energy Policy Act of 2005, section 110 (daylight saving since 2007), and the rule of 1987
// before it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/types/time.hpp"

namespace sq::feed::itch {
struct CalendarDay {
  int year{0};
  unsigned month{0};  // 1 to 12
  unsigned day{0};    // 1 to 31
  friend bool operator==(const CalendarDay&, const CalendarDay&) = default;
};
// In names as the exchange and others write them: 01302019.NASDAQ_ITCH50 (month first), S081321-v50
// (two digits for the year), AAPL_20191230.itch (year first).
[[nodiscard]] std::optional<CalendarDay> day_in_name(std::string_view file_name) noexcept;
// Midnight in New York, as UTC.
[[nodiscard]] WallTime eastern_midnight(const CalendarDay& day) noexcept;
// The day in New York at that moment.
[[nodiscard]] CalendarDay eastern_day(WallTime moment) noexcept;
}  // namespace sq::feed::itch
