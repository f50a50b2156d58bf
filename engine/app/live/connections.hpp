// From [[venue]] to what links to a venue are made of: addresses, certificates, key; and whether a
// run with real money was armed.
// Thread: start-up; resolving a host blocks. Errors: std::runtime_error that says which venue and
// what would be accepted.
// Source: controls P34 (environment guard); security 31; design 2.8 (two steps to live).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/auth/key_file.hpp"
#include "engine/net/tls/tls_context.hpp"
#include "engine/settings/config.hpp"
#include "venues/binance/link_settings.hpp"

namespace sq::app {
struct VenueSite {
  std::unique_ptr<net::TlsContext> tls;  // null: plain; `link` points to it
  binance::LinkSettings link;
  std::optional<auth::VenueKey> key;  // mode live
};
// Reads the key and compares its fingerprint; resolves the hosts.
[[nodiscard]] VenueSite venue_site(const settings::Config& config,
                                   const settings::VenueConnection& connection);

// Real money needs the fingerprint of each key at every start.
void require_armed(const settings::Config& config, const std::vector<std::string>& armed);
// A line for each connection: where, which environment, which key.
[[nodiscard]] std::vector<std::string> connection_lines(const settings::Config& config);
}  // namespace sq::app
