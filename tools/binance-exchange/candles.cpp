#include "tools/binance-exchange/candles.hpp"

#include <algorithm>
#include <array>

#include "engine/types/instrument.hpp"
#include "tools/binance-exchange/params.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::size_t kKept = 1'500;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kMondayMs = 4 * kDayMs;  // 1970 began on a Thursday
struct Interval {
  const char* name;
  std::int64_t ms;
};
constexpr std::array kIntervals{Interval{"1s", 1'000},           Interval{"1m", kMinuteMs},
                                Interval{"3m", 3 * kMinuteMs},   Interval{"5m", 5 * kMinuteMs},
                                Interval{"15m", 15 * kMinuteMs}, Interval{"30m", 30 * kMinuteMs},
                                Interval{"1h", 60 * kMinuteMs},  Interval{"2h", 120 * kMinuteMs},
                                Interval{"4h", 240 * kMinuteMs}, Interval{"6h", 360 * kMinuteMs},
                                Interval{"8h", 480 * kMinuteMs}, Interval{"12h", 720 * kMinuteMs},
                                Interval{"1d", kDayMs},          Interval{"3d", 3 * kDayMs},
                                Interval{"1w", 7 * kDayMs}};

std::int64_t begin_of(const Interval& interval, std::int64_t now_ms) {
  const std::int64_t shift = interval.ms == 7 * kDayMs ? kMondayMs : 0;
  return (now_ms - shift) / interval.ms * interval.ms + shift;
}
std::int64_t whole(std::uint64_t id) { return static_cast<std::int64_t>(id); }

void merge(Candle& to, const Candle& from) {
  if (to.trades == 0) {
    to = from;
    return;
  }
  to.high = std::max(to.high, from.high);
  to.low = std::min(to.low, from.low);
  to.close = from.close;
  to.close_ms = from.close_ms;
  to.volume += from.volume;
  to.taker_volume += from.taker_volume;
  to.quote += from.quote;
  to.taker_quote += from.taker_quote;
  to.last_trade = from.last_trade;
  to.trades += from.trades;
}
}  // namespace

Candles::Candles() {
  for (const Interval& each : kIntervals) intervals_[each.name];
}

void Candles::add(Price price, Qty qty, bool buyer_takes, std::uint64_t trade,
                  std::int64_t now_ms) {
  const std::int64_t quote =
      divide(Int128{price.raw()} * qty.raw(), kFinePerAmount, Rounding::Down).value_or(0);
  Candle one{0,     0,
             price, price,
             price, price,
             qty,   buyer_takes ? qty : Qty{},
             quote, buyer_takes ? quote : 0,
             trade, trade,
             1};
  for (const Interval& each : kIntervals) {
    std::deque<Candle>& list = intervals_.at(each.name);
    one.open_ms = begin_of(each, now_ms);
    one.close_ms = one.open_ms + each.ms - 1;
    if (list.empty() || list.back().open_ms != one.open_ms) {
      list.push_back(one);
      if (list.size() > kKept) list.pop_front();
    } else {
      merge(list.back(), one);
    }
  }
}

const std::deque<Candle>* Candles::of(const std::string& interval) const {
  const auto found = intervals_.find(interval);
  return found != intervals_.end() ? &found->second : nullptr;
}

Candle Candles::day(std::int64_t now_ms) const {
  Candle sum;
  for (const Candle& each : intervals_.at("1m"))
    if (each.open_ms > now_ms - kDayMs) merge(sum, each);
  sum.open_ms = now_ms - kDayMs;
  sum.close_ms = now_ms;
  return sum;
}

json::array candle_row(const Candle& of) {
  return {of.open_ms,
          padded(of.open),
          padded(of.high),
          padded(of.low),
          padded(of.close),
          padded(of.volume),
          of.close_ms,
          padded(of.quote),
          of.trades,
          padded(of.taker_volume),
          padded(of.taker_quote),
          "0"};
}

json::object candle_json(const Candle& of, const std::string& symbol, const std::string& interval,
                         std::int64_t now_ms) {
  return {{"t", of.open_ms},
          {"T", of.close_ms},
          {"s", symbol},
          {"i", interval},
          {"f", whole(of.first_trade)},
          {"L", whole(of.last_trade)},
          {"o", padded(of.open)},
          {"c", padded(of.close)},
          {"h", padded(of.high)},
          {"l", padded(of.low)},
          {"v", padded(of.volume)},
          {"n", of.trades},
          {"x", now_ms > of.close_ms},
          {"q", padded(of.quote)},
          {"V", padded(of.taker_volume)},
          {"Q", padded(of.taker_quote)},
          {"B", "0"}};
}
}  // namespace sq::exchange
