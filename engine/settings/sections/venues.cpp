#include "engine/settings/sections/venues.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/settings/sections/venue_fields.hpp"

namespace sq::settings {
namespace {
struct HostRule {
  VenueId venue;
  Environment environment;
  std::string_view suffix;
};
// Binance, protocol facts of binance_spot 1 and binance_futures 1.
constexpr std::array kHosts{
    HostRule{VenueId::BinanceSpot, Environment::Testnet, "testnet.binance.vision"},
    HostRule{VenueId::BinanceSpot, Environment::Testnet, "demo-api.binance.com"},
    HostRule{VenueId::BinanceSpot, Environment::Testnet, "demo-stream.binance.com"},
    HostRule{VenueId::BinanceSpot, Environment::Testnet, "demo-ws-api.binance.com"},
    HostRule{VenueId::BinanceUsdm, Environment::Testnet, "demo-fapi.binance.com"},
    HostRule{VenueId::BinanceUsdm, Environment::Testnet, "testnet.binancefuture.com"},
    HostRule{VenueId::BinanceUsdm, Environment::Testnet, "fstream.binancefuture.com"},
    HostRule{VenueId::BinanceSpot, Environment::Live, "api.binance.com"},
    HostRule{VenueId::BinanceSpot, Environment::Live, "api-gcp.binance.com"},
    HostRule{VenueId::BinanceSpot, Environment::Live, "api1.binance.com"},
    HostRule{VenueId::BinanceSpot, Environment::Live, "api2.binance.com"},
    HostRule{VenueId::BinanceSpot, Environment::Live, "api3.binance.com"},
    HostRule{VenueId::BinanceSpot, Environment::Live, "api4.binance.com"},
    HostRule{VenueId::BinanceSpot, Environment::Live, "data-api.binance.vision"},
    HostRule{VenueId::BinanceSpot, Environment::Live, "stream.binance.com"},
    HostRule{VenueId::BinanceSpot, Environment::Live, "stream-sbe.binance.com"},
    HostRule{VenueId::BinanceSpot, Environment::Live, "data-stream.binance.vision"},
    HostRule{VenueId::BinanceSpot, Environment::Live, "ws-api.binance.com"},
    HostRule{VenueId::BinanceUsdm, Environment::Live, "fapi.binance.com"},
    HostRule{VenueId::BinanceUsdm, Environment::Live, "fstream.binance.com"},
    HostRule{VenueId::BinanceUsdm, Environment::Live, "ws-fapi.binance.com"},
};
bool is_loopback(std::string_view host) noexcept {
  return host == "127.0.0.1" || host == "localhost" || host == "::1";
}
bool is_host(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
}
bool is_path(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '-' || c == '_' || c == '.';
  });
}

void check_url(Reader& reader, std::string_view key, const std::string& text,
               const VenueConnection& of) {
  const auto url = parse_url(text);
  if (!url) return;  // refused by its codec, or not given
  const std::string_view accepted = accepted_host(of.venue, of.environment, url->host);
  if (!accepted.empty()) reader.refuse(key, accepted);
  if (!url->secure && of.environment != Environment::Local)
    reader.refuse(key, "https:// or wss:// unless environment is \"local\"");
}

bool sends_orders(Mode mode) noexcept { return mode == Mode::Live; }

