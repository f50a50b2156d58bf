// Records of every kind for the tests of our own format, drawn from a seed, and a sequence of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <vector>

#include "engine/messaging/market_data.hpp"

namespace sq::test {
class RecordList {
 public:
  void add(const RecordHeader& record) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(&record);
    starts_.push_back(words_.size());
    words_.insert(words_.end(), words, words + record.length / 8);
  }
  [[nodiscard]] std::size_t size() const { return starts_.size(); }
  [[nodiscard]] const RecordHeader& operator[](std::size_t i) const {
    return *reinterpret_cast<const RecordHeader*>(words_.data() + starts_[i]);
  }
  [[nodiscard]] std::size_t bytes() const { return words_.size() * 8; }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::size_t> starts_;
};

[[nodiscard]] inline bool same_bytes(const RecordHeader& a, const RecordHeader& b) {
  return a.length == b.length && std::memcmp(&a, &b, a.length) == 0;
}

// A depth record with its levels behind the header.
[[nodiscard]] inline std::vector<std::uint64_t> depth_record(RecordKind kind, DepthHeader depth,
                                                             std::span<const Level> bids,
                                                             std::span<const Level> asks) {
  depth.bid_count = static_cast<std::uint32_t>(bids.size());
  depth.ask_count = static_cast<std::uint32_t>(asks.size());
  RecordHeader header;
  header.kind = kind;
  header.length = record_length(sizeof depth + bids.size_bytes() + asks.size_bytes());
  std::vector<std::uint64_t> words(header.length / 8);
  auto* out = reinterpret_cast<std::byte*>(words.data());
  std::memcpy(out, &header, sizeof header);
  std::memcpy(out += sizeof header, &depth, sizeof depth);
  if (!bids.empty())
    std::memcpy(out += sizeof depth, bids.data(), bids.size_bytes());
  else
    out += sizeof depth;
  if (!asks.empty()) std::memcpy(out + bids.size_bytes(), asks.data(), asks.size_bytes());
  return words;
}

class RecordMaker {
 public:
  explicit RecordMaker(std::uint64_t seed) : random_{seed} {}

  // Like a venue's: prices near each other, ids that grow, times in steps.
  void add_tame(RecordList& list) {
    wall_ += 1'000 + static_cast<std::int64_t>(below(200'000));
    switch (below(8)) {
      case 0:
        return add_depth(list, RecordKind::DepthSnapshot, below(30), true);
      case 1:
      case 2:
        return add_depth(list, RecordKind::DepthUpdate, below(4), true);
      case 3:
        return put(list, RecordKind::TradePrint, trade());
      case 4:
        return put(list, RecordKind::TopOfBook, top());
      case 5:
        return put(list, RecordKind::MarketOrder, order());
      case 6:
        return put(list, RecordKind::MarkPrice, MarkPrice{price(), price(), price(), {}, {}});
      default:
        return put(list, RecordKind::FeedStatus, FeedStatus{FeedEvent::Connected, {}});
    }
  }
  // Any bits in every word.
  void add_wild(RecordList& list) {
    wall_ = static_cast<std::int64_t>(random_());
    switch (below(9)) {
      case 0:
        return add_depth(list, RecordKind::DepthSnapshot, below(5), false);
      case 1:
        return add_depth(list, RecordKind::DepthUpdate, below(5), false);
      case 2:
        return put(list, RecordKind::TradePrint, wild<TradePrint>());
      case 3:
        return put(list, RecordKind::TopOfBook, wild<TopOfBook>());
      case 4:
        return put(list, RecordKind::MarkPrice, wild<MarkPrice>());
      case 5:
        return put(list, RecordKind::FeedStatus, wild<FeedStatus>());
      case 6:
        return put(list, RecordKind::FeedDropped, wild<FeedDropped>());
      case 7:
        return put(list, RecordKind::Candle, wild<Candle>());
      default:
        return put(list, RecordKind::MarketOrder, wild<MarketOrder>());
    }
  }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

 private:
  template <class P>
  P wild() {
    std::uint64_t words[sizeof(P) / 8];
    for (auto& word : words) word = random_() >> below(64);
    P payload;
    std::memcpy(static_cast<void*>(&payload), words, sizeof payload);
    return payload;
  }
  template <class P>
  void put(RecordList& list, RecordKind kind, const P& payload) {
    auto record = make_record(kind, payload);
    finish(record.header);
    list.add(record.header);
  }
  void finish(RecordHeader& header) {
    header.source = kSourceFeedFirst;
    header.wall = WallTime{wall_};
    header.source_sequence = ++sequence_;
    header.venue_time = WallTime{wall_ / 1'000'000 * 1'000'000 - 3'000'000};
    header.instrument = InstrumentId{static_cast<std::uint32_t>(below(3))};
  }
  void add_depth(RecordList& list, RecordKind kind, std::size_t levels, bool tame) {
    DepthHeader depth =
        tame ? DepthHeader{id_ + 1, id_ + 4, id_, WallTime{wall_}, 0, 0, DepthChain::Linked, {}}
             : wild<DepthHeader>();
    id_ += 4;
    std::vector<Level> bids;
    std::vector<Level> asks;
    for (std::size_t i = 0; i < levels; ++i) {
      bids.push_back(tame ? Level{price(), qty()} : wild<Level>());
      if (i % 2 == 0) asks.push_back(tame ? Level{price(), qty()} : wild<Level>());
    }
    auto words = depth_record(kind, depth, bids, asks);
    auto& header = *reinterpret_cast<RecordHeader*>(words.data());
    finish(header);
    list.add(header);
  }
  TradePrint trade() {
    TradePrint print;
    print.first_trade_id = print.last_trade_id = ++id_;
    print.price = price();
    print.qty = qty();
    print.aggressor = below(2) == 0 ? Side::Buy : Side::Sell;
    return print;
  }
  TopOfBook top() { return {++id_, price(), qty(), price(), qty(), WallTime{wall_}}; }
  MarketOrder order() {
    MarketOrder change;
    change.order_id = ++id_;
    change.price = price();
    change.qty = qty();
    return change;
  }
  Price price() {
    return Price::from_raw((600'000 + static_cast<std::int64_t>(below(500))) * 100'000'000);
  }
  Qty qty() { return Qty::from_raw(static_cast<std::int64_t>(below(4'000)) * 100'000); }

  std::mt19937_64 random_;
  std::int64_t wall_{1'723'161'256'298'000'000};
  std::uint64_t id_{5'123'107'832'005};
  std::uint64_t sequence_{0};
};
}  // namespace sq::test
