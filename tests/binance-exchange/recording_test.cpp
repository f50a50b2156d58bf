// A recorded session in the books: levels and trades as recorded, users among them.
#include "tools/binance-exchange/recording.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/binance-exchange/raw_client.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::exchange;
using sq::test::recorded;
using sq::test::skip;

namespace {
struct File {
  std::filesystem::path path{std::filesystem::path{SQ_BUILD_DIR} / "recording_test.txt"};
  explicit File(const std::string& text) { std::ofstream{path} << text; }
  ~File() { std::filesystem::remove(path); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
};
std::string depth(std::int64_t ns, const std::string& bids, const std::string& asks) {
  return std::to_string(ns) +
         R"( {"stream":"btcusdt@depth","data":{"e":"depthUpdate","s":"BTCUSDT","b":[)" + bids +
         R"(],"a":[)" + asks + "]}}\n";
}
std::string trade(std::int64_t ns, const std::string& price, const std::string& qty, bool maker) {
  return std::to_string(ns) +
         R"( {"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT","p":")" + price +
         R"(","q":")" + qty + R"(","m":)" + (maker ? "true" : "false") + "}}\n";
}
constexpr std::int64_t kStart = 1'723'161'253'000'000'000;
}  // namespace

TEST_CASE("recorded levels and trades come at their time, and a user in the queue is filled") {
  const File file{depth(kStart, R"(["100.00","2"],["99.00","1"])", R"(["101.00","3"])") +
                  trade(kStart + 5'000'000, "100.00", "2.5", true) + "nonsense\n" +
                  depth(kStart + 6'000'000, R"(["100.00","0"],["98.00","4"])", "")};
  SpotExchange exchange{test_settings()};
  Recording recording{exchange, file.path.string()};
  CHECK(recording.symbol() == "BTCUSDT");
  const SymbolMarket& market = *exchange.markets().at("BTCUSDT");
  recording.act(1'000);
  CHECK(market.bid().price == Price::from_units(100));
  CHECK(market.bid().qty == Qty::from_units(2));
  CHECK(market.ask().qty == Qty::from_units(3));
  Params params;
  for (const auto& [name, value] :
       {std::pair{"symbol", "BTCUSDT"}, std::pair{"side", "BUY"}, std::pair{"type", "LIMIT"},
        std::pair{"timeInForce", "GTC"}, std::pair{"price", "100"}, std::pair{"quantity", "1"}})
    params.add(name, value);
  static_cast<void>(exchange.call("order.place", params, 0, 1'001));
  recording.act(1'004);
  CHECK(market.trades().empty());
  recording.act(1'005);  // 2 of those before, then half of the user's
  CHECK(exchange.orders().begin()->second.executed == Qty::from_raw(Amount::kScale / 2));
  recording.act(1'006);
  CHECK(recording.over());
  CHECK(market.bids().size() == 3);
  CHECK(market.bid().qty == Qty::from_raw(Amount::kScale / 2));  // the user's rest
  CHECK(recording.counters().skipped == 1);
  CHECK(recording.counters().trades == 1);
}

TEST_CASE("a file that is no session, or of a symbol that is not traded, is refused") {
  SpotExchange exchange{test_settings()};
  const auto refused = [&](const std::string& text) {
    const File file{text};
    CHECK_THROWS_AS((Recording{exchange, file.path.string()}), std::runtime_error);
  };
  refused("");
  refused("hello\nworld\n");
  refused(R"(1 {"stream":"x","data":{"e":"trade","s":"OTHER"}})"
          "\n");
  CHECK_THROWS_AS((Recording{exchange, "/nonexistent"}), std::runtime_error);
}

TEST_CASE("after a recorded session the book is what its depth changes say, whole lots of it") {
  const auto path = recorded("data/a_binance_ws/hftbacktest/spot_btcusdt_20240808.gz");
  if (!path) return skip("no recorded data");
  SpotSettings settings = test_settings();
  settings.instruments[0].qty_max = Qty::from_units(9'000);
  settings.instruments[0].lot = settings.instruments[0].qty_min = Qty::from_raw(1'000);
  settings.instruments[0].price_max = Price::from_units(1'000'000);
  SpotExchange exchange{settings};
  Recording recording{exchange, path->string()};
  // 30 s of it; the same changes folded by hand, from the text.
  std::map<std::string, std::string> sides[2];
  feed::RawFile raw{*path};
  std::string text(4U << 20U, '\0');
  std::size_t count = 0;
  std::size_t filled = 0;
  while (filled < text.size() &&
         raw.read({text.data() + filled, text.size() - filled}, count) == feed::RawFileStatus::Good)
    filled += count;
  std::int64_t first = 0;
  for (std::size_t at = 0; at < filled;) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos || end >= filled) break;
    const std::size_t space = text.find(' ', at);
    const std::int64_t ns = std::stoll(text.substr(at, space - at));
    if (first == 0) first = ns;
    if ((ns - first) / 1'000'000 > 30'000) break;
    const auto line = boost::json::parse(text.substr(space + 1, end - space - 1)).as_object();
    const auto& event = line.contains("data") ? line.at("data").as_object() : line;
    const bool snapshot = event.contains("bids");
    if (snapshot || event.contains("U")) {
      for (const int side : {0, 1})
        for (const auto& level :
             event.at(snapshot ? (side == 0 ? "bids" : "asks") : (side == 0 ? "b" : "a"))
                 .as_array()) {
          const std::string price{level.at(0).as_string().c_str()};
          const std::string qty{level.at(1).as_string().c_str()};
          if (qty == "0.00000000") {
            sides[side].erase(price);
          } else {
            sides[side][price] = qty;
          }
        }
    }
    at = end + 1;
  }
  recording.act(1'000);
  recording.act(31'000);
  const SymbolMarket& market = *exchange.markets().at("BTCUSDT");
  REQUIRE(sides[0].size() > 500);
  std::size_t wrong = 0;
  for (const auto& [price, qty] : market.bids()) {
    const auto found = sides[0].find(padded(price));
    if (found == sides[0].end() || found->second != padded(qty)) ++wrong;
  }
  for (const auto& [price, qty] : market.asks()) {
    const auto found = sides[1].find(padded(price));
    if (found == sides[1].end() || found->second != padded(qty)) ++wrong;
  }
  // A trade between two changes has taken from the book what the next change will say.
  CHECK(wrong <= 5);
  CHECK(market.bids().size() + 5 >= sides[0].size());
  CHECK(recording.counters().trades > 100);
}
