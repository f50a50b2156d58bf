#include "engine/oms/parent_orders.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "engine/oms/order_groups.hpp"

using namespace sq;
using namespace sq::oms;

namespace {
constexpr InstrumentId kOne{0};

ParentChanged changed(OrderId id, ParentState from, ParentState to, std::int64_t qty) {
  ParentChanged made;
  made.id = id;
  made.from = from;
  made.to = to;
  made.qty = Qty::from_raw(qty);
  made.children_max = 1'000'000;
  made.strategy = StrategyId{0};
  return made;
}
void apply(ParentOrders& parents, const ParentChanged& payload) {
  auto record = make_record(RecordKind::ParentChanged, payload);
  record.header.instrument = kOne;
  parents.on_changed(record.header);
}
OrderRequest child(OrderId parent, std::int64_t qty) {
  OrderRequest made;
  made.parent = parent;
  made.qty = Qty::from_raw(qty);
  made.limit = Price::from_units(10);
  made.strategy = StrategyId{0};
  return made;
}
ParentOrders copy_of(const ParentOrders& parents, std::uint32_t capacity) {
  StateOut out;
  parents.save(out);
  const auto bytes = out.take();
  ParentOrders restored{1, capacity};
  StateIn in{bytes};
  REQUIRE(restored.restore(in));
  REQUIRE(in.done());
  StateOut again;
  restored.save(again);
  REQUIRE(again.take() == bytes);
  return restored;
}
}  // namespace

