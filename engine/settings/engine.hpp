// [engine]: who this engine is, what feeds it, and which thread runs where.
#pragma once

#include <cstdint>
#include <string>

namespace sq::settings {
enum class Mode : std::uint8_t {
  Recorded,  // recorded or simulated market data, simulated exchange
  Paper,     // live market data, simulated exchange
  Live       // live market data, real orders
};
enum class Idle : std::uint8_t {
  Spin,   // busy-poll: lowest latency, needs a core of its own
  Yield,  // give the core away between polls: runs anywhere
  Sleep   // park for tens of microseconds: laptops
};
enum class Decode : std::uint8_t {
  Thread,  // on the feed's thread, through a ring
  Fused    // in the core's thread: one core, no ring; same decisions
};

struct Engine {
  std::string instance;  // 1 to 8 of A-Z 0-9; part of every wire id. No default: must be unique
  Mode mode{Mode::Recorded};  // no default: paper and live are never reached by leaving a line out
  std::uint64_t seed{0};      // 0 to 2^63-1, of everything random in simulation. No default
  std::int32_t core_cpu{-1};  // CPU number, -1 is not pinned: right for a shared machine
  std::int32_t feed_cpu{-1};
  std::int32_t log_cpu{-1};
  std::int32_t admin_cpu{-1};
  Idle idle{Idle::Yield};  // works on one core; bare metal says spin
  Decode decode{Decode::Thread};
  std::uint32_t stage_sample{
      1};  // every Nth event is stamped, 1 to 1,000,000; 1 costs ~25 ns a stage

  friend bool operator==(const Engine&, const Engine&) = default;
};
constexpr std::int32_t kCpuMax = 4095;
}  // namespace sq::settings
