// Margin, positions and money of the local futures exchange.
#include "tools/binance-exchange/usdm_exchange.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "engine/types/decimal.hpp"

using namespace sq;
using namespace sq::exchange;

namespace {
UsdmSettings settings() {
  UsdmSettings made;
  Instrument btc;
  btc.symbol = Symbol{"BTCUSDT"};
  btc.base = *Currency::parse("BTC");
  btc.quote = btc.settle = *Currency::parse("USDT");
  btc.tick = btc.price_min = *parse_fixed<Price>("0.1");
  btc.price_max = Price::from_units(100'000);
  btc.lot = btc.qty_min = *parse_fixed<Qty>("0.001");
  btc.qty_max = Qty::from_units(1'000);
  btc.notional_min = 5 * Amount::kScale;
  made.instruments = {btc};
  made.users = 2;
  made.wallet = 1'000 * Amount::kScale;
  return made;
}
struct World {
  UsdmExchange exchange{settings()};
  std::vector<std::string> told;
  World() {
    exchange.on_user_event([this](std::uint16_t account, const boost::json::object& event) {
      std::string kind{event.at("e").get_string().c_str()};
      if (kind == "ORDER_TRADE_UPDATE")
        kind = std::string{event.at("o").at("x").get_string().c_str()} + "/" +
               event.at("o").at("X").get_string().c_str();
      told.push_back(std::to_string(account) + ":" + kind);
    });
  }
  // 0, or the code of the refusal.
  int order(std::size_t user, const char* side, const std::string& price, const std::string& qty,
            const char* tif = "GTC", bool reduce_only = false) {
    Params params;
    params.add("symbol", "BTCUSDT");
    params.add("side", side);
    params.add("type", "LIMIT");
    params.add("timeInForce", tif);
    params.add("price", price);
    params.add("quantity", qty);
    if (reduce_only) params.add("reduceOnly", "true");
    return call("order.place", params, user);
  }
  int call(const std::string& method, const Params& params, std::size_t user,
           std::int64_t now_ms = 1) {
    try {
      static_cast<void>(exchange.call(method, params, static_cast<int>(user), now_ms));
      return 0;
    } catch (const Failure& failure) {
      return failure.code;
    }
  }
  [[nodiscard]] UsdmPosition position(std::size_t user) const {
    const auto& all = exchange.user(user).positions;
    const PositionKey key{"BTCUSDT", PositionSide::Both};
    return all.contains(key) ? all.at(key) : UsdmPosition{};
  }
};
Params of_symbol() {
  Params params;
  params.add("symbol", "BTCUSDT");
  return params;
}
}  // namespace

TEST_CASE("an order passes up to the margin of the wallet, and not a lot more") {
  World world;
  CHECK(world.order(0, "BUY", "100.0", "200.001") == -2019);  // 1,000 USDT at 20 times are 20,000
  CHECK(world.order(0, "BUY", "100.0", "200.000") == 0);
  CHECK(world.order(0, "BUY", "100.0", "0.050") == -2019);
  CHECK(world.order(0, "SELL", "150.0", "133.333") ==
        0);  // the other side has a worst case of its own
  Params leverage = of_symbol();
  leverage.add("leverage", "126");
  CHECK(world.call("leverage", leverage, 1) == -4028);
  Params ten = of_symbol();
  ten.add("leverage", "10");
  CHECK(world.call("leverage", ten, 1) == 0);
  CHECK(world.order(1, "BUY", "90.0", "111.112") == -2019);
  CHECK(world.order(1, "BUY", "90.0", "111.111") == 0);
}

TEST_CASE("positions open, close and turn by average cost, with commissions from the wallet") {
  World world;
  REQUIRE(world.order(1, "SELL", "100.0", "1.000") == 0);
  REQUIRE(world.order(0, "BUY", "100.0", "1.000") == 0);
  REQUIRE(world.order(1, "BUY", "110.0", "3.000") == 0);
  REQUIRE(world.order(0, "SELL", "110.0", "3.000") == 0);  // closes 1 with 10 USDT, opens 2 short
  const UsdmPosition taker = world.position(0);
  CHECK(taker.amount == -Qty::from_units(2));
  CHECK(taker.cost == -220 * Amount::kScale);
  CHECK(taker.realised == 10 * Amount::kScale);
  // 5 bps of 100 and of 330 as taker.
  CHECK(world.exchange.user(0).wallet ==
        1'010 * Amount::kScale - Amount::kScale * 430 * 5 / 10'000);
  CHECK(world.position(1).realised == -10 * Amount::kScale);
  CHECK(world.exchange.user(1).wallet == 990 * Amount::kScale - Amount::kScale * 430 * 2 / 10'000);
  const std::vector<std::string> wanted{"1:NEW/NEW",        "0:NEW/NEW",      "0:TRADE/FILLED",
                                        "0:ACCOUNT_UPDATE", "1:TRADE/FILLED", "1:ACCOUNT_UPDATE"};
  CHECK(std::vector<std::string>(world.told.begin(), world.told.begin() + 6) == wanted);
}

TEST_CASE(
    "reduce-only never opens or turns, post-only never takes, and both are refused with their "
    "codes") {
  World world;
  CHECK(world.order(0, "BUY", "100.0", "1.000", "GTC", true) == -2022);
  REQUIRE(world.order(1, "SELL", "100.0", "1.000") == 0);
  CHECK(world.order(0, "BUY", "100.0", "1.000", "GTX") == -5022);
  CHECK(world.order(0, "BUY", "99.9", "1.000", "GTX") == 0);
  REQUIRE(world.order(0, "BUY", "100.0", "1.000") == 0);
  REQUIRE(world.order(1, "BUY", "98.0", "5.000") == 0);
  REQUIRE(world.order(0, "SELL", "98.0", "5.000", "IOC", true) == 0);
  CHECK(world.position(0).amount == Qty{});
}

TEST_CASE("a countdown cancels when it is over, not before, and not when it is set anew") {
  World world;
  REQUIRE(world.order(0, "BUY", "90.0", "1.000") == 0);
  Params start = of_symbol();
  start.add("countdownTime", "100");
  REQUIRE(world.call("countdownCancelAll", start, 0, 1'000) == 0);
  world.exchange.on_time(1'099);
  CHECK(world.exchange.orders().begin()->second.open());
  REQUIRE(world.call("countdownCancelAll", start, 0, 1'099) == 0);
  world.exchange.on_time(1'198);
  CHECK(world.exchange.orders().begin()->second.open());
  world.exchange.on_time(1'199);
  CHECK(world.exchange.orders().begin()->second.status == "CANCELED");
}

TEST_CASE("listen keys last an hour after they were asked for or kept") {
  World world;
  const auto key = world.exchange.call("userDataStream.start", Params{}, 0, 0).get_object();
  const std::string name{key.at("listenKey").get_string().c_str()};
  CHECK(world.exchange.user_of_listen_key(name) == 0);
  REQUIRE(world.call("userDataStream.ping", Params{}, 0, 1'000) == 0);
  world.exchange.on_time(3'600'999);
  CHECK(world.exchange.user_of_listen_key(name) == 0);
  world.exchange.on_time(3'601'000);
  CHECK(world.exchange.user_of_listen_key(name) == -1);
  CHECK(world.call("userDataStream.ping", Params{}, 0, 3'601'000) == -1125);
}

TEST_CASE("random trading between two users neither makes nor loses money but for commissions") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random{seed};
    World world;
    for (int i = 0; i < 300; ++i) {
      const std::size_t user = random() % 2;
      const std::string price =
          std::to_string(95 + random() % 10) + "." + std::to_string(random() % 10);
      const std::string qty = "0." + std::to_string(100 + random() % 900);
      const char* tifs[]{"GTC", "IOC", "FOK", "GTX"};
      const int code = world.order(user, random() % 2 == 0 ? "BUY" : "SELL", price, qty,
                                   tifs[random() % 4], random() % 5 == 0);
      CHECK((code == 0 || code == -2019 || code == -2022 || code == -5022));
    }
    Int128 zero = 0;
    Qty amounts;
    for (std::size_t user = 0; user < 2; ++user) {
      const UsdmUser& of = world.exchange.user(user);
      Int128 wallet = 1'000 * Amount::kScale;
      for (const UsdmTrade& trade : of.trades) wallet += trade.realised - trade.commission;
      CHECK(of.wallet == wallet);
      zero += Int128{world.position(user).realised} - world.position(user).cost;
      amounts += world.position(user).amount;
    }
    CHECK(amounts == Qty{});
    CHECK(zero == 0);
  }
}
