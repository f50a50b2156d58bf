// From the venue's publication to the local clock's stamp: one connection with a time per message
// (so bursts queue), packets that collect what is published within a moment, and a receiver that
// stamps the messages of a packet one after the other. Its clock is off by a constant, as
// recorders' often are. Thread: the simulation's.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/feed/simulated/random.hpp"

namespace sq::feed::simulated {
constexpr double kPacketNs = 450'000;   // a packet stays open, mean
constexpr double kAtOnceChance = 0.25;  // or is sent at once
constexpr std::int64_t kTravelNs = 1'200'000;
constexpr double kTravelExtraNs = 900'000;  // mean
constexpr std::int64_t kStampNs = 500;      // between messages of a packet, at least
constexpr double kStampExtraNs = 500;       // mean
constexpr std::int64_t kStampStepNs = 100;  // resolution of the stamps

class Connection {
 public:
  Connection(Random random, double message_us, std::int64_t clock_offset_ns) noexcept
      : random_{random}, message_ns_{message_us * 1e3}, clock_offset_ns_{clock_offset_ns} {}

  // The local stamp of a message; calls in order of publication (venue wall time).
  std::int64_t stamp(std::int64_t published_ns) noexcept {
    free_ns_ = std::max(published_ns, free_ns_) +
               static_cast<std::int64_t>(random_.exponential(message_ns_));
    if (free_ns_ > packet_closes_ns_) {
      const bool at_once = random_.chance(kAtOnceChance);
      packet_closes_ns_ =
          free_ns_ + (at_once ? 0 : static_cast<std::int64_t>(random_.exponential(kPacketNs)));
      const auto extra = static_cast<std::int64_t>(random_.exponential(kTravelExtraNs));
      arrives_ns_ = std::max(arrives_ns_, packet_closes_ns_ + kTravelNs + extra);  // in order
    }
    const auto apart = kStampNs + static_cast<std::int64_t>(random_.exponential(kStampExtraNs));
    const std::int64_t local = std::max(arrives_ns_ + clock_offset_ns_, last_ns_ + apart);
    last_ns_ = local - local % kStampStepNs;
    return last_ns_;
  }

 private:
  Random random_;
  double message_ns_;
  std::int64_t clock_offset_ns_;
  std::int64_t free_ns_{0};           // venue's wall clock
  std::int64_t packet_closes_ns_{0};  // venue's wall clock
  std::int64_t arrives_ns_{0};        // venue's wall clock
  std::int64_t last_ns_{0};           // local clock
};
}  // namespace sq::feed::simulated
