// What one section names must exist in another; what contradicts itself is refused.
#include <catch2/catch.hpp>

#include "tests/settings/small_config.hpp"

using namespace sq;
using namespace sq::settings;
using sq::test::kSmallConfig;
using sq::test::line_of;
using sq::test::problems_of;
using sq::test::with;

namespace {
// The one problem of the changed text; its key is checked.
Problem only_problem(const std::string& text, const std::string& key) {
  const auto problems = problems_of(text);
  std::string all;
  for (const Problem& problem : problems) all += to_text(problem) + "\n";
  INFO(all);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].key == key);
  return problems[0];
}
constexpr std::string_view kSecondInstrument = R"(
[[instrument]]
venue = "binance-usdm"
symbol = "ETHUSDT"
kind = "linear-perpetual"
base = "ETH"
quote = "USDT"
settle = "USDT"
tick = "0.01"
price_min = "1"
price_max = "100000"
lot = "0.001"
qty_min = "0.001"
qty_max = "1000"
notional_min = "20"
maker_fee = "0"
taker_fee = "0"
)";
std::string with_second() { return std::string{kSmallConfig} + std::string{kSecondInstrument}; }
}  // namespace

TEST_CASE("the small configuration and one with an instrument nobody trades are accepted",
          "[settings]") {
  CHECK(problems_of(kSmallConfig).empty());
  CHECK(problems_of(with_second()).empty());
}

TEST_CASE("a strategy on an instrument that is not defined is refused", "[settings]") {
  const Problem problem = only_problem(
      with("instruments = [\"binance-usdm:BTCUSDT\"]", "instruments = [\"binance-usdm:BTCUSD\"]"),
      "strategy.one.instruments");
  CHECK(problem.line == line_of(kSmallConfig, "instruments ="));
  CHECK(problem.nearest == "binance-usdm:BTCUSDT");
}

TEST_CASE("a recording of an instrument that is not defined is refused", "[settings]") {
  const auto problems = problems_of(with("symbol = \"BTCUSDT\"\nfiles", "symbol = \"X\"\nfiles"));
  REQUIRE(problems.size() == 2);  // and the strategy's instrument has no recording any more
  CHECK(problems[0].key == "session.recording[1].symbol");
  CHECK(problems[1].key == "strategy.one.instruments");
}

TEST_CASE("a traded instrument without limits is refused", "[settings]") {
  const Problem problem = only_problem(
      with(with_second(), "[\"binance-usdm:BTCUSDT\"]",
           "[\"binance-usdm:BTCUSDT\", \"binance-usdm:ETHUSDT\"]") +
          "[[session.recording]]\nvenue = \"binance-usdm\"\nsymbol = \"ETHUSDT\"\nfiles = "
          "[\"e.gz\"]\n",
      "strategy.one.instruments");
  CHECK_THAT(problem.accepted, Catch::Contains("[[risk.instrument]]") &&
                                   Catch::Contains("binance-usdm:ETHUSDT has none"));
}

TEST_CASE("a traded instrument without a recording is refused", "[settings]") {
  std::string text =
      with(with_second(), "symbol = \"BTCUSDT\"\nfiles", "symbol = \"ETHUSDT\"\nfiles");
  const Problem problem = only_problem(text, "strategy.one.instruments");
  CHECK_THAT(problem.accepted, Catch::Contains("[[session.recording]]"));
}

TEST_CASE("a strategy without limits and limits without a strategy are refused", "[settings]") {
  const auto problems = problems_of(with("name = \"one\"", "name = \"on\""));
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].key == "risk.strategy[1].name");
  CHECK(problems[0].nearest == "one");
  CHECK(problems[1].key == "strategy.one");
  CHECK(problems[1].line == line_of(kSmallConfig, "[strategy.one]"));
}

TEST_CASE("limits of an instrument that is not defined are refused", "[settings]") {
  const auto problems =
      problems_of(with("symbol = \"BTCUSDT\"\norder_qty_max", "symbol = \"B\"\norder_qty_max"));
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].key == "risk.instrument[1].symbol");
  CHECK(problems[1].key == "strategy.one.instruments");
}

