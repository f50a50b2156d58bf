// Orders of several legs: what is begun and not whole never exceeds the bound.
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "tests/core/parents_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
constexpr InstrumentId kEth{1};

struct LegsFixture : ParentsFixture {
  std::uint64_t other_depth{100};
  LegsFixture()
      : ParentsFixture{[](core::CoreSetup& setup) {
          core::InstrumentSetup eth = setup.instruments[0];
          eth.instrument.id = kEth;
          eth.instrument.symbol = Symbol{"ETHUSDT"};
          setup.instruments.push_back(eth);
          setup.strategies[0].instruments = {kBtc, kEth};
          for (auto& each : setup.instruments) each.limits.position_max = Qty::from_units(100);
        }} {
    begin();
    CoreFixture::Depth snapshot = f.depth(5'000, 5'001, 1);
    snapshot.header.first_id = snapshot.header.last_id = other_depth;
    f.input(RecordKind::DepthSnapshot, snapshot, kEth);
    both();
  }
  void other_book() {
    CoreFixture::Depth next = f.depth(5'000, 5'001, ++units);
    next.header.previous_id = other_depth;
    next.header.first_id = other_depth + 1;
    next.header.last_id = other_depth = other_depth + 2;
    f.input(RecordKind::DepthUpdate, next, kEth);
  }
  void both() {
    book();
    other_book();
  }
  OrderId trade(strategy::LegsIntent intent) {
    intent.legs[0].instrument = kBtc;
    intent.legs[0].side = Side::Buy;
    intent.legs[0].ratio = Qty::from_units(1);
    intent.legs[1].instrument = kEth;
    intent.legs[1].side = Side::Sell;
    intent.legs[1].ratio = Qty::from_units(2);
    strategy::Submitted made;
    act([&](strategy::Context& context) { made = context.trade_legs(intent); });
    REQUIRE(made.id != OrderId{});
    return made.id;
  }
  [[nodiscard]] const LegsChanged& legs(OrderId id) const {
    const auto* found = f.core.ledger().legs().find(id);
    REQUIRE(found != nullptr);
    return found->last;
  }
  void report_on(const OrderRequest& order, InstrumentId instrument, ReportKind kind,
                 std::int64_t qty) {
    OrderReport made;
    made.id = order.id;
    made.kind = kind;
    if (kind == ReportKind::Filled) {
      made.trade_id = ++trades;
      made.last_qty = Qty::from_raw(qty);
      made.last_price = order.limit;
      made.fee = {*Currency::parse("USDT"), 0};
    }
    f.input(RecordKind::OrderReport, made, instrument);
  }
  [[nodiscard]] std::int64_t position(InstrumentId id) const {
    return f.core.ledger().portfolio().position(id).raw();
  }
};
}  // namespace

TEST_CASE("the second leg follows what the first filled, and the first waits at the bound",
          "[core][legs]") {
  LegsFixture p;
  strategy::LegsIntent intent;
  intent.units = 3;
  intent.unhedged_units_max = 1;
  intent.unhedged_ns_max = 10 * kNsPerSecond;
  const OrderId id = p.trade(intent);
  REQUIRE(p.sent().size() == 1);
  CHECK(p.sent()[0].qty == Qty::from_units(1));
  p.both();
  CHECK(p.sent().size() == 1);
  p.report_on(p.sent()[0], kBtc, ReportKind::Filled, Qty::kScale);
  REQUIRE(p.sent().size() == 2);
  CHECK(p.sent()[1].side == Side::Sell);
  CHECK(p.sent()[1].qty == Qty::from_units(2));
  p.report_on(p.sent()[1], kEth, ReportKind::Filled, Qty::kScale);
  p.both();
  CHECK(p.sent().size() == 2);  // half of the second leg is missing: nothing new begins
  p.report_on(p.sent()[1], kEth, ReportKind::Filled, Qty::kScale);
  p.both();
  REQUIRE(p.sent().size() == 3);
  CHECK(p.sent()[2].qty == Qty::from_units(1));
  CHECK(p.legs(id).to == LegsState::Working);
}

