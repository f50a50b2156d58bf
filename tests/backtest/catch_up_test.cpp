#include "engine/backtest/catch_up.hpp"

#include <catch2/catch.hpp>

#include "engine/messaging/control.hpp"
#include "tests/backtest/random_market.hpp"

using namespace sq;
using backtest::catch_up;
using backtest::CatchUp;
using backtest::Simulation;
using test::OwnedRecord;

namespace {
using Log = std::vector<OwnedRecord>;

// All that a core's next decision depends on: a few numbers, so that a test may continue anywhere.
struct TraderState {
  std::uint64_t next_id{1};
  std::uint64_t sequence{0};
  std::uint64_t inputs{0};
  MonoTime timer{std::numeric_limits<std::int64_t>::max()};
  Price bid{};
  Price ask{};
};

// Trades by numbers drawn from each input, and logs inputs and decisions as the engine does.
class Trader final : public backtest::CoreInput {
 public:
  Trader(Simulation& simulation, Log& log, const TraderState& state = {})
      : simulation_{simulation}, log_{log}, state_{state} {}

  // Every fifth order is kept back by a disk that is too slow.
  static bool kept_back(const RecordHeader& record) {
    return record.kind == RecordKind::OrderSent &&
           payload_of<OrderRequest>(record).id.value % 5 == 0;
  }
  bool slow_disk{false};
  std::vector<OrderId> not_sent;  // to be told

  void on_input(RecordHeader& input) noexcept override {
    if (input.kind == RecordKind::TimeTick)
      state_.timer = MonoTime{std::numeric_limits<std::int64_t>::max()};
    input.sequence = ++state_.sequence;
    log_.push_back(test::own(input));
    ++state_.inputs;
    decide(input);
    after_input.resize(log_.size(), state_);
    after_input.back() = state_;
  }
  MonoTime next_timer() const noexcept override { return state_.timer; }

  // By position in the log: the state after the input at or before it and its decisions.
  std::vector<TraderState> after_input;

 private:
  void decide(const RecordHeader& input) {
    if (input.kind == RecordKind::TopOfBook) {
      state_.bid = payload_of<TopOfBook>(input).bid_price;
      state_.ask = payload_of<TopOfBook>(input).ask_price;
    }
    if (state_.bid == Price{}) return;
    backtest::RandomBits random{static_cast<std::uint64_t>(input.mono.ns) +
                                input.source_sequence * 7 + static_cast<std::uint64_t>(input.kind)};
    // Fewer answers than reports, or the run would feed itself.
    if (input.kind == RecordKind::OrderReport && random.next() % 6 != 0) return;
    for (std::uint64_t n = random.next() % 3; n > 0; --n) {
      const bool buy = random.next() % 2 == 0;
      OrderRequest order;
      order.id = OrderId{state_.next_id++};
      order.side = buy ? Side::Buy : Side::Sell;
      order.limit = random.next() % 5 == 0 ? (buy ? state_.ask : state_.bid)
                                           : (buy ? state_.bid : state_.ask);
      order.qty = Qty::from_raw(static_cast<std::int64_t>(1 + random.next() % 3'000) * 100'000);
      order.tif = static_cast<TimeInForce>(1 + random.next() % 4);
      log(make_record(RecordKind::OrderSent, order), input);
    }
    if (random.next() % 3 == 0 && state_.next_id > 4) {
      CancelRequest cancel;
      cancel.id = OrderId{state_.next_id - 1 - random.next() % 4};
      log(make_record(RecordKind::CancelSent, cancel), input);
    }
    if (random.next() % 9 == 0)
      log(make_record(RecordKind::QuerySent,
                      QueryRequest{OrderId{random.next() % state_.next_id + 1}}),
          input);
    if (random.next() % 5 == 0)  // a decision that does not go to a venue
      log(make_record(RecordKind::OrderRefused, OrderRefused{}), input);
    if (random.next() % 6 == 0)
      state_.timer = MonoTime{input.mono.ns + static_cast<std::int64_t>(random.next() % 3'000'000)};
  }
  template <class P>
  void log(Record<P> record, const RecordHeader& input) {
    record.header.sequence = ++state_.sequence;
    record.header.mono = input.mono;
    record.header.wall = input.wall;
    record.header.instrument = InstrumentId{0};
    log_.push_back(test::own(record));
    if (slow_disk && kept_back(record.header))
      not_sent.push_back(payload_of<OrderRequest>(record.header).id);
    else if (record.header.kind != RecordKind::OrderRefused)
      simulation_.send(record.header);
  }

  Simulation& simulation_;
  Log& log_;
  TraderState state_;
};

class LogCursor final : public backtest::RecordCursor {
 public:
  LogCursor(const Log& log, std::size_t end, bool with_market)
      : log_{log}, end_{end}, with_market_{with_market} {}
  const RecordHeader* next() override {
    while (at_ < end_) {
      const RecordHeader& record = log_[at_++].header();
      if (with_market_ || !is_market_data(record.kind)) return &record;
    }
    return nullptr;
  }

