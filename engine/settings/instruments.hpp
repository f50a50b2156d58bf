// [[instrument]]: what may be traded, with the venue's filters, and how its book is kept.
#pragma once

#include <cstdint>

#include "engine/types/instrument.hpp"
#include "engine/types/time.hpp"

namespace sq::settings {
struct InstrumentSettings {
  // Filters and fees as the venue publishes them; id is the position in the file, from 0.
  // No defaults but multiplier 1 and status Trading.
  Instrument instrument{};

  // A book silent for longer is STALE: no orders. 10 ms to 1 h. Liquid streams speak every 100 ms.
  std::int64_t stale_after_ns{3'000 * kNsPerMs};
  // A book crossed for longer is CROSSED and synchronises again. 0 to 60 s. Venues cross for
  // moments inside one burst.
  std::int64_t crossed_for_ns{1'000 * kNsPerMs};
  // Ticks kept in the flat part of the book around the best price, a side; a power of two, 256 to
  // 2^18.
  std::uint32_t window_ticks{1U << 16};
  // Levels kept outside it, a side. 0 to 1,000,000; more makes the book GAPPED.
  std::uint32_t far_levels_max{8'192};

  friend bool operator==(const InstrumentSettings& a, const InstrumentSettings& b) noexcept;
};
}  // namespace sq::settings
