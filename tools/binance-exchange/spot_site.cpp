#include "tools/binance-exchange/spot_site.hpp"

#include "tools/binance-exchange/sbe_streams.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::int64_t kDayMs = 86'400'000;
SiteSettings settings() {
  return {"spot", 6'000, {{"SECOND", 10, "10S", 10'000, 100}, {"DAY", 1, "1D", kDayMs, 200'000}},
          2,      5,     300'000};
}

constexpr Endpoint kEndpoints[]{
    {"GET", "/api/v3/ping", "ping", 1, Endpoint::None},
    {"GET", "/api/v3/time", "time", 1, Endpoint::None},
    {"GET", "/api/v3/exchangeInfo", "exchangeInfo", 20, Endpoint::None},
    {"GET", "/api/v3/depth", "depth", 5, Endpoint::None},
    {"GET", "/api/v3/trades", "trades.recent", 25, Endpoint::None},
    {"GET", "/api/v3/ticker/price", "ticker.price", 2, Endpoint::None},
    {"GET", "/api/v3/ticker/bookTicker", "ticker.book", 2, Endpoint::None},
    {"POST", "/api/v3/order", "order.place", 1, Endpoint::Signed, true},
    {"POST", "/api/v3/order/test", "order.test", 1, Endpoint::Signed},
    {"DELETE", "/api/v3/order", "order.cancel", 1, Endpoint::Signed, true},
    {"GET", "/api/v3/order", "order.status", 4, Endpoint::Signed},
    {"POST", "/api/v3/order/cancelReplace", "order.cancelReplace", 1, Endpoint::Signed, true},
    {"PUT", "/api/v3/order/amend/keepPriority", "order.amend.keepPriority", 4, Endpoint::Signed},
    {"GET", "/api/v3/order/amendments", "order.amendments", 4, Endpoint::Signed},
    {"POST", "/api/v3/orderList/oco", "orderList.place.oco", 1, Endpoint::Signed, true},
    {"POST", "/api/v3/orderList/oto", "orderList.place.oto", 1, Endpoint::Signed, true},
    {"POST", "/api/v3/orderList/otoco", "orderList.place.otoco", 1, Endpoint::Signed, true},
    {"DELETE", "/api/v3/orderList", "orderList.cancel", 1, Endpoint::Signed, true},
    {"GET", "/api/v3/orderList", "orderList.status", 4, Endpoint::Signed},
    {"GET", "/api/v3/openOrderList", "openOrderLists.status", 6, Endpoint::Signed},
    {"GET", "/api/v3/allOrderList", "allOrderLists", 20, Endpoint::Signed},
    {"GET", "/api/v3/openOrders", "openOrders.status", 6, Endpoint::Signed},
    {"DELETE", "/api/v3/openOrders", "openOrders.cancelAll", 1, Endpoint::Signed, true},
    {"GET", "/api/v3/allOrders", "allOrders", 20, Endpoint::Signed},
    {"GET", "/api/v3/myTrades", "myTrades", 20, Endpoint::Signed},
    {"GET", "/api/v3/rateLimit/order", "account.rateLimits.orders", 40, Endpoint::Signed},
    {"GET", "/api/v3/aggTrades", "trades.aggregate", 4, Endpoint::None},
    {"GET", "/api/v3/klines", "klines", 2, Endpoint::None},
    {"GET", "/api/v3/uiKlines", "uiKlines", 2, Endpoint::None},
    {"GET", "/api/v3/avgPrice", "avgPrice", 2, Endpoint::None},
    {"GET", "/api/v3/ticker/24hr", "ticker.24hr", 2, Endpoint::None},
    {"GET", "/sapi/v1/account/apiRestrictions", "apiRestrictions", 1, Endpoint::Signed},
    {"GET", "/api/v3/account", "account.status", 20, Endpoint::Signed},
    {"GET", "/api/v3/account/commission", "account.commission", 20, Endpoint::Signed},
};

std::int64_t whole(std::uint64_t id) { return static_cast<std::int64_t>(id); }
}  // namespace

SpotSite::SpotSite(SpotExchange& exchange, std::vector<ApiKey> keys)
    : ExchangeSite{exchange, std::move(keys), settings()}, exchange_{exchange} {
  exchange.on_user_event(
      [this](std::uint16_t account, const json::object& event) { send_user(account, event); });
}

std::span<const Endpoint> SpotSite::endpoints() const { return kEndpoints; }

// /ws-api/v3, /stream?streams=a/b, /ws/a/b; behind /sbe the streams in SBE.
bool SpotSite::open_path(const WebRequest& request, Peer& peer) {
  std::string_view path = request.path;
  if (path.starts_with("/sbe/")) {
    path.remove_prefix(4);
    if (request.api_key.empty()) throw Failure{400, -1102, "X-MBX-APIKEY is missing.", {}};
    if (key_of(request.api_key).public_key_pem.empty())
      throw Failure{401, -2015, "Invalid API-key, IP, or permissions for action.", {}};
    peer.sbe = true;
  }
  if (path == "/ws-api/v3") {
    peer.api = true;
  } else if (path == "/stream") {
    peer.combined = !peer.sbe;
    add_streams(peer, Params{request.query, {}}.get("streams"));
  } else if (path.starts_with("/ws")) {
    add_streams(peer, path.substr(3));
  } else {
    return false;
  }
  return true;
}

