#include "engine/risk/order_gate.hpp"

#include <catch2/catch.hpp>

#include <limits>

#include "tests/support/allocations.hpp"

using namespace sq;
using risk::Rule;

namespace {
constexpr InstrumentId kBtc{0};
constexpr InstrumentId kEth{1};
constexpr StrategyId kMaker{0};
constexpr StrategyId kTaker{1};
constexpr MonoTime kNow{10 * kNsPerSecond};

Instrument linear(InstrumentId id) {
  Instrument instrument;
  instrument.id = id;
  instrument.kind = InstrumentKind::LinearPerpetual;
  instrument.settle = instrument.quote = *Currency::parse("USDT");
  instrument.tick = *Price::times(Price::from_raw(Price::kScale / 10), 1);  // 0.1
  instrument.price_min = instrument.tick;
  instrument.price_max = Price::from_units(1'000'000);
  instrument.lot = instrument.qty_min = Qty::from_raw(Qty::kScale / 1000);
  instrument.qty_max = Qty::from_units(1'000);
  instrument.notional_min = 5 * Amount::kScale;
  return instrument;
}

risk::GateSetup setup() {
  risk::GateSetup made;
  made.firm = {6, 100, 1'000 * Amount::kScale, 100'000 * Amount::kScale};
  made.instruments = {linear(kBtc), linear(kEth)};
  const risk::InstrumentLimits limits{Qty::from_units(10), 20'000 * Amount::kScale,
                                      Ratio::from_raw(Ratio::kScale / 100), Qty::from_units(30), 4,
                                      kNsPerSecond};
  made.instrument_limits = {limits, limits};
  made.strategy_limits = {{3, 5, 500 * Amount::kScale}, {6, 100, 900 * Amount::kScale}};
  made.permitted = {{true, false}, {true, true}};
  return made;
}

// Both strategies armed, both books at 999.9 / 1000.0 just now.
struct Fixture {
  risk::OrderGate gate{setup()};
  std::uint64_t ids{0};

  Fixture() {
    gate.set_strategy_state(kMaker, StrategyState::Armed);
    gate.set_strategy_state(kTaker, StrategyState::Armed);
    for (const InstrumentId id : {kBtc, kEth})
      gate.set_reference(id, price(9'999), price(10'000), kNow);
  }
  static Price price(std::int64_t tenths) { return Price::from_raw(tenths * Price::kScale / 10); }
  static OrderRequest order(Side side, std::int64_t tenths, std::int32_t units,
                            StrategyId strategy = kMaker) {
    OrderRequest request;
    request.strategy = strategy;
    request.side = side;
    request.limit = price(tenths);
    request.qty = Qty::from_units(units);
    return request;
  }
  // A position bought or sold at the mid of 999.95: no gain, no loss.
  void hold(StrategyId strategy, InstrumentId instrument, std::int32_t units) {
    gate.on_position(strategy, instrument, Qty::from_units(units), -99'995'000'000 * Int128{units});
  }
  Rule rule(const OrderRequest& request, InstrumentId instrument = kBtc, MonoTime now = kNow) {
    return gate.check(request, instrument, now).rule;
  }
  OrderRequest send(OrderRequest request, InstrumentId instrument = kBtc, MonoTime now = kNow) {
    request.id = OrderId::make(1, ++ids);
    gate.on_sent(request, instrument, now);
    return request;
  }
};
}  // namespace

TEST_CASE("a good order is accepted, and every acceptance has another approval number", "[risk]") {
  Fixture f;
  const auto first = f.gate.check(Fixture::order(Side::Buy, 9'999, 1), kBtc, kNow);
  const auto second = f.gate.check(Fixture::order(Side::Buy, 9'999, 1), kBtc, kNow);
  CHECK(first.accepted());
  CHECK(second.accepted());
  CHECK(first.approval != 0);
  CHECK(second.approval != first.approval);
}

TEST_CASE("the kill latch refuses everything, also what reduces", "[risk]") {
  Fixture f;
  f.hold(kMaker, kBtc, 5);
  f.gate.set_kill({.latched = 1}, {});
  CHECK(f.rule(Fixture::order(Side::Sell, 10'000, 1)) == Rule::KillLatched);
  f.gate.set_kill({.latched = 0}, {});
  CHECK(f.rule(Fixture::order(Side::Sell, 10'000, 1)) == Rule::None);
}

TEST_CASE("no order passes while the log is not well, whatever it would do to the position", "[risk]") {
  Fixture f;
  const auto order = Fixture::order(Side::Sell, 10'000, 1);
  CHECK(f.rule(order) == Rule::None);
  for (const LogCondition condition : {LogCondition::Reserve, LogCondition::Full,
                                       LogCondition::Stalled, LogCondition::Failed}) {
    f.gate.set_log(condition);
    CHECK(f.rule(order) == Rule::LogNotReady);
  }
  f.gate.set_kill({.latched = 1}, {});
  CHECK(f.rule(order) == Rule::KillLatched);
  f.gate.set_kill({.latched = 0}, {});
  f.gate.set_log(LogCondition::Normal);
  CHECK(f.rule(order) == Rule::None);
}

TEST_CASE("only an armed or reduce-only strategy may order, and only what it is permitted", "[risk]") {
  Fixture f;
  for (const StrategyState state : {StrategyState::Stopped, StrategyState::Warming,
                                    StrategyState::Shadow, StrategyState::Paused}) {
    f.gate.set_strategy_state(kMaker, state);
    CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1)) == Rule::StrategyNotArmed);
  }
  f.gate.set_strategy_state(kMaker, StrategyState::Armed);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1), kEth) == Rule::NotPermitted);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1, kTaker), kEth) == Rule::None);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1), InstrumentId{7}) == Rule::NotPermitted);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1, StrategyId{9})) == Rule::StrategyNotArmed);
}