TEST_CASE("a parent's sums are a model's after any history, saved and restored at any point",
          "[oms][parents]") {
  struct Model {
    std::int64_t qty{0};
    std::int64_t filled{0};
    std::vector<std::pair<std::int64_t, std::int64_t>> fills;  // that stand: quantity, price
    std::vector<std::int64_t> open;  // of each child, what may still fill
    bool closed{false};
  };
  std::mt19937_64 random{20261121};
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  ParentOrders parents{1, 16};
  std::map<std::uint64_t, Model> models;
  std::uint64_t ids = 0;
  int refused = 0;
  int accepted = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (models.size() < 8 && below(4) == 0) {
      const std::int64_t qty = 1 + below(50);
      REQUIRE(parents.has_room(kOne, ParentWork::Owner));
      apply(parents, changed(OrderId{++ids}, ParentState::None, ParentState::Open, qty));
      models[ids].qty = qty;
    }
    if (models.empty()) continue;
    auto at = models.begin();
    std::advance(at, below(static_cast<std::int64_t>(models.size())));
    const OrderId id{at->first};
    Model& model = at->second;
    std::int64_t worst = model.filled;
    for (const std::int64_t left : model.open) worst += left;
    switch (below(6)) {
      case 0:
      case 1:
      case 2: {
        const OrderRequest order = child(id, 1 + below(20));
        const bool fits = !model.closed && worst + order.qty.raw() <= model.qty;
        const auto verdict = parents.check(order, kOne, ParentWork::Owner, WallTime{1});
        REQUIRE(verdict.accepted() == fits);
        if (!fits) {
          ++refused;
          break;
        }
        ++accepted;
        parents.on_child_sent(order);
        model.open.push_back(order.qty.raw());
        break;
      }
      case 3:
      case 4: {
        if (model.open.empty()) break;
        std::int64_t& left = model.open[static_cast<std::size_t>(
            below(static_cast<std::int64_t>(model.open.size())))];
        const std::int64_t fill = below(left + 2);  // one too many now and then: an overfill
        const std::int64_t price = 1 + below(100);
        parents.on_child_report(id, Qty::from_raw(std::min(fill, left)), Qty::from_raw(fill));
        parents.on_child_booked(id, Qty::from_raw(fill), Price::from_raw(price));
        model.filled += fill;
        if (fill != 0) model.fills.push_back({fill, price});
        left -= std::min(fill, left);
        break;
      }
      default:
        if (model.open.empty()) break;
        parents.on_child_report(id, Qty::from_raw(model.open.back()), Qty{});
        model.open.pop_back();
    }
    if (!model.fills.empty() && below(10) == 0) {  // one never was
      const auto [qty, price] = model.fills.back();
      model.fills.pop_back();
      parents.on_child_booked(id, Qty::from_raw(-qty), Price::from_raw(price));
    }
    worst = model.filled;
    for (const std::int64_t left : model.open) worst += left;
    const Parent* parent = parents.find(id);
    REQUIRE(parent != nullptr);
    REQUIRE(parent->filled.raw() == model.filled);
    REQUIRE(parent->filled.raw() + parent->at_stake.raw() == worst);
    std::int64_t booked = 0;
    std::int64_t turnover = 0;
    for (const auto& [qty, price] : model.fills) {
      booked += qty;
      turnover += qty * price;
    }
    REQUIRE(parent->booked.raw() == booked);
    REQUIRE(parent->average_price().raw() == (booked == 0 ? 0 : turnover / booked));
    if (below(40) == 0) {
      model.closed = true;
      apply(parents, changed(id, ParentState::Open, ParentState::Done, model.qty));
      models.erase(at);
    }
    if (below(50) == 0) parents = copy_of(parents, 16);
  }
  CHECK(accepted > 1'000);
  CHECK(refused > 1'000);
  CHECK(parents.strays() == 0);
}

TEST_CASE("done parents make room, oldest first; open ones and those of a live group stay",
          "[oms][parents]") {
  ParentOrders parents{1, 3};
  for (std::uint64_t id = 1; id <= 3; ++id)
    apply(parents, changed(OrderId{id}, ParentState::None, ParentState::Open, 5));
  CHECK_FALSE(parents.has_room(kOne, ParentWork::Owner));
  apply(parents, changed(OrderId{4}, ParentState::None, ParentState::Open, 5));
  CHECK(parents.find(OrderId{4}) == nullptr);
  apply(parents, changed(OrderId{2}, ParentState::Open, ParentState::Done, 5));
  apply(parents, changed(OrderId{1}, ParentState::Open, ParentState::Done, 5));
  ParentChanged grouped = changed(OrderId{5}, ParentState::None, ParentState::Open, 5);
  grouped.group = OrderId{99};
  apply(parents, grouped);
  CHECK(parents.find(OrderId{1}) == nullptr);  // opened before 2
  CHECK(parents.find(OrderId{2}) != nullptr);
  grouped.from = ParentState::Open;
  grouped.to = ParentState::Done;
  apply(parents, grouped);
  apply(parents, changed(OrderId{6}, ParentState::None, ParentState::Open, 5));
  CHECK_FALSE(parents.has_room(kOne, ParentWork::Owner));  // 3, 5 of its group, 6
  parents.on_group_done(OrderId{99});
  CHECK(parents.has_room(kOne, ParentWork::Owner));
  apply(parents, changed(OrderId{7}, ParentState::None, ParentState::Open, 5));
  CHECK(parents.find(OrderId{5}) == nullptr);
  CHECK(parents.find(OrderId{3}) != nullptr);
}

TEST_CASE("an amendment that grows a child counts at once", "[oms][parents]") {
  ParentOrders parents{1, 4};
  apply(parents, changed(OrderId{1}, ParentState::None, ParentState::Open, 10));
  parents.on_child_sent(child(OrderId{1}, 4));
  parents.on_child_resized(OrderId{1}, Qty::from_raw(3));
  const auto rule = [&](std::int64_t qty) {
    return parents.check(child(OrderId{1}, qty), kOne, ParentWork::Owner, WallTime{1}).rule;
  };
  CHECK(rule(3) == risk::Rule::None);
  CHECK(rule(4) == risk::Rule::ParentQty);
}

TEST_CASE("a sum beyond 64 bits refuses", "[oms][parents]") {
  ParentOrders parents{1, 4};
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  apply(parents, changed(OrderId{1}, ParentState::None, ParentState::Open, kMax));
  parents.on_child_sent(child(OrderId{1}, kMax - 1));
  const auto rule = [&](std::int64_t qty) {
    return parents.check(child(OrderId{1}, qty), kOne, ParentWork::Owner, WallTime{1}).rule;
  };
  CHECK(rule(1) == risk::Rule::None);
  CHECK(rule(2) == risk::Rule::ParentQty);
  CHECK(rule(kMax) == risk::Rule::ParentQty);
  CHECK(rule(0) == risk::Rule::ParentQty);
}
