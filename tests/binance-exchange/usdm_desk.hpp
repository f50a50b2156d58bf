// Two futures users with 1,000 USDT each, and short words for what they do.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/types/decimal.hpp"
#include "tests/binance-exchange/raw_client.hpp"

namespace sq::exchange {
using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Desk {
  static UsdmSettings settings() {
    UsdmSettings made = test_usdm_settings();
    made.users = 2;
    made.instruments[0].qty_max = Qty::from_units(1'000);
    made.funding_ms = 1'000'000;
    return made;
  }
  UsdmExchange exchange{settings()};
  std::vector<boost::json::object> told[2];
  std::int64_t now{1'000};
  Desk() {
    exchange.on_user_event([this](std::uint16_t account, const boost::json::object& event) {
      told[account].push_back(event);
    });
  }
  boost::json::value call(int user, const std::string& method, const Pairs& pairs) {
    Params params;
    for (const auto& [name, value] : pairs) params.add(name, value);
    return exchange.call(method, params, user, now);
  }
  // 0, or the code of the refusal.
  int code(int user, const std::string& method, const Pairs& pairs) {
    try {
      static_cast<void>(call(user, method, pairs));
      return 0;
    } catch (const Failure& failure) {
      return failure.code;
    }
  }
  int order(int user, const std::string& side, const std::string& price, const std::string& qty,
            const std::string& position = "BOTH") {
    return code(user, "order.place",
                {{"symbol", "BTCUSDT"},
                 {"side", side},
                 {"type", "LIMIT"},
                 {"timeInForce", "GTC"},
                 {"price", price},
                 {"quantity", qty},
                 {"positionSide", position}});
  }
  // User 0 and user 1 trade so much at that price; user 0 buys, or sells for a negative quantity.
  void trade(const std::string& price, const std::string& qty, bool buy = true,
             const std::string& position = "BOTH") {
    REQUIRE(order(1, buy ? "SELL" : "BUY", price, qty) == 0);
    REQUIRE(order(0, buy ? "BUY" : "SELL", price, qty, position) == 0);
  }
  // Both sides of a book around a price, by traders without an account: the mark is in the middle.
  void quote(std::int32_t bid, std::int32_t ask, std::int32_t qty = 50) {
    for (const Side side : {Side::Buy, Side::Sell}) {
      matching::NewOrder made;
      made.id = exchange.next_order_id();
      made.owner = exchange.anonymous_owner();
      made.side = side;
      made.price = Price::from_units(side == Side::Buy ? bid : ask);
      made.qty = Qty::from_units(qty);
      made.self_trade = matching::SelfTrade::Allow;
      REQUIRE(exchange.trade_anonymously(*exchange.markets().at("BTCUSDT"), made, now) ==
              matching::Refusal::None);
    }
  }
  [[nodiscard]] UsdmPosition position(std::size_t user,
                                      PositionSide side = PositionSide::Both) const {
    const auto& all = exchange.user(user).positions;
    const auto found = all.find({"BTCUSDT", side});
    return found != all.end() ? found->second : UsdmPosition{};
  }
  [[nodiscard]] std::string wallet(std::size_t user) const {
    return padded(exchange.user(user).wallet);
  }
  // Events of a kind, by the value of a member of "o" or "a".
  [[nodiscard]] std::vector<std::string> states(std::size_t user, const char* kind,
                                                const char* inner, const char* member) const {
    std::vector<std::string> made;
    for (const auto& event : told[user])
      if (event.at("e") == kind) made.emplace_back(event.at(inner).at(member).as_string().c_str());
    return made;
  }
};
}  // namespace sq::exchange
