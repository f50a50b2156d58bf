#include "engine/settings/strict/document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <tuple>

#include "engine/settings/problem.hpp"
#include "engine/settings/strict/shape.hpp"

namespace sq::settings {
namespace {
std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (true) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.push_back(line);
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

// Byte offset of the n-th character, 0 is the first; toml++ counts columns in characters.
std::size_t offset_of(std::string_view line, std::size_t n) {
  std::size_t i = 0;
  for (; i < line.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U;
    if (starts && n-- == 0) break;
  }
  return i;
}

class Converter {
 public:
  explicit Converter(std::string_view text) : lines_{split_lines(text)} {}

  Value convert(const toml::node& node) const {
    Value value;
    const toml::source_region& region = node.source();
    value.at = place(region);
    if (const auto* table = node.as_table()) return convert_table(*table, std::move(value));
    value.written = written(region);
    if (const auto* array = node.as_array()) {
      value.kind = ValueKind::Array;
      value.elements.reserve(array->size());
      for (const toml::node& element : *array) value.elements.push_back(convert(element));
    } else if (const auto* text = node.as_string()) {
      value.kind = ValueKind::Text;
      value.text = text->get();
    } else if (const auto* integer = node.as_integer()) {
      value.kind = ValueKind::Integer;
      value.integer = integer->get();
    } else if (const auto* boolean = node.as_boolean()) {
      value.kind = ValueKind::Boolean;
      value.boolean = boolean->get();
    } else {
      value.kind = node.is_floating_point() ? ValueKind::Float : ValueKind::Moment;
    }
    return value;
  }

 private:
  static Place place(const toml::source_region& region) {
    return {region.begin.line, region.begin.column};
  }

  Value convert_table(const toml::table& table, Value value) const {
    value.kind = ValueKind::Table;
    value.written = table.is_inline() ? written(table.source()) : std::string{"a table"};
    value.items.reserve(table.size());
    for (auto&& [key, node] : table) {
      value.items.push_back({std::string{key.str()}, place(key.source()), convert(node)});
    }
    // toml++ keeps tables sorted by key; the order of the file is what strategies are numbered by.
    std::ranges::sort(value.items, [](const Item& a, const Item& b) {
      return std::tie(a.at.line, a.at.column, a.key) < std::tie(b.at.line, b.at.column, b.key);
    });
    return value;
  }

  std::string written(const toml::source_region& region) const {
    if (region.begin.line == 0 || region.begin.line > lines_.size()) return {};
    const std::string_view line = lines_[region.begin.line - 1];
    const std::size_t begin = offset_of(line, region.begin.column - 1);
    std::size_t end = line.size();
    if (region.end.line == region.begin.line) end = offset_of(line, region.end.column - 1);
    std::string text{line.substr(begin, end > begin ? end - begin : 0)};
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
    if (text.size() > kWrittenMax || region.end.line != region.begin.line) {
      text = text.substr(0, offset_of(text, kWrittenMax)) + "...";
    }
    return text;
  }

  std::vector<std::string_view> lines_;
};

// The parser names a place only: key path and value come from the line itself.
Problem syntax_problem(const toml::parse_error& error, std::string_view text,
                       std::string_view file) {
  Problem problem;
  problem.file = file;
  problem.line = error.source().begin.line;
  problem.column = error.source().begin.column;
  problem.accepted = std::string{"TOML 1.0: "} + std::string{error.description()};
  const auto lines = split_lines(text);
  if (problem.line == 0 || problem.line > lines.size()) return problem;
  const LineParts parts = parts_of_line(lines, problem.line - 1);
  problem.key = parts.key;
  problem.value = parts.value;
  return problem;
}
}  // namespace

std::string_view text_of(ValueKind kind) noexcept {
  switch (kind) {
    case ValueKind::Text:
      return "a string";
    case ValueKind::Integer:
      return "an integer";
    case ValueKind::Float:
      return "a floating-point number";
    case ValueKind::Boolean:
      return "a boolean";
    case ValueKind::Moment:
      return "a date or time";
    case ValueKind::Array:
      return "an array";
    case ValueKind::Table:
      return "a table";
  }
  return "?";
}

Value parse_document(std::string_view text, std::string_view file) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (auto problem = shape_problem(text, kNestingMax, kDotsPerLineMax)) {
    problem->file = file;
    throw ConfigError({*problem});
  }
  try {
    const toml::table table = toml::parse(text, file);
    return Converter{text}.convert(table);
  } catch (const toml::parse_error& error) {
    throw ConfigError({syntax_problem(error, text, file)});
  }
}
}  // namespace sq::settings
