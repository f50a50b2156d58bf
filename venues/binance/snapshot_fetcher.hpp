// Depth snapshots by REST: which instruments want one, in the order in which they are due, over a
// few connections, within the rate budget. Polled, never blocks. Thread: the owner's. Cost: a list
// walked while snapshots are wanted, else nothing. Errors: an answer that is none is told as such;
// when to ask again is the owner's. Source: protocol facts of binance_spot 4, 6, binance_futures 4
// (weights by depth); faults N09, N18.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/net/http/client.hpp"
#include "venues/binance/link_settings.hpp"
#include "venues/binance/rate_governor.hpp"

namespace sq::binance {
// What a snapshot of so many levels a side costs, and the depth that the venue gives for the wish.
struct SnapshotDepth {
  std::int32_t levels{0};
  std::int64_t weight{0};
};
// The least that the venue offers with at least so many levels. Throws std::invalid_argument: more
// than it offers, or none.
[[nodiscard]] SnapshotDepth snapshot_depth(VenueId venue, std::int32_t levels);

struct SnapshotCounters {
  std::uint64_t asked{0};
  std::uint64_t answered{0};
  std::uint64_t failed{0};  // no answer, or another status than 200
  std::uint64_t held{0};    // put off by the rate governor
};

class SnapshotFetcher {
 public:
  // `connections`: how many are asked for at once.
  SnapshotFetcher(const LinkSettings& link, std::int32_t levels, std::size_t connections);

  // By position in LinkSettings::instruments. Wanted already, or under way: nothing changes but
  // that what is under way is asked for again (`again`).
  void want(std::size_t instrument, MonoTime due, bool again = false);
  void forget(std::size_t instrument);  // what is under way is still told
  [[nodiscard]] bool wanted(std::size_t instrument) const noexcept {
    return asks_[instrument].wanted || asks_[instrument].under_way;
  }

  struct Answer {
    std::size_t instrument{0};
    bool good{false};
    std::string_view body;  // valid until the next step
  };
  // Goes on; true: an answer. Call it until false.
  [[nodiscard]] bool step(MonoTime now, WallTime wall, RateGovernor& governor, Answer& answer);
  void set_addresses(const std::vector<net::Endpoint>& addresses);

  [[nodiscard]] bool idle() const noexcept { return wanted_ == 0 && under_way_ == 0; }
  [[nodiscard]] const SnapshotCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  struct Ask {
    bool wanted{false};
    bool under_way{false};
    MonoTime due{};
  };
  struct Fetch {
    explicit Fetch(net::HttpClientSettings settings) : client{std::move(settings)} {}
    net::HttpClient client;
    bool busy{false};
    bool taken{false};  // by the client; else it is told as a failure
    std::size_t instrument{0};
  };
  void ask_for(Fetch& fetch, MonoTime now, WallTime wall, RateGovernor& governor);
  [[nodiscard]] std::size_t next_due(MonoTime now) const noexcept;

  SnapshotDepth depth_;
  std::vector<std::string> targets_;  // by instrument
  std::vector<Ask> asks_;             // by instrument
  std::vector<std::unique_ptr<Fetch>> fetches_;
  std::size_t wanted_{0};
  std::size_t under_way_{0};
  MonoTime held_until_{};
  SnapshotCounters counters_;
  std::string problem_;
};
}  // namespace sq::binance
