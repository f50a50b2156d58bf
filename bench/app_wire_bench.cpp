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

struct Sizes {
  std::size_t message{0};
  std::size_t order{0};
};

Sizes bench_order(bench::Session& session, const settings::Config& config, const std::string& name,
                  auth::Signer signer, net::TlsContext& server_tls, net::TlsContext& client_tls) {
  const std::size_t rounds = session.smoke() ? 50 : kRounds;
  bench::WireExchange exchange{btcusdt(config), server_tls};
  bench::WireEngine engine{config, exchange.port(), client_tls, std::move(signer)};
  std::atomic<bool> done{false};
  std::atomic<bool> log_done{false};
  std::thread peer{[&] {
    exchange.run(rounds);
    done.store(true);
  }};
  std::thread log{[&] {
    while (!log_done.load()) {
      engine.work_log();
      app::wait_idle(settings::Idle::Sleep);
    }
  }};
  engine.run(done);
  peer.join();
  log_done.store(true);
  log.join();
  const bench::Stamping& seen = exchange.stamping();
  if (seen.ticks.empty()) throw std::runtime_error("no order came: " + engine.problem());
  const std::string input =
      fmt::format("{} prices of {} bytes, {} orders of {} bytes, closed loop", seen.ticks.size(),
                  seen.message_bytes, engine.sent(), seen.order_bytes);
  auto whole = to_ns(session, seen.ticks);
  session.report_samples("wire/tick_to_order_" + name, {.input = input, .floor = "wire/echo_tls"},
                         whole, 0);
  bench::WireTimes stages = engine.stages();
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
    const Sizes sizes = bench_order(session, config, "session",
                                    auth::Signer::pem(bench::kPrivateKey), server, client);
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
