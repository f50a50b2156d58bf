// The fields of [[end_of_day]].
// Thread: start-up.
#pragma once

#include "engine/settings/sections/fields.hpp"

namespace sq::settings {
extern const Codec<std::int64_t> kTimeOfDayCodec;
extern const Codec<MarkSource> kMarkSourceCodec;
template <class Io, Is<EndOfDay> T>
void fields(Io& io, T& day) {
  io.coded("venue", day.venue, kVenueCodec, Need::Required);
  io.coded("cut", day.cut_ns, kTimeOfDayCodec, Need::Required);
  io.coded_list("marks", day.marks, kMarkSourceCodec, 1, 4, Need::Required);
  io.duration("mark_age_s", day.mark_age_ns_max, 1, 86'400, Need::Required);
}
// Behind [[instrument]].
void read_end_of_day(Reader& root, Config& config);
}  // namespace sq::settings
