// A strategy on a whole core that does what a test says at the next change of the top, and a venue
// whose answers the test gives: for tests of orders whose terms change.
#pragma once

#include <functional>
#include <utility>

#include "tests/core/core_fixture.hpp"

namespace sq::test {
struct AmendDesk : CoreFixture {
  std::function<void(strategy::Context&)> once;

  explicit AmendDesk(const std::function<void(core::CoreSetup&)>& change = [](core::CoreSetup&) {})
      : CoreFixture{change} {
    script.on_top = [this](const strategy::Top&, strategy::Context& context) {
      if (!once) return;
      const auto run = std::move(once);
      once = nullptr;
      run(context);
    };
    start();
    open_book();
  }
  void act(std::function<void(strategy::Context&)> what) {
    once = std::move(what);
    update(10'000, 10'001, ++units_);
    REQUIRE_FALSE(once);
  }
  OrderId open(const strategy::OrderIntent& intent, std::uint64_t venue_id = 70) {
    OrderId id;
    act([&](strategy::Context& context) { id = context.submit(intent).id; });
    REQUIRE(id != OrderId{});
    answer(id, ReportKind::Accepted,
           [&](OrderReport& report) { report.venue_order_id = venue_id; });
    return id;
  }
  void answer(
      OrderId id, ReportKind kind,
      const std::function<void(OrderReport&)>& change = [](OrderReport&) {}) {
    OrderReport made;
    made.id = id;
    made.kind = kind;
    made.fee = {*Currency::parse("USDT"), 0};
    change(made);
    input(RecordKind::OrderReport, made, kBtc);
  }
  [[nodiscard]] std::int64_t open_units() const {
    return core.ledger().gate().exposure(kBtc).total.open.buy / Qty::kScale;
  }

 private:
  std::int32_t units_{2};
};
}  // namespace sq::test
