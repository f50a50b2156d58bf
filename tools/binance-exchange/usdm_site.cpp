#include "tools/binance-exchange/usdm_site.hpp"

#include <array>

namespace sq::exchange {
namespace {
namespace json = boost::json;
SiteSettings settings() {
  return {"usdm", 2'400, {{"SECOND", 10, "10S", 10'000, 300}, {"MINUTE", 1, "1M", 60'000, 1'200}},
          5,      10,    0};
}
constexpr std::int64_t kMarkEveryMs = 1'000;

constexpr Endpoint kEndpoints[]{
    {"GET", "/fapi/v1/ping", "ping", 1, Endpoint::None},
    {"GET", "/fapi/v1/time", "time", 1, Endpoint::None},
    {"GET", "/fapi/v1/exchangeInfo", "exchangeInfo", 1, Endpoint::None},
    {"GET", "/fapi/v1/depth", "depth", 10, Endpoint::None},
    {"GET", "/fapi/v1/ticker/price", "ticker.price", 1, Endpoint::None},
    {"GET", "/fapi/v2/ticker/price", "ticker.price", 1, Endpoint::None},
    {"GET", "/fapi/v1/ticker/bookTicker", "ticker.book", 2, Endpoint::None},
    {"GET", "/fapi/v1/premiumIndex", "premiumIndex", 1, Endpoint::None},
    {"GET", "/fapi/v1/trades", "trades.recent", 5, Endpoint::None},
    {"GET", "/fapi/v1/aggTrades", "trades.aggregate", 20, Endpoint::None},
    {"GET", "/fapi/v1/klines", "klines", 5, Endpoint::None},
    {"GET", "/fapi/v1/ticker/24hr", "ticker.24hr", 1, Endpoint::None},
    {"GET", "/fapi/v1/fundingRate", "fundingRate", 1, Endpoint::None},
    {"GET", "/fapi/v1/fundingInfo", "fundingInfo", 1, Endpoint::None},
    {"POST", "/fapi/v1/order", "order.place", 0, Endpoint::Signed},
    {"POST", "/fapi/v1/order/test", "order.test", 0, Endpoint::Signed},
    {"PUT", "/fapi/v1/order", "order.modify", 1, Endpoint::Signed},
    {"DELETE", "/fapi/v1/order", "order.cancel", 1, Endpoint::Signed},
    {"GET", "/fapi/v1/order", "order.status", 1, Endpoint::Signed},
    {"POST", "/fapi/v1/batchOrders", "batchOrders.place", 5, Endpoint::Signed},
    {"PUT", "/fapi/v1/batchOrders", "batchOrders.modify", 5, Endpoint::Signed},
    {"DELETE", "/fapi/v1/batchOrders", "batchOrders.cancel", 1, Endpoint::Signed},
    {"POST", "/fapi/v1/algoOrder", "algoOrder.place", 0, Endpoint::Signed},
    {"DELETE", "/fapi/v1/algoOrder", "algoOrder.cancel", 1, Endpoint::Signed},
    {"GET", "/fapi/v1/algoOrder", "algoOrder.status", 1, Endpoint::Signed},
    {"DELETE", "/fapi/v1/algoOpenOrders", "algoOpenOrders.cancel", 1, Endpoint::Signed},
    {"GET", "/fapi/v1/openAlgoOrders", "openAlgoOrders", 1, Endpoint::Signed},
    {"GET", "/fapi/v1/allAlgoOrders", "allAlgoOrders", 5, Endpoint::Signed},
    {"GET", "/fapi/v1/openOrder", "openOrder", 1, Endpoint::Signed},
    {"GET", "/fapi/v1/openOrders", "openOrders", 1, Endpoint::Signed},
    {"DELETE", "/fapi/v1/allOpenOrders", "allOpenOrders.cancel", 1, Endpoint::Signed},
    {"GET", "/fapi/v1/allOrders", "allOrders", 5, Endpoint::Signed},
    {"GET", "/fapi/v1/userTrades", "userTrades", 5, Endpoint::Signed},
    {"POST", "/fapi/v1/countdownCancelAll", "countdownCancelAll", 10, Endpoint::Signed},
    {"GET", "/fapi/v2/balance", "account.balance", 5, Endpoint::Signed},
    {"GET", "/fapi/v3/balance", "account.balance", 5, Endpoint::Signed},
    {"GET", "/fapi/v2/account", "account.status", 5, Endpoint::Signed},
    {"GET", "/fapi/v3/account", "account.status", 5, Endpoint::Signed},
    {"GET", "/fapi/v2/positionRisk", "account.position", 5, Endpoint::Signed},
    {"GET", "/fapi/v3/positionRisk", "account.position", 5, Endpoint::Signed},
    {"POST", "/fapi/v1/leverage", "leverage", 1, Endpoint::Signed},
    {"POST", "/fapi/v1/marginType", "marginType", 1, Endpoint::Signed},
    {"GET", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin", 30, Endpoint::Signed},
    {"POST", "/fapi/v1/multiAssetsMargin", "multiAssetsMargin", 1, Endpoint::Signed},
    {"GET", "/fapi/v1/accountConfig", "accountConfig", 5, Endpoint::Signed},
    {"GET", "/fapi/v1/symbolConfig", "symbolConfig", 5, Endpoint::Signed},
    {"GET", "/fapi/v1/commissionRate", "commissionRate", 20, Endpoint::Signed},
    {"GET", "/fapi/v1/leverageBracket", "leverageBracket", 1, Endpoint::Signed},
    {"GET", "/fapi/v1/income", "income", 30, Endpoint::Signed},
    {"GET", "/fapi/v1/rateLimit/order", "account.rateLimits.orders", 1, Endpoint::Signed},
    {"GET", "/fapi/v1/positionSide/dual", "positionSide.dual", 30, Endpoint::Signed},
    {"POST", "/fapi/v1/positionSide/dual", "positionSide.dual", 1, Endpoint::Signed},
    {"POST", "/fapi/v1/listenKey", "userDataStream.start", 1, Endpoint::Key},
    {"PUT", "/fapi/v1/listenKey", "userDataStream.ping", 1, Endpoint::Key},
    {"DELETE", "/fapi/v1/listenKey", "userDataStream.stop", 1, Endpoint::Key},
};
std::int64_t whole(std::uint64_t id) { return static_cast<std::int64_t>(id); }
}  // namespace

