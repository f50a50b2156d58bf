// A first look at TOML text without building anything: is it shallow enough for a recursive parser,
// and what do the words of one line say when the parser refuses it.
// Thread: start-up. Cost: one pass.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/settings/problem.hpp"

namespace sq::settings {
// Empty when no more than `nesting_max` brackets are open at once and no line has more than
// `dots_max` dots outside strings and comments. Text that is no TOML may pass: the parser refuses
// it.
[[nodiscard]] std::optional<Problem> shape_problem(std::string_view text, int nesting_max,
                                                   int dots_max);

struct LineParts {
  std::string key;    // with the table it stands in: "engine.seed"
  std::string value;  // what follows the '='
};
[[nodiscard]] LineParts parts_of_line(const std::vector<std::string_view>& lines,
                                      std::size_t index);
}  // namespace sq::settings