TEST_CASE("instruments, limits, recordings and balances stand once each", "[settings]") {
  const auto doubled = [](std::string_view from, std::string_view to) {
    const std::string_view text = kSmallConfig;
    const std::string part{text.substr(text.find(from), text.find(to) - text.find(from))};
    return with(part, part + part);
  };
  CHECK(only_problem(doubled("[[instrument]]", "[risk]"), "instrument[2].symbol").line ==
        line_of(kSmallConfig, "[risk]") + 2);
  CHECK(
      only_problem(doubled("[[risk.instrument]]", "[[risk.strategy]]"), "risk.instrument[2].symbol")
          .value == "\"BTCUSDT\"");
  CHECK(only_problem(doubled("[[risk.strategy]]", "[[portfolio"), "risk.strategy[2].name").value ==
        "\"one\"");
  CHECK(only_problem(doubled("[[session.recording]]", "[[instrument]]"),
                     "session.recording[2].symbol")
            .value == "\"BTCUSDT\"");
  CHECK(only_problem(doubled("[[portfolio.balance]]", "[simulation]"),
                     "portfolio.balance[2].currency")
            .value == "\"USDT\"");
}

TEST_CASE("filters that contradict each other are refused", "[settings]") {
  const char* const changes[][3] = {
      {"price_min = \"1\"", "price_min = \"1.05\"", "instrument[1].price_min"},
      {"price_max = \"1000000\"", "price_max = \"1000000.01\"", "instrument[1].price_max"},
      {"price_max = \"1000000\"", "price_max = \"0.9\"", "instrument[1].price_max"},
      {"qty_min = \"0.001\"", "qty_min = \"0.0015\"", "instrument[1].qty_min"},
      {"qty_max = \"1000\"", "qty_max = \"1000.0005\"", "instrument[1].qty_max"},
      {"qty_max = \"1000\"", "qty_max = \"92234\"", "instrument[1].qty_max"},
      {"quote = \"USDT\"\nsettle = \"USDT\"", "quote = \"USDC\"\nsettle = \"USDT\"",
       "instrument[1].settle"},
      {"taker_fee = \"0.0005\"", "taker_fee = \"0.0005\"\nwindow_ticks = 65537",
       "instrument[1].window_ticks"}};
  for (const auto& [from, to, key] : changes) {
    INFO(to);
    only_problem(with(from, to), key);
  }
  CHECK(problems_of(with("price_max = \"1000000\"", "price_max = \"1\"")).empty());
  CHECK(problems_of(with("qty_max = \"1000\"", "qty_max = \"92233\"")).empty());
  CHECK(problems_of(with("taker_fee = \"0.0005\"", "taker_fee = \"0.0005\"\nwindow_ticks = 65536"))
            .empty());
}

TEST_CASE("an inverse perpetual settles in its base, which must be another than the quote",
          "[settings]") {
  const auto second = [](std::string_view quote, std::string_view settle) {
    return with(with(with_second(), "\"linear-perpetual\"\nbase = \"ETH\"",
                     "\"inverse-perpetual\"\nbase = \"ETH\""),
                "\"ETH\"\nquote = \"USDT\"\nsettle = \"USDT\"",
                "\"ETH\"\nquote = \"" + std::string{quote} + "\"\nsettle = \"" +
                    std::string{settle} + "\"");
  };
  CHECK(problems_of(second("USD", "ETH")).empty());
  only_problem(second("USD", "USD"), "instrument[2].settle");
  only_problem(second("ETH", "ETH"), "instrument[2].quote");
}

TEST_CASE("an inverse perpetual's largest value is at its lowest price", "[settings]") {
  // 1000 contracts of 1e8 quote units: at a price of 1 they are 1e11 base units, too many for 64
  // bits; at 2 they fit.
  const auto second = [](std::string_view price_min) {
    std::string text = with(with_second(), "\"linear-perpetual\"\nbase = \"ETH\"",
                            "\"inverse-perpetual\"\nmultiplier = \"100000000\"\nbase = \"ETH\"");
    text = with(text, "\"ETH\"\nquote = \"USDT\"\nsettle = \"USDT\"",
                "\"ETH\"\nquote = \"USDT\"\nsettle = \"ETH\"");
    return with(text, "tick = \"0.01\"\nprice_min = \"1\"",
                "tick = \"0.01\"\nprice_min = \"" + std::string{price_min} + "\"");
  };
  only_problem(second("1"), "instrument[2].qty_max");
  CHECK(problems_of(second("2")).empty());
}

