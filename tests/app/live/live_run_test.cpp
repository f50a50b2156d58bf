// The whole engine in mode live against the local exchange.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <optional>

#include "engine/types/decimal.hpp"
#include "engine/types/fixed.hpp"
#include "tests/app/engine_process.hpp"
#include "tests/app/live/local_exchange.hpp"
#include "tests/net/certificates.hpp"
#include "tests/support/paths.hpp"

using namespace sq;
using namespace sq::test;

namespace {
using Texts = std::vector<std::string>;

// Ends the run and holds it against the exchange.
void end_and_compare(const LocalExchange& exchange, LiveEngine& engine) {
  const int status = engine.stop();
  INFO(engine.said());
  CHECK(status == 0);  // no warning
  const auto summary = engine.summary();
  CHECK(differences(exchange, summary) == Texts{});
  CHECK(summary.at("breaks").at("open").as_array().empty());
  CHECK(exchange.spot().at("accounts").at(0).at("openOrders").to_number<int>() == 0);
  CHECK(exchange.futures().at("accounts").at(0).at("openOrders").to_number<int>() == 0);
  CHECK(summary.at("fills").to_number<int>() > 0);
  CHECK(exchange.spot().at("duplicates").to_number<int>() == 0);
  CHECK(exchange.futures().at("duplicates").to_number<int>() == 0);
}
// RFC 8410, 10.1 and 10.3.
constexpr const char* kPublicKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
    "-----END PUBLIC KEY-----\n";
constexpr const char* kPrivateKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";
}  // namespace

