// A Binance spot exchange on this machine, for testing bots without the internet: REST, market
// streams, the WebSocket API and user data on one port, with TLS on another if wished.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>

#include "engine/types/decimal.hpp"
#include "tools/binance-exchange/spot_site.hpp"
#include "tools/binance-exchange/traders.hpp"

namespace {
using namespace sq;
using namespace sq::exchange;

volatile std::sig_atomic_t stopped = 0;

Instrument spot(const char* symbol, const char* base, const char* quote, const char* tick,
                const char* lot) {
  Instrument made;
  made.venue = VenueId::BinanceSpot;
  made.kind = InstrumentKind::Spot;
  made.symbol = Symbol{symbol};
  made.base = *Currency::parse(base);
  made.quote = made.settle = *Currency::parse(quote);
  made.tick = made.price_min = *parse_fixed<Price>(tick);
  made.price_max = Price::from_units(1'000'000);
  made.lot = made.qty_min = *parse_fixed<Qty>(lot);
  made.qty_max = Qty::from_units(9'000);
  made.notional_min = 5 * Amount::kScale;
  return made;
}
std::string text_of_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) throw std::runtime_error(path + ": cannot be read");
  return {std::istreambuf_iterator<char>{in}, {}};
}
MonoTime now() {
  return MonoTime{std::chrono::duration_cast<std::chrono::nanoseconds>(
                      std::chrono::steady_clock::now().time_since_epoch())
                      .count()};
}

struct Options {
  std::uint16_t port{18'080};
  std::uint16_t tls_port{0};
  std::string certificate;
  std::string key;
  std::string api_key{"K"};
  std::string secret{"S3CR3T"};
  std::string public_key;
  std::uint64_t seed{1};
  int orders_per_second{100};
  std::int64_t limit_factor{1};
  int seconds{0};
};

int serve(const Options& options) {
  SpotSettings settings;
  settings.instruments = {spot("BTCUSDT", "BTC", "USDT", "0.01", "0.00001"),
                          spot("ETHUSDT", "ETH", "USDT", "0.01", "0.0001"),
                          spot("BNBUSDT", "BNB", "USDT", "0.01", "0.001")};
  Account user;
  user.name = "user";
  for (const char* asset : {"BTC", "ETH", "BNB"})
    user.balances[asset].free = 1'000 * Amount::kScale;
  user.balances["USDT"].free = 1'000'000 * Amount::kScale;
  settings.accounts.push_back(user);
  SpotExchange exchange{settings};
  ApiKey key;
  key.key = options.api_key;
  key.hmac_secret = options.secret;
  if (!options.public_key.empty()) key.public_key_pem = text_of_file(options.public_key);
  SpotSite site{exchange, {key}};
  site.set_limit_factor(options.limit_factor);
  Traders traders{exchange, options.seed, options.orders_per_second};
  traders.open(wall_ms());

  std::optional<net::TlsContext> tls;
  Server server;
  const std::uint16_t port = server.listen(options.port, site, nullptr);
  fmt::print(
      "spot http://127.0.0.1:{0}/api/v3  ws://127.0.0.1:{0}/stream  ws://127.0.0.1:{0}/ws-api/v3\n",
      port);
  if (!options.certificate.empty()) {
    tls.emplace(net::TlsContext::server({options.certificate, options.key}));
    const std::uint16_t secure = server.listen(options.tls_port, site, &*tls);
    fmt::print(
        "spot https://localhost:{0}/api/v3  wss://localhost:{0}/stream  "
        "wss://localhost:{0}/ws-api/v3\n",
        secure);
  }
  fmt::print("key {}, seed {}, {} orders a second of others in each of {} symbols; limits x {}\n",
             options.api_key, options.seed, options.orders_per_second, exchange.markets().size(),
             options.limit_factor);
  std::fflush(stdout);
  const MonoTime end = now() + std::int64_t{options.seconds} * kNsPerSecond;
  while (stopped == 0 && (options.seconds == 0 || now() < end)) {
    server.turn(2, now());
    traders.act(wall_ms());
    site.publish(wall_ms());
  }
  const SiteCounters& counters = site.counters();
  fmt::print("{} requests, {} signed, {} bad signatures, {} x 429, {} x 418, {} orders\n",
             counters.requests, counters.signed_requests, counters.bad_signatures, counters.limited,
             counters.banned, exchange.orders().size());
  return 0;
}
}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"A Binance spot exchange on 127.0.0.1, with simulated traders"};
  app.add_option("--port", options.port, "plain HTTP and WebSocket; 0: any free one")
      ->capture_default_str();
  app.add_option("--tls-port", options.tls_port, "the same with TLS; 0: any free one")
      ->capture_default_str();
  auto* certificate = app.add_option("--certificate", options.certificate, "PEM, for TLS");
  auto* key = app.add_option("--key", options.key, "PEM, of the certificate");
  certificate->needs(key);
  key->needs(certificate);
  app.add_option("--api-key", options.api_key, "name of the user's key")->capture_default_str();
  app.add_option("--secret", options.secret, "its secret for HMAC")->capture_default_str();
  app.add_option("--public-key", options.public_key, "its public key, PEM: Ed25519 or RSA");
  app.add_option("--seed", options.seed, "of the traders")->capture_default_str();
  app.add_option("--orders-per-second", options.orders_per_second, "of others, each symbol")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  app.add_option("--limit-factor", options.limit_factor, "times the venue's rate limits")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "stop after so long; 0: on SIGINT or SIGTERM")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  struct sigaction action {};
  action.sa_handler = [](int) { stopped = 1; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  try {
    return serve(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "binance-exchange: {}\n", error.what());
    return 2;
  }
}
