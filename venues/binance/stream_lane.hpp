// One connection to the venue's market streams and what keeps it there: it is opened again when it
// is lost, later each time; before the venue cuts it (24 h, serverShutdown) a second one is opened
// beside it and both deliver until the owner says that the second has all.
// Polled, never blocks. Thread: the owner's. Cost: engine/net/websocket/client.hpp. Errors:
// counters and problem(). Source: protocol facts of binance_spot 4, 5, binance_futures 2 (5 and 10
// messages a second, 300 connects in 5 minutes); faults N01 to N03, N10, N15.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/net/websocket/client.hpp"
#include "venues/binance/backoff.hpp"
#include "venues/binance/market_streams.hpp"
#include "venues/binance/rate_governor.hpp"
#include "venues/binance/stream_reply.hpp"

namespace sq::binance {
struct LaneSettings {
  net::WebSocketClientSettings socket;  // its target is made of path and plan
  std::string path;                     // before the route
  LanePlan plan;
  bool microseconds{false};
  std::int64_t age_ns_max{84'600 * kNsPerSecond};  // 23.5 h: a second connection is opened
  std::int64_t answer_ns_max{10 * kNsPerSecond};   // to SUBSCRIBE
  BackoffSettings backoff{};
  std::int64_t stable_ns{30 * kNsPerSecond};  // open for so long: the next wait is the shortest
  std::uint64_t seed{1};
};

struct LaneCounters {
  std::uint64_t connections{0};       // opened, handshake done
  std::uint64_t disconnects{0};       // lost after they were open
  std::uint64_t failures{0};          // could not be opened
  std::uint64_t held{0};              // attempts put off by the rate governor
  std::uint64_t handovers{0};         // to a second connection, nothing lost
  std::uint64_t subscribe_errors{0};  // SUBSCRIBE refused, or not answered
};

class StreamLane {
 public:
  explicit StreamLane(LaneSettings settings);

  // Goes on with what is due.
  void step(MonoTime now, WallTime wall, RateGovernor& governor);
  struct Received {
    net::WebSocketSession::Message message;
    bool second{false};  // of the connection that is to replace the other
    WallTime at{};       // by the kernel; 0: not told
  };
  // The next message of either connection; false: none now. Valid until the next call.
  [[nodiscard]] bool next(Received& out, MonoTime now);

  // An answer to SUBSCRIBE that came on that connection.
  void on_reply(const StreamReply& reply, bool second);
  // A second connection is wanted now.
  void renew() noexcept { renew_ = true; }
  // The second connection becomes the first, the other is closed.
  void hand_over(MonoTime now);
  void end(MonoTime now);
  void set_addresses(const std::vector<net::Endpoint>& addresses) {
    settings_.socket.connection.addresses = addresses;
  }

  [[nodiscard]] bool up() const noexcept { return first_ && first_->was_open; }
  // Since when the second connection is open with all streams; 0: it is not.
  [[nodiscard]] MonoTime second_since() const noexcept { return second_since_; }
  // Since when all streams of the first are subscribed; 0: not yet.
  [[nodiscard]] MonoTime complete_since() const noexcept { return complete_since_; }
  [[nodiscard]] bool ended() const noexcept { return ending_ && !first_ && !second_ && !leaving_; }
  [[nodiscard]] const LanePlan& plan() const noexcept { return settings_.plan; }
  [[nodiscard]] const LaneCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }  // the last one

 private:
  struct Line {
    Line(const net::WebSocketClientSettings& settings, MonoTime now) : client{settings, now} {}
    net::WebSocketClient client;
    bool was_open{false};
    MonoTime opened{};
    MonoTime asked{};          // the last SUBSCRIBE
    std::size_t asked_for{0};  // streams, those of the target included
    std::int64_t waiting{0};   // id of the request that is not answered; 0: none
  };
  void step_line(Line& line, MonoTime now);
  void subscribe(Line& line, MonoTime now);
  [[nodiscard]] bool complete(const Line& line) const noexcept;
  // Counts why a line ended.
  void note_end(const Line& line, MonoTime now, WallTime wall, RateGovernor& governor);
  [[nodiscard]] std::unique_ptr<Line> open(MonoTime now, WallTime wall, RateGovernor& governor);
  void on_opened(MonoTime now) noexcept;

  LaneSettings settings_;
  std::size_t in_target_{0};  // streams that the target names
  Backoff backoff_;
  std::unique_ptr<Line> first_;
  std::unique_ptr<Line> second_;
  std::unique_ptr<Line> leaving_;  // closed by us, until the venue has answered
  MonoTime due_{};                 // the next attempt
  MonoTime complete_since_{};
  MonoTime second_since_{};
  std::int64_t age_ns_{0};  // of first_ when a second one is wanted
  std::int64_t request_{0};
  bool renew_{false};
  bool ending_{false};
  bool turn_{false};
  LaneCounters counters_;
  std::string problem_;
};
}  // namespace sq::binance