TEST_CASE(
    "a live run trades on both markets, and what it holds at the end is what the exchange says",
    "[app][live]") {
  const LocalExchange exchange{"live-plain", 28'300};
  const auto config = exchange.config();
  LiveEngine engine{"live-plain", config};
  REQUIRE(engine.until_orders(exchange.log_dir(), 40, 30));
  end_and_compare(exchange, engine);
}

TEST_CASE("the same over TLS, logged on with Ed25519, spot's market in SBE", "[app][live]") {
  Authority authority{scratch() / "live-tls-certificates"};
  const Certificate certificate = authority.issue();
  const auto public_key = scratch() / "live-tls-public.pem";
  std::ofstream{public_key} << kPublicKey;
  const LocalExchange exchange{
      "live-tls",
      28'304,
      {"--certificate", certificate.certificate.string(), "--key", certificate.key.string(),
       "--tls-port", "28306", "--futures-tls-port", "28307", "--public-key", public_key.string()}};
  {
    std::ofstream key{scratch() / "live-tls-key.toml", std::ios::trunc};
    key << "api_key = \"K\"\nprivate_key = '''\n" << kPrivateKey << "'''\n";
  }
  const std::string trust = "dead_man_s = 60\nca_file = \"" + authority.file().string() + "\"";
  const auto config =
      exchange.config({{"http://127.0.0.1:28304", "https://localhost:28306"},
                       {"ws://127.0.0.1:28304", "wss://localhost:28306"},
                       {"http://127.0.0.1:28305", "https://localhost:28307"},
                       {"ws://127.0.0.1:28305", "wss://localhost:28307"},
                       {"dead_man_s = 60", trust},
                       {"name = \"binance-spot\"\nenvironment = \"local\"",
                        "name = \"binance-spot\"\nenvironment = \"local\"\nca_file = \"" +
                            authority.file().string() + "\""},
                       {"stream = \"wss://localhost:28306\"",
                        "stream = \"wss://localhost:28306/sbe\"\nmarket_format = \"sbe\""}});
  LiveEngine engine{"live-tls", config};
  REQUIRE(engine.until_orders(exchange.log_dir(), 40, 30));
  end_and_compare(exchange, engine);
}

TEST_CASE("an engine that is killed while it trades goes on with what the exchange has done",
          "[app][live]") {
  const LocalExchange exchange{"live-kill", 28'308};
  const auto config = exchange.config();
  {
    LiveEngine engine{"live-kill", config};
    REQUIRE(engine.until_orders(exchange.log_dir(), 30, 30));
    engine.kill();
  }
  LiveEngine engine{"live-kill", config};
  REQUIRE(engine.until_orders(exchange.log_dir(), 60, 30));
  end_and_compare(exchange, engine);
  CHECK(engine.summary().at("epoch").to_number<int>() == 2);
}

TEST_CASE("lost answers, lost events and cut connections change nothing of what is held",
          "[app][live]") {
  const LocalExchange exchange{"live-faults", 28'312};
  const auto config = exchange.config();
  LiveEngine engine{"live-faults", config};
  REQUIRE(engine.until_orders(exchange.log_dir(), 10, 30));
  exchange.set_scenario(R"(
seed = 7
[[fault]]
kind = "drop"
on = "order.place"
after = true
every = 7
[[fault]]
kind = "drop"
on = "order.cancel"
every = 5
[[fault]]
kind = "drop"
where = "user"
on = "executionReport"
every = 6
[[fault]]
kind = "drop"
where = "user"
on = "ORDER_TRADE_UPDATE"
every = 6
[[fault]]
kind = "cut"
where = "time"
every_ms = 3000
)");
  REQUIRE(engine.until_orders(exchange.log_dir(), 60, 60));
  exchange.set_scenario("");
  // What was not known is asked for.
  REQUIRE(engine.until_orders(exchange.log_dir(), 75, 60));
  end_and_compare(exchange, engine);
}

TEST_CASE("a run on paper trades on live data with the exchange in its own process, and replays",
          "[app][live]") {
  const LocalExchange exchange{"live-paper", 28'316};
  std::string text = read_text(project_dir() / "config/paper.toml");
  const auto change = [&](const std::string& from, const std::string& to) {
    REQUIRE(text.find(from) != std::string::npos);
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  };
  change("environment = \"live\"", "environment = \"local\"");
  change("https://fapi.binance.com", "http://127.0.0.1:28317");
  change("wss://fstream.binance.com", "ws://127.0.0.1:28317");
  change("price_min = \"556.80\"", "price_min = \"0.10\"");
  change("notional_min = \"100\"", "notional_min = \"5\"");
  change("enabled = true", "enabled = false");
  change("start = \"shadow\"", "start = \"armed\"\nwarm_updates = 20");
  change("quote_qty = \"0.005\"", "quote_qty = \"0.5\"\nrequote_ticks = 1");
  change("inventory_max = \"0.02\"", "inventory_max = \"2\"");
  change("order_qty_max = \"0.02\"", "order_qty_max = \"5\"");
  change("position_max = \"0.1\"", "position_max = \"20\"");
  change("[log]\n", "[log]\ndir = \"" + exchange.log_dir().string() + "\"\n");
  const auto config = scratch() / "live-paper.toml";
  std::ofstream{config} << text;
  LiveEngine engine{"live-paper", config};
  REQUIRE(engine.until_orders(exchange.log_dir(), 20, 40));
  const int status = engine.stop();
  INFO(engine.said());
  CHECK(status == 0);
  CHECK(exchange.futures().at("orders").to_number<int>() == 0);  // nothing was sent
  const auto summary = engine.summary();
  const Finished replayed = run("shrivenquant", {"replay", exchange.log_dir().string()});
  CHECK(replayed.status == 0);
  CHECK_THAT(replayed.output, Catch::Contains(std::string{summary.at("hash").as_string()}) &&
                                  Catch::Contains(" 0 differences"));
  // What it has used of the venue's limits is beside the log, and no reason not to start again.
  CHECK(std::filesystem::exists(exchange.log_dir() / "binance-usdm.rate-limits"));
  LiveEngine again{"live-paper", config};
  REQUIRE(again.until_orders(exchange.log_dir(), 1, 40));
  CHECK(again.stop() == 0);
}

TEST_CASE("a position without a price is not valued, and does not count as profit", "[app][live]") {
  std::optional<LocalExchange> exchange;
  exchange.emplace("live-alone", 28'324);
  const auto config = exchange->config();
  const auto log = exchange->log_dir();
  {
    LiveEngine engine{"live-alone", config};
    REQUIRE(engine.until_orders(log, 40, 30));
    static_cast<void>(engine.stop());
  }
  exchange.reset();
  LiveEngine engine{"live-alone", config};
  engine.wait(2);
  static_cast<void>(engine.stop());
  INFO(engine.said());
  const auto summary = engine.summary();
  REQUIRE(summary.at("epoch").to_number<int>() == 2);
  const auto raw = [](const boost::json::value& text) {
    return *parse_decimal(std::string_view{text.as_string()}, Amount::kDecimals);
  };
  int held = 0;
  for (const auto& line : summary.at("positions").as_array()) {
    if (raw(line.at("position")) == 0) continue;
    ++held;
    CHECK(line.at("unrealised").is_null());
    CHECK(raw(line.at("net")) == raw(line.at("realised")) - raw(line.at("fees")));
  }
  CHECK(held > 0);
}

TEST_CASE("a run with real money needs the fingerprint of its key at every start", "[app][live]") {
  const auto key = scratch() / "arm-key.toml";
  std::ofstream{key} << "api_key = \"K\"\nsecret = \"S\"\n";
  std::filesystem::permissions(
      key, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const std::string fingerprint = "86be9a55762d316a";  // sha256sum of "K"
  std::string text = read_text(project_dir() / "config/binance-live.toml");
  for (std::size_t at = text.find("key_file = \""); at != std::string::npos;
       at = text.find("key_file = \"", at + 1)) {
    const std::size_t from = at + 12;
    text.replace(from, text.find('"', from) - from, key.string());
  }
  for (std::size_t at = text.find("key_fingerprint = \""); at != std::string::npos;
       at = text.find("key_fingerprint = \"", at + 1))
    text.replace(at + 19, 16, fingerprint);
  const auto config = scratch() / "arm.toml";
  std::ofstream{config} << text;
  std::filesystem::permissions(
      config, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const Finished without = run("shrivenquant", {"run", config.string()});
  CHECK(without.status == 2);
  CHECK_THAT(without.output,
             Catch::Contains("not armed") && Catch::Contains("--arm " + fingerprint));
  const Finished other =
      run("shrivenquant", {"run", config.string(), "--arm", fingerprint + ",0123456789abcdef"});
  CHECK(other.status == 2);
  CHECK_THAT(other.output, Catch::Contains("--arm 0123456789abcdef: no venue"));
}
