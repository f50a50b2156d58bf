// Options, chains and limits on Greeks in the configuration.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "tests/settings/small_config.hpp"
#include "tests/support/paths.hpp"

using namespace sq;
using namespace sq::settings;
using test::with;

namespace {
constexpr std::string_view kOption = R"([[instrument]]
venue = "binance-usdm"
symbol = "BTC-CALL"
kind = "option"
underlying = "binance-usdm:BTCUSDT"
strike = "70000"
expiry = "2026-12-25T08:00:00Z"
right = "call"
base = "BTC"
quote = "USDT"
settle = "USDT"
tick = "1"
price_min = "1"
price_max = "100000"
lot = "0.01"
qty_min = "0.01"
qty_max = "1000"
notional_min = "0"
maker_fee = "0"
taker_fee = "0"

)";
constexpr std::string_view kChain = R"([chain.btc]
underlying = "binance-usdm:BTCUSDT"
interval_ms = 100
rate = "0.05"

)";
constexpr std::string_view kLimit = R"([[risk.greeks]]
underlying = "binance-usdm:BTCUSDT"
delta_max = "2.5"
gamma_max = "0.000000000001"
vega_max = "1000"
greeks_age_ms_max = 1500

[[risk.greeks]]
strategy = "one"
theta_max = "365"
greeks_age_ms_max = 2000

)";

// The small configuration with an option, a chain and two limits.
std::string before(std::string_view section, std::string_view text) {
  std::string both;
  return both.append(text).append(section);
}
std::string whole() {
  std::string text = with("[risk]\n", before("[risk]\n", kOption));
  text = with(text, "[[portfolio.balance]]", before("[[portfolio.balance]]", kLimit));
  return with(text, "[strategy.one]", before("[strategy.one]", kChain));
}
// What is accepted instead, of the problem with this key after one change of `whole()`; else "".
std::string accepted_at(std::string_view key, std::string_view from, std::string_view to) {
  for (const Problem& problem : test::problems_of(with(whole(), from, to)))
    if (problem.key == key) return problem.accepted;
  return {};
}
}  // namespace

