#include "engine/oms/trigger.hpp"

#include <catch2/catch.hpp>

using namespace sq;
using namespace sq::oms;
using What = TriggerStep::What;

namespace {
Price price(std::int32_t units) { return Price::from_units(units); }
Trigger armed(TriggerKind kind, std::int32_t at) {
  Trigger trigger;
  trigger.kind = kind;
  trigger.price = price(at);
  trigger.state = TriggerState::Armed;
  trigger.jump_bps = 1'000;
  return trigger;
}
What step(Trigger& trigger, Side side, std::int32_t value, std::int64_t at = 0) {
  return observe(trigger, side, price(value), {price(100), price(101)}, price(1), MonoTime{at})
      .what;
}
}  // namespace

TEST_CASE("stops and take-profits fire at their price and on their side of it", "[oms][trigger]") {
  struct Case {
    TriggerKind kind;
    Side side;
    std::int32_t before;
    std::int32_t beyond;
  };
  for (const Case& each :
       {Case{TriggerKind::Stop, Side::Sell, 101, 99}, Case{TriggerKind::Stop, Side::Buy, 99, 101},
        Case{TriggerKind::TakeProfit, Side::Sell, 99, 101},
        Case{TriggerKind::TakeProfit, Side::Buy, 101, 99}}) {
    Trigger trigger = armed(each.kind, 100);
    CHECK(step(trigger, each.side, each.before) == What::Nothing);
    CHECK(step(trigger, each.side, 100) == What::Reached);
    CHECK(step(trigger, each.side, each.beyond) == What::Reached);
  }
}

TEST_CASE("a confirmation needs its prices in a row and its time from the first",
          "[oms][trigger]") {
  Trigger trigger = armed(TriggerKind::Stop, 100);
  trigger.confirm_events = 3;
  trigger.confirm_ns = 50;
  CHECK(step(trigger, Side::Sell, 100, 10) == What::Confirming);
  CHECK(step(trigger, Side::Sell, 100, 20) == What::Confirming);
  CHECK(step(trigger, Side::Sell, 101, 30) == What::Nothing);
  CHECK(step(trigger, Side::Sell, 100, 40) == What::Confirming);
  CHECK(step(trigger, Side::Sell, 99, 50) == What::Confirming);
  CHECK(confirm(trigger, MonoTime{1'000}) == What::Confirming);  // two prices are not three
  CHECK(step(trigger, Side::Sell, 99, 60) == What::Confirming);
  CHECK(confirm(trigger, MonoTime{89}) == What::Confirming);
  CHECK(confirm(trigger, MonoTime{90}) == What::Reached);
}

TEST_CASE("prices outside the spread by more than the bound are no prices", "[oms][trigger]") {
  Trigger trigger = armed(TriggerKind::Stop, 95);
  CHECK(step(trigger, Side::Sell, 90) == What::Reached);  // 10 % below the bid of 100
  CHECK(step(trigger, Side::Sell, 89) == What::Ignored);
  CHECK(step(trigger, Side::Sell, 111) == What::Nothing);  // 101 and 10 % is 111.1
  CHECK(step(trigger, Side::Sell, 112) == What::Ignored);
  CHECK(step(trigger, Side::Sell, 0) == What::Nothing);
}

TEST_CASE("a trailing trigger rounds to the market's side and never moves back", "[oms][trigger]") {
  Trigger trigger = armed(TriggerKind::Trailing, 0);
  trigger.trail_bps = 333;  // of 100: 3.33
  CHECK(trailing_trigger(trigger, Side::Sell, price(100), price(1)) == price(97));
  CHECK(trailing_trigger(trigger, Side::Buy, price(100), price(1)) == price(103));
  trigger.trail = price(4);
  trigger.price = price(96);
  trigger.extreme = price(100);
  const auto moved =
      observe(trigger, Side::Sell, price(102), {price(102), price(103)}, price(1), MonoTime{0});
  CHECK(moved.what == What::Moved);
  CHECK(moved.trigger == price(98));
  CHECK(moved.extreme == price(102));
  trigger.price = moved.trigger;
  trigger.extreme = moved.extreme;
  CHECK(step(trigger, Side::Sell, 99) == What::Nothing);
  CHECK(step(trigger, Side::Sell, 98) == What::Reached);
}

TEST_CASE("a trigger that waits or has ended never fires", "[oms][trigger]") {
  Trigger trigger = armed(TriggerKind::Stop, 100);
  for (const TriggerState state :
       {TriggerState::None, TriggerState::Triggered, TriggerState::Ended}) {
    trigger.state = state;
    CHECK(step(trigger, Side::Sell, 50) == What::Nothing);
    CHECK(step(trigger, Side::Sell, 100) == What::Nothing);
  }
}
