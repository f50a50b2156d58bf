#include "engine/app/live/connections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "engine/types/text.hpp"

namespace sq::app {
namespace {
std::string_view text_of(settings::Environment environment) noexcept {
  switch (environment) {
    case settings::Environment::Local:
      return "local";
    case settings::Environment::Testnet:
      return "testnet";
    case settings::Environment::Live:
      return "live";
  }
  return "";
}

binance::Server server_at(VenueId venue, const std::string& text, net::TlsContext* tls) {
  binance::Server server;
  const auto url = settings::parse_url(text);
  if (!url) return server;  // none
  server.host = url->host;
  server.port = url->port;
  server.path = url->path;
  server.tls = url->secure ? tls : nullptr;
  std::string problem;
  server.addresses = net::resolve(url->host, url->port, problem);
  if (server.addresses.empty())
    throw std::runtime_error(fmt::format("venue {}: {}: {}", sq::text_of(venue), text, problem));
  return server;
}

auth::VenueKey key_of(const settings::VenueConnection& connection) {
  auth::VenueKey key = auth::read_key_file(connection.key_file);
  const std::string found = auth::key_fingerprint(key.api_key);
  if (!connection.key_fingerprint.empty() && found != connection.key_fingerprint)
    throw std::runtime_error(fmt::format(
        "venue {}: the key in {} has the fingerprint {}, the configuration expects {}: another key "
        "does not trade in its place",
        sq::text_of(connection.venue), connection.key_file.string(), found,
        connection.key_fingerprint));
  return key;
}
}  // namespace

VenueSite venue_site(const settings::Config& config, const settings::VenueConnection& connection) {
  VenueSite site;
  if (config.engine.mode == settings::Mode::Live) site.key = key_of(connection);
  const bool secure = std::ranges::any_of(
      std::vector<std::string>{connection.rest, connection.stream, connection.api},
      [](const std::string& text) {
        const auto url = settings::parse_url(text);
        return url && url->secure;
      });
  if (secure)
    site.tls = std::make_unique<net::TlsContext>(net::TlsContext::client({connection.ca_file, {}}));
  site.link.venue = connection.venue;
  site.link.rest = server_at(connection.venue, connection.rest, site.tls.get());
  site.link.stream = server_at(connection.venue, connection.stream, site.tls.get());
  site.link.api = server_at(connection.venue, connection.api, site.tls.get());
  site.link.recv_window_ms = connection.recv_window_ns / kNsPerMs;
  site.link.silence_ns_max = connection.silence_ns_max;
  for (const auto& each : config.instruments)
    if (each.instrument.venue == connection.venue) site.link.instruments.push_back(each.instrument);
  return site;
}

void require_armed(const settings::Config& config, const std::vector<std::string>& armed) {
  if (config.engine.mode != settings::Mode::Live) {
    if (!armed.empty())
      throw std::runtime_error("--arm: only a configuration of mode \"live\" trades real money");
    return;
  }
  std::string missing;
  for (const auto& each : config.venues) {
    if (each.environment != settings::Environment::Live) continue;
    if (std::ranges::find(armed, each.key_fingerprint) != armed.end()) continue;
    if (missing.find(each.key_fingerprint) != std::string::npos) continue;  // one key, two markets
    missing += fmt::format("{}{}", missing.empty() ? "" : ",", each.key_fingerprint);
  }
  if (!missing.empty())
    throw std::runtime_error(
        fmt::format("not armed: this configuration trades real money. Each start needs the "
                    "fingerprint of each key: add --arm {}",
                    missing));
  for (const std::string& each : armed) {
    const bool known = std::ranges::any_of(config.venues, [&](const auto& venue) {
      return venue.environment == settings::Environment::Live && venue.key_fingerprint == each;
    });
    if (!known)
      throw std::runtime_error(
          fmt::format("--arm {}: no venue of environment \"live\" has this key_fingerprint", each));
  }
}

std::vector<std::string> connection_lines(const settings::Config& config) {
  std::vector<std::string> lines;
  for (const auto& each : config.venues) {
    std::string line = fmt::format("venue {:<14} {}: {}", sq::text_of(each.venue),
                                   text_of(each.environment), each.rest);
    if (!each.key_file.empty()) {
      try {
        const auth::VenueKey key = auth::read_key_file(each.key_file);
        line += fmt::format(", key {} ({})", auth::key_fingerprint(key.api_key),
                            auth::text_of(key.signer.kind()));
      } catch (const std::runtime_error& error) {
        line += fmt::format(", no key: {}", error.what());
      }
    }
    lines.push_back(std::move(line));
  }
  return lines;
}
}  // namespace sq::app
