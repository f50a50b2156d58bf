// How requests leave the core: the narrow edge to a venue. Live it is a ring to the venue's thread,
// in simulation the simulated exchange.
// Thread: the core's. Cost: a virtual call and a copy. Errors: none are returned: a request that
// could not leave comes back as an OrderReport of kind NotSent, an input like any other.
#pragma once

#include "engine/messaging/record.hpp"

namespace sq::venue {
class OrderEntry {
 public:
  // OrderSent, CancelSent or QuerySent, already in the log. The record is only valid in the call.
  // A query is answered by the order's fills, told again, and then by a Status; an order that the
  // venue does not find by a Status of state None and code UnknownOrder; no answer is no report.
  virtual void send(const RecordHeader& request) noexcept = 0;

 protected:
  ~OrderEntry() = default;
};
}  // namespace sq::venue
