// WebSocket connections: market streams and the WebSocket API.
#include <algorithm>

#include "tools/binance-exchange/site.hpp"

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::size_t kStreamsMax = 1'024;  // of a connection

std::string text_value(const json::value& value) {
  if (value.is_string()) return std::string{value.get_string().data(), value.get_string().size()};
  return json::serialize(value);
}
Params params_of(const json::object& request) {
  const json::value* given = request.if_contains("params");
  return given != nullptr && given->is_object() ? Params::of_json(given->get_object()) : Params{};
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

std::optional<WebAnswer> ExchangeSite::on_open(WebPeer& peer) {
  Peer made;
  made.peer = &peer;
  const std::int64_t now = now_ms();
  made.connected_ms = now;
  try {
    check_maintenance(now);
    limits_.count_connection(now);
    const Params params{peer.request().query, {}};
    made.microseconds = lower(params.get("timeUnit")) == "microsecond";
    made.limits_told = params.get("returnRateLimits") != "false";
    if (!open_path(peer.request(), made)) throw Failure{404, -1000, "Unknown path.", {}};
    if (made.api) limits_.count_weight(settings_.connect_weight, now);
  } catch (const Failure& failure) {
    return fail(failure, now);
  }
  peers_[&peer] = std::move(made);
  return std::nullopt;
}
void ExchangeSite::on_closed(WebPeer& peer) { peers_.erase(&peer); }

bool ExchangeSite::too_many_messages(Peer& peer, std::int64_t now_ms) {
  if (now_ms / 1'000 != peer.second) {
    peer.second = now_ms / 1'000;
    peer.messages = 0;
  }
  return ++peer.messages > settings_.messages_per_second * limits_.factor();
}

void ExchangeSite::on_text(WebPeer& web, std::string_view text) {
  const auto found = peers_.find(&web);
  if (found == peers_.end()) return;
  Peer& peer = found->second;
  const std::int64_t now = now_ms();
  boost::json::error_code error;
  const json::value request = json::parse(json::string_view{text.data(), text.size()}, error);
  if (error || !request.is_object()) {
    web.send(R"({"id":null,"status":400,"error":{"code":-1135,"msg":"Malformed JSON."}})");
    return;
  }
  if (!peer.api) {
    if (too_many_messages(peer, now)) {
      web.close(1008, "Too many requests");
      return;
    }
    web.send(json::serialize(stream_call(peer, request.get_object())));
    return;
  }
  ++counters_.requests;
  RequestFault fault;
  const json::object answer = api_call(peer, request.get_object(), fault, now);
  std::string said = json::serialize(answer);
  if (fault.html) said = "<html><body>Maintenance</body></html>";
  web.send(fault.drift ? drifted(said) : said, fault.delivery);
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
        if (peer.streams.size() >= kStreamsMax && !peer.streams.contains(lower(name)))
          return {{"code", 2}, {"msg", "Invalid request: too many streams"}, {"id", given}};
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
int ExchangeSite::api_account(const Peer& peer, const Params& params, std::int64_t now_ms) {
  if (params.has("signature")) {
    const ApiKey& key = key_of(params.get("apiKey"));
    ++counters_.signed_requests;
    if (!verify_signature(key, payload_of(params), params.get("signature"))) {
      ++counters_.bad_signatures;
      throw Failure{400, -1022, "Signature for this request is not valid.", {}};
    }
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

json::value ExchangeSite::api_result(Peer& peer, const std::string& method, const Params& params,
                                     int& account, std::int64_t now_ms) {
  if (method.starts_with("session.") || method.starts_with("userDataStream.")) {
    limits_.count_weight(2, now_ms);
    return session_call(peer, method, params, now_ms);
  }
  account = api_account(peer, params, now_ms);
  for (const Endpoint& each : endpoints())
    if (method == each.call) return counted_call(each, params, account, now_ms);
  const Endpoint other{"", "", method.c_str(), 1, Endpoint::None};
  return counted_call(other, params, account, now_ms);
}

json::object ExchangeSite::api_call(Peer& peer, const json::object& request, RequestFault& fault,
                                    std::int64_t now_ms) {
  const json::value* id = request.if_contains("id");
  json::object answer{{"id", id != nullptr ? *id : json::value{}}, {"status", 200}};
  std::optional<Failure> refused;
  int account = peer.account;
  bool of_order = false;
  bool limits_told = peer.limits_told;
  try {
    const json::value* given = request.if_contains("method");
    if (given == nullptr || !given->is_string()) throw missing("method");
    std::string method = text_value(*given);
    if (method.starts_with("v3/") || method.starts_with("v2/")) method.erase(0, 3);
    fault = fault_of(method);
    const Params params = params_of(request);
    if (params.has("returnRateLimits")) limits_told = params.get("returnRateLimits") != "false";
    of_order = method.starts_with("order");
    check_maintenance(now_ms);
    if (fault.execute) {
      json::value result = api_result(peer, method, params, account, now_ms);
      if (peer.microseconds) to_microseconds(result);
      answer["result"] = std::move(result);
    }
  } catch (const Failure& failure) {
    refused = failure;
  }
  if (fault.failure) refused = fault.failure;
  if (refused) {
    answer.erase("result");
    answer["status"] = refused->status;
    json::object error{{"code", refused->code}, {"msg", refused->message}};
    if (!refused->data.is_null()) error["data"] = refused->data;
    if (refused->status == 429 || refused->status == 418)
      error["data"] = json::object{
          {"serverTime", now_ms},
          {"retryAfter", now_ms + 1'000 * limits_.retry_after_s(refused->status, now_ms)}};
    answer["error"] = error;
  }
  if (limits_told) answer["rateLimits"] = limits_.list(account, of_order, true, now_ms);
  return answer;
}

bool ExchangeSite::anybody_follows(const std::string& stream) const {
  return std::any_of(peers_.begin(), peers_.end(),
                     [&](const auto& each) { return each.second.streams.contains(stream); });
}

void ExchangeSite::send_stream(const std::string& stream, const json::value& data) {
  std::string raw[2];
  for (auto& [web, peer] : peers_) {
    const auto found = peer.streams.find(stream);
    if (found == peer.streams.end() || peer.sbe) continue;
    std::string& text = raw[peer.microseconds ? 1 : 0];
    if (text.empty()) {
      json::value shown = data;
      if (peer.microseconds) to_microseconds(shown);
      text = json::serialize(shown);
    }
    deliver(peer, FaultPlace::Market, stream, peer.combined ? wrapped(found->second, text) : text);
  }
}

void ExchangeSite::publish(std::int64_t) {
  const std::int64_t now_ms = this->now_ms();
  act_on_time(now_ms);
  constexpr std::int64_t kDepthEveryMs = 100;
  const bool depth = now_ms >= depth_due_ms_;
  if (depth) depth_due_ms_ = now_ms + kDepthEveryMs;
  for (auto& [symbol, market] : venue_.markets()) {
    Published& last = published_[symbol];
    const auto& trades = market->trades();
    auto fresh = trades.end();
    while (fresh != trades.begin() && std::prev(fresh)->id > last.trade) --fresh;
    for (; fresh != trades.end(); ++fresh) {
      last.trade = fresh->id;
      publish_trade(symbol, *fresh, now_ms);
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
    publish_partial_books(*market, now_ms);
    const auto changes = market->take_changes();
    if (!changes.empty()) publish_depth(*market, changes, now_ms);
  }
  publish_tickers(now_ms);
  publish_more(now_ms);
}
}  // namespace sq::exchange
