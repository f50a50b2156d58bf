// What the venue allows: request weight of an address, orders of an account, connections. Windows
// are fixed and aligned to the clock. Thread: the server's. Cost: a few additions.
// Errors: Failure: 429 over a limit, 418 for whoever goes on.
// Source: protocol facts of binance_spot 4, binance_futures 3.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tools/binance-exchange/params.hpp"

namespace sq::exchange {
struct OrderLimit {
  const char* interval;  // "SECOND"
  int number;            // of intervals
  const char* suffix;    // of the header: "10S"
  std::int64_t window_ms;
  std::int64_t limit;
};

class RateLimits {
 public:
  // `raw_limit`: requests of any kind in five minutes; 0: they are not counted.
  RateLimits(std::int64_t weight_limit, std::vector<OrderLimit> orders, std::int64_t raw_limit)
      : weight_limit_{weight_limit}, raw_limit_{raw_limit}, orders_{std::move(orders)} {}
  // Times what the venue allows; 1 is the venue's.
  void set_factor(std::int64_t factor) { factor_ = factor; }

  void check_ban(std::int64_t now_ms);
  void count_weight(std::int64_t weight, std::int64_t now_ms);
  void count_request(std::int64_t now_ms);
  void ban_until(std::int64_t until_ms) { banned_until_ms_ = until_ms; }
  // Would `more` orders pass? Then count_orders() once they are accepted.
  void check_orders(int account, std::int64_t more, std::int64_t now_ms);
  void count_orders(int account, std::int64_t more, std::int64_t now_ms);
  // A first fill gives some back.
  void filled(int account, std::int64_t back, std::int64_t now_ms);
  void count_connection(std::int64_t now_ms);

  [[nodiscard]] std::int64_t factor() const noexcept { return factor_; }
  [[nodiscard]] std::int64_t retry_after_s(int status, std::int64_t now_ms) const noexcept;
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> headers(int account, bool orders,
                                                                         std::int64_t now_ms);
  // As exchangeInfo (without counts: raw requests, too) and the WebSocket API have them;
  // `account` -1: without counts of orders.
  [[nodiscard]] boost::json::array list(int account, bool orders, bool counts, std::int64_t now_ms);
  [[nodiscard]] std::uint64_t limited() const noexcept { return limited_; }
  [[nodiscard]] std::uint64_t banned() const noexcept { return banned_; }

 private:
  struct Window {
    std::int64_t number{0};
    std::int64_t used{0};
  };
  [[nodiscard]] std::int64_t& used(int account, std::size_t which, std::int64_t now_ms);
  [[noreturn]] void limit(int code, std::string message);

  std::int64_t weight_limit_;  // a minute
  std::int64_t raw_limit_;     // in five minutes
  std::vector<OrderLimit> orders_;
  std::int64_t factor_{1};
  Window weight_;  // of the one address there is
  Window requests_;
  Window connections_;
  std::map<std::pair<int, std::size_t>, Window> counts_;
  std::int64_t banned_until_ms_{0};
  std::int64_t strikes_{0};
  std::uint64_t limited_{0};
  std::uint64_t banned_{0};
};
}  // namespace sq::exchange
