// Rates between currencies, prices to hold an order against, changes of orders, what a restart
// keeps, and a long random run against a model that adds everything up anew.
#include <catch2/catch.hpp>
#include <vector>

#include "tests/risk/scope_gate.hpp"

using namespace sq;
using namespace sq::test;
using risk::LimitChange;
using risk::LimitKind;
using risk::Rule;
using risk::ScopeKind;

namespace {
OrderRequest other(Side side, std::int32_t price, std::int32_t qty) {
  return ScopeGate::order(side, price, qty);
}
const Currency kEur = *Currency::parse("EUR");
const Currency kUsd = *Currency::parse("USD");
}  // namespace

TEST_CASE("a stale or missing rate refuses what grows where it is needed, and nothing else",
          "[risk][fx]") {
  ScopeGate f;
  const MonoTime late = kScopeNow + kNsPerSecond;
  const auto buy = ScopeGate::order(Side::Buy, 1'000, 1);
  for (const InstrumentId id : {kPaper, kOtherPaper})
    f.gate.set_reference(id, Price::from_units(1'000), Price::from_units(1'001), late);
  CHECK(f.gate.check(buy, kPaper, late).accepted());  // exactly as old as allowed
  const auto stale = f.gate.check(buy, kPaper, late + 1);
  CHECK(stale.rule == Rule::FxStale);
  CHECK(stale.observed == kNsPerSecond + 1);
  CHECK(stale.allowed == kNsPerSecond);
  CHECK(stale.scope == ScopeKind::Currency);
  CHECK(f.gate.check(buy, kOtherPaper, late + 1).accepted());  // nothing is held in that currency
  f.start();
  CHECK(f.gate.check(buy, kOtherPaper, late + 1).rule == Rule::FxStale);
  CHECK(f.gate.check(ScopeGate::order(Side::Sell, 1'001, 3), kPaper, late + 1).accepted());
  f.gate.set_reference(kEuro, ScopeGate::euro(1'099), ScopeGate::euro(1'101), late);
  CHECK(f.gate.check(buy, kPaper, late + 1).accepted());

  risk::GateSetup without = scope_setup();
  without.fx.clear();
  ScopeGate g{std::move(without)};
  CHECK(g.gate.check(buy, kPaper, kScopeNow).rule == Rule::FxMissing);
  CHECK(g.gate.check(buy, kOtherPaper, kScopeNow).accepted());
  CHECK_FALSE(g.gate.set_rate(kUsd, kEur, ScopeGate::euro(900), kScopeNow));
  CHECK_FALSE(g.gate.set_rate(kEur, kUsd, Price{}, kScopeNow));
}

TEST_CASE("a rate that comes as an input counts from its age; a book's cannot be set",
          "[risk][fx]") {
  ScopeGate books;
  CHECK_FALSE(books.gate.set_rate(kEur, kUsd, ScopeGate::euro(2'000), kScopeNow));
  risk::GateSetup setup = scope_setup();
  setup.fx[0].book = kNoInstrument;
  ScopeGate f{std::move(setup)};
  const auto buy = ScopeGate::order(Side::Buy, 1'000, 1);
  CHECK(f.gate.check(buy, kPaper, kScopeNow).rule == Rule::FxMissing);
  REQUIRE(f.gate.set_rate(kEur, kUsd, ScopeGate::euro(2'000), kScopeNow - kNsPerSecond));
  CHECK(f.gate.check(buy, kPaper, kScopeNow).accepted());
  CHECK(f.gate.check(buy, kPaper, kScopeNow + 1).rule == Rule::FxStale);
  f.start();
  // 5 at 1001 in the worst case, at 2.
  CHECK(f.gate.gross_notional() == 10'010 * Amount::kScale);
  REQUIRE(f.gate.set_rate(kEur, kUsd, ScopeGate::euro(3'000), kScopeNow));
  CHECK(f.gate.gross_notional() == 15'015 * Amount::kScale);
  // 3 bought at 1010, the mid is 1000.5.
  CHECK(f.gate.total_pnl(kNoStrategy) == -8'550'000'000);
}

TEST_CASE("an inverted book rounds a rate up for exposure and down for gains", "[risk][fx]") {
  risk::GateSetup setup = scope_setup();
  setup.fx[0].inverted = true;
  ScopeGate f{std::move(setup)};
  f.gate.set_reference(kEuro, Price::from_units(2), Price::from_units(4), kScopeNow);  // a third
  const auto& rate = f.gate.rates().rate(1);
  CHECK(rate.up == 333'333'334);
  CHECK(rate.down == 333'333'333);
  f.gate.on_position(StrategyId{0}, kPaper, Qty{}, Int128{9} * Amount::kScale, AccountId{1});
  CHECK(f.gate.total_pnl(kNoStrategy) == 299'999'999);
  f.gate.on_position(StrategyId{0}, kPaper, Qty{}, Int128{-18} * Amount::kScale, AccountId{1});
  CHECK(f.gate.total_pnl(kNoStrategy) == -300'000'000);  // -3.000000006, toward zero
}

TEST_CASE("the band of the venue is inclusive, the away collar counts behind the near touch",
          "[risk]") {
  ScopeGate f;
  const auto set = [&](LimitKind kind, std::int64_t value) {
    REQUIRE(f.gate.set_limit(f.key(ScopeKind::Instrument, kind), value) == LimitChange::Done);
  };
  const auto rule = [&](Side side, std::int32_t price) {
    return f.gate.check(ScopeGate::order(side, price, 1), kPaper, kScopeNow).rule;
  };
  set(LimitKind::BandLow, 950 * Price::kScale);
  set(LimitKind::BandHigh, 1'050 * Price::kScale);
  CHECK(rule(Side::Buy, 950) == Rule::None);
  CHECK(rule(Side::Buy, 949) == Rule::PriceBand);
  CHECK(rule(Side::Sell, 1'050) == Rule::None);
  CHECK(rule(Side::Sell, 1'051) == Rule::PriceBand);
  set(LimitKind::AwayCollar, Ratio::kScale / 50);  // 2 %
  CHECK(rule(Side::Buy, 980) == Rule::None);
  CHECK(rule(Side::Buy, 979) == Rule::AwayCollar);
  CHECK(rule(Side::Sell, 1'021) == Rule::None);  // of 1001: 20.02
  CHECK(rule(Side::Sell, 1'022) == Rule::AwayCollar);
  const auto soft = f.gate.check(ScopeGate::order(Side::Buy, 979, 1), kPaper, kScopeNow);
  CHECK(soft.soft);
  CHECK(soft.observed == 21 * Price::kScale);
  CHECK(soft.allowed == 20 * Price::kScale);
  CHECK(f.gate.check(ScopeGate::order(Side::Buy, 979, 1), kPaper, kScopeNow, true).accepted());
}

TEST_CASE("a jump of the reference refuses until it has held for the window", "[risk]") {
  risk::GateSetup setup = scope_setup();
  setup.instrument_limits[1].jump_max = Ratio::from_raw(Ratio::kScale / 100);
  setup.instrument_limits[1].jump_window_ns = 1'000;
  ScopeGate f{std::move(setup)};
  const auto at = [&](std::int64_t ns, std::int32_t bid) {
    const MonoTime now = kScopeNow + ns;
    f.gate.set_reference(kOtherPaper, Price::from_units(bid), Price::from_units(bid + 2), now);
    return f.gate.check(other(Side::Buy, bid, 1), kOtherPaper, now).rule;
  };
  CHECK(at(2'000, 999) == Rule::None);    // mid 1000: nothing recent before it
  CHECK(at(2'100, 1'009) == Rule::None);  // exactly 1 %
  CHECK(at(2'200, 1'010) == Rule::ReferenceJump);
  CHECK(at(2'999, 1'010) == Rule::ReferenceJump);
  CHECK(at(3'000, 1'010) == Rule::None);         // held: the price just before is the anchor
  CHECK(at(3'100, 999) == Rule::ReferenceJump);  // down counts as well
  CHECK(at(9'000, 500) == Rule::None);           // silence longer than the window
}

TEST_CASE("a change of an order is held to what it adds, at the higher price", "[risk][amend]") {
  ScopeGate f;
  const OrderRequest open = f.start();  // 3 held, 2 open at 1000
  const auto rule = [&](std::int32_t price, std::int32_t qty, std::int32_t added) {
    return f.gate
        .check_amend(
            open, kPaper,
            {Price::from_units(price), Qty::from_units(qty), Qty{}, Qty::from_units(added)},
            kScopeNow)
        .rule;
  };
  const auto set = [&](ScopeKind scope, LimitKind kind, std::int64_t value) {
    REQUIRE(f.gate.set_limit(f.key(scope, kind), value) == LimitChange::Done);
  };
  set(ScopeKind::Instrument, LimitKind::PositionLong, 6 * Qty::kScale);
  CHECK(rule(1'000, 3, 1) == Rule::None);
  CHECK(rule(1'000, 4, 2) == Rule::Position);
  CHECK(rule(1'000, 2, 2) == Rule::Position);  // both lives may fill
  // Open value: 2 at 1000 becomes 3 at 1010, in USD at 1.1.
  set(ScopeKind::Account, LimitKind::OpenValue, 3'333 * Amount::kScale);
  CHECK(rule(1'010, 3, 1) == Rule::None);
  set(ScopeKind::Account, LimitKind::OpenValue, 3'333 * Amount::kScale - 1);
  CHECK(rule(1'010, 3, 1) == Rule::OpenValue);
  CHECK(rule(990, 2, 0) == Rule::None);  // adds nothing
  set(ScopeKind::Account, LimitKind::OpenOrders, 1);
  CHECK(rule(990, 2, 0) == Rule::None);  // it is open already
  CHECK(rule(2'000, 2, 0) == Rule::PriceCollar);
  set(ScopeKind::Firm, LimitKind::OrdersPerSecond, 1);
  f.gate.on_amend_message(open, kPaper, kScopeNow);
  CHECK(rule(990, 2, 0) == Rule::OrderRate);
}

TEST_CASE("what a changed order reserves is released to the last unit", "[risk][amend]") {
  ScopeGate f;
  const auto key = f.key(ScopeKind::Strategy, LimitKind::OpenValue);
  const auto used = [&] {
    f.gate.watch_losses();
    return *f.gate.in_use(key);
  };
  OrderRequest open = f.send(ScopeGate::order(Side::Sell, 1'001, 4));
  CHECK(used() == 440'440'000'000);
  // To 6 at 1003 while 1 fills.
  f.gate.on_restaked(open, kPaper, {open.qty, open.limit, open.limit},
                     {Qty::from_units(6), Price::from_units(1'003), open.limit});
  CHECK(used() == 661'980'000'000);
  CHECK(f.gate.exposure(kPaper).resting[0].limit == open.limit);
  f.gate.on_released(open, kPaper, Qty::from_units(1), false);
  CHECK(used() == 551'650'000'000);
  open.limit = Price::from_units(1'003);
  open.qty = Qty::from_units(6);
  f.gate.on_restaked(open, kPaper, {Qty::from_units(5), open.limit, open.limit},
                     {Qty::from_units(5), open.limit, open.limit});
  CHECK(f.gate.exposure(kPaper).resting[0].limit == open.limit);
  f.gate.on_released(open, kPaper, Qty::from_units(5), true);
  CHECK(used() == 0);
  CHECK(f.gate.exposure(kPaper).idle());
}

TEST_CASE("a restored gate says what the saved one would, changed limits and latches included",
          "[risk]") {
  ScopeGate f;
  f.start();
  std::int64_t value = 0;
  for (const risk::LimitKey& key : f.gate.limit_keys())
    if (key.which != LimitKind::Jump)
      REQUIRE(f.gate.set_limit(key, ++value % 60 + 1) == LimitChange::Done);
  f.gate.set_figure(ScopeKind::Account, 1, DayFigure::Peak, 77);
  f.gate.set_figure(ScopeKind::Firm, 0, DayFigure::Latch, 2 + 256 * 8);
  StateOut out;
  f.gate.save(out);
  const auto bytes = out.take();
  ScopeGate again;
  StateIn in{bytes};
  REQUIRE(again.gate.restore(in));
  CHECK(in.done());
  StateOut second;
  again.gate.save(second);
  CHECK((second.take() == bytes));
  for (const risk::LimitKey& key : f.gate.limit_keys()) {
    INFO(text_of(key.scope) << ' ' << text_of(key.which));
    CHECK(again.gate.limit(key) == f.gate.limit(key));
    if (key.which < LimitKind::OrderValue)
      CHECK(again.gate.in_use(key).has_value() == f.gate.in_use(key).has_value());
  }
  CHECK(again.gate.limits_version() == f.gate.limits_version());
  CHECK(again.gate.loss_halted(StrategyId{0}));
  CHECK(again.gate.gross_notional() == f.gate.gross_notional());
  CHECK(again.gate.total_pnl(kNoStrategy) == f.gate.total_pnl(kNoStrategy));
}

TEST_CASE("no random flow of accepted orders, changes and fills leaves a limit of any scope",
          "[risk]") {
  ScopeGate f;
  const std::array kinds{LimitKind::OpenOrders, LimitKind::OpenValue, LimitKind::GrossNotional,
                         LimitKind::NetNotional};
  std::vector<risk::LimitKey> keys;
  std::int64_t scale = 10;
  for (const ScopeKind scope : {ScopeKind::Instrument, ScopeKind::Strategy, ScopeKind::Account,
                                ScopeKind::Currency, ScopeKind::Venue, ScopeKind::Firm}) {
    for (const LimitKind kind : kinds) {
      keys.push_back(f.key(scope, kind));
      const std::int64_t value =
          kind == LimitKind::OpenOrders ? scale / 2 : scale * 1'000 * Amount::kScale;
      REQUIRE(f.gate.set_limit(keys.back(), value) == LimitChange::Done);
    }
    scale += 2;
  }
  struct Open {
    OrderRequest request;
    InstrumentId instrument;
  };
  std::vector<Open> open;
  std::array<Int128, 2> position{};
  std::uint64_t random = 7;
  const auto next = [&](std::uint64_t n) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::int32_t>((random >> 33) % n);
  };
  int accepted = 0;
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    if (next(2) == 0 || open.empty()) {
      const InstrumentId id{static_cast<std::uint32_t>(next(2))};
      const Side side = next(2) == 0 ? Side::Buy : Side::Sell;
      OrderRequest order =
          ScopeGate::order(side, side == Side::Buy ? 990 + next(10) : 1'001 + next(9), 1 + next(4));
      if (next(2) == 0) order.strategy = StrategyId{1}, order.account = AccountId{0};
      const auto verdict = f.gate.check(order, id, kScopeNow);
      if (!verdict.accepted()) {
        ++refused;
        continue;
      }
      open.push_back({f.send(order, id), id});
      ++accepted;
    } else {
      const auto at = static_cast<std::size_t>(next(open.size()));
      const Open one = open[at];
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
      f.gate.on_released(one.request, one.instrument, one.request.qty, true);
      if (next(2) == 0) {
        const Qty moved = one.request.side == Side::Buy ? one.request.qty : -one.request.qty;
        position[index_of(one.instrument)] += moved.raw();
        f.gate.on_position(one.request.strategy, one.instrument, moved,
                           -Int128{moved.raw()} * one.request.limit.raw() / Price::kScale,
                           one.request.account);
      }
    }
    f.gate.watch_losses();
    for (const risk::LimitKey& key : keys) REQUIRE(*f.gate.in_use(key) <= *f.gate.limit(key));
    // The firm's worst case, added up anew: 1e-26 of a dollar.
    Int128 gross = 0;
    Int128 value = 0;
    for (std::uint32_t n = 0; n < 2; ++n) {
      Int128 high = position[n];
      Int128 low = position[n];
      const Int128 rate = n == 0 ? 1'100'000'000 : 1'000'000'000;
      for (const Open& each : open) {
        if (index_of(each.instrument) != n) continue;
        (each.request.side == Side::Buy ? high : low) +=
            sign_of(each.request.side) * each.request.qty.raw();
        value += Int128{each.request.qty.raw()} * each.request.limit.raw() * rate;
      }
      gross += std::max(high, -low) * 1'001 * Price::kScale * rate;
    }
    const risk::Scope& firm = *f.gate.scope(ScopeKind::Firm, 0);
    REQUIRE(firm.sums().worst.gross == gross);
    REQUIRE(firm.sums().open_value == value);
    REQUIRE(firm.open_orders() == static_cast<std::int64_t>(open.size()));
  }
  CHECK(accepted > 500);
  CHECK(refused > 1'000);
}
