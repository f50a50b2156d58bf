// The tables of the controls beside the limits on exposure: both sides of each bound.
#include "engine/settings/policies.hpp"

#include <catch2/catch.hpp>

#include "tests/settings/small_config.hpp"

using namespace sq;
using namespace sq::settings;

namespace {
constexpr std::string_view kTables = R"(
[risk.duplicates]
window_ms = 100
memory = 64

[[risk.window]]
window_ms = 1000
notional_max = "100000"
orders_max = 30

[[risk.window]]
instrument = "binance-usdm:BTCUSDT"
window_ms = 60000
qty_max = "1.5"

[[risk.rate]]
venue = "binance-usdm"
messages_per_second = 40
burst = 60
reserve = 20
order_weight = 2
amend_weight = 3
cancel_weight = 1

[[risk.rate]]
account = 0
messages_per_second = 41
burst = 61
reserve = 21

[[risk.rate]]
strategy = "one"
messages_per_second = 42
burst = 62
reserve = 22

[[risk.repeated]]
strategy = "one"
executions_max = 1000
cycles_max = 500

[[risk.tags]]
strategy = "one"
algo = "A1"
user = "U1"
client = "C1"

[[risk.venue_rules]]
venue = "binance-usdm"
session = true
tags = true
receive_window_ms = 5000
clock_age_ms_max = 30000

[[risk.instrument_rules]]
instrument = "binance-usdm:BTCUSDT"
restricted = true
delivery = true
freeze_qty = "2"
slice = true
impact_bps = 20
filter_age_ms_max = 3600000
ratio_window_ms = 60000
ratio_messages_min = 100
ratio_warn = 40
ratio_max = 50
)";
std::string with_tables(std::string_view tables = kTables) {
  return test::with("[[portfolio.balance]]", std::string{tables} + "\n[[portfolio.balance]]");
}
// The problems of the tables with one line changed.
std::vector<Problem> changed(std::string_view from, std::string_view to) {
  return test::problems_of(with_tables(test::with(kTables, from, to)));
}
}  // namespace

