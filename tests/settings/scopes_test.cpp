// Limits of accounts, venues, currencies and holdings, and rates: both sides of each bound, names
// that lead nowhere, tables that are missing where others are.
#include <catch2/catch.hpp>

#include "tests/settings/small_config.hpp"

using namespace sq;
using namespace sq::settings;
using test::parse;
using test::problems_of;
using test::with;

namespace {
constexpr std::string_view kTables = R"(
[[risk.account]]
name = "main"
open_orders_max = 31
orders_per_second_max = 32
order_value_max = "33"
open_value_max = "34"
gross_notional_max = "35"
net_notional_max = "36"
turnover_max = "37"
credit_max = "38"
daily_loss_max = "39"
daily_loss_halt = "40"
drawdown_max = "41"
drawdown_halt = "42"

[[risk.venue]]
venue = "binance-usdm"
turnover_max = "51"

[[risk.currency]]
currency = "USDT"
net_notional_max = "61"

[[risk.holding]]
strategy = "one"
instrument = "binance-usdm:BTCUSDT"
order_qty_max = "0.5"
position_max = "0.6"
short_position_max = "0"

[[portfolio.balance]])";

std::string tables() {
  std::string text = with("\n[[portfolio.balance]]", kTables);
  text = with(text, "daily_loss_max = \"500\"", "daily_loss_max = \"500\"\naccount = \"main\"");
  return with(text, "reference_age_ms_max = 1000",
              "reference_age_ms_max = 1000\nshort_position_max = \"0.5\"\naway_collar_bps = 71\n"
              "band_low = \"2\"\nband_high = \"3\"\njump_bps_max = 72\njump_window_ms = 73\n"
              "credit_max = \"74\"");
}
std::string accepted_at(std::string_view from, std::string_view to) {
  const auto problems = problems_of(with(tables(), from, to));
  return problems.size() == 1 ? problems[0].accepted
                              : std::to_string(problems.size()) + " problems";
}
bool fits(std::string_view from, std::string_view to) {
  return problems_of(with(tables(), from, to)).empty();
}
}  // namespace

TEST_CASE("limits of scopes are read, and written out as they were read", "[settings]") {
  const Config config = parse(tables());
  REQUIRE(config.risk.accounts.size() == 1);
  const FurtherLimits& main = config.risk.accounts[0].limits;
  CHECK(main.open_orders_max == 31);
  CHECK(main.orders_per_second_max == 32);
  const std::array money{main.order_value_max,  main.open_value_max,  main.gross_notional_max,
                         main.net_notional_max, main.turnover_max,    main.credit_max,
                         main.daily_loss_max,   main.daily_loss_halt, main.drawdown_max,
                         main.drawdown_halt};
  std::int64_t expected = 33;
  for (const auto& each : money) {
    REQUIRE(each);
    CHECK(each->raw == expected++ * Amount::kScale);
  }
  CHECK(config.risk.venues.at(0).limits.turnover_max->raw == 51 * Amount::kScale);
  CHECK_FALSE(config.risk.venues.at(0).limits.credit_max);
  CHECK(config.risk.currencies.at(0).limits.net_notional_max->raw == 61 * Amount::kScale);
  const HoldingLimits& holding = config.risk.holdings.at(0);
  CHECK(holding.strategy_id == StrategyId{0});
  CHECK(holding.instrument.instrument == InstrumentId{0});
  CHECK(holding.short_position_max == Qty{});
  const InstrumentLimits& btc = config.risk.instruments.at(0);
  CHECK(btc.away_collar_bps == 71);
  CHECK(btc.jump_window_ns == 73 * kNsPerMs);
  CHECK(btc.further.credit_max->raw == 74 * Amount::kScale);
  CHECK(config.risk.strategies.at(0).account_id == AccountId{0});
  CHECK(parse(resolved_text(config)).risk == config.risk);
}

TEST_CASE("the halting bound is not below the reducing one", "[settings]") {
  CHECK(fits("daily_loss_halt = \"40\"", "daily_loss_halt = \"39\""));
  CHECK(accepted_at("daily_loss_halt = \"40\"", "daily_loss_halt = \"38.99999999\"") ==
        "at least daily_loss_max");
  CHECK(fits("drawdown_halt = \"42\"", "drawdown_halt = \"41\""));
  CHECK(accepted_at("drawdown_halt = \"42\"", "drawdown_halt = \"40.99999999\"") ==
        "at least drawdown_max");
  CHECK(fits("account = \"main\"", "account = \"main\"\ndaily_loss_halt = \"500\""));
  CHECK(accepted_at("account = \"main\"", "account = \"main\"\ndaily_loss_halt = \"499\"") ==
        "at least daily_loss_max");
}

