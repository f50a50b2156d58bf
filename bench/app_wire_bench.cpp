// Socket to socket over TLS on loopback: a best price of the local exchange goes in, an order comes
// out. The engine's side is one thread (market link, core with log, order link), the exchange's
// another.
//   wire/echo_*              the floor: a bare TLS echo of the same sizes at the same pace
//   wire/tick_to_order_*     at the exchange: from when the price is due until the order is read;
//                            session: logged on with Ed25519, hmac: each request signed
//   wire/*_read ... _write   the engine's stages: system call, decryption, decoding, the core
//                            (log, book, strategy, risk, order), encoding with signature,
//                            encryption, system call
//   wire/*_core_log ...      inside the core, of every event: prices, orders, answers; the time
//                            of the strategy has risk and order in it
//   wire/*_engine            from decrypted bytes to bytes handed to TLS
// Closed loop: the next price is sent 50 us after the order was read. wire/x1, x3, x10: open loop,
// prices are due when a recording's messages came, 1, 3 and 10 times as fast; every second one asks
// for an order; what is late waits and the waiting counts. The echo runs at the same pace.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "bench/harness.hpp"
#include "bench/tls_echo.hpp"
#include "bench/wire_engine.hpp"
#include "bench/wire_exchange.hpp"
#include "engine/app/threads.hpp"
#include "tests/net/certificates.hpp"
#include "tests/support/paths.hpp"

namespace {
using namespace sq;
constexpr std::size_t kRounds = 20'000;
constexpr std::int64_t kOpenLoopSeconds = 10;
Instrument btcusdt(const settings::Config& config) { return config.instruments[0].instrument; }

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

// What the engine did at one pace.
struct Run {
  std::string input;
  std::vector<double> whole;
  bench::WireTimes stages;
  std::vector<std::pair<telemetry::Stage, telemetry::Percentiles>> core;
  std::size_t message_bytes{0};
  std::size_t order_bytes{0};
};

struct Certificates {
  test::Certificate server;
  net::TlsContext server_tls;
  net::TlsContext client_tls;
};

Run run_engine(const bench::Session& session, const settings::Config& config,
               const bench::Pace& pace, auth::Signer signer, Certificates& tls) {
  bench::WireExchange exchange{btcusdt(config), tls.server_tls};
  bench::WireEngine engine{config, exchange.port(), tls.client_tls, std::move(signer)};
  std::atomic<bool> done{false};
  std::atomic<bool> measuring{false};
  std::atomic<bool> log_done{false};
  std::thread peer{[&] {
    exchange.run(pace, measuring);
    done.store(true);
  }};
  std::thread log{[&] {
    while (!log_done.load()) {
      engine.work_log();
      app::wait_idle(settings::Idle::Sleep);
    }
  }};
  engine.run(done, measuring);
  peer.join();
  log_done.store(true);
  log.join();
  const bench::Stamping& seen = exchange.stamping();
  if (seen.ticks.empty()) throw std::runtime_error("no order came: " + engine.problem());
  Run made{"", to_ns(session, seen.ticks), engine.stages(),
           {}, exchange.message_bytes,     seen.order_bytes};
  made.input =
      fmt::format("{} orders of {} bytes after prices of {} bytes, {} loop{}", seen.ticks.size(),
                  seen.order_bytes, exchange.message_bytes, pace.closed() ? "closed" : "open",
                  seen.lost == 0 ? "" : fmt::format(", {} without an order", seen.lost));
  return made;
}

void report(bench::Session& session, const std::string& name, Run& run, bench::TlsEcho& echo,
            const bench::Pace& pace) {
  const std::string floor = "wire/echo_" + name;
  auto echoed = to_ns(session, echo.run(pace, run.message_bytes, run.order_bytes));
  session.report_samples(
      floor, {.input = fmt::format("{} bytes there, {} back", run.message_bytes, run.order_bytes)},
      echoed, 0);
  session.report_samples("wire/tick_to_order_" + name, {.input = run.input, .floor = floor},
                         run.whole, 0);
  bench::WireTimes& stages = run.stages;
  session.report_samples(fmt::format("wire/{}_engine", name), {.input = run.input}, stages.engine,
                         0);
  for (auto& [stage, samples] : std::initializer_list<std::pair<const char*, std::vector<double>&>>{
           {"read", stages.read},
           {"decrypt", stages.decrypt},
           {"decode", stages.decode},
           {"core", stages.core},
           {"encode", stages.encode},
           {"encrypt", stages.encrypt},
           {"write", stages.write}})
    session.report_samples(fmt::format("wire/{}_{}", name, stage), {.input = run.input}, samples,
                           0);
}

void bench_wire(bench::Session& session, const settings::Config& config, Certificates& tls) {
  bench::TlsEcho echo{tls.server.certificate.string(), tls.server.key.string()};
  const bench::Pace closed = bench::closed_loop(session, session.smoke() ? 50 : kRounds);
  Run run = run_engine(session, config, closed, auth::Signer::pem(bench::kPrivateKey), tls);
  report(session, "session", run, echo, closed);
  run = run_engine(session, config, closed, auth::Signer::hmac("S3CR3T"), tls);
  report(session, "hmac", run, echo, closed);
  if (session.smoke()) return;
  settings::Config recorded = settings::load(test::project_dir() / "config/demo.toml");
  recorded.session.simulated.directory = config.log.dir.parent_path() / "session";
  for (const std::int64_t speed : {1, 3, 10}) {
    const bench::Pace pace = bench::recorded_pace(session, recorded, speed, kOpenLoopSeconds);
    run = run_engine(session, config, pace, auth::Signer::pem(bench::kPrivateKey), tls);
    report(session, pace.name, run, echo, pace);
  }
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
    Certificates tls{certificate,
                     net::TlsContext::server({certificate.certificate, certificate.key}),
                     net::TlsContext::client({authority.file(), {}})};
    bench_wire(session, wire_config(scratch), tls);
    status = session.finish();
  } catch (const std::exception& error) {
    fmt::print(stderr, "app_wire_bench: {}\n", error.what());
  }
  std::filesystem::remove_all(scratch);
  return status;
}
