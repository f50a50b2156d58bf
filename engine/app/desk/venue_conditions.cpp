#include "engine/app/desk/venue_conditions.hpp"

namespace sq::app {
void VenueConditions::take(const RecordHeader& record) noexcept {
  if (record.kind == RecordKind::EpochStarted) lines_ = {};
  if (record.kind != RecordKind::VenueState || payload_bytes(record).size() < sizeof(VenueState))
    return;
  const auto& state = payload_of<VenueState>(record);
  const auto n = static_cast<std::size_t>(state.venue);
  if (state.venue == VenueId::None || n >= kVenues) return;
  VenueLine& line = lines_[n];
  const bool other = line.state.venue == VenueId::None || line.state.condition != state.condition;
  if (other) line.since = record.wall;
  line.state = state;
  if (state.clock_uncertainty_ns <= 0) return;
  line.clock_offset_ns = state.clock_offset_ns;
  line.clock_uncertainty_ns = state.clock_uncertainty_ns;
  line.measured = record.wall;
}
const VenueLine& VenueConditions::of(VenueId venue) const noexcept {
  const auto n = static_cast<std::size_t>(venue);
  return lines_[n < kVenues ? n : 0];  // of None nothing is ever kept
}
}  // namespace sq::app
