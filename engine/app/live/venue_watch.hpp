// What drives of live market data have in common: books that want a snapshot, news of the venues in
// words, their orderly end, and their part of the summary.
// Thread: BookWatch and close_venues the core's, the rest the main thread's.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/app/live/live_clock.hpp"
#include "engine/app/live/venue_thread.hpp"
#include "engine/app/summary.hpp"
#include "engine/core/core.hpp"
#include "engine/telemetry/log.hpp"

namespace sq::app {
using VenueThreads = std::vector<std::unique_ptr<VenueThread>>;

// Links see gaps by themselves; this is for what only the core's book can see.
class BookWatch {
 public:
  explicit BookWatch(const settings::Config& config);
  // Once a round. Cost: a count; a look at one book each sixteenth time.
  void look(const core::Core& core, const VenueThreads& venues) noexcept;

 private:
  struct Watched {  // of a book that is not joined
    MonoTime since{};
    MonoTime asked{};
  };
  std::vector<VenueId> venue_of_;  // [instrument]
  std::vector<Watched> watched_;   // [instrument]
  std::size_t next_{0};
  std::uint32_t rounds_{0};
};

// Says what changed since it last looked.
class VenueNews {
 public:
  void tell(const VenueThreads& venues, telemetry::Log& text_log);

 private:
  std::vector<VenueStatus> told_;
};

// Ends them in order while `round` goes on with what they still bring; false from it: nothing came.
void close_venues(const VenueThreads& venues, const LiveClock& clock,
                  const std::function<bool()>& round);
void report_venue(const VenueStatus& status, Summary& summary);
}  // namespace sq::app
