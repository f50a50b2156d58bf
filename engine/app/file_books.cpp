#include "engine/app/file_books.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sq::app {
namespace {
using book::l3::Outcome;

// Quantities of files that do not say what they are multiples of: whole units.
constexpr Qty kWhole = Qty::from_units(1);
}  // namespace

FileBooks::Entry& FileBooks::entry_of(const RecordHeader& record, const feed::FileSymbol& symbol) {
  const std::size_t index = index_of(record.instrument);
  if (index >= books_.size()) books_.resize(index + 1);
  Entry& entry = books_[index];
  if (entry.name.empty()) {
    entry.name = symbol.name;
    entry.statistics.first = record.venue_time.ns != 0 ? record.venue_time : record.wall;
  }
  return entry;
}

Price FileBooks::tick_of(const feed::FileSymbol& symbol) const {
  const auto known = ticks_.find(symbol.name);
  return known != ticks_.end() ? known->second : symbol.tick;
}

void FileBooks::apply(const RecordHeader& record, const feed::FileSymbol& symbol) {
  Entry& entry = entry_of(record, symbol);
  ++entry.statistics.messages;
  entry.statistics.last = record.venue_time.ns != 0 ? record.venue_time : record.wall;
  switch (record.kind) {
    case RecordKind::MarketOrder: return on_order(entry, record, symbol);
    case RecordKind::DepthUpdate:
    case RecordKind::DepthSnapshot:
    case RecordKind::TopOfBook: return on_depth(entry, record, symbol);
    case RecordKind::TradePrint: {
      const auto& trade = payload_of<TradePrint>(record);
      return note_trade(entry, trade.price, trade.qty);
    }
    default: return;
  }
}

void FileBooks::note_trade(Entry& entry, Price price, Qty qty) {
  SymbolStatistics& statistics = entry.statistics;
  ++statistics.trades;
  statistics.volume += qty.raw();
  statistics.value += Int128{price.raw()} * qty.raw();
  statistics.last_trade = price;
  if (statistics.trades == 1 || price < statistics.low) statistics.low = price;
  if (statistics.trades == 1 || price > statistics.high) statistics.high = price;
}

void FileBooks::refuse(Entry& entry, const RecordHeader& record, std::string_view reason) {
  ++entry.statistics.anomalies;
  ++refusals_[std::string{reason}];
  if (first_.size() < feed::FileCounters::kAnomaliesKept)
    first_.push_back({record.source_sequence, fmt::format("{}: {}", entry.name, reason)});
}

void FileBooks::on_order(Entry& entry, const RecordHeader& record,
                         const feed::FileSymbol& symbol) {
  const book::l3::BookIndex book = index_of(record.instrument);
  if (orders_ == nullptr) {
    book::l3::BooksSettings settings;
    settings.pools = {.books = budget_.books,
                      .orders_max = budget_.orders_max,
                      .levels_max = budget_.orders_max / 2 + 1};
    orders_ = std::make_unique<book::l3::L3Books>(settings);
  }
  if (!entry.orders) {
    const Price tick = tick_of(symbol);
    if (tick <= Price{}) return refuse(entry, record, "no tick is known for its price");
    entry.orders.emplace(*orders_, book,
                         book::l3::Units{tick, symbol.lot > Qty{} ? symbol.lot : kWhole});
  }
  const auto& order = payload_of<MarketOrder>(record);
  const book::OrderFeed::Change change = entry.orders->apply(record);
  if (change.outcome != Outcome::Ok) {
    tick_too_coarse_ = tick_too_coarse_ || (change.outcome == Outcome::BadPrice &&
                                            order.price > Price{});
    return refuse(entry, record, name_of(change.outcome));
  }
  SymbolStatistics& statistics = entry.statistics;
  statistics.orders_added += order.action == OrderAction::Add;
  if (order.action == OrderAction::Execute) {
    ++statistics.executions;
    statistics.executions_off_best += !change.at_best;
  }
  if (change.trade) note_trade(entry, change.trade->price, change.trade->qty);
  if (order.event_end != 0) statistics.crossed += orders_->crossed(book);
}

void FileBooks::on_depth(Entry& entry, const RecordHeader& record,
                         const feed::FileSymbol& symbol) {
  if (entry.levels == nullptr) {
    const Price tick = tick_of(symbol);
    if (tick <= Price{}) return refuse(entry, record, "no tick is known for its price");
    book::SyncSettings settings;
    settings.l2 = {tick, 1U << 14, 1U << 16};
    settings.stale_after_ns = settings.crossed_for_ns = kNsPerDay * 365;
    entry.levels = std::make_unique<book::SyncedBook>(settings);
  }
  book::SyncedBook& book = *entry.levels;
  const book::SyncedBook::Counters before = book.counters();
  if (record.kind == RecordKind::DepthUpdate) book.on_depth(record);
  if (record.kind == RecordKind::DepthSnapshot) book.on_snapshot(record);
  if (record.kind == RecordKind::TopOfBook) book.on_top(record);
  entry.statistics.gaps = book.counters().gaps;
  if (book.state() == BookState::Live) entry.statistics.crossed += book.depth().crossed();
  if (book.counters().off_tick != before.off_tick) {
    tick_too_coarse_ = true;
    refuse(entry, record, "a price off its tick or not positive");
  }
  if (book.counters().overflows != before.overflows)
    refuse(entry, record, "more price levels than there is room for");
}

std::vector<Level> FileBooks::levels(std::size_t symbol, Side side, std::size_t depth) const {
  const Entry& entry = books_[symbol];
  std::vector<Level> levels;
  if (entry.orders) {
    const book::l3::OrderQueues& queues = entry.orders->queues();
    const book::l3::BookIndex book = entry.orders->book();
    const std::uint32_t count = queues.levels(book, side);
    for (std::uint32_t rank = 0; rank < count && rank < depth; ++rank) {
      const book::l3::LevelHandle level = queues.level_at(book, side, rank);
      levels.push_back({entry.orders->units().price_of(queues.tick(level)),
                        entry.orders->units().qty_of(queues.lots(level))});
    }
  } else if (entry.levels != nullptr) {
    levels.resize(std::min(depth, entry.levels->depth().levels(side)));
    levels.resize(entry.levels->depth().copy_top(side, levels));
    const Level best = side == Side::Buy ? entry.levels->bid() : entry.levels->ask();
    if (levels.empty() && best.qty > Qty{}) levels.push_back(best);
  }
  return levels;
}

std::uint64_t FileBooks::live_orders(std::size_t symbol) const {
  const Entry& entry = books_[symbol];
  if (!entry.orders) return 0;
  const book::l3::OrderQueues& queues = entry.orders->queues();
  std::uint64_t orders = 0;
  for (const Side side : {Side::Buy, Side::Sell})
    for (std::uint32_t rank = 0; rank < queues.levels(entry.orders->book(), side); ++rank)
      orders += queues.orders(queues.level_at(entry.orders->book(), side, rank));
  return orders;
}

std::string_view FileBooks::kind(std::size_t symbol) const {
  const Entry& entry = books_[symbol];
  if (entry.orders) return "orders";
  return entry.levels != nullptr ? "levels" : "trades";
}

std::string FileBooks::refusals() const {
  std::string text;
  for (const auto& [reason, count] : refusals_)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", reason, count);
  return text;
}
}  // namespace sq::app
