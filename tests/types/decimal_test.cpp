#include "engine/types/decimal.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <random>
#include <string>

using namespace sq;
namespace {
// The grammar said another way: an optional '-', digits, and maybe '.' and digits.
bool is_decimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto point = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (point == std::string_view::npos) return digits(text);
  return digits(text.substr(0, point)) && digits(text.substr(point + 1));
}
// Value by another way: the digits moved to the left of the point, the rest must be zeros.
std::optional<Int128> value_of(std::string text, int decimals) {
  const bool negative = text.starts_with('-');
  if (negative) text.erase(0, 1);
  auto point = text.find('.');
  if (point == std::string::npos) {
    point = text.size();
    text += '.';
  }
  std::string fraction = text.substr(point + 1);
  const auto places = static_cast<std::size_t>(decimals);
  while (fraction.size() < places) fraction += '0';
  if (fraction.find_first_not_of('0', places) != std::string::npos) return std::nullopt;
  Int128 value = 0;
  for (const char c : text.substr(0, point) + fraction.substr(0, places))
    value = value * 10 + (c - '0');
  return negative ? -value : value;
}
DecimalError error_of(std::string_view text, int decimals) {
  const auto parsed = parse_decimal(text, decimals);
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error();
}
}  // namespace

TEST_CASE(
    "of all texts of up to six characters exactly the decimal numbers are parsed, to their value",
    "[types]") {
  constexpr std::string_view kAlphabet = "-.019+e ";
  std::uint64_t accepted = 0;
  std::string text;
  for (std::size_t length = 0; length <= 6; ++length) {
    text.assign(length, kAlphabet[0]);
    std::size_t total = 1;
    for (std::size_t i = 0; i < length; ++i) total *= kAlphabet.size();
    for (std::size_t n = 0; n < total; ++n) {
      std::size_t rest = n;
      for (char& c : text) {
        c = kAlphabet[rest % kAlphabet.size()];
        rest /= kAlphabet.size();
      }
      const auto parsed = parse_decimal(text, 2);
      const auto expected = is_decimal(text) ? value_of(text, 2) : std::nullopt;
      if (parsed.has_value() != expected.has_value() || (parsed && *parsed != *expected)) {
        FAIL("'" << text << "'");
      }
      accepted += parsed.has_value() ? 1U : 0U;
    }
  }
  // With k digits before the point and f behind it: sum of 3^k * 3^min(f, 2), of 6 characters 1938,
  // and of the 5 behind a sign 615.
  CHECK(accepted == 1938 + 615);
}

TEST_CASE("each refusal names its reason", "[types]") {
  CHECK(error_of("", 2) == DecimalError::Empty);
  CHECK(error_of("-", 2) == DecimalError::Empty);
  CHECK(error_of("1.", 2) == DecimalError::Empty);
  for (const char* text : {".5", "+1", " 1", "1 ", "1e5", "1,000", "0x1", "--1", "1-", "1.2.3",
                           "nan", "inf", "-inf", "1_0", "\xd9\xa1", "1\n", "--"})
    CHECK(error_of(text, 2) == DecimalError::BadCharacter);
  CHECK(error_of(std::string_view{"1\0", 2}, 2) == DecimalError::BadCharacter);
  CHECK(error_of("0.001", 2) == DecimalError::TooManyDecimals);
  CHECK(error_of("1.5", 0) == DecimalError::TooManyDecimals);
  CHECK(error_of("1.000000000001", 8) == DecimalError::TooManyDecimals);
  CHECK(error_of("99999999999999999999999999999999999999999999", 2) == DecimalError::OutOfRange);
}

TEST_CASE("zeros do not count: leading, behind the last place, and a negative zero", "[types]") {
  CHECK(parse_decimal("000000000000000000000000000000001.5", 1) == 15);
  CHECK(parse_decimal("1.50000000000000000000000000000000000000", 1) == 15);
  CHECK(parse_decimal("5.000", 0) == 5);
  CHECK(parse_decimal("-0", 9) == 0);
  CHECK(parse_decimal("-0.0", 9) == 0);
}

