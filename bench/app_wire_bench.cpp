// Socket to socket over TLS on loopback: a best price of the local exchange goes in, an order comes
// out. The engine's side is one thread (market link, core with log, order link), the exchange's
// another.
//   wire/echo_tls            the floor: a bare TLS echo of the same sizes
//   wire/tick_to_order_*     at the exchange: from before the message is written until the order is
//                            read; session: logged on with Ed25519, hmac: each request signed
//   wire/*_read ... _write   the engine's stages: system call, decryption, decoding, the core
//                            (log, book, strategy, risk, order), encoding with signature,
//                            encryption, system call
//   wire/*_engine            from decrypted bytes to bytes handed to TLS
// Closed loop: the next price is made when the order was read.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "bench/harness.hpp"
#include "bench/tls_echo.hpp"
#include "engine/app/core_setup.hpp"
#include "engine/app/live/live_clock.hpp"
#include "engine/app/log_directory.hpp"
#include "engine/app/log_journal.hpp"
#include "engine/app/preamble.hpp"
#include "engine/core/core.hpp"
#include "engine/net/wire_stamps.hpp"
#include "engine/venue/ring_entry.hpp"
#include "tests/net/certificates.hpp"
#include "tests/support/paths.hpp"
#include "tools/binance-exchange/server.hpp"
#include "tools/binance-exchange/spot_site.hpp"
#include "tools/binance-exchange/traders.hpp"
#include "venues/binance/entry/order_link.hpp"
#include "venues/binance/market_link.hpp"
#include "venues/binance/published_limits.hpp"

namespace {
using namespace sq;
constexpr std::int64_t kLimitFactor = 1'000'000;
constexpr std::size_t kRounds = 20'000;
// RFC 8410, 10.1 and 10.3.
constexpr const char* kPublicKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----\n";
constexpr const char* kPrivateKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";

// An order that cannot trade for each new best price.
class Answering final : public strategy::Strategy {
 public:
  void on_top(const strategy::Top& top, strategy::Context& context) noexcept override {
    if (open_ || top.bid.qty == Qty{}) return;
    const Instrument& of = context.instrument(top.instrument);
    strategy::OrderIntent intent;
    intent.instrument = top.instrument;
    intent.limit = Price::from_raw(top.bid.price.raw() - 5 * of.tick.raw());
    intent.qty = Qty::from_raw(of.lot.raw() * 10'000);
    intent.tif = TimeInForce::ImmediateOrCancel;
    open_ = context.submit(intent).id != OrderId{};
    if (open_) ++sent;
  }
  void on_order(const strategy::OrderUpdate& update, strategy::Context&) noexcept override {
    if (is_terminal(update.state)) open_ = false;
  }
  std::uint64_t sent{0};

 private:
  bool open_{false};
};

// The exchange's end: stamps when a best price leaves and when an order arrives.
class Stamping final : public exchange::Site {
 public:
  explicit Stamping(exchange::Site& site) : site_{site} {}
  [[nodiscard]] exchange::WebAnswer on_request(const exchange::WebRequest& request) override {
    return site_.on_request(request);
  }
  [[nodiscard]] std::optional<exchange::WebAnswer> on_open(exchange::WebPeer& peer) override {
    lines_.push_back(std::make_unique<Line>(*this, peer));
    auto refused = site_.on_open(*lines_.back());
    if (refused) lines_.pop_back();
    return refused;
  }
  void on_text(exchange::WebPeer& peer, std::string_view text) override {
    if (text.find("order.place") != std::string_view::npos) {
      const std::uint64_t now = bench::ticks_end();
      order_bytes = text.size() + 8;
      if (out != 0) {
        ticks.push_back(now - out);
        out = 0;
        ++answered;
      }
    }
    site_.on_text(line_of(peer), text);
  }
  void on_closed(exchange::WebPeer& peer) override {
    site_.on_closed(line_of(peer));
    std::erase_if(lines_, [&](const auto& each) { return &each->peer == &peer; });
  }
  std::vector<std::uint64_t> ticks;
  std::uint64_t out{0};  // when the price left; 0: it was answered
  std::uint64_t answered{0};
  std::size_t message_bytes{0};
  std::size_t order_bytes{0};

