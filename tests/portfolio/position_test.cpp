#include "engine/portfolio/position.hpp"

#include <catch2/catch.hpp>

#include "engine/types/decimal.hpp"

using namespace sq;

namespace {
Price px(std::string_view text) { return *parse_fixed<Price>(text); }
Qty q(std::string_view text) { return *parse_fixed<Qty>(text); }
std::int64_t money(std::string_view text) { return *parse_decimal(text, Amount::kDecimals); }

Instrument perpetual() {
  Instrument instrument;
  instrument.kind = InstrumentKind::LinearPerpetual;
  instrument.base = *Currency::parse("BTC");
  instrument.quote = instrument.settle = *Currency::parse("USDT");
  return instrument;
}
}  // namespace

TEST_CASE("average cost: two buys, a partial sale, a closing sale", "[portfolio]") {
  const Instrument btc = perpetual();
  portfolio::Position position;
  CHECK(position.trade(btc, Side::Buy, px("60000"), q("0.1"))->flow == money("-6000"));
  CHECK(position.trade(btc, Side::Buy, px("61000"), q("0.1"))->flow == money("-6100"));
  CHECK(position.cost() == money("12100"));
  CHECK(position.average_price(btc) == Approx(60'500.0));
  const auto sold = position.trade(btc, Side::Sell, px("60600"), q("0.05"));
  CHECK(sold->flow == money("3030"));
  CHECK(sold->realised == money("5"));  // 0.05 x (60600 - 60500)
  CHECK(position.unrealised(btc, px("60700")) == money("30"));
  const auto closed = position.trade(btc, Side::Sell, px("60400"), q("0.15"));
  CHECK(closed->realised == money("-15"));
  CHECK(position.qty() == Qty{});
  CHECK(position.cost() == 0);
  CHECK(position.realised() == money("-10"));
}

TEST_CASE("a sale through zero closes the long part and opens a short at its own price",
          "[portfolio]") {
  const Instrument btc = perpetual();
  portfolio::Position position;
  CHECK(position.trade(btc, Side::Buy, px("100"), q("1")));
  const auto flipped = position.trade(btc, Side::Sell, px("110"), q("3"));
  CHECK(flipped->flow == money("330"));
  CHECK(flipped->realised == money("10"));
  CHECK(position.qty() == q("-2"));
  CHECK(position.cost() == money("220"));
  CHECK(position.unrealised(btc, px("100")) == money("20"));
  CHECK(position.trade(btc, Side::Buy, px("115"), q("2"))->realised == money("-10"));
}

TEST_CASE("the worked fee example of the venue: 1 BTC from 60,000 to 60,600 gains 600 gross",
          "[portfolio]") {
  const Instrument btc = perpetual();
  portfolio::Position position;
  CHECK(position.trade(btc, Side::Buy, px("60000"), q("1")));
  CHECK(position.trade(btc, Side::Sell, px("60600"), q("1"))->realised == money("600"));
}

TEST_CASE("inverse contracts gain contracts x size x (1/entry - 1/exit) of the base", "[portfolio]") {
  Instrument coin = perpetual();
  coin.kind = InstrumentKind::InversePerpetual;
  coin.settle = coin.base;
  coin.multiplier = Qty::from_units(100);  // USD a contract
  portfolio::Position position;
  CHECK(position.trade(coin, Side::Buy, px("50000"), q("10"))->flow == money("0.02"));
  const auto closed = position.trade(coin, Side::Sell, px("62500"), q("10"));
  CHECK(closed->flow == money("-0.016"));
  CHECK(closed->realised == money("0.004"));  // 1000 x (1/50000 - 1/62500)
}

TEST_CASE("what rounds, rounds against us: a buy up, a sale down", "[portfolio]") {
  const Instrument btc = perpetual();
  portfolio::Position position;
  const Price odd = px("0.000000003");  // 3e-9 x 1 = 0.3e-8
  CHECK(position.trade(btc, Side::Buy, odd, q("1"))->flow == -1);
  CHECK(position.trade(btc, Side::Sell, odd, q("1"))->flow == 0);
  CHECK(position.realised() == -1);
}

TEST_CASE("cash, realised gain and cost add up exactly over 100,000 random fills", "[portfolio]") {
  const Instrument btc = perpetual();
  portfolio::Position position;
  std::uint64_t random = 7;
  Int128 cash = 0;
  for (int i = 0; i < 100'000; ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    const auto side = (random >> 40) % 2 == 0 ? Side::Buy : Side::Sell;
    const auto price = Price::from_raw(static_cast<std::int64_t>(50'000'000'000'000 + (random >> 30) % 10'000'000'000));
    const auto qty = Qty::from_raw(static_cast<std::int64_t>(1 + (random >> 20) % 500'000'000));
    const auto traded = position.trade(btc, side, price, qty);
    REQUIRE(traded);
    cash += traded->flow;
    const Int128 signed_cost = position.qty() < Qty{} ? -Int128{position.cost()} : Int128{position.cost()};
    REQUIRE(cash == Int128{position.realised()} - signed_cost);
    REQUIRE(position.cost() >= 0);
  }
}

TEST_CASE("a fill that makes no sense or does not fit changes nothing", "[portfolio]") {
  const Instrument btc = perpetual();
  portfolio::Position position;
  CHECK_FALSE(position.trade(btc, Side::Buy, px("1"), Qty{}));
  CHECK_FALSE(position.trade(btc, Side::Buy, Price{}, q("1")));
  CHECK_FALSE(position.trade(btc, Side::Buy, px("9000000000"), q("90000000000")));
  CHECK(position.trade(btc, Side::Buy, px("0.000000001"), Qty::max()));
  CHECK_FALSE(position.trade(btc, Side::Buy, px("0.000000001"), Qty::from_raw(1)));
  CHECK(position.qty() == Qty::max());
}
