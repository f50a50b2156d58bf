#include "engine/feed/csv/text_fields.hpp"

#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

namespace sq::feed::csv {
namespace {
constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101U;
constexpr std::uint64_t kHighs = 0x80 * kOnes;

// The high bit of each byte that is a comma.
std::uint64_t commas_of(std::uint64_t bytes) {
  const std::uint64_t x = bytes ^ (kOnes * ',');
  return ~(((x & ~kHighs) + ~kHighs) | x | ~kHighs);
}

// Eight digits as a number: neighbours are joined to pairs, pairs to fours, fours to eight.
bool eight_digits(const char* at, std::uint64_t& value) {
  std::uint64_t digits = 0;
  std::memcpy(&digits, at, sizeof digits);
  digits ^= '0' * kOnes;
  if (((digits | (digits + 0x76 * kOnes)) & kHighs) != 0) return false;  // one above 9
  digits = digits * ((10U << 8) + 1) >> 8 & 0x00FF'00FF'00FF'00FFU;
  digits = digits * ((100U << 16) + 1) >> 16 & 0x0000'FFFF'0000'FFFFU;
  value = digits * ((std::uint64_t{10'000} << 32) + 1) >> 32;
  return true;
}

constexpr std::array kPowersOfTen{
    power_of_ten(0), power_of_ten(1), power_of_ten(2), power_of_ten(3), power_of_ten(4),
    power_of_ten(5), power_of_ten(6), power_of_ten(7), power_of_ten(8), power_of_ten(9)};

struct Exponent {
  std::string_view mantissa;
  int power{0};
};
// Empty: what follows the e is no small whole number.
std::optional<Exponent> split_exponent(std::string_view text) {
  const std::size_t at = text.find_first_of("eE");
  if (at == std::string_view::npos) return Exponent{text, 0};
  std::string_view digits = text.substr(at + 1);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  Exponent split{text.substr(0, at), 0};
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, split.power);
  if (error != std::errc{} || stop != end || split.power > 40 || split.power < -40)
    return std::nullopt;
  return split;
}

// The value of digits with one point at most, times 10^places, where places may be negative.
std::expected<UInt128, DecimalError> scaled_digits(std::string_view digits, int places,
                                                   UInt128 most) {
  UInt128 value = 0;
  bool any = false;
  bool after_point = false;
  for (const char c : digits) {
    if (c == '.') {
      if (after_point || !any) return std::unexpected(DecimalError::BadCharacter);
      after_point = true;
      any = false;
      continue;
    }
    if (c < '0' || c > '9') return std::unexpected(DecimalError::BadCharacter);
    any = true;
    if (after_point && --places < 0) {
      if (c != '0') return std::unexpected(DecimalError::TooManyDecimals);
      continue;
    }
    if (value > (most - 9) / 10) return std::unexpected(DecimalError::OutOfRange);
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (!any) return std::unexpected(DecimalError::Empty);
  if (!after_point && places < 0) {  // an exponent below what the unit holds: zeros must end it
    for (; places < 0; ++places) {
      if (value % 10 != 0) return std::unexpected(DecimalError::TooManyDecimals);
      value /= 10;
    }
  }
  for (; places > 0 && value != 0; --places) {
    if (value > most / 10) return std::unexpected(DecimalError::OutOfRange);
    value *= 10;
  }
  return value;
}
}  // namespace

bool Fields::split(std::string_view line) noexcept {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const char* field = begin;
  const char* at = begin;
  size_ = 0;
  const auto close = [&](const char* comma) {
    if (size_ < kColumnsMax) fields_[size_] = {field, static_cast<std::size_t>(comma - field)};
    ++size_;
    field = comma + 1;
  };
  for (; end - at >= 8; at += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    for (std::uint64_t commas = commas_of(bytes); commas != 0; commas &= commas - 1)
      close(at + std::countr_zero(commas) / 8);
  }
  for (; at != end; ++at)
    if (*at == ',') close(at);
  close(end);
  return size_ <= kColumnsMax;
}

std::expected<Int128, DecimalError> parse_wide(std::string_view text, int decimals) noexcept {
  const bool negative = text.starts_with('-');
  const auto split = split_exponent(negative ? text.substr(1) : text);
  if (!split) return std::unexpected(DecimalError::BadCharacter);
  const auto value = scaled_digits(split->mantissa, decimals + split->power,
                                   static_cast<UInt128>(kInt128Max) / 100);
  if (!value) return std::unexpected(value.error());
  const auto magnitude = static_cast<Int128>(*value);
  return negative ? -magnitude : magnitude;
}

std::expected<std::int64_t, DecimalError> parse_number(std::string_view text,
                                                       int decimals) noexcept {
  // The usual: up to 18 digits, no more decimals than the unit holds.
  constexpr std::size_t kDigits = 18;
  const bool negative = text.starts_with('-');
  const std::string_view digits = negative ? text.substr(1) : text;
  std::uint64_t value = 0;
  std::size_t point = digits.size();
  bool good =
      !digits.empty() && digits.size() <= kDigits && digits.front() != '.' && digits.back() != '.';
  for (std::size_t i = 0; good && i < digits.size(); ++i) {
    const unsigned digit = static_cast<unsigned char>(digits[i]) - unsigned{'0'};
    if (digit <= 9) {
      value = value * 10 + digit;
    } else {
      good = digits[i] == '.' && point == digits.size();
      point = i;
    }
  }
  const int places = point == digits.size() ? 0 : static_cast<int>(digits.size() - point - 1);
  std::int64_t raw = 0;
  const auto shift = static_cast<std::size_t>(decimals - places);  // wraps: too many decimals
  if (good && shift < kPowersOfTen.size() &&
      !__builtin_mul_overflow(static_cast<std::int64_t>(value), kPowersOfTen[shift], &raw))
    return negative ? -raw : raw;
  const auto wide = parse_wide(text, decimals);
  if (!wide) return std::unexpected(wide.error());
  constexpr Int128 kMost = std::numeric_limits<std::int64_t>::max();
  if (*wide > kMost || *wide < -kMost) return std::unexpected(DecimalError::OutOfRange);
  return static_cast<std::int64_t>(*wide);
}

std::optional<std::uint64_t> parse_id(std::string_view text) noexcept {
  std::uint64_t id = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  constexpr std::size_t kAlwaysFits = 19;
  if (!text.empty() && text.size() <= kAlwaysFits) {
    for (std::uint64_t eight = 0; end - at >= 8; at += 8) {
      if (!eight_digits(at, eight)) return std::nullopt;
      id = id * 100'000'000 + eight;
    }
    for (; at != end; ++at) {
      const unsigned digit = static_cast<unsigned char>(*at) - unsigned{'0'};
      if (digit > 9) return std::nullopt;
      id = id * 10 + digit;
    }
    return id;
  }
  const auto [stop, error] = std::from_chars(at, end, id);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return id;
}

std::optional<bool> parse_flag(std::string_view text) noexcept {
  if (text == "true" || text == "True" || text == "TRUE" || text == "1") return true;
  if (text == "false" || text == "False" || text == "FALSE" || text == "0") return false;
  return std::nullopt;
}

std::optional<WallTime> parse_time(std::string_view text, std::int64_t unit_ns) noexcept {
  const auto units = parse_id(text);
  std::int64_t ns = 0;
  if (!units || *units > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ||
      __builtin_mul_overflow(static_cast<std::int64_t>(*units), unit_ns, &ns))
    return std::nullopt;
  return WallTime{ns};
}
}  // namespace sq::feed::csv
