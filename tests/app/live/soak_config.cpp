#include "tests/app/live/soak_config.hpp"

#include <fmt/format.h>

#include <fstream>

#include "tests/app/engine_process.hpp"

namespace sq::test {
namespace {
struct Traded {
  const char* venue;
  const char* coin;
  const char* tick;
  const char* lot;
};
constexpr Traded kTraded[]{
    {"binance-spot", "BTC", "0.01", "0.00001"}, {"binance-spot", "ETH", "0.01", "0.0001"},
    {"binance-spot", "BNB", "0.01", "0.001"},   {"binance-usdm", "BTC", "0.10", "0.001"},
    {"binance-usdm", "ETH", "0.01", "0.001"},   {"binance-usdm", "BNB", "0.01", "0.01"}};

std::string instrument(const Traded& of) {
  const bool spot = std::string_view{of.venue} == "binance-spot";
  return fmt::format(R"(
[[instrument]]
venue = "{venue}"
symbol = "{coin}USDT"
kind = "{kind}"
base = "{coin}"
quote = "USDT"
settle = "USDT"
tick = "{tick}"
price_min = "{tick}"
price_max = "1000000"
lot = "{lot}"
qty_min = "{lot}"
qty_max = "9000"
notional_min = "5"
maker_fee = "{maker_fee}"
taker_fee = "{taker_fee}"
)",
                     fmt::arg("venue", of.venue), fmt::arg("coin", of.coin),
                     fmt::arg("kind", spot ? "spot" : "linear-perpetual"),
                     fmt::arg("tick", of.tick), fmt::arg("lot", of.lot),
                     fmt::arg("maker_fee", spot ? "0.001" : "0.0002"),
                     fmt::arg("taker_fee", spot ? "0.001" : "0.0005"));
}
std::string limits_of(const Traded& of) {
  return fmt::format(R"(
[[risk.instrument]]
venue = "{}"
symbol = "{}USDT"
order_qty_max = "5"
order_value_max = "2500"
collar_bps = 500
position_max = "1000"
open_orders_max = 200
reference_age_ms_max = 5000
)",
                     of.venue, of.coin);
}
std::string strategy(const std::string& name, const SoakWish& wish, const std::string& text) {
  return fmt::format(R"(
[[risk.strategy]]
name = "{0}"
open_orders_max = 200
orders_per_second_max = {1}
daily_loss_max = "1000000"

[strategy.{0}]
start = "armed"
warm_updates = 50
{2}
)",
                     name, wish.orders_per_second_max, text);
}
}  // namespace

std::filesystem::path soak_config(const LocalExchange& exchange, const SoakWish& wish) {
  std::string text =
      fmt::format(R"(
[engine]
instance = "SOAK1"
mode = "live"
seed = 42
idle = "yield"

[[venue]]
name = "binance-spot"
environment = "local"
rest = "http://127.0.0.1:{spot}"
stream = "ws://127.0.0.1:{spot}"
api = "ws://127.0.0.1:{spot}/ws-api/v3"
key_file = "{key}"

[[venue]]
name = "binance-usdm"
environment = "local"
rest = "http://127.0.0.1:{usdm}"
stream = "ws://127.0.0.1:{usdm}"
api = "ws://127.0.0.1:{usdm}/ws-fapi/v1"
key_file = "{key}"
dead_man_s = 60

[risk]
base_currency = "USDT"
reconcile_ms = 5000
daily_loss_max = "1000000"
gross_notional_max = "100000000"
open_orders_max = 2000
orders_per_second_max = 10000

[log]
dir = "{log}"
durability = "group"
existing = "recover"

[admin]
enabled = true
port = {admin}
)",
                  fmt::arg("spot", exchange.port()), fmt::arg("usdm", exchange.port() + 1),
                  fmt::arg("key", exchange.key_file().string()),
                  fmt::arg("log", exchange.log_dir().string()), fmt::arg("admin", wish.admin_port));
  for (const Traded& each : kTraded) text += instrument(each) + limits_of(each);
  for (int i = 0; i < wish.makers; ++i)
    for (const std::string venue : {"binance-spot", "binance-usdm"})
      text += strategy(fmt::format("maker-{}-{}", venue.substr(8), i), wish,
                       fmt::format(R"(kind = "market-maker"
instruments = ["{0}:BTCUSDT", "{0}:ETHUSDT", "{0}:BNBUSDT"]
quote_qty = "0.1"
inventory_max = "2"
requote_ticks = 1
half_spread_bps = "{1}")",
                                   venue, 1 + i));
  for (int i = 0; i < wish.takers; ++i)
    text += strategy(fmt::format("flow-{}", i), wish, R"(kind = "order-flow-taker"
instruments = ["binance-usdm:ETHUSDT"]
order_value = "20")");
  const auto file = scratch() / "soak.toml";
  std::ofstream{file, std::ios::trunc} << text;
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return file;
}
}  // namespace sq::test
