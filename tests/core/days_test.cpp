// The end of a venue's day: when it is closed, with which prices, and what the log says of it.
// Expected money by hand: one contract bought at 1,000.0 is worth 1 USDT more at 1,001.0.
#include <catch2/catch.hpp>

#include "engine/messaging/account.hpp"
#include "engine/messaging/reference_data.hpp"
#include "tests/core/days_fixture.hpp"

using namespace sq;
using namespace sq::test;

TEST_CASE("a moment belongs to the first day whose cut lies behind it", "[core]") {
  constexpr std::int64_t kHalfPastThree = (15 * 60 + 30) * 60 * kNsPerSecond;
  for (const std::int64_t cut : {std::int64_t{0}, kHalfPastThree, kNsPerDay - kNsPerSecond}) {
    for (const std::int64_t day : {std::int64_t{0}, std::int64_t{20'000}}) {
      INFO(cut << " " << day);
      CHECK(day_of(cut_of(day, cut) - 1, cut) == day);
      CHECK(day_of(cut_of(day, cut), cut) == day + 1);
    }
  }
  // A cut at midnight ends the date before it, any other the date it falls on.
  CHECK(cut_of(0, 0).ns == kNsPerDay);
  CHECK(cut_of(0, kHalfPastThree).ns == kHalfPastThree);
}

TEST_CASE("a day is closed at its cut and not before, and what comes at the cut is the next day's",
          "[core]") {
  Days f;
  f.start();
  f.buy_one(10'000);
  f.go(kCutMs - 1);
  CHECK(f.closes().empty());
  f.at_ms = kCutMs;
  f.sell_one(10'010);  // arrives at the cut
  REQUIRE(f.closes().size() == 2);
  const DayClosed& line = f.line(0);
  CHECK(line.part == DayPart::Line);
  CHECK(line.day == kDay);
  CHECK(line.first_day == kDay);
  CHECK(line.cut == WallTime{(kDay + 1) * kNsPerDay});
  CHECK(line.late_ns == 0);
  CHECK(line.position == Qty::from_units(1));
  CHECK(line.realised == 0);
  CHECK(f.line(1).part == DayPart::End);
  f.go(kCutMs + kDayMs - 1);
  CHECK(f.closes().size() == 2);
  f.go(kCutMs + kDayMs);
  REQUIRE(f.closes().size() == 4);
  CHECK(f.line(2).position == Qty{});
  CHECK(f.line(2).day_realised == Amount::kScale);
  CHECK(f.line(2).day == kDay + 1);
}

TEST_CASE("without a table no day is closed, and other venues' days are not", "[core]") {
  Days none{[](core::CoreSetup& setup) { setup.day_ends.clear(); }};
  none.start();
  none.buy_one(10'000);
  none.go(kCutMs + kDayMs);
  CHECK(none.closes().empty());
  CHECK_FALSE(none.core.ledger().days().closed(VenueId::BinanceUsdm));
}

TEST_CASE("the core asks for time at the cut", "[core]") {
  Days f;
  f.start();
  f.go(kCutMs - 1'000);
  // Nothing else is due in between but saved states.
  while (f.core.next_timer().ns < kStart.ns + kCutMs * kNsPerMs)
    f.go((f.core.next_timer().ns - kStart.ns) / kNsPerMs);
  CHECK(f.core.next_timer().ns == kStart.ns + kCutMs * kNsPerMs);
}

TEST_CASE("the first price that is fresh at the cut values what is held", "[core]") {
  using Marks = std::vector<MarkSource>;
  struct Case {
    Marks marks;
    MarkSource source;
    std::int64_t tenths;  // 0: none
  };
  for (const Case& each :
       {Case{{MarkSource::MarkPrice, MarkSource::Mid}, MarkSource::MarkPrice, 10'030},
        Case{{MarkSource::Last, MarkSource::MarkPrice}, MarkSource::Last, 10'020},
        Case{{MarkSource::Settlement, MarkSource::Last}, MarkSource::Last, 10'020},
        Case{{MarkSource::Mid}, MarkSource::Mid, 10'015},
        Case{{MarkSource::Settlement}, MarkSource::None, 0}}) {
    INFO(static_cast<int>(each.source));
    Days f{[&](core::CoreSetup& setup) { setup.day_ends[0].marks = each.marks; }};
    f.start();
    f.buy_one(10'000);
    f.go(kCutMs - 2'000);
    f.trade(10'020);
    f.mark(10'030);
    f.open_book(10'010, 10'020);
    f.go(kCutMs);
    REQUIRE(f.closes().size() == 2);
    const DayClosed& line = f.line(0);
    CHECK(line.source == each.source);
    CHECK(line.mark == f.price(each.tenths));
    CHECK(line.valued == (each.tenths != 0 ? 1 : 0));
    CHECK(line.mark_age_ns == (each.tenths != 0 ? 2'000 * kNsPerMs : 0));
    const std::int64_t expected =
        each.tenths != 0 ? (each.tenths - 10'000) * Amount::kScale / 10 : 0;
    CHECK(line.unrealised == expected);
    CHECK(line.net == expected);
    CHECK(f.line(1).net == expected);
    CHECK(f.line(1).not_valued == (each.tenths != 0 ? 0U : 1U));
  }
}

TEST_CASE("a price is fresh up to its age and not beyond", "[core]") {
  for (const std::int64_t age_ms : {60'000, 60'001}) {
    INFO(age_ms);
    Days f{[](core::CoreSetup& setup) { setup.day_ends[0].marks = {MarkSource::MarkPrice}; }};
    f.start();
    f.buy_one(10'000);
    f.go(kCutMs - age_ms);
    f.mark(10'010);
    f.go(kCutMs + 5'000);  // the close is late, the age is at the cut
    REQUIRE(f.closes().size() == 2);
    const bool fresh = age_ms == 60'000;
    CHECK(f.line(0).valued == (fresh ? 1 : 0));
    CHECK(f.line(0).mark == (fresh ? f.price(10'010) : Price{}));
    CHECK(f.line(0).late_ns == 5'000 * kNsPerMs);
    CHECK(f.line(1).valued == f.line(0).valued);
    CHECK(f.line(1).net == (fresh ? Amount::kScale : 0));
  }
}

TEST_CASE("a book that is not LIVE or is silent at the cut gives no price", "[core]") {
  for (const std::int64_t silent_ms : {3'000, 3'001}) {
    Days f{[](core::CoreSetup& setup) { setup.day_ends[0].marks = {MarkSource::Mid}; }};
    f.start();
    f.buy_one(10'000);
    f.at_ms = kCutMs - silent_ms;
    f.open_book(10'010, 10'020);
    f.at_ms = kCutMs;
    f.empty_input(RecordKind::TimeTick);
    REQUIRE(f.closes().size() == 2);
    CHECK(f.line(0).valued == (silent_ms == 3'000 ? 1 : 0));
  }
  Days f{[](core::CoreSetup& setup) { setup.day_ends[0].marks = {MarkSource::Mid}; }};
  f.start();
  f.buy_one(10'000);
  f.at_ms = kCutMs - 1'000;
  f.open_book(10'010, 10'020);
  f.update(10'010, 10'020, 3, true);  // a gap
  f.go(kCutMs);
  REQUIRE(f.closes().size() == 2);
  CHECK(f.line(0).valued == 0);
}

TEST_CASE("what is flat is valued without a price, and what did not move is not written",
          "[core]") {
  Days f;
  f.start();
  f.buy_one(10'000);
  f.sell_one(10'010);
  f.go(kCutMs);
  REQUIRE(f.closes().size() == 2);
  CHECK(f.line(0).valued == 1);
  CHECK(f.line(0).net == Amount::kScale);
  CHECK(f.line(0).day_fills == 2);
  f.go(kCutMs + kDayMs);
  REQUIRE(f.closes().size() == 3);  // the end alone, with all there is
  CHECK(f.line(2).part == DayPart::End);
  CHECK(f.line(2).lines == 0);
  CHECK(f.line(2).net == Amount::kScale);
  CHECK(f.line(2).day_net == 0);
}

TEST_CASE("the net of a day counts from the last close that knew it", "[core]") {
  Days f{[](core::CoreSetup& setup) { setup.day_ends[0].marks = {MarkSource::MarkPrice}; }};
  f.start();
  f.buy_one(10'000);
  f.go(kCutMs - 1'000);
  f.mark(10'010);
  f.go(kCutMs);           // +1
  f.go(kCutMs + kDayMs);  // no price
  f.go(kCutMs + 2 * kDayMs - 1'000);
  f.mark(10'050);
  f.go(kCutMs + 2 * kDayMs);  // +5 in all
  REQUIRE(f.closes().size() == 6);
  CHECK(f.line(0).day_net == Amount::kScale);
  CHECK(f.line(0).net_from == 0);
  CHECK(f.line(2).valued == 0);
  CHECK(f.line(2).day_net == 0);
  CHECK(f.line(4).net == 5 * Amount::kScale);
  CHECK(f.line(4).day_net == 4 * Amount::kScale);
  CHECK(f.line(4).net_from == kDay);
  CHECK(f.line(5).day_net == 4 * Amount::kScale);
  CHECK(f.line(5).net_from == kDay);
}

TEST_CASE("fees and funding are in the lines, and the total is what the lines add up to",
          "[core]") {
  Days f{[](core::CoreSetup& setup) { setup.day_ends[0].marks = {MarkSource::MarkPrice}; }};
  f.start();
  f.fee = 30'000'000;  // 0.3
  f.buy_one(10'000);
  FundingSettled paid;
  paid.amount = {*Currency::parse("USDT"), -20'000'000};
  paid.position = Qty::from_units(1);
  f.input(RecordKind::FundingSettled, paid, kBtc);
  f.at_ms = kCutMs - 10;
  f.mark(10'010);
  f.go(kCutMs);
  REQUIRE(f.closes().size() == 2);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    CHECK(f.line(i).fees == 30'000'000);
    CHECK(f.line(i).funding == -20'000'000);
    CHECK(f.line(i).unrealised == Amount::kScale);
    CHECK(f.line(i).net == 50'000'000);
    CHECK(f.line(i).day_fees == 30'000'000);
    CHECK(f.line(i).day_funding == -20'000'000);
    CHECK(f.line(i).day_turnover == 1'000 * Amount::kScale);
  }
  // What no strategy's position explains is nobody's: a line of its own.
  paid.amount.raw = 7;
  paid.position = Qty::from_units(2);
  f.input(RecordKind::FundingSettled, paid, kBtc);
  f.at_ms = kCutMs + kDayMs - 10;
  f.mark(10'010);
  f.go(kCutMs + kDayMs);
  std::int64_t lines = 0;
  std::int64_t total = 0;
  for (std::size_t i = 2; i < f.closes().size(); ++i)
    (f.line(i).part == DayPart::Line ? lines : total) += f.line(i).day_funding;
  CHECK(lines == 7);
  CHECK(total == 7);
}

TEST_CASE("a settlement price is told, and values the day that was open", "[core]") {
  Days f{[](core::CoreSetup& setup) { setup.day_ends[0].marks = {MarkSource::Settlement}; }};
  f.start();
  f.buy_one(10'000);
  f.go(kCutMs - 30'000);
  StaticData told;
  told.fact = StaticFact::SettlementPrice;
  told.value = f.price(10'030).raw();
  f.input(RecordKind::StaticData, told, kBtc);
  f.go(kCutMs);
  REQUIRE(f.closes().size() == 2);
  CHECK(f.line(0).source == MarkSource::Settlement);
  CHECK(f.line(0).net == 3 * Amount::kScale);
  f.go(kCutMs + kDayMs);
  CHECK(f.line(2).valued == 0);  // yesterday's
}

TEST_CASE("the same inputs close the same days, record by record", "[core]") {
  // Buys at the first price it sees, sells at the first above it.
  const auto trades = [](Days& f, int& sent) {
    f.script.on_top = [&sent](const strategy::Top& top, strategy::Context& context) {
      const bool high = top.bid.price >= CoreFixture::price(10'010);
      if (sent >= 2 || (sent == 1) != high) return;
      const auto answer = context.submit({kBtc, sent == 0 ? Side::Buy : Side::Sell, top.bid.price,
                                          Qty::from_units(1), TimeInForce::GoodTillCancel, false});
      if (answer.refused == risk::Rule::None) ++sent;
    };
  };
  Days lived;
  int sent = 0;
  trades(lived, sent);
  lived.start();
  lived.open_book();
  REQUIRE(sent == 1);
  lived.report(lived.venue.orders.back().id, ReportKind::Filled, 1, 1);
  lived.go(kCutMs - 1'000);
  lived.mark(10'010);
  lived.go(kCutMs);
  lived.open_book(10'020, 10'021);
  REQUIRE(sent == 2);
  lived.report(lived.venue.orders.back().id, ReportKind::Filled, 1, 2, 10'020);
  lived.go(kCutMs + kDayMs);
  REQUIRE(lived.closes().size() == 4);
  CHECK(lived.line(2).day_realised == 2 * Amount::kScale);

  Days again;
  int sent_again = 0;
  trades(again, sent_again);
  for (const auto& words : lived.journal.records) {
    std::vector<std::uint64_t> copy = words;
    auto* header = reinterpret_cast<RecordHeader*>(copy.data());
    if (!is_decision(header->kind)) again.core.on_input(*header);
  }
  CHECK(again.core.hash() == lived.core.hash());
  CHECK(again.journal.records == lived.journal.records);
}