TEST_CASE("an option, its chain and limits on Greeks are read exactly", "[settings]") {
  const Config config = test::parse(whole());
  REQUIRE(config.instruments.size() == 2);
  const Instrument& option = config.instruments[1].instrument;
  CHECK(option.kind == InstrumentKind::Option);
  CHECK(option.underlying == InstrumentId{0});
  CHECK(option.strike == Price::from_units(70'000));
  CHECK(option.expiry == WallTime{1'798'185'600 * kNsPerSecond});  // date -u -d 2026-12-25T08 +%s
  CHECK(option.right == OptionRight::Call);
  REQUIRE(config.chains.size() == 1);
  CHECK(config.chains[0].name == "btc");
  CHECK(config.chains[0].underlying.instrument == InstrumentId{0});
  CHECK(config.chains[0].interval_ns == 100 * kNsPerMs);
  CHECK(config.chains[0].rate == Ratio::from_raw(50'000'000));
  CHECK(config.chains[0].yield == Ratio{});
  CHECK(config.chains[0].quote_age_ns_max == 60 * kNsPerSecond);
  REQUIRE(config.risk.greeks.size() == 2);
  const GreekLimits& firm = config.risk.greeks[0];
  CHECK(firm.underlying->instrument == InstrumentId{0});
  CHECK(firm.strategy_id == kNoStrategy);
  CHECK(firm.delta_max == Qty::from_raw(250'000'000));
  CHECK(firm.gamma_max == GreekLimits::Gamma::from_raw(1));
  CHECK(firm.vega_max->raw == 1'000 * Amount::kScale);
  CHECK(firm.vega_max->currency == *Currency::parse("USDT"));
  CHECK_FALSE(firm.theta_max);
  CHECK(firm.greeks_age_ns_max == 1'500 * kNsPerMs);
  CHECK_FALSE(config.risk.greeks[1].underlying);
  CHECK(config.risk.greeks[1].strategy_id == StrategyId{0});
  CHECK(config.risk.greeks[1].theta_max->raw == 365 * Amount::kScale);
}

TEST_CASE("the resolved text of options parses back to the same configuration", "[settings]") {
  const Config config = test::parse(whole());
  CHECK(test::parse(resolved_text(config)) == config);
  Config other = config;
  other.instruments[1].instrument.strike = Price::from_units(70'001);
  CHECK_FALSE(other == config);
  // Nothing of it is written where nothing of it is meant.
  const std::string plain = resolved_text(test::parse(test::kSmallConfig));
  for (const char* word : {"chain", "greeks", "strike", "underlying", "expiry", "right"})
    CHECK(plain.find(word) == std::string::npos);
}

TEST_CASE("keys of options are required for options and refused elsewhere", "[settings]") {
  for (const char* key : {"underlying", "strike", "expiry", "right"}) {
    const std::string at = std::string{key} + " = ";
    std::string text = whole();
    const std::size_t option = text.find("kind = \"option\"");
    const std::size_t begin = text.find(at, option);
    text.erase(begin, text.find('\n', begin) - begin + 1);
    const auto problems = test::problems_of(text);
    REQUIRE_FALSE(problems.empty());
    CHECK(problems[0].key == "instrument[2]." + std::string{key});
  }
  CHECK_FALSE(test::problems_of(with("kind = \"linear-perpetual\"\n",
                                     "kind = \"linear-perpetual\"\nstrike = \"1\"\n"))
                  .empty());
}

TEST_CASE("bounds of the keys of options pass on the bound and not beyond", "[settings]") {
  const std::pair<const char*, std::vector<std::pair<const char*, bool>>> cases[] = {
      {"strike = \"70000\"",
       {{"strike = \"0\"", false}, {"strike = \"0.000000001\"", true}, {"strike = \"-1\"", false}}},
      {"expiry = \"2026-12-25T08:00:00Z\"",
       {{"expiry = \"1971-01-01T00:00:00Z\"", true},
        {"expiry = \"1970-12-31T23:59:59Z\"", false},
        {"expiry = \"2261-12-31T23:59:59Z\"", true},
        {"expiry = \"2262-01-01T00:00:00Z\"", false},
        {"expiry = \"2026-02-28T08:00:00Z\"", true},
        {"expiry = \"2026-02-29T08:00:00Z\"", false},
        {"expiry = \"2028-02-29T23:59:59Z\"", true},
        {"expiry = \"2026-12-25T24:00:00Z\"", false},
        {"expiry = \"2026-12-25T08:60:00Z\"", false},
        {"expiry = \"2026-12-25T08:00:60Z\"", false},
        {"expiry = \"2026-12-25 08:00:00Z\"", false},
        {"expiry = \"2026-12-25T08:00:00\"", false}}},
      {"right = \"call\"", {{"right = \"put\"", true}, {"right = \"none\"", false}}},
      {"interval_ms = 100",
       {{"interval_ms = 1", true},
        {"interval_ms = 0", false},
        {"interval_ms = 60000", true},
        {"interval_ms = 60001", false}}},
      {"rate = \"0.05\"",
       {{"rate = \"1\"", true},
        {"rate = \"1.000000001\"", false},
        {"rate = \"-1\"", true},
        {"rate = \"-1.000000001\"", false},
        {"rate = \"0\"\nyield = \"1\"", true},
        {"rate = \"0\"\nyield = \"1.000000001\"", false},
        {"rate = \"0\"\nquote_age_ms_max = 1", true},
        {"rate = \"0\"\nquote_age_ms_max = 0", false},
        {"rate = \"0\"\nquote_age_ms_max = 3600000", true},
        {"rate = \"0\"\nquote_age_ms_max = 3600001", false}}},
      {"delta_max = \"2.5\"", {{"delta_max = \"0.00000001\"", true}, {"delta_max = \"0\"", false}}},
      {"gamma_max = \"0.000000000001\"",
       {{"gamma_max = \"0.0000000000001\"", false}, {"gamma_max = \"0\"", false}}},
      {"vega_max = \"1000\"",
       {{"vega_max = \"0.00000001\"", true},
        {"vega_max = \"0\"", false},
        {"vega_max = \"10000000000\"", true},
        {"vega_max = \"10000000000.00000001\"", false}}},
      {"theta_max = \"365\"",
       {{"theta_max = \"10000000000\"", true}, {"theta_max = \"0\"", false}}},
      {"greeks_age_ms_max = 1500",
       {{"greeks_age_ms_max = 1", true},
        {"greeks_age_ms_max = 0", false},
        {"greeks_age_ms_max = 600000", true},
        {"greeks_age_ms_max = 600001", false}}}};
  for (const auto& [from, values] : cases) {
    for (const auto& [to, accepted] : values) {
      INFO(to);
      CHECK(test::problems_of(with(whole(), from, to)).empty() == accepted);
    }
  }
}

TEST_CASE("what options name must exist and fit", "[settings]") {
  const std::string option = "kind = \"option\"\nunderlying = \"binance-usdm:";
  const std::string chain = "[chain.btc]\nunderlying = \"binance-usdm:";
  const std::string wrong_kind = "an underlying that is neither an option nor an inverse-perpetual";
  CHECK(accepted_at("instrument[2].underlying", option + "BTCUSDT\"", option + "NONE\"") ==
        "binance-usdm:NONE to be one of the tables [[instrument]]");
  CHECK(accepted_at("instrument[2].underlying", option + "BTCUSDT\"", option + "BTC-CALL\"") ==
        wrong_kind);
  CHECK(accepted_at("chain.btc.underlying", chain + "BTCUSDT\"", chain + "BTC-CALL\"") ==
        wrong_kind);
  CHECK(accepted_at("chain.btc.underlying", "[chain.btc]",
                    "[chain.again]\nunderlying = \"binance-usdm:BTCUSDT\"\ninterval_ms = 5\n"
                    "rate = \"0\"\n\n[chain.btc]") == "each underlying in one chain");
  CHECK(accepted_at("risk.greeks[2].underlying", "strategy = \"one\"", "strategy = \"two\"") ==
        "the name of a table [strategy.<name>] in strategy = \"two\"");
  const std::string last = "strategy = \"one\"\ntheta_max = \"365\"";
  CHECK(accepted_at("risk.greeks[2].delta_max", last, "strategy = \"one\"") ==
        "at least one of delta_max, gamma_max, vega_max, theta_max");
  CHECK(accepted_at("risk.greeks[2].underlying", last, "delta_max = \"1\"") ==
        "an underlying for delta_max and gamma_max: units of different underlyings do not add up");
  const std::string no_chain = with(whole(), kChain, "");
  REQUIRE(test::problems_of(no_chain).size() == 1);
  CHECK(test::problems_of(no_chain)[0].accepted == "an underlying with a table [chain.<name>]");
  const std::string no_option = with(with(whole(), kOption, ""), kLimit, "");
  REQUIRE(test::problems_of(no_option).size() == 1);
  CHECK(test::problems_of(no_option)[0].accepted ==
        "an underlying with an [[instrument]] of kind \"option\"");
  CHECK_FALSE(
      test::problems_of(with(whole(), "interval_ms = 100", "interval_ms = 100\nspot = 1")).empty());
}

TEST_CASE("config/options.toml is accepted and its commented defaults are the defaults",
          "[settings]") {
  std::ifstream file{test::project_dir() / "config/options.toml", std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const Config config = test::parse(text);
  CHECK(config.chains.size() == 1);
  CHECK(config.instruments.size() == 5);
  CHECK(config.risk.greeks.size() == 2);
  CHECK(test::parse(resolved_text(config)) == config);
  CHECK(test::parse(with(text, "# quote_age_ms_max", "quote_age_ms_max")) == config);
}
