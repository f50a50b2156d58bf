#include "tools/chaos/market.hpp"

#include <algorithm>

namespace sq::chaos {
namespace {
constexpr std::uint32_t kBurst = 50;       // records on average
constexpr std::int64_t kDriftTicks = 300;  // the price stays this near to where it began
}  // namespace

void DepthRecord::set(RecordKind kind, InstrumentId instrument, const std::vector<Level>& bids,
                      const std::vector<Level>& asks) noexcept {
  header = {};
  header.kind = kind;
  header.instrument = instrument;
  header.length = record_length(sizeof(DepthHeader) + (bids.size() + asks.size()) * sizeof(Level));
  depth.bid_count = static_cast<std::uint32_t>(bids.size());
  depth.ask_count = static_cast<std::uint32_t>(asks.size());
  std::copy(bids.begin(), bids.end(), levels.begin());
  std::copy(asks.begin(), asks.end(), levels.begin() + static_cast<std::ptrdiff_t>(bids.size()));
}

Market::Market(std::uint64_t seed, std::vector<Instrument> instruments,
               std::vector<std::int64_t> start, WallTime begin, std::uint32_t steps)
    : draws_{seed}, next_{begin} {
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    Book book;
    book.instrument = instruments[i];
    book.bid = start[i] + draws_.between(-50, 50);
    book.ask = book.bid + draws_.between(1, 3);
    book.low = start[i] - kDriftTicks;
    book.high = start[i] + kDriftTicks;
    book.id = 1'000 + draws_.below(1'000);
    for (std::int64_t& each : book.bids) each = lots();
    for (std::int64_t& each : book.asks) each = lots();
    books_.push_back(book);
  }
  bid_changes_.reserve(kShownLevels + 2);
  ask_changes_.reserve(kShownLevels + 2);
  pause_ns_ = kNsPerDay / std::max<std::int64_t>(steps / kBurst, 1);
  advance_time();
}

Level Market::level(const Book& book, std::int64_t ticks, std::int64_t lots) const noexcept {
  return {Price::from_raw(ticks * book.instrument.tick.raw()),
          Qty::from_raw(lots * book.instrument.lot.raw())};
}

// The best level of one side is gone and the other side follows.
void Market::move(Book& book, bool up) noexcept {
  auto& gone = up ? book.asks : book.bids;
  auto& grown = up ? book.bids : book.asks;
  auto& gone_changes = up ? ask_changes_ : bid_changes_;
  auto& grown_changes = up ? bid_changes_ : ask_changes_;
  const std::int64_t step = up ? 1 : -1;
  std::int64_t& gone_best = up ? book.ask : book.bid;
  std::int64_t& grown_best = up ? book.bid : book.ask;
  const auto depth = static_cast<std::int64_t>(kShownLevels);
  gone_changes.push_back(level(book, gone_best, 0));
  std::rotate(gone.begin(), gone.begin() + 1, gone.end());
  gone_best += step;
  gone.back() = lots();
  gone_changes.push_back(level(book, gone_best + step * (depth - 1), gone.back()));
  grown_changes.push_back(level(book, grown_best - step * (depth - 1), 0));
  std::rotate(grown.begin(), grown.end() - 1, grown.end());
  grown_best += step;
  grown.front() = lots();
  grown_changes.push_back(level(book, grown_best, grown.front()));
}

void Market::change(Book& book) noexcept {
  for (std::uint64_t n = 1 + draws_.below(3); n > 0; --n) {
    const std::size_t at = draws_.below(kShownLevels);
    const auto away = static_cast<std::int64_t>(at);
    if (draws_.chance(500)) {
      bid_changes_.push_back(level(book, book.bid - away, book.bids[at] = lots()));
    } else {
      ask_changes_.push_back(level(book, book.ask + away, book.asks[at] = lots()));
    }
  }
}

const RecordHeader& Market::next() noexcept {
  const WallTime at = next_;
  Book& book = books_[draws_.below(books_.size())];
  advance_time();
  if (draws_.chance(220)) {
    const bool buy = draws_.chance(500);
    TradePrint print;
    print.first_trade_id = print.last_trade_id = ++book.trade;
    print.aggressor = buy ? Side::Buy : Side::Sell;
    const Level traded = level(book, buy ? book.ask : book.bid, draws_.between(1, 3'000));
    print.price = traded.price;
    print.qty = traded.qty;
    print.transaction_time = at;
    trade_ = make_record(RecordKind::TradePrint, print);
    trade_.header.instrument = book.instrument.id;
    trade_.header.venue_time = at;
    return trade_.header;
  }
  bid_changes_.clear();
  ask_changes_.clear();
  if (draws_.chance(180)) {
    bool up = draws_.chance(500);
    if (book.bid <= book.low) up = true;
    if (book.ask >= book.high) up = false;
    move(book, up);
  } else {
    change(book);
  }
  depth_.depth = {};
  depth_.depth.previous_id = book.id;
  depth_.depth.first_id = book.id + 1;
  depth_.depth.last_id = book.id += 1 + draws_.below(4);
  depth_.depth.transaction_time = at;
  depth_.depth.chain =
      book.instrument.kind == InstrumentKind::Spot ? DepthChain::Contiguous : DepthChain::Linked;
  depth_.set(RecordKind::DepthUpdate, book.instrument.id, bid_changes_, ask_changes_);
  depth_.header.venue_time = at;
  return depth_.header;
}

const DepthRecord& Market::snapshot(InstrumentId id) noexcept {
  const Book& book = books_[index_of(id)];
  bid_changes_.clear();
  ask_changes_.clear();
  for (std::size_t n = 0; n < kShownLevels; ++n) {
    const auto away = static_cast<std::int64_t>(n);
    bid_changes_.push_back(level(book, book.bid - away, book.bids[n]));
    ask_changes_.push_back(level(book, book.ask + away, book.asks[n]));
  }
  snapshot_.depth = {};
  snapshot_.depth.first_id = snapshot_.depth.last_id = book.id;
  snapshot_.depth.chain =
      book.instrument.kind == InstrumentKind::Spot ? DepthChain::Contiguous : DepthChain::Linked;
  snapshot_.set(RecordKind::DepthSnapshot, id, bid_changes_, ask_changes_);
  return snapshot_;
}

void Market::advance_time() noexcept {
  if (calm_ns_ != 0) {
    next_ = next_ + calm_ns_;
    return;
  }
  if (burst_ == 0) {
    burst_ = static_cast<std::uint32_t>(1 + draws_.below(2 * kBurst));
    // Some pauses are longer than a book may be silent.
    next_ = next_ + draws_.between(0, 2 * pause_ns_);
    return;
  }
  --burst_;
  next_ = next_ + draws_.between(kNsPerMs / 2, 20 * kNsPerMs);
}
}  // namespace sq::chaos