TEST_CASE("a spot instrument has no multiplier and settles in its quote", "[settings]") {
  const auto spot = [](std::string_view extra) {
    return with("kind = \"linear-perpetual\"", "kind = \"spot\"\n" + std::string{extra});
  };
  CHECK(problems_of(spot("")).empty());
  CHECK(problems_of(spot("multiplier = \"1\"")).empty());
  only_problem(spot("multiplier = \"2\""), "instrument[1].multiplier");
}

TEST_CASE("a traded instrument that settles in another currency than the limits needs a rate",
          "[settings]") {
  const auto problems = problems_of(with("base_currency = \"USDT\"", "base_currency = \"INR\""));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].key == "strategy.one.instruments");
  CHECK(problems[0].accepted == "a table [[risk.fx]] of USDT");
  // Nobody trades the second one: it may settle in what it likes.
  CHECK(problems_of(with(with_second(), "base = \"ETH\"\nquote = \"USDT\"\nsettle = \"USDT\"",
                         "base = \"ETH\"\nquote = \"BTC\"\nsettle = \"BTC\""))
            .empty());
}

TEST_CASE("limits that no order could meet are refused", "[settings]") {
  only_problem(with("order_qty_max = \"0.1\"", "order_qty_max = \"0.0009\""),
               "risk.instrument[1].symbol");
  CHECK(problems_of(with("order_qty_max = \"0.1\"", "order_qty_max = \"0.001\"")).empty());
  only_problem(with("position_max = \"1\"", "position_max = \"0.0009\""),
               "risk.instrument[1].symbol");
  CHECK(problems_of(with("position_max = \"1\"", "position_max = \"0.001\"")).empty());
  only_problem(with("order_value_max = \"10000\"", "order_value_max = \"99.99\""),
               "risk.instrument[1].symbol");
  CHECK(problems_of(with("order_value_max = \"10000\"", "order_value_max = \"100\"")).empty());
}

TEST_CASE("a venue where strategies trade has a balance to pay with", "[settings]") {
  CHECK_THAT(
      only_problem(with("\ncurrency = \"USDT\"", "\ncurrency = \"BTC\""), "portfolio").accepted,
      Catch::Contains("USDT at binance-usdm"));
  only_problem(with("venue = \"binance-usdm\"\ncurrency", "venue = \"binance-spot\"\ncurrency"),
               "portfolio");
}

TEST_CASE("sections that a mode does not use are refused", "[settings]") {
  const auto with_venue = [](std::string_view mode, std::string_view more) {
    std::string text = with("mode = \"recorded\"", mode);
    return text.insert(text.find("[[instrument]]"),
                       std::string{sq::test::kVenueTable}.append(more).append("\n"));
  };
  only_problem(with_venue("mode = \"recorded\"", ""), "venue");
  only_problem(with_venue("mode = \"paper\"", ""), "session");
  const auto problems =
      problems_of(with_venue("mode = \"live\"", "key_file = \"keys/one.toml\""));
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].key == "session");
  CHECK(problems[1].key == "portfolio");
  CHECK(problems[2].key == "simulation");
}

TEST_CASE("two spinning threads on one CPU are refused, two yielding ones are not", "[settings]") {
  const auto pinned = [](std::string_view idle, int feed) {
    return with("seed = 1", "seed = 1\nidle = \"" + std::string{idle} +
                                "\"\ncore_cpu = 1\nfeed_cpu = " + std::to_string(feed));
  };
  only_problem(pinned("spin", 1), "engine.feed_cpu");
  CHECK(problems_of(pinned("spin", 2)).empty());
  CHECK(problems_of(pinned("yield", 1)).empty());
  CHECK(problems_of(with("seed = 1", "seed = 1\nidle = \"spin\"")).empty());  // nobody pinned
}

TEST_CASE("a problem in an instrument does not hide as missing names elsewhere", "[settings]") {
  only_problem(with("tick = \"0.10\"", "tick = 0.10"), "instrument[1].tick");
  only_problem(with("symbol = \"BTCUSDT\"\nkind", "symbol = \"\"\nkind"), "instrument[1].symbol");
}

