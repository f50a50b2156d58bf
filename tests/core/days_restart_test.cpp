// No day is closed twice and none is missed, whenever the process ends.
#include <catch2/catch.hpp>

#include "engine/core/ledger_state.hpp"
#include "tests/core/days_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
// Holds one contract, sees a mark two seconds before the cut.
void live_to(Days& f, std::int64_t until_ms) {
  f.start();
  f.buy_one(10'000);
  f.go(kCutMs - 2'000);
  f.mark(10'010);
  f.go(until_ms);
}
bool is_market(const RecordHeader& record) { return is_market_data(record.kind); }
std::size_t place_of(const MemoryJournal& journal, const RecordHeader* record) {
  for (std::size_t i = 0; i < journal.records.size(); ++i)
    if (&journal.at(i) == record) return i;
  throw std::runtime_error("not in the journal");
}
}  // namespace

TEST_CASE("a start behind the cut closes the missed day and says how late", "[core]") {
  Days lived;
  live_to(lived, kCutMs - 1'000);
  REQUIRE(lived.closes().empty());
  Days again;
  again.recover(lived.journal, lived.journal.records.size());
  again.at_ms = kCutMs + 10'000;
  again.start(2);
  REQUIRE(again.closes().size() == 2);
  CHECK(again.line(0).late_ns == 10'000 * kNsPerMs);
  CHECK(again.line(0).day == kDay);
  CHECK(again.line(0).epoch == 2);
  CHECK(again.line(0).source == MarkSource::MarkPrice);
  CHECK(again.line(0).mark_age_ns == 2'000 * kNsPerMs);
  CHECK(again.line(0).net == Amount::kScale);
  again.go(kCutMs + 20'000);
  CHECK(again.closes().size() == 2);
}

TEST_CASE("without the market data of before, what is held is named as not valued", "[core]") {
  Days lived;
  live_to(lived, kCutMs - 1'000);
  Days again;
  for (std::size_t i = 0; i < lived.journal.records.size(); ++i)
    if (!is_market(lived.journal.at(i))) again.core.recover(lived.journal.at(i));
  again.at_ms = kCutMs + 10'000;
  again.start(2);
  REQUIRE(again.closes().size() == 2);
  CHECK(again.line(0).position == Qty::from_units(1));
  CHECK(again.line(0).valued == 0);
  CHECK(again.line(0).mark == Price{});
  CHECK(again.line(1).not_valued == 1);
}

TEST_CASE("a book of this start says nothing of a cut before it", "[core]") {
  Days lived;
  live_to(lived, kCutMs - 90'000);
  Days again{[](core::CoreSetup& setup) { setup.day_ends[0].marks = {MarkSource::Mid}; }};
  again.recover(lived.journal, lived.journal.records.size());
  again.at_ms = kCutMs + 1'000;
  EpochStarted started;
  started.epoch = 2;
  again.input(RecordKind::EpochStarted, started);
  again.open_book();
  again.empty_input(RecordKind::RecoveryFinished);
  REQUIRE(again.closes().size() == 2);
  CHECK(again.line(0).valued == 0);
}

TEST_CASE("a price that is seen behind the cut values what is held, up to its age", "[core]") {
  for (const std::int64_t behind_ms : {60'000, 60'001}) {
    Days lived;
    live_to(lived, kCutMs - 90'000);
    Days again{[](core::CoreSetup& setup) { setup.day_ends[0].marks = {MarkSource::MarkPrice}; }};
    for (std::size_t i = 0; i < lived.journal.records.size(); ++i)
      if (!is_market(lived.journal.at(i))) again.core.recover(lived.journal.at(i));
    again.at_ms = kCutMs + behind_ms;
    EpochStarted started;
    started.epoch = 2;
    again.input(RecordKind::EpochStarted, started);
    again.mark(10'020);
    again.at_ms += 5'000;
    again.empty_input(RecordKind::RecoveryFinished);
    REQUIRE(again.closes().size() == 2);
    CHECK(again.line(0).valued == (behind_ms == 60'000 ? 1 : 0));
    CHECK(again.line(0).mark_age_ns == (behind_ms == 60'000 ? -60'000 * kNsPerMs : 0));
  }
}

TEST_CASE("a restart closes no day a second time", "[core]") {
  Days lived;
  live_to(lived, kCutMs + 1'000);
  REQUIRE(lived.closes().size() == 2);
  Days again;
  again.recover(lived.journal, lived.journal.records.size());
  again.at_ms = kCutMs + 2'000;
  again.start(2);
  again.go(kCutMs + kDayMs - 1);
  CHECK(again.closes().empty());
  again.go(kCutMs + kDayMs);
  REQUIRE(again.closes().size() == 2);
  CHECK(again.line(0).day == kDay + 1);
  CHECK(again.line(0).first_day == kDay + 1);
}

TEST_CASE("days without the engine are closed as one, which names the first of them", "[core]") {
  for (const std::int64_t days : {std::int64_t{1}, std::int64_t{3}}) {
    Days lived;
    live_to(lived, kCutMs + 1'000);
    Days again;
    again.recover(lived.journal, lived.journal.records.size());
    again.at_ms = kCutMs + days * kDayMs + 5'000;
    again.start(2);
    REQUIRE(again.closes().size() == 2);
    CHECK(again.line(1).first_day == kDay + 1);
    CHECK(again.line(1).day == kDay + days);
    CHECK(again.line(1).late_ns == 5'000 * kNsPerMs);
    again.go(kCutMs + (days + 1) * kDayMs);
    REQUIRE(again.closes().size() == 4);
    CHECK(again.line(3).first_day == kDay + days + 1);
  }
}

TEST_CASE("a close that the process did not end is made anew, and only the new one counts",
          "[core]") {
  Days lived;
  live_to(lived, kCutMs);
  REQUIRE(lived.closes().size() == 2);
  Days again;
  again.recover(lived.journal, place_of(lived.journal, lived.closes()[1]));  // without the end
  CHECK_FALSE(again.core.ledger().days().closed(VenueId::BinanceUsdm));
  CHECK(again.core.ledger().days().line(0, 0).fills == 0);
  again.at_ms = kCutMs + 3'000;
  again.start(2);
  REQUIRE(again.closes().size() == 2);
  CHECK(again.line(0).day_fills == 1);
  CHECK(again.line(0).day_net == Amount::kScale);
  CHECK(again.core.ledger().days().closed(VenueId::BinanceUsdm) == kDay);
  CHECK(again.core.ledger().days().line(0, 0).fills == 1);
  CHECK(again.core.ledger().days().line(0, 0).net == Amount::kScale);
}

TEST_CASE("another cut closes the next day at it, and no date twice", "[core]") {
  constexpr std::int64_t kTwoBefore = kNsPerDay - 120 * kNsPerSecond;  // 23:58
  const auto at = [](std::int64_t cut_ns) {
    return [cut_ns](core::CoreSetup& setup) { setup.day_ends[0].cut_ns = cut_ns; };
  };
  Days lived{at(kTwoBefore)};
  live_to(lived, kCutMs - 1'000);
  REQUIRE(lived.closes().size() == 2);
  CHECK(lived.line(1).day == kDay);
  Days again{at(0)};
  again.recover(lived.journal, lived.journal.records.size());
  again.at_ms = kCutMs - 500;
  again.start(2);
  again.go(kCutMs + kDayMs - 1);  // the midnight between ends a date that is closed
  CHECK(again.closes().empty());
  again.go(kCutMs + kDayMs);
  REQUIRE(again.closes().size() == 2);
  CHECK(again.line(1).day == kDay + 1);
}

TEST_CASE("folding on from a saved state in the middle of a close is folding everything",
          "[core]") {
  Days lived;
  live_to(lived, kCutMs);
  lived.go(kCutMs + kDayMs);
  const std::size_t all = lived.journal.records.size();
  ScriptedStrategy::Script script;
  const auto setup = core::ledger_setup(core_setup(script));
  core::LedgerState whole{setup};
  for (std::size_t i = 0; i < all; ++i)
    if (!is_market(lived.journal.at(i))) whole.apply(lived.journal.at(i));
  CHECK(whole.ledger().days().closed(VenueId::BinanceUsdm) == kDay + 1);
  for (std::size_t cut = place_of(lived.journal, lived.closes()[0]); cut <= all; ++cut) {
    core::LedgerState first{setup};
    for (std::size_t i = 0; i < cut; ++i)
      if (!is_market(lived.journal.at(i))) first.apply(lived.journal.at(i));
    wal::Snapshot snapshot;
    snapshot.sections = first.save();
    core::LedgerState second{setup};
    REQUIRE(second.restore(snapshot).empty());
    for (std::size_t i = cut; i < all; ++i)
      if (!is_market(lived.journal.at(i))) second.apply(lived.journal.at(i));
    const auto sections = whole.save();
    const auto restored = second.save();
    REQUIRE(sections.size() == restored.size());
    for (std::size_t s = 0; s < sections.size(); ++s) CHECK(sections[s].bytes == restored[s].bytes);
  }
}

TEST_CASE("a DayClosed that is cut short or of nobody's venue closes nothing", "[core]") {
  ScriptedStrategy::Script script;
  const auto setup = core::ledger_setup(core_setup(script));
  core::Ledger ledger{setup};
  RecordHeader header;
  header.kind = RecordKind::DayClosed;
  header.length = sizeof header;
  ledger.apply(header);
  DayClosed told;
  told.day = kDay;
  told.part = DayPart::End;
  told.venue = VenueId::Kite;
  ledger.apply(make_record(RecordKind::DayClosed, told).header);
  CHECK_FALSE(ledger.days().closed(VenueId::BinanceUsdm));
  CHECK_FALSE(ledger.days().closed(VenueId::Kite));
  told.venue = VenueId::BinanceUsdm;
  ledger.apply(make_record(RecordKind::DayClosed, told).header);
  CHECK(ledger.days().closed(VenueId::BinanceUsdm) == kDay);
}
