// Live chains as wired: when they price, what they send, live from published books by a thread.
#include "engine/app/live_chain.hpp"

#include <atomic>
#include <chrono>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <thread>

#include "engine/options/calendar/expiry.hpp"
#include "tools/options-generate/option_market.hpp"
#include "tests/support/paths.hpp"

using namespace sq;
using namespace sq::options_generate;
using namespace sq::test;

namespace {
constexpr WallTime kStart{1'790'000'000 * kNsPerSecond};
constexpr InstrumentId kFuture{0};

settings::Config options_config() {
  std::ifstream file{project_dir() / "config/options.toml", std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  return settings::parse(text, "options.toml", "/project/config");
}
GreeksUpdate payload(const RecordHeader& record) { return payload_of<GreeksUpdate>(record); }

// Chains fed by hand: each instrument quoted with one level a side.
struct Desk {
  settings::Config config = options_config();
  app::RecordedChains chains{config};
  OneLevelBook books[5];
  void quote(std::uint32_t id, std::int64_t bid, std::int64_t ask, std::int64_t ms) {
    books[id].quote(bid, ask, kStart + ms * kNsPerMs, InstrumentId{id},
                    [&](const RecordHeader& record) { chains.on_market(record); });
  }
  std::vector<GreeksUpdate> price_all(WallTime at) {
    std::vector<GreeksUpdate> made;
    for (std::uint32_t i = 1; i <= 4; ++i) {
      REQUIRE(chains.next() == at);
      const RecordHeader& record = chains.take(at);
      CHECK(record.kind == RecordKind::GreeksUpdate);
      CHECK(record.instrument == InstrumentId{i});
      CHECK(record.source == kSourceChainFirst);
      CHECK(record.source_sequence == ++given);
      made.push_back(payload(record));
    }
    return made;
  }
  std::uint64_t given{0};
};
constexpr WallTime kNever{std::numeric_limits<std::int64_t>::max()};
}  // namespace

TEST_CASE("a chain prices at the next multiple of its interval after a change, and not before",
          "[app]") {
  Desk desk;
  CHECK(desk.chains.next() == kNever);
  desk.quote(0, 9'999, 10'001, 130);
  CHECK(desk.chains.next() == kStart + 200 * kNsPerMs);
  desk.quote(1, 1'200, 1'210, 190);
  const auto first = desk.price_all(kStart + 200 * kNsPerMs);
  CHECK(first[0].status == GreeksStatus::Quoted);
  CHECK(first[1].status == GreeksStatus::Quoted);  // the put at the same strike
  CHECK(first[2].status == GreeksStatus::Neighbours);
  CHECK(first[0].underlying == Price::from_units(100));
  CHECK(first[0].as_of == MonoTime{(kStart + 130 * kNsPerMs).ns});
  CHECK(first[0].priced_at == kStart + 200 * kNsPerMs);
  CHECK(first[0].underlying_id == kFuture);
  CHECK(desk.chains.next() == kNever);
  desk.quote(0, 10'099, 10'101, 200);  // on the multiple: belongs to the next one
  CHECK(desk.chains.next() == kStart + 300 * kNsPerMs);
  const auto second = desk.price_all(kStart + 300 * kNsPerMs);
  CHECK(second[0].underlying == Price::from_units(101));
  CHECK(second[0].delta > Greek{});
  CHECK(second[1].delta < Greek{});
  CHECK(desk.chains.next() == kNever);
}

TEST_CASE("records outside the chain change nothing", "[app]") {
  Desk desk;
  OneLevelBook book;
  book.quote(1, 2, kStart, InstrumentId{9},
             [&](const RecordHeader& record) { desk.chains.on_market(record); });
  CHECK(desk.chains.next() == kNever);
  auto trade = make_record(RecordKind::TradePrint, TradePrint{});
  trade.header.instrument = kFuture;
  trade.header.wall = kStart;
  desk.chains.on_market(trade.header);
  CHECK(desk.chains.next() == kNever);
}

TEST_CASE("without an underlying there are no numbers; without its book its price grows old",
          "[app]") {
  Desk desk;
  desk.quote(1, 1'200, 1'210, 10);
  for (const GreeksUpdate& each : desk.price_all(kStart + 100 * kNsPerMs)) {
    CHECK(each.status == GreeksStatus::Unavailable);
    CHECK(each.delta == Greek{});
    CHECK(each.theoretical == Price{});
  }
  desk.quote(0, 9'999, 10'001, 150);
  desk.quote(1, 1'200, 1'210, 160);
  CHECK(desk.price_all(kStart + 200 * kNsPerMs)[0].status == GreeksStatus::Quoted);
  auto lost = make_record(RecordKind::FeedStatus, FeedStatus{FeedEvent::Disconnected, {}});
  lost.header.instrument = kFuture;
  lost.header.wall = kStart + 210 * kNsPerMs;
  desk.chains.on_market(lost.header);
  const auto after = desk.price_all(kStart + 300 * kNsPerMs);
  CHECK(after[0].status == GreeksStatus::Quoted);
  CHECK(after[0].as_of == MonoTime{(kStart + 150 * kNsPerMs).ns});
}

TEST_CASE("a quote older than the chain allows gives no volatility of its own", "[app]") {
  Desk desk;
  desk.quote(0, 9'999, 10'001, 0);
  desk.quote(1, 1'200, 1'210, 0);
  static_cast<void>(desk.price_all(kStart + 100 * kNsPerMs));
  desk.quote(0, 9'999, 10'002, 59'950);  // 60 s are allowed
  CHECK(desk.price_all(kStart + 60'000 * kNsPerMs)[0].status == GreeksStatus::Quoted);
  desk.quote(0, 9'999, 10'003, 60'050);
  CHECK(desk.price_all(kStart + 60'100 * kNsPerMs)[0].status == GreeksStatus::Held);
}

TEST_CASE("a live chain prices published books on its own thread and sends records to the core",
          "[app]") {
  const settings::Config config = options_config();
  std::vector<std::unique_ptr<book::TopPublisher>> publishers;
  std::vector<book::TopPublisher*> books;
  for (std::size_t i = 0; i < config.instruments.size(); ++i) {
    publishers.push_back(std::make_unique<book::TopPublisher>());
    books.push_back(publishers.back().get());
  }
  RecordRing chain_to_core{1U << 16};
  app::LiveChainAgent agent{config, 0, books, chain_to_core};
  std::atomic<std::int64_t> now{1};
  std::atomic<bool> stop{false};
  std::thread chain{[&] {
    while (!stop.load()) agent.do_work(MonoTime{now.load()}, kStart + now.load());
  }};
  const Level levels[5][2] = {
      {{Price::from_units(99), Qty::from_units(1)}, {Price::from_units(101), Qty::from_units(1)}},
      {{Price::from_units(12), Qty::from_units(1)}, {Price::from_units(13), Qty::from_units(1)}},
      {},
      {},
      {{Price::from_units(12), Qty::from_units(1)}, {Price::from_units(13), Qty::from_units(1)}}};
  std::vector<GreeksUpdate> quoted(5);
  std::size_t all = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (all < 4 && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
    const MonoTime moment{now.fetch_add(kNsPerMs)};
    for (std::size_t i = 0; i < books.size(); ++i) {
      if (!books[i]->wanted(moment)) continue;
      book::TopView view;
      view.bid = levels[i][0];
      view.ask = levels[i][1];
      view.updated_at = moment;
      books[i]->publish(view, moment);
    }
    while (const RecordHeader* record = chain_to_core.peek()) {
      const GreeksUpdate update = payload(*record);
      const std::size_t i = index_of(record->instrument);
      if (update.status == GreeksStatus::Quoted && quoted[i].status != GreeksStatus::Quoted) ++all;
      quoted[i] = update;
      chain_to_core.pop();
    }
  }
  stop.store(true);
  chain.join();
  REQUIRE(all == 4);
  for (std::size_t i = 1; i < 5; ++i) {
    const Instrument& option = config.instruments[i].instrument;
    const GreeksUpdate& update = quoted[i];
    CHECK(update.underlying == Price::from_units(100));
    const auto scalar = options::european_greeks(
        {update.underlying.to_double(), update.rate.to_double(), update.yield.to_double(),
         update.volatility.to_double()},
        {option.right == OptionRight::Put ? options::OptionType::Put : options::OptionType::Call,
         option.strike.to_double(), options::years_actual_365(update.priced_at, option.expiry)});
    REQUIRE(scalar);
    CHECK(update.delta.raw() == std::llrint(scalar->delta * 1e9));
    CHECK(update.vega.raw() == std::llrint(scalar->vega * 1e9));
  }
}

TEST_CASE("a full ring drops the rest of a pricing and counts it", "[app]") {
  const settings::Config config = options_config();
  std::vector<std::unique_ptr<book::TopPublisher>> publishers;
  std::vector<book::TopPublisher*> books;
  for (std::size_t i = 0; i < config.instruments.size(); ++i) {
    publishers.push_back(std::make_unique<book::TopPublisher>());
    books.push_back(publishers.back().get());
  }
  RecordRing small{1024};  // a frame has 192 bytes
  app::LiveChainAgent agent{config, 0, books, small};
  const std::int64_t interval = config.chains[0].interval_ns;
  CHECK(agent.do_work(MonoTime{0}, kStart) == 4);
  CHECK(agent.do_work(MonoTime{interval - 1}, kStart) == 0);
  CHECK(agent.dropped() == 0);
  CHECK(agent.do_work(MonoTime{interval}, kStart) < 4);
  CHECK(agent.dropped() > 0);
  while (small.peek() != nullptr) small.pop();
  CHECK(agent.do_work(MonoTime{2 * interval}, kStart) == 4);
}
