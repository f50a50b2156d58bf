// A strategy declares each parameter once: type, unit, range, default, meaning. The configuration
// is checked against the declaration, `shrivenquant strategies` prints it, and the strategy reads
// the checked values from it.
// Thread: start-up. Errors: reading a name that was not declared, or as another type, aborts (a bug).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "engine/types/fixed.hpp"

namespace sq::strategy {
enum class ParameterType : std::uint8_t { Integer, Decimal, Qty, Price, DurationMs, Boolean };

// Bounds and default are text in the unit's own notation ("0.001"), parsed exactly.
struct ParameterSpec {
  std::string_view name;
  ParameterType type;
  std::string_view unit;           // "ticks", "bps", "base units", "ms", ""
  std::string_view min;            // inclusive; "" for Boolean
  std::string_view max;            // inclusive; "" for Boolean
  std::string_view default_value;  // "": the configuration must give it (sizes have no default)
  std::string_view meaning;        // one sentence
};

// Values checked against the specs.
class Parameters {
 public:
  using Value = std::variant<std::int64_t, double, Qty, Price, bool>;
  void set(std::string name, Value value) { values_.insert_or_assign(std::move(name), value); }

  [[nodiscard]] std::int64_t integer(std::string_view name) const { return get<std::int64_t>(name); }
  [[nodiscard]] double decimal(std::string_view name) const { return get<double>(name); }
  [[nodiscard]] Qty qty(std::string_view name) const { return get<Qty>(name); }
  [[nodiscard]] Price price(std::string_view name) const { return get<Price>(name); }
  [[nodiscard]] bool boolean(std::string_view name) const { return get<bool>(name); }
  // Nanoseconds of a DurationMs.
  [[nodiscard]] std::int64_t duration_ns(std::string_view name) const {
    return get<std::int64_t>(name) * 1'000'000;
  }

 private:
  template <class T>
  [[nodiscard]] T get(std::string_view name) const {
    const auto found = values_.find(name);
    SQ_CHECK(found != values_.end() && "parameter was not declared");
    SQ_CHECK(std::holds_alternative<T>(found->second) && "parameter has another type");
    return std::get<T>(found->second);
  }
  std::map<std::string, Value, std::less<>> values_;
};

// Places after the point that a value of the type may have.
[[nodiscard]] int decimals_of(ParameterType type) noexcept;

// "an integer from 1 to 100 (ticks)": what parse_parameter takes.
[[nodiscard]] std::string accepted_text(const ParameterSpec& spec);

// One value of a parameter from its text. The error says what would be accepted.
struct ParameterError {
  std::string message;
};
[[nodiscard]] std::variant<Parameters::Value, ParameterError> parse_parameter(
    const ParameterSpec& spec, std::string_view text);
}  // namespace sq::strategy
