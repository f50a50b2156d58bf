// Tells the core how late events come to their turn and how full the log's rings are, ten times a
// second, when a circuit breaker watches either: inputs like all that depends on timing. Only of a
// run that keeps real time: one at full speed is as late as its machine is slow, and is to decide
// the same on every machine. Thread: the core's. Cost: a comparison an event, a clock read a look.
// Errors: none. Source: controls A11.
#pragma once

#include <cstdint>

#include "engine/messaging/breakers.hpp"
#include "engine/settings/config.hpp"
#include "engine/wal/log.hpp"

namespace sq::app {
class LoadWatch {
 public:
  LoadWatch(const settings::Config& config, const wal::Log& log) noexcept;

  // An event had its turn so long after it was due.
  void on_event(std::int64_t late_ns) noexcept {
    if (late_ns > lag_ns_) lag_ns_ = late_ns;
  }
  // True: `record` is the input that says so.
  [[nodiscard]] bool due(std::int64_t now_ns, Record<VenueState>& record) noexcept;

 private:
  static constexpr std::int64_t kEveryNs = 100 * kNsPerMs;
  const wal::Log& log_;
  bool on_{false};
  std::int64_t lag_ns_{0};
  std::int64_t told_ns_{0};
};
}  // namespace sq::app
