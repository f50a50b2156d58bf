// What lies exactly on an edge: the last order that there is room for, limits of 0, numbers one
// beyond the last, prices that just meet.
#include <catch2/catch.hpp>
#include <limits>

#include "tests/risk/scope_gate.hpp"

using namespace sq;
using namespace sq::test;
using risk::LimitChange;
using risk::LimitKind;
using risk::Rule;
using risk::ScopeKind;

TEST_CASE("an order that the list of own orders has no room for is refused, until there is room",
          "[risk]") {
  risk::GateSetup setup = scope_setup();
  for (risk::InstrumentLimits& limits : setup.instrument_limits) limits.open_orders_max = 1;
  ScopeGate f{std::move(setup)};
  const std::size_t room = f.gate.exposure(kPaper).resting.capacity();
  REQUIRE(room < 900);  // what the firm and the strategy may have open
  REQUIRE(f.gate.set_limit(f.key(ScopeKind::Instrument, LimitKind::OpenOrders), 1'000) ==
          LimitChange::Done);
  const OrderRequest order = ScopeGate::order(Side::Buy, 1'000, 1);
  const OrderRequest first = f.send(order, kPaper, MonoTime{});
  for (std::size_t n = 1; n + 1 < room; ++n) f.send(order, kPaper, MonoTime{});
  CHECK(f.gate.check(order, kPaper, kScopeNow).accepted());
  const OrderRequest last = f.send(order, kPaper, MonoTime{});
  const auto amend = [&] {
    return f.gate.check_amend(last, kPaper, {last.limit, last.qty, Qty{}, Qty{}}, kScopeNow);
  };
  const auto full = f.gate.check(order, kPaper, kScopeNow);
  CHECK(full.rule == Rule::Capacity);
  CHECK(full.observed == full.allowed + 1);
  CHECK(full.scope == ScopeKind::Instrument);
  CHECK(amend().accepted());  // takes no room
  // One that works all the same is not in the list: nothing can be held against its price.
  const OrderRequest beyond = f.send(order, kPaper, MonoTime{});
  CHECK(amend().rule == Rule::Capacity);
  f.gate.on_released(first, kPaper, first.qty, true);
  CHECK(f.gate.check(order, kPaper, kScopeNow).rule == Rule::Capacity);
  CHECK(f.gate.check(order, kOtherPaper, kScopeNow).accepted());
  f.gate.on_released(beyond, kPaper, beyond.qty, true);
  CHECK(f.gate.check(order, kPaper, kScopeNow).accepted());
}

TEST_CASE("a limit of 0 of a strategy in an instrument allows nothing", "[risk][scopes]") {
  for (const LimitKind kind :
       {LimitKind::OrderQty, LimitKind::PositionLong, LimitKind::PositionShort}) {
    ScopeGate f;
    const Side side = kind == LimitKind::PositionShort ? Side::Sell : Side::Buy;
    OrderRequest order = ScopeGate::order(side, side == Side::Buy ? 1'000 : 1'001, 1);
    order.qty = Qty::from_raw(1);
    CHECK(f.gate.check(order, kPaper, kScopeNow).accepted());
    const auto key = f.key(ScopeKind::StrategyInstrument, kind);
    REQUIRE(f.gate.set_limit(key, 0) == LimitChange::Done);
    CHECK(f.gate.limit(key) == 0);
    CHECK(f.gate.check(order, kPaper, kScopeNow).rule ==
          (kind == LimitKind::OrderQty ? Rule::OrderQty : Rule::Position));
    REQUIRE(f.gate.set_limit(key, std::nullopt) == LimitChange::Done);
    CHECK_FALSE(f.gate.limit(key));
    CHECK(f.gate.check(order, kPaper, kScopeNow).accepted());
  }
}

TEST_CASE("strategy, instrument and account one beyond the last are nobody's", "[risk]") {
  ScopeGate f;
  const OrderRequest order = ScopeGate::order(Side::Buy, 1'000, 1);
  OrderRequest stranger = order;
  stranger.strategy = StrategyId{2};
  CHECK(f.gate.check(stranger, kPaper, kScopeNow).rule == Rule::StrategyNotArmed);
  stranger = order;
  stranger.account = AccountId{2};
  CHECK(f.gate.check(stranger, kPaper, kScopeNow).rule == Rule::NotPermitted);
  CHECK(f.gate.check(order, InstrumentId{3}, kScopeNow).rule == Rule::NotPermitted);
  CHECK(
      f.gate.check_amend(order, InstrumentId{3}, {order.limit, order.qty, Qty{}, Qty{}}, kScopeNow)
          .rule == Rule::NotPermitted);
}

TEST_CASE("orders that meet at exactly one price meet", "[risk]") {
  for (const Side side : {Side::Buy, Side::Sell}) {
    ScopeGate f;
    f.send(ScopeGate::order(opposite(side), 1'000, 1), kPaper, MonoTime{});
    const std::int32_t apart = side == Side::Buy ? 999 : 1'001;
    CHECK(f.gate.check(ScopeGate::order(side, 1'000, 1), kPaper, kScopeNow).rule ==
          Rule::SelfMatch);
    CHECK(f.gate.check(ScopeGate::order(side, apart, 1), kPaper, kScopeNow).accepted());
  }
}

// Products end at 2^120 x 1e-26: 13.2923 thousand million of the base currency.
TEST_CASE(
    "an order that makes a holding too large to be valued is refused, however wide the limits",
    "[risk]") {
  constexpr std::int64_t kWidest = std::numeric_limits<std::int64_t>::max();
  risk::GateSetup setup = scope_setup();
  setup.firm.gross_notional_max = kWidest;
  setup.instruments[1].qty_max = setup.instrument_limits[1].position_max =
      setup.instrument_limits[1].order_qty_max = Qty::from_units(20'000'000);
  setup.instrument_limits[1].order_value_max = kWidest;
  ScopeGate f{std::move(setup)};
  OrderRequest order = ScopeGate::order(Side::Buy, 1'001, 7'000'000);
  f.gate.on_position(order.strategy, kOtherPaper, order.qty,
                     -Int128{7'003'500'000} * Amount::kScale, order.account);
  order.qty = Qty::from_units(6'279'000);  // 13.29228 thousand million with what is held
  CHECK(f.gate.check(order, kOtherPaper, kScopeNow).rule == Rule::None);
  order.qty = Qty::from_units(6'280'000);  // 13.29328
  CHECK(f.gate.check(order, kOtherPaper, kScopeNow).rule == Rule::Overflow);
}

TEST_CASE("an inverse contract that may fill at two prices counts at the lower one", "[risk]") {
  risk::GateSetup setup = scope_setup();
  setup.instruments[1].kind = InstrumentKind::InversePerpetual;
  setup.instruments[1].multiplier = Qty::from_units(100);
  ScopeGate f{std::move(setup)};
  const auto value = [&] { return f.gate.exposure(kOtherPaper).total.open.value; };
  constexpr Int128 kTenth = Int128{power_of_ten(16)};  // of the base, in 1e-17
  const Price high = Price::from_units(1'000);
  const Price low = Price::from_units(500);
  const OrderRequest order = f.send(ScopeGate::order(Side::Buy, 1'000, 2), kOtherPaper);
  CHECK(value() == 2 * kTenth);  // 2 x 100 / 1000
  f.gate.on_restaked(order, kOtherPaper, {order.qty, high, high}, {order.qty, high, low});
  CHECK(value() == 4 * kTenth);
  f.gate.on_restaked(order, kOtherPaper, {order.qty, high, low}, {order.qty, high, high});
  CHECK(value() == 2 * kTenth);
  f.gate.on_released(order, kOtherPaper, order.qty, true);
  CHECK(value() == 0);
}
