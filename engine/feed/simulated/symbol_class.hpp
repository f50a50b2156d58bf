// What one simulated symbol is like: number formats of its venue and the parameters of its order
// flow. The figures were fitted to recordings by tools/market-simulator (its README has the
// comparison); they are statistics, no recorded message is part of them. Rates are per second of
// market time.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/feed/simulated/order_book.hpp"
#include "engine/feed/simulated/random.hpp"

namespace sq::feed::simulated {
enum class Market : std::uint8_t { UsdmFutures, Spot };

// Decimal text: value * unit / 10^decimals. {10, 2}: tick 618002 is "61800.20".
struct TextFormat {
  std::int64_t unit{1};
  int decimals{0};
};

// Self-excitation on several time scales: an event of mark m starts, on average, m * children[i]
// events of that kind with exponential delays of mean decay_ms[i] (a marked Hawkes process).
constexpr std::size_t kScales = 3;
struct Excitation {
  std::array<double, kScales> decay_ms{};
  std::array<double, kScales> touch{};
  std::array<double, kScales> deep{};
  std::array<double, kScales> take{};
  double touch_mark{0};      // one limit order or cancel at the touch; on the first scale only
  double take_mark{0};       // one market order
  double move_mark{0};       // one move of the price by informed orders
  double move_mark_root{0};  // more for each square root of a tick moved
};

struct SymbolClass {
  std::string_view name;
  Market market{Market::UsdmFutures};
  TextFormat price_text;
  TextFormat lots_text;
  Tick start_price{0};  // ticks

  double touch_per_s{0};  // background arrivals: limit orders and cancels at the best price
  double deep_per_s{0};   //   behind it
  double take_per_s{0};   //   market orders
  Excitation excitation;

  Quantiles<7> touch_order_lots;  // limit orders at the touch
  Quantiles<7> deep_order_lots;   // limit orders behind it
  Quantiles<8> take_lots;         // market orders
  Quantiles<7> touch_depth_lots;  // what the queue at the touch tends to
  Quantiles<12> deep_distance;    // ticks behind the touch of an order or cancel
  double gap_ticks{0};            // distance between occupied levels near the touch
  double gap_per_tick{0};         // and how it grows with the distance
  double orders_per_level{0};     // what a level behind the touch tends to
  double join_chance{0};          // a deep order goes to the nearest occupied level
  double stale_chance{0};         // a touch event cancels a quote left behind by the price
  double improve_chance{0};       // a touch event narrows a spread of more than one tick

  double volatility{0};        // of the log efficient price, per square root of a second
  double own_volatility{0};    // of the symbol's deviation from the shared price
  double beta{1};              // to the shared price
  double threshold_ticks{0};   // mean deviation that informed traders wait for, exponential
  double react_per_s{0};       // how fast they act on it
  double pull_chance{0};       // a quote in their way is cancelled in time
  double rest_chance{0};       // they leave a resting order at the new price
  double same_side_chance{0};  // a market order repeats the side of the last one
  double slippage_max{0};      // ticks, of one market order

  double ids_per_s{0};      // update ids of other symbols in the same counter
  double ids_per_event{0};  // and in proportion to this one's own events
  double depth_interval_ms{0};
  double conflation_us{0};    // bookTicker: touch changes closer than this show as one
  double ticker_delay_ms{0};  // matching to publication, means of exponentials
  double trade_delay_ms{0};
  double depth_delay_ms{0};
  double message_us{0};  // time of one message on the connection
};

// By exact name ("usdm:BTCUSDT"), else the venue's general class; null for an unknown venue.
[[nodiscard]] const SymbolClass* find_symbol_class(std::string_view symbol) noexcept;
}  // namespace sq::feed::simulated
