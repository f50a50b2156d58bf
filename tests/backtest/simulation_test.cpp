#include "engine/backtest/simulation.hpp"

#include <catch2/catch.hpp>

#include "engine/messaging/control.hpp"
#include "tests/backtest/random_market.hpp"
#include "tests/backtest/test_core.hpp"
#include "tests/support/allocations.hpp"

using namespace sq;
using backtest::Simulation;
using backtest::SimulationSettings;
using test::kNoTimer;
using test::sources_of;
using test::Stream;
using test::tenths;
using test::TestCore;
using test::whole;

namespace {
constexpr std::int64_t kMs = kNsPerMs;

void send_order(Simulation& simulation, std::uint64_t id, Side side, Price limit, Qty qty,
                TimeInForce tif = TimeInForce::GoodTillCancel, std::uint32_t instrument = 0) {
  OrderRequest request;
  request.id = OrderId{id};
  request.side = side;
  request.limit = limit;
  request.qty = qty;
  request.tif = tif;
  Record<OrderRequest> record = make_record(RecordKind::OrderSent, request);
  record.header.instrument = InstrumentId{instrument};
  record.header.mono = simulation.now();
  simulation.send(record.header);
}

SimulationSettings latencies(settings::FeedLatency feed, std::int64_t feed_ns,
                             std::int64_t order_ns, std::int64_t report_ns) {
  SimulationSettings settings;
  settings.model.feed_latency = feed;
  settings.model.feed_latency_ns = feed_ns;
  settings.model.order_latency_ns = order_ns;
  settings.model.report_latency_ns = report_ns;
  return settings;
}
using Lines = std::vector<std::string>;
}  // namespace

TEST_CASE("the exchange acts at its own time: what the core has not seen yet already counts",
          "[backtest]") {
  // Feed latency 20 ms, orders 5 ms, reports 1 ms. The core answers the book it gets at 100.
  Stream stream;
  stream.add_book(100, 80);
  stream.add_trade(Side::Sell, tenths(999), whole(7), 124, 104);  // before the order arrives at 105
  stream.add_trade(Side::Sell, tenths(999), whole(1), 126, 106);  // after it
  const auto settings = latencies(settings::FeedLatency::Recorded, 20 * kMs, 5 * kMs, kMs);
  Simulation simulation{settings, {test::perpetual()}, sources_of({stream})};
  TestCore core;
  core.act = [&](const RecordHeader& input) {
    if (input.source_sequence == 2 && is_market_data(input.kind))
      send_order(simulation, 1, Side::Buy, tenths(1000), whole(2));
  };
  simulation.connect(core);
  while (simulation.step()) {
  }
  CHECK(core.seen == Lines{"100 feed 0 1", "100 feed 0 2", "106 accepted 1", "107 filled 1",
                           "124 feed 0 3", "126 feed 0 4"});
  const auto account = simulation.account();
  REQUIRE(account.positions.size() == 1);
  CHECK(account.positions[0].position == whole(1));
  REQUIRE(account.open_orders.size() == 1);
  CHECK(account.open_orders[0].filled == whole(1));
}

TEST_CASE("without latency an order acts before the next record of the market", "[backtest]") {
  Stream stream;
  stream.add_book(100, 100);
  stream.add_trade(Side::Sell, tenths(999), whole(7), 101, 101);
  Simulation simulation{
      latencies(settings::FeedLatency::None, 0, 0, 0), {test::perpetual()}, sources_of({stream})};
  TestCore core;
  core.act = [&](const RecordHeader& input) {
    if (input.source_sequence == 2 && is_market_data(input.kind))
      send_order(simulation, 1, Side::Buy, tenths(1000), whole(2));
  };
  simulation.connect(core);
  while (simulation.step()) {
  }
  // The trade is at the exchange at 101 and its report in the core before the trade itself.
  CHECK(core.seen ==
        Lines{"100 feed 0 1", "100 feed 0 2", "100 accepted 1", "101 filled 1", "101 feed 0 3"});
}

