// Canonical TOML from checked values: the mirror of Reader, with the same calls, so that one list
// of fields (fields.hpp) reads and writes and the two cannot drift apart. Thread: start-up. Errors:
// none.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/settings/strict/codec.hpp"
#include "engine/settings/strict/reader.hpp"
#include "engine/types/amount.hpp"
#include "engine/types/decimal.hpp"

namespace sq::settings {
class Writer {
 public:
  void table(std::string_view path) { text_.append("\n[").append(path).append("]\n"); }
  void element(std::string_view path) { text_.append("\n[[").append(path).append("]]\n"); }

  template <class T>
  void integer(std::string_view key, const T& value, std::int64_t, std::int64_t, std::string_view,
               Need) {
    line(key, std::to_string(value));
  }
  void duration(std::string_view key, std::int64_t ns, std::int64_t, std::int64_t, Need);
  void boolean(std::string_view key, bool value, Need) { line(key, value ? "true" : "false"); }
  template <class E, std::size_t N>
  void choice(std::string_view key, E value, const std::array<Choice<E>, N>& choices, Need) {
    for (const auto& choice : choices) {
      if (choice.value == value) line(key, quoted(choice.word));
    }
  }
  template <class F>
  void fixed(std::string_view key, F value, F, F, std::string_view, Need) {
    line(key, quoted(sq::to_text(value)));
  }
  void amount(std::string_view key, std::int64_t raw, std::int64_t, std::int64_t, std::string_view,
              Need) {
    line(key, quoted(sq::to_text(Int128{raw}, Amount::kDecimals)));
  }
  template <class T>
  void coded(std::string_view key, const T& value, const Codec<T>& codec, Need) {
    line(key, quoted(codec.print(value)));
  }
  template <class T>
  void coded_list(std::string_view key, const std::vector<T>& values, const Codec<T>& codec,
                  std::size_t, std::size_t, Need) {
    std::string text = "[";
    for (const T& value : values) {
      if (text.size() > 1) text += ", ";
      text += quoted(codec.print(value));
    }
    line(key, text + "]");
  }
  // `value` is TOML already.
  void line(std::string_view key, std::string_view value) {
    text_.append(bare_or_quoted(key)).append(" = ").append(value).append("\n");
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] static std::string quoted(std::string_view text);
  [[nodiscard]] static std::string bare_or_quoted(std::string_view key);

 private:
  std::string text_;
};
}  // namespace sq::settings
