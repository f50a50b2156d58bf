// The ends of venues' days in the summary of a run: what was closed last, and what is open.
// Thread: after the run. Cost: cold.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "engine/core/day_books.hpp"
#include "engine/settings/end_of_day.hpp"

namespace sq::app {
struct VenueDays {
  VenueId venue{VenueId::None};
  std::int64_t open{0};  // the day that goes on
  WallTime open_until{};
  std::vector<DayClosed> totals;  // of the last close, by account and currency; empty: none yet
};
// The day of a venue that goes on.
[[nodiscard]] std::int64_t open_day(const core::DayBooks& books, const settings::EndOfDay& end);
[[nodiscard]] std::vector<VenueDays> venue_days(const core::DayBooks& books,
                                                const std::vector<settings::EndOfDay>& ends);
[[nodiscard]] std::string money_text(std::int64_t raw);
// Null where a position has no price: it is not known then.
[[nodiscard]] boost::json::value known_money(const DayClosed& told, std::int64_t raw);
void print_days(std::FILE* out, const std::vector<VenueDays>& days);
[[nodiscard]] boost::json::array days_json(const std::vector<VenueDays>& days);
}  // namespace sq::app