TEST_CASE("reduce-only passes the exact position and refuses one lot more, other orders counted",
          "[risk]") {
  Fixture f;
  f.gate.set_strategy_state(kMaker, StrategyState::ReduceOnly);
  CHECK(f.rule(Fixture::order(Side::Sell, 10'000, 1)) == Rule::ReduceOnly);
  f.hold(kMaker, kBtc, 3);
  OrderRequest all = Fixture::order(Side::Sell, 10'000, 3);
  CHECK(f.rule(all) == Rule::None);
  all.qty += Qty::from_raw(Qty::kScale / 1000);
  CHECK(f.rule(all) == Rule::ReduceOnly);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1)) == Rule::ReduceOnly);
  f.send(Fixture::order(Side::Sell, 10'000, 2));
  CHECK(f.rule(Fixture::order(Side::Sell, 10'000, 1)) == Rule::None);
  CHECK(f.rule(Fixture::order(Side::Sell, 10'000, 2)) == Rule::ReduceOnly);
  // A short position is reduced by buying.
  f.hold(kMaker, kBtc, -8);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 5)) == Rule::None);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 6)) == Rule::ReduceOnly);
}

TEST_CASE("no live book, no order; a reference exactly at its age limit still counts", "[risk]") {
  Fixture f;
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1), kBtc, kNow + kNsPerSecond) == Rule::None);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1), kBtc, kNow + (kNsPerSecond + 1)) ==
        Rule::StaleReference);
  f.gate.clear_reference(kBtc);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1)) == Rule::BookNotLive);
  f.gate.set_reference(kBtc, Fixture::price(10'000), Fixture::price(10'000), kNow);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1)) == Rule::BookNotLive);  // locked
}

