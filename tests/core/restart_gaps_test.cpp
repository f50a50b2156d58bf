// A process that ends between a record and those that follow from it: the next one holds what the
// first record began.
#include <catch2/catch.hpp>

#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
AdminCommand kill(KillScope scope, bool flatten = false) {
  AdminCommand made;
  made.command = Command::Kill;
  made.scope = scope.kind;
  made.scope_number = scope.number;
  made.flatten = flatten ? 1 : 0;
  made.who = FixedText<24>{"ops"};
  return made;
}
// The next process: what the log had up to and with the `records` first ones.
void recover(CoreFixture& next, const MemoryJournal& journal, std::size_t records) {
  for (std::size_t i = 0; i < records; ++i)
    if (!is_market_data(journal.at(i).kind)) next.core.recover(journal.at(i));
}
std::size_t place_of(const MemoryJournal& journal, RecordKind kind, std::size_t number) {
  for (std::size_t i = 0; i < journal.records.size(); ++i)
    if (journal.at(i).kind == kind && number-- == 0) return i;
  FAIL("there is no such record");
  return 0;
}
void sends(CoreFixture& f, const strategy::OrderIntent& intent) {
  f.script.on_top = [intent](const strategy::Top&, strategy::Context& context) {
    static_cast<void>(context.submit(intent));
  };
}
// Long 3, bought at 1,000.1.
void buy_three(CoreFixture& f) {
  f.start();
  f.open_book();
  sends(f, CoreFixture::buy(10'001, 3));
  f.update(10'000, 10'001, 3);
  f.report(f.venue.orders.at(0).id, ReportKind::Filled, 3, 1, 10'001);
  f.script.on_top = nullptr;
}
constexpr std::int64_t kTenMinutesMs = 600'000;  // from 23:54 to the next day
}  // namespace

TEST_CASE("a kill whose command is the last record of the log holds in the next process",
          "[core]") {
  for (const KillScope scope :
       {KillScope{}, KillScope{KillScopeKind::Instrument, 0}, KillScope{KillScopeKind::Venue, 2}}) {
    CoreFixture f;
    f.start();
    f.input(RecordKind::AdminCommand, kill(scope));
    CoreFixture next;
    recover(next, f.journal, place_of(f.journal, RecordKind::AdminCommand, 0) + 1);
    REQUIRE(next.core.ledger().kill().find(scope) != nullptr);
    sends(next, CoreFixture::buy(9'990));
    next.start(2);
    next.open_book();
    next.update(10'000, 10'001, 3);
    CHECK(next.venue.orders.empty());
    // And is the same as one that was killed whole.
    CoreFixture whole;
    recover(whole, f.journal, f.journal.records.size());
    CHECK(whole.core.ledger().kill().latched().size() == 1);
  }
}

TEST_CASE("a day that begins behind a restart is measured from prices, not from their absence",
          "[core]") {
  CoreFixture f;
  buy_three(f);
  CoreFixture next;
  recover(next, f.journal, f.journal.records.size());
  next.at_ms = kTenMinutesMs;
  next.start(2);
  CHECK(next.journal.of(RecordKind::DayStarted).empty());
  next.open_book(9'900, 9'901);
  next.empty_input(RecordKind::TimeTick);
  const auto days = next.journal.of(RecordKind::DayStarted);
  REQUIRE(days.size() == 2);
  // 3 x (990.05 - 1,000.1), for the strategy and for the firm
  for (const RecordHeader* each : days)
    CHECK(payload_of<DayStarted>(*each).pnl_base == -3'015'000'000);
  CHECK(next.core.ledger().gate().day_pnl(kNoStrategy) == 0);
}

TEST_CASE("a day that had begun for some when the process ended begins again for all", "[core]") {
  CoreFixture f;
  f.start();
  f.open_book();
  f.at_ms = kTenMinutesMs;
  f.update(10'000, 10'001, 3);
  REQUIRE(f.journal.of(RecordKind::DayStarted).size() == 4);
  for (const std::size_t begun : {std::size_t{1}, std::size_t{2}}) {
    CoreFixture next;
    recover(next, f.journal, place_of(f.journal, RecordKind::DayStarted, 1 + begun) + 1);
    next.at_ms = kTenMinutesMs;
    next.start(2);
    CHECK(next.journal.of(RecordKind::DayStarted).size() == (begun == 1 ? 2 : 0));
  }
}

TEST_CASE("the positions of a killed account are worked out, those of another are not", "[core]") {
  for (const std::uint32_t killed : {0U, 1U}) {
    CoreFixture f{[](core::CoreSetup& setup) {
      setup.accounts.resize(2);
      setup.strategies[0].account = AccountId{1};
    }};
    buy_three(f);
    REQUIRE(f.venue.orders.size() == 1);
    f.input(RecordKind::AdminCommand, kill({KillScopeKind::Account, killed}, true));
    f.at_ms += 300;
    f.empty_input(RecordKind::TimeTick);
    REQUIRE(f.venue.orders.size() == 1 + killed);
    if (killed == 1) CHECK(f.venue.orders[1].side == Side::Sell);
  }
}
