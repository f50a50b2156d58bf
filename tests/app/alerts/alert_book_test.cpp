// Which records call for a person, and when somebody has it in hand.
#include "engine/app/alerts/alert_book.hpp"

#include <catch2/catch.hpp>

#include "engine/messaging/alerts.hpp"
#include "engine/messaging/day_close.hpp"
#include "engine/messaging/orders.hpp"
#include "tests/app/alerts/alert_config.hpp"

using namespace sq;
using namespace sq::app;
using settings::AlertKind;

namespace {
struct Told {
  settings::Config config{test::alert_config("command = \"/bin/true\"", "60")};
  AlertBook book{config};
  std::uint64_t sequence{100};

  template <class P>
  std::uint64_t take(RecordKind kind, const P& payload) {
    auto record = make_record(kind, payload);
    record.header.sequence = sequence++;
    record.header.wall = WallTime{static_cast<std::int64_t>(sequence) * kNsPerSecond};
    book.take(record.header);
    return record.header.sequence;
  }
  std::uint64_t kill(KillScopeKind scope, std::uint32_t number, bool closed) {
    KillChanged change;
    change.latched = closed ? 1 : 0;
    change.scope = scope;
    change.number = number;
    change.reason = FixedText<64>{"smoke"};
    return take(RecordKind::KillChanged, change);
  }
  void command(Command what, std::string_view who) {
    AdminCommand asked;
    asked.command = what;
    asked.who = FixedText<24>{who};
    take(RecordKind::AdminCommand, asked);
  }
  void acknowledge(std::uint64_t alert, std::string_view who) {
    AlertCommand asked;
    asked.alert = alert;
    asked.who = FixedText<24>{who};
    asked.reason = FixedText<64>{"looking"};
    take(RecordKind::AlertCommand, asked);
  }
  std::uint64_t strategy(StrategyState to, StateCause cause) {
    return take(RecordKind::StrategyChanged,
                StrategyChanged{StrategyId{0}, StrategyState::Armed, to, cause, {}});
  }
  std::uint64_t order(std::uint64_t n, OrderState from, OrderState to) {
    OrderChanged change;
    change.id = OrderId::make(1, n);
    change.from = from;
    change.to = to;
    return take(RecordKind::OrderChanged, change);
  }
  std::uint64_t books_differ(std::uint64_t number, BreakState state, std::string_view who = {}) {
    BreakChanged change;
    change.number = number;
    change.state = state;
    change.kind = BreakKind::Position;
    change.venue = VenueId::BinanceUsdm;
    change.who = FixedText<24>{who};
    return take(RecordKind::BreakChanged, change);
  }
  std::uint64_t breaker(BreakerState from, BreakerState to) {
    BreakerChanged change;
    change.kind = BreakerKind::Rejects;
    change.from = from;
    change.to = to;
    change.observed = 7;
    change.bound = 6;
    return take(RecordKind::BreakerChanged, change);
  }
  [[nodiscard]] const Alert& only() const {
    REQUIRE(book.open().size() == 1);
    return book.open()[0];
  }
};
bool has(const std::string& whole, const std::string& part) {
  return whole.find(part) != std::string::npos;
}
}  // namespace

TEST_CASE("a closed kill switch is one alert a scope, with the number of its record", "[app]") {
  Told told;
  const std::uint64_t first = told.kill(KillScopeKind::All, 0, true);
  CHECK(told.only().number == first);
  CHECK(told.only().kind == AlertKind::Kill);
  CHECK(has(told.only().text, "smoke"));
  told.kill(KillScopeKind::Instrument, 0, true);
  CHECK(told.book.open().size() == 2);
  told.kill(KillScopeKind::Instrument, 0, true);
  REQUIRE(told.book.open().size() == 2);
  CHECK(told.book.open()[1].times == 2);
}

TEST_CASE("who re-arms has the alert in hand, and it is done", "[app]") {
  Told told;
  const std::uint64_t number = told.kill(KillScopeKind::All, 0, true);
  told.command(Command::Rearm, "ann");
  told.kill(KillScopeKind::All, 0, false);
  CHECK(told.book.open().empty());
  REQUIRE(told.book.done().size() == 1);
  CHECK(told.book.done()[0].number == number);
  CHECK(told.book.done()[0].who == "ann");
}

