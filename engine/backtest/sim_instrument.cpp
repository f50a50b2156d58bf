#include "engine/backtest/sim_instrument.hpp"

#include <algorithm>

namespace sq::backtest {
namespace {
// An order of `side` at `limit` trades with a price on the other side.
bool reaches(Side side, Price limit, Price price) noexcept {
  return side == Side::Buy ? limit >= price : limit <= price;
}
book::SyncSettings settings_for(const Instrument& instrument, book::SyncSettings book) noexcept {
  book.l2.tick = instrument.tick;
  book.lot = instrument.lot;
  return book;
}
WallTime stamp_of(const RecordHeader& record, WallTime transaction_time) noexcept {
  return transaction_time.ns != 0 ? transaction_time : record.venue_time;
}
}  // namespace

SimInstrument::SimInstrument(const Instrument& instrument, const MatchingRules& rules,
                             OrderSlots& orders, Executions& executions)
    : instrument_{instrument},
      rules_{rules},
      orders_{orders},
      executions_{executions},
      view_{settings_for(instrument, rules.book)},
      bids_{Side::Buy, orders},
      asks_{Side::Sell, orders} {}

void SimInstrument::on_market(const RecordHeader& record, WallTime at) noexcept {
  if (closed_) [[unlikely]] return watch(record);
  switch (record.kind) {
    case RecordKind::TopOfBook: {
      const auto& top = payload_of<TopOfBook>(record);
      if (view_.on_top(top))
        after_display_change({stamp_of(record, top.transaction_time), at}, false);
      return;
    }
    case RecordKind::TradePrint: {
      const auto& trade = payload_of<TradePrint>(record);
      if (trade.aggressor_unknown != 0) return on_unsided_trade(trade);
      on_trade(trade, {stamp_of(record, trade.transaction_time), at});
      return;
    }
    case RecordKind::DepthUpdate:
    case RecordKind::DepthSnapshot: {
      view_.on_depth(record);
      const auto& depth = payload_of<DepthHeader>(record);
      after_display_change({stamp_of(record, depth.transaction_time), at}, true);
      return;
    }
    case RecordKind::MarketOrder: {
      const EventTime now{record.venue_time, at};
      if (exact()) return on_order(record, now);
      if (const TradePrint* trade = view_.on_order(record); trade != nullptr) {
        trade->aggressor_unknown != 0 ? on_unsided_trade(*trade) : on_trade(*trade, now);
      }
      if (payload_of<MarketOrder>(record).event_end != 0) after_display_change(now, true);
      return;
    }
    case RecordKind::FeedStatus: {
      const FeedEvent event = payload_of<FeedStatus>(record).event;
      halted_ = event == FeedEvent::Halted || (halted_ && event != FeedEvent::Resumed);
      return;
    }
    default:
      return;
  }
}

void SimInstrument::after_display_change(const EventTime& now, bool depth_changed) noexcept {
  if (!view_.live()) {
    was_live_ = false;
    return;
  }
  if (!was_live_) {
    was_live_ = true;
    forget_history(Side::Buy);
    forget_history(Side::Sell);
  }
  for (const Side side : {Side::Buy, Side::Sell}) {
    ConsumedDepth& taken = consumed(side);
    if (!taken.empty()) [[unlikely]]
      taken.refresh([&](Price price) { return view_.displayed(side, price).qty; });
  }
  if (!bids_.empty()) refresh(Side::Buy, now, depth_changed);
  if (!asks_.empty()) refresh(Side::Sell, now, depth_changed);
}

void SimInstrument::refresh(Side side, const EventTime& now, bool depth_changed) noexcept {
  const Price touch = view_.best(side).price;
  for (OwnLevel& level : own(side).levels()) {
    // A best price tells nothing about the prices behind it.
    if (!depth_changed && better(side, touch, level.price)) break;
    refresh_level(side, level, now);
  }
  cross(side);
}

// The feed was incomplete and is whole again: what the levels show now is the new start.
void SimInstrument::forget_history(Side side) noexcept {
  consumed(side).clear();
  for (OwnLevel& level : own(side).levels()) {
    const MarketView::Displayed shown = view_.displayed(side, level.price);
    level.displayed = shown.qty;
    level.shown_id = shown.id;
    level.traded = level.cancelled = Qty{};
    if (exact()) {
      rejoin_queue(side, level);
      continue;
    }
    for (std::uint32_t slot = level.first; slot != kNoSlot; slot = orders_[slot].next) {
      orders_[slot].ahead = std::min(orders_[slot].ahead, shown.qty);
      orders_[slot].cancelled_ahead = Qty{};
    }
  }
}

void SimInstrument::cross(Side side) noexcept {
  OwnLevels& levels = own(side);
  const Side other = opposite(side);
  Level market = view_.best(other);
  while (!levels.empty() && market.qty > Qty{} && reaches(side, levels.best(), market.price)) {
    const Qty offered = available(other, market);
    if (offered > Qty{}) {
      OwnLevel& level = levels.levels().front();
      const std::uint32_t slot = level.first;
      const Qty done =
          fill_resting(side, level, slot, std::min(offered, orders_[slot].remaining()));
      if (done > Qty{} && rules_.consumed_depth)
        consumed(other).add(market.price, std::min(done, offered));
      if (level.first == kNoSlot) levels.drop_empty();
      if (done < offered) {  // the order is done: the next one at the same market level
        if (!rules_.consumed_depth) market.qty -= done;
        continue;
      }
    }
    if (!view_.next(other, market)) break;
  }
}

Qty SimInstrument::fill_resting(Side side, OwnLevel& level, std::uint32_t slot, Qty qty) noexcept {
  SimOrder& order = orders_[slot];
  const Qty done = executions_.on_fill(slot, order.limit, qty, true);
  if (order.ended || order.remaining() == Qty{}) {
    own(side).unlink(level, slot);
    executions_.on_gone(slot);
  }
  return done;
}

void SimInstrument::take(std::uint32_t slot) noexcept {
  SimOrder& order = orders_[slot];
  const Side other = opposite(order.side);
  const bool limited = order.type == OrderType::Limit;
  Qty taken{};
  Level level = view_.best(other);
  while (order.remaining() > Qty{} && !order.ended && level.qty > Qty{}) {
    const Price price = moved(order.side, level.price);
    if (limited && !reaches(order.side, order.limit, price)) break;
    const Qty offered = available(other, level);
    if (offered > Qty{}) {
      if (!prevent_self_trades(slot, price)) break;
      const Qty done = executions_.on_fill(slot, price, std::min(offered, order.remaining()), false);
      if (done > Qty{} && rules_.consumed_depth) consumed(other).add(level.price, done);
      taken += done;
    }
    if (!view_.next(other, level)) break;
  }
  if (rules_.impact.on() && taken > Qty{}) impact(order.side).add(rules_.impact, taken, now_);
  if (limited && order.remaining() > Qty{} && !order.ended)
    static_cast<void>(prevent_self_trades(slot, order.limit));
}

void SimInstrument::rest(std::uint32_t slot) noexcept {
  SimOrder& order = orders_[slot];
  OwnLevel& level =
      own(order.side).level_for(order.limit, view_.displayed(order.side, order.limit));
  order.ahead = level.displayed;
  if (exact()) join_queue(order);
  // A decrease that a late trade may still explain was over before this order came.
  order.cancelled_ahead = level.cancelled;
  own(order.side).append(level, slot);
}

void SimInstrument::withdraw(std::uint32_t slot) noexcept {
  const SimOrder& order = orders_[slot];
  OwnLevels& levels = own(order.side);
  for (OwnLevel& level : levels.levels()) {
    if (level.price == order.limit) {
      levels.unlink(level, slot);
      break;
    }
  }
  levels.drop_empty();
}

void SimInstrument::remove(std::uint32_t slot) noexcept {
  withdraw(slot);
  executions_.on_gone(slot);
}

Level SimInstrument::best_to_take(Side side) const noexcept {
  const Side other = opposite(side);
  Level level = view_.best(other);
  while (level.qty > Qty{}) {
    const Qty offered = available(other, level);
    if (offered > Qty{}) return {moved(side, level.price), offered};
    if (!view_.next(other, level)) break;
  }
  return {};
}

bool SimInstrument::would_take(Side side, Price limit) noexcept {
  const OwnLevels& ours = own(opposite(side));
  if (!ours.empty() && reaches(side, limit, ours.best())) return true;
  const Level level = best_to_take(side);
  return level.qty > Qty{} && reaches(side, limit, level.price);
}

SimInstrument::Reach SimInstrument::reach(const SimOrder& order, Qty qty) const noexcept {
  const Side other = opposite(order.side);
  Reach reach;
  Level level = view_.best(other);
  while (level.qty > Qty{} && reach.qty < qty) {
    const Price price = moved(order.side, level.price);
    if (order.type == OrderType::Limit && !reaches(order.side, order.limit, price)) break;
    const Qty taken = std::min(available(other, level), qty - reach.qty);
    if (taken > Qty{}) {
      const auto value = instrument_.notional(price, taken, Rounding::Up);
      if (!value || __builtin_add_overflow(reach.value, value->raw, &reach.value)) {
        reach.overflow = true;
        break;
      }
      reach.qty += taken;
    }
    if (!view_.next(other, level)) break;
  }
  return reach;
}
}  // namespace sq::backtest
