// A stream of market data records in the order of their receive time.
// Thread: one consumer. Cost: peek is a load when a record is ready; it may decode the next one.
// The consumer may write the header's mono, wall and sequence before it passes the record on.
#pragma once

#include "engine/messaging/record.hpp"

namespace sq::feed {
class Source {
 public:
  virtual ~Source() = default;
  // The next record, or null at the end. Filled: length, kind, source, source_sequence (1, 2, ...),
  // wall (local receive time), venue_time, instrument. Valid until pop().
  [[nodiscard]] virtual RecordHeader* peek() = 0;
  virtual void pop() = 0;
};
}  // namespace sq::feed
