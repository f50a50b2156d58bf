// What must be asked again and again: the venue's time, the listen key of the user data stream, and
// the timer at the venue that cancels all when nobody sets it back. On a connection of its own, so
// that nothing waits behind a long answer. Thread: the venue's. Cost: a request a minute. Errors:
// asked again. Source: protocol facts of binance_spot 3, binance_futures 6 and 7; controls A02;
// faults C01, C02, N11.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/venue/dead_man.hpp"
#include "venues/binance/entry/rest_lane.hpp"

namespace sq::binance {
class Keeping final : private venue::VenueDeadMan {
 public:
  explicit Keeping(LinkContext& context);

  bool step();
  void keep_dead_man(bool armed) noexcept { dead_man_armed_ = armed; }
  // USD-M. "": there is none yet.
  [[nodiscard]] const std::string& listen_key() const noexcept { return listen_key_; }
  // The venue ended it: another one is asked for.
  void forget_listen_key() noexcept { listen_key_.clear(); }
  void end();
  [[nodiscard]] bool idle() const noexcept { return lane_.idle(); }

 private:
  class TimeErrand;
  class ListenKeyErrand;
  class CountdownErrand;
  [[nodiscard]] venue::VenueDeadMan& as_dead_man() noexcept { return *this; }
  [[nodiscard]] bool arm(std::int64_t timeout_ns) noexcept override;

  LinkContext& context_;
  RestLane lane_;
  MonoTime time_due_{};
  bool asking_time_{false};
  std::string listen_key_;
  bool asking_key_{false};
  MonoTime key_due_{};    // to be extended
  MonoTime key_again_{};  // to be asked for
  int key_refusals_{0};
  std::optional<venue::DeadManKeeper> dead_man_;
  int countdowns_{0};  // on their way
  bool countdown_failed_{false};
  bool dead_man_armed_{true};
  bool ended_{false};
};
}  // namespace sq::binance
