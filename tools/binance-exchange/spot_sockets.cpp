// WebSocket connections: market streams on /ws and /stream, the WebSocket API on /ws-api/v3.
#include <algorithm>

#include "engine/types/decimal.hpp"
#include "tools/binance-exchange/spot_site.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}
std::string text_value(const json::value& value) {
  if (value.is_string()) return std::string{value.get_string().data(), value.get_string().size()};
  return json::serialize(value);
}
// Numbers as they stand in the JSON text.
Params params_of(const json::object& request) {
  Params params;
  const json::value* given = request.if_contains("params");
  if (given == nullptr || !given->is_object()) return params;
  for (const auto& member : given->get_object())
    params.add(std::string{member.key().data(), member.key().size()}, text_value(member.value()));
  return params;
}
// Sorted by name, not percent-encoded.
std::string payload_of(const Params& params) {
  auto list = params.list();
  std::erase_if(list, [](const auto& pair) { return pair.first == "signature"; });
  std::sort(list.begin(), list.end());
  std::string text;
  for (const auto& [name, value] : list) {
    if (!text.empty()) text.push_back('&');
    text.append(name).append("=").append(value);
  }
  return text;
}
json::array level_list(const auto& levels) {
  json::array list;
  for (const auto& [price, qty] : levels)
    list.emplace_back(json::array{json::string{padded(price)}, json::string{padded(qty)}});
  return list;
}
std::int64_t whole(std::uint64_t id) { return static_cast<std::int64_t>(id); }
}  // namespace

bool SpotSite::on_open(WebPeer& peer) {
  const std::string& path = peer.request().path;
  Peer made;
  made.peer = &peer;
  made.connected_ms = wall_ms();
  if (path == "/ws-api/v3") {
    made.api = true;
  } else if (path == "/stream") {
    made.combined = true;
    const Params params{peer.request().query, {}};
    std::string names = params.get("streams");
    for (std::size_t at = 0; at < names.size();) {
      const std::size_t end = std::min(names.find('/', at), names.size());
      if (end > at) made.streams.insert(lower(names.substr(at, end - at)));
      at = end + 1;
    }
  } else if (path.starts_with("/ws")) {
    for (std::size_t at = 4; at < path.size();) {
      const std::size_t end = std::min(path.find('/', at), path.size());
      if (end > at) made.streams.insert(lower(path.substr(at, end - at)));
      at = end + 1;
    }
  } else {
    return false;
  }
  peers_[&peer] = std::move(made);
  return true;
}
void SpotSite::on_closed(WebPeer& peer) { peers_.erase(&peer); }

void SpotSite::on_text(WebPeer& web, std::string_view text) {
  const auto found = peers_.find(&web);
  if (found == peers_.end()) return;
  Peer& peer = found->second;
  boost::json::error_code error;
  const json::value request = json::parse(json::string_view{text.data(), text.size()}, error);
  if (error || !request.is_object()) {
    web.send(R"({"id":null,"status":400,"error":{"code":-1135,"msg":"Malformed JSON."}})");
    return;
  }
  const json::object answer = peer.api ? api_call(peer, request.get_object(), wall_ms())
                                       : stream_call(peer, request.get_object());
  web.send(json::serialize(answer));
}

json::object SpotSite::stream_call(Peer& peer, const json::object& request) {
  const json::value* id = request.if_contains("id");
  const json::value* method = request.if_contains("method");
  const json::value* params = request.if_contains("params");
  const json::value no_id{};
  const json::value& given = id != nullptr ? *id : no_id;
  if (method == nullptr || !method->is_string())
    return {{"code", 2}, {"msg", "Invalid request: missing or bad method"}, {"id", given}};
  const std::string what = text_value(*method);
  json::value result{};
  if (what == "SUBSCRIBE" || what == "UNSUBSCRIBE") {
    if (params == nullptr || !params->is_array())
      return {{"code", 2}, {"msg", "Invalid request: params must be an array"}, {"id", given}};
    for (const json::value& each : params->get_array()) {
      const std::string name = lower(text_value(each));
      if (what == "SUBSCRIBE") {
        peer.streams.insert(name);
      } else {
        peer.streams.erase(name);
      }
    }
  } else if (what == "LIST_SUBSCRIPTIONS") {
    json::array list;
    for (const std::string& name : peer.streams) list.emplace_back(json::string{name});
    result = list;
  } else if (what == "GET_PROPERTY") {
    result = peer.combined;
  } else if (what == "SET_PROPERTY") {
    if (params != nullptr && params->is_array() && params->get_array().size() == 2 &&
        params->get_array()[1].is_bool())
      peer.combined = params->get_array()[1].get_bool();
  } else {
    return {{"code", 2}, {"msg", "Invalid request: unknown method"}, {"id", given}};
  }
  return {{"result", result}, {"id", given}};
}

// A request's own key and signature win over the session's.
int SpotSite::api_account(const Peer& peer, const Params& params, std::int64_t now_ms) const {
  if (params.has("signature")) {
    const ApiKey& key = key_of(params.get("apiKey"));
    if (!verify_signature(key, payload_of(params), params.get("signature")))
      throw Failure{400, -1022, "Signature for this request is not valid.", {}};
    check_stamp(params, now_ms);
    return key.account;
  }
  if (peer.account >= 0 && params.has("timestamp")) check_stamp(params, now_ms);
  return peer.account;
}