TEST_CASE("what ends by itself still waits for somebody", "[app]") {
  Told told;
  const std::uint64_t number = told.breaker(BreakerState::Closed, BreakerState::Open);
  told.command(Command::CancelAll, "ann");
  ++told.sequence;  // a market event, which is in the other log
  told.breaker(BreakerState::Open, BreakerState::HalfOpen);
  CHECK(told.only().over.ns == 0);
  told.breaker(BreakerState::HalfOpen, BreakerState::Closed);
  CHECK(told.only().over.ns != 0);
  CHECK_FALSE(told.only().in_hand());
  told.acknowledge(number, "bob");
  CHECK(told.book.open().empty());
  CHECK(told.book.done().at(0).who == "bob");
}

TEST_CASE("an acknowledged alert stays until what it is about is over", "[app]") {
  Told told;
  const std::uint64_t number = told.breaker(BreakerState::Closed, BreakerState::Open);
  told.acknowledge(number + 1, "ann");  // another number: nothing happens
  CHECK_FALSE(told.only().in_hand());
  told.acknowledge(number, "");  // nobody
  CHECK_FALSE(told.only().in_hand());
  told.acknowledge(number, "ann");
  CHECK(told.only().in_hand());
  told.acknowledge(number, "bob");  // the first keeps it
  CHECK(told.only().who == "ann");
  told.breaker(BreakerState::HalfOpen, BreakerState::Open);
  CHECK(told.only().times == 2);
  CHECK(told.only().in_hand());
  told.breaker(BreakerState::Open, BreakerState::Closed);
  CHECK(told.book.open().empty());
  // The next time is another alert.
  const std::uint64_t next = told.breaker(BreakerState::Closed, BreakerState::Open);
  CHECK(told.only().number == next);
  CHECK_FALSE(told.only().in_hand());
}

TEST_CASE("a strategy that a guard took out of trading is an alert, by a person it is none",
          "[app]") {
  for (const StateCause cause : {StateCause::LossLimit, StateCause::Breaker, StateCause::Runaway,
                                 StateCause::RepeatedExecution, StateCause::Reconciliation}) {
    Told told;
    told.strategy(StrategyState::Paused, cause);
    CHECK(told.only().kind == AlertKind::Strategy);
    CHECK(has(told.only().text, "one"));
  }
  for (const StateCause cause : {StateCause::Start, StateCause::Command, StateCause::Warm,
                                 StateCause::Kill, StateCause::Shutdown, StateCause::Flatten}) {
    Told told;
    told.strategy(StrategyState::Paused, cause);
    CHECK(told.book.open().empty());
  }
  Told told;
  told.strategy(StrategyState::ReduceOnly, StateCause::LossLimit);
  told.command(Command::SetStrategyState, "ann");
  told.strategy(StrategyState::Armed, StateCause::Command);
  CHECK(told.book.open().empty());
  CHECK(told.book.done().at(0).who == "ann");
}

TEST_CASE("breaks of a venue are one alert until the last of them is settled", "[app]") {
  Told told;
  told.books_differ(1, BreakState::Opened);
  told.books_differ(2, BreakState::Opened);
  CHECK(told.only().times == 2);
  told.books_differ(1, BreakState::Resolved);
  CHECK(told.only().over.ns == 0);
  told.books_differ(2, BreakState::Accepted, "ann");
  CHECK(told.book.open().empty());
  CHECK(told.book.done().at(0).who == "ann");
  told.books_differ(3, BreakState::Opened);
  told.books_differ(3, BreakState::Resolved);  // by itself
  CHECK_FALSE(told.only().in_hand());
  CHECK(told.only().over.ns != 0);
}

TEST_CASE("orders whose outcome is unknown are one alert until the last is known", "[app]") {
  Told told;
  told.order(1, OrderState::Open, OrderState::Unknown);
  told.order(2, OrderState::Open, OrderState::Unknown);
  told.order(3, OrderState::Open, OrderState::Filled);
  told.order(1, OrderState::Unknown, OrderState::Open);
  CHECK(told.only().over.ns == 0);
  told.order(1, OrderState::Unknown, OrderState::Open);  // once is enough
  CHECK(told.only().over.ns == 0);
  told.order(2, OrderState::Unknown, OrderState::Cancelled);
  CHECK(told.only().over.ns != 0);
}

TEST_CASE("a log in trouble is an alert, and so is what nobody could handle", "[app]") {
  Told told;
  LogStateChanged log;
  log.condition = LogCondition::Reserve;
  const std::uint64_t number = told.take(RecordKind::LogStateChanged, log);
  log.condition = LogCondition::Normal;
  told.take(RecordKind::LogStateChanged, log);
  CHECK(told.only().number == number);
  CHECK(told.only().over.ns != 0);
  told.acknowledge(number, "ann");
  const std::uint64_t letter =
      told.take(RecordKind::DeadLetter, DeadLetter{7, DeadLetterReason::BadContent, {}});
  CHECK(told.only().kind == AlertKind::DeadLetter);
  told.acknowledge(letter, "ann");
  CHECK(told.book.open().empty());
}

