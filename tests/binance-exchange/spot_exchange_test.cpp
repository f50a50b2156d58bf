// Money and orders of the local spot exchange: what is locked, paid, received and told; nothing is
// lost.
#include "tools/binance-exchange/spot_exchange.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "engine/types/decimal.hpp"

using namespace sq;
using namespace sq::exchange;

namespace {
SpotSettings settings() {
  SpotSettings made;
  Instrument btc;
  btc.symbol = Symbol{"BTCUSDT"};
  btc.base = *Currency::parse("BTC");
  btc.quote = btc.settle = *Currency::parse("USDT");
  btc.tick = btc.price_min = *parse_fixed<Price>("0.01");
  btc.price_max = Price::from_units(100'000);
  btc.lot = btc.qty_min = *parse_fixed<Qty>("0.001");
  btc.qty_max = Qty::from_units(100);
  btc.notional_min = 5 * Amount::kScale;
  made.instruments = {btc};
  for (int i = 0; i < 2; ++i) {
    Account user;
    user.balances["BTC"].free = 10 * Amount::kScale;
    user.balances["USDT"].free = 10'000 * Amount::kScale;
    made.accounts.push_back(user);
  }
  return made;
}
Params params(std::initializer_list<std::pair<const char*, std::string>> list) {
  Params made;
  made.add("symbol", "BTCUSDT");
  for (const auto& [name, value] : list) made.add(name, value);
  return made;
}
struct World {
  SpotExchange exchange{settings()};
  std::vector<boost::json::object> told[2];
  World() {
    exchange.on_user_event([this](std::uint16_t account, const boost::json::object& event) {
      told[account].push_back(event);
    });
  }
  boost::json::object limit(int account, const char* side, const std::string& price,
                            const std::string& qty, const char* tif = "GTC") {
    return exchange
        .call("order.place",
              params({{"side", side},
                      {"type", "LIMIT"},
                      {"timeInForce", tif},
                      {"price", price},
                      {"quantity", qty}}),
              account, 1)
        .get_object();
  }
  int code(const std::string& method, const Params& with, int account) {
    try {
      static_cast<void>(exchange.call(method, with, account, 2));
      return 0;
    } catch (const Failure& failure) {
      return failure.code;
    }
  }
  const Balance& balance(int account, const char* asset) {
    return exchange.accounts()[static_cast<std::size_t>(account)].balances.at(asset);
  }
  Int128 total(const char* asset) {
    Int128 sum = 0;
    for (int i = 0; i < 2; ++i) sum += Int128{balance(i, asset).free} + balance(i, asset).locked;
    return sum;
  }
};
std::string text(const boost::json::object& object, const char* key) {
  return std::string{object.at(key).get_string().c_str()};
}
}  // namespace

TEST_CASE("an order locks what it may pay, a fill below its limit gives the difference back") {
  World world;
  world.limit(0, "SELL", "100.00", "1.000");
  CHECK(world.balance(0, "BTC").locked == 1 * Amount::kScale);
  const auto bought = world.limit(1, "BUY", "110.00", "2.000");
  CHECK(text(bought, "status") == "PARTIALLY_FILLED");
  CHECK(text(bought, "cummulativeQuoteQty") == "100.00000000");
  CHECK(world.balance(1, "USDT").free == (10'000 - 100 - 110) * Amount::kScale);
  CHECK(world.balance(1, "USDT").locked == 110 * Amount::kScale);
  CHECK(world.balance(1, "BTC").free ==
        10 * Amount::kScale + Amount::kScale * 999 / 1'000);  // 0.1 % fee
  CHECK(world.balance(0, "USDT").free == 10'000 * Amount::kScale + Amount::kScale * 999 / 10);
  CHECK(world.balance(0, "BTC").locked == 0);
  CHECK(world.code("order.cancel",
                   params({{"orderId", std::to_string(bought.at("orderId").get_int64())}}),
                   1) == 0);
  CHECK(world.balance(1, "USDT").locked == 0);
}

TEST_CASE(
    "reports come in the venue's order: NEW, TRADE, EXPIRED for what an immediate order leaves") {
  World world;
  world.limit(0, "SELL", "100.00", "1.000");
  world.told[1].clear();
  const auto order = world.limit(1, "BUY", "100.00", "3.000", "IOC");
  CHECK(text(order, "status") == "EXPIRED");
  std::vector<std::string> kinds;
  for (const auto& event : world.told[1])
    if (text(event, "e") == "executionReport")
      kinds.push_back(text(event, "x") + "/" + text(event, "X"));
  CHECK(kinds == std::vector<std::string>{"NEW/NEW", "TRADE/PARTIALLY_FILLED", "EXPIRED/EXPIRED"});
  CHECK(world.balance(1, "USDT").locked == 0);
}

TEST_CASE("refusals have the venue's codes and change nothing") {
  World world;
  const auto order = [&](std::initializer_list<std::pair<const char*, std::string>> changes) {
    std::map<std::string, std::string> fields{{"side", "BUY"},
                                              {"type", "LIMIT"},
                                              {"timeInForce", "GTC"},
                                              {"price", "100.00"},
                                              {"quantity", "1.000"}};
    for (const auto& [name, value] : changes) fields[name] = value;
    Params with;
    with.add("symbol", "BTCUSDT");
    for (const auto& [name, value] : fields)
      if (value != "-") with.add(name, value);
    return world.code("order.place", with, 0);
  };
  CHECK(order({{"price", "100.001"}}) == -1013);
  CHECK(order({{"price", "0.00"}}) == -1013);
  CHECK(order({{"price", "100.000000001"}}) == -1111);
  CHECK(order({{"quantity", "0.0005"}}) == -1013);
  CHECK(order({{"quantity", "0.049"}}) == -1013);  // 4.90 USDT
  CHECK(order({{"quantity", "0.050"}}) == 0);
  CHECK(order({{"quantity", "-"}}) == -1102);
  CHECK(order({{"side", "HOLD"}}) == -1117);
  CHECK(order({{"type", "STOP"}}) == -1116);
  CHECK(order({{"timeInForce", "GTD"}}) == -1115);
  CHECK(order({{"newClientOrderId", "not valid!"}}) == -1100);
  CHECK(order({{"quantity", "99.951"}}) == -2010);  // 5 USDT of 10,000 are locked
  CHECK(order({{"quantity", "99.950"}}) == 0);
  CHECK(world.code("order.cancel", params({{"orderId", "999999"}}), 0) == -2011);
  CHECK(world.code("order.status", params({{"orderId", "999999"}}), 0) == -2013);
  Params unknown;
  unknown.add("symbol", "NOPE");
  CHECK(world.code("depth", unknown, -1) == -1121);
  CHECK(world.code("account.status", Params{}, -1) == -2014);
  CHECK(world.code("no.such", Params{}, -1) == -1020);
}

TEST_CASE(
    "post-only orders that would take, and doubled client ids, are refused and free what they "
    "locked") {
  World world;
  world.limit(0, "SELL", "100.00", "1.000");
  CHECK(world.code("order.place",
                   params({{"side", "BUY"},
                           {"type", "LIMIT_MAKER"},
                           {"price", "100.00"},
                           {"quantity", "1.000"}}),
                   1) == -2010);
  CHECK(world.balance(1, "USDT").locked == 0);
  const auto twice = params({{"side", "BUY"},
                             {"type", "LIMIT_MAKER"},
                             {"price", "99.00"},
                             {"quantity", "1.000"},
                             {"newClientOrderId", "mine"}});
  CHECK(world.code("order.place", twice, 1) == 0);
  CHECK(world.code("order.place", twice, 1) == -2010);
  CHECK(world.balance(1, "USDT").locked == 99 * Amount::kScale);
}

TEST_CASE("cancel-replace says what became of each half") {
  World world;
  const auto old = world.limit(1, "BUY", "90.00", "1.000");
  world.limit(1, "BUY", "50.00", "100.000");  // leaves too little for 100 at 91
  const auto with = [&](const std::string& id, const std::string& qty, const char* mode) {
    return params({{"side", "BUY"},
                   {"type", "LIMIT"},
                   {"timeInForce", "GTC"},
                   {"price", "91.00"},
                   {"quantity", qty},
                   {"cancelReplaceMode", mode},
                   {"cancelOrderId", id}});
  };
  const std::string id = std::to_string(old.at("orderId").get_int64());
  CHECK(world.code("order.cancelReplace", with("12345", "1.000", "STOP_ON_FAILURE"), 1) == -2022);
  CHECK(world.code("order.cancelReplace", with("12345", "1.000", "ALLOW_FAILURE"), 1) == -2021);
  CHECK(world.code("order.cancelReplace", with(id, "100.000", "ALLOW_FAILURE"), 1) == -2021);
  CHECK(world.balance(1, "USDT").locked == (5'000 + 91) * Amount::kScale);  // the old is gone
}

TEST_CASE(
    "random trading loses nothing but fees, to the last unit, and locks exactly what is open") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random{seed};
    World world;
    std::vector<std::uint64_t> ids;
    for (int i = 0; i < 400; ++i) {
      const int account = static_cast<int>(random() % 2);
      try {
        if (!ids.empty() && random() % 4 == 0) {
          static_cast<void>(world.exchange.call(
              "order.cancel", params({{"orderId", std::to_string(ids[random() % ids.size()])}}),
              account, 3));
        } else {
          const std::string price = padded(
              Price::from_raw((9'900 + static_cast<std::int64_t>(random() % 200)) * 10'000'000));
          const std::string qty =
              padded(Qty::from_raw((100 + static_cast<std::int64_t>(random() % 900)) * 100'000));
          const char* tifs[]{"GTC", "IOC", "FOK"};
          const auto placed = world.limit(account, random() % 2 == 0 ? "BUY" : "SELL",
                                          price.substr(0, price.size() - 6),
                                          qty.substr(0, qty.size() - 5), tifs[random() % 3]);
          ids.push_back(static_cast<std::uint64_t>(placed.at("orderId").get_int64()));
        }
      } catch (const Failure& failure) {
        CHECK((failure.code == -2010 || failure.code == -2011));
      }
    }
    Int128 fees_btc = 0;
    Int128 fees_usdt = 0;
    std::int64_t locked[2][2]{};
    for (const auto& [id, order] : world.exchange.orders()) {
      if (order.open()) locked[order.account][order.side == Side::Buy ? 1 : 0] += order.locked;
      for (const SpotFill& fill : order.fills)
        (fill.commission_asset == "BTC" ? fees_btc : fees_usdt) += fill.commission;
    }
    for (int account = 0; account < 2; ++account) {
      CHECK(world.balance(account, "BTC").locked == locked[account][0]);
      CHECK(world.balance(account, "USDT").locked == locked[account][1]);
      CHECK(world.balance(account, "BTC").free >= 0);
      CHECK(world.balance(account, "USDT").free >= 0);
    }
    CHECK(world.total("BTC") + fees_btc == Int128{20} * Amount::kScale);
    CHECK(world.total("USDT") + fees_usdt == Int128{20'000} * Amount::kScale);
  }
}
