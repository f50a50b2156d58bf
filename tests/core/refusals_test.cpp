// What the log has of a strategy that does not stop asking. The number of refusals is counted by
// the strategy itself: that is what the ledger has to agree with.
#include <catch2/catch.hpp>

#include "engine/messaging/repeated_refusal.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
// Asks once an update, and counts its refusals.
struct Asking : CoreFixture {
  explicit Asking(StrategyState start = StrategyState::Armed) : CoreFixture{start} {
    script.on_top = [this](const strategy::Top&, strategy::Context& context) {
      const auto answer = context.submit(intent);
      if (answer.refused != risk::Rule::None) ++refused[static_cast<std::size_t>(answer.refused)];
    };
  }
  void open() {
    CoreFixture::start();
    open_book();
  }
  // `each_ms` apart.
  void ask(int times, int each_ms) {
    for (int i = 0; i < times; ++i) {
      at_ms += each_ms;
      // Never the same book twice: each is news.
      update(10'000, 10'001, 3 + (turn++ % 2));
    }
  }
  void state(StrategyState to) {
    AdminCommand command;
    command.command = Command::SetStrategyState;
    command.strategy = StrategyId{0};
    command.state = to;
    command.who = FixedText<24>{"ops"};
    input(RecordKind::AdminCommand, command);
  }
  [[nodiscard]] std::size_t records() const { return journal.of(RecordKind::OrderRefused).size(); }
  [[nodiscard]] std::uint64_t counted(risk::Rule rule) const {
    return core.ledger().counters().refusals[static_cast<std::size_t>(rule)];
  }
  [[nodiscard]] std::uint64_t told(risk::Rule rule) const {
    return refused[static_cast<std::size_t>(rule)];
  }
  strategy::OrderIntent intent{buy(9'990)};
  std::array<std::uint64_t, risk::kRuleCount> refused{};
  int turn{0};
};
}  // namespace

TEST_CASE("a paused strategy's refusals are one record, then one a second, and all are counted",
          "[core]") {
  Asking f{StrategyState::Paused};
  f.open();
  const std::size_t before = f.records();
  f.ask(2'500, 1);  // two and a half seconds
  CHECK(f.records() - before <= 3);
  CHECK(f.records() > before);
  f.state(StrategyState::Shadow);
  REQUIRE(f.told(risk::Rule::StrategyNotArmed) >= 2'500);
  CHECK(f.counted(risk::Rule::StrategyNotArmed) == f.told(risk::Rule::StrategyNotArmed));
}

TEST_CASE("what is asked a second apart is written each time", "[core]") {
  Asking f{StrategyState::Paused};
  f.open();
  f.ask(1, 1'000);
  const std::size_t before = f.records();
  f.ask(4, 1'000);
  CHECK(f.records() == before + 4);
  f.ask(1, 999);
  CHECK(f.records() == before + 4);
}

TEST_CASE("what a shadow strategy would do is written each time", "[core]") {
  Asking f{StrategyState::Shadow};
  f.open();
  const std::size_t before = f.records();
  f.ask(100, 1);
  CHECK(f.records() == before + 100);
}

TEST_CASE("a refusal that depends on the order is written each time", "[core]") {
  Asking f;
  f.intent = CoreFixture::buy(9'990, 11);  // the largest is 10
  f.open();
  const std::size_t before = f.records();
  f.ask(100, 1);
  CHECK(f.told(risk::Rule::OrderQty) >= 100);
  CHECK(f.records() == before + 100);
}

TEST_CASE("a new reason is written at once, behind what the old one left uncounted", "[core]") {
  Asking f{StrategyState::Paused};
  f.open();
  f.ask(10, 1);
  AdminCommand kill;
  kill.command = Command::Kill;
  kill.who = FixedText<24>{"ops"};
  f.input(RecordKind::AdminCommand, kill);
  f.ask(1, 1);
  const auto all = f.journal.of(RecordKind::OrderRefused);
  REQUIRE(all.size() >= 2);
  CHECK(payload_of<OrderRefused>(*all.back()).rule ==
        static_cast<std::uint8_t>(risk::Rule::KillLatched));
  const RecordHeader& held = *all[all.size() - 2];
  CHECK(payload_of<OrderRefused>(held).rule ==
        static_cast<std::uint8_t>(risk::Rule::StrategyNotArmed));
  CHECK(f.counted(risk::Rule::StrategyNotArmed) == f.told(risk::Rule::StrategyNotArmed));
  CHECK(refusals_in(held) + 1 == f.told(risk::Rule::StrategyNotArmed));
}

TEST_CASE("at the end of a run nothing is left uncounted, also for who folds the log", "[core]") {
  Asking f{StrategyState::Paused};
  f.open();
  f.ask(321, 1);
  f.empty_input(RecordKind::RunEnded);
  CHECK(f.counted(risk::Rule::StrategyNotArmed) == f.told(risk::Rule::StrategyNotArmed));
  std::uint64_t folded = 0;
  for (const RecordHeader* each : f.journal.of(RecordKind::OrderRefused))
    folded += refusals_in(*each);
  CHECK(folded == f.told(risk::Rule::StrategyNotArmed));
}

TEST_CASE("an OrderRefused of an old log stands for one", "[core]") {
  OrderRefused old;
  old.rule = 3;
  CHECK(refusals_in(make_record(RecordKind::OrderRefused, old).header) == 1);
  CHECK(refusals_in(make_record(RecordKind::OrderRefused, RepeatedRefusal{old, 7}).header) == 7);
  CHECK(refusals_in(make_record(RecordKind::OrderRefused, RepeatedRefusal{old, 0}).header) == 1);
}
