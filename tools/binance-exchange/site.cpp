#include "tools/binance-exchange/site.hpp"

#include <algorithm>
#include <chrono>

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kBanMs = 120'000;

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
WebAnswer error_answer(const Failure& failure) {
  json::object body{{"code", failure.code}, {"msg", failure.message}};
  if (!failure.data.is_null()) body["data"] = failure.data;
  return {failure.status, json::serialize(body), {}};
}
// Times in answers are the keys that the venue's page calls times.
void to_microseconds(json::value& value) {
  if (value.is_array()) {
    for (auto& each : value.get_array()) to_microseconds(each);
  } else if (value.is_object()) {
    for (auto& member : value.get_object()) {
      const std::string_view key{member.key().data(), member.key().size()};
      const bool time = key == "time" || key == "updateTime" || key == "transactTime" ||
                        key == "workingTime" || key == "serverTime";
      if (time && member.value().is_int64()) {
        member.value() = member.value().get_int64() * 1'000;
      } else {
        to_microseconds(member.value());
      }
    }
  }
}
}  // namespace

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

ExchangeSite::ExchangeSite(Venue& venue, std::vector<ApiKey> keys, std::int64_t weight_limit)
    : venue_{venue}, keys_{std::move(keys)}, weight_limit_{weight_limit} {}

const ApiKey& ExchangeSite::key_of(const std::string& name) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const ApiKey& key) { return key.key == name; });
  if (name.empty()) throw Failure{401, -2014, "API-key format invalid.", {}};
  if (found == keys_.end())
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

// Of this minute; 429 over the limit, 418 for whoever goes on.
std::int64_t ExchangeSite::count_weight(std::int64_t weight, std::int64_t now_ms) {
  if (now_ms < banned_until_ms_) {
    ++counters_.banned;
    throw Failure{418,
                  -1003,
                  "Way too much request weight used; IP banned until " +
                      std::to_string(banned_until_ms_) + ".",
                  {}};
  }
  const std::int64_t number = now_ms / kMinuteMs;
  if (number != weight_.number) {
    weight_ = {number, 0};
    strikes_ = 0;
  }
  weight_.used += weight;
  if (weight_.used <= weight_limit_ * limit_factor_) return weight_.used;
  ++counters_.limited;
  if (++strikes_ > 10) banned_until_ms_ = now_ms + kBanMs;
  throw Failure{429,
                -1003,
                "Too much request weight used; current limit is " +
                    std::to_string(weight_limit_ * limit_factor_) + " request weight per 1 MINUTE.",
                {}};
}

json::value ExchangeSite::rest(const WebRequest& request, std::int64_t now_ms) {
  const auto all = endpoints();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Endpoint& each) {
    return request.method == each.method && request.path == each.path;
  });
  if (found == all.end()) throw Failure{404, -1020, "This operation is not supported.", {}};
  count_weight(found->weight, now_ms);
  const Params params{request.query, request.body};
  int account = -1;
  if (found->security == Endpoint::Signed) account = account_of(request, params, now_ms);
  if (found->security == Endpoint::Key) account = key_of(request.api_key).account;
  json::value answer = venue_.call(found->call, params, account, now_ms);
  if (request.microseconds) to_microseconds(answer);
  return answer;
}

WebAnswer ExchangeSite::on_request(const WebRequest& request) {
  ++counters_.requests;
  const std::int64_t now_ms = wall_ms();
  WebAnswer answer;
  try {
    answer.body = json::serialize(rest(request, now_ms));
  } catch (const Failure& failure) {
    answer = error_answer(failure);
    if (failure.status == 429)
      answer.headers.emplace_back("Retry-After",
                                  std::to_string((kMinuteMs - now_ms % kMinuteMs) / 1'000 + 1));
    if (failure.status == 418)
      answer.headers.emplace_back("Retry-After",
                                  std::to_string((banned_until_ms_ - now_ms) / 1'000 + 1));
  }
  answer.headers.emplace_back("X-MBX-USED-WEIGHT-1M", std::to_string(weight_.used));
  return answer;
}
}  // namespace sq::exchange
