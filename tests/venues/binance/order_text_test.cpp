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
std::string place(const OrderRequest& request, VenueId venue) {
  char out[binance::kOrderTextMax];
  const Minted minted{request};
  const auto text = binance::write_place(*minted.approved, instrument(venue), "DEMOE1N5",
                                         WallTime{1'723'161'255'030'999'999}, out);
  return text ? std::string{*text} : std::string{};
}
}  // namespace

TEST_CASE("a post-only order is GTX on USD-M and LIMIT_MAKER without time in force on spot",
          "[binance]") {
  CHECK(place(order(TimeInForce::PostOnly), VenueId::BinanceUsdm) ==
        R"({"id":"DEMOE1N5","method":"order.place","params":{"symbol":"BTCUSDT","side":"SELL",)"
        R"("type":"LIMIT","timeInForce":"GTX","price":"61800.2","quantity":"0.01",)"
        R"("newClientOrderId":"DEMOE1N5","timestamp":1723161255030}})");
  CHECK(place(order(TimeInForce::PostOnly), VenueId::BinanceSpot) ==
        R"({"id":"DEMOE1N5","method":"order.place","params":{"symbol":"BTCUSDT","side":"SELL",)"
        R"("type":"LIMIT_MAKER","price":"61800.2","quantity":"0.01",)"
        R"("newClientOrderId":"DEMOE1N5","timestamp":1723161255030}})");
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
  const auto cancel = binance::write_cancel(instrument(VenueId::BinanceUsdm), "DEMOE1N5",
                                            WallTime{1'723'161'255'030'000'000}, out);
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
  CHECK_FALSE(binance::write_place(*minted.approved, instrument(VenueId::BinanceUsdm), "DEMOE1N5", WallTime{0}, small));
}
