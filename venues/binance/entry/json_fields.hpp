// Members of a JSON object as values of this engine, exact; a member that must be there and is not,
// or is of another type, makes the whole reading not ok(). Numbers may stand as text or as numbers.
// Thread: any. Cost: a scan of the object's keys a member. Errors: ok(). Source: fault N17 (schema
// drift): what is not known is passed over, what is missing is never taken for 0.
#pragma once

#include <simdjson.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "engine/types/decimal.hpp"
#include "engine/types/time.hpp"

namespace sq::binance {
class JsonFields {
 public:
  explicit JsonFields(simdjson::dom::element value) noexcept {
    ok_ = value.get_object().get(object_) == simdjson::SUCCESS;
  }

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  void fail() noexcept { ok_ = false; }
  [[nodiscard]] std::optional<simdjson::dom::element> find(std::string_view key) const noexcept {
    simdjson::dom::element value;
    if (!ok_ || object_.at_key(key).get(value) != simdjson::SUCCESS || value.is_null())
      return std::nullopt;
    return value;
  }
  // "": not there, or no text.
  [[nodiscard]] std::string_view text_or_none(std::string_view key) const noexcept {
    std::string_view text;
    const auto value = find(key);
    if (value && value->get_string().get(text) != simdjson::SUCCESS) text = {};
    return text;
  }
  [[nodiscard]] std::string_view text(std::string_view key) noexcept {
    const std::string_view found = text_or_none(key);
    if (found.empty()) ok_ = false;
    return found;
  }
  [[nodiscard]] std::optional<std::int64_t> integer_if(std::string_view key) const noexcept {
    const auto value = find(key);
    if (!value) return std::nullopt;
    std::int64_t number = 0;
    if (value->get_int64().get(number) == simdjson::SUCCESS) return number;
    std::string_view text;
    if (value->get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
    return number;
  }
  [[nodiscard]] std::int64_t integer(std::string_view key) noexcept {
    const auto value = integer_if(key);
    if (!value) ok_ = false;
    return value.value_or(0);
  }
  [[nodiscard]] std::uint64_t id(std::string_view key) noexcept {
    const std::int64_t value = integer(key);
    if (value < 0) ok_ = false;
    return value < 0 ? 0 : static_cast<std::uint64_t>(value);
  }
  [[nodiscard]] bool flag(std::string_view key) noexcept {
    bool value = false;
    const auto found = find(key);
    if (!found || found->get_bool().get(value) != simdjson::SUCCESS) ok_ = false;
    return value;
  }
  // Units of 10^-decimals; also what is written as a JSON number without an exponent.
  [[nodiscard]] std::int64_t decimal(std::string_view key, int decimals) noexcept {
    const auto value = parse_decimal(text(key), decimals);
    if (!value) ok_ = false;
    return value ? *value : 0;
  }
  template <class F>
  [[nodiscard]] F fixed(std::string_view key) noexcept {
    return F::from_raw(decimal(key, F::kDecimals));
  }
  [[nodiscard]] std::optional<WallTime> time_if(std::string_view key) const noexcept {
    JsonFields other = *this;
    if (!find(key)) return std::nullopt;
    const WallTime time = other.time(key);
    return other.ok() ? std::optional{time} : std::nullopt;
  }
  // Milliseconds, or microseconds, since 1970; up to the year 2255, so that sums of a few fit.
  [[nodiscard]] WallTime time(std::string_view key) noexcept {
    const std::int64_t value = integer(key);
    constexpr std::int64_t kFirstMicroseconds = 100'000'000'000'000;
    constexpr std::int64_t kLast = 9'000'000'000'000'000'000;
    const std::int64_t unit = value >= kFirstMicroseconds ? kNsPerUs : kNsPerMs;
    if (value < 0 || value > kLast / unit) ok_ = false;
    if (!ok_) return {};
    return WallTime{value * unit};
  }

 private:
  simdjson::dom::object object_;
  bool ok_{false};
};
}  // namespace sq::binance
