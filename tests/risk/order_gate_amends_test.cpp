// Amends at the gate: what adds nothing is not held against it, and who is nobody counts nowhere.
#include <catch2/catch.hpp>

#include "tests/risk/scope_gate.hpp"

using namespace sq;
using namespace sq::test;
using risk::LimitChange;
using risk::LimitKind;
using risk::Rule;
using risk::ScopeKind;

namespace {
void limit(ScopeGate& f, ScopeKind scope, LimitKind which, std::uint32_t number,
           std::int64_t value) {
  REQUIRE(f.gate.set_limit({scope, which, kNoStrategy, number}, value) == LimitChange::Done);
}
}  // namespace

TEST_CASE("an amend that adds no value passes where the open value is over its limit already",
          "[risk][amend]") {
  ScopeGate f;
  const OrderRequest order = f.send(ScopeGate::order(Side::Buy, 1'000, 2), kPaper, MonoTime{});
  limit(f, ScopeKind::Firm, LimitKind::OpenValue, 0, 1);
  const risk::Amendment lower{Price::from_units(999), order.qty, Qty{}, Qty{}};
  CHECK(f.gate.check_amend(order, kPaper, lower, kScopeNow).rule == Rule::None);
  const risk::Amendment higher{Price::from_units(1'001), order.qty, Qty{}, Qty{}};
  CHECK(f.gate.check_amend(order, kPaper, higher, kScopeNow).rule == Rule::OpenValue);
}

TEST_CASE("new orders and amends meet the policies of their kind", "[risk][amend]") {
  risk::GateSetup setup = scope_setup();
  setup.policies.duplicate_window_ns = kNsPerSecond;
  risk::InstrumentPolicies policies;
  policies.freeze_qty = Qty::from_units(3).raw();
  setup.policies.instruments = {policies};
  ScopeGate f{std::move(setup)};
  OrderRequest order = ScopeGate::order(Side::Buy, 1'000, 2);
  CHECK(f.gate.check(order, kPaper, kScopeNow).rule == Rule::None);
  order = f.send(order);
  CHECK(f.gate.check(order, kPaper, kScopeNow).rule == Rule::DuplicateOrder);
  const auto to = [&](std::int32_t qty) {
    const risk::Amendment change{Price::from_units(999), Qty::from_units(qty), Qty{},
                                 Qty::from_units(qty) - order.qty};
    return f.gate.check_amend(order, kPaper, change, kScopeNow).rule;
  };
  CHECK(to(2) == Rule::None);
  CHECK(to(3) == Rule::None);
  CHECK(to(4) == Rule::FreezeQty);
}

TEST_CASE(
    "messages of a strategy and an account one beyond the last count at the other scopes once",
    "[risk][amend]") {
  for (const auto& [scope, number] :
       {std::pair{ScopeKind::Instrument, std::uint32_t{0}},
        std::pair{ScopeKind::Venue, static_cast<std::uint32_t>(VenueId::Simulated)}}) {
    ScopeGate f;
    limit(f, scope, LimitKind::OrdersPerSecond, number, 2);
    OrderRequest stranger = ScopeGate::order(Side::Buy, 1'000, 1);
    stranger.strategy = StrategyId{2};
    stranger.account = AccountId{2};
    f.gate.on_amend_message(stranger, kPaper, kScopeNow);
    const OrderRequest order = ScopeGate::order(Side::Buy, 999, 1);
    CHECK(f.gate.check(order, kPaper, kScopeNow).rule == Rule::None);
    f.gate.on_amend_message(stranger, kPaper, kScopeNow);
    CHECK(f.gate.check(order, kPaper, kScopeNow).rule == Rule::OrderRate);
  }
}

TEST_CASE("what may fill of an order that the list has no place for is counted all the same",
          "[risk][amend]") {
  ScopeGate f;
  OrderRequest unlisted = ScopeGate::order(Side::Buy, 1'000, 2);
  unlisted.id = OrderId::make(1, 999);
  const Price limit = Price::from_units(1'000);
  f.gate.on_restaked(unlisted, kPaper, {Qty{}, limit, limit}, {unlisted.qty, limit, limit});
  CHECK(f.gate.exposure(kPaper).total.open.value == Int128{2'000} * power_of_ten(17));
  CHECK(f.gate.exposure(kPaper).resting.empty());
  f.gate.on_restaked(unlisted, kPaper, {unlisted.qty, limit, limit}, {Qty{}, limit, limit});
  CHECK(f.gate.exposure(kPaper).total.open.value == 0);
}
