// The engine's side of wire/*: market link, core with log and order link on one thread.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/wire_exchange.hpp"
#include "engine/app/core_setup.hpp"
#include "engine/app/log_directory.hpp"
#include "engine/app/log_journal.hpp"
#include "engine/app/preamble.hpp"
#include "engine/core/core.hpp"
#include "engine/net/wire_stamps.hpp"
#include "engine/telemetry/stages.hpp"
#include "engine/venue/ring_entry.hpp"
#include "venues/binance/entry/order_link.hpp"
#include "venues/binance/market_link.hpp"
#include "venues/binance/published_limits.hpp"

namespace sq::bench {
// An order that cannot trade for each best price on an even tick.
class Answering final : public strategy::Strategy {
 public:
  void on_top(const strategy::Top& top, strategy::Context& context) noexcept override {
    const Instrument& of = context.instrument(top.instrument);
    if (top.bid.qty == Qty{} || top.bid.price.raw() / of.tick.raw() % 2 != 0) return;
    strategy::OrderIntent intent;
    intent.instrument = top.instrument;
    intent.limit = Price::from_raw(top.bid.price.raw() - kAwayTicks * of.tick.raw());
    intent.qty = Qty::from_raw(of.lot.raw() * 10'000);
    intent.tif = TimeInForce::ImmediateOrCancel;
    if (context.submit(intent).id != OrderId{}) ++sent;
  }
  std::uint64_t sent{0};
};

struct WireTimes {
  std::vector<double> read, decrypt, decode, core, encode, encrypt, write, engine;
};

// The engine on this thread, until `stop`.
class WireEngine {
 public:
  WireEngine(settings::Config config, std::uint16_t port, net::TlsContext& tls, auth::Signer signer)
      : config_{std::move(config)},
        signer_{std::move(signer)},
        governor_{limits()},
        log_{make_log(config_)},
        journal_{log_->appender()},
        entry_{app::instruments_of(config_), {{VenueId::BinanceSpot, &requests_}}} {
    core::CoreSetup setup = app::core_setup(config_);
    setup.strategies.resize(1);
    auto strategy = std::make_unique<Answering>();
    strategy_ = strategy.get();
    setup.strategies[0].strategy = std::move(strategy);
    setup.strategies[0].instruments = {InstrumentId{0}};
    setup.egress = &latch_;
    setup.approval_key = {1, 2};
    stages_of_core_.emplace(telemetry::TickClock::calibrate(), 1);
    core_.emplace(std::move(setup), journal_, entry_, &*stages_of_core_);
    binance::LinkSettings link;
    link.venue = VenueId::BinanceSpot;
    std::string problem;
    link.rest.host = "localhost";
    link.rest.port = port;
    link.rest.tls = &tls;
    link.rest.addresses = net::resolve("127.0.0.1", port, problem);
    link.stream = link.api = link.rest;
    for (const auto& each : config_.instruments)
      if (each.instrument.venue == VenueId::BinanceSpot)
        link.instruments.push_back(each.instrument);
    binance::MarketLinkSettings market;
    market.streams.trades = binance::TradeStream::None;
    market.messages_per_step = 1;  // each to the core at once, as a core on a thread of its own
    market_.emplace(link, market, governor_, market_ring_);
    binance::OrderLinkSettings orders;
    orders.instance = "BENCH";
    orders.api_key = "K";
    orders.approval = {1, 2};
    orders_.emplace(link, orders, signer_, latch_, governor_, requests_, reports_);
    stamps_.emplace(net::WireStamps{telemetry::TickClock::calibrate()});
  }
  void run(const std::atomic<bool>& stop, const std::atomic<bool>& measuring) {
    net::wire_stamps = &*stamps_;
    app::write_preamble(config_, 1, [&](RecordHeader& record) { give(record); });
    while (!stop.load(std::memory_order_relaxed)) {
      turn();
      if (!measuring_ && measuring.load(std::memory_order_relaxed)) begin_measuring();
    }
    net::wire_stamps = nullptr;
  }
  void begin(std::uint32_t epoch) {
    app::write_preamble(config_, epoch, [&](RecordHeader& record) { give(record); });
  }
  // Until `so`, 60 s at most: false.
  template <class So>
  [[nodiscard]] bool turn_until(So&& so) {
    const MonoTime end = clock_.now() + 60 * kNsPerSecond;
    while (!so()) {
      if (clock_.now() > end) return false;
      turn();
    }
    return true;
  }
  [[nodiscard]] core::Core& core() noexcept { return *core_; }
  [[nodiscard]] bool books_live() const {
    for (std::size_t i = 0; i < config_.instruments.size(); ++i)
      if (config_.instruments[i].instrument.venue == VenueId::BinanceSpot &&
          core_->book(InstrumentId{static_cast<std::uint32_t>(i)}).state() != BookState::Live)
        return false;
    return true;
  }
  void work_log() { static_cast<void>(log_->do_work()); }
  [[nodiscard]] const WireTimes& stages() const noexcept { return stages_; }
  // Inside the core, of every event since measuring began: prices and what became of orders.
  [[nodiscard]] telemetry::Percentiles core_stage(telemetry::Stage stage) const {
    return stages_of_core_->histogram(stage)
        .snapshot()
        .since(before_[static_cast<std::size_t>(stage)])
        .percentiles(stages_of_core_->clock().ns_per_tick());
  }
  [[nodiscard]] const std::string& problem() const { return orders_->problem(); }
  [[nodiscard]] std::uint64_t sent() const noexcept { return strategy_->sent; }

