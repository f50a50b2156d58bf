// Parameters of a request as name and value, percent-decoded; and what a request is refused with.
// Thread: plain values. Source: protocol facts of binance_spot 2, 3, 11.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/types/fixed.hpp"

namespace sq::exchange {
struct Failure {
  int status{400};
  int code{-1000};
  std::string message;
  boost::json::value data{};  // null: none
};
[[nodiscard]] Failure missing(std::string_view name);    // -1102
[[nodiscard]] Failure bad_value(std::string_view name);  // -1130

class Params {
 public:
  Params() = default;
  // "a=1&b=%2F"; a name that occurs in both texts is taken from the first.
  Params(std::string_view query, std::string_view body);
  // Numbers as they stand in the JSON text.
  [[nodiscard]] static Params of_json(const boost::json::object& members);
  void add(std::string name, std::string value) {
    list_.emplace_back(std::move(name), std::move(value));
  }

  [[nodiscard]] bool has(std::string_view name) const noexcept { return find(name) != nullptr; }
  [[nodiscard]] std::string get(std::string_view name, std::string_view fallback = {}) const;
  // Throw Failure when it is missing or malformed.
  [[nodiscard]] std::string need(std::string_view name) const;
  [[nodiscard]] std::int64_t need_integer(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t fallback) const;
  [[nodiscard]] Price price(std::string_view name) const;  // -1111 beyond 8 decimals
  [[nodiscard]] Qty qty(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& list() const noexcept {
    return list_;
  }

 private:
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
  void parse(std::string_view text);
  std::vector<std::pair<std::string, std::string>> list_;
};
[[nodiscard]] std::string percent_decoded(std::string_view text);
// With all eight decimals, as the venue writes them: "61800.20000000".
[[nodiscard]] std::string padded(std::int64_t raw, int decimals = 8);
[[nodiscard]] inline std::string padded(Price price) { return padded(price.raw() / 10); }
[[nodiscard]] inline std::string padded(Qty qty) { return padded(qty.raw()); }
}  // namespace sq::exchange