TEST_CASE("what whoever has an alert in hand cannot know is an alert of its own", "[app]") {
  {
    Told told;
    told.acknowledge(told.order(1, OrderState::Open, OrderState::Unknown), "ann");
    told.order(1, OrderState::Unknown, OrderState::Unknown);  // no news
    CHECK(told.only().in_hand());
    const std::uint64_t second = told.order(2, OrderState::Open, OrderState::Unknown);
    CHECK(told.only().number == second);
    CHECK_FALSE(told.only().in_hand());
    CHECK(has(told.only().text, "2 in all"));
    CHECK(told.book.done().at(0).who == "ann");
  }
  {
    Told told;
    told.acknowledge(told.books_differ(1, BreakState::Opened), "ann");
    told.books_differ(1, BreakState::Aged);
    CHECK(told.only().in_hand());
    const std::uint64_t second = told.books_differ(2, BreakState::Opened);
    CHECK(told.only().number == second);
    CHECK_FALSE(told.only().in_hand());
    told.books_differ(2, BreakState::Resolved);
    CHECK(told.only().over.ns == 0);  // the first of them is still open
  }
  {
    Told told;
    LogStateChanged log;
    log.condition = LogCondition::Reserve;
    told.acknowledge(told.take(RecordKind::LogStateChanged, log), "ann");
    log.condition = LogCondition::Failed;
    told.take(RecordKind::LogStateChanged, log);
    CHECK_FALSE(told.only().in_hand());
    CHECK(told.only().times == 1);
  }
  {
    Told told;
    told.acknowledge(told.strategy(StrategyState::ReduceOnly, StateCause::LossLimit), "ann");
    told.strategy(StrategyState::Paused, StateCause::Runaway);
    CHECK_FALSE(told.only().in_hand());
  }
}

TEST_CASE("a day that was closed late or without a price is an alert, any other is none", "[app]") {
  DayClosed total;
  total.day = 20'000;
  total.venue = VenueId::BinanceUsdm;
  total.part = DayPart::End;
  total.late_ns = 60 * kNsPerSecond;
  {
    Told told;
    told.take(RecordKind::DayClosed, total);
    CHECK(told.book.open().empty());
    total.not_valued = 1;
    total.part = DayPart::Line;
    told.take(RecordKind::DayClosed, total);
    CHECK(told.book.open().empty());
    total.part = DayPart::End;
    told.take(RecordKind::DayClosed, total);
    CHECK(told.only().kind == AlertKind::Day);
    CHECK(has(told.only().text, "2024-10-04 of binance-usdm"));
    CHECK(has(told.only().text, "1 positions have no price"));
    CHECK_FALSE(told.only().in_hand());
  }
  Told told;
  total.not_valued = 0;
  ++total.late_ns;
  const std::uint64_t number = told.take(RecordKind::DayClosed, total);
  CHECK(told.only().number == number);
  told.acknowledge(number, "ann");
  CHECK(told.book.open().empty());
}

TEST_CASE("of a kind without a rule nobody is told", "[app]") {
  Told told;
  std::erase_if(told.config.alerts.rules,
                [](const auto& rule) { return rule.kind == AlertKind::Kill; });
  told.kill(KillScopeKind::All, 0, true);
  CHECK(told.book.open().empty());
}

TEST_CASE("a record that is cut short calls for nobody", "[app]") {
  Told told;
  for (const RecordKind kind :
       {RecordKind::KillChanged, RecordKind::BreakerChanged, RecordKind::StrategyChanged,
        RecordKind::BreakChanged, RecordKind::OrderChanged, RecordKind::LogStateChanged,
        RecordKind::AlertCommand, RecordKind::DeadLetter, RecordKind::ManualOrder,
        RecordKind::AdminCommand}) {
    RecordHeader record;
    record.kind = kind;
    record.length = sizeof record;
    record.sequence = told.sequence++;
    told.book.take(record);
  }
  CHECK(told.book.open().empty());
}

TEST_CASE("of alerts that are done the youngest hundred are kept", "[app]") {
  Told told;
  for (int i = 0; i < 103; ++i) {
    const std::uint64_t number = told.kill(KillScopeKind::All, 0, true);
    told.command(Command::Rearm, "ann");
    told.kill(KillScopeKind::All, 0, false);
    if (i >= 3) CHECK(told.book.done().back().number == number);
  }
  CHECK(told.book.done().size() == 100);
}
