// A log as a live engine leaves it: its own monotonic clock, ticks between the inputs, mode "live"
// in its configuration. It is made from a simulated session's log, so that its simulation is known:
// the same decisions at the same UTC times.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

#include "engine/app/compare/config_change.hpp"
#include "engine/app/compare/log_plan.hpp"
#include "engine/app/log_directory.hpp"
#include "engine/app/preamble.hpp"
#include "engine/wal/log.hpp"
#include "engine/wal/reader.hpp"
#include "tests/app/engine_process.hpp"

using namespace sq;
using namespace sq::test;

namespace {
settings::Config live_config(const std::string& text, const std::filesystem::path& dir) {
  settings::Config config = settings::parse(text, "test", dir);
  config.engine.mode = settings::Mode::Live;
  for (const VenueId venue : {VenueId::BinanceUsdm, VenueId::BinanceSpot}) {
    settings::VenueConnection connection;
    connection.venue = venue;
    connection.environment = settings::Environment::Local;
    connection.rest = "http://127.0.0.1:1";
    connection.stream = "ws://127.0.0.1:1";
    connection.key_file = dir / "key.toml";
    config.venues.push_back(connection);
  }
  return config;
}

// Copies the log as its live twin.
void write_live(const std::filesystem::path& from, const std::filesystem::path& to) {
  constexpr std::int64_t kBoot = 1'700'000'000'000'000'000;  // the monotonic clock's zero
  settings::Config config = app::configs_of(from).front();
  config.log.dir = to;
  const auto log = wal::Log::create(app::log_settings(config));
  wal::Reader reader{from};
  std::uint64_t sequence = 0;
  std::vector<std::uint64_t> words;
  const auto append = [&](RecordHeader& record) {
    record.sequence = ++sequence;
    record.mono.ns -= kBoot;
    REQUIRE(log->appender().append(record));
    static_cast<void>(log->do_work());
  };
  while (const RecordHeader* record = reader.next()) {
    words.resize(record->length / sizeof(std::uint64_t));
    std::memcpy(words.data(), record, record->length);
    if (record->kind == RecordKind::ConfigLoaded) {
      const std::string text =
          settings::resolved_text(live_config(app::config_text(*record), from));
      RecordHeader header = *record;
      header.length = record_length(text.size());
      words.assign(header.length / sizeof(std::uint64_t), 0);
      std::memcpy(words.data(), &header, sizeof header);
      std::memcpy(reinterpret_cast<char*>(words.data()) + sizeof header, text.data(), text.size());
    }
    if (is_market_data(record->kind) && sequence % 7 == 0) {
      RecordHeader tick;
      tick.length = record_length(0);
      tick.kind = RecordKind::TimeTick;
      tick.mono = MonoTime{record->wall.ns};
      tick.wall = record->wall;
      append(tick);
    }
    append(*reinterpret_cast<RecordHeader*>(words.data()));
  }
  log->close();
}
}  // namespace

TEST_CASE(
    "a live log is compared with its simulation by UTC time, whatever its own clock and ticks",
    "[app]") {
  const auto config = write_config("live-source", {});
  const std::string source = (scratch() / "live-source").string();
  REQUIRE(run("shrivenquant", {"run", config.string(), "--log-dir", source}).status == 0);
  const auto live = scratch() / "live-twin";
  write_live(source, live);
  // The exchange of the simulation: from a configuration on paper, as the session's own was.
  std::string paper = read_text(config);
  const auto cut = [&](const std::string& first, const std::string& behind) {
    const std::size_t at = paper.find(first);
    REQUIRE(at != std::string::npos);
    paper.erase(at, paper.find(behind, at) - at);
  };
  cut("[session]", "# Filters as the venue");
  paper.replace(paper.find("mode = \"recorded\""), 17, "mode = \"paper\"   ");
  const std::size_t at = paper.find("[[instrument]]");
  paper.insert(at,
               "[[venue]]\nname = \"binance-usdm\"\nenvironment = \"live\"\n"
               "rest = \"https://fapi.binance.com\"\nstream = \"wss://fstream.binance.com\"\n"
               "[[venue]]\nname = \"binance-spot\"\nenvironment = \"live\"\n"
               "rest = \"https://api.binance.com\"\nstream = \"wss://stream.binance.com:9443\"\n");
  const auto paper_file = scratch() / "live-paper.toml";
  { std::ofstream{paper_file} << paper; }
  const auto json = scratch() / "live.json";
  const Finished finished = run("shrivenquant", {"parity", live.string(), "--what-if",
                                                 paper_file.string(), "--json", json.string()});
  INFO(finished.output);
  REQUIRE(finished.status == 0);
  const auto report = read_json(json);
  CHECK(report.at("first_difference").is_null());
  CHECK(report.at("score").to_number<double>() == 100.0);
  CHECK(report.at("notes").as_array().size() == 1);
  CHECK(report.at("log").at("hash") !=
        report.at("other").at("hash"));  // sequences and clocks differ
  // Without its exchange's settings nothing takes time, and spot accounts are empty.
  const Finished bare = run("shrivenquant", {"parity", live.string(), "--json", json.string()});
  CHECK(bare.status == 0);
  CHECK(bare.output.find("live session") != std::string::npos);
  CHECK(read_json(json).at("score").to_number<double>() < 100.0);
}

TEST_CASE(
    "a changed key changes that value and nothing else, also where values go over lines or "
    "tables share a name",
    "[app]") {
  const auto file = write_config("config-change", {});
  std::string text = settings::resolved_text(settings::load(file));
  const std::string latency = "order_latency_us = 2000\nreport_latency_us = 2000\n";
  const std::size_t at = text.find(latency);
  REQUIRE(at != std::string::npos);
  text.replace(at, latency.size(),
               "order_latency_table = [\n  [0, 1000, 1000],\n  [1000000, 9000, 5000],\n]\n");
  const settings::Config base = settings::parse(text, "test", scratch());
  CHECK(app::with_changes(base, {}, scratch()) == base);
  CHECK(app::with_changes(base, {"engine.seed=42"}, scratch()) == base);
  CHECK(app::changes_between(base, base).empty());
  const settings::Config other = app::with_changes(
      base,
      {"portfolio.balance.binance-spot:BTC.amount=0.25",
       "risk.instrument.binance-spot:BTCUSDT.collar_bps=7", "strategy.flow.order_value=400",
       "engine.seed=43", "telemetry.texts_per_second_max=7"},
      scratch());
  const auto changes = app::changes_between(base, other);
  REQUIRE(changes.size() == 4);
  CHECK(changes[0].key == "engine.seed");
  CHECK(changes[1].key == "risk.instrument.binance-spot:BTCUSDT.collar_bps");
  CHECK(changes[1].from == "50");
  CHECK(changes[1].to == "7");
  CHECK(changes[2].key == "portfolio.balance.binance-spot:BTC.amount");
  CHECK(changes[3].key == "strategy.flow.order_value");
  CHECK(other.portfolio.balances[2].amount.raw == 25'000'000);
  CHECK(other.portfolio.balances[1] == base.portfolio.balances[1]);
}
