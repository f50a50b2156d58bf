// A long live run against the local exchange with faults on: what the engine holds is what the
// exchange says, its books are the exchange's at every checkpoint, and nothing grows. Run by
// tools/soak; sizes come from its environment.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <fstream>

#include "tests/app/admin_client.hpp"
#include "tests/app/engine_process.hpp"
#include "tests/app/live/local_exchange.hpp"
#include "tests/app/live/soak_config.hpp"

using namespace sq;
using namespace sq::test;

namespace {
namespace json = boost::json;
constexpr int kPort = 28'320;
constexpr int kAdminPort = 28'330;

std::int64_t wish(const char* name, std::int64_t usual) {
  const char* const text = std::getenv(name);
  return text == nullptr ? usual : std::atoll(text);
}
// A line of /proc/PID/status, in MiB.
std::int64_t memory_mib(pid_t process, const std::string& what) {
  std::ifstream file{fmt::format("/proc/{}/status", process)};
  for (std::string word; file >> word;) {
    std::int64_t kib = 0;
    if (word == what + ":" && file >> kib) return kib / 1'024;
  }
  return 0;
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

// Of the process, each in MiB; `own`: not backed by files or shared memory.
struct Use {
  std::int64_t resident{0};
  std::int64_t own{0};
  std::int64_t descriptors{0};
};
Use use_of(pid_t process) {
  return {memory_mib(process, "VmRSS"), memory_mib(process, "RssAnon"), descriptors(process)};
}

// The engine's books against those that the exchange published under the same number.
struct Books {
  std::int64_t equal{0};
  std::int64_t different{0};
  std::int64_t not_live{0};  // being synchronised
  std::int64_t between{0};   // at a snapshot's number, which was not published
  std::string difference;

  void compare(const json::object& book, const json::array& published) {
    if (book.at("state").as_string() != "live") {
      ++not_live;
      return;
    }
    for (const json::value& there : published) {
      if (there.at("id").to_number<std::uint64_t>() !=
          book.at("last_id").to_number<std::uint64_t>())
        continue;
      const bool same = there.at("bids") == book.at("bids") && there.at("asks") == book.at("asks");
      ++(same ? equal : different);
      if (!same)
        difference = fmt::format("here {} there {}", json::serialize(book), json::serialize(there));
      return;
    }
    ++between;
  }
};
void compare_books(const LocalExchange& exchange, Books& books) {
  const auto here = json::parse(Client{std::to_string(kAdminPort)}.get("/api/v1/books").body);
  const json::value spot = exchange.spot_books();
  const json::value futures = exchange.futures_books();
  for (const json::value& each : here.at("books").as_array()) {
    const std::string name{each.at("instrument").as_string()};
    const bool is_spot = name.starts_with("binance-spot:");
    const std::string symbol = name.substr(name.find(':') + 1);
    books.compare(each.as_object(), (is_spot ? spot : futures).at(symbol).as_array());
  }
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
every_ms = 90000
)";

void print(std::int64_t seconds, const Seen& seen, const Use& use, const Books& books) {
  fmt::print(
      "  {:>5} s  {:>9} orders  {:>5} MiB ({} own)  {:>3} descriptors  books: {} equal, {} "
      "different,"
      " {} between, {} not live  {} duplicates  {} x 429  {} x 418\n",
      seconds, seen.orders, use.resident, use.own, use.descriptors, books.equal, books.different,
      books.between, books.not_live, seen.duplicates, seen.limited, seen.banned);
  std::fflush(stdout);
}
}  // namespace

TEST_CASE("a soak with faults ends with equal books, no duplicate, no ban, and nothing that grows",
          "[app][slow][soak]") {
  const std::int64_t orders = wish("SQ_SOAK_ORDERS", 1'000);
  const std::int64_t seconds_max = wish("SQ_SOAK_SECONDS", 600);
  const std::int64_t factor = wish("SQ_SOAK_LIMIT_FACTOR", 1'000);
  const std::int64_t traders = wish("SQ_SOAK_TRADERS", 500);
  const bool faults = wish("SQ_SOAK_FAULTS", 1) != 0;
  SoakWish wanted;
  wanted.makers = static_cast<int>(wish("SQ_SOAK_MAKERS", 10));
  wanted.orders_per_second_max = static_cast<int>(wish("SQ_SOAK_RATE", 10'000));
  wanted.admin_port = kAdminPort;
  const LocalExchange exchange{
      "soak",
      kPort,
      {"--limit-factor", std::to_string(factor), "--orders-per-second", std::to_string(traders)}};
  const auto config = soak_config(exchange, wanted);
  fmt::print(
      "soak: {} orders wanted, limits of the venue x {}, {} orders a second of others in "
      "each symbol, {} strategies, faults {}\n",
      orders, factor, traders, 2 * wanted.makers + wanted.takers, faults ? "on" : "off");
  LiveEngine engine{"soak", config};
  REQUIRE(engine.until_orders(exchange.log_dir(), 10, 60));
  if (faults) exchange.set_scenario(kFaults);
  const std::time_t began = std::time(nullptr);
  Use first;
  Use last;
  std::int64_t open_most = 0;
  Seen seen;
  Books books;
  while (seen.orders < orders && std::time(nullptr) - began < seconds_max) {
    REQUIRE(engine.runs());
    engine.wait(5);
    seen = look(exchange);
    last = use_of(engine.process());
    compare_books(exchange, books);
    if (seen.orders >= orders / 4 && first.resident == 0) first = last;
    open_most = std::max(open_most, last.descriptors);
    print(std::time(nullptr) - began, seen, last, books);
  }
  const std::int64_t seconds = std::time(nullptr) - began;
  if (faults) exchange.set_scenario("");
  engine.wait(15);  // what was not known is asked for
  const int status = engine.stop();
  const std::string said = engine.said();
  fmt::print("{}\n", said.substr(said.size() > 9'000 ? said.size() - 9'000 : 0));
  const auto summary = engine.summary();
  const auto found = differences(exchange, summary);
  for (const std::string& each : found) fmt::print("  {}\n", each);
  const json::object result{{"orders", seen.orders},
                            {"seconds", seconds},
                            {"limit_factor", factor},
                            {"faults", faults},
                            {"fills", summary.at("fills")},
                            {"comparisons", summary.at("breaks").at("comparisons")},
                            {"breaks", summary.at("breaks").at("opened")},
                            {"breaks_open", summary.at("breaks").at("open").as_array().size()},
                            {"differences", found.size()},
                            {"books_equal", books.equal},
                            {"books_different", books.different},
                            {"books_not_live", books.not_live},
                            {"books_between", books.between},
                            {"duplicates", seen.duplicates},
                            {"limited", seen.limited},
                            {"banned", seen.banned},
                            {"resident_mib_first", first.resident},
                            {"resident_mib_last", last.resident},
                            {"own_mib_first", first.own},
                            {"own_mib_last", last.own},
                            {"descriptors_first", first.descriptors},
                            {"descriptors_most", open_most},
                            {"dead_letters", summary.at("dead_letters")},
                            {"log_bytes", summary.at("wal").at("bytes")}};
  fmt::print("soak result {}\n", json::serialize(result));
  CHECK(found.empty());
  CHECK(summary.at("breaks").at("open").as_array().empty());
  CHECK(exchange.spot().at("accounts").at(0).at("openOrders").to_number<int>() == 0);
  CHECK(exchange.futures().at("accounts").at(0).at("openOrders").to_number<int>() == 0);
  INFO(books.difference);
  CHECK(books.different == 0);
  CHECK(books.equal > 0);
  CHECK(seen.duplicates == 0);
  CHECK(seen.banned == 0);
  CHECK(seen.orders >= orders);
  CHECK(last.own <= first.own + 32);
  CHECK(open_most <= 64);
  CHECK((status == 0 || status == 1));
}
