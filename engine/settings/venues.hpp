// [[venue]]: where a venue is, in which of its environments, and with which key. For modes "paper"
// and "live"; recorded sessions have no connections. Thread: plain values. Source: controls P34
// (environment guard: key fingerprint, host and mode agree); security 31.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/types/ids.hpp"
#include "engine/types/time.hpp"

namespace sq::settings {
enum class Environment : std::uint8_t {
  Local,    // an exchange on this machine: loopback addresses, with or without TLS
  Testnet,  // the venue's test network: its hosts, TLS
  Live      // real money: the venue's hosts, TLS, and arming at each start
};
enum class MarketFormat : std::uint8_t { Json, Sbe };
enum class TradeFeed : std::uint8_t { None, Each, Aggregate };

struct VenueConnection {
  VenueId venue{VenueId::None};
  Environment environment{Environment::Live};  // no default
  std::string rest;                            // "https://api.binance.com"
  std::string stream;                          // "wss://stream.binance.com:9443": market data
  std::string api;                 // WebSocket API for orders; "": REST alone. Live only
  std::filesystem::path key_file;  // api_key, and secret or private_key; 0600. Live only
  std::string key_fingerprint;     // of the api key, as `shrivenquant check` shows it. Live only
  std::filesystem::path ca_file;   // certificates to trust; "": the system's
  std::int32_t cpu{-1};            // of the venue's thread
  // SBE: smaller and sooner than JSON. Spot in mode live only: its streams want an (Ed25519) key.
  MarketFormat market_format{MarketFormat::Json};
  std::int32_t depth_ms{100};  // how often books are told: spot 100, 1000; USD-M 0, 100, 250, 500
  TradeFeed trades{TradeFeed::Aggregate};         // Each: not folded by price; of SBE always each
  std::int64_t recv_window_ns{5'000 * kNsPerMs};  // 1 ms to 60 s: how old a request may arrive
  std::int64_t order_age_ns_max{500 * kNsPerMs};  // 1 ms to 60 s in our process, then NotSent
  std::int64_t answer_wait_ns_max{2 * kNsPerSecond};  // 100 ms to 60 s, then its outcome is unknown
  std::int64_t silence_ns_max{10 * kNsPerSecond};     // 1 to 300 s without a byte: ping, then gone
  // The venue cancels everything when nothing is heard from us for so long; 0: off. USD-M only.
  std::int64_t dead_man_ns{0};  // 5 s to 10 min

  friend bool operator==(const VenueConnection&, const VenueConnection&) = default;
};

struct Url {
  bool secure{false};
  std::string host;
  std::uint16_t port{0};
  std::string path;  // "" or begins with '/', without one at the end
};
// "http://", "https://", "ws://" or "wss://", a host, perhaps a port and a path. Empty: not one.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);
// "": this host may be used in this environment of the venue; else what would be accepted.
[[nodiscard]] std::string_view accepted_host(VenueId venue, Environment environment,
                                             std::string_view host) noexcept;
}  // namespace sq::settings
