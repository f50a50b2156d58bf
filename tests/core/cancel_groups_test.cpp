// Which cancels the core marks as decided together, and when a message may carry all that works.
#include <catch2/catch.hpp>

#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;
using Groups = std::vector<CancelGroup>;

namespace {
// Two strategies on one instrument: the first acts by script, the second sells once it is told to.
struct SecondScript {
  ScriptedStrategy::Script second;
};
struct TwoDesks : SecondScript, CoreFixture {
  explicit TwoDesks(settings::ExternalOrders outside = settings::ExternalOrders::Cancel)
      : CoreFixture{[&](core::CoreSetup& setup) {
          setup.external_orders = outside;
          core::StrategySetup other;
          other.name = "second";
          other.strategy = std::make_unique<ScriptedStrategy>(second);
          other.instruments = {kBtc};
          other.start = StrategyState::Armed;
          other.limits = {10, 1'000, 1'000 * Amount::kScale};
          setup.strategies.push_back(std::move(other));
        }} {
    start();
    open_book();
  }
  void place(ScriptedStrategy::Script& by, int orders) {
    by.on_top = [orders](const strategy::Top&, strategy::Context& context) {
      for (int i = 0; i < orders; ++i) static_cast<void>(context.submit(buy(9'990)));
    };
    update(10'000, 10'001, ++units);
    by.on_top = nullptr;
  }
  void kill(KillScope scope) {
    AdminCommand made;
    made.command = Command::Kill;
    made.scope = scope.kind;
    made.scope_number = scope.number;
    made.who = FixedText<24>{"ops"};
    input(RecordKind::AdminCommand, made);
  }
  // Of the cancels that left, which are those of the log.
  [[nodiscard]] Groups groups() const {
    Groups found;
    for (const CancelRequest& each : venue.cancels) found.push_back(each.group);
    Groups logged;
    for (const RecordHeader* record : journal.of(RecordKind::CancelSent))
      logged.push_back(payload_of<CancelRequest>(*record).group);
    CHECK(found == logged);
    return found;
  }
  std::int32_t units{5};
};
constexpr auto kSome = CancelGroup::Some;
constexpr auto kAll = CancelGroup::All;
}  // namespace

TEST_CASE("a kill marks its cancels as all that works, the last one as the last", "[core]") {
  for (const KillScope scope :
       {KillScope{}, KillScope{KillScopeKind::Instrument, 0},
        KillScope{KillScopeKind::Venue, static_cast<std::uint32_t>(VenueId::BinanceUsdm)}}) {
    TwoDesks f;
    f.place(f.script, 2);
    f.place(f.second, 1);
    f.kill(scope);
    CHECK(f.groups() == Groups{kAll, kAll, CancelGroup::LastOfAll});
  }
}

TEST_CASE("what people placed outside is not cancelled with ours unless that is wanted", "[core]") {
  for (const auto outside : {settings::ExternalOrders::Count, settings::ExternalOrders::Kill}) {
    TwoDesks f{outside};
    f.place(f.script, 3);
    f.kill({});
    CHECK(f.groups() == Groups{kSome, kSome, CancelGroup::LastOfSome});
  }
}

TEST_CASE(
    "a strategy that is killed is not alone on its instrument, even when only its orders work",
    "[core]") {
  TwoDesks f;
  f.place(f.script, 2);
  f.kill({KillScopeKind::Strategy, 0});
  CHECK(f.groups() == Groups{kSome, CancelGroup::LastOfSome});
}

TEST_CASE("a strategy's own cancel of all is a group of some; one order needs none", "[core]") {
  TwoDesks f;
  f.place(f.script, 3);
  f.place(f.second, 1);
  f.script.on_top = [](const strategy::Top&, strategy::Context& context) {
    context.cancel_all(kBtc);
  };
  f.update(10'000, 10'001, ++f.units);
  f.update(10'000, 10'001, ++f.units);  // cancels are on their way: none is sent twice
  f.script.on_top = nullptr;
  CHECK(f.groups() == Groups{kSome, kSome, CancelGroup::LastOfSome});
  f.venue.cancels.clear();
  f.journal.records.clear();
  f.kill({KillScopeKind::Strategy, 1});
  CHECK(f.groups() == Groups{CancelGroup::Alone});
}

TEST_CASE("a restart cancels what works as one, before anybody trades", "[core]") {
  TwoDesks lived;
  lived.place(lived.script, 2);
  ScriptedStrategy::Script script;
  CoreFixture restarted{[&](core::CoreSetup& setup) {
    setup.external_orders = settings::ExternalOrders::Cancel;
    core::StrategySetup other;
    other.name = "second";
    other.strategy = std::make_unique<ScriptedStrategy>(script);
    other.instruments = {kBtc};
    other.limits = {10, 1'000, 1'000 * Amount::kScale};
    setup.strategies.push_back(std::move(other));
  }};
  for (std::size_t i = 0; i < lived.journal.records.size(); ++i)
    restarted.core.recover(lived.journal.at(i));
  restarted.at_ms = lived.at_ms;
  restarted.start(2);
  REQUIRE(restarted.venue.cancels.size() == 2);
  CHECK(restarted.venue.cancels[0].group == kAll);
  CHECK(restarted.venue.cancels[1].group == CancelGroup::LastOfAll);
}
