// Which streams are wanted of which instruments, and over how many connections they come.
// Thread: start-up. Errors: std::invalid_argument names the setting. Source: protocol facts of
// binance_spot 4, 5 and binance_futures 2: 1,024 streams a connection; USD-M streams by route.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "venues/binance/link_settings.hpp"

namespace sq::binance {
enum class TradeStream : std::uint8_t { None, Each, Aggregate };
enum class StreamRoutes : std::uint8_t {
  AsVenue,   // spot Together, USD-M Split
  Together,  // /stream has all
  Split      // USD-M since 2026-04: /public (book) and /market (trades, marks)
};

struct StreamChoice {
  bool depth{true};
  std::int32_t depth_ms{100};  // spot: 100, 1000; USD-M: 0, 100, 250, 500
  bool top{true};              // bookTicker
  TradeStream trades{TradeStream::Aggregate};
  bool mark_price{true};  // USD-M, each second: mark, index, funding
  StreamRoutes routes{StreamRoutes::AsVenue};
  bool microseconds{false};  // spot: stamps in microseconds
  bool sbe{false};           // spot: binary frames, depth each 20 ms, every trade; needs an API key
};

// One connection's share.
struct LanePlan {
  std::string route;                       // "", "/public", "/market"
  std::vector<std::string> streams;        // "btcusdt@depth@100ms"
  std::vector<std::uint32_t> instruments;  // positions in LinkSettings::instruments
  bool book{false};                        // depth or best prices: what a book is made of
};
// All streams of an instrument on a route are in one lane.
[[nodiscard]] std::vector<LanePlan> plan_lanes(const LinkSettings& link, const StreamChoice& choice,
                                               std::size_t streams_max);

// "btcusdt@trade" for the query of a target: what is no letter, digit or one of -._@ is escaped.
[[nodiscard]] std::string percent_encoded(const std::string& text);
}  // namespace sq::binance
