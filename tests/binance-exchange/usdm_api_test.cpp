// The futures' WebSocket API and what is counted and limited, as a raw client sees it.
#include <catch2/catch.hpp>

#include "tests/binance-exchange/raw_client.hpp"

using namespace sq;
using namespace sq::exchange;
namespace json = boost::json;

namespace {
constexpr const char* kApi = "/ws-fapi/v1";
std::string limit_order(const std::string& price, const std::string& qty, const char* side = "BUY",
                        const std::string& id = "") {
  std::string text = R"("symbol":"BTCUSDT","side":")" + std::string{side} +
                     R"(","type":"LIMIT","timeInForce":"GTC","price":")" + price +
                     R"(","quantity":")" + qty + '"';
  if (!id.empty()) text += R"(,"newClientOrderId":")" + id + '"';
  return text;
}
int code_of(const json::object& answer) {
  const auto* error = answer.if_contains("error");
  return error != nullptr ? static_cast<int>(error->at("code").as_int64()) : 0;
}
const json::object& result(const json::object& answer) { return answer.at("result").as_object(); }
std::int64_t count_of(const json::object& answer, const char* interval) {
  for (const auto& each : answer.at("rateLimits").as_array())
    if (each.at("rateLimitType") == "ORDERS" && each.at("interval") == interval)
      return each.at("count").as_int64();
  return -1;
}
}  // namespace

TEST_CASE("the futures' WebSocket API places, modifies, queries and cancels after one logon") {
  UsdmWorld world;
  RawClient client{world};
  REQUIRE(client.log_on(kApi));
  const auto placed = client.call("order.place", limit_order("90.00", "0.5", "BUY", "mine"));
  REQUIRE(placed.at("status") == 200);
  CHECK(result(placed).at("status") == "NEW");
  CHECK(result(placed).at("clientOrderId") == "mine");
  const std::string id = std::to_string(result(placed).at("orderId").as_int64());
  const auto changed =
      client.call("order.modify", R"("orderId":)" + id + "," + limit_order("91.00", "0.7"));
  CHECK(result(changed).at("price") == "91.00000000");
  CHECK(result(changed).at("origQty") == "0.70000000");
  const auto same =
      client.call("order.modify", R"("orderId":)" + id + "," + limit_order("91.00", "0.7"));
  CHECK(same.at("status") == 400);
  CHECK(code_of(same) == -5027);
  const std::string named = R"("symbol":"BTCUSDT","origClientOrderId":"mine")";
  CHECK(result(client.call("order.status", named)).at("orderId") == result(placed).at("orderId"));
  CHECK(result(client.call("order.cancel", named)).at("status") == "CANCELED");
  CHECK(code_of(client.call("order.cancel", named)) == -2011);
  CHECK(result(client.call("order.status", named)).at("status") == "CANCELED");
  CHECK(code_of(client.call("order.status", R"("symbol":"BTCUSDT","origClientOrderId":"other")")) ==
        -2013);
}

TEST_CASE("the futures' WebSocket API shows account, balance, positions, books and prices") {
  UsdmWorld world;
  RawClient client{world};
  REQUIRE(client.log_on(kApi));
  REQUIRE(client.call("order.place", limit_order("90.00", "1")).at("status") == 200);
  for (const std::string version : {"", "v2/"}) {
    const auto account = client.call(version + "account.status");
    CHECK(result(account).at("totalWalletBalance") == "1000.00000000");
    CHECK(result(account).at("totalInitialMargin") == "4.50000000");  // 90 at 20 times
    CHECK(client.call(version + "account.balance").at("result").at(0).at("balance") ==
          "1000.00000000");
    CHECK(client.call(version + "account.position").at("result").as_array().size() == 1);
  }
  CHECK(result(client.call("depth", R"("symbol":"BTCUSDT")")).at("bids").at(0).at(0) ==
        "90.00000000");
  CHECK(result(client.call("ticker.book", R"("symbol":"BTCUSDT")")).at("bidPrice") ==
        "90.00000000");
  CHECK(client.call("ticker.price", R"("symbol":"BTCUSDT")").at("status") == 200);
  CHECK(code_of(client.call("no.such.method")) == -1020);
}

TEST_CASE("without a logon the futures' API knows nobody, and an HMAC key cannot log on") {
  UsdmWorld world;
  RawClient client{world};
  REQUIRE(client.open(kApi));
  CHECK(client.call("order.place", limit_order("90.00", "0.5")).at("status") == 401);
  CHECK(client.call("session.logon", R"("apiKey":"K","signature":"AAAA")").at("status") == 400);
  CHECK(client.call("order.place", limit_order("90.00", "0.5")).at("status") == 401);
  CHECK(world.exchange.orders().empty());
}

