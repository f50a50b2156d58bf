#include "engine/types/decimal.hpp"

namespace sq {
std::string_view text_of(DecimalError error) noexcept {
  switch (error) {
    case DecimalError::Empty: return "no digits";
    case DecimalError::BadCharacter: return "a character that is not part of a decimal number";
    case DecimalError::TooManyDecimals: return "more decimals than the unit holds";
    case DecimalError::OutOfRange: return "too large";
  }
  return "?";
}

std::expected<std::int64_t, DecimalError> parse_decimal(std::string_view text,
                                                        int decimals) noexcept {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  UInt128 value = 0;
  bool any_digit = false;
  bool after_point = false;
  int places = 0;
  constexpr UInt128 kMax = std::numeric_limits<std::int64_t>::max();
  for (const char c : text) {
    if (c == '.') {
      if (after_point || !any_digit) return std::unexpected(DecimalError::BadCharacter);
      after_point = true;
      any_digit = false;  // "1." is refused: digits must follow the point
      continue;
    }
    if (c < '0' || c > '9') return std::unexpected(DecimalError::BadCharacter);
    any_digit = true;
    const auto digit = static_cast<unsigned>(c - '0');
    if (after_point && places == decimals) {
      if (digit != 0) return std::unexpected(DecimalError::TooManyDecimals);
      continue;
    }
    value = value * 10 + digit;
    if (value > kMax) return std::unexpected(DecimalError::OutOfRange);
    if (after_point) ++places;
  }
  if (!any_digit) return std::unexpected(DecimalError::Empty);
  for (; places < decimals; ++places) {
    value *= 10;
    if (value > kMax) return std::unexpected(DecimalError::OutOfRange);
  }
  const auto magnitude = static_cast<std::int64_t>(value);
  return negative ? -magnitude : magnitude;
}

char* write_decimal(char* out, Int128 raw, int decimals) noexcept {
  UInt128 magnitude = raw < 0 ? UInt128{0} - static_cast<UInt128>(raw) : static_cast<UInt128>(raw);
  int places = decimals;
  while (places > 0 && magnitude % 10 == 0) {
    magnitude /= 10;
    --places;
  }
  char reversed[kDecimalTextMax];
  int n = 0;
  do {
    if (n == places && places > 0) reversed[n++] = '.';
    reversed[n++] = static_cast<char>('0' + static_cast<int>(magnitude % 10));
    magnitude /= 10;
    if (n == places && places > 0 && magnitude == 0) {
      reversed[n++] = '.';
      reversed[n++] = '0';
    }
  } while (magnitude != 0 || n < places);
  if (raw < 0) *out++ = '-';
  while (n > 0) *out++ = reversed[--n];
  return out;
}

std::string to_text(Int128 raw, int decimals) {
  char text[kDecimalTextMax];
  return {text, write_decimal(text, raw, decimals)};
}

std::string to_text(const Amount& amount) {
  std::string text = to_text(Int128{amount.raw}, Amount::kDecimals);
  if (!amount.currency.text().empty()) text.append(" ").append(amount.currency.text());
  return text;
}
}  // namespace sq
