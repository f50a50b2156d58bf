// How requests leave the core: the narrow edge to a venue. Live it is a ring to the venue's thread,
// in simulation the simulated exchange.
// Thread: the core's. Cost: a virtual call and a copy. Errors: none are returned: a request that
// could not leave comes back as an OrderReport of kind NotSent, an input like any other.
// Source: controls P30 (nothing that opens or changes an order leaves without the gate's approval).
#pragma once

#include "engine/messaging/record.hpp"
#include "engine/risk/approval.hpp"

namespace sq::venue {
class OrderEntry {
 public:
  // OrderSent or AmendSent, already in the log and approved. Only valid in the call.
  virtual void send(const risk::Approved& request) noexcept = 0;
  // CancelSent or QuerySent, already in the log: they open nothing and need no approval. The record
  // is only valid in the call. Any other kind is not taken.
  // A query is answered by the order's fills, told again, and then by a Status; an order that the
  // venue does not find by a Status of state None and code UnknownOrder; no answer is no report.
  virtual void ask(const RecordHeader& request) noexcept = 0;

  [[nodiscard]] static constexpr bool may_ask(RecordKind kind) noexcept {
    return kind == RecordKind::CancelSent || kind == RecordKind::QuerySent;
  }

 protected:
  ~OrderEntry() = default;
};
}  // namespace sq::venue
