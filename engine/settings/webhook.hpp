// The address of a webhook: "https://host[:port]/target". No user and no password: the
// configuration goes into the log. Thread: any. Errors: empty for what is no such address.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/settings/venues.hpp"

namespace sq::settings {
struct Webhook {
  Url server;          // without a path
  std::string target;  // path, and query if there is one
};
[[nodiscard]] std::optional<Webhook> parse_webhook(std::string_view text);
}  // namespace sq::settings
