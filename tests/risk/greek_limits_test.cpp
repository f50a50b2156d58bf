#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <random>

#include "engine/risk/order_gate.hpp"
#include "tests/support/allocations.hpp"

using namespace sq;
using risk::GreekLimit;
using risk::Rule;

namespace {
constexpr InstrumentId kFuture{0};
constexpr InstrumentId kCall{1};
constexpr InstrumentId kPut{2};  // a tenth of a unit a contract
constexpr InstrumentId kOther{3};
constexpr InstrumentId kOtherCall{4};
constexpr StrategyId kOne{0};
constexpr StrategyId kTwo{1};
constexpr MonoTime kNow{10 * kNsPerSecond};
constexpr std::int64_t kAge = 2 * kNsPerSecond;

Instrument instrument(std::uint32_t id, InstrumentKind kind) {
  Instrument made;
  made.id = InstrumentId{id};
  made.kind = kind;
  made.quote = made.settle = *Currency::parse("USD");
  made.tick = made.price_min = Price::from_raw(Price::kScale / 100);
  made.price_max = Price::from_units(100'000);
  made.lot = made.qty_min = Qty::from_raw(Qty::kScale / 1000);
  made.qty_max = Qty::from_units(100'000);
  if (kind == InstrumentKind::Option) {
    made.strike = Price::from_units(100);
    made.expiry = WallTime{1'800'000'000 * kNsPerSecond};
    made.underlying = id == 4 ? kOther : kFuture;
    made.right = id == 2 ? OptionRight::Put : OptionRight::Call;
  }
  return made;
}

risk::GateSetup setup(std::vector<GreekLimit> limits) {
  risk::GateSetup made;
  made.firm = {1'000, 1'000, 1'000'000'000 * Amount::kScale, 9'000'000'000 * Amount::kScale};
  for (std::uint32_t i = 0; i < 5; ++i) {
    const bool option = i == 1 || i == 2 || i == 4;
    made.instruments.push_back(
        instrument(i, option ? InstrumentKind::Option : InstrumentKind::LinearFuture));
    made.instrument_limits.push_back({Qty::from_units(10'000), 1'000'000'000 * Amount::kScale,
                                      Ratio::from_raw(Ratio::kScale / 10), Qty::from_units(90'000),
                                      900, 10 * kNsPerSecond});
  }
  made.instruments[2].multiplier = Qty::from_raw(Qty::kScale / 10);
  for (int s = 0; s < 2; ++s) {
    made.strategy_limits.push_back({900, 1'000, 1'000'000'000 * Amount::kScale});
    made.permitted.emplace_back(5, true);
  }
  made.greek_limits = std::move(limits);
  return made;
}

GreeksUpdate greeks(double delta, double gamma = 0, double vega = 0, double theta = 0,
                    MonoTime as_of = kNow) {
  GreeksUpdate made;
  made.as_of = as_of;
  made.status = GreeksStatus::Quoted;
  made.delta = Greek::from_raw(static_cast<std::int64_t>(delta * 1e9));
  made.gamma = Gamma::from_raw(static_cast<std::int64_t>(gamma * 1e12));
  made.vega = Greek::from_raw(static_cast<std::int64_t>(vega * 1e9));
  made.theta = Greek::from_raw(static_cast<std::int64_t>(theta * 1e9));
  return made;
}
Qty thousandths(std::int64_t n) { return Qty::from_raw(n * (Qty::kScale / 1000)); }

// Both strategies armed, every book at 99.99 / 100.00 just now.
struct Fixture {
  risk::OrderGate gate;
  std::uint64_t ids{0};

  explicit Fixture(std::vector<GreekLimit> limits) : gate{setup(std::move(limits))} {
    for (const StrategyId s : {kOne, kTwo}) gate.set_strategy_state(s, StrategyState::Armed);
    for (std::uint32_t i = 0; i < 5; ++i)
      gate.set_reference(InstrumentId{i}, Price::from_raw(99'990'000'000), Price::from_units(100),
                         kNow);
  }
  // Buys below all sells, so that own orders never meet.
  static OrderRequest order(Side side, std::int64_t qty, StrategyId strategy = kOne) {
    OrderRequest request;
    request.strategy = strategy;
    request.side = side;
    request.limit = Price::from_units(side == Side::Buy ? 95 : 105);
    request.qty = thousandths(qty);
    return request;
  }
  risk::Verdict check(Side side, std::int64_t qty, InstrumentId id, StrategyId s = kOne,
                      MonoTime now = kNow) {
    return gate.check(order(side, qty, s), id, now);
  }
  Rule rule(Side side, std::int64_t qty, InstrumentId id, StrategyId s = kOne,
            MonoTime now = kNow) {
    return check(side, qty, id, s, now).rule;
  }
  OrderRequest send(Side side, std::int64_t qty, InstrumentId id, StrategyId s = kOne) {
    OrderRequest request = order(side, qty, s);
    request.id = OrderId::make(1, ++ids);
    gate.on_sent(request, id, MonoTime{0});
    return request;
  }
  void hold(std::int64_t qty, InstrumentId id, StrategyId s = kOne) {
    gate.on_position(s, id, thousandths(qty), 0);
  }
};

GreekLimit delta_limit(std::int32_t units) {
  GreekLimit limit;
  limit.underlying = kFuture;
  limit.delta_max = Qty::from_units(units).raw();
  limit.age_ns_max = kAge;
  return limit;
}
}  // namespace

TEST_CASE("delta passes at its limit and not one lot beyond, long and short", "[risk]") {
  Fixture f{{delta_limit(5)}};
  f.gate.set_greeks(kCall, greeks(0.5));
  CHECK(f.rule(Side::Buy, 10'000, kCall) == Rule::None);
  const risk::Verdict over = f.check(Side::Buy, 10'001, kCall);
  CHECK(over.rule == Rule::GreekDelta);
  CHECK(over.observed == 500'050'000);  // 5.0005
  CHECK(over.allowed == 500'000'000);
  CHECK(over.detail == 0);
  CHECK(f.rule(Side::Sell, 10'000, kCall) == Rule::None);
  const risk::Verdict under = f.check(Side::Sell, 10'001, kCall);
  CHECK(under.rule == Rule::GreekDelta);
  CHECK(under.observed == -500'050'000);
  CHECK(under.allowed == -500'000'000);
  // The underlying itself has a delta of 1 and needs no Greeks.
  CHECK(f.rule(Side::Buy, 5'000, kFuture) == Rule::None);
  CHECK(f.rule(Side::Buy, 5'001, kFuture) == Rule::GreekDelta);
  CHECK(f.rule(Side::Sell, 5'001, kFuture) == Rule::GreekDelta);
}

TEST_CASE("gamma, vega and theta pass at their limits and not one lot beyond", "[risk]") {
  struct Case {
    std::optional<std::int64_t> GreekLimit::*limit;
    std::int64_t max;
    GreeksUpdate greeks;
    Rule rule;
    std::int64_t observed;
  };
  const Case cases[] = {
      {&GreekLimit::gamma_max, 20'000'000'000, greeks(0, 0.002), Rule::GreekGamma, 20'002'000'000},
      {&GreekLimit::vega_max, 200 * Amount::kScale, greeks(0, 0, 20), Rule::GreekVega,
       20'002'000'000},
      {&GreekLimit::theta_max, 70 * Amount::kScale, greeks(0, 0, 0, 7), Rule::GreekTheta,
       7'000'700'000}};
  for (const Case& each : cases) {
    GreekLimit limit;
    limit.underlying = kFuture;
    limit.age_ns_max = kAge;
    limit.*each.limit = each.max;
    for (const int sign : {1, -1}) {
      Fixture f{{limit}};
      GreeksUpdate values = each.greeks;
      if (sign < 0) {
        values.gamma = -values.gamma;
        values.vega = -values.vega;
        values.theta = -values.theta;
      }
      f.gate.set_greeks(kCall, values);
      CHECK(f.rule(Side::Buy, 10'000, kCall) == Rule::None);
      CHECK(f.rule(Side::Sell, 10'000, kCall) == Rule::None);
      const risk::Verdict over = f.check(Side::Buy, 10'001, kCall);
      CHECK(over.rule == each.rule);
      CHECK(over.observed == sign * each.observed);
      CHECK(over.allowed == sign * each.max);
      CHECK(f.rule(Side::Sell, 10'001, kCall) == each.rule);
      CHECK(f.rule(Side::Buy, 100'000, kFuture) == Rule::None);  // has none of the three
    }
  }
}

TEST_CASE("open buys and open sells are counted apart, until they can no longer fill", "[risk]") {
  Fixture f{{delta_limit(5)}};
  f.gate.set_greeks(kCall, greeks(0.5));
  const OrderRequest open = f.send(Side::Buy, 6'000, kCall);
  CHECK(f.rule(Side::Buy, 4'000, kCall) == Rule::None);
  CHECK(f.rule(Side::Buy, 4'001, kCall) == Rule::GreekDelta);
  CHECK(f.rule(Side::Sell, 10'000, kCall) == Rule::None);
  CHECK(f.rule(Side::Sell, 10'001, kCall) == Rule::GreekDelta);
  CHECK(f.rule(Side::Buy, 2'001, kFuture) == Rule::GreekDelta);  // 3 of 5 are taken
  CHECK(f.rule(Side::Buy, 2'000, kFuture) == Rule::None);
  f.gate.on_released(open, kCall, thousandths(2'000), false);
  CHECK(f.rule(Side::Buy, 6'000, kCall) == Rule::None);
  CHECK(f.rule(Side::Buy, 6'001, kCall) == Rule::GreekDelta);
  f.gate.on_released(open, kCall, thousandths(4'000), true);
  CHECK(f.rule(Side::Buy, 10'000, kCall) == Rule::None);
}

TEST_CASE("a hedge widens what may be bought and a put counts against its sign", "[risk]") {
  Fixture f{{delta_limit(5)}};
  f.gate.set_greeks(kCall, greeks(0.5));
  f.gate.set_greeks(kPut, greeks(-0.4));
  f.hold(-5'000, kFuture);
  CHECK(f.rule(Side::Buy, 20'000, kCall) == Rule::None);
  CHECK(f.rule(Side::Buy, 20'001, kCall) == Rule::GreekDelta);
  CHECK(f.rule(Side::Sell, 1, kCall) == Rule::GreekDelta);
  // A tenth of a unit a contract: a put adds -0.04.
  CHECK(f.rule(Side::Buy, 1, kPut) == Rule::GreekDelta);
  CHECK(f.rule(Side::Sell, 250'000, kPut) == Rule::None);
  CHECK(f.rule(Side::Sell, 250'001, kPut) == Rule::GreekDelta);
}

TEST_CASE("beyond a limit only the side that makes it worse is refused", "[risk]") {
  Fixture f{{delta_limit(5)}};
  f.gate.set_greeks(kCall, greeks(0.5));
  f.hold(10'000, kCall);
  f.gate.set_greeks(kCall, greeks(0.9));  // 9: the market moved
  CHECK(f.rule(Side::Buy, 1, kCall) == Rule::GreekDelta);
  CHECK(f.rule(Side::Buy, 1, kFuture) == Rule::GreekDelta);
  CHECK(f.rule(Side::Sell, 1'000, kCall) == Rule::None);
  CHECK(f.rule(Side::Sell, 14'000, kFuture) == Rule::None);
  CHECK(f.rule(Side::Sell, 14'001, kFuture) == Rule::GreekDelta);
}

TEST_CASE("Greeks one nanosecond too old refuse all but what reduces", "[risk]") {
  Fixture f{{delta_limit(5)}};
  f.gate.set_greeks(kCall, greeks(0.5, 0, 0, 0, kNow - kAge));
  CHECK(f.rule(Side::Buy, 1'000, kCall) == Rule::None);
  const risk::Verdict stale = f.check(Side::Buy, 1'000, kCall, kOne, kNow + 1);
  CHECK(stale.rule == Rule::GreeksStale);
  CHECK(stale.observed == kAge + 1);
  CHECK(stale.allowed == kAge);
  f.hold(2'000, kCall);
  CHECK(f.rule(Side::Buy, 1'000, kCall, kOne, kNow + 1) == Rule::GreeksStale);
  CHECK(f.rule(Side::Sell, 2'000, kCall, kOne, kNow + 1) == Rule::None);
  CHECK(f.rule(Side::Sell, 2'001, kCall, kOne, kNow + 1) == Rule::GreeksStale);
  // What is held decides for the underlying, too; another underlying is not concerned.
  CHECK(f.rule(Side::Buy, 1'000, kFuture, kOne, kNow + 1) == Rule::GreeksStale);
  CHECK(f.rule(Side::Buy, 1'000, kOther, kOne, kNow + 1) == Rule::None);
}

TEST_CASE("an option without Greeks is refused by name unless the order reduces", "[risk]") {
  Fixture f{{delta_limit(5)}};
  const risk::Verdict none = f.check(Side::Buy, 1'000, kPut);
  CHECK(none.rule == Rule::GreeksUnknown);
  CHECK(none.observed == 2);
  CHECK(f.rule(Side::Buy, 1'000, kFuture) == Rule::None);  // nothing of it is held
  f.hold(1'000, kPut);
  CHECK(f.rule(Side::Buy, 1'000, kFuture) == Rule::GreeksUnknown);
  CHECK(f.rule(Side::Sell, 1'000, kPut) == Rule::None);
  f.gate.set_greeks(kPut, greeks(-0.4));
  CHECK(f.rule(Side::Buy, 1'000, kFuture) == Rule::None);
  GreeksUpdate gone = greeks(-0.4);
  gone.status = GreeksStatus::Unavailable;
  f.gate.set_greeks(kPut, gone);
  CHECK(f.rule(Side::Buy, 1'000, kFuture) == Rule::GreeksUnknown);
  f.gate.on_position(kOne, kPut, thousandths(-1'000), 0);
  CHECK(f.rule(Side::Buy, 1'000, kFuture) == Rule::None);
}

TEST_CASE("a strategy's limit counts its own positions and orders only", "[risk]") {
  GreekLimit own = delta_limit(2);
  own.strategy = kTwo;
  Fixture f{{delta_limit(5), own}};
  f.gate.set_greeks(kCall, greeks(0.5));
  f.hold(4'000, kCall, kOne);  // 2 of the firm's 5
  CHECK(f.rule(Side::Buy, 4'000, kCall, kTwo) == Rule::None);
  const risk::Verdict over = f.check(Side::Buy, 4'001, kCall, kTwo);
  CHECK(over.rule == Rule::GreekDelta);
  CHECK(over.allowed == 200'000'000);
  CHECK(over.detail == 1);
  CHECK(f.rule(Side::Buy, 6'000, kCall, kOne) == Rule::None);
  CHECK(f.rule(Side::Buy, 6'001, kCall, kOne) == Rule::GreekDelta);
  // Opposite positions of two strategies net for the firm, and stay at stake for each.
  f.hold(-4'000, kCall, kTwo);
  CHECK(f.rule(Side::Sell, 1, kCall, kTwo) == Rule::GreekDelta);
  f.gate.set_greeks(kCall, GreeksUpdate{});
  CHECK(f.rule(Side::Buy, 1'000, kFuture, kTwo) == Rule::GreeksUnknown);
}

TEST_CASE("a limit on all options adds up over underlyings", "[risk]") {
  GreekLimit limit;
  limit.vega_max = 100 * Amount::kScale;
  limit.age_ns_max = kAge;
  Fixture f{{limit}};
  f.gate.set_greeks(kCall, greeks(0.5, 0, 20));
  f.gate.set_greeks(kOtherCall, greeks(0.5, 0, 10));
  f.hold(3'000, kCall);
  CHECK(f.rule(Side::Buy, 4'000, kOtherCall) == Rule::None);
  CHECK(f.rule(Side::Buy, 4'001, kOtherCall) == Rule::GreekVega);
  CHECK(f.rule(Side::Buy, 1'000'000, kOther) == Rule::None);
}

TEST_CASE("what does not fit 128 bits is refused as not evaluable", "[risk]") {
  risk::GateSetup made = setup({delta_limit(5)});
  made.instruments[1].multiplier = Qty::from_units(1'000);
  made.instruments[1].qty_max = Qty::from_units(100'000);
  risk::OrderGate gate{std::move(made)};
  gate.set_strategy_state(kOne, StrategyState::Armed);
  gate.set_reference(kCall, Price::from_raw(99'990'000'000), Price::from_units(100), kNow);
  GreeksUpdate huge = greeks(0);
  huge.delta = Greek::max();
  gate.set_greeks(kCall, huge);
  OrderRequest order = Fixture::order(Side::Buy, 1'000'000);
  CHECK(gate.check(order, kCall, kNow).rule == Rule::Overflow);
}

TEST_CASE("checking Greeks allocates nothing", "[risk]") {
  Fixture f{{delta_limit(5), delta_limit(4)}};
  f.gate.set_greeks(kCall, greeks(0.5));
  f.hold(1'000, kCall);
  const std::uint64_t before = allocations_on_this_thread();
  for (int i = 0; i < 100; ++i) {
    static_cast<void>(f.rule(Side::Buy, 1'000, kCall));
    f.gate.set_greeks(kCall, greeks(0.5));
    f.send(Side::Buy, 1, kCall);
  }
  CHECK(allocations_on_this_thread() == before);
}

// Against a model that lists every order: whatever is sent, filled and cancelled, in any order, no
// combination of fills of what is open leaves a limit, and nothing is refused that would not.
TEST_CASE("no sequence of orders breaches a Greek limit, open orders counted", "[risk]") {
  struct Open {
    OrderRequest request;
    InstrumentId id;
    std::int64_t left;
  };
  constexpr std::int64_t kDelta[] = {1'000, 500, -40, 0, 0};  // 1e-3 a contract
  constexpr std::int64_t kBound = 5'000'000;                  // 1e-6
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Fixture f{{delta_limit(5)}};
    f.gate.set_greeks(kCall, greeks(0.5));
    f.gate.set_greeks(kPut, greeks(-0.4));
    std::mt19937_64 random{seed};
    std::vector<Open> open;
    std::int64_t position[5]{};
    std::map<Rule, int> seen;
    // Highest and lowest sum over instruments when each fills all its buys or all its sells.
    const auto worst = [&](const Open* extra, int sign) {
      std::int64_t sum = 0;
      for (std::size_t i = 0; i < 3; ++i) {
        std::int64_t buys = 0;
        std::int64_t sells = 0;
        const auto count = [&](const Open& each) {
          if (index_of(each.id) != i) return;
          (each.request.side == Side::Buy ? buys : sells) += each.left;
        };
        for (const Open& each : open) count(each);
        if (extra != nullptr) count(*extra);
        const std::int64_t bought = sign * kDelta[i] * (position[i] + buys);
        const std::int64_t sold = sign * kDelta[i] * (position[i] - sells);
        sum += std::max(bought, sold);
      }
      return sum;
    };
    for (int step = 0; step < 400; ++step) {
      if (open.empty() || random() % 3 != 0) {
        const InstrumentId id{static_cast<std::uint32_t>(random() % 3)};
        const Side side = random() % 2 == 0 ? Side::Buy : Side::Sell;
        const auto qty = static_cast<std::int64_t>(1 + random() % (id == kPut ? 40'000 : 4'000));
        Open next{Fixture::order(side, qty), id, qty};
        const Rule rule = f.gate.check(next.request, id, kNow).rule;
        ++seen[rule];
        const bool breaches = worst(&next, 1) > kBound || worst(&next, -1) > kBound;
        REQUIRE(rule == (breaches ? Rule::GreekDelta : Rule::None));
        if (breaches) continue;
        next.request = f.send(side, qty, id);
        open.push_back(next);
      } else {
        const std::size_t k = random() % open.size();
        Open& each = open[k];
        const auto part =
            static_cast<std::int64_t>(1 + random() % static_cast<std::uint64_t>(each.left));
        const bool fill = random() % 2 == 0;
        const bool done = part == each.left;
        f.gate.on_released(each.request, each.id, thousandths(part), done);
        if (fill) {
          const std::int64_t change = each.request.side == Side::Buy ? part : -part;
          f.hold(change, each.id);
          position[index_of(each.id)] += change;
        }
        each.left -= part;
        if (done) open.erase(open.begin() + static_cast<std::ptrdiff_t>(k));
      }
      REQUIRE(worst(nullptr, 1) <= kBound);
      REQUIRE(worst(nullptr, -1) <= kBound);
    }
    CHECK(seen[Rule::GreekDelta] > 20);
    CHECK(seen[Rule::None] > 20);
  }
}
