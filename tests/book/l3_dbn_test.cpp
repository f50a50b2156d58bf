// Order books rebuilt from recorded order-by-order files: uncrossed whenever the venue says that
// they are whole, and every execution at the best price of its side, or one of the exceptions that
// are named and counted here. The numbers were found by a separate program over the same files.
#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/book/order_feed.hpp"
#include "engine/feed/market_file.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;

namespace {
constexpr Qty kOne = Qty::from_raw(Qty::kScale);
constexpr book::l3::BookIndex kBook = 0;  // the only one of an OrderFeed

// Follows one DBN book. Fills come before the changes they cause, so within one event an order
// counts as gone as far as it was filled.
class DbnBook {
 public:
  explicit DbnBook(Price tick) : feed{{.tick = tick, .lot = kOne, .orders_max = 100'000}} {}

  struct Counts {
    std::uint64_t events{0};
    std::uint64_t crossed_in_auction{0};  // event ends crossed before the first trade
    std::uint64_t crossed{0};             // and after it
    std::uint64_t at_best{0};
    std::uint64_t of_auction{0};        // the venue states no side
    std::uint64_t of_aggressor{0};      // its own order, which rested until it was changed to cross
    std::uint64_t passed_cancelled{0};  // a better order was cancelled, unfilled, in the same event
    std::uint64_t worse{0};
    std::uint64_t refused{0};
  };

  void apply(const RecordHeader& record) {
    if (record.kind == RecordKind::TradePrint) {
      const auto& trade = payload_of<TradePrint>(record);
      aggressor_ = trade.aggressor_unknown == 0 ? trade.aggressor : Side::Buy;
      traded_ = true;
      return;
    }
    REQUIRE(record.kind == RecordKind::MarketOrder);
    const auto& order = payload_of<MarketOrder>(record);
    if (order.action == OrderAction::Fill) return fill(order);
    if (feed.apply(record).outcome != book::l3::Outcome::Ok) ++counts.refused;
    if (order.event_end != 0) end_event();
  }

  book::OrderFeed feed;
  Counts counts;

 private:
  void fill(const MarketOrder& order) {
    if (order.side_known == 0) {
      ++counts.of_auction;
    } else if (order.side == aggressor_) {
      ++counts.of_aggressor;
    } else {
      const auto place = feed.place_of(order.order_id);
      REQUIRE(place);
      REQUIRE(place->side == order.side);
      REQUIRE(place->left.price == order.price);
      if (best_left(order.side) == order.price) {
        ++counts.at_best;
      } else {
        beyond_best_.emplace_back(order.side, order.price);
      }
      filled_[order.price] += order.qty.raw() / Qty::kScale;
    }
  }
  // The best price at which more rests than this event has filled.
  [[nodiscard]] Price best_left(Side side) const {
    const auto& queues = feed.queues();
    for (std::uint32_t rank = 0; rank < queues.levels(kBook, side); ++rank) {
      const auto level = queues.level_at(kBook, side, rank);
      const Price price = feed.units().price_of(queues.tick(level));
      const auto used = filled_.find(price);
      if (used == filled_.end() || used->second < static_cast<std::int64_t>(queues.lots(level)))
        return price;
    }
    return Price{};
  }
  void end_event() {
    ++counts.events;
    const auto& queues = feed.queues();
    const auto best = [&](Side side) {
      return feed.units().price_of(queues.best_tick(kBook, side));
    };
    const Price bid = best(Side::Buy);
    const Price ask = best(Side::Sell);
    if (bid != Price{} && ask != Price{} && bid >= ask)
      ++(traded_ ? counts.crossed : counts.crossed_in_auction);
    for (const auto& [side, price] : beyond_best_) {
      const Price left = best(side);
      const bool nothing_better = side == Side::Buy ? left <= price : left >= price;
      ++(nothing_better ? counts.passed_cancelled : counts.worse);
    }
    beyond_best_.clear();
    filled_.clear();
  }

  Side aggressor_{Side::Buy};
  bool traded_{false};
  std::map<Price, std::int64_t> filled_;  // lots, in this event
  std::vector<std::pair<Side, Price>> beyond_best_;
};

struct ItchCounts {
  std::uint64_t executions{0};
  std::uint64_t at_best{0};
  std::uint64_t crossed{0};  // events after which bid >= ask
  std::uint64_t live{0};
  std::map<OrderAction, std::uint64_t> unknown;  // of orders that are not in the book
  std::uint64_t otherwise_refused{0};
};
ItchCounts follow_itch(const std::filesystem::path& path) {
  const auto file = feed::open_market_file(path, {});
  std::vector<std::unique_ptr<book::OrderFeed>> books;
  ItchCounts counts;
  while (const RecordHeader* record = file->peek()) {
    if (record->kind == RecordKind::MarketOrder) {
      while (books.size() <= index_of(record->instrument))
        books.push_back(std::make_unique<book::OrderFeed>(book::OrderFeedSettings{
            .tick = Price::from_raw(100'000), .lot = kOne, .orders_max = 20'000}));
      book::OrderFeed& feed = *books[index_of(record->instrument)];
      const auto& order = payload_of<MarketOrder>(*record);
      const auto change = feed.apply(*record);
      if (change.outcome == book::l3::Outcome::UnknownOrder) {
        ++counts.unknown[order.action];
      } else if (change.outcome != book::l3::Outcome::Ok) {
        ++counts.otherwise_refused;
      } else {
        if (order.action == OrderAction::Execute) {
          ++counts.executions;
          if (change.at_best) ++counts.at_best;
        }
        const auto ask = feed.queues().best_tick(kBook, Side::Sell);
        if (ask != 0 && feed.queues().best_tick(kBook, Side::Buy) >= ask) ++counts.crossed;
      }
    }
    file->pop();
  }
  for (const auto& feed : books) counts.live += feed->queues().orders_live();
  return counts;
}
}  // namespace

TEST_CASE("the recorded ES book is uncrossed after every event, and fills are at its best prices",
          "[book][l3][dbn]") {
  const auto path =
      test::recorded("data/b_normalised/nautilus_esh4-glbx-mdp3-20231225.mbo.dbn.zst");
  if (!path) return;
  const auto file = feed::open_market_file(*path, {});
  DbnBook book{Price::from_raw(250'000'000)};
  while (const RecordHeader* record = file->peek()) {
    book.apply(*record);
    file->pop();
  }
  const DbnBook::Counts& counts = book.counts;
  CHECK(counts.events == 47'022);  // records with the LAST flag
  CHECK(counts.refused == 0);
  CHECK(counts.crossed == 0);
  CHECK(counts.crossed_in_auction == 891);  // 22:39 to 23:00 UTC, before the market opened
  CHECK(counts.at_best == 6'207);
  CHECK(counts.of_auction == 35);
  CHECK(counts.of_aggressor == 107);
  // In two events of a sweep one order of one contract was cancelled without a fill.
  CHECK(counts.passed_cancelled == 22);
  CHECK(counts.worse == 0);
  CHECK(counts.at_best + counts.of_auction + counts.of_aggressor + counts.passed_cancelled ==
        6'371);
  CHECK(book.feed.queues().orders_live() == 11'217);
}

TEST_CASE("the books of the synthetic RITCH file refuse exactly the orders that never were",
          "[book][l3][itch]") {
  const auto path = test::recorded("data/c_itch/RITCH_ex20101224_framed.ITCH50");
  if (!path) return;
  const ItchCounts counts = follow_itch(*path);
  using enum OrderAction;
  CHECK(counts.unknown == std::map<OrderAction, std::uint64_t>{
                              {Delete, 94}, {Execute, 18}, {Reduce, 3}, {Replace, 2}});
  CHECK(counts.otherwise_refused == 0);
  // Its prices are drawn without regard to each other: nearly always crossed, so few executions
  // are at the best price.
  CHECK(counts.executions == 180);
  CHECK(counts.at_best == 16);
  CHECK(counts.crossed == 6'842);
  CHECK(counts.live == 3'204);
}

TEST_CASE("the book of a captured packet is that of its messages", "[book][l3][itch]") {
  const auto path = test::recorded(
      "data/c_itch/omi_pcap/Nasdaq.Equities.TotalView.Itch.v5.0/Multiple.Packets.pcap");
  if (!path) return;
  const ItchCounts counts = follow_itch(*path);
  CHECK(counts.unknown.empty());
  CHECK(counts.otherwise_refused == 0);
  CHECK(counts.live == 38);
  CHECK(counts.crossed == 0);
}