UsdmSite::UsdmSite(UsdmExchange& exchange, std::vector<ApiKey> keys)
    : ExchangeSite{exchange, std::move(keys), settings()}, exchange_{exchange} {
  exchange.on_user_event(
      [this](std::uint16_t account, const json::object& event) { send_user(account, event); });
}

std::span<const Endpoint> UsdmSite::endpoints() const { return kEndpoints; }

// /ws-fapi/v1; /stream and /ws, also behind /public, /market and /private; listen keys as names, or
// as ?listenKey=.
bool UsdmSite::open_path(const WebRequest& request, Peer& peer) {
  std::string_view path = request.path;
  if (path == "/ws-fapi/v1") {
    peer.api = true;
    return true;
  }
  for (const std::string_view route : {"/public", "/market", "/private"})
    if (path.starts_with(route)) path.remove_prefix(route.size());
  const Params params{request.query, {}};
  add_streams(peer, params.get("listenKey"));
  if (path == "/stream") {
    peer.combined = true;
    add_streams(peer, params.get("streams"));
  } else if (path.starts_with("/ws")) {
    add_streams(peer, path.substr(3));
  } else {
    return false;
  }
  return true;
}

// Of the session only: userDataStream.* are calls of the exchange, with the key alone.
std::optional<json::value> UsdmSite::user_data_call(Peer& peer, const std::string& method,
                                                    const Params& params, std::int64_t now_ms) {
  if (!method.starts_with("userDataStream.")) return std::nullopt;
  const int account =
      params.has("apiKey") ? int{key_of(params.get("apiKey")).account} : peer.account;
  return exchange_.call(method, params, account, now_ms);
}

// Deeper books and lists of all symbols weigh more.
std::int64_t UsdmSite::weight_of(const Endpoint& endpoint, const Params& params) const {
  const std::string_view call = endpoint.call;
  if (call == "depth") {
    const std::int64_t limit = params.integer("limit", 500);
    return limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20;
  }
  if (params.has("symbol")) return endpoint.weight;
  if (call == "openOrders" || call == "openAlgoOrders" || call == "ticker.24hr") return 40;
  if (call == "premiumIndex") return 10;
  return endpoint.weight;
}

void UsdmSite::send_user(std::uint16_t account, const json::object& event) {
  const std::string_view kind = event.at("e").get_string();
  std::string text;
  for (auto& [web, peer] : peers()) {
    for (const auto& [key, name] : peer.streams) {
      if (key.find('@') != std::string::npos || exchange_.user_of_listen_key(key) != account)
        continue;
      if (text.empty()) text = json::serialize(event);
      std::string said = text;
      if (peer.combined) {
        said = "{\"stream\":\"";
        said.append(name).append("\",\"data\":").append(text).append("}");
      }
      deliver(peer, FaultPlace::User, kind, std::move(said));
    }
  }
}

