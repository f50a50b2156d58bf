// WebSocket connections: market streams and the WebSocket API.
#include <algorithm>

#include "tools/binance-exchange/site.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;

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
// {"stream":"name","data":...}
std::string wrapped(const std::string& name, const std::string& data) {
  std::string text{R"({"stream":)"};
  text.append(json::serialize(json::string{name})).append(R"(,"data":)").append(data);
  return text.append("}");
}
}  // namespace

void ExchangeSite::add_streams(Peer& peer, std::string_view names) {
  while (!names.empty()) {
    const std::size_t end = std::min(names.find('/'), names.size());
    const std::string name{names.substr(0, end)};
    if (end > 0) peer.streams[lower(name)] = name;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

bool ExchangeSite::on_open(WebPeer& peer) {
  Peer made;
  made.peer = &peer;
  made.connected_ms = wall_ms();
  if (!open_path(peer.request(), made)) return false;
  peers_[&peer] = std::move(made);
  return true;
}
void ExchangeSite::on_closed(WebPeer& peer) { peers_.erase(&peer); }

void ExchangeSite::on_text(WebPeer& web, std::string_view text) {
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

json::object ExchangeSite::stream_call(Peer& peer, const json::object& request) {
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
      const std::string name = text_value(each);
      if (what == "SUBSCRIBE") {
        peer.streams[lower(name)] = name;
      } else {
        peer.streams.erase(lower(name));
      }
    }
  } else if (what == "LIST_SUBSCRIPTIONS") {
    json::array list;
    for (const auto& [key, name] : peer.streams) list.emplace_back(json::string{name});
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
int ExchangeSite::api_account(const Peer& peer, const Params& params, std::int64_t now_ms) const {
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

json::value ExchangeSite::session_call(Peer& peer, const std::string& method, const Params& params,
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
  if (auto answer = user_data_call(peer, method, params, now_ms)) return std::move(*answer);
  throw Failure{404, -1020, "This operation is not supported.", {}};
}

json::object ExchangeSite::api_call(Peer& peer, const json::object& request, std::int64_t now_ms) {
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
    answer["result"] = of_session
                           ? session_call(peer, method, params, now_ms)
                           : venue_.call(method, params, api_account(peer, params, now_ms), now_ms);
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
                                                  {"limit", weight_limit_ * limit_factor_},
                                                  {"count", weight_.used}}};
  return answer;
}

void ExchangeSite::send_stream(const std::string& stream, const json::value& data) {
  std::string raw;
  for (auto& [web, peer] : peers_) {
    const auto found = peer.streams.find(stream);
    if (found == peer.streams.end()) continue;
    if (raw.empty()) raw = json::serialize(data);
    web->send(peer.combined ? wrapped(found->second, raw) : raw);
  }
}

void ExchangeSite::publish(std::int64_t now_ms) {
  constexpr std::int64_t kDepthEveryMs = 100;
  const bool depth = now_ms >= depth_due_ms_;
  if (depth) depth_due_ms_ = now_ms + kDepthEveryMs;
  for (auto& [symbol, market] : venue_.markets()) {
    Published& last = published_[symbol];
    for (const PublicTrade& trade : market->trades()) {
      if (trade.id <= last.trade) continue;
      last.trade = trade.id;
      publish_trade(symbol, trade, now_ms);
    }
    const Best bid = market->bid();
    const Best ask = market->ask();
    if (bid.price != last.bid.price || bid.qty != last.bid.qty || ask.price != last.ask.price ||
        ask.qty != last.ask.qty) {
      last.bid = bid;
      last.ask = ask;
      publish_best(*market, now_ms);
    }
    if (!depth) continue;
    const auto changes = market->take_changes();
    if (!changes.empty()) publish_depth(*market, changes, now_ms);
  }
  publish_more(now_ms);
}
}  // namespace sq::exchange
