#include "engine/app/durable_entry.hpp"

#include <sched.h>

#include "engine/telemetry/tick_clock.hpp"

namespace sq::app {
namespace {
constexpr int kSpins = 64;  // between two looks at the clock; then the CPU is offered
}  // namespace

DurableEntry::DurableEntry(venue::OrderEntry& venue, const wal::Log& log, std::int64_t wait_ns_max)
    : venue_{venue}, log_{log}, wait_ns_max_{wait_ns_max} {}

bool DurableEntry::stalled() const noexcept {
  return late_sequence_ != 0 && log_.durable_sequence() < late_sequence_;
}

DurableEntry::Wait DurableEntry::reaches_disk(std::uint64_t sequence,
                                              std::int64_t ttl_ns) noexcept {
  if (log_.durable_sequence() >= sequence) return Wait::Durable;
  if (stalled()) return Wait::Stalled;
  const std::int64_t begin = telemetry::monotonic_ns();
  for (;;) {
    for (int i = 0; i < kSpins; ++i) {
      if (log_.durable_sequence() >= sequence) return Wait::Durable;
      __builtin_ia32_pause();
    }
    const std::int64_t waited = telemetry::monotonic_ns() - begin;
    const bool late = wait_ns_max_ != 0 && waited >= wait_ns_max_;
    const bool too_old = ttl_ns != 0 && waited > ttl_ns;
    if (late || too_old || log_.failed()) {
      late_sequence_ = sequence;
      return too_old ? Wait::TooOld : Wait::Stalled;
    }
    ::sched_yield();  // the durability thread may share this CPU
  }
}

void DurableEntry::send(const risk::Approved& request) noexcept {
  const RecordHeader& record = request.record();
  const bool amend = record.kind == RecordKind::AmendSent;
  const std::uint32_t ttl_us =
      amend ? request.payload<AmendRequest>().ttl_us : order_request_of(record).ttl_us;
  // Recorded data have all the time: a wait there is none of the market's.
  const std::int64_t ttl_ns = wait_ns_max_ == 0 ? 0 : std::int64_t{ttl_us} * 1'000;
  switch (reaches_disk(record.sequence, ttl_ns)) {
    case Wait::Durable:
      return venue_.send(request);
    case Wait::TooOld:
      ++too_old_;
      return held_back_.keep(record, RejectCode::TooOld);
    case Wait::Stalled:
      return held_back_.keep(record);
  }
}
}  // namespace sq::app