TEST_CASE("the venue's filters are named in the verdict", "[risk]") {
  Fixture f;
  OrderRequest off_tick = Fixture::order(Side::Buy, 9'999, 1);
  off_tick.limit += Price::from_raw(1);
  const auto verdict = f.gate.check(off_tick, kBtc, kNow);
  CHECK(verdict.rule == Rule::Filter);
  CHECK(verdict.detail == static_cast<std::uint8_t>(FilterBreach::PriceNotOnTick));
  f.gate.set_status(kBtc, InstrumentStatus::Halted);
  CHECK(f.gate.check(Fixture::order(Side::Buy, 9'999, 1), kBtc, kNow).detail ==
        static_cast<std::uint8_t>(FilterBreach::NotTrading));
}

TEST_CASE("order quantity: the limit passes, one lot more does not", "[risk]") {
  Fixture f;
  OrderRequest order = Fixture::order(Side::Buy, 9'999, 10);
  CHECK(f.rule(order) == Rule::None);
  order.qty += Qty::from_raw(Qty::kScale / 1000);
  const auto verdict = f.gate.check(order, kBtc, kNow);
  CHECK(verdict.rule == Rule::OrderQty);
  CHECK(verdict.observed == order.qty.raw());
  CHECK(verdict.allowed == Qty::from_units(10).raw());
}

TEST_CASE("order value: the limit passes, one tick more does not; a sell is valued at the bid",
          "[risk]") {
  risk::GateSetup made = setup();
  made.instrument_limits[0].order_value_max = 9'999 * Amount::kScale;
  Fixture f;
  f.gate = risk::OrderGate{std::move(made)};
  f.gate.set_strategy_state(kMaker, StrategyState::Armed);
  f.gate.set_reference(kBtc, Fixture::price(9'999), Fixture::price(10'000), kNow);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 10)) == Rule::None);  // 9,999.0
  CHECK(f.rule(Fixture::order(Side::Buy, 10'000, 10)) == Rule::OrderValue);
  // A low sell limit would trade at the bid: 999.9 x 10.
  CHECK(f.rule(Fixture::order(Side::Sell, 9'950, 10)) == Rule::None);
  f.gate.set_reference(kBtc, Fixture::price(10'000), Fixture::price(10'001), kNow);
  CHECK(f.rule(Fixture::order(Side::Sell, 9'950, 10)) == Rule::OrderValue);
}

TEST_CASE("the collar: exactly 1 % beyond the far touch passes, one tick more does not", "[risk]") {
  Fixture f;
  CHECK(f.rule(Fixture::order(Side::Buy, 10'100, 1)) == Rule::None);
  CHECK(f.rule(Fixture::order(Side::Buy, 10'101, 1)) == Rule::PriceCollar);
  f.gate.set_reference(kBtc, Fixture::price(10'000), Fixture::price(10'001), kNow);
  CHECK(f.rule(Fixture::order(Side::Sell, 9'900, 1)) == Rule::None);
  CHECK(f.rule(Fixture::order(Side::Sell, 9'899, 1)) == Rule::PriceCollar);
  CHECK(f.rule(Fixture::order(Side::Buy, 1'000, 1)) == Rule::None);  // far behind cannot trade badly
}

TEST_CASE("an order that could trade with an own one is refused until that one is gone", "[risk]") {
  Fixture f;
  const OrderRequest resting = f.send(Fixture::order(Side::Buy, 9'990, 1));
  CHECK(f.rule(Fixture::order(Side::Sell, 9'991, 1, kTaker)) == Rule::None);
  const auto verdict = f.gate.check(Fixture::order(Side::Sell, 9'990, 1, kTaker), kBtc, kNow);
  CHECK(verdict.rule == Rule::SelfMatch);
  CHECK(verdict.observed == resting.limit.raw());
  f.gate.on_released(resting, kBtc, resting.qty, true);
  CHECK(f.rule(Fixture::order(Side::Sell, 9'990, 1, kTaker)) == Rule::None);
}

TEST_CASE("worst-case position: the limit passes, one lot more does not, either side", "[risk]") {
  Fixture f;
  f.hold(kTaker, kBtc, 20);  // another strategy's, same account
  f.send(Fixture::order(Side::Buy, 9'000, 5));
  OrderRequest order = Fixture::order(Side::Buy, 9'001, 5);
  CHECK(f.rule(order) == Rule::None);
  order.qty += Qty::from_raw(Qty::kScale / 1000);
  const auto verdict = f.gate.check(order, kBtc, kNow);
  CHECK(verdict.rule == Rule::Position);
  CHECK(verdict.allowed == Qty::from_units(30).raw());
  CHECK(verdict.observed == Qty::from_units(30).raw() + Qty::kScale / 1000);

  Fixture g;
  g.hold(kTaker, kBtc, -25);
  CHECK(g.rule(Fixture::order(Side::Sell, 10'010, 5)) == Rule::None);
  CHECK(g.rule(Fixture::order(Side::Sell, 10'010, 6)) == Rule::Position);
  CHECK(g.rule(Fixture::order(Side::Buy, 9'999, 10)) == Rule::None);  // shrinks it
}

TEST_CASE("gross exposure counts every instrument at its ask, and spares what reduces", "[risk]") {
  risk::GateSetup made = setup();
  made.firm.gross_notional_max = 30'000 * Amount::kScale;
  Fixture f;
  f.gate = risk::OrderGate{std::move(made)};
  for (const StrategyId id : {kMaker, kTaker}) f.gate.set_strategy_state(id, StrategyState::Armed);
  for (const InstrumentId id : {kBtc, kEth})
    f.gate.set_reference(id, Fixture::price(9'999), Fixture::price(10'000), kNow);
  f.hold(kTaker, kEth, -22);  // 22,000
  CHECK(f.gate.gross_notional() == 22'000 * Amount::kScale);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 8)) == Rule::None);  // exactly 30,000
  OrderRequest over = Fixture::order(Side::Buy, 9'999, 8);
  over.qty += Qty::from_raw(Qty::kScale / 1000);
  CHECK(f.rule(over) == Rule::GrossNotional);
  f.hold(kTaker, kEth, -18);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1)) == Rule::GrossNotional);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 10, kTaker), kEth) == Rule::None);
}

TEST_CASE("exposure that has no price refuses instead of counting as nothing", "[risk]") {
  risk::OrderGate gate{setup()};
  gate.set_strategy_state(kMaker, StrategyState::Armed);
  gate.set_reference(kBtc, Fixture::price(9'999), Fixture::price(10'000), kNow);
  gate.on_position(kTaker, kEth, Qty::from_units(1), 0);
  CHECK(gate.check(Fixture::order(Side::Buy, 9'999, 1), kBtc, kNow).rule == Rule::Overflow);
  CHECK(gate.gross_notional() == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("open orders are counted per strategy, instrument and firm until they end", "[risk]") {
  Fixture f;
  OrderRequest first;
  for (int i = 0; i < 3; ++i) {
    CHECK(f.rule(Fixture::order(Side::Buy, 9'000, 1)) == Rule::None);
    const OrderRequest sent = f.send(Fixture::order(Side::Buy, 9'000, 1));
    if (i == 0) first = sent;
  }
  CHECK(f.rule(Fixture::order(Side::Buy, 9'000, 1)) == Rule::OpenOrders);  // strategy: 3
  f.gate.on_released(first, kBtc, Qty::from_raw(1), false);                // partly filled: still open
  CHECK(f.rule(Fixture::order(Side::Buy, 9'000, 1)) == Rule::OpenOrders);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'000, 1, kTaker)) == Rule::None);
  f.send(Fixture::order(Side::Buy, 9'000, 1, kTaker));
  CHECK(f.rule(Fixture::order(Side::Buy, 9'000, 1, kTaker)) == Rule::OpenOrders);  // instrument: 4
  f.send(Fixture::order(Side::Buy, 9'000, 1, kTaker), kEth);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'000, 1, kTaker), kEth) == Rule::None);
  f.send(Fixture::order(Side::Buy, 9'000, 1, kTaker), kEth);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'000, 1, kTaker), kEth) == Rule::OpenOrders);  // firm: 6
}

TEST_CASE("the order rate is exact over any window of one second", "[risk]") {
  Fixture f;
  for (int i = 0; i < 5; ++i) {
    const MonoTime at = kNow + i * 100;
    CHECK(f.rule(Fixture::order(Side::Buy, 9'000, 1), kBtc, at) == Rule::None);
    const OrderRequest sent = f.send(Fixture::order(Side::Buy, 9'000, 1), kBtc, at);
    f.gate.on_released(sent, kBtc, sent.qty, true);
  }
  CHECK(f.rule(Fixture::order(Side::Buy, 9'000, 1), kBtc, kNow + (kNsPerSecond - 1)) ==
        Rule::OrderRate);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'000, 1), kBtc, kNow + kNsPerSecond) == Rule::None);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'000, 1, kTaker)) == Rule::None);  // its own window
}

TEST_CASE("the day's loss latches at its limit, lets positions shrink, and re-arms by hand",
          "[risk]") {
  Fixture f;
  f.gate.on_position(kMaker, kBtc, Qty::from_units(1), -1'499 * Amount::kScale);
  // Value of the position: mid 999.95. Loss 499.05.
  CHECK(f.gate.day_pnl(kMaker) == -49'905'000'000);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1)) == Rule::None);
  f.gate.on_position(kMaker, kBtc, Qty{}, -95'000'000);  // exactly 500 lost
  const auto verdict = f.gate.check(Fixture::order(Side::Buy, 9'999, 1), kBtc, kNow);
  CHECK(verdict.rule == Rule::DailyLoss);
  CHECK(verdict.observed == 500 * Amount::kScale);
  CHECK(verdict.allowed == 500 * Amount::kScale);
  CHECK(f.gate.loss_latched(kMaker));
  CHECK_FALSE(f.gate.loss_latched(kTaker));
  CHECK(f.rule(Fixture::order(Side::Sell, 10'000, 1)) == Rule::None);
  f.gate.on_position(kMaker, kBtc, Qty{}, 400 * Amount::kScale);  // won back: still latched
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1)) == Rule::DailyLoss);
  f.gate.clear_loss_latches();
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1)) == Rule::None);
}

TEST_CASE("a new day measures the loss from its own start", "[risk]") {
  Fixture f;
  f.gate.on_position(kMaker, kBtc, Qty{}, -450 * Amount::kScale);
  f.gate.start_day(kMaker, f.gate.total_pnl(kMaker));
  CHECK(f.gate.day_pnl(kMaker) == 0);
  CHECK(f.gate.total_pnl(kMaker) == -450 * Amount::kScale);
  f.gate.on_position(kMaker, kBtc, Qty{}, -450 * Amount::kScale);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1)) == Rule::None);
}

TEST_CASE("the firm's loss limit latches every strategy", "[risk]") {
  Fixture f;
  f.gate.on_position(kTaker, kEth, Qty{}, -850 * Amount::kScale);
  f.gate.on_position(kMaker, kBtc, Qty{}, -150 * Amount::kScale);
  CHECK(f.rule(Fixture::order(Side::Buy, 9'999, 1)) == Rule::DailyLoss);
  CHECK(f.gate.loss_latched(kTaker));
}

TEST_CASE("no sequence of accepted orders and fills leaves the worst-case limits", "[risk]") {
  Fixture f;
  std::uint64_t random = 42;
  const auto next = [&](std::uint64_t n) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    return (random >> 33) % n;
  };
  std::vector<OrderRequest> open;
  std::int64_t position = 0;
  MonoTime now = kNow;
  std::uint64_t accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    now = now + 50 * kNsPerMs;
    f.gate.set_reference(kBtc, Fixture::price(9'999), Fixture::price(10'000), now);
    if (next(3) != 0 || open.empty()) {
      const auto side = next(2) == 0 ? Side::Buy : Side::Sell;
      OrderRequest order = Fixture::order(side, side == Side::Buy ? 9'990 : 10'010,
                                          static_cast<std::int32_t>(1 + next(12)), kTaker);
      if (f.rule(order, kBtc, now) != Rule::None) continue;
      open.push_back(f.send(order, kBtc, now));
      ++accepted;
    } else {
      const std::size_t at = next(open.size());
      const OrderRequest order = open[at];
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
      f.gate.on_released(order, kBtc, order.qty, true);
      if (next(2) == 0) {
        const Qty signed_qty = order.side == Side::Buy ? order.qty : -order.qty;
        f.hold(kTaker, kBtc, static_cast<std::int32_t>(signed_qty.raw() / Qty::kScale));
        position += signed_qty.raw();
      }
    }
    std::int64_t high = position;
    std::int64_t low = position;
    for (const OrderRequest& order : open)
      (order.side == Side::Buy ? high : low) += sign_of(order.side) * order.qty.raw();
    REQUIRE(high <= Qty::from_units(30).raw());
    REQUIRE(low >= -Qty::from_units(30).raw());
    REQUIRE(open.size() <= 4);
    REQUIRE(f.gate.exposure(kBtc).worst_long() == high);
    REQUIRE(f.gate.exposure(kBtc).worst_short() == low);
  }
  CHECK(accepted > 1'000);
}

TEST_CASE("checking, sending and releasing an order allocates nothing", "[risk][hot]") {
  Fixture f;
  const OrderRequest order = Fixture::order(Side::Buy, 9'999, 1);
  const auto before = allocations_on_this_thread();
  for (int i = 0; i < 100; ++i) {
    const auto verdict = f.gate.check(order, kBtc, kNow + i * kNsPerSecond);
    f.gate.on_sent(order, kBtc, kNow + i * kNsPerSecond);
    f.gate.on_released(order, kBtc, order.qty, true);
    static_cast<void>(verdict);
  }
  CHECK(allocations_on_this_thread() == before);
}
