// Streams that both markets have: candles, tickers of a day, partial books.
#include "tools/binance-exchange/market_views.hpp"
#include "tools/binance-exchange/site.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr const char* kIntervals[]{"1s", "1m", "3m", "5m",  "15m", "30m", "1h", "2h",
                                   "4h", "6h", "8h", "12h", "1d",  "3d",  "1w"};
}  // namespace

void ExchangeSite::publish_partial_books(const SymbolMarket& market, std::int64_t now_ms) {
  for (const std::size_t levels : {std::size_t{5}, std::size_t{10}, std::size_t{20}}) {
    const std::string name = lower(market.symbol()) + "@depth" + std::to_string(levels);
    for (const char* rate : {"", "@100ms", "@500ms"})
      if (anybody_follows(name + rate))
        send_stream(name + rate, partial_book(market, levels, now_ms));
  }
}

// Once a second.
void ExchangeSite::publish_tickers(std::int64_t now_ms) {
  if (now_ms < tickers_due_ms_) return;
  tickers_due_ms_ = now_ms + 1'000;
  json::array tickers;
  json::array minis;
  const bool all = anybody_follows("!ticker@arr");
  const bool all_mini = anybody_follows("!miniticker@arr");
  for (const auto& [symbol, market] : venue_.markets()) {
    const std::string name = lower(symbol) + "@";
    for (const char* interval : kIntervals) {
      const std::string stream = name + "kline_" + interval;
      if (!anybody_follows(stream)) continue;
      const std::deque<Candle>& candles = *market->candles().of(interval);
      if (candles.empty()) continue;
      send_stream(stream,
                  json::object{{"e", "kline"},
                               {"E", now_ms},
                               {"s", symbol},
                               {"k", candle_json(candles.back(), symbol, interval, now_ms)}});
    }
    if (all || anybody_follows(name + "ticker")) {
      const json::object event = ticker_event(*market, now_ms);
      send_stream(name + "ticker", event);
      tickers.emplace_back(event);
    }
    if (all_mini || anybody_follows(name + "miniticker")) {
      const json::object event = mini_ticker_event(*market, now_ms);
      send_stream(name + "miniticker", event);
      minis.emplace_back(event);
    }
  }
  if (all) send_stream("!ticker@arr", tickers);
  if (all_mini) send_stream("!miniticker@arr", minis);
}
}  // namespace sq::exchange