TEST_CASE("orders are counted for both intervals, and the one over the limit is -1015") {
  UsdmWorld world;
  RawClient client{world};
  REQUIRE(client.log_on(kApi));
  const std::int64_t window = wall_ms() / 10'000;
  std::int64_t accepted = 0;
  int code = 0;
  for (int i = 0; i < 302 && code == 0; ++i) {
    const auto answer = client.call("order.place", limit_order("90.00", "0.1"));
    code = code_of(answer);
    if (code != 0) {
      CHECK(answer.at("status") == 429);
      break;
    }
    ++accepted;
    if (i < 3) CHECK(count_of(answer, "SECOND") == accepted);
    if (i < 3) CHECK(count_of(answer, "MINUTE") == accepted);
  }
  if (wall_ms() / 10'000 != window) return;  // a new window had begun: nothing to say
  CHECK(accepted == 300);
  CHECK(code == -1015);
  CHECK(client
            .call("order.cancel", R"("symbol":"BTCUSDT","orderId":)" +
                                      std::to_string(world.exchange.orders().begin()->first))
            .at("status") == 200);  // cancels still pass
}

TEST_CASE("a refused order counts nothing, and REST tells the counts in headers") {
  UsdmWorld world;
  RawClient client{world};
  client.signed_request("POST", "/fapi/v1/order",
                        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=90&quantity=0");
  const auto refused = client.answer();
  REQUIRE(refused);
  CHECK(refused->code() == -4003);
  client.signed_request("POST", "/fapi/v1/order",
                        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&price=90&quantity=1");
  const auto placed = client.answer();
  REQUIRE(placed);
  CHECK(placed->headers.at("X-MBX-ORDER-COUNT-10S") == "1");
  CHECK(placed->headers.at("X-MBX-ORDER-COUNT-1M") == "1");
  client.signed_request("GET", "/fapi/v1/rateLimit/order", "");
  const auto counts = client.answer();
  REQUIRE(counts);
  const auto list = json::parse(counts->body).as_array();
  REQUIRE(list.size() == 2);
  CHECK(list[0].at("limit") == 300);
  CHECK(list[0].at("count") == 1);
}

TEST_CASE("a batch answers each order for itself, counts each, and takes five at most") {
  UsdmWorld world;
  RawClient client{world};
  const auto batch = [&](int count, const char* price) {
    std::string list = "%5B";
    for (int i = 0; i < count; ++i)
      list += std::string{i == 0 ? "" : ","} +
              "%7B%22symbol%22:%22BTCUSDT%22,%22side%22:%22BUY%22,%22type%22:%22LIMIT%22,"
              "%22timeInForce%22:%22GTC%22,%22quantity%22:%221%22,%22price%22:%22" +
              (i == 1 ? "0.001" : price) + "%22%7D";
    client.signed_request("POST", "/fapi/v1/batchOrders", "batchOrders=" + list + "%5D");
    return client.answer().value_or(RawClient::Answer{});
  };
  const auto made = batch(3, "90");
  REQUIRE(made.status == 200);
  const auto list = json::parse(made.body).as_array();
  REQUIRE(list.size() == 3);
  CHECK(list[0].at("status") == "NEW");
  CHECK(list[1].at("code") == -4013);
  CHECK(list[2].at("status") == "NEW");
  CHECK(batch(5, "80").status == 200);
  CHECK(batch(6, "80").code() == -4082);
  CHECK(world.exchange.orders().size() == 6);
  const std::string ids = std::to_string(list[0].at("orderId").as_int64()) + ",1," +
                          std::to_string(list[2].at("orderId").as_int64());
  client.signed_request("DELETE", "/fapi/v1/batchOrders",
                        "symbol=BTCUSDT&orderIdList=%5B" + ids + "%5D");
  const auto gone = json::parse(client.answer().value_or(RawClient::Answer{}).body).as_array();
  REQUIRE(gone.size() == 3);
  CHECK(gone[0].at("status") == "CANCELED");
  CHECK(gone[1].at("code") == -2011);
  CHECK(gone[2].at("status") == "CANCELED");
}

TEST_CASE("the control path tells what orders, fills and money came to") {
  UsdmWorld world;
  RawClient client{world};
  REQUIRE(client.log_on(kApi));
  REQUIRE(client.call("order.place", limit_order("90.00", "1", "BUY", "a")).at("status") == 200);
  REQUIRE(
      client.call("order.cancel", R"("symbol":"BTCUSDT","origClientOrderId":"a")").at("status") ==
      200);
  REQUIRE(client.call("order.place", limit_order("90.00", "1", "BUY", "a")).at("status") == 200);
  matching::NewOrder sell;
  sell.id = world.exchange.next_order_id();
  sell.owner = world.exchange.anonymous_owner();
  sell.side = Side::Sell;
  sell.price = Price::from_units(90);
  sell.qty = Qty::from_raw(Amount::kScale / 4);
  REQUIRE(world.exchange.trade_anonymously(*world.exchange.markets().at("BTCUSDT"), sell,
                                           wall_ms()) == matching::Refusal::None);
  RawClient rest{world};
  const auto state = rest.ask("GET", "/control/state").json();
  CHECK(state.at("orders") == 2);
  CHECK(state.at("duplicates") == 1);  // the client id was used again
  const auto& of = state.at("accounts").at(0);
  CHECK(of.at("openOrders") == 1);
  CHECK(of.at("positions").at("BTCUSDT").at("amount") == "0.25000000");
  CHECK(of.at("wallet") == "999.99550000");  // 2 bps of 22.5
  const auto& sums = of.at("symbols").at("BTCUSDT");
  CHECK(sums.at("cancelled") == 1);
  CHECK(sums.at("fills") == 1);
  CHECK(sums.at("bought") == "0.25000000");
  CHECK(sums.at("paid") == "22.50000000");
  CHECK(sums.at("commissions").at("USDT") == "0.00450000");
}
