#include "engine/portfolio/portfolio.hpp"

#include <catch2/catch.hpp>

#include "engine/types/decimal.hpp"

using namespace sq;

namespace {
Price px(std::string_view text) { return *parse_fixed<Price>(text); }
Qty q(std::string_view text) { return *parse_fixed<Qty>(text); }
std::int64_t money(std::string_view text) { return *parse_decimal(text, Amount::kDecimals); }
const Currency kBtc = *Currency::parse("BTC");
const Currency kUsdt = *Currency::parse("USDT");

Instrument instrument(InstrumentKind kind) {
  Instrument made;
  made.kind = kind;
  made.base = kBtc;
  made.quote = made.settle = kUsdt;
  return made;
}
OrderRequest order(Side side, StrategyId strategy) {
  OrderRequest request;
  request.id = OrderId::make(1, 1);
  request.side = side;
  request.strategy = strategy;
  return request;
}
OrderReport fill(std::string_view price, std::string_view qty, Currency currency,
                 std::string_view fee, bool maker = false) {
  OrderReport report;
  report.kind = ReportKind::Filled;
  report.last_price = px(price);
  report.last_qty = q(qty);
  report.fee = {currency, money(fee)};
  report.maker = maker ? 1 : 0;
  return report;
}
constexpr InstrumentId kPerpetual{0};
constexpr InstrumentId kSpot{1};
constexpr StrategyId kFirst{0};
constexpr StrategyId kSecond{1};
portfolio::Portfolio book() {
  return {{instrument(InstrumentKind::LinearPerpetual), instrument(InstrumentKind::Spot)}, 2};
}
}  // namespace

TEST_CASE("a perpetual's round trip: the venue's worked example nets 557.88 after fees",
          "[portfolio]") {
  auto books = book();
  CHECK(books.on_fill(order(Side::Buy, kFirst), kPerpetual, fill("60000", "1", kUsdt, "30")));
  const auto closed =
      books.on_fill(order(Side::Sell, kFirst), kPerpetual, fill("60600", "1", kUsdt, "12.12", true));
  REQUIRE(closed);
  CHECK(closed->decision.position_after == Qty{});
  CHECK(closed->decision.realised_delta == money("600"));
  const auto& ledger = books.ledger(kFirst, kPerpetual);
  CHECK(ledger.cash == money("557.88"));
  CHECK(ledger.fees == money("42.12"));
  CHECK(ledger.maker_fills == 1);
  CHECK(ledger.turnover == money("120600"));
  CHECK(portfolio::net_pnl(ledger, books.instruments()[0], px("1")) == money("557.88"));
}

TEST_CASE("a spot fee in the base asset shrinks the position and is valued at the fill price",
          "[portfolio]") {
  auto books = book();
  const auto bought =
      books.on_fill(order(Side::Buy, kFirst), kSpot, fill("60000", "0.1", kBtc, "0.0001"));
  REQUIRE(bought);
  CHECK(bought->decision.position_after == q("0.0999"));
  CHECK(bought->position_delta == q("0.0999"));
  CHECK(bought->decision.fee_settle == money("6"));
  CHECK(bought->cash_delta == money("-6000"));
  const auto& ledger = books.ledger(kFirst, kSpot);
  CHECK(ledger.cash == money("-6000"));
  CHECK(ledger.fees == money("6"));
  // At an unchanged price the fee is all that is lost.
  CHECK(portfolio::net_pnl(ledger, books.instruments()[1], px("60000")) == money("-6"));
}

TEST_CASE("strategies keep books of their own that add up to the account's position",
          "[portfolio]") {
  auto books = book();
  CHECK(books.on_fill(order(Side::Buy, kFirst), kPerpetual, fill("100", "3", kUsdt, "0")));
  CHECK(books.on_fill(order(Side::Sell, kSecond), kPerpetual, fill("101", "1", kUsdt, "0")));
  CHECK(books.on_fill(order(Side::Sell, kNoStrategy), kPerpetual, fill("102", "0.5", kUsdt, "0")));
  CHECK(books.ledger(kFirst, kPerpetual).position.qty() == q("3"));
  CHECK(books.ledger(kSecond, kPerpetual).position.qty() == q("-1"));
  CHECK(books.ledger(kNoStrategy, kPerpetual).position.qty() == q("-0.5"));
  CHECK(books.position(kPerpetual) == q("1.5"));
}

TEST_CASE("a maker rebate is a negative fee and raises cash", "[portfolio]") {
  auto books = book();
  CHECK(books.on_fill(order(Side::Buy, kFirst), kPerpetual, fill("100", "1", kUsdt, "-0.01", true)));
  CHECK(books.ledger(kFirst, kPerpetual).cash == money("-99.99"));
  CHECK(books.ledger(kFirst, kPerpetual).fees == money("-0.01"));
}

TEST_CASE("a fill that does not fit is refused whole and counted", "[portfolio]") {
  auto books = book();
  OrderReport huge = fill("9000000000", "1", kUsdt, "0");
  huge.last_qty = Qty::max();
  CHECK_FALSE(books.on_fill(order(Side::Buy, kFirst), kPerpetual, huge));
  CHECK(books.refused_fills() == 1);
  CHECK(books.ledger(kFirst, kPerpetual).fills == 0);
  CHECK(books.position(kPerpetual) == Qty{});
}
