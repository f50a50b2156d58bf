// New terms for an order that works, batches, expiry, lifetimes and trades taken back, on a whole
// core: what leaves, what is counted meanwhile, what strategies are told.
#include <catch2/catch.hpp>

#include "tests/core/amend_desk.hpp"

namespace sq::test {
namespace {
struct Trader : AmendDesk {
  std::vector<strategy::OrderUpdate> told;

  explicit Trader(const std::function<void(core::CoreSetup&)>& change = [](core::CoreSetup&) {})
      : AmendDesk{change} {
    script.on_order = [this](const strategy::OrderUpdate& update, strategy::Context&) {
      told.push_back(update);
    };
  }
  strategy::Submitted amend(OrderId id, std::int64_t tenths, std::int32_t total) {
    strategy::Submitted result;
    act([&](strategy::Context& context) {
      result = context.amend(id, price(tenths), Qty::from_units(total));
    });
    return result;
  }
  void fill(OrderId id, std::uint64_t trade, std::int32_t units, std::int64_t tenths = 9'985) {
    answer(id, ReportKind::Filled, [&](OrderReport& report) {
      report.trade_id = trade;
      report.last_qty = Qty::from_units(units);
      report.last_price = price(tenths);
    });
  }
  void replaced(OrderId id, std::int64_t tenths, std::int32_t total) {
    answer(id, ReportKind::Replaced, [&](OrderReport& report) {
      report.last_price = price(tenths);
      report.last_qty = Qty::from_units(total);
      report.amend = 1;
    });
  }
  [[nodiscard]] const oms::Order& order(OrderId id) const {
    return *core.ledger().orders().pool().find(id);
  }
};
}  // namespace

TEST_CASE("an amend leaves once, counts the larger of both until answered, and then its own terms",
          "[core][amend]") {
  Trader t;
  const OrderId id = t.open(CoreFixture::buy(9'990, 4));
  CHECK(t.open_units() == 4);
  REQUIRE(t.amend(id, 9'985, 6).id == id);
  REQUIRE(t.venue.amends.size() == 1);
  CHECK(t.venue.amends[0].limit == CoreFixture::price(9'985));
  CHECK(t.venue.amends[0].qty == Qty::from_units(6));
  CHECK(t.order(id).state == OrderState::PendingReplace);
  CHECK(t.open_units() == 6);
  // Nothing else is asked of it meanwhile.
  CHECK(t.amend(id, 9'980, 5).refused == risk::Rule::NotAmendable);
  t.fill(id, 1, 2);
  CHECK(t.open_units() == 4);
  t.replaced(id, 9'985, 6);
  CHECK(t.order(id).state == OrderState::Open);
  CHECK(t.order(id).request.limit == CoreFixture::price(9'985));
  CHECK(t.open_units() == 4);
  CHECK(t.told.back().qty == Qty::from_units(6));
  CHECK(t.told.back().limit == CoreFixture::price(9'985));
  t.replaced(id, 9'985, 6);  // told twice
  CHECK(t.open_units() == 4);
  t.fill(id, 2, 4);
  CHECK(t.order(id).state == OrderState::Filled);
  CHECK(t.open_units() == 0);
}

TEST_CASE("an amend to less frees nothing before the venue has said so", "[core][amend]") {
  Trader t;
  const OrderId id = t.open(CoreFixture::buy(9'990, 4));
  REQUIRE(t.amend(id, 9'990, 1).id == id);
  CHECK(t.open_units() == 4);
  t.answer(id, ReportKind::ReplaceRejected, [](OrderReport& report) { report.amend = 1; });
  CHECK(t.open_units() == 4);
  CHECK(t.order(id).state == OrderState::Open);
  CHECK(t.order(id).request.qty == Qty::from_units(4));
}

TEST_CASE("an order filled by the terms of an amend that only a query told of awaits no more fills",
          "[core][amend]") {
  Trader t;
  const OrderId id = t.open(CoreFixture::buy(9'990, 4));
  REQUIRE(t.amend(id, 9'990, 2).id == id);
  t.fill(id, 1, 2);
  t.answer(id, ReportKind::Status, [](OrderReport& report) {
    report.state = OrderState::Filled;
    report.cumulative_qty = Qty::from_units(2);
    report.amend = 1;
  });
  CHECK(t.order(id).state == OrderState::Filled);
  CHECK(t.open_units() == 0);
}

TEST_CASE("only an open order of one's own can be amended, to more than is filled",
          "[core][amend]") {
  Trader t;
  OrderId pending;
  t.act([&](strategy::Context& context) { pending = context.submit(CoreFixture::buy(9'990)).id; });
  CHECK(t.amend(pending, 9'985, 1).refused == risk::Rule::NotAmendable);  // not acknowledged
  const OrderId id = t.open(CoreFixture::buy(9'990, 4));
  CHECK(t.amend(OrderId{12345}, 9'985, 1).refused == risk::Rule::NotAmendable);
  CHECK(t.amend(id, 9'990, 4).refused == risk::Rule::NotAmendable);  // the same terms
  t.fill(id, 1, 2);
  CHECK(t.amend(id, 9'990, 2).refused == risk::Rule::NothingLeft);
  CHECK(t.amend(id, 9'990, 3).refused == risk::Rule::None);
}

TEST_CASE("an amend is held to the limits of a new order", "[core][amend]") {
  Trader t;  // order_qty_max 10, position_max 20, collar 10 %
  const OrderId id = t.open(CoreFixture::buy(9'990, 10));
  const OrderId second = t.open(CoreFixture::buy(9'990, 9));
  CHECK(t.amend(second, 9'990, 11).refused == risk::Rule::OrderQty);
  CHECK(t.amend(second, 11'003, 9).refused == risk::Rule::PriceCollar);
  CHECK(t.amend(second, 9'990, 10).refused == risk::Rule::None);  // 20 in all
  t.answer(second, ReportKind::ReplaceRejected, [](OrderReport& report) { report.amend = 1; });
  t.fill(id, 1, 1);
  CHECK(t.open_units() + 1 == 19);
  CHECK(t.venue.amends.size() == 1);
}

TEST_CASE("a kill cancels an order that is being amended, and its late answer is cancelled again",
          "[core][amend]") {
  Trader t;
  const OrderId id = t.open(CoreFixture::buy(9'990, 4));
  REQUIRE(t.amend(id, 9'985, 6).id == id);
  AdminCommand kill;
  kill.command = Command::Kill;
  t.input(RecordKind::AdminCommand, kill);
  REQUIRE(t.venue.cancels.size() == 1);
  CHECK(t.open_units() == 6);
  t.replaced(id, 9'985, 6);
  CHECK(t.venue.cancels.size() == 2);
  CHECK(t.open_units() == 6);
  t.answer(id, ReportKind::Cancelled);
  CHECK(t.order(id).state == OrderState::Cancelled);
  CHECK(t.open_units() == 0);
  CHECK(t.venue.amends.size() == 1);
}

TEST_CASE("the outcomes of a batch are one for each order, in order", "[core]") {
  Trader t;
  const std::array intents{CoreFixture::buy(9'990), CoreFixture::buy(9'990, 11),
                           CoreFixture::buy(9'980)};
  std::array<strategy::Submitted, 3> out{};
  t.act([&](strategy::Context& context) { context.submit_batch(intents, out); });
  CHECK(out[0].refused == risk::Rule::None);
  CHECK(out[1].refused == risk::Rule::OrderQty);
  CHECK(out[2].refused == risk::Rule::None);
  REQUIRE(t.venue.orders.size() == 2);
  CHECK(t.venue.orders[1].id == out[2].id);
  const std::array ids{out[0].id, out[2].id};
  t.act([&](strategy::Context& context) { context.cancel_batch(ids); });
  CHECK(t.venue.cancels.size() == 2);
}

TEST_CASE("an order ends at its date by a cancel of the engine, not a moment before", "[core]") {
  Trader t;
  strategy::OrderIntent intent = CoreFixture::buy(9'990);
  intent.tif = TimeInForce::GoodTillDate;
  intent.expires = kStart + 2 * kNsPerSecond;
  const OrderId id = t.open(intent);
  t.at_ms = 1'999;
  t.empty_input(RecordKind::TimeTick);
  CHECK(t.venue.cancels.empty());
  t.at_ms = 2'000;
  t.empty_input(RecordKind::TimeTick);
  REQUIRE(t.venue.cancels.size() == 1);
  CHECK(t.venue.cancels[0].id == id);
  CHECK(t.venue.cancels[0].reason == CancelReason::Expired);
}

TEST_CASE("terms that contradict each other are refused before anything is asked", "[core]") {
  Trader t;
  const auto refused = [&](const std::function<void(strategy::OrderIntent&)>& change) {
    strategy::OrderIntent intent = CoreFixture::buy(9'990);
    change(intent);
    risk::Rule rule{};
    t.act([&](strategy::Context& context) { rule = context.submit(intent).refused; });
    return rule == risk::Rule::OrderTerms;
  };
  CHECK(refused([](auto& i) { i.tif = TimeInForce::GoodTillDate; }));
  CHECK(refused([](auto& i) { i.expires = kStart + kNsPerSecond; }));
  CHECK(refused([](auto& i) { i.type = OrderType::Market; }));
  CHECK(refused([](auto& i) {
    i.tif = TimeInForce::Day;
    i.expires = kStart;
  }));
  CHECK(refused([](auto& i) { i.ttl_ns = -1; }));
  CHECK_FALSE(refused([](auto& i) {
    i.type = OrderType::Market;
    i.tif = TimeInForce::ImmediateOrCancel;
  }));
  CHECK(t.venue.orders.back().type == OrderType::Market);
}

TEST_CASE("every order leaves with its lifetime, its own or the configured", "[core]") {
  Trader t;
  static_cast<void>(t.open(CoreFixture::buy(9'990)));
  CHECK(t.venue.orders.back().ttl_us == 250'000);
  strategy::OrderIntent intent = CoreFixture::buy(9'990);
  intent.ttl_ns = 1'500;
  intent.tag = 77;
  const OrderId id = t.open(intent);
  CHECK(t.venue.orders.back().ttl_us == 2);
  CHECK(t.told.back().id == id);
  CHECK(t.told.back().tag == 77);
  CHECK_FALSE(too_old(t.venue.orders.back(), MonoTime{100}, MonoTime{2'100}));
  CHECK(too_old(t.venue.orders.back(), MonoTime{100}, MonoTime{2'101}));
  t.answer(id, ReportKind::NotSent, [](OrderReport& report) { report.code = RejectCode::TooOld; });
  CHECK(t.core.ledger().counters().unexpected == 1);  // it was acknowledged
}

TEST_CASE("a fill that the venue takes back is out of position and cash, and a second time nothing",
          "[core][bust]") {
  Trader t;
  const OrderId id = t.open(CoreFixture::buy(10'000, 4));
  t.fill(id, 1, 1, 9'995);
  t.fill(id, 2, 3, 10'000);
  const auto books = [&] { return t.core.ledger().portfolio().ledger(StrategyId{0}, kBtc); };
  CHECK(books().position.qty() == Qty::from_units(4));
  t.answer(id, ReportKind::Busted, [](OrderReport& report) { report.trade_id = 1; });
  CHECK(books().position.qty() == Qty::from_units(3));
  CHECK(books().cash == -3'000 * Amount::kScale);
  CHECK(books().position.cost() == 3'000 * Amount::kScale);
  CHECK(t.core.ledger().gate().exposure(kBtc).total.position == 3 * Qty::kScale);
  const auto lines = t.journal.of(RecordKind::TradeCorrected);
  REQUIRE(lines.size() == 1);
  const auto& line = payload_of<TradeCorrected>(*lines[0]);
  CHECK(line.trade_id == 1);
  CHECK(line.position_delta == Qty::from_units(-1));
  CHECK(line.cash_delta == 99'950'000'000 / 1);
  CHECK(t.told.back().last_qty == Qty::from_units(-1));
  CHECK(t.told.back().last_price == CoreFixture::price(9'995));
  t.answer(id, ReportKind::Busted, [](OrderReport& report) { report.trade_id = 1; });
  CHECK(t.journal.of(RecordKind::TradeCorrected).size() == 1);
  CHECK(t.core.ledger().counters().duplicates == 1);
}

TEST_CASE("a bust of a fill that was never told is named and pauses; the fill then books nothing",
          "[core][bust]") {
  Trader t;
  const OrderId id = t.open(CoreFixture::buy(10'000, 4));
  t.answer(id, ReportKind::Busted, [](OrderReport& report) { report.trade_id = 9; });
  const auto letters = t.journal.of(RecordKind::DeadLetter);
  REQUIRE(letters.size() == 1);
  CHECK(payload_of<DeadLetter>(*letters[0]).reason == DeadLetterReason::UnknownTrade);
  CHECK(t.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused);
  t.fill(id, 9, 1);
  CHECK(t.core.ledger().portfolio().position(kBtc) == Qty{});
  CHECK(t.order(id).filled == Qty::from_units(1));
  CHECK(t.journal.of(RecordKind::FillBooked).empty());
}

TEST_CASE("a fill beyond the limit, of another side or instrument is booked as told and pauses",
          "[core]") {
  const auto paused = [](const std::function<void(OrderReport&)>& change, Qty position) {
    Trader t;
    const OrderId id = t.open(CoreFixture::buy(10'000, 4));
    t.answer(id, ReportKind::Filled, [&](OrderReport& report) {
      report.trade_id = 1;
      report.last_qty = Qty::from_units(1);
      report.last_price = CoreFixture::price(10'000);
      change(report);
    });
    CHECK(t.core.ledger().portfolio().position(kBtc) == position);
    CHECK(t.open_units() == 3);
    return t.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Paused;
  };
  CHECK_FALSE(paused([](OrderReport&) {}, Qty::from_units(1)));
  CHECK(paused([](OrderReport& r) { r.last_price = CoreFixture::price(10'001); },
               Qty::from_units(1)));
  CHECK(paused([](OrderReport& r) { r.side = static_cast<std::uint8_t>(Side::Sell); },
               Qty::from_units(-1)));
}

TEST_CASE("a cancel that comes too late is asked about once and not sent again", "[core]") {
  Trader t;
  const OrderId id = t.open(CoreFixture::buy(10'000, 4));
  t.act([&](strategy::Context& context) { context.cancel(id); });
  t.answer(id, ReportKind::CancelRejected,
           [](OrderReport& report) { report.code = RejectCode::UnknownOrder; });
  CHECK(t.journal.of(RecordKind::QuerySent).size() == 1);
  t.answer(id, ReportKind::Status, [](OrderReport& report) {
    report.state = OrderState::Filled;
    report.cumulative_qty = Qty::from_units(4);
  });
  CHECK(t.order(id).state == OrderState::AwaitingFills);
  t.fill(id, 1, 4);
  CHECK(t.order(id).state == OrderState::Filled);
  CHECK(t.venue.cancels.size() == 1);
}

TEST_CASE("a report of a kind or state that nobody knows changes nothing and ends nothing",
          "[core]") {
  Trader t;
  const OrderId id = t.open(CoreFixture::buy(10'000, 4));
  for (const int kind : {0, 16, 17, 255}) t.answer(id, static_cast<ReportKind>(kind));
  t.answer(id, ReportKind::Status,
           [](OrderReport& report) { report.state = static_cast<OrderState>(99); });
  CHECK(t.order(id).state == OrderState::Open);
  CHECK(t.open_units() == 4);
  CHECK(t.journal.of(RecordKind::DeadLetter).size() == 5);
}
}  // namespace sq::test
