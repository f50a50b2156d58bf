// A timer at the venue that cancels our orders when we fall silent, and who keeps it armed. It
// works where the engine, its machine or the line to the venue is gone. Thread: the venue's. Cost:
// a compare; a request every third of the time. Errors: arm() says whether the request left; one
// that did not is tried again at the next call. Source: controls A02 (venue dead-man timers where
// offered), A03.
#pragma once

#include <cstdint>
#include <limits>

#include "engine/types/time.hpp"

namespace sq::venue {
// Implemented by venues that have such a timer.
class VenueDeadMan {
 public:
  // Cancel everything of ours unless armed again within `timeout_ns`; 0 switches the timer off.
  [[nodiscard]] virtual bool arm(std::int64_t timeout_ns) noexcept = 0;

 protected:
  ~VenueDeadMan() = default;
};

class DeadManKeeper {
 public:
  DeadManKeeper(VenueDeadMan& venue, std::int64_t timeout_ns)
      : venue_{venue}, timeout_ns_{timeout_ns} {}

  // `may_renew`: false while the kill switch holds this venue or the core's heartbeat is old: the
  // timer is then left to run out.
  void do_work(MonoTime now, bool may_renew) noexcept {
    if (!may_renew || now < next_) return;
    if (venue_.arm(timeout_ns_)) next_ = now + timeout_ns_ / 3;
  }
  // An orderly end, when nothing works at the venue any more.
  void stop() noexcept {
    static_cast<void>(venue_.arm(0));
    next_ = MonoTime{std::numeric_limits<std::int64_t>::max()};
  }

 private:
  VenueDeadMan& venue_;
  std::int64_t timeout_ns_;
  MonoTime next_{std::numeric_limits<std::int64_t>::min()};
};
}  // namespace sq::venue
