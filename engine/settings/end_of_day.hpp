// [[end_of_day]]: when a venue's day ends and which prices value what is held then. Of a venue
// without a table no day is closed: the summary of a run says so.
// Thread: plain values. Source: scope 6 of the order path (mark policy, P&L cut).
#pragma once

#include <cstdint>
#include <vector>

#include "engine/types/ids.hpp"
#include "engine/types/mark_source.hpp"

namespace sq::settings {
struct EndOfDay {  // at most one a venue; every key is required
  VenueId venue{VenueId::None};
  std::int64_t cut_ns{0};           // time of day, UTC
  std::vector<MarkSource> marks;    // 1 to 4: the first that is fresh is taken
  std::int64_t mark_age_ns_max{0};  // 1 s to 24 h, at the cut; older: not valued

  friend bool operator==(const EndOfDay&, const EndOfDay&) = default;
};
}  // namespace sq::settings
