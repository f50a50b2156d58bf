// Money: a currency and an exact count of 1e-8 units of it.
// Thread: any. Errors: adding two currencies is a bug and aborts; range +-9.22e10 units, and sums
// that may exceed it are kept in Int128 by their owner (engine/portfolio).
// Only an instrument turns price x quantity into an amount: see instrument.hpp.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "engine/types/check.hpp"
#include "engine/types/fixed.hpp"

namespace sq {
// Up to eight characters, the code itself: no registry, self-contained in logs. "" is none.
class Currency {
 public:
  constexpr Currency() noexcept = default;
  // Empty for more than 8 characters or any outside A-Z, 0-9.
  [[nodiscard]] static constexpr std::optional<Currency> parse(std::string_view code) noexcept {
    if (code.empty() || code.size() > 8) return std::nullopt;
    Currency result;
    for (std::size_t i = 0; i < code.size(); ++i) {
      const char c = code[i];
      if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) return std::nullopt;
      result.code_[i] = c;
    }
    return result;
  }
  [[nodiscard]] constexpr std::string_view text() const noexcept {
    std::size_t n = 0;
    while (n < code_.size() && code_[n] != '\0') ++n;
    return {code_.data(), n};
  }
  friend constexpr auto operator<=>(const Currency&, const Currency&) noexcept = default;

 private:
  std::array<char, 8> code_{};
};

struct Amount {
  static constexpr int kDecimals = 8;
  static constexpr std::int64_t kScale = power_of_ten(kDecimals);

  Currency currency{};
  std::int64_t raw{0};  // 1e-8 units of the currency

  friend constexpr auto operator<=>(const Amount&, const Amount&) noexcept = default;
  [[nodiscard]] constexpr double to_double() const noexcept {
    return static_cast<double>(raw) / static_cast<double>(kScale);
  }
};
static_assert(sizeof(Amount) == 16);

enum class Rounding : std::uint8_t { Down, Up };  // toward zero / away from zero

// numerator / denominator, denominator > 0. Empty: does not fit 64 bits.
[[nodiscard]] constexpr std::optional<std::int64_t> divide(Int128 numerator, Int128 denominator,
                                                           Rounding rounding) noexcept {
  const bool negative = numerator < 0;
  const Int128 magnitude = negative ? -numerator : numerator;
  Int128 quotient = magnitude / denominator;
  if (rounding == Rounding::Up && magnitude % denominator != 0) ++quotient;
  if (quotient > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return static_cast<std::int64_t>(negative ? -quotient : quotient);
}
}  // namespace sq