TEST_CASE("the range is closed at 2^63-1 raw on both sides", "[types]") {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  CHECK(parse_decimal("9223372036854775807", 0) == kMax);
  CHECK(parse_decimal("-9223372036854775807", 0) == -kMax);
  CHECK(error_of("9223372036854775808", 0) == DecimalError::OutOfRange);
  CHECK(error_of("-9223372036854775808", 0) == DecimalError::OutOfRange);
  CHECK(parse_fixed<Price>("9223372036.854775807") == Price::max());
  CHECK(error_of("9223372036.854775808", 9) == DecimalError::OutOfRange);
  CHECK(error_of("9223372037", 9) == DecimalError::OutOfRange);
  CHECK(error_of("10000000000", 9) == DecimalError::OutOfRange);
  CHECK(parse_fixed<Qty>("92233720368.54775807") == Qty::max());
  CHECK(parse_fixed<Qty>("-92233720368.54775807") == -Qty::max());
  CHECK(error_of("92233720368.54775808", 8) == DecimalError::OutOfRange);
}

TEST_CASE("numbers are written without needless zeros", "[types]") {
  CHECK(to_text(Price::from_raw(61'800'200'000'000)) == "61800.2");
  CHECK(to_text(Price{}) == "0");
  CHECK(to_text(Price::from_units(100)) == "100");
  CHECK(to_text(Price::from_raw(1)) == "0.000000001");
  CHECK(to_text(Price::from_raw(-500'000'000)) == "-0.5");
  CHECK(to_text(Price::from_raw(-1)) == "-0.000000001");
  CHECK(to_text(Price::from_raw(999'999'999)) == "0.999999999");
  CHECK(to_text(Price::max()) == "9223372036.854775807");
  CHECK(to_text(Qty::from_raw(std::numeric_limits<std::int64_t>::min())) ==
        "-92233720368.54775808");
  CHECK(to_text(Int128{100}, 0) == "100");
  CHECK(to_text(Int128{-7}, 1) == "-0.7");
}

TEST_CASE("the widest value fits the room that is promised", "[types]") {
  char text[kDecimalTextMax];
  const Int128 lowest = -kInt128Max - 1;
  const auto used = write_decimal(text, lowest, 0) - text;
  CHECK(std::string(text, static_cast<std::size_t>(used)) ==
        "-170141183460469231731687303715884105728");
  const auto with_point = write_decimal(text, lowest, 17) - text;
  CHECK(std::string(text, static_cast<std::size_t>(with_point)) ==
        "-1701411834604692317316.87303715884105728");
  CHECK(with_point <= kDecimalTextMax);
}

TEST_CASE("what is written is read back as the same number", "[types]") {
  std::mt19937_64 random{5};
  for (int i = 0; i < 100'000; ++i) {
    const int decimals = static_cast<int>(random() % 10);
    auto raw = static_cast<std::int64_t>(random() >> (1 + random() % 63));
    if (i % 3 == 0) raw -= raw % power_of_ten(static_cast<int>(random() % 10));
    if (i % 2 == 0) raw = -raw;
    const std::string text = to_text(Int128{raw}, decimals);
    const auto parsed = parse_decimal(text, decimals);
    if (parsed != raw) FAIL(text << " with " << decimals << " decimals");
    if (text.find('.') != std::string::npos) REQUIRE(text.back() != '0');
  }
}

TEST_CASE("amounts show their currency when they have one", "[types]") {
  CHECK(to_text(Amount{*Currency::parse("USDT"), 1'250'000'000}) == "12.5 USDT");
  CHECK(to_text(Amount{{}, -1}) == "-0.00000001");
}

TEST_CASE("each decimal error has a text", "[types]") {
  for (const auto error : {DecimalError::Empty, DecimalError::BadCharacter,
                           DecimalError::TooManyDecimals, DecimalError::OutOfRange})
    CHECK(text_of(error).size() > 1);
}
