// How a word in the file becomes a value and back: choices and texts with a grammar.
// Thread: start-up.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sq::settings {
template <class E>
struct Choice {
  std::string_view word;
  E value;
};

template <class T>
struct Codec {
  std::string_view accepted;  // "1 to 8 characters of A-Z 0-9"
  std::optional<T> (*parse)(std::string_view text);
  std::string (*print)(const T& value);
  bool numbers{false};  // an integer without quotes is taken too
};
}  // namespace sq::settings
