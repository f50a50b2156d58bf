// One budget for everything that is sent to a host of Binance, REST and WebSocket API together:
// what the venue counts, in its own windows, and a share of it that only cancels may use. Thread:
// the owner's. Cost: a few compares a request. Errors: a request that must wait is told why and
// until when; nothing is ever sent during a ban. save() and restore() carry bans and counts over a
// restart.
// Source: protocol facts of binance_spot 4, binance_futures 3; controls P11, P28; faults N09, N10.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/types/state_bytes.hpp"
#include "engine/types/time.hpp"

namespace sq::binance {
enum class RateKind : std::uint8_t { Weight, Orders, RawRequests, Connections };
struct RateLimit {  // as exchangeInfo says
  RateKind kind{RateKind::Weight};
  std::int64_t interval_ns{0};  // windows begin at multiples of it, UTC
  std::int64_t limit{0};
};
enum class Purpose : std::uint8_t {
  Cancel,  // may use the whole limit
  Order,   // up to the share of news
  Other    // queries, snapshots, connects: up to half, so that they never starve orders
};
enum class Hold : std::uint8_t { None, Weight, Orders, RawRequests, Connections, RetryAfter, Ban };
[[nodiscard]] std::string_view text_of(Hold hold) noexcept;

struct Permission {
  Hold hold{Hold::None};
  WallTime until{};  // when it may be tried again
  [[nodiscard]] bool granted() const noexcept { return hold == Hold::None; }
};
struct RateCost {
  std::int64_t weight{1};
  std::int64_t orders{0};
  std::int64_t connections{0};
};

class RateGovernor {
 public:
  // `order_share_ppm`, `other_share_ppm`: of each limit, for orders and for others (controls P28:
  // 80 %).
  explicit RateGovernor(std::vector<RateLimit> limits, std::int64_t order_share_ppm = 800'000,
                        std::int64_t other_share_ppm = 500'000);

  // May it be sent now? Counts it when it may. `now`: the venue's clock, as far as it is known.
  [[nodiscard]] Permission ask(const RateCost& cost, Purpose purpose, WallTime now) noexcept;
  // The same without counting it.
  [[nodiscard]] Permission look(const RateCost& cost, Purpose purpose, WallTime now) const noexcept;
  // What exchangeInfo says, instead of what was known of those kinds; what was used in a window of
  // the same length still counts.
  void take_limits(const std::vector<RateLimit>& limits);
  // What a header of an answer says was used in a window, e.g. X-MBX-USED-WEIGHT-1M.
  void on_used(RateKind kind, std::int64_t interval_ns, std::int64_t used, WallTime now) noexcept;
  // 429 and 418, with the seconds of Retry-After; negative: none was given, and a minute, or two,
  // is waited, longer each time.
  void on_limited(bool banned, std::int64_t retry_after_s, WallTime now) noexcept;
  // An answer that was neither: the next unexplained wait starts from the shortest.
  void on_answered() noexcept { strikes_ = 0; }

  [[nodiscard]] std::int64_t used(RateKind kind, std::int64_t interval_ns,
                                  WallTime now) const noexcept;
  // What the fullest window of a kind still permits; 0 in a ban; negative: there is no such window.
  [[nodiscard]] std::int64_t left(RateKind kind, WallTime now) const noexcept;
  [[nodiscard]] WallTime banned_until() const noexcept { return banned_until_; }
  [[nodiscard]] std::uint64_t held() const noexcept { return held_; }

  void save(StateOut& out) const;
  [[nodiscard]] bool restore(StateIn& in);  // false: no such state

 private:
  struct Window {
    RateLimit rule;
    std::int64_t number{0};  // of the window that `used` counts
    std::int64_t used{0};
  };
  static std::int64_t cost_in(const Window& window, const RateCost& cost) noexcept;
  void roll(Window& window, WallTime now) const noexcept;

  std::vector<Window> windows_;
  std::array<std::int64_t, 3> share_ppm_;  // by Purpose
  WallTime wait_until_{0};
  WallTime banned_until_{0};
  std::int64_t strikes_{0};
  std::uint64_t held_{0};
};
}  // namespace sq::binance