json::value SpotSite::session_call(Peer& peer, const std::string& method, const Params& params,
                                   std::int64_t now_ms) {
  const auto status = [&] {
    const bool in = peer.account >= 0;
    return json::object{{"apiKey", in ? json::value(peer.api_key) : json::value()},
                        {"authorizedSince", in ? json::value(peer.authorized_ms) : json::value()},
                        {"connectedSince", peer.connected_ms},
                        {"returnRateLimits", false},
                        {"serverTime", now_ms},
                        {"userDataStream", !peer.subscriptions.empty()}};
  };
  if (method == "session.status") return status();
  if (method == "session.logout") {
    peer.account = -1;
    peer.subscriptions.clear();
    return status();
  }
  if (method == "session.logon") {
    const ApiKey& key = key_of(params.need("apiKey"));
    if (key.public_key_pem.empty())
      throw Failure{400, -4056, "HMAC_SHA256 API key is not supported.", {}};
    static_cast<void>(api_account(peer, params, now_ms));
    peer.account = key.account;
    peer.api_key = key.key;
    peer.authorized_ms = now_ms;
    return status();
  }
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
  json::array list;  // session.subscriptions
  for (const auto& [id, account] : peer.subscriptions)
    list.emplace_back(json::object{{"subscriptionId", id}});
  return list;
}

json::object SpotSite::api_call(Peer& peer, const json::object& request, std::int64_t now_ms) {
  const json::value* id = request.if_contains("id");
  json::object answer{{"id", id != nullptr ? *id : json::value{}}};
  try {
    const json::value* given = request.if_contains("method");
    if (given == nullptr || !given->is_string()) throw missing("method");
    std::string method = text_value(*given);
    if (method.starts_with("v3/")) method.erase(0, 3);
    const Params params = params_of(request);
    count_weight(1, now_ms);
    const bool of_session = method.starts_with("session.") || method.starts_with("userDataStream.");
    answer["status"] = 200;
    answer["result"] =
        of_session ? session_call(peer, method, params, now_ms)
                   : exchange_.call(method, params, api_account(peer, params, now_ms), now_ms);
  } catch (const Failure& failure) {
    answer.erase("result");
    answer["status"] = failure.status;
    json::object error{{"code", failure.code}, {"msg", failure.message}};
    if (!failure.data.is_null()) error["data"] = failure.data;
    answer["error"] = error;
  }
  answer["rateLimits"] = json::array{json::object{{"rateLimitType", "REQUEST_WEIGHT"},
                                                  {"interval", "MINUTE"},
                                                  {"intervalNum", 1},
                                                  {"limit", 6'000 * limit_factor_},
                                                  {"count", weight_.used}}};
  return answer;
}

void SpotSite::send_user(std::uint16_t account, const json::object& event) {
  for (auto& [web, peer] : peers_) {
    for (const auto& [id, of] : peer.subscriptions)
      if (of == account)
        web->send(json::serialize(json::object{{"subscriptionId", id}, {"event", event}}));
  }
}

void SpotSite::send_stream(const std::string& stream, const json::value& data) {
  std::string raw;
  std::string wrapped;
  for (auto& [web, peer] : peers_) {
    if (!peer.streams.contains(stream)) continue;
    if (raw.empty()) {
      raw = json::serialize(data);
      wrapped = json::serialize(json::object{{"stream", stream}, {"data", data}});
    }
    web->send(peer.combined ? wrapped : raw);
  }
}

void SpotSite::publish(std::int64_t now_ms) {
  constexpr std::int64_t kDepthEveryMs = 100;
  const bool depth = now_ms >= depth_due_ms_;
  if (depth) depth_due_ms_ = now_ms + kDepthEveryMs;
  for (auto& [symbol, market] : exchange_.markets()) {
    const std::string name = lower(symbol);
    Published& last = published_[symbol];
    for (const PublicTrade& trade : market->trades()) {
      if (trade.id <= last.trade) continue;
      last.trade = trade.id;
      json::object event{{"e", "trade"},
                         {"E", now_ms},
                         {"s", symbol},
                         {"t", whole(trade.id)},
                         {"p", padded(trade.price)},
                         {"q", padded(trade.qty)},
                         {"T", trade.time_ms},
                         {"m", trade.buyer_is_maker},
                         {"M", true}};
      send_stream(name + "@trade", event);
      event["e"] = "aggTrade";
      event["a"] = event["f"] = event["l"] = whole(trade.id);
      event.erase("t");
      send_stream(name + "@aggtrade", event);
    }
    const Best bid = market->bid();
    const Best ask = market->ask();
    const bool moved = bid.price != last.bid.price || bid.qty != last.bid.qty ||
                       ask.price != last.ask.price || ask.qty != last.ask.qty;
    if (moved) {
      last.bid = bid;
      last.ask = ask;
      send_stream(name + "@bookticker", json::object{{"u", whole(market->update_id())},
                                                     {"s", symbol},
                                                     {"b", padded(bid.price)},
                                                     {"B", padded(bid.qty)},
                                                     {"a", padded(ask.price)},
                                                     {"A", padded(ask.qty)}});
    }
    if (!depth) continue;
    const auto changes = market->take_changes();
    if (changes.empty()) continue;
    const json::object event{{"e", "depthUpdate"},
                             {"E", now_ms},
                             {"s", symbol},
                             {"U", whole(changes.first_id)},
                             {"u", whole(changes.last_id)},
                             {"b", level_list(changes.bids)},
                             {"a", level_list(changes.asks)}};
    send_stream(name + "@depth", event);
    send_stream(name + "@depth@100ms", event);
  }
}
}  // namespace sq::exchange