 private:
  const Log& log_;
  std::size_t end_;
  bool with_market_;
  std::size_t at_{0};
};

std::unique_ptr<Simulation> make_simulation(settings::FeedLatency feed_latency,
                                            std::uint64_t seed) {
  test::RandomMarketSettings market;
  market.seed = seed;
  market.events = 60;
  backtest::SimulationSettings settings;
  settings.seed = seed;
  settings.model.feed_latency = feed_latency;
  settings.model.feed_latency_ns = 1'500'000;
  settings.model.queue_model = settings::QueueModel::Proportional;
  settings.model.order_latency_table = {
      {0, 300'000, 200'000}, {900'000, 900'000, 700'000}, {1'000'000, 5'000'000, 4'000'000}};
  settings.drain_ns_max = 20'000'000;
  settings.book.l2.window_ticks = 256;
  settings.book.pending_bytes = 4'096;
  settings.book.l2.far_levels_max = 64;
  settings.orders_expected = 500;
  settings.open_orders_max = 200;
  settings.delay_bytes = 1'000;
  std::vector<std::unique_ptr<feed::Source>> sources;
  sources.push_back(test::RandomMarket{market}.source());
  market.source = 0x101;
  market.seed += 100;
  market.instrument = 1;
  sources.push_back(test::RandomMarket{market}.source());
  return std::make_unique<Simulation>(
      settings, std::vector<Instrument>{test::perpetual(0), test::perpetual(1)},
      std::move(sources));
}

// The application's own inputs: two at the start, a command every 40 inputs, one at the end.
void run(Simulation& simulation, Trader& trader, std::uint64_t inputs_before) {
  simulation.connect(trader);
  std::uint64_t inputs = inputs_before;
  const auto inject = [&](RecordKind kind) {
    auto record = make_record(kind, AdminCommand{});
    simulation.inject(record.header);
    ++inputs;
  };
  while (inputs < 2) inject(RecordKind::EpochStarted);
  while (simulation.next_time()) {
    if (!trader.not_sent.empty()) {
      OrderReport report;
      report.id = trader.not_sent.front();
      report.kind = ReportKind::NotSent;
      trader.not_sent.erase(trader.not_sent.begin());
      auto record = make_record(RecordKind::OrderReport, report);
      record.header.instrument = InstrumentId{0};
      simulation.inject(record.header);
      ++inputs;
    } else if (inputs % 40 == 20) {
      inject(RecordKind::AdminCommand);
    } else {
      simulation.step();
      ++inputs;
    }
  }
  inject(RecordKind::RunEnded);
}

struct Recorded {
  Log log;
  std::vector<TraderState> states;  // by log position, filled at inputs and their decisions
  backtest::Account account;
};
Recorded record_session(settings::FeedLatency feed_latency, std::uint64_t seed,
                        bool slow_disk = false) {
  Recorded recorded;
  const auto simulation = make_simulation(feed_latency, seed);
  Trader trader{*simulation, recorded.log};
  trader.slow_disk = slow_disk;
  run(*simulation, trader, 0);
  recorded.states = trader.after_input;
  recorded.account = simulation->account();
  return recorded;
}

bool same(const OwnedRecord& a, const OwnedRecord& b) { return a.words == b.words; }

std::string account_text(const backtest::Account& account) {
  std::string text;
  const auto number = [&](Int128 value) {
    text += std::to_string(static_cast<std::int64_t>(value)) + " ";
  };
  for (const auto& holding : account.holdings) number(holding.total), number(holding.reserved);
  for (const auto& p : account.positions) {
    number(p.position.raw()), number(p.cash_flow), number(p.fees_cash), number(p.fees_base);
    number(static_cast<Int128>(p.fills));
  }
  for (const auto& order : account.open_orders) {
    number(static_cast<Int128>(order.id.value)), number(order.filled.raw());
    number(static_cast<Int128>(order.venue_order_id));
  }
  number(static_cast<Int128>(account.fills));
  number(static_cast<Int128>(account.orders_rejected));
  return text;
}

// Catches up with the first `cut` records of the log and goes on; the whole must be the same.
void check_cut(const Recorded& recorded, std::size_t cut, bool with_market,
               settings::FeedLatency feed_latency, std::uint64_t seed, bool slow_disk = false) {
  const auto simulation = make_simulation(feed_latency, seed);
  LogCursor ahead{recorded.log, cut, false};
  const std::vector<OrderId> kept_back = backtest::kept_back_in(ahead);
  LogCursor cursor{recorded.log, cut, with_market};
  const CatchUp result = catch_up(*simulation, cursor, nullptr, kept_back);
  INFO("cut at " << cut << " of " << recorded.log.size() << ", market data logged: " << with_market
                 << (result.difference ? ", " + *result.difference : std::string{}));
  REQUIRE_FALSE(result.difference.has_value());

  // Where the log that was read ends; market data after it come again.
  auto at = static_cast<std::size_t>(result.last_sequence);
  REQUIRE(at <= cut);
  // Without its report an order counts as one that left: another run from here.
  for (std::size_t i = 0; slow_disk && i < at; ++i) {
    const RecordHeader& sent = recorded.log[i].header();
    if (Trader::kept_back(sent) &&
        !std::ranges::binary_search(kept_back, payload_of<OrderRequest>(sent).id))
      return;
  }
  Log log(recorded.log.begin(), recorded.log.begin() + static_cast<std::ptrdiff_t>(at));
  // Decisions of the last input that were not logged before the cut: made now.
  TraderState state;
  std::vector<OrderId> not_sent;
  if (at > 0) {
    while (at < recorded.log.size() && is_decision(recorded.log[at].header().kind)) {
      const OwnedRecord& decision = recorded.log[at++];
      log.push_back(decision);
      if (slow_disk && Trader::kept_back(decision.header()))
        not_sent.push_back(payload_of<OrderRequest>(decision.header()).id);
      else if (decision.header().kind != RecordKind::OrderRefused)
        simulation->send(decision.header());
    }
    state = recorded.states[at - 1];
  }
  if (at == recorded.log.size()) return;  // the run had ended
  Trader trader{*simulation, log, state};
  trader.slow_disk = slow_disk;
  trader.not_sent = not_sent;
  run(*simulation, trader, state.inputs);
  REQUIRE(log.size() == recorded.log.size());
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (!same(log[i], recorded.log[i])) FAIL("record " << i + 1 << " differs after the cut");
  }
  REQUIRE(account_text(simulation->account()) == account_text(recorded.account));
}
}  // namespace

TEST_CASE("catching up at every cut of the log and going on equals the uninterrupted run",
          "[backtest]") {
  for (const auto feed_latency : {settings::FeedLatency::Recorded, settings::FeedLatency::None}) {
    const Recorded recorded = record_session(feed_latency, 5);
    REQUIRE(recorded.log.size() > 800);
    REQUIRE(recorded.account.fills > 15);
    for (std::size_t cut = 0; cut <= recorded.log.size(); ++cut) {
      check_cut(recorded, cut, true, feed_latency, 5);
      check_cut(recorded, cut, false, feed_latency, 5);
    }
  }
}

TEST_CASE("an order that was kept back is not sent by catching up, and its report is given again",
          "[backtest]") {
  const auto feed_latency = settings::FeedLatency::Recorded;
  const Recorded recorded = record_session(feed_latency, 9, true);
  std::size_t told = 0;
  for (const OwnedRecord& record : recorded.log)
    if (backtest::is_kept_back(record.header())) ++told;
  REQUIRE(told > 30);
  for (std::size_t cut = 0; cut <= recorded.log.size(); ++cut) {
    check_cut(recorded, cut, true, feed_latency, 9, true);
    check_cut(recorded, cut, false, feed_latency, 9, true);
  }
  // Sent after all, the exchange would answer.
  const auto simulation = make_simulation(feed_latency, 9);
  LogCursor cursor{recorded.log, recorded.log.size(), true};
  CHECK(catch_up(*simulation, cursor).difference.has_value());
}

TEST_CASE("the observer gets the market data from before the crash, each once", "[backtest]") {
  const Recorded recorded = record_session(settings::FeedLatency::Recorded, 6);
  class Observer final : public backtest::CoreInput {
   public:
    std::vector<std::uint64_t> seen;  // sequences
    void on_input(RecordHeader& input) noexcept override { seen.push_back(input.sequence); }
    MonoTime next_timer() const noexcept override { return {}; }
  };
  for (const bool with_market : {true, false}) {
    const auto simulation = make_simulation(settings::FeedLatency::Recorded, 6);
    LogCursor cursor{recorded.log, recorded.log.size() - 1, with_market};
    Observer observer;
    const CatchUp result = catch_up(*simulation, cursor, &observer);
    REQUIRE_FALSE(result.difference.has_value());
    std::vector<std::uint64_t> expected;
    for (const OwnedRecord& record : recorded.log) {
      if (is_market_data(record.header().kind) && record.header().sequence <= result.last_sequence)
        expected.push_back(record.header().sequence);
    }
    CHECK(observer.seen == expected);
    CHECK((with_market ? result.inputs_compared : result.market_unlogged) >= expected.size());
  }
}

TEST_CASE("the first difference between log and simulation is named", "[backtest]") {
  const Recorded recorded = record_session(settings::FeedLatency::Recorded, 7);
  const auto caught = [](const Log& log, std::uint64_t seed = 7) {
    const auto simulation = make_simulation(settings::FeedLatency::Recorded, seed);
    LogCursor cursor{log, log.size(), true};
    return catch_up(*simulation, cursor).difference.value_or("none");
  };
  const auto find = [&](RecordKind kind, std::size_t nth) {
    for (std::size_t i = 0; i < recorded.log.size(); ++i)
      if (recorded.log[i].header().kind == kind && nth-- == 0) return i;
    return recorded.log.size();
  };
  CHECK(caught(recorded.log) == "none");

  Log log = recorded.log;
  std::size_t at = find(RecordKind::OrderReport, 10);
  log[at].words[8] ^= 1;  // first word of the payload: the order's id
  CHECK(caught(log).find("record " + std::to_string(at + 1) + ", payload, from byte 0") == 0);

  log = recorded.log;
  log[at].header().mono.ns += 1;
  CHECK(caught(log).find("record " + std::to_string(at + 1) + ", time: log ") == 0);

  log = recorded.log;  // a report is gone, the sequence has a hole
  log.erase(log.begin() + static_cast<std::ptrdiff_t>(at));
  CHECK(caught(log).find("record " + std::to_string(at + 1) +
                         " is missing in the log: order report") == 0);

  log = recorded.log;  // a request was not made, or another was
  at = find(RecordKind::OrderSent, 5);
  log[at].words[8 + 3] ^= 1'000'000;  // its quantity
  CHECK(caught(log).find("payload, from byte") != std::string::npos);

  log = recorded.log;
  at = find(RecordKind::DepthUpdate, 5);
  log[at].words[8 + 1] += 1;
  CHECK(caught(log).find("record " + std::to_string(at + 1) + ", payload") == 0);

  log = recorded.log;
  std::swap(log[20], log[21]);
  CHECK(caught(log).find("record ") == 0);

  // Another seed: another market.
  CHECK(caught(recorded.log, 8) != "none");
}
