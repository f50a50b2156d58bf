// Scopes of the kill switch in the gate, and the orders that may leave while one is closed.
#include "engine/risk/kill_switch.hpp"

#include <catch2/catch.hpp>

#include "engine/risk/order_gate.hpp"

using namespace sq;
using risk::Rule;
using Kind = KillScopeKind;

namespace {
constexpr MonoTime kNow{10 * kNsPerSecond};
constexpr WallTime kAt{1'723'161'255'000'000'000};

Instrument instrument(std::uint32_t id, VenueId venue) {
  Instrument made;
  made.id = InstrumentId{id};
  made.venue = venue;
  made.kind = InstrumentKind::LinearPerpetual;
  made.settle = made.quote = *Currency::parse("USDT");
  made.tick = Price::from_raw(Price::kScale / 10);
  made.price_min = made.tick;
  made.price_max = Price::from_units(1'000'000);
  made.lot = made.qty_min = Qty::from_raw(Qty::kScale / 1000);
  made.qty_max = Qty::from_units(1'000);
  return made;
}
// Two instruments on two venues, two strategies; books at 999.9 / 1000.0; collar 1 %.
struct Fixture {
  Fixture() {
    for (const std::uint16_t s : {std::uint16_t{0}, std::uint16_t{1}})
      gate.set_strategy_state(StrategyId{s}, StrategyState::Armed);
    for (const std::uint32_t i : {0U, 1U})
      gate.set_reference(InstrumentId{i}, price(9'999), price(10'000), kNow);
  }
  static risk::GateSetup setup() {
    risk::GateSetup made;
    made.firm = {100, 100, 1'000'000 * Amount::kScale, 100'000'000 * Amount::kScale};
    made.instruments = {instrument(0, VenueId::BinanceSpot), instrument(1, VenueId::BinanceUsdm)};
    const risk::InstrumentLimits limits{Qty::from_units(10),
                                        8'000 * Amount::kScale,
                                        Ratio::from_raw(Ratio::kScale / 100),
                                        Qty::from_units(300),
                                        40,
                                        kNsPerSecond};
    made.instrument_limits = {limits, limits};
    made.strategy_limits = {{30, 50, 500'000 * Amount::kScale},
                            {60, 100, 900'000 * Amount::kScale}};
    made.permitted = {{true, true}, {true, true}};
    return made;
  }
  static Price price(std::int64_t tenths) { return Price::from_raw(tenths * Price::kScale / 10); }
  static OrderRequest order(std::uint16_t strategy, std::uint16_t account) {
    OrderRequest made;
    made.strategy = StrategyId{strategy};
    made.account = AccountId{account};
    made.limit = price(9'990);
    made.qty = Qty::from_units(1);
    return made;
  }
  void close(Kind kind, std::uint32_t number, bool latched = true) {
    KillChanged change;
    change.latched = latched ? 1 : 0;
    change.scope = kind;
    change.number = number;
    gate.set_kill(change, kAt);
  }
  risk::Verdict check(std::uint16_t strategy, std::uint32_t id, std::uint16_t account = 0) {
    return gate.check(order(strategy, account), InstrumentId{id}, kNow);
  }
  risk::OrderGate gate{setup()};
};
constexpr std::int64_t kUnit = Qty::kScale;
}  // namespace

TEST_CASE("a closed scope refuses what is in it, names itself, and leaves the rest alone",
          "[risk]") {
  struct Case {
    KillScope scope;
    std::uint16_t strategy;  // of an order in the scope
    std::uint32_t instrument;
    std::uint16_t account;
  };
  const std::vector<Case> cases{{{Kind::Venue, 2}, 0, 1, 0},
                                {{Kind::Account, 7}, 0, 0, 7},
                                {{Kind::Strategy, 1}, 1, 0, 0},
                                {{Kind::Instrument, 1}, 0, 1, 0}};
  for (const Case& each : cases) {
    Fixture f;
    f.close(each.scope.kind, each.scope.number);
    INFO(text_of(each.scope.kind));
    const risk::Verdict refused = f.check(each.strategy, each.instrument, each.account);
    CHECK(refused.rule == Rule::KillLatched);
    CHECK(refused.detail == static_cast<std::uint8_t>(each.scope.kind));
    CHECK(refused.observed == each.scope.number);
    CHECK(f.check(0, 0).accepted());
    f.close(each.scope.kind, each.scope.number, false);
    CHECK(f.check(each.strategy, each.instrument, each.account).accepted());
  }
  Fixture f;
  f.close(Kind::All, 0);
  CHECK(f.check(0, 0).rule == Rule::KillLatched);
  CHECK(f.check(1, 1, 3).rule == Rule::KillLatched);
}

TEST_CASE("a scope that the engine does not have closes everything", "[risk]") {
  for (const KillScope scope :
       {KillScope{Kind::Venue, 64}, KillScope{Kind::Account, 4096}, KillScope{Kind::Strategy, 2},
        KillScope{Kind::Instrument, 2}, KillScope{static_cast<Kind>(9), 0}}) {
    Fixture f;
    f.close(scope.kind, scope.number);
    CHECK(f.gate.kill().all());
    CHECK(f.check(0, 0).rule == Rule::KillLatched);
  }
}

TEST_CASE("opening the wide scope leaves the narrow one closed, and the first moment is kept",
          "[risk]") {
  Fixture f;
  f.close(Kind::Strategy, 0);
  f.close(Kind::All, 0);
  f.gate.set_kill({.latched = 1, .scope = Kind::Strategy}, kAt + kNsPerSecond);
  f.close(Kind::All, 0, false);
  CHECK(f.check(0, 0).rule == Rule::KillLatched);
  CHECK(f.check(1, 0).accepted());
  REQUIRE(f.gate.kill().latched().size() == 1);
  CHECK(f.gate.kill().latched()[0].at == kAt);
  f.close(Kind::Strategy, 0, false);
  CHECK_FALSE(f.gate.kill().any());
}

TEST_CASE("a flattening order sells at the collar what no own order may already sell", "[risk]") {
  Fixture f;
  f.gate.on_position(StrategyId{0}, InstrumentId{0}, Qty::from_units(5), 0);
  f.close(Kind::All, 0);
  OrderRequest resting = Fixture::order(0, 0);
  resting.side = Side::Sell;
  resting.limit = Fixture::price(10'100);
  resting.qty = Qty::from_units(2);
  f.gate.on_sent(resting, InstrumentId{0}, kNow);
  const auto order = f.gate.flattening(StrategyId{0}, InstrumentId{0});
  REQUIRE(order);
  CHECK(order->side == Side::Sell);
  CHECK(order->tif == TimeInForce::ImmediateOrCancel);
  CHECK(order->qty == Qty::from_units(3));
  CHECK(order->limit == Fixture::price(9'900));  // 999.9 less 1 %, up to the tick: 989.901 -> 990.0
  CHECK(f.gate.check_flatten(*order, InstrumentId{0}, kNow).accepted());
  OrderRequest larger = *order;
  larger.qty = Qty::from_raw(order->qty.raw() + kUnit / 1000);
  CHECK(f.gate.check_flatten(larger, InstrumentId{0}, kNow).rule == Rule::ReduceOnly);
  OrderRequest resting_kind = *order;
  resting_kind.tif = TimeInForce::GoodTillCancel;
  CHECK(f.gate.check_flatten(resting_kind, InstrumentId{0}, kNow).rule == Rule::ReduceOnly);
  OrderRequest other_side = *order;
  other_side.side = Side::Buy;
  CHECK(f.gate.check_flatten(other_side, InstrumentId{0}, kNow).rule == Rule::ReduceOnly);
}

TEST_CASE("a short position is bought back at the collar, in parts that each keep to their limits",
          "[risk]") {
  Fixture f;
  f.gate.on_position(StrategyId{1}, InstrumentId{1}, Qty::from_units(-12), 0);
  const auto order = f.gate.flattening(StrategyId{1}, InstrumentId{1});
  REQUIRE(order);
  CHECK(order->side == Side::Buy);
  CHECK(order->limit == Fixture::price(10'100));
  // 10 are the most of one order, and 8,000 its value: 7.920 at 1,010.
  CHECK(order->qty == Qty::from_raw(7'920 * (kUnit / 1000)));
  CHECK(f.gate.check_flatten(*order, InstrumentId{1}, kNow).accepted());
}

TEST_CASE("without a price or with an old one nothing is worked out", "[risk]") {
  Fixture f;
  f.gate.on_position(StrategyId{0}, InstrumentId{0}, Qty::from_units(1), 0);
  const auto order = f.gate.flattening(StrategyId{0}, InstrumentId{0});
  REQUIRE(order);
  CHECK(f.gate.check_flatten(*order, InstrumentId{0}, kNow + kNsPerSecond).accepted());
  CHECK(f.gate.check_flatten(*order, InstrumentId{0}, kNow + (kNsPerSecond + 1)).rule ==
        Rule::StaleReference);
  f.gate.clear_reference(InstrumentId{0});
  CHECK_FALSE(f.gate.flattening(StrategyId{0}, InstrumentId{0}));
  CHECK(f.gate.check_flatten(*order, InstrumentId{0}, kNow).rule == Rule::BookNotLive);
}
