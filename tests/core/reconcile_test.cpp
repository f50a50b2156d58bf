#include <catch2/catch.hpp>

#include "tests/core/account_venue.hpp"

using namespace sq;
using namespace sq::test;

namespace {
// Started, reconciled, with a live book and one order of ours working at the venue as number 1.
struct Trading : AccountDesk {
  OrderId order;
  std::uint64_t number{0};
  explicit Trading(std::int32_t units = 4) {
    start();
    at_ms += 10;
    answer();
    bool sent = false;
    script.on_top = [&, units](const strategy::Top&, strategy::Context& context) {
      if (sent) return;
      sent = true;
      order = context.submit(CoreFixture::buy(9'990, units)).id;
    };
    at_ms += 10;
    open_book();
    script.on_top = {};
    REQUIRE(venue.orders.size() == 1);
    number = there.accept(venue.orders[0]);
    at_ms += 10;
    tell_accepted(order, number);
    at_ms += 10;
  }
};
}  // namespace

TEST_CASE("nobody trades at a venue before its answer has been compared and agrees", "[core]") {
  AccountDesk desk;
  desk.start();
  REQUIRE(desk.asked().size() == 1);
  CHECK(desk.asked()[0].venue == VenueId::BinanceUsdm);
  CHECK(desk.state() == StrategyState::Warming);
  desk.open_book();
  CHECK(desk.state() == StrategyState::Warming);
  desk.at_ms += 10;
  desk.answer();
  CHECK(desk.state() == StrategyState::Armed);
  REQUIRE(desk.breaks(BreakState::Compared).size() == 1);
  CHECK(desk.breaks(BreakState::Compared)[0].clean == 1);
  CHECK(desk.open().empty());
}

TEST_CASE("a state that is asked for by command waits for the venue, too", "[core]") {
  AccountDesk desk;
  desk.start();
  AdminCommand arm;
  arm.command = Command::SetStrategyState;
  arm.strategy = StrategyId{0};
  arm.state = StrategyState::Armed;
  desk.input(RecordKind::AdminCommand, arm);
  CHECK(desk.state() == StrategyState::Warming);
  desk.answer();
  CHECK(desk.state() == StrategyState::Armed);
}

TEST_CASE("an answer that lacks any record proves nothing", "[core]") {
  for (const RecordKind lost : {RecordKind::VenueOrder, RecordKind::VenuePosition,
                                RecordKind::VenueBalance, RecordKind::VenueSnapshot}) {
    CAPTURE(static_cast<int>(lost));
    AccountDesk desk;
    desk.there.place(Side::Buy, 9'900, 1);
    desk.start();
    desk.at_ms += 10;
    desk.there.lost = lost;
    desk.answer();
    CHECK(desk.breaks(BreakState::Compared).empty());
    CHECK(desk.state() == StrategyState::Warming);
    CHECK(desk.journal.of(RecordKind::OrderAdopted).empty());
    desk.next_answer();  // asked again by itself
    CHECK(desk.breaks(BreakState::Compared).size() == 1);
    CHECK(desk.state() == StrategyState::Armed);
  }
}

TEST_CASE("the answer to an older request is left aside", "[core]") {
  AccountDesk desk;
  desk.start();
  const AccountQuery old = desk.asked().back();
  desk.tick(6'000);  // unanswered: asked again
  REQUIRE(desk.asked().size() == 2);
  VenueSnapshot marks;
  marks.request = old.request;
  marks.venue = old.venue;
  desk.input(RecordKind::VenueSnapshot, marks, kBtc);
  marks.phase = SnapshotPhase::End;
  marks.complete = 1;
  desk.input(RecordKind::VenueSnapshot, marks, kBtc);
  CHECK(desk.breaks(BreakState::Compared).empty());
}

TEST_CASE("an answer that does not come is waited for twice as long each time, then asked anew",
          "[core]") {
  AccountDesk desk;
  desk.start();
  REQUIRE(desk.asked().size() == 1);
  std::size_t asked = 1;
  for (const std::int64_t wait_ms : {5'000, 10'000, 20'000, 40'000, 80'000, 80'000}) {
    CAPTURE(wait_ms);
    desk.tick(wait_ms - 1);
    CHECK(desk.asked().size() == asked);
    desk.tick(1);
    CHECK(desk.asked().size() == ++asked);
  }
  desk.answer();
  REQUIRE(desk.breaks(BreakState::Compared).size() == 1);
  desk.next_answer();  // as usual again
  REQUIRE(desk.breaks(BreakState::Compared).size() == 2);
}

TEST_CASE("a position that differs twice is a break, and only reducing orders pass", "[core]") {
  Trading desk;
  desk.there.position = 2 * Qty::kScale;
  desk.next_answer();
  CHECK(desk.open().empty());  // once may be a report on its way
  CHECK(desk.state() == StrategyState::Armed);
  desk.next_answer();
  REQUIRE(desk.open().size() == 1);
  CHECK(desk.open()[0].told.kind == BreakKind::Position);
  CHECK(desk.open()[0].told.here == 0);
  CHECK(desk.open()[0].told.there == 2 * Qty::kScale);
  CHECK(desk.state() == StrategyState::ReduceOnly);
  CHECK(desk.core.ledger().portfolio().position(kBtc) == Qty{});  // nothing is invented
}

TEST_CASE("a difference that is gone at the second look was none", "[core]") {
  Trading desk;
  desk.there.position = Qty::kScale;
  desk.next_answer();
  desk.there.position = 0;
  desk.next_answer();
  desk.there.position = Qty::kScale;
  desk.next_answer();
  CHECK(desk.breaks(BreakState::Opened).empty());
}

TEST_CASE("a fill whose report was lost is booked once from the venue's list", "[core]") {
  Trading desk;
  const AccountVenue::Trade lost = desk.there.fill(desk.number, Qty::kScale, desk.now());
  desk.next_answer();
  CHECK(desk.core.ledger().counters().fills == 1);
  CHECK(desk.core.ledger().portfolio().position(kBtc) == Qty::from_units(1));
  desk.next_answer();
  desk.tell_fill(lost);  // and its report after all
  CHECK(desk.core.ledger().counters().fills == 1);
  CHECK(desk.core.ledger().orders().pool().find(desk.order)->filled == Qty::from_units(1));
  CHECK(desk.breaks(BreakState::Opened).empty());
  CHECK(desk.state() == StrategyState::Armed);
}

TEST_CASE("a fill that is booked while the answer is on its way is no difference", "[core]") {
  Trading desk;
  while (desk.asked().size() == desk.answered) desk.tick(1'000);
  // The venue's answer is of this moment; then it trades, and the report overtakes the answer.
  AccountVenue before = desk.there;
  const WallTime as_of = desk.now();
  desk.at_ms += 5;
  AccountVenue::Trade traded = desk.there.fill(desk.number, Qty::kScale, desk.now());
  desk.tell_fill(traded);
  const AccountVenue after = desk.there;
  desk.there = before;
  const std::int64_t at_ms = desk.at_ms;
  desk.at_ms = (as_of.ns - kStart.ns) / kNsPerMs;  // stamps of the answer
  desk.answer();
  desk.at_ms = at_ms;
  desk.there = after;
  CHECK(desk.breaks(BreakState::Compared).back().here <= 1);  // the order's count: undecided
  desk.next_answer();
  desk.next_answer();
  CHECK(desk.breaks(BreakState::Opened).empty());
  CHECK(desk.breaks(BreakState::Compared).back().clean == 1);
}

TEST_CASE("an order that somebody else placed is adopted, counted and left alone", "[core]") {
  Trading desk;
  const std::int64_t before = desk.core.ledger().gate().exposure(kBtc).worst_long();
  const std::uint64_t foreign = desk.there.place(Side::Buy, 9'950, 3);
  desk.next_answer();
  REQUIRE(desk.journal.of(RecordKind::OrderAdopted).size() == 1);
  CHECK(desk.core.ledger().gate().exposure(kBtc).worst_long() == before + 3 * Qty::kScale);
  REQUIRE(desk.open().size() == 1);
  CHECK(desk.open()[0].accepted);  // the settings say so
  CHECK(desk.state() == StrategyState::Armed);
  // Its fill, told live by the venue's number only, goes to no strategy.
  desk.at_ms += 10;
  desk.tell_fill(desk.there.fill(foreign, Qty::kScale, desk.now()));
  CHECK(desk.core.ledger().portfolio().ledger(kNoStrategy, kBtc).position.qty() ==
        Qty::from_units(1));
  CHECK(desk.core.ledger().gate().exposure(kBtc).worst_long() == before + 3 * Qty::kScale);
  CHECK_FALSE(desk.core.ledger().kill_latched());
  desk.command(Command::CancelAll, 0, "ops");
  for (const CancelRequest& cancel : desk.venue.cancels) CHECK(cancel.id == desk.order);
  CHECK_FALSE(desk.venue.cancels.empty());
  // It goes on working there, and stays accepted.
  desk.next_answer();
  CHECK(desk.breaks(BreakState::Compared).back().here == 1);
}

TEST_CASE("with external orders = cancel they are cancelled by the venue's number", "[core]") {
  AccountDesk desk{
      [](core::CoreSetup& setup) { setup.external_orders = settings::ExternalOrders::Cancel; }};
  const std::uint64_t foreign = desk.there.place(Side::Sell, 10'100, 2);
  desk.start();
  desk.at_ms += 10;
  desk.answer();
  const auto sent = desk.journal.of(RecordKind::CancelSent);
  REQUIRE(sent.size() == 1);
  REQUIRE(is_payload<ExternalCancel>(*sent[0]));
  CHECK(payload_of<ExternalCancel>(*sent[0]).venue_order_id == foreign);
  CHECK(payload_of<ExternalCancel>(*sent[0]).cancel.reason == CancelReason::External);
}

TEST_CASE("with external orders = kill one of them closes the kill switch", "[core]") {
  AccountDesk desk{
      [](core::CoreSetup& setup) { setup.external_orders = settings::ExternalOrders::Kill; }};
  desk.there.place(Side::Sell, 10'100, 2);
  desk.start();
  CHECK_FALSE(desk.core.ledger().kill_latched());
  desk.at_ms += 10;
  desk.answer();
  CHECK(desk.core.ledger().kill_latched());
}

TEST_CASE("an order of ours that the log does not know blocks trading until it is accepted",
          "[core]") {
  AccountDesk desk;
  desk.there.place(Side::Buy, 9'900, 1, OrderId::make(7, 41));  // a log of epoch 7 was lost
  desk.start();
  desk.at_ms += 10;
  desk.answer();
  CHECK(desk.state() == StrategyState::Warming);
  CHECK(desk.core.ledger().accounts().epoch_seen() == 7);
  REQUIRE(desk.open().size() == 1);
  CHECK(desk.open()[0].told.kind == BreakKind::UnknownOrder);
  CHECK(desk.core.ledger().gate().exposure(kBtc).worst_long() == Qty::kScale);
  desk.command(Command::AcceptBreak, static_cast<std::uint32_t>(desk.open()[0].told.number), "ann");
  desk.next_answer();
  CHECK(desk.state() == StrategyState::Armed);
  CHECK(desk.open()[0].accepted_by.view() == "ann");
}

TEST_CASE("an id that the venue has seen in this epoch is not used again", "[core]") {
  AccountDesk desk;
  desk.there.place(Side::Buy, 9'900, 1, OrderId::make(1, 41));
  desk.start();
  desk.at_ms += 10;
  desk.answer();
  desk.command(Command::AcceptBreak, 1, "ann");
  desk.next_answer();
  REQUIRE(desk.state() == StrategyState::Armed);
  OrderId sent;
  desk.script.on_top = [&](const strategy::Top&, strategy::Context& context) {
    if (sent == OrderId{}) sent = context.submit(CoreFixture::buy(9'990)).id;
  };
  desk.open_book();
  CHECK(sent == OrderId::make(1, 42));
}

TEST_CASE("a position is adjusted by two different people only", "[core]") {
  Trading desk;
  desk.there.position = 2 * Qty::kScale;
  desk.next_answer();
  desk.next_answer();
  REQUIRE(desk.open().size() == 1);
  const auto number = static_cast<std::uint32_t>(desk.open()[0].told.number);
  desk.command(Command::AdjustPosition, number, "ann");
  desk.command(Command::AdjustPosition, number, "ann");
  CHECK(desk.journal.of(RecordKind::PositionAdjusted).empty());
  desk.command(Command::AdjustPosition, number, "bob");
  REQUIRE(desk.journal.of(RecordKind::PositionAdjusted).size() == 1);
  const auto& adjusted =
      payload_of<PositionAdjusted>(*desk.journal.of(RecordKind::PositionAdjusted)[0]);
  CHECK(adjusted.delta == Qty::from_units(2));
  CHECK(adjusted.first.view() == "ann");
  CHECK(adjusted.second.view() == "bob");
  CHECK(desk.core.ledger().portfolio().position(kBtc) == Qty::from_units(2));
  CHECK(desk.core.ledger().portfolio().ledger(StrategyId{0}, kBtc).position.qty() == Qty{});
  desk.next_answer();
  CHECK(desk.open().empty());
}

TEST_CASE("a deposit that the venue tells of is a break of its own kind; accepted, it is known",
          "[core]") {
  Trading desk;
  desk.there.cash += 500;
  desk.there.transferred += 500;
  desk.next_answer();
  REQUIRE(desk.open().size() == 1);
  CHECK(desk.open()[0].told.kind == BreakKind::Transfer);
  CHECK(desk.state() == StrategyState::Armed);
  desk.command(Command::AcceptBreak, 1, "ann");
  desk.next_answer();
  CHECK(desk.open().empty());
  desk.next_answer();
  CHECK(desk.breaks(BreakState::Compared).back().clean == 1);
}

TEST_CASE("breaks grow old, by word at 5 minutes, an hour and a day", "[core]") {
  Trading desk;
  desk.there.cash -= 1;
  desk.next_answer();
  desk.next_answer();
  REQUIRE(desk.open().size() == 1);
  desk.at_ms += 299'000 - 2 * 31'000;
  desk.next_answer();
  CHECK(desk.open()[0].age == 0);
  desk.at_ms += 70'000;
  desk.next_answer();
  CHECK(desk.open()[0].age == 1);
  desk.at_ms += 3'600'000;
  desk.next_answer();
  CHECK(desk.open()[0].age == 2);
  desk.at_ms += 86'400'000;
  desk.next_answer();
  CHECK(desk.open()[0].age == 3);
}

TEST_CASE("a missing order keeps its exposure until two different people release it", "[core]") {
  Trading desk;
  desk.there.orders.clear();  // and not a word of how it ended
  for (int i = 0; i < 3; ++i) desk.next_answer();
  REQUIRE(desk.open().size() == 1);
  REQUIRE(desk.open()[0].told.kind == BreakKind::MissingOrder);
  const auto number = static_cast<std::uint32_t>(desk.open()[0].told.number);
  const auto at_stake = [&] { return desk.core.ledger().gate().exposure(kBtc).worst_long(); };
  desk.command(Command::AcceptBreak, number, "ann");
  CHECK(at_stake() == 4 * Qty::kScale);
  desk.command(Command::AdjustPosition, number, "ann");
  desk.command(Command::AdjustPosition, number, "ann");
  CHECK(at_stake() == 4 * Qty::kScale);
  desk.command(Command::AdjustPosition, number, "bob");
  CHECK(at_stake() == 0);
  REQUIRE(desk.breaks(BreakState::Released).size() == 1);
  CHECK(desk.breaks(BreakState::Released)[0].who.view() == "bob");
  CHECK(desk.core.ledger().orders().pool().find(desk.order)->state == OrderState::Expired);
  desk.next_answer();
  CHECK(desk.open().empty());
  // The log alone gives the same.
  CoreFixture again;
  for (std::size_t i = 0; i < desk.journal.records.size(); ++i)
    again.core.recover(desk.journal.at(i));
  CHECK(again.core.ledger().gate().exposure(kBtc).worst_long() == 0);
  CHECK(again.core.ledger().accounts().breaks().open().empty());
}

TEST_CASE("an order that two people released and that fills after all is booked, and pauses",
          "[core]") {
  Trading desk;
  const AccountVenue before = desk.there;
  desk.there.orders.clear();
  for (int i = 0; i < 3; ++i) desk.next_answer();
  REQUIRE(desk.open().size() == 1);
  desk.command(Command::AdjustPosition, 1, "ann");
  desk.command(Command::AdjustPosition, 1, "bob");
  desk.there = before;
  desk.tell_fill(desk.there.fill(desk.number, Qty::kScale, desk.now()));
  CHECK(desk.core.ledger().portfolio().position(kBtc) == Qty::from_units(1));
  CHECK(desk.state() == StrategyState::Paused);
}
