// The known word that a misspelt one is meant to be.
// Thread: start-up and tools. Cost: the product of the lengths.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sq::settings {
// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);
// "" when none is near enough to be meant: more than a third of the word wrong.
[[nodiscard]] std::string nearest_of(std::string_view word, std::span<const std::string> known);
}  // namespace sq::settings
