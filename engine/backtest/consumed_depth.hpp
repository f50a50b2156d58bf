// What we took out of displayed levels. The feed never shows our trades, so the rest of a level is
// what it displays minus what we took. The memory of a level shrinks when the feed shows less than
// we took and ends when the level goes: its other owners left first, then the part we took counts
// as gone as well. Quantity the feed adds to a level is new and may be taken.
//   available = D - C;  on a new D': C' = min(C, D')
// Thread: its owner's. Cost: nothing while empty, which is nearly always; else a scan of the levels
// we took from. Allocates when more levels than ever before are remembered.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/messaging/market_data.hpp"

namespace sq::backtest {
class ConsumedDepth {
 public:
  ConsumedDepth() { levels_.reserve(64); }

  [[nodiscard]] bool empty() const noexcept { return levels_.empty(); }
  [[nodiscard]] Qty at(Price price) const noexcept {
    for (const Level& level : levels_) {
      if (level.price == price) return level.qty;
    }
    return Qty{};
  }
  void add(Price price, Qty qty) {
    for (Level& level : levels_) {
      if (level.price == price) {
        level.qty += qty;
        return;
      }
    }
    levels_.push_back({price, qty});
  }
  // displayed(Price) -> Qty: what the feed shows now.
  template <class Displayed>
  void refresh(Displayed displayed) noexcept {
    for (std::size_t i = 0; i < levels_.size();) {
      const Qty shown = displayed(levels_[i].price);
      if (shown < levels_[i].qty) levels_[i].qty = shown;
      if (levels_[i].qty == Qty{}) {
        levels_[i] = levels_.back();
        levels_.pop_back();
      } else {
        ++i;
      }
    }
  }
  void clear() noexcept { levels_.clear(); }

 private:
  std::vector<Level> levels_;
};
}  // namespace sq::backtest
