// What a venue says, as records into the core's ring: numbered, stamped with source and instrument.
// Nothing is ever dropped: what finds the ring full waits here, in order, and its owner reads no
// more from the venue until drain() says that it is all gone.
// Thread: the venue's. Cost: a copy into the ring; allocates only while the ring is full.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "engine/messaging/orders.hpp"
#include "engine/messaging/record_ring.hpp"

namespace sq::binance {
class ReportOut {
 public:
  ReportOut(VenueId venue, RecordRing& ring)
      : ring_{ring},
        source_{static_cast<std::uint16_t>(static_cast<std::uint16_t>(kSourceVenueFirst) +
                                           static_cast<std::uint16_t>(venue))} {}

  void report(const OrderReport& report, InstrumentId instrument, WallTime at) {
    tell(RecordKind::OrderReport, report, instrument, at);
  }
  template <class P>
  void tell(RecordKind kind, const P& payload, InstrumentId instrument, WallTime at) {
    auto record = make_record(kind, payload);
    record.header.source = source_;
    record.header.source_sequence = ++told_;
    record.header.instrument = instrument;
    record.header.venue_time = at;
    if (waiting_.empty() && ring_.try_push(record.header)) [[likely]]
      return;
    const auto* const bytes = reinterpret_cast<const std::uint64_t*>(&record.header);
    waiting_.insert(waiting_.end(), bytes, bytes + record.header.length / sizeof(std::uint64_t));
  }
  // True: nothing waits.
  [[nodiscard]] bool drain() {
    while (next_ < waiting_.size()) {
      const auto& record = *reinterpret_cast<const RecordHeader*>(waiting_.data() + next_);
      if (!ring_.try_push(record)) return false;
      next_ += record.length / sizeof(std::uint64_t);
    }
    waiting_.clear();
    next_ = 0;
    return true;
  }
  [[nodiscard]] std::uint64_t told() const noexcept { return told_; }

 private:
  RecordRing& ring_;
  SourceId source_;
  std::uint64_t told_{0};
  std::vector<std::uint64_t> waiting_;  // whole records
  std::size_t next_{0};
};
}  // namespace sq::binance
