#include "engine/settings/strict/nearest.hpp"

#include <algorithm>
#include <vector>

namespace sq::settings {
std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the optimal string alignment table: a row, and the two before it.
  std::vector<std::size_t> two_before(b.size() + 1);
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) before[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_before[j - 2] + 1);
    }
    std::swap(two_before, before);
    std::swap(before, row);
  }
  return before[b.size()];
}

std::string nearest_of(std::string_view word, std::span<const std::string> known) {
  constexpr std::size_t kWordMax = 64;  // longer is no slip of a finger, and the table is quadratic
  if (word.size() > kWordMax) return {};
  const std::string* nearest = nullptr;
  std::size_t best = 0;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    const std::size_t shared = std::max(word.size(), candidate.size());
    // Up to a third of the word wrong, but one slip is always allowed.
    if (distance > std::max<std::size_t>(1, shared / 3)) continue;
    if (nearest == nullptr || distance < best) {
      nearest = &candidate;
      best = distance;
    }
  }
  return nearest == nullptr ? std::string{} : *nearest;
}
}  // namespace sq::settings
