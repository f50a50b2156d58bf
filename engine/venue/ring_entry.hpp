// The core's end of the rings to venues' threads: each request goes to the ring of its instrument's
// venue. What finds its ring full never leaves; the core hears of it by an input: NotSent, and
// ReplaceRejected for an amend.
// Thread: the core's. Cost: a copy into a ring; no allocation. Errors: orders that a full ring
// refused come back by held_back(); a cancel or query that it refused is no answer: the core
// asks again after its time (both counted).
// Source: design 2.6 (what happens when a ring is full), controls P30; fault N20.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/types/instrument.hpp"
#include "engine/venue/held_back.hpp"
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
  }

  void send(const risk::Approved& request) noexcept override {
    RequestRing* const ring = ring_of(request.record());
    if (ring == nullptr || !ring->try_push(request.record(), request.stamp()))
      held_back_.keep(request.record());
  }
  void ask(const RecordHeader& request) noexcept override {
    RequestRing* const ring = ring_of(request);
    if (ring == nullptr || !ring->try_push(request)) ++unasked_;
  }

  [[nodiscard]] HeldBack& held_back() noexcept { return held_back_; }
  [[nodiscard]] const HeldBack& held_back() const noexcept { return held_back_; }
  [[nodiscard]] std::uint64_t unasked() const noexcept { return unasked_; }  // cancels and queries

 private:
  [[nodiscard]] RequestRing* ring_of(const RecordHeader& request) const noexcept {
    const std::size_t i = index_of(request.instrument);
    return i < rings_.size() ? rings_[i] : nullptr;
  }

  std::vector<RequestRing*> rings_;  // index InstrumentId
  HeldBack held_back_;
  std::uint64_t unasked_{0};
};
}  // namespace sq::venue
