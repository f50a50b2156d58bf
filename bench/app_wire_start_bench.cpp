// How long it takes to be there, and to be there again, over TLS on loopback. The engine's side is
// one thread (market link, core with log, order link), the exchange's another.
//   wire/start_200   from nothing to reconciled and armed, with as many open orders at the venue
//   wire/resync      from a cut of all connections to all books live again
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/harness.hpp"
#include "bench/wire_engine.hpp"
#include "bench/wire_exchange.hpp"
#include "engine/app/threads.hpp"
#include "tests/net/certificates.hpp"
#include "tests/support/paths.hpp"
#include "tools/binance-exchange/faults.hpp"
#include "tools/binance-exchange/spot_site.hpp"
#include "tools/binance-exchange/traders.hpp"

namespace sq::bench {
namespace {
// The local exchange with open orders, and traders that act in bursts.
class StartExchange {
 public:
  StartExchange(const std::vector<Instrument>& instruments, net::TlsContext& tls)
      : venue_{wire_settings(instruments)},
        site_{venue_, {wire_key()}},
        traders_{venue_, 42, 2'000} {
    site_.set_limit_factor(kLimitFactor);
    site_.set_faults(faults_);
    traders_.open(now_ms());
    port_ = server_.listen(0, site_, &tls);
  }
  // As many open orders of the user's, in its first symbol, made outside of any engine. Before any
  // client comes.
  void open_orders(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      exchange::Params params;
      for (const auto& [key, value] : std::initializer_list<std::pair<const char*, std::string>>{
               {"symbol", "BTCUSDT"},
               {"side", "BUY"},
               {"type", "LIMIT"},
               {"timeInForce", "GTC"},
               {"price", "50"},
               {"quantity", "0.2"},
               {"newClientOrderId", "outside-" + std::to_string(i)}})
        params.add(key, value);
      static_cast<void>(venue_.call("order.place", params, 0, now_ms()));
    }
  }
  // Until `stop`; what is due of 20 ms at once. `cut` set: all connections end, and it is cleared.
  void run(const std::atomic<bool>& stop, std::atomic<bool>& cut) {
    std::int64_t acted_ms = 0;
    while (!stop.load()) {
      server_.turn(0, clock_.now());
      const std::int64_t now = now_ms();
      if (now - acted_ms >= 20) {
        traders_.act(now);
        acted_ms = now;
      }
      if (cut.exchange(false))
        faults_.set(
            exchange::scenario_of("[[fault]]\nkind = \"cut\"\nwhere = \"time\"\nat_ms = [0]"), now);
      site_.publish(now);
    }
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  [[nodiscard]] std::int64_t now_ms() const { return clock_.wall().ns / kNsPerMs; }
  app::LiveClock clock_;
  exchange::FaultPlan faults_;
  exchange::SpotExchange venue_;
  exchange::SpotSite site_;
  exchange::Traders traders_;
  exchange::Server server_;
  std::uint16_t port_{0};
};

// A thread for the exchange and one for the log, for as long as this lives.
class WireHelpers {
 public:
  WireHelpers(StartExchange& exchange, WireEngine& engine)
      : peer_{[&] { exchange.run(stop_, cut_); }}, log_{[&] {
          while (!stop_.load()) {
            engine.work_log();
            app::wait_idle(settings::Idle::Sleep);
          }
        }} {}
  ~WireHelpers() {
    stop_.store(true);
    peer_.join();
    log_.join();
  }
  WireHelpers(const WireHelpers&) = delete;
  WireHelpers& operator=(const WireHelpers&) = delete;
  void cut() { cut_.store(true); }
  [[nodiscard]] bool is_cut() const { return !cut_.load(); }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<bool> cut_{false};
  std::thread peer_;
  std::thread log_;
};

[[nodiscard]] std::vector<Instrument> spot_of(const settings::Config& config) {
  std::vector<Instrument> found;
  for (const auto& each : config.instruments)
    if (each.instrument.venue == VenueId::BinanceSpot) found.push_back(each.instrument);
  return found;
}

// From nothing to an account that agrees and a strategy that may trade: connections, TLS, checks,
// books, the account with its open orders, which are adopted.
void bench_start(Session& session, settings::Config config, net::TlsContext& server_tls,
                 net::TlsContext& client_tls) {
  config.risk.firm.reconcile_ns = 5 * kNsPerSecond;
  const std::size_t rounds = session.smoke() ? 1 : 5;
  const std::uint64_t orders = session.smoke() ? 20 : 200;
  std::vector<double> samples;
  for (std::size_t i = 0; i < rounds; ++i) {
    StartExchange exchange{spot_of(config), server_tls};
    exchange.open_orders(orders);
    const app::LiveClock clock;
    const MonoTime began = clock.now();
    WireEngine engine{config, exchange.port(), client_tls, auth::Signer::hmac("S3CR3T")};
    WireHelpers helpers{exchange, engine};
    engine.begin(2);
    const auto armed = [&] {
      return engine.core().ledger().strategy_state(StrategyId{0}) == StrategyState::Armed;
    };
    if (!engine.turn_until(armed))
      throw std::runtime_error("not armed in a minute: " + engine.problem());
    samples.push_back(static_cast<double>(clock.now() - began));
    const std::uint64_t adopted = engine.core().ledger().orders().pool().working();
    if (adopted < orders)
      throw std::runtime_error(fmt::format("{} of {} open orders known", adopted, orders));
  }
  session.report_samples(
      fmt::format("wire/start_{}", orders),
      {.input = fmt::format("{} open orders made outside; TLS, log written; until reconciled "
                            "and armed",
                            orders)},
      samples, 0);
}

// All WebSockets end while prices come in bursts: until every book is LIVE again.
void bench_resync(Session& session, settings::Config config, net::TlsContext& server_tls,
                  net::TlsContext& client_tls) {
  const std::size_t rounds = session.smoke() ? 1 : 5;
  constexpr std::uint32_t kBooks = 20;
  const std::size_t first = config.instruments.size();
  const settings::InstrumentSettings model = config.instruments[0];
  const settings::InstrumentLimits limits = *config.risk.limits_of(model.instrument.id);
  for (std::uint32_t i = 1; i < kBooks; ++i) {
    settings::InstrumentSettings made = model;
    made.instrument.id = InstrumentId{static_cast<std::uint32_t>(first + i - 1)};
    made.instrument.symbol = Symbol{fmt::format("C{:02}USDT", i)};
    made.instrument.base = *Currency::parse(fmt::format("C{:02}", i));
    config.instruments.push_back(made);
    settings::InstrumentLimits held = limits;
    held.symbol = made.instrument.symbol;
    held.instrument = made.instrument.id;
    config.risk.instruments.push_back(held);
  }
  std::vector<double> samples;
  for (std::size_t i = 0; i < rounds; ++i) {
    StartExchange exchange{spot_of(config), server_tls};
    WireEngine engine{config, exchange.port(), client_tls, auth::Signer::hmac("S3CR3T")};
    WireHelpers helpers{exchange, engine};
    engine.begin(1);
    if (!engine.turn_until([&] { return engine.books_live(); }))
      throw std::runtime_error("books were not live in a minute");
    const app::LiveClock clock;
    const MonoTime began = clock.now();
    helpers.cut();
    const auto told = [&] { return helpers.is_cut() && !engine.books_live(); };
    if (!engine.turn_until(told) || !engine.turn_until([&] { return engine.books_live(); }))
      throw std::runtime_error("books were not live again in a minute");
    samples.push_back(static_cast<double>(clock.now() - began));
  }
  session.report_samples(
      "wire/resync",
      {.input =
           fmt::format("{} books, 2,000 orders a second each in bursts of 20 ms; with the wait "
                       "of 125 to 250 ms before connecting again",
                       kBooks)},
      samples, 0);
}
}  // namespace
}  // namespace sq::bench

int main(int argc, char** argv) {
  using namespace sq;
  bench::Session session{argc, argv};
  const auto scratch =
      std::filesystem::temp_directory_path() / fmt::format("sq-wire-start-{}", ::getpid());
  std::filesystem::create_directories(scratch);
  int status = 1;
  try {
    test::Authority authority{scratch};
    const test::Certificate certificate = authority.issue();
    net::TlsContext server = net::TlsContext::server({certificate.certificate, certificate.key});
    net::TlsContext client = net::TlsContext::client({authority.file(), {}});
    settings::Config config = settings::load(test::project_dir() / "config/local-exchange.toml");
    config.log.dir = scratch / "log";
    config.admin.enabled = false;
    config.risk.firm.reconcile_ns = 0;
    bench::bench_start(session, config, server, client);
    bench::bench_resync(session, config, server, client);
    status = session.finish();
  } catch (const std::exception& error) {
    fmt::print(stderr, "app_wire_start_bench: {}\n", error.what());
  }
  std::filesystem::remove_all(scratch);
  return status;
}
