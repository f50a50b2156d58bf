// What the futures exchange says of its symbols: rules, books, prices and marks.
#include <algorithm>

#include "tools/binance-exchange/market_views.hpp"
#include "tools/binance-exchange/site.hpp"
#include "tools/binance-exchange/usdm_exchange.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;

std::int64_t whole(std::uint64_t id) { return static_cast<std::int64_t>(id); }
std::size_t limit_of(const Params& params, std::int64_t fallback, std::int64_t most) {
  return static_cast<std::size_t>(
      std::clamp<std::int64_t>(params.integer("limit", fallback), 1, most));
}
json::object symbol_json(const Instrument& of) {
  const std::string base{of.base.text()};
  return {{"symbol", of.symbol.view()},
          {"pair", of.symbol.view()},
          {"contractType", "PERPETUAL"},
          {"deliveryDate", std::int64_t{4'133'404'800'000}},
          {"onboardDate", std::int64_t{1'569'398'400'000}},
          {"status", "TRADING"},
          {"maintMarginPercent", "2.5000"},
          {"requiredMarginPercent", "5.0000"},
          {"baseAsset", base},
          {"quoteAsset", "USDT"},
          {"marginAsset", "USDT"},
          {"pricePrecision", 2},
          {"quantityPrecision", 3},
          {"baseAssetPrecision", 8},
          {"quotePrecision", 8},
          {"underlyingType", "COIN"},
          {"underlyingSubType", json::array{}},
          {"triggerProtect", "0.0500"},
          {"liquidationFee", "0.015000"},
          {"marketTakeBound", "0.05"},
          {"orderTypes", json::array{"LIMIT", "MARKET"}},
          {"timeInForce", json::array{"GTC", "IOC", "FOK", "GTX"}},
          {"filters", json::array{json::object{{"filterType", "PRICE_FILTER"},
                                               {"minPrice", padded(of.price_min)},
                                               {"maxPrice", padded(of.price_max)},
                                               {"tickSize", padded(of.tick)}},
                                  json::object{{"filterType", "LOT_SIZE"},
                                               {"minQty", padded(of.qty_min)},
                                               {"maxQty", padded(of.qty_max)},
                                               {"stepSize", padded(of.lot)}},
                                  json::object{{"filterType", "MARKET_LOT_SIZE"},
                                               {"minQty", padded(of.qty_min)},
                                               {"maxQty", padded(of.qty_max)},
                                               {"stepSize", padded(of.lot)}},
                                  json::object{{"filterType", "MIN_NOTIONAL"},
                                               {"notional", padded(of.notional_min)}}}}};
}
}  // namespace

json::value UsdmExchange::ping(const Params&, UsdmUser&, int, std::int64_t) {
  return json::object{};
}
json::value UsdmExchange::time(const Params&, UsdmUser&, int, std::int64_t now_ms) {
  return json::object{{"serverTime", now_ms}};
}
json::value UsdmExchange::exchange_info(const Params&, UsdmUser&, int, std::int64_t now_ms) {
  json::array symbols;
  for (const auto& [name, where] : markets_) symbols.emplace_back(symbol_json(where->instrument()));
  return json::object{{"timezone", "UTC"},
                      {"serverTime", now_ms},
                      {"futuresType", "U_MARGINED"},
                      {"rateLimits", json::array{}},  // the site's
                      {"exchangeFilters", json::array{}},
                      {"assets", json::array{json::object{{"asset", "USDT"},
                                                          {"marginAvailable", true},
                                                          {"autoAssetExchange", "-10000"}}}},
                      {"symbols", symbols}};
}
json::value UsdmExchange::depth(const Params& params, UsdmUser&, int, std::int64_t now_ms) {
  const SymbolMarket& where = market(params);
  const std::size_t limit = limit_of(params, 500, 1'000);
  const auto cut = [&](json::array list) {
    if (list.size() > limit) list.resize(limit);
    return list;
  };
  return json::object{{"lastUpdateId", whole(where.update_id())},
                      {"E", now_ms},
                      {"T", now_ms},
                      {"bids", cut(level_list(where.bids()))},
                      {"asks", cut(level_list(where.asks()))}};
}
json::value UsdmExchange::price_ticker(const Params& params, UsdmUser&, int, std::int64_t now_ms) {
  const auto one = [&](const SymbolMarket& where) {
    return json::object{
        {"symbol", where.symbol()}, {"price", padded(where.last_price())}, {"time", now_ms}};
  };
  if (params.has("symbol")) return one(market(params));
  json::array list;
  for (const auto& [name, where] : markets_) list.emplace_back(one(*where));
  return list;
}
json::value UsdmExchange::book_ticker(const Params& params, UsdmUser&, int, std::int64_t now_ms) {
  const auto one = [&](const SymbolMarket& where) {
    return json::object{
        {"symbol", where.symbol()},          {"bidPrice", padded(where.bid().price)},
        {"bidQty", padded(where.bid().qty)}, {"askPrice", padded(where.ask().price)},
        {"askQty", padded(where.ask().qty)}, {"time", now_ms}};
  };
  if (params.has("symbol")) return one(market(params));
  json::array list;
  for (const auto& [name, where] : markets_) list.emplace_back(one(*where));
  return list;
}
json::value UsdmExchange::premium_index(const Params& params, UsdmUser&, int, std::int64_t now_ms) {
  constexpr std::int64_t kFundingMs = 8 * 3'600'000;
  const auto one = [&](const SymbolMarket& where) {
    const std::string mark = padded(mark_of(where));
    return json::object{{"symbol", where.symbol()},
                        {"markPrice", mark},
                        {"indexPrice", mark},
                        {"estimatedSettlePrice", mark},
                        {"lastFundingRate", "0.00010000"},
                        {"interestRate", "0.00010000"},
                        {"nextFundingTime", (now_ms / kFundingMs + 1) * kFundingMs},
                        {"time", now_ms}};
  };
  if (params.has("symbol")) return one(market(params));
  json::array list;
  for (const auto& [name, where] : markets_) list.emplace_back(one(*where));
  return list;
}

json::value UsdmExchange::recent_trades(const Params& params, UsdmUser&, int, std::int64_t) {
  const SymbolMarket& where = market(params);
  const auto& trades = where.trades();
  json::array list;
  for (std::size_t i = trades.size() - std::min(limit_of(params, 500, 1'000), trades.size());
       i < trades.size(); ++i)
    list.emplace_back(json::object{{"id", whole(trades[i].id)},
                                   {"price", padded(trades[i].price)},
                                   {"qty", padded(trades[i].qty)},
                                   {"quoteQty", padded(usdt_of(trades[i].price, trades[i].qty))},
                                   {"time", trades[i].time_ms},
                                   {"isBuyerMaker", trades[i].buyer_is_maker}});
  return list;
}
json::value UsdmExchange::aggregate_trades(const Params& params, UsdmUser&, int, std::int64_t) {
  return aggregate_trades_json(market(params), params);
}
json::value UsdmExchange::klines(const Params& params, UsdmUser&, int, std::int64_t) {
  return klines_json(market(params), params);
}
json::value UsdmExchange::day_ticker(const Params& params, UsdmUser&, int, std::int64_t now_ms) {
  if (params.has("symbol")) return day_json(market(params), now_ms);
  json::array list;
  for (const auto& [name, where] : markets_) list.emplace_back(day_json(*where, now_ms));
  return list;
}
}  // namespace sq::exchange
