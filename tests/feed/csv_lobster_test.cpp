// Files written by the rules of LOBSTER's readme, from a book that the test keeps itself: no
// sample of theirs is part of the project.
#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "engine/feed/csv/lobster.hpp"
#include "engine/types/decimal.hpp"
#include "tests/feed/columnar_records.hpp"
#include "tests/feed/csv_folder.hpp"

using namespace sq;
using namespace sq::feed;
using Catch::Matchers::Contains;
using test::RecordList;

namespace {
constexpr const char* kMessages = "AAPL_2012-06-21_34200000_57600000_message_2.csv";
constexpr const char* kBook = "AAPL_2012-06-21_34200000_57600000_orderbook_2.csv";

struct Opened {
  std::unique_ptr<MarketFile> file;
  RecordList records;
};
Opened open(const std::filesystem::path& path, const FileOptions& options = {}) {
  Opened opened{csv::lobster_format().open(path, options), {}};
  for (; opened.file->peek() != nullptr; opened.file->pop())
    opened.records.add(*opened.file->peek());
  return opened;
}
std::uint64_t counted(const MarketFile& file, std::string_view name) {
  for (const auto& [kind, count] : file.counters().by_kind)
    if (kind == name) return count;
  return 0;
}
const MarketOrder& order_of(const RecordList& records, std::size_t i) {
  REQUIRE(records[i].kind == RecordKind::MarketOrder);
  return payload_of<MarketOrder>(records[i]);
}

// What a reader of the records knows: every order; and best levels by side, in 1e-4 dollars.
class Orders {
 public:
  void apply(const MarketOrder& order) {
    switch (order.action) {
      case OrderAction::Clear:
        live_.clear();
        break;
      case OrderAction::Add:
        REQUIRE(live_.count(order.order_id) == 0);
        live_[order.order_id] = order;
        break;
      case OrderAction::Delete:
        REQUIRE(live_.erase(order.order_id) == 1);
        break;
      case OrderAction::Reduce:
      case OrderAction::Execute: {
        auto& left = live_.at(order.order_id);
        REQUIRE(left.qty >= order.qty);
        left.qty -= order.qty;
        if (left.qty == Qty{}) live_.erase(order.order_id);
        break;
      }
      case OrderAction::HiddenTrade:
        break;
      default:
        FAIL("an action that LOBSTER has not");
    }
  }
  [[nodiscard]] std::map<std::int64_t, std::int64_t> levels(Side side) const {
    std::map<std::int64_t, std::int64_t> by_price;
    for (const auto& [id, order] : live_)
      if (order.side == side)
        by_price[(side == Side::Buy ? -1 : 1) * order.price.raw() / 100'000] +=
            order.qty.raw() / Qty::kScale;
    return by_price;
  }

 private:
  std::map<std::uint64_t, MarketOrder> live_;
};
}  // namespace

TEST_CASE("messages become records of orders, with the book before the first one") {
  const test::Folder folder;
  // The book before: 100.00 x 10 and 99.00 x 5 bid, 101.00 x 7 and 102.00 x 8 asked.
  folder.write(kBook,
               "1010000,7,1000000,40,1020000,8,990000,5\n"    // add of 30 at 100
               "1010000,7,1000000,25,1020000,8,990000,5\n"    // 15 of it cancelled
               "1010000,3,1000000,25,1020000,8,990000,5\n"    // 4 of an unknown ask executed
               "1010000,3,1000000,25,1020000,8,990000,5\n"    // hidden
               "1010000,3,1000000,10,1020000,8,990000,5\n");  // the rest of 77 deleted
  const auto path = folder.write(kMessages,
                                 "34200.017459617,1,77,30,1000000,1\n34200.1,2,77,15,1000000,1\n"
                                 "34200.2,4,12,4,1010000,-1\n34200.3,5,0,9,1005000,1\n"
                                 "34201,3,77,15,1000000,1\n");
  const Opened got = open(path);
  REQUIRE(got.records.size() == 10);
  CHECK(order_of(got.records, 0).action == OrderAction::Clear);
  for (std::size_t i = 1; i <= 4; ++i) {
    CHECK(order_of(got.records, i).action == OrderAction::Add);
    CHECK(order_of(got.records, i).order_id >= std::uint64_t{1} << 63);
  }
  CHECK(order_of(got.records, 1).price == Price::from_units(100));
  CHECK(order_of(got.records, 1).qty == Qty::from_units(10));
  const MarketOrder& add = order_of(got.records, 5);
  CHECK(add.order_id == 77);
  CHECK(add.side == Side::Buy);
  CHECK(add.qty == Qty::from_units(30));
  // 2012-06-21 is daylight saving time: midnight in New York is 04:00 UTC.
  CHECK(got.records[5].wall == WallTime{1'340'251'200'000'000'000 + 34'200'017'459'617});
  CHECK(got.records[5].venue_time == got.records[5].wall);
  CHECK(got.file->midnight() == WallTime{1'340'251'200'000'000'000});
  CHECK(order_of(got.records, 6).action == OrderAction::Reduce);
  const MarketOrder& executed = order_of(got.records, 7);
  CHECK(executed.action == OrderAction::Execute);
  CHECK(executed.side == Side::Sell);
  CHECK(executed.order_id >= std::uint64_t{1} << 63);
  CHECK(executed.qty == Qty::from_units(4));
  const MarketOrder& hidden = order_of(got.records, 8);
  CHECK(hidden.action == OrderAction::HiddenTrade);
  CHECK(hidden.price == *parse_fixed<Price>("100.5"));
  CHECK(order_of(got.records, 9).action == OrderAction::Delete);
  CHECK(order_of(got.records, 9).qty == Qty::from_units(15));
  CHECK(got.file->counters().anomalies == 0);
  CHECK(counted(*got.file, "rows checked") == 5);
  CHECK(counted(*got.file, "corrections") == 0);
  CHECK(got.file->symbols()[0].name == "AAPL");
  CHECK(got.file->symbols()[0].tick == *parse_fixed<Price>("0.5"));
}

TEST_CASE("a level that comes into view is put in, one that differs in view is an anomaly") {
  const test::Folder folder;
  folder.write(kBook,
               "1010000,7,1000000,10,1020000,8,990000,5\n"
               "1020000,8,1000000,10,1030000,6,990000,5\n"    // 101 gone: 103 in view
               "1020000,9,1000000,10,1030000,6,990000,5\n");  // 102 is 9, unsaid
  const Opened got = open(folder.write(kMessages,
                                       "34200,5,0,1,1000000,1\n34201,3,5,7,1010000,-1\n"
                                       "34202,5,0,1,1000000,1\n"));
  CHECK(counted(*got.file, "corrections") == 2);
  REQUIRE(got.file->counters().anomalies == 1);
  CHECK_THAT(got.file->counters().first_anomalies[0].reason,
             Contains("message_2.csv:3: the rebuilt book differs") &&
                 Contains("at 102, where there are 9"));
  Orders orders;
  for (std::size_t i = 0; i < got.records.size(); ++i) orders.apply(order_of(got.records, i));
  CHECK(orders.levels(Side::Sell) ==
        std::map<std::int64_t, std::int64_t>{{1'020'000, 9}, {1'030'000, 6}});
}

TEST_CASE("halts and crosses are told, and without an orderbook file messages stay as they are") {
  const test::Folder folder;
  const Opened got = open(folder.write(
      kMessages,
      "34200,7,0,0,-1,-1\n34300,7,0,0,0,-1\n34400,7,0,0,1,-1\n34500,6,-1,300,1000000,-1\n"
      "34501,4,99,5,1000000,1\n34502,6,0,300,1000000,-1\n"));
  REQUIRE(got.records.size() == 4);
  CHECK(payload_of<FeedStatus>(got.records[0]).event == FeedEvent::Halted);
  CHECK(payload_of<FeedStatus>(got.records[1]).event == FeedEvent::Resumed);
  CHECK(order_of(got.records, 2).order_id == 99);
  const auto& cross = payload_of<TradePrint>(got.records[3]);
  CHECK(cross.qty == Qty::from_units(300));
  CHECK(cross.aggressor_unknown == 1);
  CHECK(counted(*got.file, "halt") == 3);
  CHECK(counted(*got.file, "unknown orders") == 1);
  CHECK(got.file->counters().anomalies == 1);  // the order id -1
}

TEST_CASE("bad rows of LOBSTER are anomalies, and reading goes on") {
  const test::Folder folder;
  const Opened got = open(
      folder.write(kMessages,
                   "34200.0000000001,1,1,1,1000000,1\nx,1,1,1,1000000,1\n34200,8,1,1,1000000,1\n"
                   "34200,1,1,1.5,1000000,1\n34200,1,1,1,1000000,0\n34200,1,1,1\n"
                   "34200,1,1,0,1000000,1\n34200,1,1,5,1000000,1,extra\n34200,1,1,5,1000000,1\n"));
  CHECK(got.records.size() == 1);
  CHECK(got.file->counters().anomalies == 8);
  CHECK_THAT(got.file->counters().first_anomalies[4].reason,
             Contains("column 6 (direction) is \"0\", expected 1 or -1"));
}

TEST_CASE("the day in New York begins at four or five UTC, by the rule of daylight saving") {
  const auto hours = [](int year, int month, int day) {
    return csv::new_york_midnight(year, month, day).ns % kNsPerDay / (3'600 * kNsPerSecond);
  };
  CHECK(hours(2024, 3, 10) == 5);  // the change comes at two in the morning
  CHECK(hours(2024, 3, 11) == 4);
  CHECK(hours(2024, 11, 3) == 4);
  CHECK(hours(2024, 11, 4) == 5);
  CHECK(hours(2012, 1, 15) == 5);
  CHECK(csv::new_york_midnight(1970, 1, 1) == WallTime{5 * 3'600 * kNsPerSecond});
}

TEST_CASE("a LOBSTER file is told by its name and first row, and needs a date") {
  const test::Folder folder;
  const auto recognised = [](const std::filesystem::path& path) {
    const std::string bytes = test::bytes_of(path);
    return csv::lobster_format().recognises(path, std::as_bytes(std::span{bytes}));
  };
  CHECK(recognised(folder.write(kMessages, "34200,7,0,0,-1,-1\n")));
  CHECK_FALSE(recognised(folder.write(kMessages, "34200,9,0,0,-1,-1\n")));
  CHECK_FALSE(recognised(folder.write(kBook, "34200,7,0,0,-1,-1\n")));
  const auto undated = folder.write("AAPL_message_2.csv", "34200,7,0,0,-1,-1\n");
  CHECK_FALSE(recognised(undated));
  CHECK_THROWS_WITH(open(undated), Contains("has no date"));
  FileOptions options;
  options.midnight = WallTime{kNsPerDay};
  CHECK(open(undated, options).records[0].wall == WallTime{kNsPerDay + 34'200 * kNsPerSecond});
}

namespace {
// A book of single orders, whose orderbook rows show the best `depth` levels, and whose messages
// name only what touches them.
class Venue {
 public:
  explicit Venue(std::size_t depth, std::uint64_t seed) : depth_{depth}, random_{seed} {
    for (int i = 0; i < 80; ++i) add();
    messages.clear();
    rows.clear();
  }
  void step() {
    const std::uint64_t what = random_() % 10;
    if (what < 4 || orders_.size() < 60) return add();
    auto at = orders_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random_() % orders_.size()));
    const bool all = what < 8 || at->second.size == 1;
    const int by = all ? at->second.size : 1 + static_cast<int>(random_()) % (at->second.size - 1);
    change(at->first, all ? 3 : 2, by < 1 ? 1 : by);
  }
  std::string messages;
  std::string rows;

 private:
  struct Order {
    int price;
    int size;
    int direction;
  };
  void add() {
    const int direction = random_() % 2 == 0 ? 1 : -1;
    const int price = 1'000'000 - direction * (100 + static_cast<int>(random_() % 40) * 100);
    orders_[++id_] = {price, 1 + static_cast<int>(random_() % 50), direction};
    told(1, id_, orders_[id_], orders_[id_].size, in_view(orders_[id_]));
  }
  void change(int id, int type, int by) {
    const Order order = orders_[id];
    const bool seen = in_view(order);
    orders_[id].size -= by;
    if (orders_[id].size == 0) orders_.erase(id);
    told(type, id, order, by, seen);
  }
  [[nodiscard]] std::map<int, int> levels(int direction) const {
    std::map<int, int> sums;
    for (const auto& [id, order] : orders_)
      if (order.direction == direction) sums[-direction * order.price] += order.size;
    return sums;
  }
  [[nodiscard]] bool in_view(const Order& order) const {
    std::size_t place = 0;
    for (const auto& [key, size] : levels(order.direction)) {
      if (key == -order.direction * order.price) return true;
      if (++place == depth_) return false;
    }
    return true;
  }
  void told(int type, int id, const Order& order, int size, bool seen) {
    if (!seen) return;
    messages += std::to_string(34'200 + ++time_) + "," + std::to_string(type) + "," +
                std::to_string(id) + "," + std::to_string(size) + "," +
                std::to_string(order.price) + "," + std::to_string(order.direction) + "\n";
    std::vector<std::array<std::string, 4>> cells(depth_);
    for (auto& cell : cells) cell = {"9999999999", "0", "-9999999999", "0"};
    for (const int direction : {1, -1}) {
      std::size_t place = 0;
      for (const auto& [key, sum] : levels(direction)) {
        if (place == depth_) break;
        auto& cell = cells[place++];
        cell[direction == 1 ? 2 : 0] = std::to_string(-direction * key);
        cell[direction == 1 ? 3 : 1] = std::to_string(sum);
      }
    }
    for (std::size_t i = 0; i < depth_; ++i)
      for (std::size_t k = 0; k < 4; ++k)
        rows += cells[i][k] + (i + 1 == depth_ && k == 3 ? "\n" : ",");
  }

  std::size_t depth_;
  std::mt19937_64 random_;
  std::map<int, Order> orders_;
  int id_{0};
  int time_{0};
};
}  // namespace

TEST_CASE("the records rebuild the best levels of every row, although deeper orders are unsaid") {
  for (const std::size_t depth : {std::size_t{2}, std::size_t{5}, std::size_t{10}}) {
    const test::Folder folder;
    Venue venue{depth, depth};
    for (int i = 0; i < 2'000; ++i) venue.step();
    folder.write(kBook, venue.rows);
    const auto path = folder.write(kMessages, venue.messages);
    const auto file = csv::lobster_format().open(path, {});
    Orders orders;
    std::istringstream rows{venue.rows};
    std::string row;
    WallTime at{};
    std::size_t wrong = 0;
    std::size_t checked = 0;
    const auto check = [&] {
      REQUIRE(std::getline(rows, row));
      std::istringstream cells{row};
      auto asks = orders.levels(Side::Sell);
      auto bids = orders.levels(Side::Buy);
      for (std::string cell; std::getline(cells, cell, ',');) {
        const std::int64_t price = std::stoll(cell);
        std::getline(cells, cell, ',');
        if (cell == "0") continue;
        // Columns alternate: asks and bids differ by which side of 100 dollars they are on.
        auto& mine = price > 1'000'000 ? asks : bids;
        wrong += mine.empty() || mine.begin()->first != (price > 1'000'000 ? price : -price) ||
                 mine.begin()->second != std::stoll(cell);
        if (!mine.empty()) mine.erase(mine.begin());
      }
      ++checked;
    };
    for (; file->peek() != nullptr; file->pop()) {
      if (at != WallTime{} && file->peek()->wall != at) check();
      at = file->peek()->wall;
      orders.apply(payload_of<MarketOrder>(*file->peek()));
    }
    check();
    CHECK(wrong == 0);
    CHECK(checked > 100);
    CHECK(file->counters().anomalies == 0);
    CHECK(counted(*file, "corrections") > 10);
  }
}
