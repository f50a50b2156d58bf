#include "tools/binance-exchange/rate_limits.hpp"

#include <algorithm>

namespace sq::exchange {
namespace {
namespace json = boost::json;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kBanMs = 120'000;
constexpr std::int64_t kStrikes = 10;  // that many 429 in a minute are borne
constexpr std::int64_t kFiveMinutesMs = 5 * kMinuteMs;
constexpr std::int64_t kConnections = 300;
}  // namespace

void RateLimits::limit(int code, std::string message) {
  ++limited_;
  throw Failure{429, code, std::move(message), {}};
}

void RateLimits::check_ban(std::int64_t now_ms) {
  if (now_ms >= banned_until_ms_) return;
  ++banned_;
  throw Failure{
      418,
      -1003,
      "Way too much request weight used; IP banned until " + std::to_string(banned_until_ms_) + ".",
      {}};
}

void RateLimits::count_weight(std::int64_t weight, std::int64_t now_ms) {
  check_ban(now_ms);
  const std::int64_t number = now_ms / kMinuteMs;
  if (number != weight_.number) {
    weight_ = {number, 0};
    strikes_ = 0;
  }
  weight_.used += weight;
  if (weight_.used <= weight_limit_ * factor_) return;
  if (++strikes_ > kStrikes) banned_until_ms_ = now_ms + kBanMs;
  limit(-1003, "Too much request weight used; current limit is " +
                   std::to_string(weight_limit_ * factor_) + " request weight per 1 MINUTE.");
}

void RateLimits::count_request(std::int64_t now_ms) {
  if (raw_limit_ == 0) return;
  check_ban(now_ms);
  const std::int64_t number = now_ms / kFiveMinutesMs;
  if (number != requests_.number) requests_ = {number, 0};
  if (++requests_.used > raw_limit_ * factor_)
    limit(-1003, "Too many requests; current limit is " + std::to_string(raw_limit_ * factor_) +
                     " requests per 5 MINUTE.");
}

void RateLimits::count_connection(std::int64_t now_ms) {
  check_ban(now_ms);
  const std::int64_t number = now_ms / kFiveMinutesMs;
  if (number != connections_.number) connections_ = {number, 0};
  if (++connections_.used > kConnections * factor_)
    limit(-1034, "Too many concurrent connections; current limit is " +
                     std::to_string(kConnections * factor_) + " attempts per 5 MINUTE.");
}

std::int64_t& RateLimits::used(int account, std::size_t which, std::int64_t now_ms) {
  Window& window = counts_[{account, which}];
  const std::int64_t number = now_ms / orders_[which].window_ms;
  if (number != window.number) window = {number, 0};
  return window.used;
}

void RateLimits::check_orders(int account, std::int64_t more, std::int64_t now_ms) {
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    const OrderLimit& each = orders_[i];
    if (used(account, i, now_ms) + more <= each.limit * factor_) continue;
    limit(-1015, "Too many new orders; current limit is " + std::to_string(each.limit * factor_) +
                     " orders per " + std::to_string(each.number) + " " + each.interval + ".");
  }
}
void RateLimits::count_orders(int account, std::int64_t more, std::int64_t now_ms) {
  for (std::size_t i = 0; i < orders_.size(); ++i) used(account, i, now_ms) += more;
}
void RateLimits::filled(int account, std::int64_t back, std::int64_t now_ms) {
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    std::int64_t& count = used(account, i, now_ms);
    count = std::max<std::int64_t>(0, count - back);
  }
}

std::int64_t RateLimits::retry_after_s(int status, std::int64_t now_ms) const noexcept {
  if (status == 418) return std::max<std::int64_t>(0, banned_until_ms_ - now_ms) / 1'000 + 1;
  return (kMinuteMs - now_ms % kMinuteMs) / 1'000 + 1;
}

std::vector<std::pair<std::string, std::string>> RateLimits::headers(int account, bool orders,
                                                                     std::int64_t now_ms) {
  std::vector<std::pair<std::string, std::string>> made{
      {"X-MBX-USED-WEIGHT-1M", std::to_string(weight_.used)}};
  for (std::size_t i = 0; orders && i < orders_.size(); ++i)
    made.emplace_back(std::string{"X-MBX-ORDER-COUNT-"}.append(orders_[i].suffix),
                      std::to_string(used(account, i, now_ms)));
  return made;
}

json::array RateLimits::list(int account, bool orders, bool counts, std::int64_t now_ms) {
  json::object weight{{"rateLimitType", "REQUEST_WEIGHT"},
                      {"interval", "MINUTE"},
                      {"intervalNum", 1},
                      {"limit", weight_limit_ * factor_}};
  if (counts) weight["count"] = weight_.used;
  json::array list{weight};
  for (std::size_t i = 0; orders && i < orders_.size(); ++i) {
    json::object each{{"rateLimitType", "ORDERS"},
                      {"interval", orders_[i].interval},
                      {"intervalNum", orders_[i].number},
                      {"limit", orders_[i].limit * factor_}};
    if (counts && account >= 0) each["count"] = used(account, i, now_ms);
    list.emplace_back(each);
  }
  if (raw_limit_ != 0 && !counts)
    list.emplace_back(json::object{{"rateLimitType", "RAW_REQUESTS"},
                                   {"interval", "MINUTE"},
                                   {"intervalNum", 5},
                                   {"limit", raw_limit_ * factor_}});
  return list;
}
}  // namespace sq::exchange
