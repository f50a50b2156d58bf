// [[instrument]]: what may be traded, with the venue's filters, and how its book is kept.
#pragma once

#include <cstdint>

#include "engine/settings/strategies.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/time.hpp"

namespace sq::settings {
// What the data give: price levels (L2) or every order (L3).
enum class BookKind : std::uint8_t { Levels = 1, Orders = 2 };
// What is in an order-by-order book before the first record.
enum class BookOpening : std::uint8_t {
  Empty = 1,   // nothing: an order that was never added is a gap
  Unknown = 2  // the data begin in the middle: orders from before them are counted and left out
};

struct InstrumentSettings {
  // Filters and fees as the venue publishes them; id is the position in the file, from 0.
  // No defaults but multiplier 1 and status Trading.
  Instrument instrument{};

  // Options: the underlying by name; its id, strike, expiry and right are in `instrument`.
  StrategyInstrument underlying;

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
  BookKind book{BookKind::Levels};
  // Live orders of an order-by-order book, 1,000 to 10,000,000; more makes it GAPPED.
  std::uint32_t orders_max{100'000};
  BookOpening opening{BookOpening::Empty};
  // Measure spreads, imbalances, order flow, toxicity and volatility at each event, for strategies
  // and the admin port; 0.1 to 0.3 us an event.
  bool microstructure{false};
  // Volume bucket of VPIN, about 1/50 of a day's volume; needed with microstructure = true.
  Qty vpin_bucket{};
  // Trades are compared with the quote of so long ago: on feeds where a trade is told after the
  // quotes it caused (Binance spot 20 ms, USD-M 3 to 20 ms). 0 to 1 s.
  std::int64_t quote_delay_ns{0};

  friend bool operator==(const InstrumentSettings& a, const InstrumentSettings& b) noexcept;
};
}  // namespace sq::settings
