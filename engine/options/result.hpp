// How pricing functions answer: a value, or why there is none. No function of this module throws,
// aborts or returns a NaN or infinity for any input, finite or not.
// Thread: plain values. Cost: none.
#pragma once

#include <cmath>
#include <cstdint>
#include <expected>
#include <string_view>

namespace sq::options {
// Order of precedence: the first that applies is returned.
enum class Error : std::uint8_t {
  NotFinite = 1,      // an input is NaN or infinite
  SpotNotPositive,
  StrikeNotPositive,
  VolatilityNegative,
  TimeNegative,
  ParameterRange,     // another parameter is outside the range its header states
  PriceBelowBound,    // implied volatility: below intrinsic value
  PriceAboveBound,    // implied volatility: at or above the value at infinite volatility
  NoConvergence,      // the iteration limit was reached; the header says when that may happen
  Overflow,           // the true value does not fit a double
  Unsupported         // the method cannot price this contract; the header names one that can
};
[[nodiscard]] std::string_view text_of(Error error) noexcept;

template <class T>
using Result = std::expected<T, Error>;

enum class OptionType : std::uint8_t { Call = 1, Put = 2 };
constexpr double sign_of(OptionType type) noexcept {
  return type == OptionType::Call ? 1.0 : -1.0;
}

// Spot world with continuous rates. Units: currency, 1/year, per sqrt(year), years.
struct Market {
  double spot{0};
  double rate{0};        // r, continuously compounded
  double yield{0};       // q: dividend yield or foreign rate
  double volatility{0};  // lognormal, annual
};
struct Vanilla {
  OptionType type{OptionType::Call};
  double strike{0};
  double years{0};  // to expiry
};
}  // namespace sq::options