TEST_CASE("every table of the controls is read, linked and written out again", "[settings]") {
  const Config config = test::parse(with_tables());
  const Policies& of = config.risk.policies;
  REQUIRE(of.duplicates);
  CHECK(of.duplicates->window_ns == 100 * kNsPerMs);
  CHECK(of.duplicates->memory == 64);
  REQUIRE(of.windows.size() == 2);
  CHECK_FALSE(of.windows[0].instrument);
  CHECK(of.windows[0].notional_max->raw == 100'000 * Amount::kScale);
  CHECK(of.windows[0].notional_max->currency == *Currency::parse("USDT"));
  CHECK(of.windows[1].instrument->instrument == InstrumentId{0});
  CHECK(of.windows[1].qty_max->raw() == 150'000'000);
  REQUIRE(of.rates.size() == 3);
  CHECK(of.rates[0].venue == VenueId::BinanceUsdm);
  CHECK(of.rates[0].amend_weight == 3);
  CHECK(of.rates[1].account == 0U);
  CHECK(of.rates[2].strategy_id == StrategyId{0});
  CHECK(of.repeated[0].strategy_id == StrategyId{0});
  CHECK(of.tags[0].client == "C1");
  CHECK(of.venues[0].receive_window_ns == 5 * kNsPerSecond);
  CHECK(of.instruments[0].instrument.instrument == InstrumentId{0});
  CHECK(of.instruments[0].impact_bps == 20U);
  CHECK(of.instruments[0].ratio_max == 50);
  CHECK(parse(resolved_text(config), "again.toml", "/project/config").risk.policies == of);
}

TEST_CASE("without the tables every control is off, and nothing is written out", "[settings]") {
  const Config config = test::parse(test::kSmallConfig);
  CHECK(config.risk.policies == Policies{});
  CHECK(resolved_text(config).find("risk.duplicates") == std::string::npos);
}

TEST_CASE("the window of duplicates has to be written, also when it is 0", "[settings]") {
  CHECK(changed("window_ms = 100\n", "window_ms = 0\n").empty());
  CHECK_FALSE(changed("window_ms = 100\n", "").empty());
}

TEST_CASE("values of the controls: the bounds pass, one step outside does not", "[settings]") {
  struct Case {
    std::string_view line;
    std::string_view below, min, max, above;
  };
  const Case cases[] = {
      {"window_ms = 100\n", "-1", "0", "60000", "60001"},
      {"memory = 64\n", "15", "16", "1048576", "1048577"},
      {"window_ms = 1000\n", "0", "1", "600000", "600001"},
      {"orders_max = 30\n", "0", "1", "1000000", "1000001"},
      {"notional_max = \"100000\"\n", "\"0\"", "\"0.00000001\"", "\"10000000000\"",
       "\"10000000000.00000001\""},
      {"qty_max = \"1.5\"\n", "\"0\"", "\"0.00000001\"", "\"92233720368.54775807\"",
       "\"92233720368.54775808\""},
      {"messages_per_second = 40\n", "0", "1", "1000000", "1000001"},
      {"burst = 60\n", "22", "23", "1000000", "1000001"},  // reserve 20 and one amend of 3
      {"reserve = 20\n", "-1", "0", "57", "58"},
      {"order_weight = 2\n", "0", "1", "40", "41"},
      {"cancel_weight = 1\n", "0", "1", "1000", "1001"},
      {"account = 0\n", "-1", "0", "63", "64"},
      {"executions_max = 1000\n", "0", "1", "1000000000", "1000000001"},
      {"cycles_max = 500\n", "0", "1", "1000000000", "1000000001"},
      {"receive_window_ms = 5000\n", "-1", "0", "60000", "60001"},
      {"clock_age_ms_max = 30000\n", "0", "1", "3600000", "3600001"},
      {"impact_bps = 20\n", "0", "1", "5000", "5001"},
      {"filter_age_ms_max = 3600000\n", "-1", "0", "2592000000", "2592000001"},
      {"ratio_window_ms = 60000\n", "-1", "0", "86400000", "86400001"},
      {"ratio_messages_min = 100\n", "-1", "0", "1000000", "1000001"},
      {"ratio_warn = 40\n", "0", "1", "50", "51"},  // not above ratio_max
      {"ratio_max = 50\n", "39", "40", "1000000", "1000001"},
  };
  for (const Case& each : cases) {
    const std::string key{each.line.substr(0, each.line.find(" = ") + 3)};
    INFO(key);
    CHECK(changed(each.line, key + std::string{each.min} + "\n").empty());
    CHECK(changed(each.line, key + std::string{each.max} + "\n").empty());
    CHECK_FALSE(changed(each.line, key + std::string{each.below} + "\n").empty());
    CHECK_FALSE(changed(each.line, key + std::string{each.above} + "\n").empty());
  }
}

TEST_CASE("a control that names nothing, two things or the same twice is refused", "[settings]") {
  CHECK_FALSE(changed("strategy = \"one\"", "strategy = \"two\"").empty());
  CHECK_FALSE(
      changed("instrument = \"binance-usdm:BTCUSDT\"", "instrument = \"binance-usdm:ETHUSDT\"")
          .empty());
  CHECK_FALSE(changed("account = 0", "account = 0\nvenue = \"kite\"").empty());
  CHECK_FALSE(changed("account = 0\n", "").empty());
  CHECK_FALSE(changed("account = 0", "account = 0\norder_weight = 2").empty());
  CHECK_FALSE(changed("account = 0", "venue = \"binance-usdm\"").empty());  // twice
  CHECK_FALSE(changed("qty_max = \"1.5\"\n", "").empty());                  // no bound
  CHECK_FALSE(changed("orders_max = 30", "qty_max = \"1\"").empty());       // of the firm
  CHECK_FALSE(changed("executions_max = 1000\ncycles_max = 500\n", "").empty());
  CHECK_FALSE(changed("freeze_qty = \"2\"\n", "").empty());  // slice by what?
  CHECK_FALSE(changed("algo = \"A1\"\n", "").empty());
  CHECK_FALSE(changed("session = true", "sessions = true").empty());
  const std::string window = "\n[[risk.window]]\nwindow_ms = 5\norders_max = 1\n";
  CHECK(test::problems_of(with_tables(std::string{kTables} + window + window)).empty());
  CHECK_FALSE(
      test::problems_of(with_tables(std::string{kTables} + window + window + window)).empty());
}
