#include "tools/binance-exchange/site.hpp"

#include <algorithm>
#include <chrono>

namespace sq::exchange {
namespace {
namespace json = boost::json;

// Query and body as they came, without the pair of the signature.
std::string without_signature(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    if (!pair.starts_with("signature=")) {
      if (!kept.empty()) kept.push_back('&');
      kept.append(pair);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return kept;
}
}  // namespace

// Times in answers are the keys that the venue's page calls times; in events they have one letter.
void to_microseconds(json::value& value) {
  if (value.is_array()) {
    for (auto& each : value.get_array()) to_microseconds(each);
    return;
  }
  if (!value.is_object()) return;
  const bool event = value.get_object().contains("e");
  for (auto& member : value.get_object()) {
    const std::string_view key{member.key().data(), member.key().size()};
    const bool time = key == "time" || key == "updateTime" || key == "transactTime" ||
                      key == "workingTime" || key == "serverTime" ||
                      (event && (key == "E" || key == "T" || key == "O" || key == "W"));
    if (time && member.value().is_int64()) {
      member.value() = member.value().get_int64() * 1'000;
    } else {
      to_microseconds(member.value());
    }
  }
}

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

ExchangeSite::ExchangeSite(Venue& venue, std::vector<ApiKey> keys, SiteSettings settings)
    : venue_{venue},
      keys_{std::move(keys)},
      settings_{std::move(settings)},
      limits_{settings_.weight_limit, settings_.orders, settings_.raw_limit},
      clock_{&wall_ms} {}

const ApiKey& ExchangeSite::key_of(const std::string& name) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const ApiKey& key) { return key.key == name; });
  if (name.empty()) throw Failure{401, -2014, "API-key format invalid.", {}};
  if (found == keys_.end() || clock_() < revoked_until_ms_)
    throw Failure{401, -2015, "Invalid API-key, IP, or permissions for action.", {}};
  return *found;
}

// In milliseconds or microseconds, at most a second ahead and recvWindow behind.
void ExchangeSite::check_stamp(const Params& params, std::int64_t now_ms) const {
  std::int64_t stamp = params.need_integer("timestamp");
  if (stamp > 100'000'000'000'000) stamp /= 1'000;
  const std::int64_t window = params.integer("recvWindow", 5'000);
  if (window > 60'000) throw Failure{400, -1131, "recvWindow must be less than 60000.", {}};
  if (stamp >= now_ms + 1'000)
    throw Failure{
        400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.", {}};
  if (now_ms - stamp > window)
    throw Failure{400, -1021, "Timestamp for this request is outside of the recvWindow.", {}};
}

int ExchangeSite::account_of(const WebRequest& request, const Params& params, std::int64_t now_ms) {
  const ApiKey& key = key_of(request.api_key);
  const std::string signature = params.need("signature");
  const std::string payload = without_signature(request.query) + without_signature(request.body);
  if (!verify_signature(key, payload, signature)) {
    ++counters_.bad_signatures;
    throw Failure{400, -1022, "Signature for this request is not valid.", {}};
  }
  check_stamp(params, now_ms);
  ++counters_.signed_requests;
  return key.account;
}

std::int64_t ExchangeSite::now_ms() const {
  const std::int64_t wall = clock_();
  return wall < clock_until_ms_ ? wall + clock_shift_ms_ : wall;
}
RequestFault ExchangeSite::fault_of(std::string_view call) {
  if (faults_ == nullptr || faults_->empty()) return {};
  RequestFault fault = faults_->on_request(settings_.market, call);
  // The futures have a status of their own for it.
  if (fault.failure && fault.failure->code == -1007 && fault.failure->status == 504 &&
      std::string_view{settings_.market} == "usdm")
    fault.failure->status = 408;
  if (fault.ban_ms > 0) limits_.ban_until(now_ms() + fault.ban_ms);
  return fault;
}

json::value ExchangeSite::counted_call(const Endpoint& endpoint, const Params& params, int account,
                                       std::int64_t now_ms) {
  const std::int64_t weight = weight_of(endpoint, params);
  limits_.count_request(now_ms);
  if (endpoint.free_when_done) {
    limits_.check_ban(now_ms);
  } else {
    limits_.count_weight(weight, now_ms);
  }
  if (std::string_view{endpoint.call} == "account.rateLimits.orders") {
    if (account < 0) throw Failure{401, -2014, "API-key format invalid.", {}};
    json::array list = limits_.list(account, true, true, now_ms);
    list.erase(list.begin());  // the weight
    return list;
  }
  const std::int64_t orders = venue_.orders_in(endpoint.call, params);
  if (orders > 0) limits_.check_orders(account, orders, now_ms);
  try {
    json::value answer = venue_.call(endpoint.call, params, account, now_ms);
    if (orders > 0) limits_.count_orders(account, orders, now_ms);
    if (std::string_view{endpoint.call} == "exchangeInfo")
      answer.get_object()["rateLimits"] = limits_.list(-1, true, false, now_ms);
    return answer;
  } catch (const Failure&) {
    if (endpoint.free_when_done) limits_.count_weight(weight, now_ms);
    throw;
  }
}

json::value ExchangeSite::rest(const WebRequest& request, const Endpoint& endpoint, int& account,
                               std::int64_t now_ms) {
  const Params params{request.query, request.body};
  limits_.check_ban(now_ms);
  if (endpoint.security == Endpoint::Signed) account = account_of(request, params, now_ms);
  if (endpoint.security == Endpoint::Key) account = key_of(request.api_key).account;
  json::value answer = counted_call(endpoint, params, account, now_ms);
  if (request.microseconds) to_microseconds(answer);
  return answer;
}

WebAnswer ExchangeSite::on_request(const WebRequest& request) {
  if (request.path.starts_with("/control/")) return control(request);
  ++counters_.requests;
  const std::int64_t now = now_ms();
  const auto all = endpoints();
  const auto endpoint = std::find_if(all.begin(), all.end(), [&](const Endpoint& each) {
    return request.method == each.method && request.path == each.path;
  });
  const RequestFault fault =
      fault_of(endpoint != all.end() ? endpoint->call : request.path.c_str());
  WebAnswer answer;
  int account = -1;
  std::optional<Failure> refused;
  try {
    check_maintenance(now);
    if (endpoint == all.end()) throw Failure{404, -1020, "This operation is not supported.", {}};
    if (fault.execute) answer.body = json::serialize(rest(request, *endpoint, account, now));
  } catch (const Failure& failure) {
    refused = failure;
  }
  if (fault.failure) refused = fault.failure;
  if (refused) answer = fail(*refused, now);
  if (fault.html) answer = {200, "<html><body>Maintenance</body></html>", {}, "text/html"};
  if (fault.drift) answer.body = drifted(answer.body);
  const bool orders =
      !refused && endpoint->security == Endpoint::Signed && request.path.ends_with("rder");
  for (auto& header : limits_.headers(account, orders, now))
    answer.headers.push_back(std::move(header));
  answer.delivery = fault.delivery;
  return answer;
}
}  // namespace sq::exchange
