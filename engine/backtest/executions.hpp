// What matching tells the exchange about our orders, at the moment it happens.
// Thread: the simulation's. Cost: a virtual call per fill or end of an order.
#pragma once

#include <cstdint>

#include "engine/types/fixed.hpp"

namespace sq::backtest {
class Executions {
 public:
  // Books a trade of at most `qty`, 0 < qty <= remaining, and returns how much was executed. Sets
  // the order's `ended` when the exchange ends it instead (reduce-only with nothing to reduce).
  virtual Qty on_fill(std::uint32_t slot, Price price, Qty qty, bool maker) noexcept = 0;
  // Ends an order that would have traded with another of the same account.
  virtual void on_self_match(std::uint32_t slot) noexcept = 0;
  // Takes `qty` off an order for the same reason; what is left of it is told.
  virtual void on_decrement(std::uint32_t slot, Qty qty) noexcept = 0;
  // The order is out of the queue and terminal; its slot may be used again.
  virtual void on_gone(std::uint32_t slot) noexcept = 0;

 protected:
  ~Executions() = default;
};
}  // namespace sq::backtest
