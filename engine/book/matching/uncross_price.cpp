#include "engine/book/matching/uncross_price.hpp"

#include <algorithm>
#include <cstdlib>

namespace sq::matching {
// Ticks with equal volume and equal size of surplus, the best seen so far.
struct UncrossSearch::Stretch {
  std::int32_t low{0};
  std::int32_t high{0};
  std::int64_t volume{0};
  std::int64_t surplus_low{0};   // at `low`
  std::int64_t surplus_high{0};  // at `high`

  void consider(std::int32_t first, std::int32_t last, std::int64_t demand,
                std::int64_t supply) noexcept {
    const std::int64_t traded = std::min(demand, supply);
    const std::int64_t surplus = demand - supply;
    if (traded == 0 || traded < volume) return;
    if (traded == volume && std::abs(surplus) > std::abs(surplus_low)) return;
    if (traded == volume && std::abs(surplus) == std::abs(surplus_low)) {
      high = last;
      surplus_high = surplus;
      return;
    }
    *this = {first, last, traded, surplus, surplus};
  }
};

std::size_t UncrossSearch::copy(const OrderStore& orders, const BookSide& side,
                                std::vector<Level>& out) noexcept {
  std::size_t count = 0;
  for (LevelIndex i = side.best(); i != kNoLevel; i = side.behind(orders, i)) {
    const PriceLevel& level = orders.level(i);
    out[count++] = {level.tick, level.shown + level.hidden};
  }
  return count;
}

UncrossSearch::Stretch UncrossSearch::best_stretch(std::size_t bids, std::size_t asks,
                                                   const std::int64_t (&market)[2]) const noexcept {
  std::int64_t demand = market[0];
  std::int64_t supply = market[1];
  for (std::size_t i = 0; i < bids; ++i) demand += bids_[i].qty;
  Stretch best;
  std::size_t ask = 0;
  std::size_t bid = bids;  // from the lowest
  while (ask < asks || bid > 0) {
    const std::int32_t tick = ask == asks ? bids_[bid - 1].tick
                              : bid == 0  ? asks_[ask].tick
                                          : std::min(asks_[ask].tick, bids_[bid - 1].tick);
    if (ask < asks && asks_[ask].tick == tick) supply += asks_[ask++].qty;
    best.consider(tick, tick, demand, supply);
    if (bid > 0 && bids_[bid - 1].tick == tick) demand -= bids_[--bid].qty;
    if (ask == asks && bid == 0) break;
    const std::int32_t next = ask == asks ? bids_[bid - 1].tick
                              : bid == 0  ? asks_[ask].tick
                                          : std::min(asks_[ask].tick, bids_[bid - 1].tick);
    if (next > tick + 1) best.consider(tick + 1, next - 1, demand, supply);
  }
  return best;
}

UncrossPrice UncrossSearch::find(const OrderStore& orders, const BookSide& buys,
                                 const BookSide& sells, const std::int64_t (&market)[2],
                                 std::int32_t reference) noexcept {
  const bool crossed = buys.best_key() != book::Ladder::kNone &&
                       sells.best_key() != book::Ladder::kNone &&
                       buys.best_key() >= -sells.best_key();
  if (!crossed && market[0] == 0 && market[1] == 0) return {};
  const std::size_t bids = copy(orders, buys, bids_);
  const std::size_t asks = copy(orders, sells, asks_);
  if (bids + asks == 0) {
    const std::int64_t volume = std::min(market[0], market[1]);
    if (volume == 0 || reference == 0) return {};
    return {reference, volume, market[0] - market[1]};
  }
  const Stretch best = best_stretch(bids, asks, market);
  if (best.volume == 0) return {};
  UncrossPrice result{.tick = 0, .volume = best.volume, .surplus = 0};
  if (reference != 0) {
    result.tick = std::clamp(reference, best.low, best.high);
  } else if (best.surplus_low > 0 && best.surplus_high > 0) {
    result.tick = best.high;
  } else if (best.surplus_low < 0 && best.surplus_high < 0) {
    result.tick = best.low;
  } else {
    result.tick = best.low + (best.high - best.low) / 2;
  }
  std::int64_t demand = market[0];
  std::int64_t supply = market[1];
  for (std::size_t i = 0; i < bids && bids_[i].tick >= result.tick; ++i) demand += bids_[i].qty;
  for (std::size_t i = 0; i < asks && asks_[i].tick <= result.tick; ++i) supply += asks_[i].qty;
  result.surplus = demand - supply;
  return result;
}
}  // namespace sq::matching
