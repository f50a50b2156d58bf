#include "engine/feed/simulated/publisher.hpp"

#include <charconv>
#include <limits>

namespace sq::feed::simulated {
namespace {
constexpr std::int64_t kNsPerMilli = 1'000'000;
constexpr std::int64_t kRequestNs =
    80 * kNsPerMilli;  // the snapshot's way back, 2024: 60 to 100 ms
std::int64_t ns_of(double ms) noexcept { return static_cast<std::int64_t>(ms * 1e6); }
}  // namespace

Publisher::Publisher(const SymbolClass& symbol, std::string_view name, SessionClock clock,
                     Random random, Connection connection, GzipWriter& file,
                     std::uint64_t first_trade_id)
    : symbol_{symbol},
      clock_{clock},
      random_{random},
      connection_{connection},
      file_{file},
      text_{symbol, name},
      next_trade_id_{first_trade_id} {
  depth_due_ns_ = clock.start_wall_ns + ns_of(symbol.depth_interval_ms);
}

std::int64_t Publisher::published(Kind kind, std::int64_t at_ns, double delay_ms) {
  const std::int64_t due = at_ns + static_cast<std::int64_t>(random_.exponential(delay_ms * 1e6));
  last_published_[kind] = std::max(last_published_[kind], due);
  return last_published_[kind];
}

void Publisher::on_order(std::int64_t now_ns, std::uint64_t update_id, const OrderBook& book) {
  const std::int64_t wall = clock_.wall(now_ns);
  if (ids_.first == 0) ids_.first = update_id;
  ids_.last = update_id;
  last_event_ns_ = wall;
  if (ticker_due_ns_ != 0 && wall >= ticker_due_ns_) queue_ticker();
  const Touch touch{book.best(BookSide::Bid), book.best(BookSide::Ask),
                    book.best_level(BookSide::Bid).lots, book.best_level(BookSide::Ask).lots};
  if (touch == touch_) return;
  touch_ = touch;
  touch_id_ = update_id;
  touch_changed_ns_ = wall;
  if (ticker_due_ns_ == 0) {
    // A venue that gets ten times the orders is one that copes with ten times the orders.
    const double mean_ns = symbol_.conflation_us * 1e3 / static_cast<double>(clock_.rate);
    ticker_due_ns_ = wall + static_cast<std::int64_t>(random_.exponential(mean_ns));
  }
}

void Publisher::queue_ticker() {
  const std::int64_t due = ticker_due_ns_;
  ticker_due_ns_ = 0;
  if (touch_ == shown_) return;
  shown_ = touch_;
  const std::int64_t at =
      published(kTicker, std::max(due, touch_changed_ns_), symbol_.ticker_delay_ms);
  queues_[kTicker].push_back(
      {at, text_.ticker(touch_id_, touch_, {at / kNsPerMilli, touch_changed_ns_ / kNsPerMilli})});
  ++counts_.ticker;
}

void Publisher::on_matches(std::int64_t now_ns, BookSide side,
                           const std::vector<OrderBook::Match>& matches) {
  const std::int64_t wall = clock_.wall(now_ns);
  const std::int64_t at = published(kTrade, wall, symbol_.trade_delay_ms);
  for (const OrderBook::Match& match : matches) {
    const Trade trade{next_trade_id_++, match.price, match.lots, side == BookSide::Bid};
    queues_[kTrade].push_back({at, text_.trade(trade, {at / kNsPerMilli, wall / kNsPerMilli})});
    ++counts_.trade;
  }
}

void Publisher::list_changed(BookSide side, const OrderBook& book, LevelList& list) {
  changed_ = book.changed(side);
  const bool descending = side == BookSide::Bid && symbol_.market == Market::Spot;
  std::sort(changed_.begin(), changed_.end());
  changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
  if (descending) std::reverse(changed_.begin(), changed_.end());
  list.clear();
  for (const Tick price : changed_) list.emplace_back(price, book.lots_at(side, price));
}

void Publisher::queue_depth(std::int64_t due_ns, OrderBook& book) {
  list_changed(BookSide::Bid, book, bids_);
  list_changed(BookSide::Ask, book, asks_);
  book.clear_changed();
  // Spot counts every id in some diff; on USD-M the diff names the symbol's own first event.
  if (symbol_.market == Market::Spot && ids_.previous != 0) ids_.first = ids_.previous + 1;
  const std::int64_t at = published(kDepth, due_ns, symbol_.depth_delay_ms);
  queues_[kDepth].push_back(
      {at, text_.depth(ids_, bids_, asks_, {at / kNsPerMilli, last_event_ns_ / kNsPerMilli})});
  ++counts_.depth;
  ids_ = {0, 0, ids_.last};
  // Spot publishes on a grid, USD-M some time after the last message.
  if (symbol_.market == Market::UsdmFutures) depth_due_ns_ = at;
}

void Publisher::advance(std::int64_t now_ns, OrderBook& book) {
  const std::int64_t wall = clock_.wall(now_ns);
  if (ticker_due_ns_ != 0 && wall >= ticker_due_ns_) queue_ticker();
  if (wall >= depth_due_ns_) {
    if (ids_.first != 0) queue_depth(depth_due_ns_, book);
    depth_due_ns_ += ns_of(symbol_.depth_interval_ms);
  }
  deliver(wall);
}

void Publisher::snapshot(std::int64_t now_ns, std::uint64_t last_id, const OrderBook& book) {
  bids_.clear();
  asks_.clear();
  for (const BookSide side : {BookSide::Bid, BookSide::Ask}) {
    LevelList& list = side == BookSide::Bid ? bids_ : asks_;
    for (const auto& [key, level] : book.levels(side)) {
      if (list.size() == kSnapshotLevels) break;
      list.emplace_back(OrderBook::key_of(side, key), level.lots);
    }
  }
  const std::int64_t wall = clock_.wall(now_ns);
  const Stamps stamps{(wall + 2 * kNsPerMilli) / kNsPerMilli, last_event_ns_ / kNsPerMilli};
  queues_[kSnapshot].push_back({wall + kRequestNs, text_.snapshot(last_id, bids_, asks_, stamps)});
  ++counts_.snapshot;
}

// In order of publication, at equal times in order of kind; nothing later can be published earlier
// than `until_ns`, because each queue's times only grow.
void Publisher::deliver(std::int64_t until_ns) {
  for (;;) {
    std::deque<Outgoing>* next = nullptr;
    for (std::deque<Outgoing>& queue : queues_) {
      if (queue.empty() || queue.front().published_ns > until_ns) continue;
      if (next == nullptr || queue.front().published_ns < next->front().published_ns) next = &queue;
    }
    if (next == nullptr) return;
    std::string& text = next->front().text;
    char stamp[24];
    const auto end =
        std::to_chars(stamp, stamp + 20, connection_.stamp(next->front().published_ns)).ptr;
    *end = ' ';
    text += '\n';
    file_.write({stamp, static_cast<std::size_t>(end - stamp) + 1});
    file_.write(text);
    next->pop_front();
  }
}

void Publisher::finish() { deliver(std::numeric_limits<std::int64_t>::max()); }
}  // namespace sq::feed::simulated
