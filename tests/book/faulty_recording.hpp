// A link that loses, doubles and swaps what a recording holds.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/book/synced_book.hpp"
#include "tests/book/best_price_oracle.hpp"
#include "tests/book/depth_records.hpp"

namespace sq::book {
// The book of a link that loses, doubles and swaps updates and best prices, beside the true one.
class FaultyRecording {
 public:
  FaultyRecording(const SyncSettings& settings, std::uint64_t seed)
      : random_{seed}, truth_{settings}, book_{settings} {}

  void on(const RecordHeader& record) {
    feed(truth_, record);
    if (record.kind == RecordKind::DepthSnapshot) return feed(book_, record);
    if (record.kind == RecordKind::TopOfBook) {
      const auto& top = payload_of<TopOfBook>(record);
      if (chance(10)) return;
      book_.on_top(record);
      tops_[top.update_id] = {{top.bid_price, top.bid_qty}, {top.ask_price, top.ask_qty}};
      newest_top_ = std::max(newest_top_, top.update_id);
      return check_top();
    }
    if (record.kind != RecordKind::DepthUpdate) return;
    if (truth_.state() == BookState::Live && (++updates_ & 7) == 0) {
      truths_[truth_.last_id()] = truth_.depth().checksum();
    }
    deliver(record);
    if (book_.state() != BookState::Live && chance(20)) send_snapshot(record.mono);
    live_ += book_.state() == BookState::Live;
    check_top();
    if (book_.state() != BookState::Live) return;
    const auto found = truths_.find(book_.last_id());
    if (found == truths_.end()) return;
    ++compared_;
    wrong_ += found->second != book_.depth().checksum();
  }
  [[nodiscard]] std::size_t wrong() const { return wrong_; }
  [[nodiscard]] std::size_t compared() const { return compared_; }
  [[nodiscard]] std::size_t live() const { return live_; }
  [[nodiscard]] std::size_t updates() const { return updates_; }
  [[nodiscard]] const SyncedBook& book() const { return book_; }

 private:
  bool chance(std::uint64_t one_in) { return random_() % one_in == 0; }
  void deliver(const RecordHeader& record) {
    if (chance(100)) return;             // lost
    if (chance(100) && held_.empty()) {  // comes after the next one
      const auto* words = reinterpret_cast<const std::uint64_t*>(&record);
      held_.assign(words, words + record.length / 8);
      return;
    }
    book_.on_depth(record);
    if (chance(50)) book_.on_depth(record);  // doubled
    if (held_.empty()) return;
    book_.on_depth(*reinterpret_cast<const RecordHeader*>(held_.data()));
    held_.clear();
  }
  void send_snapshot(MonoTime now) {
    if (truth_.state() != BookState::Live) return;
    const L2Book& depth = truth_.depth();
    std::vector<Level> bids(depth.levels(Side::Buy));
    std::vector<Level> asks(depth.levels(Side::Sell));
    REQUIRE(depth.copy_top(Side::Buy, bids) == bids.size());
    REQUIRE(depth.copy_top(Side::Sell, asks) == asks.size());
    book_.on_snapshot(
        snapshot_of(DepthChain::Contiguous, truth_.last_id(), bids, asks, now).header());
  }
  // A given top is the best-price stream's newest, or the depth's own when that is newer.
  void check_top() {
    if (book_.state() != BookState::Live || newest_top_ < book_.last_id()) return;
    const auto& [bid, ask] = tops_[newest_top_];
    wrong_ += !same(book_.bid(), bid) || !same(book_.ask(), ask);
  }

  std::mt19937_64 random_;
  SyncedBook truth_;
  SyncedBook book_;
  std::unordered_map<std::uint64_t, std::uint64_t> truths_;
  std::unordered_map<std::uint64_t, std::pair<Level, Level>> tops_;
  std::vector<std::uint64_t> held_;
  std::uint64_t newest_top_{0};
  std::size_t updates_{0};
  std::size_t wrong_{0};
  std::size_t compared_{0};
  std::size_t live_{0};
};
}  // namespace sq::book
