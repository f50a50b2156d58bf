// States of strategies: who may take one from where to where, cell by cell, and what quote-only
// does.
#include "engine/core/hand_over.hpp"

#include <catch2/catch.hpp>

#include "engine/types/text.hpp"
#include "tests/core/core_fixture.hpp"

using namespace sq;
using namespace sq::test;
using core::HandOverBy;
using core::may_hand_over;

namespace {
constexpr std::array kAll{StrategyState::Stopped,  StrategyState::Warming,    StrategyState::Shadow,
                          StrategyState::Armed,    StrategyState::ReduceOnly, StrategyState::Paused,
                          StrategyState::QuoteOnly};
// How much a strategy may do; a guard only ever takes some of it away.
int freedom(StrategyState state) {
  switch (state) {
    case StrategyState::Armed:
      return 5;
    case StrategyState::QuoteOnly:
      return 4;
    case StrategyState::ReduceOnly:
      return 3;
    case StrategyState::Shadow:
      return 2;
    case StrategyState::Warming:
      return 2;
    case StrategyState::Paused:
      return 1;
    case StrategyState::Stopped:
      return 0;
  }
  return -1;
}
AdminCommand to_state(StrategyState state) {
  AdminCommand command;
  command.command = Command::SetStrategyState;
  command.strategy = StrategyId{0};
  command.state = state;
  command.who = FixedText<24>{"ops"};
  return command;
}
}  // namespace

TEST_CASE("people may ask for any other state but warming, in every cell", "[core]") {
  for (const StrategyState from : kAll)
    for (const StrategyState to : kAll) {
      INFO(text_of(from) << " -> " << text_of(to));
      CHECK(may_hand_over(HandOverBy::People, from, to) ==
            (from != to && to != StrategyState::Warming));
    }
}

TEST_CASE("guards reduce to reduce-only what may open, pause what is not stopped, and nothing else",
          "[core]") {
  for (const StrategyState from : kAll)
    for (const StrategyState to : kAll) {
      INFO(text_of(from) << " -> " << text_of(to));
      const bool opens = from == StrategyState::Armed || from == StrategyState::QuoteOnly;
      const bool stands = from == StrategyState::Stopped || from == StrategyState::Paused;
      const bool expected =
          (to == StrategyState::ReduceOnly && opens) || (to == StrategyState::Paused && !stands);
      CHECK(may_hand_over(HandOverBy::Guard, from, to) == expected);
      if (expected) CHECK(freedom(to) < freedom(from));
    }
}

TEST_CASE("the engine warms up, settles what was wanted behind warming, pauses and stops",
          "[core]") {
  for (const StrategyState from : kAll)
    for (const StrategyState to : kAll) {
      INFO(text_of(from) << " -> " << text_of(to));
      const bool always = to == StrategyState::Stopped || to == StrategyState::Warming ||
                          to == StrategyState::Paused;
      const bool expected = from != to && (always || from == StrategyState::Warming);
      CHECK(may_hand_over(HandOverBy::Engine, from, to) == expected);
    }
}

TEST_CASE("states that no table has cannot be reached or left", "[core]") {
  const auto beyond = static_cast<StrategyState>(7);
  for (const StrategyState state : kAll) {
    CHECK_FALSE(may_hand_over(HandOverBy::People, state, beyond));
    CHECK_FALSE(may_hand_over(HandOverBy::People, beyond, state));
  }
}

TEST_CASE("every state has a sentence of its own", "[core]") {
  for (const StrategyState a : kAll) {
    CHECK(core::meaning_of(a).size() > 10);
    for (const StrategyState b : kAll)
      CHECK((a == b) == (core::meaning_of(a) == core::meaning_of(b)));
  }
}

TEST_CASE("a command for warming or for no state is a dead letter and changes nothing", "[core]") {
  CoreFixture f;
  f.start();
  for (const auto state : {StrategyState::Warming, static_cast<StrategyState>(7)}) {
    f.input(RecordKind::AdminCommand, to_state(state));
    CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::Armed);
  }
  CHECK(f.journal.of(RecordKind::DeadLetter).size() == 2);
}

TEST_CASE("quote-only passes post-only orders and refuses every other", "[core]") {
  CoreFixture f{StrategyState::QuoteOnly};
  std::vector<risk::Rule> answers;
  f.script.on_top = [&](const strategy::Top&, strategy::Context& context) {
    if (!answers.empty()) return;
    for (const auto tif : {TimeInForce::GoodTillCancel, TimeInForce::ImmediateOrCancel,
                           TimeInForce::FillOrKill, TimeInForce::PostOnly}) {
      strategy::OrderIntent intent = CoreFixture::buy(9'990);
      intent.tif = tif;
      answers.push_back(context.submit(intent).refused);
    }
  };
  f.start();
  CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::QuoteOnly);
  f.open_book();
  f.update(10'000, 10'001, 3);
  using risk::Rule;
  CHECK(answers == std::vector{Rule::StrategyNotArmed, Rule::StrategyNotArmed,
                               Rule::StrategyNotArmed, Rule::None});
}

TEST_CASE("going quote-only cancels what could take and leaves the quotes", "[core]") {
  CoreFixture f;
  f.script.on_top = [done = false](const strategy::Top&, strategy::Context& context) mutable {
    if (done) return;
    strategy::OrderIntent quote = CoreFixture::buy(9'980);
    quote.tif = TimeInForce::PostOnly;
    done = context.submit(quote).id != OrderId{} &&
           context.submit(CoreFixture::buy(9'990)).id != OrderId{};
  };
  f.start();
  f.open_book();
  f.update(10'000, 10'001, 3);
  REQUIRE(f.venue.orders.size() == 2);
  f.input(RecordKind::AdminCommand, to_state(StrategyState::QuoteOnly));
  CHECK(f.core.ledger().strategy_state(StrategyId{0}) == StrategyState::QuoteOnly);
  REQUIRE(f.venue.cancels.size() == 1);
  CHECK(f.venue.cancels[0].id == f.venue.orders[1].id);
}
