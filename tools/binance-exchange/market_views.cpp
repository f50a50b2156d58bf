#include "tools/binance-exchange/market_views.hpp"

#include <algorithm>

namespace sq::exchange {
namespace {
namespace json = boost::json;
std::int64_t whole(std::uint64_t id) { return static_cast<std::int64_t>(id); }
std::size_t limit_of(const Params& params, std::int64_t fallback, std::int64_t most) {
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(params.integer("limit", fallback), 1, most));
}
// Of the whole volume; 0 without one.
Price average(const Candle& of) {
  if (of.volume <= Qty{}) return {};
  return Price::from_raw(
      static_cast<std::int64_t>(Int128{of.quote} * kFinePerAmount / of.volume.raw()));
}
std::string percent(Price change, Price of) {
  if (of <= Price{}) return "0.000";
  return padded(static_cast<std::int64_t>(Int128{change.raw()} * 100'000 / of.raw()), 3);
}
}  // namespace

json::value klines_json(const SymbolMarket& market, const Params& params) {
  const std::deque<Candle>* const all = market.candles().of(params.need("interval"));
  if (all == nullptr) throw Failure{400, -1120, "Invalid interval.", {}};
  const std::int64_t from = params.integer("startTime", 0);
  const std::int64_t to = params.integer("endTime", std::int64_t{1} << 60U);
  const std::size_t limit = limit_of(params, 500, 1'000);
  std::deque<const Candle*> wanted;
  for (const Candle& each : *all) {
    if (each.open_ms < from || each.open_ms > to) continue;
    if (wanted.size() == limit) {
      if (from > 0) break;  // from there on; else the newest
      wanted.pop_front();
    }
    wanted.push_back(&each);
  }
  json::array list;
  for (const Candle* each : wanted) list.emplace_back(candle_row(*each));
  return list;
}

json::array aggregate_trades_json(const SymbolMarket& market, const Params& params) {
  const auto& trades = market.trades();
  const std::size_t limit = limit_of(params, 500, 1'000);
  const auto from = static_cast<std::uint64_t>(params.integer("fromId", 0));
  json::array list;
  for (std::size_t i = from > 0 ? 0 : trades.size() - std::min(limit, trades.size());
       i < trades.size() && list.size() < limit; ++i) {
    const PublicTrade& trade = trades[i];
    if (trade.id < from) continue;
    list.emplace_back(json::object{{"a", whole(trade.id)},
                                   {"p", padded(trade.price)},
                                   {"q", padded(trade.qty)},
                                   {"f", whole(trade.id)},
                                   {"l", whole(trade.id)},
                                   {"T", trade.time_ms},
                                   {"m", trade.buyer_is_maker},
                                   {"M", true}});
  }
  return list;
}

json::object day_json(const SymbolMarket& market, std::int64_t now_ms) {
  const Candle day = market.candles().day(now_ms);
  const Price change = day.close - day.open;
  const Qty last = market.trades().empty() ? Qty{} : market.trades().back().qty;
  return {{"symbol", market.symbol()},
          {"priceChange", padded(change)},
          {"priceChangePercent", percent(change, day.open)},
          {"weightedAvgPrice", padded(average(day))},
          {"prevClosePrice", padded(day.open)},
          {"lastPrice", padded(day.close)},
          {"lastQty", padded(last)},
          {"bidPrice", padded(market.bid().price)},
          {"bidQty", padded(market.bid().qty)},
          {"askPrice", padded(market.ask().price)},
          {"askQty", padded(market.ask().qty)},
          {"openPrice", padded(day.open)},
          {"highPrice", padded(day.high)},
          {"lowPrice", padded(day.low)},
          {"volume", padded(day.volume)},
          {"quoteVolume", padded(day.quote)},
          {"openTime", day.open_ms},
          {"closeTime", day.close_ms},
          {"firstId", whole(day.first_trade)},
          {"lastId", whole(day.last_trade)},
          {"count", day.trades}};
}

json::object ticker_event(const SymbolMarket& market, std::int64_t now_ms) {
  json::object event{{"e", "24hrTicker"}, {"E", now_ms}};
  const json::object day = day_json(market, now_ms);
  constexpr std::pair<const char*, const char*> kNames[]{
      {"s", "symbol"},           {"p", "priceChange"},    {"P", "priceChangePercent"},
      {"w", "weightedAvgPrice"}, {"x", "prevClosePrice"}, {"c", "lastPrice"},
      {"Q", "lastQty"},          {"b", "bidPrice"},       {"B", "bidQty"},
      {"a", "askPrice"},         {"A", "askQty"},         {"o", "openPrice"},
      {"h", "highPrice"},        {"l", "lowPrice"},       {"v", "volume"},
      {"q", "quoteVolume"},      {"O", "openTime"},       {"C", "closeTime"},
      {"F", "firstId"},          {"L", "lastId"},         {"n", "count"}};
  for (const auto& [key, name] : kNames) event[key] = day.at(name);
  return event;
}
json::object mini_ticker_event(const SymbolMarket& market, std::int64_t now_ms) {
  const Candle day = market.candles().day(now_ms);
  return {{"e", "24hrMiniTicker"}, {"E", now_ms},
          {"s", market.symbol()},  {"c", padded(day.close)},
          {"o", padded(day.open)}, {"h", padded(day.high)},
          {"l", padded(day.low)},  {"v", padded(day.volume)},
          {"q", padded(day.quote)}};
}
}  // namespace sq::exchange
