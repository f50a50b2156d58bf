// The body of an options request: named values, each one number (or word) for all rows or an array
// with one a row. Reads what a handler asks for, by name, and remembers the first thing wrong.
// Thread: the admin's. Cost: cold. Errors: problem() names the JSON pointer, the value and what
// would be accepted; after one, every read gives something harmless.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/net/http_server.hpp"

namespace sq::admin::options {
constexpr std::size_t kRowsMax = 10'000;

struct Problem {
  unsigned status{422};  // 400: not JSON, not an object
  std::string pointer;   // "/strike/3"
  std::string value;     // as JSON, shortened
  std::string accepted;
};
[[nodiscard]] net::HttpResponse problem_response(const Problem& problem);

class NumberColumn {
 public:
  explicit NumberColumn(double one) : values_{one} {}
  explicit NumberColumn(std::vector<double> values) : values_{std::move(values)} {}
  [[nodiscard]] double at(std::size_t row) const { return values_[values_.size() == 1 ? 0 : row]; }
  [[nodiscard]] const std::vector<double>& values() const { return values_; }

 private:
  std::vector<double> values_;
};

class Columns {
 public:
  explicit Columns(const std::string& body);

  // Notes what a reader asks for instead of reading: the reader is the schema.
  [[nodiscard]] static Columns describing();
  [[nodiscard]] boost::json::object description() const;  // JSON schema of an object

  // 1 when every value stands alone; set by the first array, which all others must equal.
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] bool single() const noexcept { return !arrays_; }

  [[nodiscard]] NumberColumn number(std::string_view key, std::optional<double> fallback = {});
  // Always an array, of its own length; for axes.
  [[nodiscard]] std::vector<double> list(std::string_view key, std::optional<double> fallback = {});
  // One word of `accepted` for all rows.
  [[nodiscard]] std::string_view word(std::string_view key,
                                      std::span<const std::string_view> accepted,
                                      std::string_view fallback = {});
  [[nodiscard]] std::string_view word(std::string_view key,
                                      std::initializer_list<std::string_view> accepted,
                                      std::string_view fallback = {}) {
    return word(key, std::span{accepted.begin(), accepted.size()}, fallback);
  }
  // "call" and "put", one or one a row: true for a call.
  [[nodiscard]] std::vector<bool> calls(std::string_view key = "type");
  [[nodiscard]] std::uint32_t whole(std::string_view key, std::uint32_t low, std::uint32_t high,
                                    std::uint32_t fallback);
  // Elements of an array of objects, each read by a Columns of its own.
  [[nodiscard]] std::vector<Columns> objects(std::string_view key, std::size_t max);
  // An object of columns of its own; empty when absent.
  [[nodiscard]] std::optional<Columns> object(std::string_view key);
  // Texts, one or one a row; none when absent.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  // An array of some of `accepted`, each once; all of them when absent.
  [[nodiscard]] std::vector<std::string_view> words(
      std::string_view key, std::initializer_list<std::string_view> accepted);
  [[nodiscard]] std::string text(std::string_view key, std::string_view fallback);
  [[nodiscard]] bool has(std::string_view key) const { return object_.if_contains(key) != nullptr; }
  [[nodiscard]] bool is_object(std::string_view key) const;
  // Echoed in the answer; a text of at most 64 characters or a number. Null: none.
  [[nodiscard]] boost::json::value id();

  // Everything was asked for; a key nobody knows is a problem. Takes over problems of objects().
  void finish();
  void refuse(std::string pointer, const boost::json::value& value, std::string accepted);
  [[nodiscard]] const std::optional<Problem>& problem() const noexcept { return problem_; }

 private:
  Columns(boost::json::object object, std::string prefix)
      : object_{std::move(object)}, prefix_{std::move(prefix)} {}
  [[nodiscard]] const boost::json::value* take(std::string_view key);
  void describe(std::string_view key, bool required, boost::json::object schema);
  [[nodiscard]] bool take_rows(std::string_view key, std::size_t count);

  boost::json::object object_;
  std::string prefix_;  // pointer of this object
  std::vector<std::string> known_;
  std::optional<Problem> problem_;
  std::size_t rows_{1};
  bool arrays_{false};
  bool describing_{false};
  boost::json::object properties_;
  boost::json::array required_;
};
}  // namespace sq::admin::options
