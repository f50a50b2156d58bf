// A long live run against the local exchange with faults on: what the engine holds is what the
// exchange says, and nothing grows. Run by tools/soak; sizes come from its environment.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <fstream>

#include "tests/app/engine_process.hpp"
#include "tests/app/live/local_exchange.hpp"

using namespace sq;
using namespace sq::test;

namespace {
std::int64_t wish(const char* name, std::int64_t usual) {
  const char* const text = std::getenv(name);
  return text == nullptr ? usual : std::atoll(text);
}
std::int64_t resident_mib(pid_t process) {
  std::ifstream file{fmt::format("/proc/{}/statm", process)};
  std::int64_t all = 0;
  std::int64_t resident = 0;
  file >> all >> resident;
  return resident * 4'096 / (1 << 20);
}
std::int64_t descriptors(pid_t process) {
  std::int64_t count = 0;
  for (const auto& each :
       std::filesystem::directory_iterator{fmt::format("/proc/{}/fd", process)}) {
    static_cast<void>(each);
    ++count;
  }
  return count;
}
struct Seen {
  std::int64_t orders{0};
  std::int64_t duplicates{0};
  std::int64_t limited{0};
  std::int64_t banned{0};
};
Seen look(const LocalExchange& exchange) {
  Seen seen;
  for (const auto& each : {exchange.spot(), exchange.futures()}) {
    seen.orders += each.at("orders").to_number<std::int64_t>();
    seen.duplicates += each.at("duplicates").to_number<std::int64_t>();
    seen.limited += each.at("limited").to_number<std::int64_t>();
    seen.banned += each.at("banned").to_number<std::int64_t>();
  }
  return seen;
}
constexpr const char* kFaults = R"(
seed = 11
[[fault]]
kind = "drop"
on = "order.place"
after = true
probability = 0.002
[[fault]]
kind = "drop"
on = "order.place"
probability = 0.002
[[fault]]
kind = "timeout"
on = "order.place"
after = true
probability = 0.002
[[fault]]
kind = "unknown"
on = "order.place"
probability = 0.002
[[fault]]
kind = "drop"
on = "order.cancel"
probability = 0.005
[[fault]]
kind = "delay"
on = "*"
delay_ms = 30
probability = 0.01
[[fault]]
kind = "drop"
where = "user"
on = "executionReport"
probability = 0.002
[[fault]]
kind = "drop"
where = "user"
on = "ORDER_TRADE_UPDATE"
probability = 0.002
[[fault]]
kind = "double"
where = "user"
on = "executionReport"
probability = 0.01
[[fault]]
kind = "drop"
where = "market"
on = "*"
probability = 0.0005
[[fault]]
kind = "cut"
where = "time"
every_ms = 20000
)";
}  // namespace

TEST_CASE("a soak with faults ends with equal books, no duplicate, no ban, and nothing that grows",
          "[app][slow][soak]") {
  const std::int64_t orders = wish("SQ_SOAK_ORDERS", 1'000);
  const std::int64_t seconds_max = wish("SQ_SOAK_SECONDS", 600);
  const std::int64_t factor = wish("SQ_SOAK_LIMIT_FACTOR", 1'000);
  const std::int64_t traders = wish("SQ_SOAK_TRADERS", 200);
  const std::string rate = std::to_string(wish("SQ_SOAK_RATE", 5'000));
  const bool faults = wish("SQ_SOAK_FAULTS", 1) != 0;
  const LocalExchange exchange{
      "soak",
      28'320,
      {"--limit-factor", std::to_string(factor), "--orders-per-second", std::to_string(traders)}};
  const auto config =
      exchange.config({{"orders_per_second_max = 100", "orders_per_second_max = " + rate},
                       {"orders_per_second_max = 50\n", "orders_per_second_max = " + rate + "\n"},
                       {"instruments = [\"binance-spot:BTCUSDT\", \"binance-usdm:BTCUSDT\"]",
                        "instruments = [\"binance-spot:BTCUSDT\", \"binance-usdm:BTCUSDT\", "
                        "\"binance-usdm:ETHUSDT\"]"}});
  fmt::print(
      "soak: {} orders wanted, limits of the venue x {}, {} orders a second of others in "
      "each symbol, faults {}\n",
      orders, factor, traders, faults ? "on" : "off");
  LiveEngine engine{"soak", config};
  REQUIRE(engine.until_orders(exchange.log_dir(), 10, 60));
  if (faults) exchange.set_scenario(kFaults);
  const std::time_t began = std::time(nullptr);
  std::int64_t resident_first = 0;
  std::int64_t resident = 0;
  std::int64_t open_most = 0;
  Seen seen;
  while (seen.orders < orders && std::time(nullptr) - began < seconds_max) {
    REQUIRE(engine.runs());
    engine.wait(5);
    seen = look(exchange);
    resident = resident_mib(engine.process());
    if (seen.orders >= orders / 4 && resident_first == 0) resident_first = resident;
    open_most = std::max(open_most, descriptors(engine.process()));
    fmt::print(
        "  {:>5} s  {:>9} orders  {:>5} MiB  {:>3} descriptors  {} duplicates  {} x 429  {} "
        "x 418\n",
        std::time(nullptr) - began, seen.orders, resident, descriptors(engine.process()),
        seen.duplicates, seen.limited, seen.banned);
    std::fflush(stdout);
  }
  if (faults) exchange.set_scenario("");
  engine.wait(15);  // what was not known is asked for
  const int status = engine.stop();
  const std::string said = engine.said();
  fmt::print("{}\n", said.substr(said.size() > 6'000 ? said.size() - 6'000 : 0));
  const auto summary = engine.summary();
  for (const std::string& each : differences(exchange, summary)) fmt::print("  {}\n", each);
  CHECK(differences(exchange, summary).empty());
  CHECK(summary.at("breaks").at("open").as_array().empty());
  CHECK(exchange.spot().at("accounts").at(0).at("openOrders").to_number<int>() == 0);
  CHECK(exchange.futures().at("accounts").at(0).at("openOrders").to_number<int>() == 0);
  CHECK(seen.duplicates == 0);
  CHECK(seen.banned == 0);
  CHECK(seen.orders >= orders);
  CHECK(resident <= resident_first + 32);
  CHECK(open_most <= 64);
  CHECK((status == 0 || status == 1));
}