TEST_CASE("a leg behind for too long is completed, or what is ahead goes back", "[core][legs]") {
  for (const bool unwind : {false, true}) {
    LegsFixture p;
    strategy::LegsIntent intent;
    intent.units = 2;
    intent.unhedged_ns_max = 200 * kNsPerMs;
    intent.unwind = unwind;
    const OrderId id = p.trade(intent);
    p.report_on(p.sent()[0], kBtc, ReportKind::Filled, Qty::kScale);
    REQUIRE(p.sent().size() == 2);
    p.report_on(p.sent()[1], kEth, ReportKind::Expired, 0);
    for (int i = 0; i < 9; ++i) {  // every follower expires
      const std::size_t before = p.sent().size();
      p.both();
      for (std::size_t k = before; k < p.sent().size(); ++k)
        p.report_on(p.sent()[k], kEth, ReportKind::Expired, 0);
      CHECK(p.legs(id).to == LegsState::Working);
    }
    p.both();
    p.both();
    REQUIRE(p.legs(id).cause == LegsCause::UnhedgedTime);
    CHECK(p.legs(id).to == (unwind ? LegsState::Unwinding : LegsState::Completing));
    const OrderRequest last = p.sent().back();
    if (unwind) p.report_on(last, kEth, ReportKind::Expired, 0);
    p.both();
    const OrderRequest next = unwind ? p.sent().back() : last;
    CHECK(next.side == Side::Sell);
    CHECK(next.qty == Qty::from_units(unwind ? 1 : 2));
    p.report_on(next, unwind ? kBtc : kEth, ReportKind::Filled, next.qty.raw());
    CHECK(p.legs(id).to == LegsState::Done);
    CHECK(p.position(kBtc) == (unwind ? 0 : Qty::kScale));
    CHECK(p.position(kEth) == (unwind ? 0 : -2 * Qty::kScale));
  }
}

TEST_CASE("whatever fills, what is begun and not whole stays within the bound and one child",
          "[core][legs]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    LegsFixture p;
    strategy::LegsIntent intent;
    intent.units = static_cast<std::int64_t>(3 + random() % 5);
    intent.unhedged_units_max = static_cast<std::int64_t>(1 + random() % 2);
    intent.unhedged_ns_max = 300 * kNsPerMs;
    intent.unwind = random() % 2 == 0;
    const OrderId id = p.trade(intent);
    std::map<std::uint64_t, std::int64_t> left;
    std::size_t taken = 0;
    for (int step = 0; step < 400 && p.legs(id).to != LegsState::Done; ++step) {
      p.both();
      for (; taken < p.sent().size(); ++taken)
        left[p.sent()[taken].id.value] = p.sent()[taken].qty.raw();
      for (std::size_t i = 0; i < p.sent().size(); ++i) {
        const OrderRequest order = p.sent()[i];
        std::int64_t& open = left[order.id.value];
        if (open == 0 || random() % 3 == 0) continue;
        const InstrumentId at = p.parent(order.parent).instrument;
        if (random() % 3 == 0) {
          open = 0;
          p.report_on(order, at, ReportKind::Expired, 0);
        } else {
          constexpr std::int64_t kLot = Qty::kScale / 1000;  // venues fill in lots
          const std::int64_t half = std::max(open / 2 / kLot * kLot, kLot);
          const std::int64_t part = random() % 2 == 0 ? open : half;
          open -= part;
          p.report_on(order, at, ReportKind::Filled, part);
        }
        for (; taken < p.sent().size(); ++taken)
          left[p.sent()[taken].id.value] = p.sent()[taken].qty.raw();
        // In units of the first leg; the second is two for one.
        const std::int64_t ahead = p.position(kBtc) + p.position(kEth) / 2;
        CHECK(ahead <= intent.unhedged_units_max * Qty::kScale);
        CHECK(ahead >= -Qty::kScale);
      }
    }
    CHECK(p.legs(id).to == LegsState::Done);
  }
}
