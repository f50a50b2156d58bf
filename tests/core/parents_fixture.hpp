// A core with a strategy that does what a test tells it at the next book change, and keeps what it
// is told about its parents, links and legs.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "tests/core/core_fixture.hpp"

namespace sq::test {
class ActingStrategy final : public strategy::Strategy {
 public:
  using Action = std::function<void(strategy::Context&)>;
  struct Seen {
    Action next;   // once
    Action every;  // at every timer
    std::vector<strategy::ParentUpdate> parents;
    std::vector<strategy::LinkUpdate> links;
    std::vector<strategy::LegsUpdate> legs;
    bool inside{false};  // of an action: nothing may be told there
  };
  explicit ActingStrategy(Seen& seen) : seen_{seen} {}
  void on_top(const strategy::Top&, strategy::Context& context) noexcept override {
    if (!seen_.next) return;
    const Action action = std::exchange(seen_.next, nullptr);
    seen_.inside = true;
    action(context);
    seen_.inside = false;
  }
  void on_timer(strategy::TimerId, strategy::Context& context) noexcept override {
    if (seen_.every) seen_.every(context);
  }
  void on_parent(const strategy::ParentUpdate& update, strategy::Context&) noexcept override {
    CHECK_FALSE(seen_.inside);
    seen_.parents.push_back(update);
  }
  void on_link(const strategy::LinkUpdate& update, strategy::Context&) noexcept override {
    seen_.links.push_back(update);
  }
  void on_legs(const strategy::LegsUpdate& update, strategy::Context&) noexcept override {
    seen_.legs.push_back(update);
  }

 private:
  Seen& seen_;
};

struct ParentsFixture {
  using Change = std::function<void(core::CoreSetup&)>;
  ActingStrategy::Seen seen;
  CoreFixture f;
  std::int32_t units{3};
  std::int64_t last_bid{10'000};
  std::int64_t last_ask{10'001};
  std::uint64_t trades{0};

  explicit ParentsFixture(const Change& change = {})
      : f{[&](core::CoreSetup& setup) {
          setup.strategies[0].strategy = std::make_unique<ActingStrategy>(seen);
          setup.strategies[0].limits.open_orders_max = 50;
          setup.instruments[0].limits.open_orders_max = 50;
          setup.firm.open_orders_max = 100;
          if (change) change(setup);
        }} {}
  void begin() {
    f.start();
    f.open_book();
  }
  // The book at bid / ask, in tenths, and nowhere else; 20 ms later, so that a pause of the engine
  // is over.
  void book(std::int64_t bid = 10'000, std::int64_t ask = 10'001) {
    f.at_ms += 20;
    std::vector<Level> bids{{CoreFixture::price(bid), Qty::from_units(++units)}};
    std::vector<Level> asks{{CoreFixture::price(ask), Qty::from_units(units)}};
    if (bid != last_bid) bids.push_back({CoreFixture::price(last_bid), Qty{}});
    if (ask != last_ask) asks.push_back({CoreFixture::price(last_ask), Qty{}});
    last_bid = bid;
    last_ask = ask;
    struct {
      RecordHeader header;
      DepthHeader depth;
      Level levels[4];
    } record;
    std::copy(bids.begin(), bids.end(), record.levels);
    std::copy(asks.begin(), asks.end(), record.levels + bids.size());
    record.depth.chain = DepthChain::Linked;
    record.depth.bid_count = static_cast<std::uint32_t>(bids.size());
    record.depth.ask_count = static_cast<std::uint32_t>(asks.size());
    record.depth.previous_id = f.depth_id;
    record.depth.first_id = f.depth_id + 1;
    record.depth.last_id = f.depth_id = f.depth_id + 2;
    record.header.kind = RecordKind::DepthUpdate;
    record.header.instrument = kBtc;
    record.header.length =
        record_length(sizeof(DepthHeader) + sizeof(Level) * (bids.size() + asks.size()));
    f.give(record.header);
  }
  // Goes on where another's log ends.
  void continue_from(const ParentsFixture& other) {
    f.at_ms = other.f.at_ms;
    f.depth_id = other.f.depth_id;
    units = other.units;
    last_bid = other.last_bid;
    last_ask = other.last_ask;
    f.start(2);
  }
  void act(const ActingStrategy::Action& action) {
    seen.next = action;
    book();
    REQUIRE_FALSE(seen.next);
  }
  strategy::Submitted child(OrderId parent, std::int32_t qty, std::int64_t tenths = 9'990,
                            Side side = Side::Buy) {
    strategy::Submitted made;
    act([&](strategy::Context& context) {
      strategy::OrderIntent intent = CoreFixture::buy(tenths, qty);
      intent.side = side;
      intent.parent = parent;
      made = context.submit(intent);
    });
    return made;
  }
  OrderId open(const strategy::ParentIntent& intent) {
    strategy::Submitted made;
    act([&](strategy::Context& context) { made = context.open_parent(intent); });
    REQUIRE(made.id != OrderId{});
    return made.id;
  }
  static strategy::ParentIntent buying(std::int32_t qty) {
    strategy::ParentIntent intent;
    intent.instrument = kBtc;
    intent.qty = Qty::from_units(qty);
    return intent;
  }
  // A stop-market order on the best price.
  static strategy::HeldOrder stop(Side side, std::int32_t qty, std::int64_t tenths) {
    strategy::HeldOrder order;
    order.instrument = kBtc;
    order.side = side;
    order.qty = Qty::from_units(qty);
    order.trigger.kind = TriggerKind::Stop;
    order.trigger.price = CoreFixture::price(tenths);
    return order;
  }
  static strategy::HeldOrder resting(Side side, std::int32_t qty, std::int64_t tenths) {
    strategy::HeldOrder order;
    order.instrument = kBtc;
    order.side = side;
    order.qty = Qty::from_units(qty);
    order.limit = CoreFixture::price(tenths);
    return order;
  }
  OrderId hold(const strategy::HeldOrder& order) {
    strategy::Submitted made;
    act([&](strategy::Context& context) { made = context.hold(order); });
    REQUIRE(made.id != OrderId{});
    return made.id;
  }
  OrderId link(const strategy::LinkIntent& intent) {
    strategy::Submitted made;
    act([&](strategy::Context& context) { made = context.link(intent); });
    REQUIRE(made.id != OrderId{});
    return made.id;
  }
  void fill(OrderId order, std::int32_t qty, std::int64_t tenths = 10'000) {
    f.report(order, ReportKind::Filled, qty, ++trades, tenths);
  }
  void print(std::int64_t tenths) {
    TradePrint trade;
    trade.price = CoreFixture::price(tenths);
    trade.qty = Qty::from_units(1);
    f.input(RecordKind::TradePrint, trade, kBtc);
  }
  [[nodiscard]] const oms::Parent& parent(OrderId id) const {
    const oms::Parent* found = f.core.ledger().parents().find(id);
    REQUIRE(found != nullptr);
    return *found;
  }
  [[nodiscard]] const LinkChanged& linked(OrderId id) const {
    const auto* found = f.core.ledger().links().find(id);
    REQUIRE(found != nullptr);
    return found->last;
  }
  [[nodiscard]] const std::vector<OrderRequest>& sent() const { return f.venue.orders; }
};
}  // namespace sq::test
