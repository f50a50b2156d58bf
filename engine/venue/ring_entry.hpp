// The core's end of the rings to venues' threads: each request goes to the ring of its instrument's
// venue. What finds its ring full never leaves; the core hears of it by an input: NotSent, and
// ReplaceRejected for an amend.
// Thread: the core's. Cost: a copy into a ring; no allocation. Errors: orders that a full ring
// refused come back by take_not_sent(); a cancel or query that it refused is no answer: the core
// asks again after its time (both counted).
// Source: design 2.6 (what happens when a ring is full), controls P30; fault N20.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/types/instrument.hpp"
#include "engine/venue/order_entry.hpp"
#include "engine/venue/request_ring.hpp"

namespace sq::venue {
class RingEntry final : public OrderEntry {
 public:
  struct Route {
    VenueId venue{VenueId::None};
    RequestRing* ring{nullptr};  // outlives the entry
  };
  // `instruments`: index InstrumentId.
  RingEntry(const std::vector<Instrument>& instruments, const std::vector<Route>& routes)
      : rings_(instruments.size(), nullptr) {
    for (std::size_t i = 0; i < instruments.size(); ++i)
      for (const Route& route : routes)
        if (route.venue == instruments[i].venue) rings_[i] = route.ring;
    not_sent_.reserve(kNotSentMax);
  }

  void send(const risk::Approved& request) noexcept override {
    RequestRing* const ring = ring_of(request.record());
    if (ring == nullptr || !ring->try_push(request.record(), request.stamp()))
      keep_back(request.record());
  }
  void ask(const RecordHeader& request) noexcept override {
    RequestRing* const ring = ring_of(request);
    if (ring == nullptr || !ring->try_push(request)) ++unasked_;
  }

  // Reports of what never left, in the order of their requests; false: none is left.
  [[nodiscard]] bool take_not_sent(Record<OrderReport>& report) noexcept {
    if (next_ == not_sent_.size()) return false;
    report = not_sent_[next_++];
    return true;
  }
  [[nodiscard]] std::uint64_t held_back() const noexcept { return held_back_; }  // orders, ever
  // Of held_back(): more than could be kept; to the core they stay sent without an answer.
  [[nodiscard]] std::uint64_t unreported() const noexcept { return unreported_; }
  [[nodiscard]] std::uint64_t unasked() const noexcept { return unasked_; }  // cancels and queries

 private:
  static constexpr std::size_t kNotSentMax = 4'096;

  [[nodiscard]] RequestRing* ring_of(const RecordHeader& request) const noexcept {
    const std::size_t i = index_of(request.instrument);
    return i < rings_.size() ? rings_[i] : nullptr;
  }
  void keep_back(const RecordHeader& request) noexcept {
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
    if (request.kind == RecordKind::AmendSent) {
      const auto& amend = payload_of<AmendRequest>(request);
      report.id = amend.id;
      report.kind = ReportKind::ReplaceRejected;  // the order itself works on
      report.amend = amend.number;
    } else {
      report.id = payload_of<OrderRequest>(request).id;
      report.kind = ReportKind::NotSent;
    }
    auto record = make_record(RecordKind::OrderReport, report);
    record.header.source = kSourceCore;
    record.header.source_sequence = held_back_;
    record.header.instrument = request.instrument;
    not_sent_.push_back(record);
  }

  std::vector<RequestRing*> rings_;  // index InstrumentId
  std::vector<Record<OrderReport>> not_sent_;
  std::size_t next_{0};  // of not_sent_, to hand out
  std::uint64_t held_back_{0};
  std::uint64_t unreported_{0};
  std::uint64_t unasked_{0};
};
}  // namespace sq::venue
