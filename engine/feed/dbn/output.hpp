// The records that one DBN record becomes, in order: at most four.
// Thread: one. Cost: a few stores a record; no allocation. Errors: none.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/feed/dbn/levels.hpp"
#include "engine/messaging/market_data.hpp"
#include "engine/messaging/record.hpp"

namespace sq::feed::dbn {
class Output {
 public:
  explicit Output(SourceId source) {
    for (RecordHeader* header : {&order_.header, &clear_.header, &trade_.header, &top_.header,
                                 &status_.header, &candle_.header, &depth_.header})
      header->source = source;
  }
  // For the records that follow.
  void begin(InstrumentId id, WallTime venue_time, WallTime received) noexcept {
    id_ = id;
    venue_time_ = venue_time;
    wall_ = std::max(wall_, received);
  }
  [[nodiscard]] MarketOrder& order() noexcept { return give(order_); }
  void clear(bool event_end) noexcept {
    MarketOrder& clear = give(clear_);
    clear.action = OrderAction::Clear;
    clear.side_known = 0;
    clear.event_end = event_end ? 1 : 0;
  }
  [[nodiscard]] WallTime venue_time() const noexcept { return venue_time_; }
  [[nodiscard]] TradePrint& trade() noexcept { return give(trade_); }
  [[nodiscard]] TopOfBook& top() noexcept { return give(top_); }
  void status(FeedEvent event) noexcept { give(status_).event = event; }
  [[nodiscard]] Candle& candle() noexcept { return give(candle_); }
  void depth(RecordKind kind, const DepthHeader& header, std::span<const Level> bids,
             std::span<const Level> asks) noexcept {
    depth_.depth = header;
    depth_.depth.bid_count = static_cast<std::uint32_t>(bids.size());
    depth_.depth.ask_count = static_cast<std::uint32_t>(asks.size());
    std::copy(asks.begin(), asks.end(), std::copy(bids.begin(), bids.end(), depth_.levels.begin()));
    depth_.header.kind = kind;
    depth_.header.length =
        record_length(sizeof(DepthHeader) + (bids.size() + asks.size()) * sizeof(Level));
    push(depth_.header);
  }

  [[nodiscard]] RecordHeader* front() noexcept { return at_ == count_ ? nullptr : queue_[at_]; }
  void pop() noexcept {
    if (++at_ >= count_) at_ = count_ = 0;
  }

 private:
  static constexpr std::size_t kRecordsMax = 4;
  struct DepthRecord {
    RecordHeader header{};
    DepthHeader depth{};
    std::array<Level, 4 * kLevels> levels{};  // a change of a side is two levels at most
  };
  template <class P>
  [[nodiscard]] P& give(Record<P>& record) noexcept {
    record.payload = P{};
    push(record.header);
    return record.payload;
  }
  void push(RecordHeader& header) noexcept {
    header.instrument = id_;
    header.venue_time = venue_time_;
    header.wall = wall_;
    header.source_sequence = ++sequence_;
    queue_[count_++] = &header;
  }

  InstrumentId id_{kNoInstrument};
  WallTime venue_time_{};
  WallTime wall_{};
  std::uint64_t sequence_{0};
  std::array<RecordHeader*, kRecordsMax> queue_{};
  std::size_t at_{0};
  std::size_t count_{0};
  Record<MarketOrder> order_{make_record(RecordKind::MarketOrder, MarketOrder{})};
  Record<MarketOrder> clear_{make_record(RecordKind::MarketOrder, MarketOrder{})};
  Record<TradePrint> trade_{make_record(RecordKind::TradePrint, TradePrint{})};
  Record<TopOfBook> top_{make_record(RecordKind::TopOfBook, TopOfBook{})};
  Record<FeedStatus> status_{make_record(RecordKind::FeedStatus, FeedStatus{})};
  Record<Candle> candle_{make_record(RecordKind::Candle, Candle{})};
  DepthRecord depth_;
};
}  // namespace sq::feed::dbn
