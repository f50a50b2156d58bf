// Each limit in each scope at limit - 1, limit, limit + 1, absent, none and the largest number.
// Expected values are sums of qty x price x rate in 128 bits, made here from the facts.
#include <catch2/catch.hpp>
#include <limits>

#include "tests/risk/scope_gate.hpp"
#include "tests/support/allocations.hpp"

using namespace sq;
using namespace sq::test;
using risk::LimitChange;
using risk::LimitKind;
using risk::Rule;
using risk::ScopeKind;

namespace {
constexpr std::array kMoneyScopes{ScopeKind::Firm,     ScopeKind::Account,    ScopeKind::Venue,
                                  ScopeKind::Strategy, ScopeKind::Instrument, ScopeKind::Currency};
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// Units x price in EUR at 1.1, in 1e-8 USD.
std::int64_t dollars(std::int64_t tenths_of_euro) {
  return static_cast<std::int64_t>(Int128{tenths_of_euro} * Amount::kScale / 10 * 11 / 10);
}
struct Case {
  LimitKind limit;
  Rule rule;
  std::int64_t after;  // what the order of 1 at 1000 leads to
};
// 3 held, 2 open at 1000, 1 more at 1000; the ask is 1001, the mid 1000.5, bought at 1010.
const std::array kCases{
    Case{LimitKind::OrderValue, Rule::OrderValue, dollars(10'000)},
    Case{LimitKind::GrossNotional, Rule::GrossNotional, dollars(6 * 10'010)},
    Case{LimitKind::NetNotional, Rule::NetNotional, dollars(6 * 10'010)},
    Case{LimitKind::Credit, Rule::Credit, dollars(6 * 10'010 + 3 * 95)},
    Case{LimitKind::OpenOrders, Rule::OpenOrders, 2},
    Case{LimitKind::OpenValue, Rule::OpenValue, dollars(3 * 10'000)},
    Case{LimitKind::Turnover, Rule::Turnover, dollars(3 * 10'100 + 3 * 10'000)},
    Case{LimitKind::OrdersPerSecond, Rule::OrderRate, 2},
};
bool count(LimitKind kind) {
  return kind == LimitKind::OpenOrders || kind == LimitKind::OrdersPerSecond;
}
}  // namespace

TEST_CASE("each limit of each scope lets the limit pass and refuses one more", "[risk][scopes]") {
  for (const ScopeKind scope : kMoneyScopes) {
    for (const Case& each : kCases) {
      // That of an instrument is in its own currency: order_gate_test.
      if (scope == ScopeKind::Instrument && each.limit == LimitKind::OrderValue) continue;
      ScopeGate f;
      f.start();
      if (each.limit == LimitKind::OrdersPerSecond) f.send(ScopeGate::order(Side::Buy, 900, 1));
      const auto key = f.key(scope, each.limit);
      const auto order = ScopeGate::order(Side::Buy, 1'000, 1);
      INFO(text_of(scope) << ' ' << text_of(each.limit));
      const auto with = [&](std::int64_t limit) {
        REQUIRE(f.gate.set_limit(key, limit) == LimitChange::Done);
        REQUIRE(f.gate.limit(key) == limit);
        return f.gate.check(order, kPaper, kScopeNow);
      };
      CHECK(f.gate.check(order, kPaper, kScopeNow).accepted());
      const auto refused = with(each.after - 1);
      CHECK(refused.rule == each.rule);
      CHECK(refused.scope == scope);
      CHECK(refused.scope_number == key.number);
      CHECK(refused.allowed == each.after - 1);
      if (each.limit == LimitKind::OpenOrders)
        CHECK(refused.observed == each.after - 1);  // those that are open
      else
        CHECK(refused.observed == each.after);
      CHECK(with(each.after).accepted());
      CHECK(with(each.after + 1).accepted());
      CHECK(with(0).rule == each.rule);
      if (!count(each.limit)) CHECK(with(kMost).accepted());
      if (f.gate.set_limit(key, std::nullopt) == LimitChange::Done) {
        CHECK_FALSE(f.gate.limit(key));
        CHECK(f.gate.check(order, kPaper, kScopeNow).accepted());
      }
    }
  }
}

TEST_CASE(
    "a sell is held to the short side of net and what it does not worsen is not held against it",
    "[risk][scopes]") {
  for (const ScopeKind scope : kMoneyScopes) {
    ScopeGate f;
    f.start();
    INFO(text_of(scope));
    // 3 held at the bid less 5 sold: 2 short at the ask.
    const auto key = f.key(scope, LimitKind::NetNotional);
    const std::int64_t after = dollars(2 * 10'010);
    const auto order = ScopeGate::order(Side::Sell, 1'001, 5);
    REQUIRE(f.gate.set_limit(key, after) == LimitChange::Done);
    CHECK(f.gate.check(order, kPaper, kScopeNow).accepted());
    REQUIRE(f.gate.set_limit(key, after - 1) == LimitChange::Done);
    const auto refused = f.gate.check(order, kPaper, kScopeNow);
    CHECK(refused.rule == Rule::NetNotional);
    CHECK(refused.observed == -after);
    // 5 are long in the worst case already: gross does not grow.
    REQUIRE(f.gate.set_limit(key, kMost) == LimitChange::Done);
    REQUIRE(f.gate.set_limit(f.key(scope, LimitKind::GrossNotional), 1) == LimitChange::Done);
    CHECK(f.gate.check(order, kPaper, kScopeNow).accepted());
    REQUIRE(f.gate.set_limit(f.key(scope, LimitKind::Credit), 1) == LimitChange::Done);
    CHECK(f.gate.check(order, kPaper, kScopeNow).accepted());
    CHECK(f.gate.check(ScopeGate::order(Side::Sell, 1'001, 9), kPaper, kScopeNow).rule ==
          Rule::GrossNotional);
  }
}

TEST_CASE("a loss latches its scope at the limit, a halt also stops what reduces",
          "[risk][scopes]") {
  struct Latch {
    LimitKind limit;
    Rule rule;
    bool halts;
    std::int64_t at;
  };
  // 28.5 EUR below the start; after a gain of 100 USD was seen, 100 more below the peak.
  const std::array kLatches{
      Latch{LimitKind::DailyLoss, Rule::DailyLoss, false, dollars(285)},
      Latch{LimitKind::DailyLossHalt, Rule::LossHalt, true, dollars(285)},
      Latch{LimitKind::Drawdown, Rule::Drawdown, false, dollars(285)},
      Latch{LimitKind::DrawdownHalt, Rule::LossHalt, true, dollars(285)},
  };
  for (const ScopeKind scope : kMoneyScopes) {
    for (const Latch& each : kLatches) {
      for (const std::int64_t more : {1, 0, -1}) {
        ScopeGate f;
        INFO(text_of(scope) << ' ' << text_of(each.limit) << ' ' << more);
        const auto key = f.key(scope, each.limit);
        REQUIRE(f.gate.set_limit(key, each.at + more) == LimitChange::Done);
        f.gate.set_figure(scope, key.number, DayFigure::Base, 0);
        f.start();
        const auto grows = f.gate.check(ScopeGate::order(Side::Buy, 1'000, 1), kPaper, kScopeNow);
        const auto shrinks =
            f.gate.check(ScopeGate::order(Side::Sell, 1'001, 1), kPaper, kScopeNow);
        if (more > 0) {
          CHECK(grows.accepted());
          CHECK_FALSE(f.gate.any_loss_latch());
          continue;
        }
        CHECK(grows.rule == each.rule);
        CHECK(grows.scope == scope);
        CHECK(grows.observed == each.at);
        CHECK(grows.allowed == each.at + more);
        CHECK(shrinks.accepted() == !each.halts);
        CHECK(f.gate.latch_changes() == 1);
        f.gate.clear_loss_latches();
        CHECK_FALSE(f.gate.any_loss_latch());
      }
    }
  }
}

TEST_CASE("a drawdown is measured from the day's peak, a loss from its start", "[risk][scopes]") {
  ScopeGate f;
  const auto key = f.key(ScopeKind::Venue, LimitKind::Drawdown);
  REQUIRE(f.gate.set_limit(key, 50 * Amount::kScale) == LimitChange::Done);
  f.gate.set_figure(ScopeKind::Venue, key.number, DayFigure::Base, 10 * Amount::kScale);
  const auto gain = [&](std::int64_t dollars_more) {
    f.gate.on_position(StrategyId{0}, kOtherPaper, Qty{}, dollars_more * Amount::kScale,
                       AccountId{1});
    f.gate.watch_losses();
    return f.gate.any_loss_latch();
  };
  CHECK_FALSE(gain(100));  // peak 100
  CHECK_FALSE(gain(-49));
  CHECK(gain(-1));
  CHECK(f.gate.in_use(key) == 50 * Amount::kScale);
  f.gate.set_figure(ScopeKind::Venue, key.number, DayFigure::Base, 50 * Amount::kScale);
  CHECK_FALSE(f.gate.any_loss_latch());
  f.gate.set_figure(ScopeKind::Venue, key.number, DayFigure::Peak, 99 * Amount::kScale);
  CHECK_FALSE(gain(0));
  CHECK(gain(-1));
}

TEST_CASE("positions have their own bounds, long and short, in all and of one strategy",
          "[risk][scopes]") {
  for (const ScopeKind scope : {ScopeKind::Instrument, ScopeKind::StrategyInstrument}) {
    for (const Side side : {Side::Buy, Side::Sell}) {
      ScopeGate f;
      f.start();
      const bool buy = side == Side::Buy;
      const auto order = ScopeGate::order(side, buy ? 1'000 : 1'001, buy ? 4 : 10);
      const std::int64_t after = (buy ? 9 : 7) * Qty::kScale;
      const auto key = f.key(scope, buy ? LimitKind::PositionLong : LimitKind::PositionShort);
      REQUIRE(f.gate.set_limit(key, after) == LimitChange::Done);
      CHECK(f.gate.check(order, kPaper, kScopeNow).accepted());
      CHECK(f.gate.in_use(key) == (buy ? 5 : -3) * Qty::kScale);
      REQUIRE(f.gate.set_limit(key, after - 1) == LimitChange::Done);
      const auto refused = f.gate.check(order, kPaper, kScopeNow);
      CHECK(refused.rule == Rule::Position);
      CHECK(refused.scope == scope);
      CHECK(refused.observed == (buy ? after : -after));
      CHECK(refused.allowed == (buy ? after - 1 : 1 - after));
      // The other side has a bound of its own.
      const auto other = ScopeGate::order(opposite(side), buy ? 1'001 : 1'000, 1);
      CHECK(f.gate.check(other, kPaper, kScopeNow).accepted());
    }
    ScopeGate f;
    const auto key = f.key(scope, LimitKind::OrderQty);
    REQUIRE(f.gate.set_limit(key, Qty::kScale) == LimitChange::Done);
    auto order = ScopeGate::order(Side::Buy, 1'000, 1);
    CHECK(f.gate.check(order, kPaper, kScopeNow).accepted());
    order.qty += Qty::from_raw(1);
    CHECK(f.gate.check(order, kPaper, kScopeNow).rule == Rule::OrderQty);
    CHECK(f.gate.check(order, kPaper, kScopeNow).scope == scope);
  }
}

TEST_CASE(
    "limits at run time: every key there is takes a value, gives it back and counts a version",
    "[risk][scopes]") {
  ScopeGate f;
  std::uint32_t version = f.gate.limits_version();
  const auto keys = f.gate.limit_keys();
  CHECK(keys.size() > 100);
  for (const risk::LimitKey& key : keys) {
    INFO(text_of(key.scope) << ' ' << text_of(key.which));
    CHECK(f.gate.has_limit(key));
    CHECK(f.gate.set_limit(key, -1) == LimitChange::OutOfRange);
    if (key.which == LimitKind::Jump) {
      CHECK(f.gate.set_limit(key, 7) == LimitChange::OutOfRange);  // no window yet
      auto window = key;
      window.which = LimitKind::JumpWindow;
      CHECK(f.gate.set_limit(window, 0) == LimitChange::OutOfRange);
      REQUIRE(f.gate.set_limit(window, 5) == LimitChange::Done);
      ++version;
    }
    REQUIRE(f.gate.set_limit(key, 7) == LimitChange::Done);
    CHECK(f.gate.limits_version() == ++version);
    CHECK(f.gate.limit(key) == 7);
  }
  CHECK(f.gate.set_limit({ScopeKind::Account, LimitKind::Credit, kNoStrategy, 2}, 1) ==
        LimitChange::NoSuchLimit);
  CHECK(f.gate.set_limit({ScopeKind::Venue, LimitKind::Credit, kNoStrategy, 1}, 1) ==
        LimitChange::NoSuchLimit);
  CHECK(f.gate.set_limit({ScopeKind::Firm, LimitKind::Collar, kNoStrategy, 0}, 1) ==
        LimitChange::NoSuchLimit);
  CHECK(f.gate.set_limit({ScopeKind::Firm, LimitKind::GrossNotional, kNoStrategy, 0}, {}) ==
        LimitChange::Needed);
  CHECK(f.gate.set_limit(f.key(ScopeKind::Instrument, LimitKind::Collar), {}) ==
        LimitChange::Needed);
  CHECK(f.gate.limits_version() == version);
  const auto rate = f.key(ScopeKind::Firm, LimitKind::OrdersPerSecond);
  CHECK(f.gate.set_limit(rate, 4'000) == LimitChange::Done);  // four times what was configured
  CHECK(f.gate.set_limit(rate, 4'001) == LimitChange::OutOfRange);
}

TEST_CASE("checking with every control on allocates nothing", "[risk][hot]") {
  ScopeGate f;
  const OrderRequest open = f.start();
  for (const risk::LimitKey& key : f.gate.limit_keys())
    if (!f.gate.limit(key) && key.which < LimitKind::OrderQty)
      REQUIRE(f.gate.set_limit(key, count(key.which) ? 50 : 1'000'000'000) == LimitChange::Done);
  const auto before = allocations_on_this_thread();
  for (int i = 0; i < 10; ++i) {
    f.gate.set_reference(kPaper, Price::from_units(1'000 - i), Price::from_units(1'001), kScopeNow);
    static_cast<void>(f.gate.check(ScopeGate::order(Side::Buy, 1'000, 1), kPaper, kScopeNow));
    static_cast<void>(f.gate.set_limit(f.key(ScopeKind::Firm, LimitKind::Credit), i));
  }
  f.gate.on_released(open, kPaper, open.qty, true);
  CHECK(allocations_on_this_thread() == before);
}
