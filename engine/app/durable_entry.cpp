#include "engine/app/durable_entry.hpp"

#include <sched.h>

#include "engine/telemetry/tick_clock.hpp"

namespace sq::app {
namespace {
constexpr std::size_t kNotSentMax = 4'096;
constexpr int kSpins = 64;  // between two looks at the clock; then the CPU is offered
}  // namespace

DurableEntry::DurableEntry(venue::OrderEntry& venue, const wal::Log& log, std::int64_t wait_ns_max)
    : venue_{venue}, log_{log}, wait_ns_max_{wait_ns_max} {
  not_sent_.reserve(kNotSentMax);
}

bool DurableEntry::stalled() const noexcept {
  return late_sequence_ != 0 && log_.durable_sequence() < late_sequence_;
}

bool DurableEntry::reaches_disk(std::uint64_t sequence) noexcept {
  if (log_.durable_sequence() >= sequence) return true;
  if (stalled()) return false;
  const std::int64_t begin = telemetry::monotonic_ns();
  for (;;) {
    for (int i = 0; i < kSpins; ++i) {
      if (log_.durable_sequence() >= sequence) return true;
      __builtin_ia32_pause();
    }
    const bool late = wait_ns_max_ != 0 && telemetry::monotonic_ns() - begin >= wait_ns_max_;
    if (late || log_.failed()) {
      late_sequence_ = sequence;
      return false;
    }
    ::sched_yield();  // the durability thread may share this CPU
  }
}

void DurableEntry::send(const risk::Approved& request) noexcept {
  if (reaches_disk(request.record().sequence)) {
    venue_.send(request);
  } else {
    keep_back(request.record());
  }
}

void DurableEntry::keep_back(const RecordHeader& request) noexcept {
  ++held_back_;
  if (next_ == not_sent_.size()) {
    not_sent_.clear();
    next_ = 0;
  }
  if (not_sent_.size() == kNotSentMax) {
    ++unreported_;
    return;
  }
  OrderReport report;
  report.id = payload_of<OrderRequest>(request).id;
  report.kind = ReportKind::NotSent;
  auto record = make_record(RecordKind::OrderReport, report);
  record.header.source = kSourceCore;
  record.header.source_sequence = held_back_;
  record.header.instrument = request.instrument;
  not_sent_.push_back(record);
}

bool DurableEntry::take_not_sent(Record<OrderReport>& report) noexcept {
  if (next_ == not_sent_.size()) return false;
  report = not_sent_[next_++];
  return true;
}
}  // namespace sq::app
