// The scanner against the parser: what the scanner reads, both read alike.
#include <array>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/support/binance_messages.hpp"
#include "tests/venues/binance/differential.hpp"

using namespace sq;
using test::BinanceMessages;
using test::Differential;
using Verdict = Differential::Verdict;

namespace {
struct Case {
  BinanceMessages::Venue venue;
  DepthChain chain;
};
constexpr Case kCases[] = {{BinanceMessages::Venue::Spot, DepthChain::Contiguous},
                           {BinanceMessages::Venue::Usdm, DepthChain::Linked},
                           {BinanceMessages::Venue::Coinm, DepthChain::Linked}};

std::string next(BinanceMessages& messages) {
  const auto bids = static_cast<unsigned>(messages.below(14));
  const auto asks = static_cast<unsigned>(messages.below(14));
  switch (messages.below(4)) {
    case 0:
      return messages.book_ticker();
    case 1:
      return messages.trade();
    case 2:
      return messages.aggregate_trade();
    default:
      return messages.depth(bids, asks);
  }
}

// One change of the kinds that happen, or that would tell a lenient scanner from a strict one.
std::string mutated(std::string text, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return random() % n; };
  const std::size_t at = below(text.size());
  const std::size_t from = below(text.size());  // drawn one by one: the order is part of the seed
  const std::string piece = text.substr(from, below(40));
  constexpr std::string_view kCharacters = "\"\\.,:[]{}-+eE0123456789 \ntfn/";
  switch (below(10)) {
    case 0:
      text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
      break;
    case 1:
      text[at] = kCharacters[below(kCharacters.size())];
      break;
    case 2:
      text.resize(at);
      break;
    case 3:
      text.erase(at, 1 + below(3));
      break;
    case 4:
      text.insert(at, 1, kCharacters[below(kCharacters.size())]);
      break;
    case 5:
      text.insert(at, piece);
      break;
    case 6:
      text.replace(at, below(40), piece);
      break;
    case 7: {  // one digit more
      const std::size_t digit = text.find_first_of("0123456789", at);
      if (digit != std::string::npos) text.insert(digit, 1, static_cast<char>('0' + below(10)));
      break;
    }
    case 8: {  // a key more, or one twice
      const std::size_t comma = text.find(",\"", at);
      if (comma != std::string::npos)
        text.insert(comma, below(2) == 0 ? ",\"zz\":[1,{\"a\":\"b\"}]" : ",\"E\":1711111111299");
      break;
    }
    default: {  // two keys change places
      const std::size_t first = text.find(",\"", at);
      const std::size_t second = first == std::string::npos ? first : text.find(",\"", first + 1);
      const std::size_t third = second == std::string::npos ? second : text.find(",\"", second + 1);
      if (third != std::string::npos)
        text = text.substr(0, first) + text.substr(second, third - second) +
               text.substr(first, second - first) + text.substr(third);
    }
  }
  return text;
}
}  // namespace

TEST_CASE("the scanner reads every message in the venue's format, to the parser's bytes",
          "[binance][scan]") {
  for (const Case& c : kCases) {
    Differential both{c.chain};
    BinanceMessages messages{c.venue, 1};
    for (int i = 0; i < 3'000; ++i) {
      const std::string message = next(messages);
      INFO(message);
      REQUIRE(both.run(message) == Verdict::Same);
    }
  }
}

TEST_CASE("the scanner reads the same without the wrapper of combined streams", "[binance][scan]") {
  for (const Case& c : kCases) {
    Differential both{c.chain};
    BinanceMessages messages{c.venue, 2};
    for (int i = 0; i < 1'000; ++i) {
      const std::string message = next(messages);
      const std::size_t data = message.find("\"data\":") + 7;
      const std::string bare = message.substr(data, message.size() - data - 1);
      INFO(bare);
      REQUIRE(both.run(bare) == Verdict::Same);
    }
  }
}