std::optional<json::value> SpotSite::user_data_call(Peer& peer, const std::string& method,
                                                    const Params& params, std::int64_t now_ms) {
  if (method.starts_with("userDataStream.subscribe")) {
    const int account = api_account(peer, params, now_ms);
    if (account < 0)
      throw Failure{401, -2015, "Invalid API-key, IP, or permissions for action.", {}};
    for (const auto& [id, of] : peer.subscriptions)
      if (of == account)
        throw Failure{400, -2035, "User Data Stream subscription already active.", {}};
    const int id = peer.next_subscription++;
    peer.subscriptions[id] = account;
    return json::object{{"subscriptionId", id}};
  }
  if (method == "userDataStream.unsubscribe") {
    if (params.has("subscriptionId")) {
      peer.subscriptions.erase(static_cast<int>(params.integer("subscriptionId", -1)));
    } else {
      peer.subscriptions.clear();
    }
    return json::object{};
  }
  if (method != "session.subscriptions") return std::nullopt;
  json::array list;
  for (const auto& [id, account] : peer.subscriptions)
    list.emplace_back(json::object{{"subscriptionId", id}});
  return list;
}

// Deeper books and lists of all symbols weigh more.
std::int64_t SpotSite::weight_of(const Endpoint& endpoint, const Params& params) const {
  const std::string_view call = endpoint.call;
  if (call == "depth") {
    const std::int64_t limit = params.integer("limit", 100);
    return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1'000 ? 50 : 250;
  }
  if (params.has("symbol")) return endpoint.weight;
  if (call == "openOrders.status" || call == "ticker.24hr") return 80;
  if (call == "ticker.price" || call == "ticker.book") return 4;
  return endpoint.weight;
}

void SpotSite::end_user_streams(std::int64_t now_ms) {
  for (auto& [web, peer] : peers()) {
    for (const auto& [id, account] : peer.subscriptions)
      web->send(json::serialize(
          json::object{{"subscriptionId", id},
                       {"event", json::object{{"e", "eventStreamTerminated"}, {"E", now_ms}}}}));
    peer.subscriptions.clear();
  }
}

// The first fill of an order gives back what it counted: more for a maker.
void SpotSite::send_user(std::uint16_t account, const json::object& event) {
  const std::string_view kind = event.at("e").get_string();
  if (kind == "executionReport" && event.at("x") == "TRADE" && event.at("l") == event.at("z"))
    rate_limits().filled(account, event.at("m").get_bool() ? 5 : 1, event.at("E").get_int64());
  std::string text[2];
  for (auto& [web, peer] : peers()) {
    for (const auto& [id, of] : peer.subscriptions) {
      if (of != account) continue;
      std::string& said = text[peer.microseconds ? 1 : 0];
      if (said.empty()) {
        json::value shown = event;
        if (peer.microseconds) to_microseconds(shown);
        said = json::serialize(shown);
      }
      std::string whole_text{"{\"subscriptionId\":"};
      whole_text.append(std::to_string(id)).append(",\"event\":").append(said).append("}");
      deliver(peer, FaultPlace::User, kind, std::move(whole_text));
    }
  }
}

void SpotSite::publish_trade(const std::string& symbol, const PublicTrade& trade,
                             std::int64_t now_ms) {
  json::object event{{"e", "trade"},
                     {"E", now_ms},
                     {"s", symbol},
                     {"t", whole(trade.id)},
                     {"p", padded(trade.price)},
                     {"q", padded(trade.qty)},
                     {"T", trade.time_ms},
                     {"m", trade.buyer_is_maker},
                     {"M", true}};
  send_stream(lower(symbol) + "@trade", event);
  event["e"] = "aggTrade";
  event["a"] = event["f"] = event["l"] = whole(trade.id);
  event.erase("t");
  send_stream(lower(symbol) + "@aggtrade", event);
  send_sbe(lower(symbol) + "@trade", [&] { return sbe_trade(symbol, trade, now_ms); });
}

void SpotSite::publish_best(const SymbolMarket& market, std::int64_t now_ms) {
  send_sbe(lower(market.symbol()) + "@bestbidask", [&] { return sbe_best(market, now_ms); });
  send_stream(lower(market.symbol()) + "@bookticker",
              json::object{{"u", whole(market.update_id())},
                           {"s", market.symbol()},
                           {"b", padded(market.bid().price)},
                           {"B", padded(market.bid().qty)},
                           {"a", padded(market.ask().price)},
                           {"A", padded(market.ask().qty)}});
}

json::object SpotSite::partial_book(const SymbolMarket& market, std::size_t levels,
                                    std::int64_t) const {
  return {{"lastUpdateId", whole(market.update_id())},
          {"bids", level_list(market.bids(), levels)},
          {"asks", level_list(market.asks(), levels)}};
}

void SpotSite::publish_depth(const SymbolMarket& market, const SymbolMarket::Changes& changes,
                             std::int64_t now_ms) {
  const json::object event{{"e", "depthUpdate"},           {"E", now_ms},
                           {"s", market.symbol()},         {"U", whole(changes.first_id)},
                           {"u", whole(changes.last_id)},  {"b", level_list(changes.bids)},
                           {"a", level_list(changes.asks)}};
  send_stream(lower(market.symbol()) + "@depth", event);
  send_stream(lower(market.symbol()) + "@depth@100ms", event);
  send_sbe(lower(market.symbol()) + "@depth",
           [&] { return sbe_difference(market, changes, now_ms); });
  send_sbe(lower(market.symbol()) + "@depth20", [&] { return sbe_snapshot(market, 20, now_ms); });
}

void SpotSite::publish_more(std::int64_t now_ms) { exchange_.on_time(now_ms); }
}  // namespace sq::exchange
