// SimInstrument: how trades and display changes move our orders through their queues.
#include <algorithm>

#include "engine/backtest/sim_instrument.hpp"

namespace sq::backtest {
namespace {
// A best-price stream without stamps and the trade stream tell of the same trade within this time.
constexpr std::int64_t kSameEventNs = kNsPerMs;

// Was `change` of the display made with `trade` already in it?
bool includes(const EventTime& change, const EventTime& trade) noexcept {
  if (change.stamp.ns != 0 && trade.stamp.ns != 0) return change.stamp >= trade.stamp;
  return change.at - trade.at >= kSameEventNs;
}
// May a trade that is told later have caused `change`?
bool may_explain(const EventTime& trade, const EventTime& change) noexcept {
  if (change.stamp.ns != 0 && trade.stamp.ns != 0) return trade.stamp <= change.stamp;
  return trade.at - change.at < kSameEventNs;
}
bool same_moment(const EventTime& a, const EventTime& b) noexcept {
  if (a.stamp.ns != 0 && b.stamp.ns != 0) return a.stamp == b.stamp;
  return b.at - a.at < kSameEventNs;
}
// part of `amount`, rounded up: an order is never taken to be further ahead than it may be.
Qty share_up(Qty amount, Qty part, Qty whole) noexcept {
  const Int128 product = Int128{amount.raw()} * part.raw();
  return Qty::from_raw(static_cast<std::int64_t>((product + whole.raw() - 1) / whole.raw()));
}
}  // namespace

void SimInstrument::on_trade(const TradePrint& trade, const EventTime& now) noexcept {
  const Side side = opposite(trade.aggressor);
  OwnLevels& levels = own(side);
  if (levels.empty() || !better_or_equal(side, levels.best(), trade.price)) return;
  Qty left = trade.qty;
  for (OwnLevel& level : levels.levels()) {
    if (left == Qty{} || !better_or_equal(side, level.price, trade.price)) break;
    if (level.price != trade.price) {
      left = trade_through(side, level, left);
    } else {
      left = exact() ? print_at(side, level, left) : trade_at(side, level, left, now);
    }
  }
  levels.drop_empty();
}

// Nobody tells who was the aggressor: orders of ours at a better price were passed over on either
// side, and that is all it proves.
void SimInstrument::on_unsided_trade(const TradePrint& trade) noexcept {
  for (const Side side : {Side::Buy, Side::Sell}) {
    Qty left = trade.qty;
    for (OwnLevel& level : own(side).levels()) {
      if (left == Qty{} || !better(side, level.price, trade.price)) break;
      left = trade_through(side, level, left);
    }
    own(side).drop_empty();
  }
}

// The aggressor would have met us first: nobody at our price was left in the recording.
Qty SimInstrument::trade_through(Side side, OwnLevel& level, Qty volume) noexcept {
  std::uint32_t slot = level.first;
  while (slot != kNoSlot) {
    SimOrder& order = orders_[slot];
    const std::uint32_t next = order.next;
    if (!exact()) order.ahead = order.cancelled_ahead = Qty{};
    volume = meet(side, level, slot, volume);
    slot = next;
  }
  return volume;
}

// Fills the order from `volume`; returns what gets past it, which is nothing unless it is done.
Qty SimInstrument::meet(Side side, OwnLevel& level, std::uint32_t slot, Qty volume) noexcept {
  const Qty wanted = orders_[slot].remaining();
  const Qty part = whole_lots(orders_[slot], volume);
  if (part == Qty{}) return Qty{};
  const Qty done = fill_resting(side, level, slot, part);
  return done < part || part == wanted ? volume - std::min(volume, done) : Qty{};
}

Qty SimInstrument::trade_at(Side side, OwnLevel& level, Qty volume, const EventTime& now) noexcept {
  // What of this trade the display already lost: those cancels were none, so they are given back
  // to the queue and the trade takes them from its front.
  Qty known{};
  if (level.cancelled > Qty{} && may_explain(now, level.cancelled_at)) {
    known = std::min(volume, level.cancelled);
    for (std::uint32_t slot = level.first; slot != kNoSlot; slot = orders_[slot].next) {
      SimOrder& order = orders_[slot];
      const Qty back = share_up(order.cancelled_ahead, known, level.cancelled);
      order.ahead += back;
      order.cancelled_ahead -= back;
    }
    level.cancelled -= known;
  }
  if (volume > known) {
    level.traded += volume - known;
    level.traded_at = now;
  }

  Qty market{};  // of the volume, met by the market's orders
  std::uint32_t slot = level.first;
  while (slot != kNoSlot) {
    SimOrder& order = orders_[slot];
    const std::uint32_t next = order.next;
    if (order.ahead > market) {
      const Qty taken = std::min(volume, order.ahead - market);
      market += taken;
      volume -= taken;
    }
    order.ahead = order.ahead > market ? order.ahead - market : Qty{};
    volume = meet(side, level, slot, volume);
    slot = next;
  }
  return volume;
}

void SimInstrument::refresh_level(Side side, OwnLevel& level, const EventTime& now) noexcept {
  const MarketView::Displayed shown = view_.displayed(side, level.price);
  if (shown.id < level.shown_id) return;  // a batch of depth from before the best price we know
  level.shown_id = shown.id;
  const Qty before = level.displayed;
  level.displayed = shown.qty;
  if (exact()) return;  // each order that left was looked at by itself
  const Qty decrease = before > shown.qty ? before - shown.qty : Qty{};
  const Qty explained = std::min(decrease, level.traded);
  level.traded -= explained;
  // Trades that the new quantity contains but a decrease does not show were replaced by additions.
  if (level.traded > Qty{} && includes(now, level.traded_at)) level.traded = Qty{};
  if (decrease > explained) attribute_cancels(level, before - explained, decrease - explained, now);
  // Whatever the history: no more is ahead than is there.
  for (std::uint32_t slot = level.first; slot != kNoSlot; slot = orders_[slot].next)
    orders_[slot].ahead = std::min(orders_[slot].ahead, level.displayed);
}

void SimInstrument::attribute_cancels(OwnLevel& level, Qty shown_before, Qty cancelled,
                                      const EventTime& now) noexcept {
  const bool fresh = level.cancelled == Qty{} || !same_moment(level.cancelled_at, now);
  Qty least{};  // nobody overtakes an earlier order of ours
  for (std::uint32_t slot = level.first; slot != kNoSlot; slot = orders_[slot].next) {
    SimOrder& order = orders_[slot];
    if (fresh) order.cancelled_ahead = Qty{};
    const Qty before = order.ahead;
    const Qty gone = cancelled_ahead(rules_.queue, before, shown_before, cancelled);
    order.ahead = std::min(std::max(before - gone, std::min(least, before)), level.displayed);
    order.cancelled_ahead += before - order.ahead;
    least = order.ahead;
  }
  level.cancelled = fresh ? cancelled : level.cancelled + cancelled;
  level.cancelled_at = now;
}
}  // namespace sq::backtest