void check_streams(Reader& reader, Mode mode, const VenueConnection& of) {
  const bool spot = of.venue == VenueId::BinanceSpot;
  const int ms = of.depth_ms;
  if (spot && ms != 100 && ms != 1'000)
    reader.refuse("depth_ms", "100 or 1000 at \"binance-spot\"");
  if (!spot && ms != 0 && ms != 100 && ms != 250 && ms != 500)
    reader.refuse("depth_ms", "0, 100, 250 or 500 at \"binance-usdm\"");
  if (of.market_format != MarketFormat::Sbe) return;
  if (!spot) {
    reader.refuse("market_format", "\"json\" at \"binance-usdm\": it has no streams of SBE");
  } else if (!sends_orders(mode)) {
    reader.refuse("market_format", "\"json\" in mode \"paper\": streams of SBE want an API key");
  }
  if (ms != VenueConnection{}.depth_ms)
    reader.refuse("depth_ms", "no such key with SBE: books are told each 20 ms");
}

void check_connection(Reader& reader, Mode mode, const VenueConnection& of) {
  if (of.venue != VenueId::BinanceSpot && of.venue != VenueId::BinanceUsdm)
    reader.refuse("name", "\"binance-spot\" or \"binance-usdm\": no link to other venues yet");
  check_url(reader, "rest", of.rest, of);
  check_url(reader, "stream", of.stream, of);
  check_url(reader, "api", of.api, of);
  check_streams(reader, mode, of);
  if (!sends_orders(mode)) {
    for (const std::string_view key : {"api", "key_file", "key_fingerprint"})
      if (reader.has(key)) reader.refuse(key, "no such key in mode \"paper\": nothing is sent");
    if (of.dead_man_ns != 0) reader.refuse("dead_man_s", "0 in mode \"paper\": nothing is sent");
    return;
  }
  if (of.key_file.empty())
    reader.refuse("key_file", "a file with api_key and secret, or api_key and private_key");
  if (of.key_fingerprint.empty() && of.environment != Environment::Local)
    reader.refuse("key_fingerprint",
                  "the fingerprint of the key, as `shrivenquant check` shows it, so that another "
                  "key cannot take its place");
  if (of.dead_man_ns != 0 && of.venue != VenueId::BinanceUsdm)
    reader.refuse("dead_man_s", "no such key but at \"binance-usdm\": the venue has no such timer");
  if (of.dead_man_ns != 0 && of.dead_man_ns < 5 * kNsPerSecond)
    reader.refuse("dead_man_s", "0 or 5 to 600");
}
}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  std::uint16_t default_port = 0;
  for (const auto& [scheme, secure] : {std::pair<std::string_view, bool>{"http://", false},
                                       {"https://", true},
                                       {"ws://", false},
                                       {"wss://", true}}) {
    if (!text.starts_with(scheme)) continue;
    url.secure = secure;
    default_port = secure ? 443 : 80;
    text.remove_prefix(scheme.size());
    break;
  }
  if (default_port == 0) return std::nullopt;
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    url.path = text.substr(slash);
    text = text.substr(0, slash);
    if (!is_path(url.path)) return std::nullopt;
    while (url.path.ends_with('/')) url.path.pop_back();
  }
  url.port = default_port;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    const auto parsed = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (port.empty() || parsed.ec != std::errc{} || parsed.ptr != port.data() + port.size() ||
        url.port == 0)
      return std::nullopt;
    text = text.substr(0, colon);
  }
  if (!is_host(text)) return std::nullopt;
  url.host = text;
  return url;
}

std::string_view accepted_host(VenueId venue, Environment environment,
                               std::string_view host) noexcept {
  if (environment == Environment::Local)
    return is_loopback(host) ? "" : "127.0.0.1 or localhost while environment is \"local\"";
  const bool known = std::ranges::any_of(kHosts, [&](const HostRule& rule) {
    if (rule.venue != venue || rule.environment != environment) return false;
    if (host == rule.suffix) return true;
    return environment == Environment::Testnet && host.size() > rule.suffix.size() &&
           host.ends_with(rule.suffix) && host[host.size() - rule.suffix.size() - 1] == '.';
  });
  if (known) return "";
  return environment == Environment::Testnet
             ? "a host of the venue's test network while environment is \"testnet\""
             : "a host of the venue's real market while environment is \"live\"";
}

void read_venues(Reader& root, const std::filesystem::path& project_dir, Config& config) {
  if (config.engine.mode == Mode::Recorded) {
    if (root.has("venue")) root.refuse("venue", "no such section in mode \"recorded\"");
    std::ignore = root.tables("venue", Need::Optional);
    return;
  }
  for (Reader& each : root.tables("venue", Need::Required)) {
    VenueConnection connection;
    fields(each, connection);
    for (std::filesystem::path* path : {&connection.key_file, &connection.ca_file})
      if (!path->empty() && path->is_relative()) *path = (project_dir / *path).lexically_normal();
    if (each.sound()) check_connection(each, config.engine.mode, connection);
    if (each.sound() && config.connection(connection.venue) != nullptr)
      each.refuse("name", "each venue once");
    each.finish();
    config.venues.push_back(std::move(connection));
  }
}

const VenueConnection* Config::connection(VenueId venue) const noexcept {
  const auto found = std::ranges::find(venues, venue, &VenueConnection::venue);
  return found == venues.end() ? nullptr : &*found;
}
}  // namespace sq::settings
