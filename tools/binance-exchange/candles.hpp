// Candles of one symbol in every interval the venue has, and its last 24 hours, from its trades.
// Thread: one. Cost: a few additions an interval for each trade. Units: engine/types; value of the
// quote asset 1e-8. Source: protocol facts of binance_spot 5, 6.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "engine/types/fixed.hpp"

namespace sq::exchange {
struct Candle {
  std::int64_t open_ms{0};
  std::int64_t close_ms{0};  // its last millisecond
  Price open{};
  Price high{};
  Price low{};
  Price close{};
  Qty volume{};
  Qty taker_volume{};  // of buying takers
  std::int64_t quote{0};
  std::int64_t taker_quote{0};
  std::uint64_t first_trade{0};
  std::uint64_t last_trade{0};
  std::int64_t trades{0};
};

class Candles {
 public:
  Candles();
  void add(Price price, Qty qty, bool buyer_takes, std::uint64_t trade, std::int64_t now_ms);

  // The last ones, oldest first, the open one included; null: no such interval. Without a trade in
  // it there is no candle.
  [[nodiscard]] const std::deque<Candle>* of(const std::string& interval) const;
  // The last 24 hours, by minutes.
  [[nodiscard]] Candle day(std::int64_t now_ms) const;

 private:
  std::map<std::string, std::deque<Candle>> intervals_;
};
// [openTime, open, high, ...], as REST has it.
[[nodiscard]] boost::json::array candle_row(const Candle& candle);
// "k" of a kline event.
[[nodiscard]] boost::json::object candle_json(const Candle& candle, const std::string& symbol,
                                              const std::string& interval, std::int64_t now_ms);
}  // namespace sq::exchange