 private:
  static std::vector<binance::RateLimit> limits() {
    auto made = binance::published_limits(VenueId::BinanceSpot);
    for (auto& each : made) each.limit *= kLimitFactor;
    return made;
  }
  static std::unique_ptr<wal::Log> make_log(const settings::Config& config) {
    std::filesystem::remove_all(config.log.dir);
    return wal::Log::create(app::log_settings(config));
  }
  void begin_measuring() {
    measuring_ = true;
    for (std::size_t i = 0; i < telemetry::kStageCount; ++i)
      before_.push_back(stages_of_core_->histogram(static_cast<telemetry::Stage>(i)).snapshot());
  }
  void give(RecordHeader& record) {
    record.mono = clock_.now();
    if (record.wall.ns == 0) record.wall = wall_;
    core_->on_input(record);
  }
  void turn() {
    wall_ = clock_.wall();
    const MonoTime now = clock_.now();
    static_cast<void>(market_->step(now, wall_));
    const net::WireStamps in = *stamps_;
    while (RecordHeader* record = market_ring_.peek()) {
      const std::uint64_t sent = strategy_->sent;
      const std::uint64_t decoded = stamps_->clock.now();
      give(*record);
      market_ring_.pop();
      if (strategy_->sent == sent) continue;
      const std::uint64_t decided = stamps_->clock.now();
      static_cast<void>(orders_->step(now, wall_));
      take(in, decoded, decided);
    }
    static_cast<void>(orders_->step(now, wall_));
    while (RecordHeader* record = reports_.peek()) {
      record->wall = wall_;
      give(*record);
      reports_.pop();
    }
    if (core_->next_timer() <= now) {
      RecordHeader tick;
      tick.length = record_length(0);
      tick.kind = RecordKind::TimeTick;
      give(tick);
    }
  }
  void take(const net::WireStamps& in, std::uint64_t decoded, std::uint64_t decided) {
    const net::WireStamps& out = *stamps_;
    if (!measuring_ || out.write_begin < decided) return;  // the latter: it waits
    const auto ns = [&](std::uint64_t from, std::uint64_t to) {
      return static_cast<double>(out.clock.ns(to - from));
    };
    stages_.read.push_back(ns(in.read_begin, in.read_end));
    stages_.decrypt.push_back(ns(in.read_end, in.decrypted));
    stages_.decode.push_back(ns(in.decrypted, decoded));
    stages_.core.push_back(ns(decoded, decided));
    stages_.encode.push_back(ns(decided, out.write_begin));
    stages_.encrypt.push_back(ns(out.write_begin, out.encrypted));
    stages_.write.push_back(ns(out.encrypted, out.written));
    stages_.engine.push_back(ns(in.decrypted, out.write_begin));
  }

  settings::Config config_;
  auth::Signer signer_;
  app::LiveClock clock_;
  WallTime wall_{};
  risk::EgressLatch latch_;
  binance::RateGovernor governor_;
  RecordRing market_ring_{std::uint64_t{1} << 22U};
  RecordRing reports_{std::uint64_t{1} << 20U};
  venue::RequestRing requests_{std::uint64_t{1} << 16U};
  std::unique_ptr<wal::Log> log_;
  app::LogJournal journal_;
  venue::RingEntry entry_;
  Answering* strategy_{nullptr};
  std::optional<telemetry::StageTimers> stages_of_core_;
  std::vector<telemetry::HistogramSnapshot> before_;
  std::optional<core::Core> core_;
  std::optional<binance::MarketLink> market_;
  std::optional<binance::OrderLink> orders_;
  std::optional<net::WireStamps> stamps_;
  WireTimes stages_;
  bool measuring_{false};
};

}  // namespace sq::bench