void UsdmSite::end_user_streams(std::int64_t now_ms) { tell_ended_keys(true, now_ms); }
void UsdmSite::tell_ended_keys(bool end_all, std::int64_t now_ms) {
  for (const auto& [key, account] : exchange_.ended_listen_keys(end_all)) {
    for (auto& [web, peer] : peers()) {
      if (!peer.streams.contains(key)) continue;
      json::object event{{"e", "listenKeyExpired"}, {"E", now_ms}, {"listenKey", key}};
      if (peer.combined) event = {{"stream", key}, {"data", event}};
      web->send(json::serialize(event));
    }
  }
}

void UsdmSite::publish_trade(const std::string& symbol, const PublicTrade& trade,
                             std::int64_t now_ms) {
  const json::object event{{"e", "aggTrade"},          {"E", now_ms},
                           {"a", whole(trade.id)},     {"s", symbol},
                           {"p", padded(trade.price)}, {"q", padded(trade.qty)},
                           {"nq", padded(trade.qty)},  {"f", whole(trade.id)},
                           {"l", whole(trade.id)},     {"T", trade.time_ms},
                           {"m", trade.buyer_is_maker}};
  send_stream(lower(symbol) + "@aggtrade", event);
}

void UsdmSite::publish_best(const SymbolMarket& market, std::int64_t now_ms) {
  send_stream(lower(market.symbol()) + "@bookticker",
              json::object{{"e", "bookTicker"},
                           {"u", whole(market.update_id())},
                           {"E", now_ms},
                           {"T", now_ms},
                           {"s", market.symbol()},
                           {"b", padded(market.bid().price)},
                           {"B", padded(market.bid().qty)},
                           {"a", padded(market.ask().price)},
                           {"A", padded(market.ask().qty)}});
}

json::object UsdmSite::partial_book(const SymbolMarket& market, std::size_t levels,
                                    std::int64_t now_ms) const {
  return {{"e", "depthUpdate"},
          {"E", now_ms},
          {"T", now_ms},
          {"s", market.symbol()},
          {"U", whole(market.update_id())},
          {"u", whole(market.update_id())},
          {"pu", whole(market.update_id() - 1)},
          {"b", level_list(market.bids(), levels)},
          {"a", level_list(market.asks(), levels)}};
}

void UsdmSite::publish_depth(const SymbolMarket& market, const SymbolMarket::Changes& changes,
                             std::int64_t now_ms) {
  const json::object event{{"e", "depthUpdate"},
                           {"E", now_ms},
                           {"T", now_ms},
                           {"s", market.symbol()},
                           {"U", whole(changes.first_id)},
                           {"u", whole(changes.last_id)},
                           {"pu", whole(changes.previous_id)},
                           {"b", level_list(changes.bids)},
                           {"a", level_list(changes.asks)}};
  for (const char* rate : {"@depth", "@depth@100ms", "@depth@500ms"})
    send_stream(lower(market.symbol()) + rate, event);
}

void UsdmSite::publish_more(std::int64_t now_ms) {
  exchange_.on_time(now_ms);
  for (const json::object& event : exchange_.take_liquidations()) {
    const std::string symbol{event.at("o").at("s").get_string()};
    send_stream(lower(symbol) + "@forceorder", event);
    send_stream("!forceorder@arr", event);
  }
  tell_ended_keys(false, now_ms);
  if (now_ms < marks_due_ms_) return;
  marks_due_ms_ = now_ms + kMarkEveryMs;
  for (const auto& [symbol, market] : exchange_.markets()) {
    Params params;
    params.add("symbol", symbol);
    const json::object index = exchange_.call("premiumIndex", params, -1, now_ms).get_object();
    const json::object event{{"e", "markPriceUpdate"},
                             {"E", now_ms},
                             {"s", symbol},
                             {"p", index.at("markPrice")},
                             {"ap", index.at("markPrice")},
                             {"i", index.at("indexPrice")},
                             {"P", index.at("estimatedSettlePrice")},
                             {"r", index.at("lastFundingRate")},
                             {"T", index.at("nextFundingTime")}};
    send_stream(lower(symbol) + "@markprice", event);
    send_stream(lower(symbol) + "@markprice@1s", event);
  }
}
}  // namespace sq::exchange
