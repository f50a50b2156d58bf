// What a test asks the exchange beside the venue's protocols: the books it published. And the limit
// on requests of any kind.
#include <catch2/catch.hpp>

#include "tests/binance-exchange/raw_client.hpp"

using namespace sq;
using namespace sq::exchange;

namespace {
namespace json = boost::json;

json::array published(RawClient& client) {
  return client.ask("GET", "/control/books").json().at("BTCUSDT").as_array();
}
bool refused(RateLimits& limits, std::int64_t now_ms) {
  try {
    limits.count_request(now_ms);
  } catch (const Failure& failure) {
    CHECK(failure.status == 429);
    CHECK(failure.code == -1003);
    return true;
  }
  return false;
}
}  // namespace

TEST_CASE("the books that were published are told by the numbers of the stream") {
  SpotWorld world;
  RawClient stream{world};
  RawClient client{world};
  REQUIRE(stream.open("/ws/btcusdt@depth@100ms"));
  submit(world, Side::Buy, 100, 3);
  submit(world, Side::Sell, 102, 4);
  const auto first = stream.message();
  REQUIRE(first);
  const auto last_id = json::parse(*first).at("u").to_number<std::uint64_t>();
  auto books = published(client);
  REQUIRE(!books.empty());
  CHECK(books.back().at("id").to_number<std::uint64_t>() == last_id);
  CHECK(json::serialize(books.back().at("bids")) == R"([["100","3"]])");
  CHECK(json::serialize(books.back().at("asks")) == R"([["102","4"]])");
  submit(world, Side::Sell, 100, 1);
  REQUIRE(stream.message());
  const std::size_t before = books.size();
  books = published(client);
  CHECK(books.size() == before + 1);
  CHECK(json::serialize(books.back().at("bids")) == R"([["100","2"]])");
  CHECK(json::serialize(books[before - 1].at("bids")) == R"([["100","3"]])");  // as it was
}

TEST_CASE("one request more than five minutes allow is refused, and the next five allow it") {
  RateLimits limits{6'000, {}, 3};
  limits.set_factor(2);
  constexpr std::int64_t kWindowMs = 300'000;
  for (int i = 0; i < 6; ++i) CHECK_FALSE(refused(limits, 10 * kWindowMs));
  CHECK(refused(limits, 11 * kWindowMs - 1));
  CHECK_FALSE(refused(limits, 11 * kWindowMs));
  const json::array told = limits.list(-1, true, false, 0);
  REQUIRE(told.size() == 2);
  CHECK(told[1].at("rateLimitType") == "RAW_REQUESTS");
  CHECK(told[1].at("limit").to_number<int>() == 6);
  CHECK(limits.list(-1, true, true, 0).size() == 1);  // not in the answers of a session
}

TEST_CASE("a market without a limit on requests counts none") {
  RateLimits limits{2'400, {}, 0};
  for (int i = 0; i < 1'000; ++i) REQUIRE_FALSE(refused(limits, 1));
  CHECK(limits.list(-1, true, false, 0).size() == 1);
}
