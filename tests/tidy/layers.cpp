#include "tests/tidy/layers.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace sq::tidy {
namespace {
std::vector<std::string> words(std::string_view text) {
  std::istringstream stream{std::string{text}};
  std::vector<std::string> all;
  for (std::string word; stream >> word;) all.push_back(word);
  return all;
}

// engine/book/l2_book.hpp -> book, venues/binance/parse.hpp -> venues/*, bench/harness.hpp ->
// bench/*
std::string layer_of(std::string_view path) {
  const auto slash = path.find('/');
  const std::string_view top = path.substr(0, slash);
  if (top != "engine") return std::string{top} + "/*";
  const std::string_view rest = path.substr(slash + 1);
  return std::string{rest.substr(0, rest.find('/'))};
}

std::string_view folder_of_venue(std::string_view path) {
  return path.substr(0, path.find('/', std::string_view{"venues/"}.size()));
}

// The path of a quoted include, or nothing.
std::string_view quoted_include(std::string_view line) {
  const auto open = line.find('"');
  if (!line.starts_with("#include") || open == line.npos) return {};
  const auto close = line.find('"', open + 1);
  return close == line.npos ? std::string_view{} : line.substr(open + 1, close - open - 1);
}
}  // namespace

Layers::Layers(std::string_view table) {
  for (const std::string_view line : lines_of(table)) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto colon = line.find(':');
    if (colon == line.npos) throw std::runtime_error{"no colon in: " + std::string{line}};
    const auto dependencies = words(line.substr(colon + 1));
    for (const auto& name : dependencies) {
      if (name != "everything" && !allowed_.contains(name)) {
        throw std::runtime_error{name + " is not on an earlier line than: " + std::string{line}};
      }
    }
    for (const auto& name : words(line.substr(0, colon))) allowed_[name] = dependencies;
  }
}

bool Layers::may_include(const std::string& from, const std::string& to) const {
  const auto line = allowed_.find(from);
  if (line == allowed_.end()) return false;
  const auto& names = line->second;
  return std::ranges::find(names, to) != names.end() ||
         (std::ranges::find(names, "everything") != names.end() && allowed_.contains(to));
}

// Why `from_path` may not include this, or nothing.
std::string Layers::refusal(std::string_view from_path, std::string_view included) const {
  static const std::vector<std::string> kTops{"engine", "venues", "strategies",
                                              "tools",  "tests",  "bench"};
  const std::string top{included.substr(0, included.find('/'))};
  if (std::ranges::find(kTops, top) == kTops.end()) {
    return "write the path from the root of the project: " + std::string{included};
  }
  const std::string from = layer_of(from_path);
  const std::string to = layer_of(included);
  if (from == "tests/*" || from == "bench/*") return {};
  if (from == to && (from != "venues/*" || folder_of_venue(from_path) == folder_of_venue(included)))
    return {};
  if (!allowed_.contains(from)) return from + " has no line in engine/layers.txt";
  if (may_include(from, to)) return {};
  return from + " may not include " + to + " (engine/layers.txt): " + std::string{included};
}

std::vector<std::string> Layers::violations(const SourceFile& file) const {
  std::vector<std::string> found;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    const std::string_view included = quoted_include(line);
    if (included.empty()) continue;
    const std::string why = refusal(file.path, included);
    if (!why.empty()) found.push_back(at_line(file, number, why));
  }
  return found;
}
}  // namespace sq::tidy
