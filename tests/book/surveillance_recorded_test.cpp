// Ordinary recordings: how many alerts they raise. Nobody has said that anything is wrong with
// them, so each alert counts as a false one here; the bounds are those of README.md.
#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "engine/book/surveillance/surveillance.hpp"
#include "engine/book/synced_book.hpp"
#include "engine/feed/market_file.hpp"
#include "tests/book/recorded_market.hpp"

namespace sq::book::surveillance {
namespace {
std::uint64_t withdrawals(const Surveillance& watch) {
  return watch.alerts().count(AlertKind::Spoofing) + watch.alerts().count(AlertKind::Layering);
}

struct OrderFile {
  const char* path;
  Price tick;
  std::uint64_t messages_min;
  std::uint64_t alerts_max;
};
void play(const OrderFile& file) {
  const auto path = test::recorded(file.path);
  if (!path) return;
  const auto source = feed::open_market_file(*path, {});
  OrderFeed book{{.tick = file.tick, .lot = Qty::from_units(1), .orders_max = 100'000}};
  Surveillance watch{{.tick = file.tick}};
  while (const RecordHeader* record = source->peek()) {
    if (record->kind == RecordKind::MarketOrder) watch.on_order(*record, book.apply(*record), book);
    if (record->kind == RecordKind::TradePrint) watch.on_trade(*record);
    source->pop();
  }
  INFO(file.path << ": " << watch.alerts().total() << " alerts in " << watch.counters().messages);
  CHECK(watch.counters().messages >= file.messages_min);
  CHECK(watch.counters().trades > 1'000);
  CHECK(watch.counters().untracked == 0);
  CHECK(watch.alerts().total() <= file.alerts_max);
  const ToxicityView view = watch.toxicity();
  CHECK(view.cancel_to_add.known());
  CHECK(view.cancel_life_ns.value > 0);
}
}  // namespace

TEST_CASE("recorded order-by-order data raise no more alerts than the stated bound",
          "[book][surveillance][recorded]") {
  SECTION("AAPL, three minutes after the opening") {
    play({"data/c_itch/AAPL_20191230_0935_banded_first30000.NASDAQ_ITCH50",
          Price::from_raw(10'000'000), 25'000, 2});
  }
  SECTION("ES, a day") {
    play({"data/b_normalised/nautilus_esh4-glbx-mdp3-20231225.mbo.dbn.zst",
          Price::from_raw(250'000'000), 60'000, 2});
  }
}

TEST_CASE("recorded price levels raise no more alerts than the stated bound",
          "[book][surveillance][recorded]") {
  for (const RecordedMarket& market : recorded_markets()) {
    if (market.name == "COIN-M BTCUSD_PERP") continue;  // as USD-M
    auto source = open(market);
    if (!source) return;
    SyncedBook book{
        {.l2 = {.tick = market.tick}, .stale_after_ns = kNsPerDay, .crossed_for_ns = kNsPerDay}};
    Surveillance watch{{.tick = market.tick}};
    while (RecordHeader* record = source->peek()) {
      record->mono = MonoTime{record->wall.ns};
      SyncedBook::Effect effect;
      if (record->kind == RecordKind::DepthUpdate) effect = book.on_depth(*record);
      if (record->kind == RecordKind::DepthSnapshot) effect = book.on_snapshot(*record);
      if (effect.depth_applied) watch.on_depth(*record, book.depth());
      if (record->kind == RecordKind::TopOfBook) watch.on_top(*record);
      if (record->kind == RecordKind::TradePrint) watch.on_trade(*record);
      source->pop();
    }
    INFO(market.name << ": " << watch.alerts().total() << " alerts");
    CHECK(watch.counters().trades > 1'000);
    CHECK(watch.alerts().count(AlertKind::QuoteStuffing) == 0);
    CHECK(withdrawals(watch) <= 20);
    CHECK(watch.alerts().total() <= 40);
  }
}
}  // namespace sq::book::surveillance
