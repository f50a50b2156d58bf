// A core on one instrument with a strategy that a test scripts, a journal in memory and a venue that
// only keeps what it was sent.
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "engine/core/core.hpp"

namespace sq::test {
class MemoryJournal final : public core::Journal {
 public:
  [[nodiscard]] bool append(const RecordHeader& record) noexcept override {
    if (refuse) return false;
    std::vector<std::uint64_t> copy(record.length / 8);
    std::memcpy(copy.data(), &record, record.length);
    records.push_back(std::move(copy));
    return true;
  }
  [[nodiscard]] const RecordHeader& at(std::size_t i) const {
    return *reinterpret_cast<const RecordHeader*>(records[i].data());
  }
  [[nodiscard]] std::vector<const RecordHeader*> of(RecordKind kind) const {
    std::vector<const RecordHeader*> found;
    for (const auto& each : records) {
      const auto* header = reinterpret_cast<const RecordHeader*>(each.data());
      if (header->kind == kind) found.push_back(header);
    }
    return found;
  }
  std::vector<std::vector<std::uint64_t>> records;
  bool refuse{false};
};

class KeepingVenue final : public venue::OrderEntry {
 public:
  void send(const risk::Approved& request) noexcept override {
    if (request.record().kind == RecordKind::AmendSent)
      amends.push_back(request.payload<AmendRequest>());
    else
      orders.push_back(request.payload<OrderRequest>());
  }
  void ask(const RecordHeader& request) noexcept override {
    if (request.kind == RecordKind::CancelSent)
      cancels.push_back(payload_of<CancelRequest>(request));
  }
  std::vector<OrderRequest> orders;
  std::vector<AmendRequest> amends;
  std::vector<CancelRequest> cancels;
};

// Calls what the test sets.
class ScriptedStrategy final : public strategy::Strategy {
 public:
  struct Script {
    std::function<void(const strategy::Top&, strategy::Context&)> on_top;
    std::function<void(const strategy::OrderUpdate&, strategy::Context&)> on_order;
    std::function<void(strategy::TimerId, strategy::Context&)> on_timer;
    std::function<void(const TradePrint&, strategy::Context&)> on_trade;
    std::vector<StrategyState> states;
    std::vector<BookState> books;
    bool warm{true};
    std::uint64_t saved{0};     // the strategy's whole state
    std::uint64_t restored{0};
  };
  explicit ScriptedStrategy(Script& script) : script_{script} {}
  void on_top(const strategy::Top& top, strategy::Context& context) noexcept override {
    if (script_.on_top) script_.on_top(top, context);
  }
  void on_order(const strategy::OrderUpdate& update, strategy::Context& context) noexcept override {
    if (script_.on_order) script_.on_order(update, context);
  }
  void on_trade(InstrumentId, const TradePrint& trade, strategy::Context& context) noexcept override {
    if (script_.on_trade) script_.on_trade(trade, context);
  }
  void on_timer(strategy::TimerId id, strategy::Context& context) noexcept override {
    if (script_.on_timer) script_.on_timer(id, context);
  }
  void on_state(StrategyState state, strategy::Context&) noexcept override {
    script_.states.push_back(state);
  }
  void on_book_state(InstrumentId, BookState state, strategy::Context&) noexcept override {
    script_.books.push_back(state);
  }
  [[nodiscard]] bool warm() const noexcept override { return script_.warm; }
  [[nodiscard]] std::uint16_t state_version() const noexcept override { return 1; }
  void save(strategy::StateWriter& out) const noexcept override { out.put(script_.saved); }
  [[nodiscard]] bool restore(std::uint16_t, strategy::StateReader& in) noexcept override {
    return in.get(script_.restored);
  }