TEST_CASE("bounds of prices and jumps: both sides", "[settings]") {
  CHECK(fits("band_high = \"3\"", "band_high = \"2\""));
  CHECK(accepted_at("band_high = \"3\"", "band_high = \"1.99\"") == "at least band_low");
  CHECK(accepted_at("jump_window_ms = 73\n", "") == "jump_bps_max and jump_window_ms together");
  CHECK(accepted_at("jump_bps_max = 72\n", "") == "jump_bps_max and jump_window_ms together");
  for (const auto* good : {"jump_window_ms = 1", "jump_window_ms = 60000"})
    CHECK(fits("jump_window_ms = 73", good));
  for (const auto* bad : {"jump_window_ms = 0", "jump_window_ms = 60001"})
    CHECK_FALSE(fits("jump_window_ms = 73", bad));
  for (const auto* good : {"away_collar_bps = 1", "away_collar_bps = 10000"})
    CHECK(fits("away_collar_bps = 71", good));
  for (const auto* bad : {"away_collar_bps = 0", "away_collar_bps = 10001"})
    CHECK_FALSE(fits("away_collar_bps = 71", bad));
  CHECK_FALSE(fits("credit_max = \"38\"", "credit_max = \"0\""));
  CHECK_FALSE(fits("open_orders_max = 31", "open_orders_max = 100001"));
}

TEST_CASE("what is traded has a table wherever others of its kind have one", "[settings]") {
  CHECK(accepted_at("venue = \"binance-usdm\"\nturnover_max",
                    "venue = \"binance-spot\"\nturnover_max") ==
        "a table [[risk.venue]] of binance-usdm");
  CHECK(accepted_at("currency = \"USDT\"\nnet", "currency = \"EUR\"\nnet") ==
        "a table [[risk.currency]] of USDT");
  CHECK(accepted_at("account = \"main\"\n", "") ==
        "a strategy with an account that has a table [[risk.account]]");
  CHECK(accepted_at("account = \"main\"", "account = \"other\"") ==
        "a strategy with an account that has a table [[risk.account]]");
  CHECK(accepted_at("strategy = \"one\"", "strategy = \"two\"") ==
        "a strategy with a table [strategy.<name>]");
  CHECK(accepted_at("[[risk.venue]]\nvenue = \"binance-usdm\"",
                    "[[risk.venue]]\nvenue = \"binance-usdm\"\n[[risk.venue]]\nvenue = "
                    "\"binance-usdm\"") == "each of them once");
}

TEST_CASE("a rate is of a settlement currency, from a book of these two currencies", "[settings]") {
  const auto fx = [](std::string_view table) {
    return with("base_currency = \"USDT\"", "base_currency = \"BTC\"")
        .append("\n[[risk.fx]]\n")
        .append(table);
  };
  constexpr std::string_view kBook = "instrument = \"binance-usdm:BTCUSDT\"\nage_ms_max = 1000\n";
  const Config config = parse(fx(std::string{"from = \"USDT\"\nto = \"BTC\"\n"}.append(kBook)));
  REQUIRE(config.risk.fx.size() == 1);
  CHECK(config.risk.fx[0].inverted);
  CHECK(config.risk.fx[0].instrument->instrument == InstrumentId{0});
  CHECK(problems_of(fx("from = \"USDT\"\nto = \"BTC\"\nage_ms_max = 1\n")).empty());
  CHECK(problems_of(fx("from = \"USDT\"\nto = \"BTC\"\nage_ms_max = 0\n")).size() == 1);
  CHECK(problems_of(fx("from = \"USDT\"\nto = \"EUR\"\nage_ms_max = 1\n")).at(0).accepted ==
        "a rate from another currency to risk.base_currency");
  CHECK(problems_of(fx(std::string{"from = \"EUR\"\nto = \"BTC\"\n"}.append(kBook))).size() == 2);
}
