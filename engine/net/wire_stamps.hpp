// Moments on the way of bytes through a connection, for who measures it: the last bytes received
// and the last bytes sent on this thread. Null, as it is but in benches: nothing is stamped.
// Thread: one set a thread. Cost: a branch each, a clock read when stamped. Units: ticks of
// `clock`.
#pragma once

#include <cstdint>

#include "engine/telemetry/tick_clock.hpp"

namespace sq::net {
struct WireStamps {
  telemetry::TickClock clock;
  std::uint64_t read_begin{0};   // before the system call that had bytes
  std::uint64_t read_end{0};     // behind it
  std::uint64_t decrypted{0};    // plaintext is there
  std::uint64_t write_begin{0};  // plaintext is handed over
  std::uint64_t encrypted{0};
  std::uint64_t written{0};  // behind the system call
};
inline thread_local WireStamps* wire_stamps = nullptr;

[[nodiscard]] inline std::uint64_t wire_now() noexcept {
  return wire_stamps != nullptr ? wire_stamps->clock.now() : 0;
}
inline void stamp_wire(std::uint64_t WireStamps::*moment) noexcept {
  if (wire_stamps != nullptr) [[unlikely]]
    wire_stamps->*moment = wire_stamps->clock.now();
}
}  // namespace sq::net