 private:
  struct Line final : exchange::WebPeer {
    Line(Stamping& of, exchange::WebPeer& to) : stamping{of}, peer{to} {}
    void send(std::string_view text, const exchange::Delivery& how) override {
      const bool price = text.find("@bookTicker") != std::string_view::npos;
      if (price) {
        stamping.message_bytes = text.size() + 4;
        stamping.out = bench::ticks_begin();
      }
      peer.send(text, how);
    }
    void close(std::uint16_t code, std::string_view reason) override { peer.close(code, reason); }
    void drop() override { peer.drop(); }
    [[nodiscard]] const exchange::WebRequest& request() const noexcept override {
      return peer.request();
    }
    [[nodiscard]] std::size_t unsent() const noexcept override { return peer.unsent(); }
    Stamping& stamping;
    exchange::WebPeer& peer;
  };
  exchange::WebPeer& line_of(exchange::WebPeer& peer) {
    for (auto& each : lines_)
      if (&each->peer == &peer) return *each;
    return peer;
  }
  exchange::Site& site_;
  std::vector<std::unique_ptr<Line>> lines_;
};

Instrument btcusdt(const settings::Config& config) { return config.instruments[0].instrument; }

// The local exchange on a thread of its own.
class Exchange {
 public:
  Exchange(const Instrument& instrument, net::TlsContext& tls)
      : venue_{settings_of(instrument)},
        site_{venue_, {key()}},
        traders_{venue_, 42, 2'000},
        stamping_{site_} {
    site_.set_limit_factor(kLimitFactor);
    traders_.open(now_ms());
    port_ = server_.listen(0, stamping_, &tls);
  }
  // Until `rounds` prices were answered.
  void run(std::size_t rounds, const std::atomic<bool>& stop) {
    std::int64_t said_ms = 0;
    while (stamping_.answered < rounds && !stop.load(std::memory_order_relaxed)) {
      server_.turn(0, clock_.now());
      const std::int64_t now = now_ms();
      // A price that was not answered (the engine was not ready) is forgotten.
      if (stamping_.out != 0 && now - said_ms < 20) continue;
      stamping_.out = 0;
      traders_.act(now);
      site_.publish(now);
      said_ms = now;
    }
    while (!stop.load(std::memory_order_relaxed)) server_.turn(1, clock_.now());
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] Stamping& stamping() noexcept { return stamping_; }

 private:
  static exchange::SpotSettings settings_of(const Instrument& instrument) {
    exchange::SpotSettings settings;
    settings.instruments = {instrument};
    exchange::Account user;
    user.name = "user";
    user.balances["BTC"].free = 1'000 * Amount::kScale;
    user.balances["USDT"].free = 1'000'000 * Amount::kScale;
    settings.accounts.push_back(user);
    return settings;
  }
  static exchange::ApiKey key() {
    exchange::ApiKey made;
    made.key = "K";
    made.hmac_secret = "S3CR3T";
    made.public_key_pem = kPublicKey;
    return made;
  }
  [[nodiscard]] std::int64_t now_ms() const { return clock_.wall().ns / kNsPerMs; }
  app::LiveClock clock_;
  exchange::SpotExchange venue_;
  exchange::SpotSite site_;
  exchange::Traders traders_;
  Stamping stamping_;
  exchange::Server server_;
  std::uint16_t port_{0};
};

struct Stages {
  std::vector<double> read, decrypt, decode, core, encode, encrypt, write, engine;
};

// The engine on this thread, until `stop`.
class Engine {
 public:
  Engine(settings::Config config, std::uint16_t port, net::TlsContext& tls, auth::Signer signer)
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
    core_.emplace(std::move(setup), journal_, entry_, nullptr);
    binance::LinkSettings link;
    link.venue = VenueId::BinanceSpot;
    std::string problem;
    link.rest.host = "localhost";
    link.rest.port = port;
    link.rest.tls = &tls;
    link.rest.addresses = net::resolve("127.0.0.1", port, problem);
    link.stream = link.api = link.rest;
    link.instruments = {config_.instruments[0].instrument};
    binance::MarketLinkSettings market;
    market.streams.trades = binance::TradeStream::None;
    market_.emplace(link, market, governor_, market_ring_);
    binance::OrderLinkSettings orders;
    orders.instance = "BENCH";
    orders.api_key = "K";
    orders.approval = {1, 2};
    orders_.emplace(link, orders, signer_, latch_, governor_, requests_, reports_);
    stamps_.emplace(net::WireStamps{telemetry::TickClock::calibrate()});
  }
  void run(const std::atomic<bool>& stop) {
    net::wire_stamps = &*stamps_;
    app::write_preamble(config_, 1, [&](RecordHeader& record) { give(record); });
    while (!stop.load(std::memory_order_relaxed)) turn();
    net::wire_stamps = nullptr;
  }
  void work_log() { static_cast<void>(log_->do_work()); }
  [[nodiscard]] const Stages& stages() const noexcept { return stages_; }
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
    if (out.write_begin < decided) return;  // it waits
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
  std::optional<core::Core> core_;
  std::optional<binance::MarketLink> market_;
  std::optional<binance::OrderLink> orders_;
  std::optional<net::WireStamps> stamps_;
  Stages stages_;
};

settings::Config wire_config(const std::filesystem::path& scratch) {
  settings::Config config = settings::load(test::project_dir() / "config/local-exchange.toml");
  config.log.dir = scratch / "log";
  config.admin.enabled = false;
  config.risk.firm.reconcile_ns = 0;
  config.risk.firm.orders_per_second_max = 1'000'000;
  for (auto& each : config.risk.strategies) each.orders_per_second_max = 1'000'000;
  return config;
}

std::vector<double> to_ns(const bench::Session& session, const std::vector<std::uint64_t>& ticks) {
  std::vector<double> made;
  for (const std::uint64_t each : ticks) made.push_back(session.to_ns(each));
  return made;
}

struct Sizes {
  std::size_t message{0};
  std::size_t order{0};
};

Sizes bench_order(bench::Session& session, const settings::Config& config, const std::string& name,
                  auth::Signer signer, net::TlsContext& server_tls, net::TlsContext& client_tls) {
  const std::size_t rounds = session.smoke() ? 50 : kRounds;
  Exchange exchange{btcusdt(config), server_tls};
  Engine engine{config, exchange.port(), client_tls, std::move(signer)};
  std::atomic<bool> stop{false};
  std::atomic<bool> done{false};
  std::thread peer{[&] {
    exchange.run(rounds, done);
    done.store(true);
  }};
  std::thread log{[&] {
    while (!stop.load()) {
      engine.work_log();
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
  }};
  std::thread limit{[&] {  // a bench that hangs says so
    for (int i = 0; i < 1'200 && !done.load(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{100});
    done.store(true);
  }};
  std::thread watch{[&] {
    while (!done.load() && exchange.stamping().answered < rounds)
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    done.store(true);
  }};
  engine.run(done);
  peer.join();
  limit.join();
  watch.join();
  stop.store(true);
  log.join();
  const Stamping& seen = exchange.stamping();
  if (seen.ticks.empty()) throw std::runtime_error("no order came: " + engine.problem());
  const std::string input =
      fmt::format("{} prices of {} bytes, {} orders of {} bytes, closed loop", seen.ticks.size(),
                  seen.message_bytes, engine.sent(), seen.order_bytes);
  auto whole = to_ns(session, seen.ticks);
  session.report_samples("wire/tick_to_order_" + name, {.input = input, .floor = "wire/echo_tls"},
                         whole, 0);
  Stages stages = engine.stages();
  for (auto& [stage, samples] : std::initializer_list<std::pair<const char*, std::vector<double>&>>{
           {"read", stages.read},
           {"decrypt", stages.decrypt},
           {"decode", stages.decode},
           {"core", stages.core},
           {"encode", stages.encode},
           {"encrypt", stages.encrypt},
           {"write", stages.write},
           {"engine", stages.engine}})
    session.report_samples(fmt::format("wire/{}_{}", name, stage), {.input = input}, samples, 0);
  return {seen.message_bytes, seen.order_bytes};
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  const auto scratch =
      std::filesystem::temp_directory_path() / fmt::format("sq-wire-bench-{}", ::getpid());
  std::filesystem::create_directories(scratch);
  int status = 1;
  try {
    test::Authority authority{scratch};
    const test::Certificate certificate = authority.issue();
    net::TlsContext server = net::TlsContext::server({certificate.certificate, certificate.key});
    net::TlsContext client = net::TlsContext::client({authority.file(), {}});
    const settings::Config config = wire_config(scratch);
    const Sizes sizes =
        bench_order(session, config, "session", auth::Signer::pem(kPrivateKey), server, client);
    bench_order(session, config, "hmac", auth::Signer::hmac("S3CR3T"), server, client);
    bench::TlsEcho echo{certificate.certificate.string(), certificate.key.string()};
    auto ticks = echo.run(session.smoke() ? 50 : kRounds, sizes.message, sizes.order);
    auto samples = to_ns(session, ticks);
    session.report_samples(
        "wire/echo_tls",
        {.input = fmt::format("{} bytes there, {} back", sizes.message, sizes.order)}, samples, 0);
    status = session.finish();
  } catch (const std::exception& error) {
    fmt::print(stderr, "app_wire_bench: {}\n", error.what());
  }
  std::filesystem::remove_all(scratch);
  return status;
}
