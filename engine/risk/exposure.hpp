// What is at stake: positions plus everything that may still fill, per instrument and strategy.
// The worst case counts each order from the moment it is sent until there is proof that it cannot
// fill: pending, open, being cancelled and unknown orders alike.
// Thread: the core's. Cost: array operations. Pushed by engine/core from orders, fills and books.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "engine/types/fixed.hpp"
#include "engine/types/ids.hpp"
#include "engine/types/order_types.hpp"
#include "engine/types/time.hpp"

namespace sq::risk {
struct OpenQty {  // 1e-8 base units, >= 0
  std::int64_t buy{0};
  std::int64_t sell{0};
  std::int64_t orders{0};
  Int128 value{0};  // of both sides at the orders' prices, 1e-17 of the settlement currency
  void add(Side side, std::int64_t qty) noexcept { (side == Side::Buy ? buy : sell) += qty; }
};

// One strategy in one instrument.
struct Holding {
  std::int64_t position{0};  // signed, 1e-8 base units
  Int128 cash{0};            // flows and fees since the start, 1e-8 of the settlement currency
  OpenQty open{};
  Int128 turnover{0};  // traded in the day, 1e-17 of the settlement currency

  [[nodiscard]] Int128 worst_long() const noexcept { return Int128{position} + open.buy; }
  [[nodiscard]] Int128 worst_short() const noexcept { return Int128{position} - open.sell; }
  // Nothing held and nothing that may still fill.
  [[nodiscard]] bool idle() const noexcept {
    return position == 0 && open.buy == 0 && open.sell == 0;
  }
};

struct RestingOrder {
  OrderId id{};
  Price limit{};  // where it would meet another
  Side side{Side::Buy};
  Price valued_at{};  // of those at which it may still fill, where it is worth most
};
// What of an order may still fill, and between which limits: the same while nothing is changed.
struct Stake {
  Qty open{};
  Price highest{};
  Price lowest{};
};

struct InstrumentExposure {
  Holding total{};                    // over all strategies
  std::vector<Holding> by_strategy;   // index: StrategyId
  std::vector<Holding> by_account;    // index: AccountId
  std::vector<RestingOrder> resting;  // own working orders, reserved at start
  Price bid{};
  Price ask{};
  MonoTime reference_at{};
  bool live{false};

  // Nobody holds anything, and nothing may still fill.
  [[nodiscard]] bool idle() const noexcept {
    return total.idle() && std::ranges::all_of(by_strategy, &Holding::idle) &&
           std::ranges::all_of(by_account, &Holding::idle);
  }
  [[nodiscard]] std::int64_t worst_long() const noexcept { return total.position + total.open.buy; }
  [[nodiscard]] std::int64_t worst_short() const noexcept {
    return total.position - total.open.sell;
  }
};
}  // namespace sq::risk
