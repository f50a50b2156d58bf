// Words that do not belong into the code, each with what to write instead. A line that needs one
// says why on the same line: `// allowed: the reason`.
#pragma once

#include <string>
#include <vector>

#include "tests/tidy/tree.hpp"

namespace sq::tidy {
[[nodiscard]] std::vector<std::string> banned_words(const SourceFile& file);
}  // namespace sq::tidy
