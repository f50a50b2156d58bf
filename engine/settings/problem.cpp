#include "engine/settings/problem.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace sq::settings {
namespace {
std::string list_of(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += to_text(problem);
  }
  if (problems.size() > 1) text += '\n' + std::to_string(problems.size()) + " problems";
  return text;
}
// By place; those of one place (the missing keys of a table) stay as they were found.
std::vector<Problem> in_order(const std::vector<Problem>& problems) {
  std::vector<std::size_t> order(problems.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t i, std::size_t j) {
    const Problem& a = problems[i];
    const Problem& b = problems[j];
    return std::tie(a.file, a.line, a.column, i) < std::tie(b.file, b.line, b.column, j);
  });
  std::vector<Problem> sorted;
  sorted.reserve(problems.size());
  for (const std::size_t index : order) sorted.push_back(problems[index]);
  return sorted;
}
}  // namespace

std::string to_text(const Problem& problem) {
  std::string text = problem.file;
  if (problem.line != 0) {
    text += ':' + std::to_string(problem.line) + ':' + std::to_string(problem.column);
  }
  text += ": ";
  if (!problem.key.empty()) {
    text += problem.key;
    text += problem.value.empty() ? " is missing" : " = " + problem.value;
    text += ": ";
  } else if (!problem.value.empty()) {
    text += problem.value + ": ";
  }
  text += "accepted: " + problem.accepted;
  if (!problem.nearest.empty()) text += "; did you mean " + problem.nearest + "?";
  return text;
}

ConfigError::ConfigError(const std::vector<Problem>& problems)
    : std::runtime_error{list_of(in_order(problems))}, problems_{in_order(problems)} {}
}  // namespace sq::settings
