// The smallest complete configuration, for tests that change one line of it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/settings/config.hpp"

namespace sq::test {
inline constexpr std::string_view kSmallConfig = R"([engine]
instance = "T1"
mode = "recorded"
seed = 1

[session]
speed = "max"

[[session.recording]]
venue = "binance-usdm"
symbol = "BTCUSDT"
files = ["a.gz", "b.gz"]

[[instrument]]
venue = "binance-usdm"
symbol = "BTCUSDT"
kind = "linear-perpetual"
base = "BTC"
quote = "USDT"
settle = "USDT"
tick = "0.10"
price_min = "1"
price_max = "1000000"
lot = "0.001"
qty_min = "0.001"
qty_max = "1000"
notional_min = "100"
maker_fee = "0.0002"
taker_fee = "0.0005"

[risk]
base_currency = "USDT"
daily_loss_max = "1000"
gross_notional_max = "50000"
open_orders_max = 20
orders_per_second_max = 50

[[risk.instrument]]
venue = "binance-usdm"
symbol = "BTCUSDT"
order_qty_max = "0.1"
order_value_max = "10000"
collar_bps = 100
position_max = "1"
open_orders_max = 10
reference_age_ms_max = 1000

[[risk.strategy]]
name = "one"
open_orders_max = 10
orders_per_second_max = 10
daily_loss_max = "500"

[[portfolio.balance]]
venue = "binance-usdm"
currency = "USDT"
amount = "100000"

[simulation]
order_latency_us = 500
report_latency_us = 400

[strategy.one]
kind = "market-maker"
instruments = ["binance-usdm:BTCUSDT"]
start = "armed"
order_qty = "0.01"
skew = 0.25
levels = 2
post_only = true
)";

// The text with the first occurrence of `from` replaced; `from` must be there.
inline std::string with(std::string_view text, std::string_view from, std::string_view to) {
  std::string result{text};
  const std::size_t at = result.find(from);
  if (at == std::string::npos) throw std::logic_error("not in the text: " + std::string{from});
  return result.replace(at, from.size(), to);
}
inline std::string with(std::string_view from, std::string_view to) {
  return with(kSmallConfig, from, to);
}

inline settings::Config parse(std::string_view text) {
  return settings::parse(text, "test.toml", "/project/config");
}
// Empty when the text is accepted.
inline std::vector<settings::Problem> problems_of(std::string_view text) {
  try {
    static_cast<void>(parse(text));
    return {};
  } catch (const settings::ConfigError& error) {
    return error.problems();
  }
}
// Number of the line that contains `part`, from 1.
inline std::uint32_t line_of(std::string_view text, std::string_view part) {
  std::uint32_t line = 1;
  for (const char c : text.substr(0, text.find(part))) line += c == '\n' ? 1U : 0U;
  return line;
}
// Where a venue is, for modes paper and live: in front of [[instrument]].
inline constexpr std::string_view kVenueTable = R"([[venue]]
name = "binance-usdm"
environment = "local"
rest = "http://127.0.0.1:18081"
stream = "ws://127.0.0.1:18081"
)";
inline std::string without(std::string text, std::string_view from, std::string_view to) {
  return text.erase(text.find(from), text.find(to) - text.find(from));
}
// The small configuration in mode "paper", and in mode "live".
inline std::string paper_config() {
  std::string text = with("mode = \"recorded\"", "mode = \"paper\"");
  text = without(std::move(text), "[session]", "[[instrument]]");
  return text.insert(text.find("[[instrument]]"), std::string{kVenueTable}.append("\n"));
}
inline std::string live_config() {
  std::string text = with(paper_config(), "mode = \"paper\"", "mode = \"live\"");
  text = without(std::move(text), "[[portfolio.balance]]", "[strategy.one]");
  return with(text, "stream = \"ws", "key_file = \"keys/one.toml\"\nstream = \"ws");
}
}  // namespace sq::test
