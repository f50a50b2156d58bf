// The end of a venue's day in the log: what each strategy held and earned in each instrument at the
// cut, then the sums by account and currency. The last sum ends the close: lines that no such end
// follows (the process ended in between) do not count, and the day is closed anew.
// Thread: plain values. Bytes are logged: append only, no hidden padding. Units are in the types,
// money 1e-8 of `currency`. Source: issue's end of day; controls T02, C04 of the faults.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"
#include "engine/types/mark_source.hpp"
#include "engine/types/time.hpp"

namespace sq {
enum class DayPart : std::uint8_t {  // append only
  Line = 1,   // one strategy in header.instrument; kNoStrategy: what no strategy decided
  Total = 2,  // one account and currency of the venue
  End = 3     // the last total: the day is closed
};
// A day is named by the date on which its cut falls; a cut at midnight ends the date before it.
struct DayClosed {
  std::int64_t day{0};        // days since 1970-01-01
  std::int64_t first_day{0};  // less than `day`: the engine was away at the cuts in between
  WallTime cut{};             // of `day`
  std::int64_t late_ns{0};    // from the cut to the close
  Qty position{};
  Price mark{};                 // 0: none
  std::int64_t mark_age_ns{0};  // at the cut; negative: seen so long behind it
  // Since the first start. net = realised + unrealised - fees + funding.
  std::int64_t realised{0};
  std::int64_t unrealised{0};  // this and both nets: 0 and not known unless `valued`
  std::int64_t fees{0};
  std::int64_t funding{0};
  std::int64_t net{0};
  // Since the close before.
  std::int64_t day_realised{0};
  std::int64_t day_fees{0};
  std::int64_t day_funding{0};
  std::int64_t day_net{0};
  std::int64_t net_from{0};  // day_net counts from the close of this day; 0: from the first start
  std::int64_t day_turnover{0};
  std::uint64_t day_fills{0};
  Currency currency{};
  std::uint32_t epoch{0};       // which start of the process closed it
  std::uint32_t lines{0};       // of totals: lines with something in them
  std::uint32_t not_valued{0};  // of totals: lines whose position has no price
  VenueId venue{VenueId::None};
  StrategyId strategy{};
  AccountId account{};
  DayPart part{DayPart::Line};
  MarkSource source{MarkSource::None};
  std::uint8_t valued{0};  // 1: the nets are known
  std::uint8_t reserved[3]{};
};
static_assert(sizeof(DayClosed) == 184 && std::has_unique_object_representations_v<DayClosed>);

inline constexpr WallTime kNoCut{std::numeric_limits<std::int64_t>::max()};

// The moment that ends `day`, and the day that a moment belongs to: the first whose cut lies behind
// it. `cut_ns`: time of day, UTC, 0 <= cut_ns < one day.
[[nodiscard]] constexpr WallTime cut_of(std::int64_t day, std::int64_t cut_ns) noexcept {
  return WallTime{(cut_ns == 0 ? day + 1 : day) * kNsPerDay + cut_ns};
}
[[nodiscard]] constexpr std::int64_t day_of(WallTime at, std::int64_t cut_ns) noexcept {
  const std::int64_t date = utc_day(at);
  if (cut_ns == 0) return date;
  return at < cut_of(date, cut_ns) ? date : date + 1;
}
}  // namespace sq
