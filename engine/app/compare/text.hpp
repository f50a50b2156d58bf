// Lines and JSON that both comparisons of sessions print.
// Thread: main. Cost: cold.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/app/compare/config_change.hpp"
#include "engine/app/compare/first_difference.hpp"

namespace sq::app {
// Of 1e-8: two decimals with separators for the page; the JSON has every digit.
[[nodiscard]] std::string page_money(std::int64_t raw);
[[nodiscard]] std::string clock_text(WallTime at);        // "13:00:01.234567890 UTC"
void print_changes(const std::vector<ConfigChange>& changes);
// `other`: what the second session is called.
void print_difference(const std::optional<Difference>& difference, const std::string& other);
[[nodiscard]] boost::json::value to_json(const std::vector<ConfigChange>& changes);
[[nodiscard]] boost::json::value to_json(const std::optional<Difference>& difference);
}  // namespace sq::app