TEST_CASE("every problem of a file is reported at once", "[settings]") {
  std::string text = with("seed = 1", "seed = -1");
  text = with(text, "tick = \"0.10\"", "tick = 0.10");
  text = with(text, "collar_bps = 100", "collar = 100");
  text = with(text, "order_latency_us = 500", "order_latency_us = \"500\"");
  const auto problems = problems_of(text);
  REQUIRE(problems.size() == 5);
  CHECK(problems[0].key == "engine.seed");
  CHECK(problems[1].key == "instrument[1].tick");
  CHECK(problems[2].key == "risk.instrument[1].collar_bps");
  CHECK(problems[3].key == "risk.instrument[1].collar");
  CHECK(problems[4].key == "simulation.order_latency_us");
}

TEST_CASE("names keep to their grammar, both sides", "[settings]") {
  const auto accepted = [](std::string_view from, std::string_view to) {
    return problems_of(with(from, to)).empty();
  };
  CHECK(accepted("\"T1\"", "\"ABCDEFG9\""));
  for (const char* bad : {"\"\"", "\"ABCDEFGH9\"", "\"a\"", "\"A-B\"", "\"A B\""}) {
    INFO(bad);
    CHECK_FALSE(accepted("\"T1\"", bad));
  }
  for (const char* bad : {"\"BTC/USDT\"", "\"\"", "\"ABCDEFGHIJKLMNOPQRSTUVWXY\""}) {
    INFO(bad);
    CHECK_FALSE(accepted("\"BTCUSDT\"\nkind", std::string{bad} + "\nkind"));
  }
  for (const char* bad : {"\"/etc/passwd\"", "\"../a\"", "\"a/../../b\"", "\"\"", "\"a/\""}) {
    INFO(bad);
    CHECK_FALSE(accepted("\"a.gz\"", bad));
  }
  CHECK(accepted("\"a.gz\"", "\"x/../a.gz\""));
  CHECK_FALSE(accepted("\"a.gz\", \"b.gz\"", "\"a.gz\", \"a.gz\""));
  CHECK_FALSE(accepted("[\"binance-usdm:BTCUSDT\"]", "[\"BTCUSDT\"]"));
  CHECK_FALSE(accepted("[\"binance-usdm:BTCUSDT\"]", "[\"nyse:BTCUSDT\"]"));
}

TEST_CASE("the name of a strategy starts with a small letter and has at most 24 characters",
          "[settings]") {
  const auto named = [](std::string_view name) {
    return problems_of(with(with("name = \"one\"", "name = \"" + std::string{name} + "\""),
                            "[strategy.one]", "[strategy." + std::string{name} + "]"));
  };
  CHECK(named("a-b_c1").empty());
  CHECK(named(std::string(24, 'a')).empty());
  CHECK_FALSE(named(std::string(25, 'a')).empty());
  CHECK_FALSE(named("1a").empty());
  REQUIRE(named("One").size() == 2);  // where it is defined and where it is named
  CHECK(named("One")[0].key == "risk.strategy[1].name");
  CHECK(named("One")[1].key == "strategy.One");
}

TEST_CASE("a configuration without any strategy is refused", "[settings]") {
  const std::size_t at = kSmallConfig.find("[strategy.one]");
  only_problem(std::string{kSmallConfig.substr(0, at)} + "[strategy]\n", "strategy");
  only_problem(std::string{kSmallConfig.substr(0, at)}, "strategy");
}

TEST_CASE("the admin port listens on the local address only", "[settings]") {
  const std::string admin = "[admin]\nenabled = true\naddress = ";
  CHECK(problems_of(std::string{kSmallConfig} + admin + "\"127.0.0.1\"").empty());
  for (const char* bad : {"\"0.0.0.0\"", "\"::1\"", "\"192.168.1.1\"", "\"localhost\""}) {
    INFO(bad);
    only_problem(std::string{kSmallConfig} + admin + bad, "admin.address");
  }
}

TEST_CASE("rings have a power of two of MiB", "[settings]") {
  for (const char* key : {"order_ring_mib", "feed_ring_mib"}) {
    const std::string log = "[log]\n" + std::string{key} + " = ";
    CHECK(problems_of(std::string{kSmallConfig} + log + "32").empty());
    only_problem(std::string{kSmallConfig} + log + "33", "log." + std::string{key});
  }
}

TEST_CASE("a parameter is one string, number or boolean", "[settings]") {
  for (const char* bad : {"[1]", "{a = 1}", "2024-01-01"}) {
    INFO(bad);
    only_problem(with("levels = 2", "levels = " + std::string{bad}), "strategy.one.levels");
  }
}
