// A TOML text as a tree in the order of the file, each value with its place and its own words.
// The only door to toml++ (document.cpp); everything above it sees plain structs.
// Thread: start-up. Errors: ConfigError with one problem (the parser stops at the first syntax
// error).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sq::settings {
enum class ValueKind : std::uint8_t { Text, Integer, Float, Boolean, Moment, Array, Table };
[[nodiscard]] std::string_view text_of(ValueKind) noexcept;  // "a string", "an integer", ...

struct Place {
  std::uint32_t line{0};
  std::uint32_t column{0};
};

struct Item;
struct Value {
  ValueKind kind{ValueKind::Table};
  Place at{};
  std::string written;          // as in the file, one line, cut at kWrittenMax
  std::string text;             // Text: the content
  std::int64_t integer{0};      // Integer
  bool boolean{false};          // Boolean
  std::vector<Value> elements;  // Array
  std::vector<Item> items;      // Table, in the order of the file
};
struct Item {
  std::string key;
  Place at{};
  Value value;
};

constexpr std::size_t kWrittenMax = 80;
// Bounds on the shape, because the parser and its tree recurse: inputs beyond them are refused with
// their line before they reach it. Real files stay below 5 and 3.
constexpr int kNestingMax = 16;      // brackets open at once
constexpr int kDotsPerLineMax = 64;  // outside strings and comments

[[nodiscard]] Value parse_document(std::string_view text, std::string_view file);
}  // namespace sq::settings
