// Binance spot and USD-M futures on this machine, for testing bots without the internet: REST,
// market streams, the WebSocket API and user data on one port each, with TLS on another if wished.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/types/decimal.hpp"
#include "tools/binance-exchange/recording.hpp"
#include "tools/binance-exchange/spot_site.hpp"
#include "tools/binance-exchange/traders.hpp"
#include "tools/binance-exchange/usdm_site.hpp"

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
  std::uint16_t futures_port{18'081};
  std::uint16_t futures_tls_port{0};
  std::string certificate;
  std::string key;
  std::string api_key{"K"};
  std::string secret{"S3CR3T"};
  std::string public_key;
  std::uint64_t seed{1};
  int orders_per_second{100};
  std::int64_t limit_factor{1};
  int seconds{0};
  std::string scenario;
  std::string write_key;
  std::int64_t funding_seconds{8 * 3'600};
  bool withdrawals{false};
  std::string session;
  std::string futures_session;
};

Instrument perpetual(const char* symbol, const char* base, const char* tick, const char* lot) {
  Instrument made = spot(symbol, base, "USDT", tick, lot);
  made.venue = VenueId::BinanceUsdm;
  made.kind = InstrumentKind::LinearPerpetual;
  return made;
}

SpotSettings spot_settings(const Options& options) {
  SpotSettings settings;
  settings.withdrawals = options.withdrawals;
  settings.instruments = {spot("BTCUSDT", "BTC", "USDT", "0.01", "0.00001"),
                          spot("ETHUSDT", "ETH", "USDT", "0.01", "0.0001"),
                          spot("BNBUSDT", "BNB", "USDT", "0.01", "0.001")};
  Account user;
  user.name = "user";
  for (const char* asset : {"BTC", "ETH", "BNB"})
    user.balances[asset].free = 1'000 * Amount::kScale;
  user.balances["USDT"].free = 1'000'000 * Amount::kScale;
  settings.accounts.push_back(user);
  return settings;
}
UsdmSettings futures_settings(const Options& options) {
  UsdmSettings settings;
  settings.funding_ms = options.funding_seconds * 1'000;
  settings.instruments = {perpetual("BTCUSDT", "BTC", "0.10", "0.001"),
                          perpetual("ETHUSDT", "ETH", "0.01", "0.001"),
                          perpetual("BNBUSDT", "BNB", "0.01", "0.01")};
  return settings;
}

// Spot and futures, each with its traders, behind one loop.
struct Exchanges {
  FaultPlan faults;
  SpotExchange spot;
  UsdmExchange futures;
  SpotSite spot_site;
  UsdmSite futures_site;
  Traders spot_traders;
  Traders futures_traders;
  std::optional<Recording> spot_session;
  std::optional<Recording> futures_session;

  Exchanges(const Options& options, const ApiKey& key)
      : spot{spot_settings(options)},
        futures{futures_settings(options)},
        spot_site{spot, {key}},
        futures_site{futures, {key}},
        spot_traders{spot, options.seed, options.orders_per_second},
        futures_traders{futures, options.seed + 1, options.orders_per_second} {
    if (!options.scenario.empty())
      faults.set(scenario_of(text_of_file(options.scenario)), wall_ms());
    spot_site.set_faults(faults);
    futures_site.set_faults(faults);
    spot_site.set_limit_factor(options.limit_factor);
    futures_site.set_limit_factor(options.limit_factor);
    const auto replay = [](auto& recording, Venue& venue, Traders& traders,
                           const std::string& path) {
      if (path.empty()) return;
      recording.emplace(venue, path);
      traders.follow(recording->symbol());
    };
    replay(spot_session, spot, spot_traders, options.session);
    replay(futures_session, futures, futures_traders, options.futures_session);
    spot_traders.open(wall_ms());
    futures_traders.open(wall_ms());
  }
  void turn() {
    const std::int64_t now_ms = wall_ms();
    if (spot_session) spot_session->act(now_ms);
    if (futures_session) futures_session->act(now_ms);
    spot_traders.act(now_ms);
    futures_traders.act(now_ms);
    spot_site.publish(now_ms);
    futures_site.publish(now_ms);
  }
};

void listen(Server& server, const Options& options, Exchanges& exchanges, net::TlsContext* tls) {
  const std::uint16_t spot =
      server.listen(tls ? options.tls_port : options.port, exchanges.spot_site, tls);
  const std::uint16_t futures = server.listen(tls ? options.futures_tls_port : options.futures_port,
                                              exchanges.futures_site, tls);
  const char* host = tls != nullptr ? "s://localhost" : "://127.0.0.1";
  fmt::print("spot    http{0}:{1}/api/v3   ws{0}:{1}/stream   ws{0}:{1}/ws-api/v3\n", host, spot);
  fmt::print("futures http{0}:{1}/fapi/v1  ws{0}:{1}/stream   ws{0}:{1}/ws-fapi/v1\n", host,
             futures);
}

void print_counts(const char* name, const ExchangeSite& site, std::uint64_t orders) {
  const SiteCounters& counters = site.counters();
  const RateLimits& limits = site.limits();
  fmt::print("{}: {} requests, {} signed, {} bad signatures, {} x 429, {} x 418, {} orders\n", name,
             counters.requests, counters.signed_requests, counters.bad_signatures, limits.limited(),
             limits.banned(), orders);
}

// The user's key as a file that the engine takes; nobody else may read it.
void write_key(const Options& options) {
  const std::filesystem::path file{options.write_key};
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  std::ofstream out{file, std::ios::trunc};
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  out << fmt::format("api_key = \"{}\"\nsecret = \"{}\"\n", options.api_key, options.secret);
  out.flush();
  if (!out) throw std::runtime_error(options.write_key + ": cannot be written");
}

int serve(const Options& options) {
  if (!options.write_key.empty()) write_key(options);
  ApiKey key;
  key.key = options.api_key;
  key.hmac_secret = options.secret;
  if (!options.public_key.empty()) key.public_key_pem = text_of_file(options.public_key);
  Exchanges exchanges{options, key};
  std::optional<net::TlsContext> tls;
  Server server;
  listen(server, options, exchanges, nullptr);
  if (!options.certificate.empty()) {
    tls.emplace(net::TlsContext::server({options.certificate, options.key}));
    listen(server, options, exchanges, &*tls);
  }
  fmt::print("key {}, seed {}, {} orders a second of others in each of {} symbols; limits x {}\n",
             options.api_key, options.seed, options.orders_per_second,
             exchanges.spot.markets().size() + exchanges.futures.markets().size(),
             options.limit_factor);
  std::fflush(stdout);
  const MonoTime end = now() + std::int64_t{options.seconds} * kNsPerSecond;
  while (stopped == 0 && (options.seconds == 0 || now() < end)) {
    server.turn(2, now());
    exchanges.turn();
  }
  print_counts("spot", exchanges.spot_site, exchanges.spot.totals().orders());
  print_counts("futures", exchanges.futures_site, exchanges.futures.totals().orders());
  return 0;
}
}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Binance spot and USD-M futures on 127.0.0.1, with simulated traders"};
  app.add_option("--port", options.port, "plain HTTP and WebSocket; 0: any free one")
      ->capture_default_str();
  app.add_option("--tls-port", options.tls_port, "the same with TLS; 0: any free one")
      ->capture_default_str();
  app.add_option("--futures-port", options.futures_port, "of the futures, plain")
      ->capture_default_str();
  app.add_option("--futures-tls-port", options.futures_tls_port, "of the futures, with TLS")
      ->capture_default_str();
  auto* certificate = app.add_option("--certificate", options.certificate, "PEM, for TLS");
  auto* key = app.add_option("--key", options.key, "PEM, of the certificate");
  certificate->needs(key);
  key->needs(certificate);
  app.add_option("--api-key", options.api_key, "name of the user's key")->capture_default_str();
  app.add_option("--secret", options.secret, "its secret for HMAC")->capture_default_str();
  app.add_option("--write-key", options.write_key,
                 "write both to this file, as shrivenquant reads it (venue.key_file)");
  app.add_option("--public-key", options.public_key, "its public key, PEM: Ed25519 or RSA");
  app.add_option("--seed", options.seed, "of the traders")->capture_default_str();
  app.add_option("--orders-per-second", options.orders_per_second, "of others, each symbol")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  app.add_option("--limit-factor", options.limit_factor, "times the venue's rate limits")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->capture_default_str();
  app.add_option("--scenario", options.scenario, "what goes wrong, TOML; see the README");
  app.add_option("--funding-seconds", options.funding_seconds, "between payments of funding")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{86'400}))
      ->capture_default_str();
  app.add_option("--session", options.session, "recorded, of a spot symbol; see the README");
  app.add_option("--futures-session", options.futures_session, "recorded, of a futures symbol");
  app.add_flag("--withdrawals", options.withdrawals, "the key says that it may withdraw");
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
