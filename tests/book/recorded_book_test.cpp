// Recorded sessions: the venue's own best-price stream says what the rebuilt book must be.
#include <catch2/catch.hpp>
#include <random>
#include <unordered_map>

#include "engine/book/synced_book.hpp"
#include "tests/book/book_model.hpp"
#include "tests/book/depth_records.hpp"
#include "tests/book/recorded_market.hpp"

namespace sq::book {
namespace {
SyncSettings settings_for(const RecordedMarket& market) {
  return {.l2 = {.tick = market.tick}, .stale_after_ns = kNsPerDay, .crossed_for_ns = 0};
}

void feed(SyncedBook& book, const RecordHeader& record) {
  if (record.kind == RecordKind::DepthUpdate) book.on_depth(record);
  if (record.kind == RecordKind::DepthSnapshot) book.on_snapshot(record);
  if (record.kind == RecordKind::TopOfBook) book.on_top(record);
}

// Best prices by update id, from both streams; compares when the second of a pair comes.
class Oracle {
  struct Best {
    Level bid{};
    Level ask{};
  };

 public:
  void depth_at(std::uint64_t id, Level bid, Level ask) { compare(depth_, tops_, id, {bid, ask}); }
  void top_at(std::uint64_t id, Level bid, Level ask) { compare(tops_, depth_, id, {bid, ask}); }
  // Best prices are sent at every change, so the newest at or before an update holds there too.
  // Returns how many updates could be compared and how many differ.
  [[nodiscard]] std::pair<std::size_t, std::size_t> compare_all() const {
    const std::map<std::uint64_t, Best> tops{tops_.begin(), tops_.end()};
    std::pair<std::size_t, std::size_t> result;
    for (const auto& [id, best] : depth_) {
      const auto after = tops.upper_bound(id);
      if (after == tops.begin() || after == tops.end()) continue;
      ++result.first;
      result.second += !equal(std::prev(after)->second, best);
    }
    return result;
  }
  [[nodiscard]] std::size_t shared() const { return shared_; }
  [[nodiscard]] std::size_t different() const { return different_; }

 private:
  using ById = std::unordered_map<std::uint64_t, Best>;
  void compare(ById& own, const ById& other, std::uint64_t id, Best best) {
    if (!own.emplace(id, best).second) return;
    const auto found = other.find(id);
    if (found == other.end()) return;
    ++shared_;
    different_ += !equal(found->second, best);
  }
  static bool equal(const Best& a, const Best& b) {
    return same(a.bid, b.bid) && same(a.ask, b.ask);
  }
  ById depth_;
  ById tops_;
  std::size_t shared_{0};
  std::size_t different_{0};
};
}  // namespace

TEST_CASE("the rebuilt book has the recorded best prices and sizes at every shared update id") {
  for (const RecordedMarket& market : recorded_markets()) {
    auto source = open(market);
    if (!source) return;
    SyncedBook book{settings_for(market)};
    Oracle oracle;
    std::size_t crossed = 0;
    for (RecordHeader* record = source->peek(); record != nullptr; record = source->peek()) {
      record->mono = MonoTime{record->wall.ns};
      feed(book, *record);
      const L2Book& depth = book.depth();
      crossed += depth.crossed();
      if (record->kind == RecordKind::TopOfBook) {
        const auto& top = payload_of<TopOfBook>(*record);
        oracle.top_at(top.update_id, {top.bid_price, top.bid_qty}, {top.ask_price, top.ask_qty});
      } else if (book.state() == BookState::Live) {
        oracle.depth_at(book.last_id(), depth.best(Side::Buy), depth.best(Side::Sell));
      }
      source->pop();
    }
    INFO(market.name);
    CHECK_FALSE(source->failure().has_value());
    CHECK(book.state() == BookState::Live);
    CHECK(oracle.shared() == market.shared_ids);
    CHECK(oracle.different() == 0);
    const auto [compared, different] = oracle.compare_all();
    CHECK(compared == market.updates_compared);
    CHECK(different == market.inside_executions);
    CHECK(crossed == 0);
    CHECK(book.counters().gaps == 0);
    CHECK(book.counters().snapshots == 1);
    CHECK(book.counters().off_tick == 0);
    CHECK(book.counters().overflows == 0);
  }
}

namespace {
// The book of a link that loses, doubles and swaps updates and best prices, beside the true one.
class FaultyRecording {
 public:
  FaultyRecording(const RecordedMarket& market, std::uint64_t seed)
      : random_{seed}, truth_{settings_for(market)}, book_{settings_for(market)} {}

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
}  // namespace

TEST_CASE(
    "a recording with updates lost, doubled and swapped gives the true book or one that is not "
    "LIVE") {
  for (const RecordedMarket& market : recorded_markets()) {
    auto source = open(market);
    if (!source) return;
    FaultyRecording faulty{market, 5};
    for (RecordHeader* record = source->peek(); record != nullptr; record = source->peek()) {
      record->mono = MonoTime{record->wall.ns};
      faulty.on(*record);
      source->pop();
    }
    INFO(market.name);
    CHECK(faulty.wrong() == 0);
    CHECK(faulty.compared() > 100);
    CHECK(faulty.live() > faulty.updates() / 4);
    CHECK(faulty.live() < faulty.updates());
    CHECK(faulty.book().counters().gaps > 20);
    CHECK(faulty.book().counters().resyncs > 20);
  }
}
}  // namespace sq::book
