// A made-up market for tests: one instrument, consistent update ids, trades told before or after
// the display shows them, depth in batches behind the best price. Same seed, same records.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "engine/backtest/random_bits.hpp"
#include "engine/feed/source.hpp"
#include "tests/backtest/market_records.hpp"

namespace sq::test {
class VectorSource final : public feed::Source {
 public:
  explicit VectorSource(std::vector<OwnedRecord> records) : records_{std::move(records)} {}
  RecordHeader* peek() override {
    return at_ < records_.size() ? &records_[at_].header() : nullptr;
  }
  void pop() override { ++at_; }

 private:
  std::vector<OwnedRecord> records_;
  std::size_t at_{0};
};

struct RandomMarketSettings {
  std::uint64_t seed{1};
  std::uint16_t source{0x100};
  std::uint32_t instrument{0};
  std::size_t events{1'000};
  std::int64_t start_ns{1'000 * kNsPerSecond};
  std::int64_t gap_ns_max{400'000};  // between events
  std::int64_t clock_ns{0};          // our clock - venue clock
  std::int64_t delay_ns_min{2'000'000};
  std::int64_t delay_ns_max{6'000'000};
};

class RandomMarket {
 public:
  explicit RandomMarket(const RandomMarketSettings& settings)
      : settings_{settings}, random_{settings.seed}, venue_now_{settings.start_ns} {
    for (std::int64_t i = 0; i < 8; ++i) {
      bids_[999 - i] = quantity();
      asks_[1'001 + i] = quantity();
    }
    id_ = 10;
    emit_depth(RecordKind::DepthSnapshot);
    change(bids_, 992);
    emit_depth(RecordKind::DepthUpdate);
    for (std::size_t i = 0; i < settings.events; ++i) event();
  }
  [[nodiscard]] const std::vector<OwnedRecord>& records() const { return records_; }
  [[nodiscard]] std::unique_ptr<feed::Source> source() const {
    return std::make_unique<VectorSource>(records_);
  }

 private:
  using Book = std::map<std::int64_t, std::int64_t>;  // tick -> lots

  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(n));
  }
  std::int64_t quantity() { return 1'000 * (1 + below(8)); }
  static Price price(std::int64_t tick) { return Price::from_raw(tick * (Price::kScale / 10)); }
  static Qty qty(std::int64_t lots) { return Qty::from_raw(lots * (Qty::kScale / 1'000)); }

  void event() {
    venue_now_ += 1 + below(settings_.gap_ns_max);
    const std::int64_t kind = below(10);
    const std::int64_t bid = bids_.rbegin()->first;
    const std::int64_t ask = asks_.begin()->first;
    if (kind < 4) {
      const bool sell = below(2) == 0;
      trade(sell);
    } else if (kind < 7) {
      change(bids_, bid - below(6) + (bid + 1 < ask ? 1 : 0));
    } else {
      change(asks_, ask + below(6) - (bid + 1 < ask ? 1 : 0));
    }
    keep_both_sides();
    if (below(4) == 0) emit_depth(RecordKind::DepthUpdate);
  }
  void trade(bool sell) {
    Book& book = sell ? bids_ : asks_;
    const auto at = sell ? std::prev(book.end()) : book.begin();
    const std::int64_t tick = at->first;
    const std::int64_t lots = below(3) == 0 ? at->second : 1 + below(at->second);
    TradePrint print;
    print.price = price(tick);
    print.qty = qty(lots);
    print.aggressor = sell ? Side::Sell : Side::Buy;
    const bool late = below(3) == 0;
    if (!late) emit(market_record(RecordKind::TradePrint, print));
    set(book, tick, at->second - lots);
    emit_top();
    if (late) emit(market_record(RecordKind::TradePrint, print));
  }
  void change(Book& book, std::int64_t tick) {
    const bool bid = &book == &bids_;
    if (bid ? tick >= asks_.begin()->first : tick <= bids_.rbegin()->first) return;
    set(book, tick, below(3) == 0 ? 0 : quantity());
    emit_top();
  }
  void set(Book& book, std::int64_t tick, std::int64_t lots) {
    ++id_;
    if (lots == 0) {
      book.erase(tick);
    } else {
      book[tick] = lots;
    }
    (&book == &bids_ ? changed_bids_ : changed_asks_)[tick] = lots;
  }
  void keep_both_sides() {
    while (bids_.size() < 4)
      set(bids_, (bids_.empty() ? asks_.begin()->first : bids_.begin()->first) - 1, quantity());
    while (asks_.size() < 4)
      set(asks_, (asks_.empty() ? bids_.rbegin()->first : asks_.rbegin()->first) + 1, quantity());
  }

  void emit_top() {
    if (bids_.empty() || asks_.empty()) return;
    TopOfBook top;
    top.update_id = id_;
    top.bid_price = price(bids_.rbegin()->first);
    top.bid_qty = qty(bids_.rbegin()->second);
    top.ask_price = price(asks_.begin()->first);
    top.ask_qty = qty(asks_.begin()->second);
    emit(market_record(RecordKind::TopOfBook, top));
  }
  void emit_depth(RecordKind kind) {
    const bool snapshot = kind == RecordKind::DepthSnapshot;
    std::vector<Level> bids;
    std::vector<Level> asks;
    for (const auto& [tick, lots] : snapshot ? bids_ : changed_bids_)
      bids.push_back({price(tick), qty(lots)});
    for (const auto& [tick, lots] : snapshot ? asks_ : changed_asks_)
      asks.push_back({price(tick), qty(lots)});
    changed_bids_.clear();
    changed_asks_.clear();
    DepthHeader ids;
    ids.chain = DepthChain::Linked;
    ids.previous_id = last_depth_;
    ids.first_id = snapshot ? id_ : last_depth_ + 1;
    ids.last_id = last_depth_ = id_;
    emit(depth_record(kind, ids, bids, asks));
  }
  void emit(OwnedRecord record) {
    RecordHeader& header = record.header();
    header.source = SourceId{settings_.source};
    header.source_sequence = records_.size() + 1;
    header.instrument = InstrumentId{settings_.instrument};
    header.venue_time = WallTime{venue_now_ / kNsPerMs * kNsPerMs};
    received_ =
        std::max(received_ + 1, venue_now_ + settings_.clock_ns + settings_.delay_ns_min +
                                    below(settings_.delay_ns_max - settings_.delay_ns_min + 1));
    header.wall = WallTime{received_};
    records_.push_back(std::move(record));
  }

  RandomMarketSettings settings_;
  backtest::RandomBits random_;
  std::int64_t venue_now_;
  std::int64_t received_{0};
  Book bids_;
  Book asks_;
  Book changed_bids_;
  Book changed_asks_;
  std::uint64_t id_{0};
  std::uint64_t last_depth_{0};
  std::vector<OwnedRecord> records_;
};
}  // namespace sq::test
