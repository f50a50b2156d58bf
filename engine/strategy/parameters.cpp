#include "engine/strategy/parameters.hpp"

#include <charconv>
#include <limits>

#include "engine/types/decimal.hpp"

namespace sq::strategy {
namespace {
constexpr int kDecimalPlaces = 9;  // of a Decimal parameter: range +-9.2e9

Parameters::Value value_of(ParameterType type, std::string_view text, std::int64_t raw) {
  switch (type) {
    case ParameterType::Integer:
    case ParameterType::DurationMs:
    case ParameterType::Boolean:
      break;
    case ParameterType::Qty:
      return Qty::from_raw(raw);
    case ParameterType::Price:
      return Price::from_raw(raw);
    case ParameterType::Decimal: {
      // The nearest double to the text; the text was checked as a decimal before.
      double value = 0;
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
      return value == 0 ? 0.0 : value;  // "-0" is 0
    }
  }
  return raw;
}

std::string_view noun_of(ParameterType type) {
  switch (type) {
    case ParameterType::Integer:
    case ParameterType::DurationMs:
      return "an integer";
    case ParameterType::Decimal:
      return "a decimal number";
    case ParameterType::Qty:
    case ParameterType::Price:
      return "an exact decimal in quotes";
    case ParameterType::Boolean:
      return "true or false";
  }
  return "?";
}
}  // namespace

int decimals_of(ParameterType type) noexcept {
  switch (type) {
    case ParameterType::Integer:
    case ParameterType::DurationMs:
    case ParameterType::Boolean:
      return 0;
    case ParameterType::Decimal:
      return kDecimalPlaces;
    case ParameterType::Qty:
      return Qty::kDecimals;
    case ParameterType::Price:
      return Price::kDecimals;
  }
  return 0;
}

std::string accepted_text(const ParameterSpec& spec) {
  std::string text{noun_of(spec.type)};
  if (spec.type == ParameterType::Boolean) return text;
  const bool quotes = spec.type == ParameterType::Qty || spec.type == ParameterType::Price;
  const std::string_view quote = quotes ? "\"" : "";
  text.append(" from ").append(quote).append(spec.min).append(quote);
  text.append(" to ").append(quote).append(spec.max).append(quote);
  if (!spec.unit.empty()) text.append(" (").append(spec.unit).append(")");
  return text;
}

std::variant<Parameters::Value, ParameterError> parse_parameter(const ParameterSpec& spec,
                                                                std::string_view text) {
  if (spec.type == ParameterType::Boolean) {
    if (text == "true") return Parameters::Value{true};
    if (text == "false") return Parameters::Value{false};
    return ParameterError{accepted_text(spec)};
  }
  const int decimals = decimals_of(spec.type);
  const auto min = parse_decimal(spec.min, decimals);
  const auto max = parse_decimal(spec.max, decimals);
  SQ_CHECK(min && max && *min <= *max && "a parameter is declared with a range");
  const auto raw = parse_decimal(text, decimals);
  if (!raw) {
    return ParameterError{accepted_text(spec) + "; this has " + std::string{text_of(raw.error())}};
  }
  if (*raw < *min || *raw > *max) return ParameterError{accepted_text(spec)};
  return value_of(spec.type, text, *raw);
}
}  // namespace sq::strategy
