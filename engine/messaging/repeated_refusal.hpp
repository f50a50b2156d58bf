// A refusal that stands for many: what holds has nothing to do with the order (the strategy is
// paused, the kill switch is closed), so asking again and again is counted and not written down.
// Thread: plain values. Bytes are logged: append only.
#pragma once

#include <cstdint>

#include "engine/messaging/orders.hpp"
#include "engine/messaging/record.hpp"

namespace sq {
// Payload of an OrderRefused that is longer than one: the last refusal, and how many it stands for.
struct RepeatedRefusal {
  OrderRefused last{};
  std::uint64_t times{0};
};
static_assert(sizeof(RepeatedRefusal) == 64);
// How many refusals the record of an OrderRefused stands for; at least 1.
[[nodiscard]] inline std::uint64_t refusals_in(const RecordHeader& record) noexcept {
  if (payload_bytes(record).size() < sizeof(RepeatedRefusal)) return 1;
  const std::uint64_t times = payload_of<RepeatedRefusal>(record).times;
  return times > 0 ? times : 1;
}
}  // namespace sq
