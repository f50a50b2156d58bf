// Where Binance is and what is wanted from it: what the market link and the order link of one
// market (spot or USD-M) have in common. Thread: plain values, made at start-up. Source: protocol
// facts of binance_spot 1, binance_futures 1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/net/socket/tcp_socket.hpp"
#include "engine/types/instrument.hpp"
#include "engine/types/time.hpp"

namespace sq::net {
class TlsContext;
}

namespace sq::binance {
struct Server {
  std::string host;
  std::uint16_t port{443};
  net::TlsContext* tls{nullptr};         // null: plain; it outlives the links
  std::string path;                      // before every target; "" or "/ws-api/v3"
  std::vector<net::Endpoint> addresses;  // resolved at start-up
};

struct LinkSettings {
  VenueId venue{VenueId::BinanceSpot};  // or BinanceUsdm
  Server rest;                          // /api/v3/... or /fapi/...
  Server stream;                        // market streams: /stream, /ws
  Server api;                           // WebSocket API; host "": REST alone
  std::vector<Instrument> instruments;  // the venue's own only
  std::int64_t recv_window_ms{5'000};   // 1 to 60,000
  std::int64_t silence_ns_max{10 * kNsPerSecond};  // a stream without a byte: ping, then gone
};
}  // namespace sq::binance
