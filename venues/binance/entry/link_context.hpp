// What the parts of an order link share. Thread: the venue's. Errors: stop() is for good.
#pragma once

#include <string>
#include <string_view>

#include "engine/auth/signer.hpp"
#include "venues/binance/entry/answer_reader.hpp"
#include "venues/binance/entry/order_link.hpp"
#include "venues/binance/entry/report_out.hpp"
#include "venues/binance/entry/server_clock.hpp"
#include "venues/binance/entry/working_orders.hpp"
#include "venues/binance/order_text.hpp"

namespace sq::binance {
struct LinkContext {
  static constexpr std::size_t kWorkingSlots = std::size_t{1} << 17U;
  static constexpr std::int64_t kClosedNs = 10 * kNsPerSecond;  // unless it says so again
  static constexpr std::int64_t kLimpsNs = 10 * kNsPerSecond;   // since an order's fate was unknown
  static constexpr std::size_t kNames = std::size_t{1} << 18U;

  LinkContext(const LinkSettings& there, const OrderLinkSettings& wanted, const auth::Signer& key,
              RateGovernor& rates, RecordRing& ring)
      : where{there},
        settings{wanted},
        signer{key},
        governor{rates},
        reader{there.venue, there.instruments, wanted.instance},
        out{there.venue, ring} {}

  LinkSettings where;
  OrderLinkSettings settings;
  const auth::Signer& signer;
  RateGovernor& governor;
  AnswerReader reader;
  ReportOut out;
  ServerClock clock;
  WorkingOrders working{kWorkingSlots};
  VenueOrderNames names{kNames};
  OrderLinkCounters counters;
  std::vector<ToldPosition> positions;  // as an account was last told; taken by their reader
  std::string problem;
  bool stopped{false};
  bool clock_wrong{false};  // the venue says so, or the local clock jumped: measure it again
  std::uint64_t account_request{0};  // the newest; answers to older ones are of no use
  MonoTime now{};
  MonoTime closed_until{};  // the venue says that it is closed: maintenance, shutdown
  MonoTime limps_until{};   // it takes orders and does not say what became of them

  [[nodiscard]] bool spot() const noexcept { return where.venue == VenueId::BinanceSpot; }
  [[nodiscard]] WallTime venue_now() const noexcept { return clock.at(now); }
  // Outside of a session that has logged on.
  [[nodiscard]] RequestStamp signed_stamp() const noexcept {
    return {venue_now(), where.recv_window_ms, settings.api_key, &signer};
  }
  [[nodiscard]] RequestStamp session_stamp() const noexcept {
    return {venue_now(), where.recv_window_ms, {}, nullptr};
  }
  void note(std::string_view what) { problem.assign(what); }
  void stop(std::string_view why) {
    stopped = true;
    problem.assign(why);
  }
  // What goes with every answer beside its own meaning.
  void take_care(const Meaning& meaning, std::int64_t retry_after_s) {
    if (meaning.care == Care::SlowDown || meaning.care == Care::Banned)
      governor.on_limited(meaning.care == Care::Banned, retry_after_s, venue_now());
    if (meaning.care == Care::Closing) closed_until = now + kClosedNs;
    if (meaning.care == Care::ClockOff) {
      clock.forget();
      clock_wrong = true;
    }
  }
};
}  // namespace sq::binance
