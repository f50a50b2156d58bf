// The vector routines against the plain ones.
#include "venues/binance/digits.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "venues/binance/structural_index.hpp"

using namespace sq;

namespace {
std::string random_digits(std::mt19937_64& random, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += static_cast<char>('0' + random() % 10);
  return text;
}
}  // namespace

TEST_CASE("integers of 1 to 16 digits are read exactly, what stands behind them is not",
          "[binance][digits]") {
  std::mt19937_64 random{1};
  for (unsigned count = 1; count <= binance::kIntegerDigitsMax; ++count) {
    for (int i = 0; i < 200; ++i) {
      const std::string digits = random_digits(random, count);
      const std::string text =
          digits + (i % 2 == 0 ? ",\"x\":1234567890123456" : "7777777777777777");
      binance::DigitCheck check;
      REQUIRE(binance::to_integer(text.data(), count, check) == std::stoull(digits));
      REQUIRE(check.only_digits());
    }
  }
}

TEST_CASE("a character that is no digit is seen wherever it stands", "[binance][digits]") {
  for (unsigned count = 1; count <= binance::kIntegerDigitsMax; ++count) {
    for (unsigned at = 0; at < count; ++at) {
      for (int c = 0; c < 256; ++c) {
        std::string text = "12345678901234567890123456789012";
        text[at] = static_cast<char>(c);
        binance::DigitCheck check;
        static_cast<void>(binance::to_integer(text.data(), count, check));
        const bool digit = c >= '0' && c <= '9';
        if (check.only_digits() != digit) FAIL("count " << count << " at " << at << " byte " << c);
      }
    }
  }
  SUCCEED();
}

TEST_CASE("decimals of every shape give the level of the plain routine", "[binance][digits]") {
  std::mt19937_64 random{2};
  for (std::uint32_t whole = 1; whole <= 7; ++whole) {
    for (std::uint32_t places = 0; places <= 8; ++places) {
      for (int i = 0; i < 50; ++i) {
        std::string price = random_digits(random, whole);
        if (places > 0) price += "." + random_digits(random, places);
        const std::string qty = price + "\"],[";
        price += "\",\"0123456789";
        std::string padded_qty = qty + std::string(16, '9');
        const binance::Shape shape{whole, places};
        Level fast;
        Level plain;
        binance::DigitCheck fast_check;
        binance::scalar::DigitCheck plain_check;
        binance::to_level({price.data(), shape}, {padded_qty.data(), shape}, &fast, fast_check);
        binance::scalar::to_level({price.data(), shape}, {padded_qty.data(), shape}, &plain,
                                  plain_check);
        REQUIRE(fast_check.only_digits());
        REQUIRE(plain_check.only_digits());
        REQUIRE(fast.price == plain.price);
        REQUIRE(fast.qty == plain.qty);
        REQUIRE(fast.price.raw() == 10 * fast.qty.raw());
      }
    }
  }
}

TEST_CASE("the index holds every quote, point, ampersand and asterisk and nothing else",
          "[binance][digits]") {
  std::mt19937_64 random{3};
  binance::StructuralIndex index;
  constexpr std::string_view kCharacters = "\".\"aZ09,[]\xA2\xAE&*!/\x02\x0E";
  constexpr std::string_view kIndexed = "\".&*";
  for (std::size_t size = 0; size < 700; ++size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += kCharacters[random() % kCharacters.size()];
    const std::string padded = text + std::string(binance::kBlockBytes, '"');
    const std::size_t count = index.build({padded.data(), size});
    std::size_t expected = 0;
    for (std::size_t i = 0; i < size; ++i) {
      if (!kIndexed.contains(text[i])) continue;
      REQUIRE(expected < count);
      REQUIRE(index.at()[expected] == i);
      ++expected;
    }
    REQUIRE(expected == count);
    for (std::size_t i = 0; i < binance::StructuralIndex::kSentinels; ++i)
      REQUIRE(index.at()[count + i] == size);
  }
}

TEST_CASE("a text of quotes only is indexed up to the longest, and not one byte more",
          "[binance][digits]") {
  binance::StructuralIndex index;
  const std::string text(binance::kIndexedBytesMax + 1 + binance::kBlockBytes, '"');
  CHECK(index.build({text.data(), binance::kIndexedBytesMax}) == binance::kIndexedBytesMax);
  CHECK(index.at()[binance::kIndexedBytesMax - 1] == binance::kIndexedBytesMax - 1);
  CHECK(index.build({text.data(), binance::kIndexedBytesMax + 1}) == 0);
}
