// A simulation whose time is a clock's: what mode paper runs on.
#include <catch2/catch.hpp>
#include <deque>

#include "engine/backtest/simulation.hpp"
#include "engine/messaging/control.hpp"
#include "tests/backtest/test_core.hpp"

namespace sq::test {
namespace {
using Lines = std::vector<std::string>;

// Records come when the test says so.
class Arriving final : public feed::Source {
 public:
  explicit Arriving(std::deque<OwnedRecord>& records) : records_{records} {}
  [[nodiscard]] RecordHeader* peek() override {
    return records_.empty() ? nullptr : &records_.front().header();
  }
  void pop() override { records_.pop_front(); }

 private:
  std::deque<OwnedRecord>& records_;
};

struct Paper {
  std::deque<OwnedRecord> arrived;
  Stream market;
  TestCore core;
  backtest::Simulation simulation;

  Paper() : simulation{settings(), {perpetual()}, sources()} {
    simulation.connect(core);
    simulation.follow_clock(WallTime{100 * kNsPerMs});
  }
  // Everything up to `ms` of the clock.
  void until(std::int64_t ms) {
    simulation.follow_clock(WallTime{ms * kNsPerMs});
    while (simulation.step()) {
    }
  }
  // What the stream was given since the last call has been received.
  void arrive() {
    for (; given_ < market.records.size(); ++given_) arrived.push_back(market.records[given_]);
  }
  void send(std::uint64_t id, Price limit) {
    OrderRequest request;
    request.id = OrderId{id};
    request.side = Side::Buy;
    request.limit = limit;
    request.qty = whole(1);
    auto record = make_record(RecordKind::OrderSent, request);
    record.header.instrument = InstrumentId{0};
    record.header.mono = simulation.now();
    simulation.send(record.header);
  }

 private:
  static backtest::SimulationSettings settings() {
    backtest::SimulationSettings made;
    made.model.feed_latency = settings::FeedLatency::None;
    made.model.order_latency_ns = 5 * kNsPerMs;
    made.model.report_latency_ns = kNsPerMs;
    return made;
  }
  std::vector<std::unique_ptr<feed::Source>> sources() {
    std::vector<std::unique_ptr<feed::Source>> made;
    made.push_back(std::make_unique<Arriving>(arrived));
    return made;
  }
  std::size_t given_{0};
};
}  // namespace

TEST_CASE("nothing happens ahead of the clock, and what arrives later is taken", "[backtest]") {
  Paper paper;
  paper.until(105);
  CHECK(paper.core.seen.empty());  // no data: it waits, it does not end
  paper.market.add_book(110, 110);
  paper.arrive();
  paper.until(109);
  CHECK(paper.core.seen.empty());
  paper.until(110);
  CHECK(paper.core.seen == Lines{"110 feed 0 1", "110 feed 0 2"});
}

TEST_CASE("a request is at the exchange when the clock says so, and its report comes on",
          "[backtest]") {
  Paper paper;
  paper.market.add_book(110, 110);
  paper.arrive();
  paper.until(110);
  paper.send(1, tenths(990));
  paper.until(115);
  CHECK(paper.core.seen.size() == 2);  // at the exchange at 115, told at 116
  paper.until(116);
  REQUIRE(paper.core.seen.size() == 3);
  CHECK(paper.core.seen.back() == "116 accepted 1");
}

TEST_CASE("timers alone go on while nothing else comes", "[backtest]") {
  Paper paper;
  paper.core.timer = MonoTime{130 * kNsPerMs};
  paper.until(129);
  CHECK(paper.core.seen.empty());
  paper.until(140);
  CHECK(paper.core.seen == Lines{"130 timer"});
}

TEST_CASE("data that come late are the next thing, behind the request that was there before them",
          "[backtest]") {
  Paper paper;
  paper.market.add_book(110, 110);
  paper.arrive();
  paper.until(110);
  paper.send(1, tenths(1001));  // at the exchange at 115: takes what is offered
  paper.until(116);
  CHECK(paper.core.seen.back() == "116 filled 1");
  const std::size_t before = paper.core.seen.size();
  paper.market.add_trade(Side::Sell, tenths(1000), whole(1), 112, 112);  // received at 112
  paper.arrive();
  paper.until(117);
  REQUIRE(paper.core.seen.size() == before + 1);
  CHECK(paper.core.seen.back() == "116 feed 0 3");  // not before what the core has had
}

TEST_CASE("what the application gives has the clock's time when nothing is due", "[backtest]") {
  Paper paper;
  paper.simulation.follow_clock(WallTime{123 * kNsPerMs});
  auto command = make_record(RecordKind::AdminCommand, AdminCommand{});
  paper.simulation.inject(command.header);
  CHECK(paper.core.seen == Lines{"123 command"});
}
}  // namespace sq::test