 private:
  Script& script_;
};

constexpr InstrumentId kBtc{0};
constexpr WallTime kStart{1'723'161'255'000'000'000};  // 2024-08-08 23:54:15 UTC

inline core::CoreSetup core_setup(ScriptedStrategy::Script& script,
                                  StrategyState start = StrategyState::Armed) {
  core::CoreSetup setup;
  core::InstrumentSetup btc;
  btc.instrument.id = kBtc;
  btc.instrument.venue = VenueId::BinanceUsdm;
  btc.instrument.kind = InstrumentKind::LinearPerpetual;
  btc.instrument.symbol = Symbol{"BTCUSDT"};
  btc.instrument.base = *Currency::parse("BTC");
  btc.instrument.quote = btc.instrument.settle = *Currency::parse("USDT");
  btc.instrument.tick = btc.instrument.price_min = Price::from_raw(Price::kScale / 10);
  btc.instrument.price_max = Price::from_units(1'000'000);
  btc.instrument.lot = btc.instrument.qty_min = Qty::from_raw(Qty::kScale / 1000);
  btc.instrument.qty_max = Qty::from_units(1'000);
  btc.limits = {Qty::from_units(10), 1'000'000 * Amount::kScale, Ratio::from_raw(Ratio::kScale / 10),
                Qty::from_units(20), 10, 10 * kNsPerSecond};
  btc.book.l2 = {btc.instrument.tick, 1U << 12, 1024};
  btc.book.stale_after_ns = 3 * kNsPerSecond;
  btc.book.crossed_for_ns = kNsPerSecond;
  setup.instruments.push_back(btc);
  core::StrategySetup strategy;
  strategy.name = "scripted";
  strategy.strategy = std::make_unique<ScriptedStrategy>(script);
  strategy.instruments = {kBtc};
  strategy.start = start;
  strategy.limits = {10, 1'000, 1'000 * Amount::kScale};
  setup.strategies.push_back(std::move(strategy));
  setup.firm = {20, 1'000, 2'000 * Amount::kScale, 10'000'000 * Amount::kScale};
  setup.order_capacity = 64;
  return setup;
}

struct CoreFixture {
  ScriptedStrategy::Script script;
  MemoryJournal journal;
  KeepingVenue venue;
  core::Core core;
  std::int64_t at_ms{0};
  std::uint64_t depth_id{100};

  explicit CoreFixture(StrategyState start = StrategyState::Armed)
      : core{core_setup(script, start), journal, venue, nullptr} {}
  // With something of the set-up changed.
  explicit CoreFixture(const std::function<void(core::CoreSetup&)>& change)
      : core{changed(core_setup(script), change), journal, venue, nullptr} {}
  static core::CoreSetup changed(core::CoreSetup setup,
                                 const std::function<void(core::CoreSetup&)>& change) {
    change(setup);
    return setup;
  }

  template <class P>
  void input(RecordKind kind, const P& payload, InstrumentId instrument = kNoInstrument) {
    auto record = make_record(kind, payload);
    record.header.instrument = instrument;
    give(record.header);
  }
  void empty_input(RecordKind kind) {
    RecordHeader header;
    header.kind = kind;
    header.length = sizeof header;
    give(header);
  }
  void give(RecordHeader& header) {
    header.wall = kStart + at_ms * kNsPerMs;
    header.mono = MonoTime{header.wall.ns};
    core.on_input(header);
  }
  void start(std::uint32_t epoch = 1) {
    EpochStarted started;
    started.epoch = epoch;
    input(RecordKind::EpochStarted, started);
    empty_input(RecordKind::RecoveryFinished);
  }
  struct Depth {
    DepthHeader header;
    Level levels[2];
  };
  static Price price(std::int64_t tenths) { return Price::from_raw(tenths * Price::kScale / 10); }
  Depth depth(std::int64_t bid, std::int64_t ask, std::int32_t units) {
    Depth made;
    made.header.chain = DepthChain::Linked;
    made.header.bid_count = made.header.ask_count = 1;
    made.levels[0] = {price(bid), Qty::from_units(units)};
    made.levels[1] = {price(ask), Qty::from_units(units)};
    return made;
  }
  // The book becomes LIVE at bid / ask.
  void open_book(std::int64_t bid = 10'000, std::int64_t ask = 10'001) {
    Depth snapshot = depth(bid, ask, 1);
    snapshot.header.first_id = snapshot.header.last_id = depth_id;
    input(RecordKind::DepthSnapshot, snapshot, kBtc);
    update(bid, ask, 2);
  }
  void update(std::int64_t bid, std::int64_t ask, std::int32_t units, bool gap = false) {
    Depth next = depth(bid, ask, units);
    next.header.previous_id = gap ? depth_id + 5 : depth_id;
    next.header.first_id = next.header.previous_id + 1;
    next.header.last_id = depth_id = next.header.previous_id + 2;
    input(RecordKind::DepthUpdate, next, kBtc);
  }
  void report(OrderId id, ReportKind kind, std::int32_t units = 0, std::uint64_t trade = 0,
              std::int64_t tenths = 10'000) {
    OrderReport made;
    made.id = id;
    made.kind = kind;
    made.trade_id = trade;
    made.last_qty = Qty::from_units(units);
    if (units != 0) made.last_price = price(tenths);
    made.fee = {*Currency::parse("USDT"), 0};
    input(RecordKind::OrderReport, made, kBtc);
  }
  static strategy::OrderIntent buy(std::int64_t tenths, std::int32_t units = 1) {
    return {kBtc, Side::Buy, price(tenths), Qty::from_units(units), TimeInForce::GoodTillCancel,
            false};
  }
};
}  // namespace sq::test
