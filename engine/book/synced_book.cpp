#include "engine/book/synced_book.hpp"

#include <algorithm>
#include <stdexcept>

namespace sq::book {
namespace {
SyncSettings checked(SyncSettings settings) {
  if (settings.stale_after_ns <= 0) {
    throw std::invalid_argument("book: stale_after_ns must be positive");
  }
  if (settings.crossed_for_ns < 0) {
    throw std::invalid_argument("book: crossed_for_ns must not be negative");
  }
  return settings;
}

const DepthHeader& depth_of(const RecordHeader& record) noexcept {
  return payload_of<DepthHeader>(record);
}

// Nothing is missing between a snapshot with this id and the update, whose last_id is above it.
bool bridges(const DepthHeader& update, std::uint64_t snapshot_id) noexcept {
  return update.chain == DepthChain::Linked ? update.previous_id <= snapshot_id
                                            : update.first_id <= snapshot_id + 1;
}
bool chains(const DepthHeader& update, std::uint64_t id) noexcept {
  return update.chain == DepthChain::Linked ? update.previous_id == id : update.first_id <= id + 1;
}

bool is_crossed(Level bid, Level ask) noexcept {
  return bid.qty != Qty{} && ask.qty != Qty{} && bid.price >= ask.price;
}

bool same(Level a, Level b) noexcept { return a.price == b.price && a.qty == b.qty; }
}  // namespace

SyncedBook::SyncedBook(const SyncSettings& settings)
    : stale_after_ns_{checked(settings).stale_after_ns},
      crossed_for_ns_{settings.crossed_for_ns},
      book_{settings.l2},
      pending_{settings.pending_bytes},
      orders_{settings.orders_max == 0
                  ? nullptr
                  : std::make_unique<OrderFeed>(
                        OrderFeedSettings{settings.l2.tick, settings.lot, settings.orders_max})},
      opening_unknown_{settings.opening_unknown} {}

SyncedBook::Effect SyncedBook::on_depth(const RecordHeader& record) noexcept {
  first_seen_ = std::min(first_seen_, depth_of(record).last_id);
  const std::uint64_t applied = counters_.applied;
  if (sync_ == Sync::Waiting) {
    keep(record);
  } else {
    take_update(record);
  }
  if (sync_ == Sync::Waiting || counters_.applied == applied) return settle(record.mono, false);
  updated_at_ = record.mono;
  return settle(record.mono, true);
}

void SyncedBook::take_update(const RecordHeader& record) noexcept {
  const DepthHeader& update = depth_of(record);
  if (update.last_id <= id_) {
    ++counters_.old_ignored;
    if (sync_ == Sync::Snapshot) {
      updated_at_ = record.mono;
      chained();
    }
    return;
  }
  if (bridge_ ? bridges(update, id_) : chains(update, id_)) [[likely]] {
    if (apply(record)) chained();
    return;
  }
  if (sync_ == Sync::Snapshot) {
    ++counters_.snapshots_refused;
    lose(lost_);
  } else {
    ++counters_.gaps;
    lose(BookState::Gapped);
  }
  keep(record);
}

SyncedBook::Effect SyncedBook::on_snapshot(const RecordHeader& record) noexcept {
  const std::uint64_t snapshot_id = depth_of(record).last_id;
  const std::uint64_t loaded = counters_.snapshots;
  if (sync_ != Sync::Waiting && snapshot_id < id_) {
    ++counters_.old_ignored;
  } else if (sync_ == Sync::Chained) {
    audit(record);
  } else if (!can_bridge(snapshot_id)) {
    ++counters_.snapshots_refused;
  } else if (load(record) && replay_kept()) {
    updated_at_ = record.mono;
  }
  return settle(record.mono, counters_.snapshots != loaded && sync_ != Sync::Waiting);
}

void SyncedBook::audit(const RecordHeader& snapshot) noexcept {
  updated_at_ = snapshot.mono;
  if (depth_of(snapshot).last_id == id_) {
    ++counters_.audits;
    if (matches(snapshot)) return;
    ++counters_.audit_differences;
  }
  static_cast<void>(load(snapshot));
}

SyncedBook::Effect SyncedBook::on_top(const RecordHeader& record) noexcept {
  const auto& top = payload_of<TopOfBook>(record);
  if (!acceptable(top)) {
    refuse(Applied::OffTick);
    return settle(record.mono, false);
  }
  if (top.update_id <= top_id_ || (sync_ == Sync::Chained && top.update_id < id_)) {
    ++counters_.old_ignored;
    return settle(record.mono, false);
  }
  top_id_ = top.update_id;
  top_bid_ = top.bid_qty == Qty{} ? Level{} : Level{top.bid_price, top.bid_qty};
  top_ask_ = top.ask_qty == Qty{} ? Level{} : Level{top.ask_price, top.ask_qty};
  if (sync_ == Sync::Chained) updated_at_ = record.mono;
  return settle(record.mono, false);
}

SyncedBook::Effect SyncedBook::on_order(const RecordHeader& record) noexcept {
  SQ_VERIFY_CHECK(orders_ != nullptr);
  const auto& order = payload_of<MarketOrder>(record);
  if (!orders_complete_ && order.action != OrderAction::Clear) {
    ++counters_.old_ignored;
    return settle(record.mono, false);
  }
  const OrderFeed::Change change = orders_->apply(record);
  if (change.outcome == l3::Outcome::UnknownOrder && opening_unknown_) {
    ++counters_.orders_unknown;
  } else if (change.outcome != l3::Outcome::Ok || !follow(change)) {
    ++counters_.orders_refused;
    counters_.gaps += change.outcome == l3::Outcome::UnknownOrder;
    lose(BookState::Gapped);
    return settle(record.mono, false);
  }
  updated_at_ = record.mono;
  if (change.trade) last_trade_ = *change.trade;
  event_applied_ = event_applied_ || change.level_count != 0 || change.cleared;
  if (order.event_end == 0) {
    Effect inside;
    inside.traded = change.trade.has_value();
    return inside;
  }
  chained();
  ++id_;
  ++counters_.applied;
  Effect effect = settle(record.mono, event_applied_);
  effect.traded = change.trade.has_value();
  event_applied_ = false;
  return effect;
}

// The levels that an order event changed, in the L2 book. False: one was refused.
bool SyncedBook::follow(const OrderFeed::Change& change) noexcept {
  if (change.cleared) {
    book_.clear();
    orders_complete_ = true;
  }
  for (std::uint32_t i = 0; i < change.level_count; ++i) {
    const auto& [side, level] = change.levels[i];
    if (book_.set(side, level.price, level.qty) != Applied::Ok) return false;
  }
  return true;
}

SyncedBook::Effect SyncedBook::on_time(MonoTime now) noexcept { return settle(now, false); }

SyncedBook::Effect SyncedBook::on_disconnect() noexcept {
  lose(BookState::Syncing);
  pending_.clear();
  first_seen_ = kNothingSeen;
  top_id_ = 0;
  return settle(updated_at_, false);
}

void SyncedBook::keep(const RecordHeader& record) noexcept {
  counters_.pending_dropped += pending_.push(record, depth_of(record).last_id);
}

bool SyncedBook::apply(const RecordHeader& update) noexcept {
  const Applied applied = book_.apply(bids_of(update), asks_of(update));
  if (applied != Applied::Ok) [[unlikely]] {
    refuse(applied);
    return false;
  }
  id_ = depth_of(update).last_id;
  bridge_ = false;
  ++counters_.applied;
  return true;
}

// Forgets the kept updates that the snapshot contains. False: one between the snapshot and the kept
// ones is missing.
bool SyncedBook::can_bridge(std::uint64_t snapshot_id) noexcept {
  if (pending_.dropped_through() > snapshot_id) return false;
  const RecordHeader* first = pending_.front();
  for (; first != nullptr && depth_of(*first).last_id <= snapshot_id; first = pending_.front()) {
    ++counters_.old_ignored;
    pending_.pop();
  }
  return first == nullptr || bridges(depth_of(*first), snapshot_id);
}

bool SyncedBook::load(const RecordHeader& snapshot) noexcept {
  book_.clear();
  const Applied applied = book_.apply(bids_of(snapshot), asks_of(snapshot));
  if (applied != Applied::Ok) {
    refuse(applied);
    return false;
  }
  id_ = depth_of(snapshot).last_id;
  bridge_ = true;
  ++counters_.snapshots;
  return true;
}

bool SyncedBook::replay_kept() noexcept {
  while (const RecordHeader* record = pending_.front()) {
    const DepthHeader& update = depth_of(*record);
    if (update.last_id <= id_) {
      ++counters_.old_ignored;
    } else if (!(bridge_ ? bridges(update, id_) : chains(update, id_))) {
      ++counters_.gaps;
      lose(BookState::Gapped);  // this one and those after it wait for the next snapshot
      return false;
    } else if (!apply(*record)) {
      pending_.pop();
      return false;
    }
    pending_.pop();
  }
  sync_ = Sync::Snapshot;
  if (first_seen_ <= id_) chained();
  return true;
}

// The snapshot's levels are the best ones of the book.
bool SyncedBook::matches(const RecordHeader& snapshot) const noexcept {
  for (const Side side : {Side::Buy, Side::Sell}) {
    Level mine = book_.best(side);
    for (const Level& theirs : side == Side::Buy ? bids_of(snapshot) : asks_of(snapshot)) {
      if (!same(mine, theirs)) return false;
      if (!book_.next(side, mine)) mine = {};
    }
  }
  return true;
}

bool SyncedBook::acceptable(const TopOfBook& top) const noexcept {
  return book_.acceptable({top.bid_price, top.bid_qty}) &&
         book_.acceptable({top.ask_price, top.ask_qty});
}

void SyncedBook::chained() noexcept {
  if (sync_ == Sync::Chained) return;
  sync_ = Sync::Chained;
  if (was_chained_) ++counters_.resyncs;
  was_chained_ = true;
}

void SyncedBook::refuse(Applied why) noexcept {
  ++(why == Applied::Full ? counters_.overflows : counters_.off_tick);
  lose(BookState::Gapped);
}

void SyncedBook::lose(BookState why) noexcept {
  sync_ = Sync::Waiting;
  lost_ = why;
  bridge_ = false;
  crossing_ = false;
  book_.clear();
  if (orders_ != nullptr) {
    orders_->clear();
    orders_complete_ = false;
    event_applied_ = false;
  }
}

SyncedBook::Effect SyncedBook::settle(MonoTime now, bool depth_applied) noexcept {
  note_crossing(now);
  const BookState next = judge(now);
  Effect effect{next != state_, false, depth_applied, false};
  if (effect.state_changed) {
    counters_.stale += next == BookState::Stale;
    counters_.crossed += next == BookState::Crossed;
    state_ = next;
  }
  effect.top_changed = choose_top();
  return effect;
}

void SyncedBook::note_crossing(MonoTime now) noexcept {
  const bool crossed = sync_ == Sync::Chained &&
                       (book_.crossed() || (top_is_fresh() && is_crossed(top_bid_, top_ask_)));
  if (crossed && !crossing_) crossed_since_ = now;
  crossing_ = crossed;
}

BookState SyncedBook::judge(MonoTime now) const noexcept {
  if (sync_ != Sync::Chained) return lost_;
  if (now - updated_at_ > stale_after_ns_) return BookState::Stale;
  if (crossing_ && now - crossed_since_ >= crossed_for_ns_) return BookState::Crossed;
  return BookState::Live;
}

bool SyncedBook::choose_top() noexcept {
  Level bid{};
  Level ask{};
  if (state_ == BookState::Live) {
    const bool fresh = top_is_fresh();
    bid = fresh ? top_bid_ : book_.best(Side::Buy);
    ask = fresh ? top_ask_ : book_.best(Side::Sell);
    if (is_crossed(bid, ask)) bid = ask = {};
  }
  const bool changed = !same(bid, bid_) || !same(ask, ask_);
  bid_ = bid;
  ask_ = ask;
  return changed;
}
}  // namespace sq::book
