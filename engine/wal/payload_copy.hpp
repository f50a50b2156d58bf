// The payload of a record that may be damaged or foreign: a copy, zero filled where it is short.
// Thread: any. Cost: a copy.
#pragma once

#include <cstring>

#include "engine/messaging/record.hpp"

namespace sq::wal {
template <class P>
[[nodiscard]] P payload_copy(const RecordHeader& record) noexcept {
  P payload{};
  const auto bytes = payload_bytes(record);
  std::memcpy(static_cast<void*>(&payload), bytes.data(),
              bytes.size() < sizeof(P) ? bytes.size() : sizeof(P));
  return payload;
}
}  // namespace sq::wal
