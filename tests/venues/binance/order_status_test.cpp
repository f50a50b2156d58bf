// The words of Binance's documentation, and everything that is not one of them.
#include "venues/binance/order_status.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>

using namespace sq;

namespace {
const std::vector<std::pair<std::string, binance::OrderStatus>>& documented() {
  static const std::vector<std::pair<std::string, binance::OrderStatus>> all{
      {"NEW", {OrderState::Open, RejectCode::None}},
      {"PENDING_NEW", {OrderState::Open, RejectCode::None}},
      {"PARTIALLY_FILLED", {OrderState::Open, RejectCode::None}},
      {"FILLED", {OrderState::Filled, RejectCode::None}},
      {"CANCELED", {OrderState::Cancelled, RejectCode::None}},
      {"PENDING_CANCEL", {OrderState::Open, RejectCode::None}},
      {"REJECTED", {OrderState::Rejected, RejectCode::Other}},
      {"EXPIRED", {OrderState::Expired, RejectCode::None}},
      {"EXPIRED_IN_MATCH", {OrderState::Expired, RejectCode::SelfTrade}}};
  return all;
}
}  // namespace

TEST_CASE("each documented status of an order has its meaning", "[binance]") {
  for (const auto& [word, meaning] : documented()) {
    CAPTURE(word);
    CHECK(binance::order_status(word) == meaning);
  }
}

TEST_CASE("a status that is not documented, or nearly one that is, ends no order", "[binance]") {
  std::mt19937_64 random{3};
  const auto unknown = [](const std::string& text) {
    return binance::order_status(text) == binance::OrderStatus{};
  };
  CHECK(unknown(""));
  for (const auto& [word, meaning] : documented()) {
    CHECK(unknown(word + "_IN_TRANSIT"));
    CHECK(unknown(word.substr(1)));
    for (int n = 0; n < 200; ++n) {
      std::string text = word;
      text[random() % text.size()] = static_cast<char>(random() % 256);
      if (text == word) continue;
      CAPTURE(text);
      REQUIRE(unknown(text));
    }
  }
}

TEST_CASE("self-trade modes go out in the venue's words, none as nothing", "[binance]") {
  CHECK(binance::self_trade_word(SelfTrade::None).empty());
  CHECK(binance::self_trade_word(SelfTrade::CancelResting) == "EXPIRE_MAKER");
  CHECK(binance::self_trade_word(SelfTrade::CancelIncoming) == "EXPIRE_TAKER");
  CHECK(binance::self_trade_word(SelfTrade::CancelBoth) == "EXPIRE_BOTH");
  CHECK(binance::self_trade_word(SelfTrade::Decrement) == "DECREMENT");
}
