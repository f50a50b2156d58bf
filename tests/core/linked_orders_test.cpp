// OCO, OTO and brackets: never more out than was entered, unless the venue's own race made it so.
#include <catch2/catch.hpp>
#include <random>

#include "tests/core/parents_fixture.hpp"

using namespace sq;
using namespace sq::test;

namespace {
strategy::LinkIntent bracket(std::int32_t qty) {
  strategy::LinkIntent intent;
  intent.kind = LinkKind::Bracket;
  intent.entry = ParentsFixture::resting(Side::Buy, qty, 9'990);
  intent.first = ParentsFixture::stop(Side::Sell, qty, 9'950);
  intent.second = ParentsFixture::resting(Side::Sell, qty, 10'050);
  return intent;
}
std::int64_t filled_by(const ParentsFixture& p, OrderId parent) {
  return parent == OrderId{} ? 0 : p.parent(parent).filled.raw();
}
}  // namespace

TEST_CASE("a bracket's exits are as large as its entry has filled, at each partial fill",
          "[core][links]") {
  ParentsFixture p;
  p.begin();
  p.book();
  const OrderId id = p.link(bracket(3));
  REQUIRE(p.sent().size() == 1);
  const OrderId entry = p.sent()[0].id;
  p.f.report(entry, ReportKind::Accepted);
  p.book();
  CHECK(p.sent().size() == 1);  // nothing to protect yet
  p.fill(entry, 1, 9'990);
  REQUIRE(p.sent().size() == 2);
  CHECK(p.sent()[1].qty == Qty::from_units(1));
  CHECK(p.sent()[1].limit == CoreFixture::price(10'050));
  CHECK(p.parent(p.linked(id).orders[1]).qty == Qty::from_units(1));
  p.fill(entry, 2, 9'990);
  p.book();
  REQUIRE(p.sent().size() == 3);
  CHECK(p.sent()[2].qty == Qty::from_units(2));
  // The target fills a part: the stop is that much smaller.
  p.fill(p.sent()[1].id, 1, 10'050);
  CHECK(p.parent(p.linked(id).orders[1]).qty == Qty::from_units(2));
  p.fill(p.sent()[2].id, 2, 10'050);
  CHECK(p.linked(id).to == LinkState::Done);
  CHECK(p.parent(p.linked(id).orders[1]).trigger.state == TriggerState::Ended);
  CHECK(p.sent().size() == 3);
  REQUIRE_FALSE(p.seen.links.empty());
  CHECK(p.seen.links.back().state == LinkState::Done);
}

TEST_CASE("a stop waits for the proof that the target is cancelled, then takes what is left",
          "[core][links]") {
  ParentsFixture p;
  p.begin();
  p.book();
  const OrderId id = p.link(bracket(2));
  p.fill(p.sent()[0].id, 2, 9'990);
  REQUIRE(p.sent().size() == 2);
  const OrderId target = p.sent()[1].id;
  p.f.report(target, ReportKind::Accepted);
  p.book();  // the first price counts when the second is near it
  p.book(9'950, 9'951);
  p.book(9'950, 9'952);
  REQUIRE(p.f.venue.cancels.size() == 1);
  CHECK(p.f.venue.cancels[0].id == target);
  CHECK(p.f.venue.cancels[0].reason == CancelReason::Linked);
  p.book(9'949, 9'950);
  CHECK(p.sent().size() == 2);
  p.fill(target, 1, 10'050);  // in the race
  CHECK(p.sent().size() == 2);
  p.f.report(target, ReportKind::Cancelled);
  REQUIRE(p.sent().size() == 3);
  CHECK(p.sent()[2].qty == Qty::from_units(1));
  p.fill(p.sent()[2].id, 1, 9'949);
  CHECK(p.linked(id).to == LinkState::Done);
  CHECK(p.linked(id).excess == Qty{});
}

TEST_CASE(
    "a stop whose target cannot be proven cancelled goes out in time, and what both fill "
    "goes back",
    "[core][links]") {
  ParentsFixture p;
  p.begin();
  p.book();
  strategy::LinkIntent intent = bracket(2);
  intent.race_ns = 100 * kNsPerMs;
  const OrderId id = p.link(intent);
  p.fill(p.sent()[0].id, 2, 9'990);
  const OrderId target = p.sent()[1].id;
  p.f.report(target, ReportKind::Accepted);
  p.book();  // the first price counts when the second is near it
  p.book(9'950, 9'951);
  p.book(9'950, 9'952);
  for (int i = 0; i < 4; ++i) p.book(9'949, 9'950);  // 80 ms
  CHECK(p.sent().size() == 2);
  p.book(9'949, 9'950);
  REQUIRE(p.sent().size() == 3);
  CHECK(p.linked(id).hurried == 1);
  p.fill(p.sent()[2].id, 2, 9'949);
  p.fill(target, 1, 10'050);
  p.f.report(target, ReportKind::Cancelled);
  CHECK(p.linked(id).excess == Qty::from_units(1));
  REQUIRE(p.sent().size() == 4);
  CHECK(p.sent()[3].side == Side::Buy);
  CHECK(p.sent()[3].qty == Qty::from_units(1));
  p.fill(p.sent()[3].id, 1, 9'950);
  CHECK(p.linked(id).to == LinkState::Done);
  CHECK(p.f.core.ledger().portfolio().position(kBtc) == Qty{});
}

TEST_CASE("of two resting orders the first fill cancels the other; both filled is traded back",
          "[core][links]") {
  ParentsFixture p;
  p.begin();
  p.book();
  strategy::LinkIntent intent;
  intent.kind = LinkKind::Oco;
  intent.first = ParentsFixture::resting(Side::Buy, 2, 9'950);
  intent.second = ParentsFixture::resting(Side::Sell, 2, 10'050);
  const OrderId id = p.link(intent);
  REQUIRE(p.sent().size() == 2);
  p.fill(p.sent()[0].id, 1, 9'950);
  REQUIRE(p.f.venue.cancels.size() == 1);
  CHECK(p.f.venue.cancels[0].id == p.sent()[1].id);
  p.fill(p.sent()[1].id, 2, 10'050);
  CHECK(p.linked(id).excess == Qty::from_units(2));
  REQUIRE(p.sent().size() == 3);
  CHECK(p.sent()[2].side == Side::Buy);
  CHECK(p.sent()[2].qty == Qty::from_units(2));
}

TEST_CASE("random fills, cancels and races of brackets end flat and within the entry",
          "[core][links]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random{seed};
    const auto below = [&](std::uint64_t n) { return random() % n; };
    ParentsFixture p;
    p.begin();
    p.book();
    strategy::LinkIntent intent = bracket(static_cast<std::int32_t>(1 + below(4)));
    intent.race_ns = below(2) == 0 ? strategy::kWaitForProof : 60 * kNsPerMs;
    const OrderId id = p.link(intent);
    // The venue, kept apart from the engine: what each order has left, and what a cancel met.
    struct Working {
      OrderRequest request;
      std::int64_t left;
      bool cancelled;
    };
    std::vector<Working> venue;
    std::size_t taken = 0;
    std::size_t cancels = 0;
    std::int64_t position = 0;
    const auto listen = [&] {
      for (; taken < p.sent().size(); ++taken)
        venue.push_back({p.sent()[taken], p.sent()[taken].qty.raw(), false});
      for (; cancels < p.f.venue.cancels.size(); ++cancels)
        for (Working& order : venue)
          if (order.request.id == p.f.venue.cancels[cancels].id) order.cancelled = true;
    };
    const auto report = [&](Working& order, ReportKind kind, std::int64_t qty) {
      OrderReport made;
      made.id = order.request.id;
      made.kind = kind;
      if (kind == ReportKind::Filled) {
        made.trade_id = ++p.trades;
        made.last_qty = Qty::from_raw(qty);
        made.last_price = order.request.limit;
        made.fee = {*Currency::parse("USDT"), 0};
        order.left -= qty;
        position += order.request.side == Side::Buy ? qty : -qty;
      } else {
        order.left = 0;
      }
      p.f.input(RecordKind::OrderReport, made, kBtc);
    };
    std::int64_t bid = 10'000;
    for (int step = 0; step < 600 && p.linked(id).to != LinkState::Done; ++step) {
      listen();
      const bool ends = step > 150;  // the entry is given up, and everything answers
      if (step == 150)
        p.act([&](strategy::Context& context) { context.close(p.linked(id).orders[0]); });
      if (below(3) == 0 || ends)
        bid = std::clamp<std::int64_t>(bid + static_cast<std::int64_t>(below(21)) - 12, 9'900,
                                       10'100);
      p.book(bid, bid + 1);
      listen();
      for (std::size_t i = 0; i < venue.size(); ++i) {
        Working& order = venue[i];
        if (order.left == 0 || below(4) != 0) continue;
        const bool immediate = order.request.tif == TimeInForce::ImmediateOrCancel;
        if (below(2) == 0 && (!order.cancelled || below(3) == 0)) {
          const std::int64_t units = order.left / Qty::kScale;
          report(order, ReportKind::Filled,
                 Qty::kScale *
                     static_cast<std::int64_t>(1 + below(static_cast<std::uint64_t>(units))));
        } else if (order.cancelled) {
          report(order, ReportKind::Cancelled, 0);
        } else if (immediate) {
          report(order, ReportKind::Expired, 0);
        }
        listen();
      }
      const LinkChanged& link = p.linked(id);
      const std::int64_t entered = filled_by(p, link.orders[0]);
      const auto& stop = p.parent(link.orders[1]);
      const auto& target = p.parent(link.orders[2]);
      if (link.hurried == 0) {
        REQUIRE(stop.filled.raw() + stop.at_stake.raw() + target.filled.raw() +
                    target.at_stake.raw() <=
                entered);
      }
      REQUIRE(p.f.core.ledger().portfolio().position(kBtc).raw() == position);
      const std::int64_t excess = stop.filled.raw() + target.filled.raw() - entered;
      REQUIRE(link.excess.raw() == std::max<std::int64_t>(excess, 0));
    }
    CHECK(p.linked(id).to == LinkState::Done);
    CHECK(position == 0);
  }
}