TEST_CASE("a changed message is read alike by scanner and parser, or declined by the scanner",
          "[binance][scan]") {
  for (const Case& c : kCases) {
    Differential both{c.chain};
    BinanceMessages messages{c.venue, 3};
    std::mt19937_64 random{4};
    std::array<int, 3> verdicts{};
    for (int i = 0; i < 40'000; ++i) {
      std::string message = next(messages);
      for (std::size_t n = 1 + random() % 3; n > 0 && !message.empty(); --n)
        message = mutated(message, random);
      INFO(message);
      const Verdict verdict = both.run(message, message);
      ++verdicts[static_cast<std::size_t>(verdict)];
      if (verdict == Verdict::Different) FAIL();
    }
    CHECK(verdicts[0] > 1'000);  // the mutations leave good messages, with other values
    CHECK(verdicts[1] > 10'000);
  }
}

TEST_CASE("a message that is cut is not completed by the bytes behind it", "[binance][scan]") {
  for (const Case& c : kCases) {
    Differential both{c.chain};
    BinanceMessages messages{c.venue, 5};
    for (int i = 0; i < 20; ++i) {
      const std::string message = next(messages);
      for (std::size_t cut = 0; cut < message.size(); ++cut) {
        INFO(message.substr(0, cut));
        const std::string_view whole{message};
        REQUIRE(both.run(whole.substr(0, cut), whole.substr(cut)) == Verdict::Declined);
        REQUIRE(both.parsed() == binance::DecodeResult::Malformed);
      }
    }
  }
}

TEST_CASE("the scanner reads decimals of every shape that fits, and only these",
          "[binance][scan]") {
  Differential both{DepthChain::Contiguous};
  const auto ticker = [](std::string_view price, std::string_view qty) {
    std::string text = "{\"u\":400900217,\"s\":\"BNBBTC\",\"b\":\"";
    text += price;
    text += "\",\"B\":\"";
    text += qty;
    text += "\",\"a\":\"25.36520000\",\"A\":\"40.66000000\"}";
    return text;
  };
  // Below the largest Price with 10 whole digits, below the largest Qty with 11; no digit is zero.
  const std::string digits = "9123456789123456789";
  for (std::size_t whole = 0; whole <= 12; ++whole) {
    for (std::size_t places = 0; places <= 11; ++places) {
      std::string number = digits.substr(0, whole);
      if (places > 0) number += "." + digits.substr(0, places);
      INFO(number);
      const bool price_fits = whole >= 1 && whole <= 10 && places <= 9;
      const bool qty_fits = whole >= 1 && whole <= 11 && places <= 8;
      CHECK(both.run(ticker(number, "1.0")) == (price_fits ? Verdict::Same : Verdict::Declined));
      CHECK((both.parsed() == binance::DecodeResult::Decoded) == price_fits);
      CHECK(both.run(ticker("1.0", number)) == (qty_fits ? Verdict::Same : Verdict::Declined));
      CHECK((both.parsed() == binance::DecodeResult::Decoded) == qty_fits);
    }
  }
}

TEST_CASE("the scanner declines what the parser has to judge", "[binance][scan]") {
  Differential both{DepthChain::Linked};
  const auto with = [](std::string text, std::string_view from, std::string_view to) {
    return text.replace(text.find(from), from.size(), to);
  };
  const std::string good =
      R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1711111111299,)"
      R"("T":1711111111298,"s":"BTCUSDT","U":12,"u":15,"pu":11,"b":[["50700.20","2.507"]],"a":[]}})";
  REQUIRE(both.run(good) == Verdict::Same);
  const std::array<std::pair<std::string_view, std::string_view>, 15> changes{{
      {"btcusdt@depth@100ms", "btcusdt@depth20@100ms"},
      {"btcusdt@depth@100ms", "btcusdt@rpiDepth@500ms"},
      {"btcusdt@depth@100ms", "b@cusdt@depth@100ms"},  // found by fuzzing
      {"btcusdt@depth@100ms", "btc\\u0075sdt@depth@100ms"},
      {"BTCUSDT", "NOTLISTED"},
      {"\"U\":12", "\"U\":012"},
      {"\"U\":12", "\"U\":-1"},
      {"\"U\":12", "\"U\":16"},
      {"\"U\":12", "\"U\":1e1"},
      {"\"U\":12", "\"U\":99999999999999999999"},
      {"50700.20", "-50700.20"},
      {"50700.20", "61800."},
      {"50700.20", ".20"},
      {"50700.20", "6.1e4"},
      {"1711111111299", "9223372036855"},
  }};
  for (const auto& [from, to] : changes) {
    INFO(from << " -> " << to);
    CHECK(both.run(with(good, from, to)) == Verdict::Declined);
  }
}
