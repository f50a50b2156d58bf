// Text to exact decimal and back. Nothing rounds, nothing passes through a double.
// Thread: any. Cost: one pass. Errors: DecimalError; digits that do not fit are an error, digits
// after the last representable place must be zero.
// Grammar accepted: [-]digits[.digits]; no exponent, no leading '+', no spaces, no separators.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "engine/types/amount.hpp"
#include "engine/types/fixed.hpp"

namespace sq {
enum class DecimalError : std::uint8_t { Empty, BadCharacter, TooManyDecimals, OutOfRange };
[[nodiscard]] std::string_view text_of(DecimalError) noexcept;

// Value times 10^decimals.
[[nodiscard]] std::expected<std::int64_t, DecimalError> parse_decimal(std::string_view text,
                                                                      int decimals) noexcept;
template <class F>
[[nodiscard]] std::expected<F, DecimalError> parse_fixed(std::string_view text) noexcept {
  const auto raw = parse_decimal(text, F::kDecimals);
  if (!raw) return std::unexpected(raw.error());
  return F::from_raw(*raw);
}

// Writes raw / 10^decimals without trailing zeros ("61800.2", "0", "-0.5") to `out`, which has
// room for kDecimalTextMax characters; returns the end. No allocation.
constexpr int kDecimalTextMax = 48;
char* write_decimal(char* out, Int128 raw, int decimals) noexcept;

[[nodiscard]] std::string to_text(Int128 raw, int decimals);
template <class Tag, int Decimals>
[[nodiscard]] std::string to_text(Fixed<Tag, Decimals> value) {
  return to_text(Int128{value.raw()}, Decimals);
}
[[nodiscard]] std::string to_text(const Amount& amount);  // "12.5 USDT"
}  // namespace sq
