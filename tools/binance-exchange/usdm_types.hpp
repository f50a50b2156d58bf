// What a futures account has: orders, positions, trades, income. Thread: plain values.
// Units: money 1e-8 USDT. Source: protocol facts of binance_futures 5, 6.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tools/binance-exchange/symbol_market.hpp"

namespace sq::exchange {
enum class PositionSide : std::uint8_t { Both, Long, Short };
[[nodiscard]] inline const char* text_of(PositionSide side) noexcept {
  return side == PositionSide::Both ? "BOTH" : side == PositionSide::Long ? "LONG" : "SHORT";
}
using PositionKey = std::pair<std::string, PositionSide>;  // of a symbol

struct UsdmOrder {
  std::uint64_t id{0};
  std::string client_id;
  std::uint16_t account{0};
  SymbolMarket* market{nullptr};
  Side side{Side::Buy};
  PositionSide position{PositionSide::Both};
  std::string type;
  std::string original_type;  // of the conditional order it came from
  std::string time_in_force{"GTC"};
  std::string self_trade{"EXPIRE_MAKER"};
  bool reduce_only{false};
  bool close_position{false};
  bool forced{false};  // by a liquidation
  Price price{};       // 0: market
  Qty qty{};
  Qty executed{};
  std::int64_t quote{0};  // executed, 1e-8 USDT
  std::string status{"NEW"};
  std::int64_t good_till_ms{0};
  std::int64_t time_ms{0};
  std::int64_t update_ms{0};
  std::int64_t reserved{0};  // value that counts for the margin
  [[nodiscard]] bool open() const { return status == "NEW" || status == "PARTIALLY_FILLED"; }
};
// A conditional order, before and after its trigger.
struct UsdmAlgo {
  std::uint64_t id{0};
  std::string client_id;
  std::uint16_t account{0};
  UsdmOrder order;  // what is placed when it triggers
  std::string type;
  Price trigger{};
  bool by_mark{false};
  bool above{false};  // it triggers at or above, else at or below
  Price activation{};
  std::int64_t callback_bps{0};  // 0: not trailing
  Price extreme{};               // since it was activated
  std::string status{"NEW"};
  std::uint64_t order_id{0};  // once placed
  std::int64_t time_ms{0};
  std::int64_t update_ms{0};
  std::int64_t triggered_ms{0};
  [[nodiscard]] bool open() const { return status == "NEW"; }
};
struct UsdmPosition {
  Qty amount{};          // signed
  std::int64_t cost{0};  // signed, what was paid for it, 1e-8 USDT
  std::int64_t realised{0};
  std::int64_t buys{0};  // value of open orders that are not reduce-only
  std::int64_t sells{0};
};
struct UsdmTrade {
  std::uint64_t id{0};
  std::uint64_t order{0};
  SymbolMarket* market{nullptr};
  Side side{Side::Buy};
  PositionSide position{PositionSide::Both};
  Price price{};
  Qty qty{};
  std::int64_t commission{0};
  std::int64_t realised{0};
  bool maker{false};
  std::int64_t time_ms{0};
};
struct UsdmIncome {
  const char* kind{""};
  std::int64_t amount{0};
  std::string symbol;
  std::uint64_t transaction{0};
  std::uint64_t trade{0};
  std::int64_t time_ms{0};
};
struct UsdmFunding {
  std::string symbol;
  std::int64_t rate{0};  // 1e-8
  Price mark{};
  std::int64_t time_ms{0};
};
struct UsdmUser {
  std::int64_t wallet{0};
  bool hedge{false};
  bool warned{false};  // of its margin
  std::map<PositionKey, UsdmPosition> positions;
  std::map<std::string, int> leverage;
  std::deque<UsdmTrade> trades;                      // the last ones
  std::deque<UsdmIncome> income;                     // the last ones
  std::map<std::string, std::int64_t> cancel_at_ms;  // countdowns, by symbol
};
struct UsdmSettings {
  std::vector<Instrument> instruments;
  std::size_t users{1};
  std::int64_t wallet{1'000'000 * Amount::kScale};
  std::int64_t maker_ppm{200};
  std::int64_t taker_ppm{500};
  int leverage{20};
  std::int64_t maintenance_ppm{5'000};
  std::int64_t liquidation_ppm{15'000};
  std::int64_t funding_rate{10'000};  // 1e-8: 0.01 %
  std::int64_t funding_ms{8 * 3'600'000};
  std::size_t history{100'000};  // closed orders, trades and income kept
};
}  // namespace sq::exchange
