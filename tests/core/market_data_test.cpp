// What strategies see of order-by-order data and of the measures of a book.
#include <catch2/catch.hpp>

#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;
using book::analytics::Measure;

namespace {
void by_order(core::CoreSetup& setup) {
  setup.instruments[0].book.orders_max = 100;
  setup.instruments[0].book.lot = setup.instruments[0].instrument.lot;
}
void measured(core::CoreSetup& setup) {
  setup.instruments[0].microstructure.emplace();
  setup.instruments[0].microstructure->tick = setup.instruments[0].instrument.tick;
  setup.instruments[0].microstructure->vpin_bucket = Qty::from_units(10);
}
MarketOrder resting(std::uint64_t id, Side side, std::int64_t tenths, std::int32_t units) {
  MarketOrder order;
  order.order_id = id;
  order.side = side;
  order.price = CoreFixture::price(tenths);
  order.qty = Qty::from_units(units);
  return order;
}
MarketOrder execution(std::uint64_t id, std::int32_t units) {
  MarketOrder order;
  order.action = OrderAction::Execute;
  order.order_id = id;
  order.qty = Qty::from_units(units);
  return order;
}
}  // namespace

TEST_CASE("an execution in an order-by-order feed is a trade, then a new top", "[core]") {
  CoreFixture f{by_order};
  std::vector<std::string> seen;
  f.script.on_top = [&](const strategy::Top& top, strategy::Context& context) {
    if (top.bid.qty == Qty{} || top.ask.qty == Qty{}) return;
    seen.push_back("top " + std::to_string(top.bid.qty.raw() / Qty::kScale));
    REQUIRE(context.orders(kBtc) != nullptr);
    CHECK(context.orders(kBtc)->place_of(2)->orders_ahead == 1);
  };
  f.script.on_trade = [&](const TradePrint& trade, strategy::Context&) {
    CHECK(trade.aggressor == Side::Sell);
    CHECK(trade.price == CoreFixture::price(10'000));
    seen.push_back("trade " + std::to_string(trade.qty.raw() / Qty::kScale));
  };
  f.start();
  f.input(RecordKind::MarketOrder, resting(1, Side::Buy, 10'000, 5), kBtc);
  f.input(RecordKind::MarketOrder, resting(2, Side::Buy, 10'000, 4), kBtc);
  f.input(RecordKind::MarketOrder, resting(3, Side::Sell, 10'001, 5), kBtc);
  f.input(RecordKind::MarketOrder, execution(1, 2), kBtc);
  CHECK(seen == std::vector<std::string>{"top 9", "trade 2", "top 7"});
  CHECK(f.core.book(kBtc).state() == BookState::Live);
}

TEST_CASE("a market order for a book of levels is a dead letter", "[core]") {
  CoreFixture f;
  f.start();
  f.input(RecordKind::MarketOrder, resting(1, Side::Buy, 10'000, 5), kBtc);
  CHECK(f.journal.of(RecordKind::DeadLetter).size() == 1);
}

TEST_CASE("a halt of the venue is no loss of the book", "[core]") {
  CoreFixture f;
  f.start();
  f.open_book();
  f.input(RecordKind::FeedStatus, FeedStatus{FeedEvent::Halted, {}}, kBtc);
  CHECK(f.core.book(kBtc).state() == BookState::Live);
  f.input(RecordKind::FeedStatus, FeedStatus{FeedEvent::Disconnected, {}}, kBtc);
  CHECK(f.core.book(kBtc).state() == BookState::Syncing);
}

TEST_CASE("a strategy sees the measures of the event that woke it", "[core]") {
  CoreFixture f{measured};
  double mid = 0;
  std::uint64_t trades = 0;
  f.script.on_top = [&](const strategy::Top& top, strategy::Context& context) {
    const auto* view = context.microstructure(kBtc);
    REQUIRE(view != nullptr);
    mid = (*view)[Measure::Mid].value;
    const double bid = static_cast<double>(top.bid.price.raw()) / Price::kScale;
    const double ask = static_cast<double>(top.ask.price.raw()) / Price::kScale;
    CHECK(mid == Approx((bid + ask) / 2).epsilon(1e-12));
    CHECK((*view)[Measure::QuotedSpread].value == Approx(ask - bid).epsilon(1e-9));
  };
  f.script.on_trade = [&](const TradePrint&, strategy::Context& context) {
    trades = (*context.microstructure(kBtc))[Measure::TickRuleAgreement].count;
  };
  f.start();
  f.open_book(10'000, 10'001);
  f.update(10'000, 10'001, 3);
  CHECK(mid == Approx(1'000.05));
  TradePrint trade;
  trade.price = CoreFixture::price(10'001);
  trade.qty = Qty::from_units(1);
  for (int i = 0; i < 3; ++i) {
    trade.price = CoreFixture::price(10'001 + i);
    f.input(RecordKind::TradePrint, trade, kBtc);
  }
  CHECK(trades > 0);
}

TEST_CASE("an instrument that is not measured has no measures", "[core]") {
  CoreFixture f;
  bool asked = false;
  f.script.on_top = [&](const strategy::Top&, strategy::Context& context) {
    asked = true;
    CHECK(context.microstructure(kBtc) == nullptr);
    CHECK(context.orders(kBtc) == nullptr);
  };
  f.start();
  f.open_book();
  CHECK(asked);
  CHECK(f.core.measures_publisher(kBtc) == nullptr);
}
