// SimInstrument: what the venue itself does in an instrument, and what our taking does to its
// prices.
#include <algorithm>

#include "engine/backtest/sim_instrument.hpp"

namespace sq::backtest {
// The market goes on in the recording; nothing of ours trades and no queue moves.
void SimInstrument::watch(const RecordHeader& record) noexcept {
  switch (record.kind) {
    case RecordKind::TopOfBook:
      static_cast<void>(view_.on_top(payload_of<TopOfBook>(record)));
      return;
    case RecordKind::DepthUpdate:
    case RecordKind::DepthSnapshot:
      view_.on_depth(record);
      return;
    case RecordKind::MarketOrder:
      static_cast<void>(view_.on_order(record));
      return;
    case RecordKind::FeedStatus: {
      const FeedEvent event = payload_of<FeedStatus>(record).event;
      halted_ = event == FeedEvent::Halted || (halted_ && event != FeedEvent::Resumed);
      return;
    }
    default:
      return;
  }
}

Level SimInstrument::take_best(Side side, Price limit, Qty qty) noexcept {
  if (!live()) return {};
  const Side other = opposite(side);
  Level level = view_.best(other);
  while (level.qty > Qty{}) {
    if (side == Side::Buy ? level.price > limit : level.price < limit) break;
    const Qty done = std::min(available(other, level), qty);
    if (done > Qty{}) {
      if (rules_.consumed_depth) consumed(other).add(level.price, done);
      return {level.price, done};
    }
    if (!view_.next(other, level)) break;
  }
  return {};
}

Price SimInstrument::middle() const noexcept {
  const Level bid = view_.best(Side::Buy);
  const Level ask = view_.best(Side::Sell);
  if (bid.qty == Qty{} || ask.qty == Qty{}) return {};
  return Price::from_raw(bid.price.raw() / 2 + ask.price.raw() / 2);
}

// Rounded to the tick that is worse for us.
Price SimInstrument::moved_by_impact(Side side, Price price) const noexcept {
  const Impact& of = side == Side::Buy ? impact_of_buys_ : impact_of_sells_;
  const std::int64_t move = of.move_raw(rules_.impact, price, now_);
  if (move == 0) return price;
  const std::int64_t tick = instrument_.tick.raw();
  const std::int64_t ticks = (move + tick - 1) / tick;
  const Int128 away =
      Int128{price.raw()} + (side == Side::Buy ? Int128{1} : Int128{-1}) * Int128{ticks} * tick;
  return Price::from_raw(
      static_cast<std::int64_t>(std::clamp(away, Int128{tick}, Int128{Price::max().raw()})));
}
}  // namespace sq::backtest
