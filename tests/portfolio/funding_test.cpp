#include <catch2/catch.hpp>

#include "engine/portfolio/portfolio.hpp"

using namespace sq;

namespace {
constexpr InstrumentId kBtc{0};
Instrument perpetual() {
  Instrument instrument;
  instrument.id = kBtc;
  instrument.kind = InstrumentKind::LinearPerpetual;
  instrument.base = *Currency::parse("BTC");
  instrument.quote = instrument.settle = *Currency::parse("USDT");
  return instrument;
}
struct Books {
  portfolio::Portfolio portfolio{{perpetual()}, 3};
  void trade(std::uint16_t strategy, Side side, std::int64_t qty_raw) {
    OrderRequest order;
    order.strategy = StrategyId{strategy};
    order.side = side;
    OrderReport fill;
    fill.last_price = Price::from_units(100);
    fill.last_qty = Qty::from_raw(qty_raw);
    REQUIRE(portfolio.on_fill(order, kBtc, fill));
  }
  std::int64_t settle(std::int64_t position_raw, std::int64_t amount_raw) {
    FundingSettled paid;
    paid.position = Qty::from_raw(position_raw);
    paid.amount = {*Currency::parse("USDT"), amount_raw};
    const auto lines = portfolio.on_funding(paid, kBtc);
    REQUIRE(lines);
    std::int64_t sum = 0;
    for (const FundingBooked& line : *lines) sum += line.amount.raw;
    return sum;
  }
  [[nodiscard]] std::int64_t funding(std::uint16_t strategy) const {
    return portfolio.ledger(StrategyId{strategy}, kBtc).funding;
  }
};
constexpr std::uint16_t kRest = 0xFFFF;
}  // namespace

TEST_CASE("funding is split by position and adds up to the last unit", "[portfolio]") {
  Books books;
  books.trade(0, Side::Buy, 200);
  books.trade(1, Side::Sell, 50);
  books.trade(2, Side::Buy, 150);
  // 300 in all pay 100: 66.67, -16.67, 50 toward zero; one unit is left.
  CHECK(books.settle(300, -100) == -100);
  CHECK(books.funding(0) == -66);
  CHECK(books.funding(1) == 16);
  CHECK(books.funding(2) == -50);
  CHECK(books.funding(kRest) == 0 + (-100 + 66 - 16 + 50));
}

TEST_CASE("a short position receives what a long one pays", "[portfolio]") {
  Books books;
  books.trade(0, Side::Sell, 300);
  books.trade(1, Side::Sell, 100);
  CHECK(books.settle(-400, 80) == 80);
  CHECK(books.funding(0) == 60);
  CHECK(books.funding(1) == 20);
  CHECK(books.funding(kRest) == 0);
}

TEST_CASE("what the known positions do not explain is unallocated", "[portfolio]") {
  Books books;
  books.trade(0, Side::Buy, 100);
  // A fill of 100 more is still on its way.
  CHECK(books.settle(200, -40) == -40);
  CHECK(books.funding(0) == -20);
  CHECK(books.funding(kRest) == -20);
}

TEST_CASE("funding is cash and profit and loss", "[portfolio]") {
  Books books;
  books.trade(0, Side::Buy, Qty::kScale);
  books.settle(Qty::kScale, -7);
  const auto& ledger = books.portfolio.ledger(StrategyId{0}, kBtc);
  CHECK(ledger.cash == -100 * Amount::kScale - 7);
  CHECK(*portfolio::net_pnl(ledger, perpetual(), Price::from_units(100)) == -7);
}

TEST_CASE("funding that does not fit the books changes none of them", "[portfolio]") {
  Books books;
  books.trade(0, Side::Buy, 100);
  books.trade(1, Side::Buy, 100);
  books.settle(200, std::numeric_limits<std::int64_t>::min() / 2 + 1);
  books.settle(200, std::numeric_limits<std::int64_t>::min() / 2 + 1);
  const std::int64_t before = books.funding(0);
  FundingSettled paid;
  paid.position = Qty::from_raw(1);  // each would pay a hundred times the amount
  paid.amount = {*Currency::parse("USDT"), std::numeric_limits<std::int64_t>::min() / 2};
  CHECK_FALSE(books.portfolio.on_funding(paid, kBtc));
  CHECK(books.funding(0) == before);
}
