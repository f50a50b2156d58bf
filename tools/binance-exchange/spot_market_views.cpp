// What the exchange says of its symbols: rules, books, trades and prices.
#include <algorithm>

#include "engine/types/decimal.hpp"
#include "tools/binance-exchange/market_views.hpp"
#include "tools/binance-exchange/spot_exchange.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;

json::string text(std::string_view value) { return json::string{value}; }
std::int64_t whole(std::uint64_t id) { return static_cast<std::int64_t>(id); }

template <class Levels>
json::array levels_json(const Levels& levels, std::size_t limit) {
  json::array list;
  for (const auto& [price, qty] : levels) {
    if (list.size() == limit) break;
    list.emplace_back(json::array{text(padded(price)), text(padded(qty))});
  }
  return list;
}

json::array filters_json(const Instrument& of) {
  return {json::object{{"filterType", "PRICE_FILTER"},
                       {"minPrice", padded(of.price_min)},
                       {"maxPrice", padded(of.price_max)},
                       {"tickSize", padded(of.tick)}},
          json::object{{"filterType", "LOT_SIZE"},
                       {"minQty", padded(of.qty_min)},
                       {"maxQty", padded(of.qty_max)},
                       {"stepSize", padded(of.lot)}},
          json::object{{"filterType", "MARKET_LOT_SIZE"},
                       {"minQty", padded(std::int64_t{0})},
                       {"maxQty", padded(of.qty_max)},
                       {"stepSize", padded(std::int64_t{0})}},
          json::object{{"filterType", "NOTIONAL"},
                       {"minNotional", padded(of.notional_min)},
                       {"applyMinToMarket", true},
                       {"maxNotional", "9000000.00000000"},
                       {"applyMaxToMarket", false},
                       {"avgPriceMins", 0}}};
}

json::object symbol_json(const Instrument& of) {
  const std::string base{of.base.text()};
  const std::string quote{of.quote.text()};
  return {{"symbol", of.symbol.view()},
          {"status", "TRADING"},
          {"baseAsset", base},
          {"baseAssetPrecision", 8},
          {"quoteAsset", quote},
          {"quotePrecision", 8},
          {"quoteAssetPrecision", 8},
          {"baseCommissionPrecision", 8},
          {"quoteCommissionPrecision", 8},
          {"orderTypes", json::array{"LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS",
                                     "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"}},
          {"icebergAllowed", false},
          {"ocoAllowed", true},
          {"otoAllowed", true},
          {"quoteOrderQtyMarketAllowed", false},
          {"allowTrailingStop", false},
          {"cancelReplaceAllowed", true},
          {"amendAllowed", true},
          {"isSpotTradingAllowed", true},
          {"isMarginTradingAllowed", false},
          {"filters", filters_json(of)},
          {"permissions", json::array{}},
          {"permissionSets", json::array{json::array{"SPOT"}}},
          {"defaultSelfTradePreventionMode", "EXPIRE_MAKER"},
          {"allowedSelfTradePreventionModes",
           json::array{"NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"}}};
}
}  // namespace

json::value SpotExchange::ping(const Params&, int, std::int64_t) { return json::object{}; }
json::value SpotExchange::time(const Params&, int, std::int64_t now_ms) {
  return json::object{{"serverTime", now_ms}};
}

json::value SpotExchange::exchange_info(const Params& params, int, std::int64_t now_ms) {
  json::array symbols;
  if (params.has("symbol")) {
    symbols.emplace_back(symbol_json(market(params).instrument()));
  } else {
    const std::string wanted = params.get("symbols");
    for (const auto& [name, where] : markets_)
      if (wanted.empty() || wanted.find('"' + name + '"') != std::string::npos)
        symbols.emplace_back(symbol_json(where->instrument()));
  }
  return json::object{{"timezone", "UTC"},
                      {"serverTime", now_ms},
                      {"rateLimits", json::array{}},  // the site's
                      {"exchangeFilters", json::array{}},
                      {"symbols", symbols}};
}

json::value SpotExchange::depth(const Params& params, int, std::int64_t) {
  const SymbolMarket& where = market(params);
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(params.integer("limit", 100), 1, 5000));
  return json::object{{"lastUpdateId", whole(where.update_id())},
                      {"bids", levels_json(where.bids(), limit)},
                      {"asks", levels_json(where.asks(), limit)}};
}

json::value SpotExchange::recent_trades(const Params& params, int, std::int64_t) {
  const SymbolMarket& where = market(params);
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(params.integer("limit", 500), 1, 1000));
  json::array list;
  const std::size_t from = where.trades().size() - std::min(limit, where.trades().size());
  for (std::size_t i = from; i < where.trades().size(); ++i) {
    const PublicTrade& trade = where.trades()[i];
    list.emplace_back(json::object{
        {"id", whole(trade.id)},
        {"price", padded(trade.price)},
        {"qty", padded(trade.qty)},
        {"quoteQty",
         padded(divide(Int128{trade.price.raw()} * trade.qty.raw(), kFinePerAmount, Rounding::Down)
                    .value_or(0))},
        {"time", trade.time_ms},
        {"isBuyerMaker", trade.buyer_is_maker},
        {"isBestMatch", true}});
  }
  return list;
}

json::value SpotExchange::price_ticker(const Params& params, int, std::int64_t) {
  const auto one = [](const SymbolMarket& where) {
    return json::object{{"symbol", where.symbol()}, {"price", padded(where.last_price())}};
  };
  if (params.has("symbol")) return one(market(params));
  json::array list;
  for (const auto& [name, where] : markets_) list.emplace_back(one(*where));
  return list;
}
json::value SpotExchange::book_ticker(const Params& params, int, std::int64_t) {
  const auto one = [](const SymbolMarket& where) {
    return json::object{{"symbol", where.symbol()},
                        {"bidPrice", padded(where.bid().price)},
                        {"bidQty", padded(where.bid().qty)},
                        {"askPrice", padded(where.ask().price)},
                        {"askQty", padded(where.ask().qty)}};
  };
  if (params.has("symbol")) return one(market(params));
  json::array list;
  for (const auto& [name, where] : markets_) list.emplace_back(one(*where));
  return list;
}

json::value SpotExchange::aggregate_trades(const Params& params, int, std::int64_t) {
  return aggregate_trades_json(market(params), params);
}
json::value SpotExchange::klines(const Params& params, int, std::int64_t) {
  return klines_json(market(params), params);
}
// Of the last five minutes, by volume.
json::value SpotExchange::average_price(const Params& params, int, std::int64_t now_ms) {
  const SymbolMarket& where = market(params);
  Int128 value = 0;
  Qty volume;
  std::int64_t last = now_ms;
  for (const Candle& each : *where.candles().of("1m")) {
    if (each.open_ms <= now_ms - 300'000) continue;
    value += Int128{each.quote} * kFinePerAmount;
    volume += each.volume;
    last = each.close_ms;
  }
  const Price price = volume > Qty{}
                          ? Price::from_raw(static_cast<std::int64_t>(value / volume.raw()))
                          : where.last_price();
  return json::object{{"mins", 5}, {"price", padded(price)}, {"closeTime", std::min(last, now_ms)}};
}
json::value SpotExchange::day_ticker(const Params& params, int, std::int64_t now_ms) {
  if (params.has("symbol")) return day_json(market(params), now_ms);
  json::array list;
  for (const auto& [name, where] : markets_) list.emplace_back(day_json(*where, now_ms));
  return list;
}
}  // namespace sq::exchange