TEST_CASE("at one moment: the exchange, then reports by venue, timers, feeds by source",
          "[backtest]") {
  Stream futures{.feed = 1, .instrument = 0, .records = {}};
  Stream spots{.feed = 0, .instrument = 1, .records = {}};
  futures.add_book(100, 100);
  spots.add_book(100, 100);
  futures.add_trade(Side::Sell, tenths(1000), whole(1), 110, 110);
  spots.add_trade(Side::Sell, tenths(1000), whole(1), 110, 110);
  // Given in the wrong order on purpose.
  SimulationSettings settings = latencies(settings::FeedLatency::None, 0, 4 * kMs, 6 * kMs);
  settings.balances = {
      {VenueId::BinanceSpot, Amount{*Currency::parse("USDT"), 1'000 * Amount::kScale}}};
  Simulation simulation{
      settings, {test::perpetual(0), test::spot(1)}, sources_of({futures, spots})};
  TestCore core;
  core.act = [&](const RecordHeader& input) {
    if (input.mono.ns != 100 * kMs || input.source != SourceId{0x101} || input.source_sequence != 2)
      return;
    send_order(simulation, 1, Side::Buy, tenths(999), whole(1), TimeInForce::GoodTillCancel, 0);
    send_order(simulation, 2, Side::Buy, tenths(999), whole(1), TimeInForce::GoodTillCancel, 1);
    core.timer = MonoTime{110 * kMs};
  };
  simulation.connect(core);
  while (simulation.step()) {
  }
  CHECK(core.seen == Lines{"100 feed 0 1", "100 feed 0 2", "100 feed 1 1", "100 feed 1 2",
                           "110 accepted 2",  // spot is venue 1, USD-M venue 2
                           "110 accepted 1", "110 timer", "110 feed 0 3", "110 feed 1 3"});
}

TEST_CASE("at one moment the exchange sees the market before a request", "[backtest]") {
  for (const std::int64_t order_ms : {9, 10, 11}) {
    Stream stream;
    stream.add_book(100, 100);
    stream.add_trade(Side::Sell, tenths(999), whole(9), 110, 110);
    stream.add_trade(Side::Sell, tenths(1000), whole(1), 130, 130);
    Simulation simulation{latencies(settings::FeedLatency::None, 0, order_ms * kMs, 0),
                          {test::perpetual()},
                          sources_of({stream})};
    TestCore core;
    core.act = [&](const RecordHeader& input) {
      if (input.source_sequence == 2 && is_market_data(input.kind))
        send_order(simulation, 1, Side::Buy, tenths(1000), whole(1));
    };
    simulation.connect(core);
    while (simulation.step()) {
    }
    INFO("order latency " << order_ms << " ms, trade through the price after 10 ms");
    CHECK((simulation.account().fills == 1) == (order_ms < 10));
  }
}

TEST_CASE("reports carry source, number, venue clock and never overtake", "[backtest]") {
  // Venue clock 1.5 s ahead of ours; the fastest record takes 2 ms.
  Stream stream;
  stream.add_book(1'000, 2'498);
  stream.add_trade(Side::Buy, tenths(1001), whole(1), 1'100, 2'596);
  SimulationSettings settings = latencies(settings::FeedLatency::Recorded, 2 * kMs, 3 * kMs, 0);
  settings.model.order_latency_table = {{0, kMs, kMs}, {1'000'000, 30 * kMs, 30 * kMs}};
  Simulation simulation{settings, {test::perpetual()}, sources_of({stream})};
  TestCore core;
  std::uint64_t expected = 0;
  WallTime last{};
  WallTime last_at_venue{};
  core.act = [&](const RecordHeader& input) {
    if (is_market_data(input.kind)) {
      if (input.source_sequence != 2) return;
      for (std::uint64_t id = 1; id <= 50; ++id)
        send_order(simulation, id, Side::Buy, tenths(900), whole(1));
      return;
    }
    REQUIRE(input.source == SourceId{0x12});
    REQUIRE(input.source_sequence == ++expected);
    REQUIRE(payload_of<OrderReport>(input).id == OrderId{expected});
    REQUIRE(payload_of<OrderReport>(input).venue_order_id == expected);
    REQUIRE(input.wall >= last);
    REQUIRE(input.venue_time >= last_at_venue);
    last = input.wall;
    last_at_venue = input.venue_time;
    // t = e + report latency, and the venue's clock shows e + 1.5 s.
    const std::int64_t way = input.wall - (input.venue_time - 1'500 * kMs);
    REQUIRE(way >= kMs);
  };
  simulation.connect(core);
  while (simulation.step()) {
  }
  CHECK(expected == 50);
}

TEST_CASE("a timer fires at exactly its deadline, a past one at once, and none keeps a run alive",
          "[backtest]") {
  Stream stream;
  stream.add_book(100, 100);
  stream.add_trade(Side::Buy, tenths(1001), whole(1), 200, 200);
  Simulation simulation{
      latencies(settings::FeedLatency::None, 0, 0, 0), {test::perpetual()}, sources_of({stream})};
  TestCore core;
  int ticks = 0;
  core.act = [&](const RecordHeader& input) {
    if (input.kind == RecordKind::TimeTick) {
      CHECK(input.length == sizeof(RecordHeader));
      CHECK(input.source == kSourceCore);
      if (++ticks == 1) CHECK(input.mono.ns == 150 * kMs + 7);
      if (ticks == 1) core.timer = MonoTime{120 * kMs};  // past
      if (ticks == 2) CHECK(input.mono.ns == 150 * kMs + 7);
      if (ticks == 2) core.timer = MonoTime{300 * kMs};  // after the end
      return;
    }
    if (input.source_sequence == 2) core.timer = MonoTime{150 * kMs + 7};
  };
  simulation.connect(core);
  while (simulation.step()) {
  }
  CHECK(ticks == 2);
  CHECK(core.seen.back() == "200 feed 0 3");
  CHECK_FALSE(simulation.next_time().has_value());
  CHECK_FALSE(simulation.step());
}

TEST_CASE("what is in flight when the market ends still arrives, but not for ever", "[backtest]") {
  Stream stream;
  stream.add_book(100, 100);
  SimulationSettings settings = latencies(settings::FeedLatency::None, 0, 10 * kMs, 10 * kMs);
  settings.drain_ns_max = 100 * kMs;
  Simulation simulation{settings, {test::perpetual()}, sources_of({stream})};
  TestCore core;
  std::uint64_t id = 0;
  core.act = [&](const RecordHeader& input) {  // answers each report with the next order
    const bool last_feed = is_market_data(input.kind) && input.source_sequence == 2;
    const bool done = input.kind == RecordKind::OrderReport &&
                      payload_of<OrderReport>(input).kind == ReportKind::Expired;
    if (last_feed || done)
      send_order(simulation, ++id, Side::Buy, tenths(900), whole(1),
                 TimeInForce::ImmediateOrCancel);
    if (input.kind == RecordKind::OrderReport) core.timer = MonoTime{input.mono.ns + 5 * kMs};
  };
  simulation.connect(core);
  while (simulation.step()) {
  }
  // Reports at 120, 140, ... 200: those up to 100 ms after the last record are delivered.
  CHECK(std::count(core.seen.begin(), core.seen.end(), "120 expired 1") == 1);
  CHECK(std::count(core.seen.begin(), core.seen.end(), "125 timer") == 1);
  CHECK(std::count(core.seen.begin(), core.seen.end(), "200 expired 5") == 1);
  CHECK(core.seen.back() == "200 expired 5");
}

TEST_CASE("an injected input comes at the time of the next one and before it", "[backtest]") {
  Stream stream;
  stream.add_book(100, 100);
  Simulation simulation{
      latencies(settings::FeedLatency::None, 0, 0, 0), {test::perpetual()}, sources_of({stream})};
  TestCore core;
  simulation.connect(core);
  auto command = make_record(RecordKind::AdminCommand, AdminCommand{});
  simulation.inject(command.header);
  CHECK(command.header.mono == MonoTime{100 * kMs});
  REQUIRE(simulation.step());
  core.timer = MonoTime{100 * kMs};
  simulation.inject(command.header);
  while (simulation.step()) {
  }
  simulation.inject(command.header);
  CHECK(core.seen == Lines{"100 command", "100 feed 0 1", "100 command", "100 timer",
                           "100 feed 0 2", "100 command"});
}

TEST_CASE("receive times that run backwards are moved forward and named", "[backtest]") {
  for (const auto kind : {settings::FeedLatency::None, settings::FeedLatency::Recorded}) {
    Stream stream;
    stream.add_book(100, 100);
    stream.add_trade(Side::Buy, tenths(1001), whole(1), 90, 101);
    stream.add_trade(Side::Buy, tenths(1001), whole(1), 110, 102);
    Simulation simulation{latencies(kind, 0, 0, 0), {test::perpetual()}, sources_of({stream})};
    TestCore core;
    simulation.connect(core);
    while (simulation.step()) {
    }
    CHECK(core.seen == Lines{"100 feed 0 1", "100 feed 0 2", "100 feed 0 3", "110 feed 0 4"});
    bool named = false;
    for (const auto& assumption : simulation.assumptions())
      named = named || assumption.text.starts_with("1 records were received before");
    CHECK(named);
  }
}

TEST_CASE("the assumptions name what was estimated and what is switched off", "[backtest]") {
  test::RandomMarketSettings market;
  market.clock_ns = -1'270 * kMs;
  SimulationSettings settings = latencies(settings::FeedLatency::Recorded, 100'000, 0, 0);
  settings.model.fees = false;
  std::vector<std::unique_ptr<feed::Source>> sources;
  sources.push_back(test::RandomMarket{market}.source());
  Simulation simulation{settings, {test::perpetual()}, std::move(sources)};
  const auto text = [&](const std::string& name) {
    for (const auto& assumption : simulation.assumptions())
      if (assumption.name == name) return assumption.text;
    return std::string{"not stated"};
  };
  // Stamps in ms and at least 2 ms on the way, 0.1 ms of them taken out as the floor: -1268.1, and
  // what the fastest of 1,000 records had of the two random parts (up to 4 and up to 1 ms).
  const std::string clock = text("clock of binance-usdm");
  const std::string lead = "our clock - venue clock = ";
  REQUIRE(clock.starts_with(lead));
  const double offset_ms = std::stod(clock.substr(lead.size()));
  CHECK(offset_ms >= -1'268.1);
  CHECK(offset_ms < -1'267.2);
  CHECK(text("clock of binance-usdm").find("first 1000 records") != std::string::npos);
  CHECK(text("fees") == "OFF");
  CHECK(text("order latency") == "none (OFF)");
  CHECK(text("consumed depth").starts_with("on"));
  CHECK(text("market impact").find("OFF") != std::string::npos);
}

TEST_CASE("once sizes have settled a run allocates nothing", "[backtest][hot]") {
  test::RandomMarketSettings market;
  market.events = 20'000;
  SimulationSettings settings = latencies(settings::FeedLatency::Recorded, 100'000, kMs, kMs);
  std::vector<std::unique_ptr<feed::Source>> sources;
  sources.push_back(test::RandomMarket{market}.source());
  Simulation simulation{settings, {test::perpetual()}, std::move(sources)};
  class Trader final : public backtest::CoreInput {
   public:
    explicit Trader(Simulation& simulation) : simulation_{simulation} {}
    void on_input(RecordHeader& input) noexcept override {
      if (input.kind != RecordKind::TopOfBook) return;
      const auto& top = payload_of<TopOfBook>(input);
      if (input.source_sequence % 7 == 0) {
        const bool buy = input.source_sequence % 2 == 0;
        send_order(simulation_, ++id_, buy ? Side::Buy : Side::Sell,
                   buy ? top.bid_price : top.ask_price, whole(1));
      }
      if (input.source_sequence % 9 == 0 && id_ > 5) {
        CancelRequest cancel;
        cancel.id = OrderId{id_ - 5};
        auto record = make_record(RecordKind::CancelSent, cancel);
        record.header.instrument = InstrumentId{0};
        simulation_.send(record.header);
      }
    }
    MonoTime next_timer() const noexcept override { return kNoTimer; }

   private:
    Simulation& simulation_;
    std::uint64_t id_{0};
  };
  Trader trader{simulation};
  simulation.connect(trader);
  for (int i = 0; i < 10'000; ++i) REQUIRE(simulation.step());
  const auto before = allocations_on_this_thread();
  int steps = 0;
  for (; steps < 10'000 && simulation.step(); ++steps) {
  }
  const auto after = allocations_on_this_thread();
  CHECK(steps == 10'000);
  CHECK(after == before);
  CHECK(simulation.account().fills > 100);
}
