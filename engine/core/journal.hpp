// Where the core writes its one stream of inputs and decisions: the write-ahead log live, a
// comparison in replay.
// Thread: the core's. Cost: a virtual call. Errors: false means that the record is not in the log;
// the core then shuts the gate: no order may be sent that is not logged. Cancels still leave.
#pragma once

#include "engine/messaging/record.hpp"

namespace sq::core {
class Journal {
 public:
  [[nodiscard]] virtual bool append(const RecordHeader& record) noexcept = 0;

 protected:
  ~Journal() = default;
};
}  // namespace sq::core
