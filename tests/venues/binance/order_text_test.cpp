#include "venues/binance/order_text.hpp"

#include <simdjson.h>

#include <catch2/catch.hpp>
#include <string>

using namespace sq;

namespace {
Instrument instrument(VenueId venue) {
  Instrument made;
  made.venue = venue;
  made.symbol = Symbol{"BTCUSDT"};
  return made;
}
OrderRequest order(TimeInForce tif) {
  OrderRequest made;
  made.side = Side::Sell;
  made.limit = Price::from_raw(61'800'200'000'000);  // 61800.2
  made.qty = Qty::from_raw(1'000'000);               // 0.01
  made.tif = tif;
  return made;
}
// As the gate hands it on.
struct Minted {
  explicit Minted(const OrderRequest& order) : record{make_record(RecordKind::OrderSent, order)} {
    risk::ApprovalMint mint{risk::ApprovalKey{1, 2}};
    record.payload.approval = mint.approve(order, record.header.instrument);
    approved = mint.seal(record.header);
  }
  Record<OrderRequest> record;
  std::optional<risk::Approved> approved;
};
std::string place(const OrderRequest& request, VenueId venue,
                  const binance::RequestStamp& stamp = {WallTime{1'723'161'255'030'999'999}}) {
  char out[binance::kOrderTextMax];
  const Minted minted{request};
  const auto text =
      binance::write_place(*minted.approved, instrument(venue), "DEMOE1N5", 17, stamp, out);
  return text ? std::string{*text} : std::string{};
}
}  // namespace

TEST_CASE("a post-only order is GTX on USD-M and LIMIT_MAKER without time in force on spot",
          "[binance]") {
  CHECK(place(order(TimeInForce::PostOnly), VenueId::BinanceUsdm) ==
        R"({"id":17,"method":"order.place","params":{"newClientOrderId":"DEMOE1N5",)"
        R"("newOrderRespType":"ACK","price":"61800.2","quantity":"0.01","side":"SELL",)"
        R"("symbol":"BTCUSDT","timeInForce":"GTX","timestamp":1723161255030,"type":"LIMIT"}})");
  CHECK(place(order(TimeInForce::PostOnly), VenueId::BinanceSpot) ==
        R"({"id":17,"method":"order.place","params":{"newClientOrderId":"DEMOE1N5",)"
        R"("newOrderRespType":"ACK","price":"61800.2","quantity":"0.01","side":"SELL",)"
        R"("symbol":"BTCUSDT","timestamp":1723161255030,"type":"LIMIT_MAKER"}})");
}

TEST_CASE("a market order has neither price nor time in force", "[binance]") {
  OrderRequest market = order(TimeInForce::ImmediateOrCancel);
  market.type = OrderType::Market;
  const std::string text = place(market, VenueId::BinanceUsdm);
  CHECK(text.find("price") == std::string::npos);
  CHECK(text.find("timeInForce") == std::string::npos);
  CHECK(text.find(R"("type":"MARKET")") != std::string::npos);
}

// The payload of the venue's page for the same kind of key, with our parameters: sorted by name,
// joined, not percent-encoded; HMAC of it by another implementation (python hmac).
TEST_CASE("outside of a session a request carries key and signature over its sorted parameters",
          "[binance]") {
  const auto signer =
      auth::Signer::hmac("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j");
  const std::string text = place(order(TimeInForce::GoodTillCancel), VenueId::BinanceSpot,
                                 {WallTime{1'645'423'376'532'000'000}, 100, "KEY", &signer});
  CHECK(text ==
        R"({"id":17,"method":"order.place","params":{"apiKey":"KEY",)"
        R"("newClientOrderId":"DEMOE1N5","newOrderRespType":"ACK","price":"61800.2",)"
        R"("quantity":"0.01","recvWindow":100,"side":"SELL","symbol":"BTCUSDT",)"
        R"("timeInForce":"GTC","timestamp":1645423376532,"type":"LIMIT",)"
        R"("signature":"2e3d220cf7f71b0c716d5ee7ba177b2ea68a1a60d1a857816f427be58c960265"}})");
}

TEST_CASE("what REST is asked is the same without stamp and signature", "[binance]") {
  char out[binance::kOrderTextMax];
  const Minted minted{order(TimeInForce::ImmediateOrCancel)};
  CHECK(binance::query_place(*minted.approved, instrument(VenueId::BinanceSpot), "DEMOE1N5", out) ==
        "newClientOrderId=DEMOE1N5&newOrderRespType=ACK&price=61800.2&quantity=0.01&side=SELL&"
        "symbol=BTCUSDT&timeInForce=IOC&type=LIMIT");
  CHECK(binance::query_cancel(instrument(VenueId::BinanceSpot), {"DEMOE1N5"}, out) ==
        "origClientOrderId=DEMOE1N5&symbol=BTCUSDT");
  CHECK(binance::query_cancel(instrument(VenueId::BinanceSpot), {{}, 42}, out) ==
        "orderId=42&symbol=BTCUSDT");
  CHECK_FALSE(binance::query_cancel(instrument(VenueId::BinanceSpot), {}, out));
}

TEST_CASE("every request is JSON that another parser reads back", "[binance]") {
  simdjson::dom::parser parser;
  for (const TimeInForce tif : {TimeInForce::GoodTillCancel, TimeInForce::ImmediateOrCancel,
                                TimeInForce::FillOrKill, TimeInForce::PostOnly}) {
    OrderRequest request = order(tif);
    request.reduce_only = 1;
    const std::string text = place(request, VenueId::BinanceUsdm);
    const auto params = parser.parse(text)["params"];
    CHECK(std::string_view{params["reduceOnly"]} == "true");
    CHECK(std::string_view{params["price"]} == "61800.2");
  }
  char out[binance::kOrderTextMax];
  const auto cancel = binance::write_cancel(instrument(VenueId::BinanceUsdm), {"DEMOE1N5"}, 18,
                                            {WallTime{1'723'161'255'030'000'000}}, out);
  REQUIRE(cancel);
  const std::string padded{*cancel};
  const auto parsed = parser.parse(padded);
  CHECK(std::string_view{parsed["method"]} == "order.cancel");
  CHECK(std::string_view{parsed["params"]["origClientOrderId"]} == "DEMOE1N5");
}

TEST_CASE("what cannot be said to the venue gives no text", "[binance]") {
  OrderRequest reduce = order(TimeInForce::GoodTillCancel);
  reduce.reduce_only = 1;
  CHECK(place(reduce, VenueId::BinanceSpot).empty());
  OrderRequest empty = order(TimeInForce::GoodTillCancel);
  empty.qty = Qty{};
  CHECK(place(empty, VenueId::BinanceUsdm).empty());
  char small[40];
  const Minted minted{order(TimeInForce::GoodTillCancel)};
  CHECK_FALSE(binance::write_place(*minted.approved, instrument(VenueId::BinanceUsdm), "DEMOE1N5",
                                   1, {}, small));
}
