// The SBE streams as a client sees them, byte for byte by the tables of the schema.
#include <catch2/catch.hpp>

#include "tests/binance-exchange/raw_client.hpp"

using namespace sq;
using namespace sq::exchange;

namespace {
// Unsigned, little-endian, so many bytes at an offset.
std::uint64_t at(const std::string& bytes, std::size_t offset, std::size_t count) {
  REQUIRE(bytes.size() >= offset + count);
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;)
    value = value << 8U | static_cast<unsigned char>(bytes[offset + i]);
  return value;
}
void check_header(const std::string& bytes, std::uint64_t block, std::uint64_t message) {
  CHECK(at(bytes, 0, 2) == block);
  CHECK(at(bytes, 2, 2) == message);
  CHECK(at(bytes, 4, 2) == 1);
  CHECK(at(bytes, 6, 2) == 0);
}
constexpr std::uint64_t kUnit = 100'000'000;  // both exponents are -8
}  // namespace

TEST_CASE("an SBE trade has its fields where the schema has them") {
  SpotWorld world;
  RawClient client{world};
  REQUIRE(client.open("/sbe/ws/btcusdt@trade", "K"));
  submit(world, Side::Buy, 100, 3);
  submit(world, Side::Sell, 100, 2);
  const auto text = client.message();
  REQUIRE(text);
  const std::string& bytes = *text;
  CHECK(client.was_binary());
  check_header(bytes, 18, 10'000);
  const std::uint64_t now = static_cast<std::uint64_t>(wall_ms()) * 1'000;
  CHECK(at(bytes, 8, 8) <= now);
  CHECK(at(bytes, 8, 8) > now - 60'000'000);
  CHECK(at(bytes, 24, 2) == 0xF8F8);  // -8, -8
  CHECK(at(bytes, 26, 2) == 25);
  CHECK(at(bytes, 28, 4) == 1);
  CHECK(at(bytes, 32, 8) == 1);  // id
  CHECK(at(bytes, 40, 8) == 100 * kUnit);
  CHECK(at(bytes, 48, 8) == 2 * kUnit);
  CHECK(at(bytes, 56, 1) == 1);  // the buyer was the maker
  CHECK(at(bytes, 57, 1) == 7);
  CHECK(bytes.substr(58) == "BTCUSDT");
}

TEST_CASE("SBE best prices, book and differences say what the book is") {
  SpotWorld world;
  RawClient best{world};
  RawClient book{world};
  RawClient changes{world};
  REQUIRE(best.open("/sbe/stream?streams=btcusdt@bestBidAsk", "K"));
  REQUIRE(book.open("/sbe/ws/btcusdt@depth20", "K"));
  REQUIRE(changes.open("/sbe/ws/btcusdt@depth", "K"));
  submit(world, Side::Buy, 99, 1);
  submit(world, Side::Buy, 98, 2);
  submit(world, Side::Sell, 101, 3);
  const std::string top = best.message().value_or("");
  check_header(top, 50, 10'001);
  CHECK(at(top, 26, 8) == 99 * kUnit);
  CHECK(at(top, 34, 8) == kUnit);
  CHECK(at(top, 42, 8) == 101 * kUnit);
  CHECK(at(top, 50, 8) == 3 * kUnit);
  CHECK(top.substr(59) == "BTCUSDT");
  const std::string whole = book.message().value_or("");
  check_header(whole, 18, 10'002);
  CHECK(at(whole, 26, 2) == 16);
  CHECK(at(whole, 28, 2) == 2);
  CHECK(at(whole, 30, 8) == 99 * kUnit);
  CHECK(at(whole, 46, 8) == 98 * kUnit);
  CHECK(at(whole, 62, 2) == 16);
  CHECK(at(whole, 64, 2) == 1);
  CHECK(at(whole, 66, 8) == 101 * kUnit);
  CHECK(whole.substr(83) == "BTCUSDT");
  const std::string first = changes.message().value_or("");
  check_header(first, 26, 10'003);
  CHECK(at(first, 24, 8) == at(whole, 16, 8));  // as new as the book
  CHECK(at(first, 36, 2) == 2);
  submit(world, Side::Sell, 99, 1);
  const std::string second = changes.message().value_or("");
  CHECK(at(second, 16, 8) == at(first, 24, 8) + 1);  // no gap
  CHECK(at(second, 36, 2) == 1);
  CHECK(at(second, 38, 8) == 99 * kUnit);
  CHECK(at(second, 46, 8) == 0);  // gone
}

TEST_CASE(
    "SBE streams want a key with a public half, answer controls in JSON, send no JSON events") {
  SpotWorld world;
  RawClient without{world};
  CHECK_FALSE(without.open("/sbe/ws/btcusdt@trade"));
  RawClient unknown{world};
  CHECK_FALSE(unknown.open("/sbe/ws/btcusdt@trade", "other"));
  RawClient client{world};
  REQUIRE(client.open("/sbe/ws", "K"));
  client.say(R"({"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1})");
  CHECK(client.message().value_or("") == R"({"result":null,"id":1})");
  submit(world, Side::Buy, 100, 1);
  submit(world, Side::Sell, 100, 1);
  REQUIRE(client.message());
  CHECK(client.was_binary());
  CHECK_FALSE(client.message(20));
}
