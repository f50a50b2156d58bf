// When the messages of wire/* are sent: each a moment after the answer to the one before it (closed
// loop: the engine has read by then what became of its order), or at the moments of a recording,
// however long the answers take (open loop; a late answer makes the next one wait, and the waiting
// counts).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bench/harness.hpp"
#include "engine/app/feeds.hpp"
#include "engine/feed/raw_recording.hpp"
#include "engine/settings/config.hpp"

namespace sq::bench {
struct Pace {
  std::string name;                 // "closed", "x1" ...
  std::vector<std::uint64_t> dues;  // ticks from the first message; empty: closed loop
  std::size_t rounds{0};            // closed loop
  std::uint64_t pause{0};           // closed loop: ticks from an answer to the next message
  [[nodiscard]] bool closed() const noexcept { return dues.empty(); }
  // Every second message of an open loop asks for an answer, every one of a closed loop.
  [[nodiscard]] static bool asks(std::size_t message) noexcept { return message % 2 == 0; }
};

inline double ticks_per_ns(const Session& session) { return 1e9 / session.to_ns(1'000'000'000); }

inline Pace closed_loop(const Session& session, std::size_t rounds) {
  constexpr double kPauseNs = 50'000;
  return {"closed", {}, rounds, static_cast<std::uint64_t>(kPauseNs * ticks_per_ns(session))};
}

// The busiest `seconds * speed` of the first recording of the configuration, `speed` times as fast.
inline Pace recorded_pace(const Session& session, const settings::Config& config,
                          std::int64_t speed, std::int64_t seconds) {
  const app::SessionFiles files = app::find_session(config);
  const auto& entry = files.entries.front();
  const auto bytes = feed::RawRecording::load_all(entry.files);
  feed::RawRecording recording{*bytes, entry.files.front().string()};
  std::vector<std::int64_t> arrivals;
  feed::RawLine line;
  while (recording.next(line) == feed::RawRecording::Read::Line)
    arrivals.push_back(line.received.ns);
  const std::int64_t span = seconds * speed * kNsPerSecond;
  std::size_t best = 0;
  std::size_t count = 0;
  for (std::size_t from = 0, to = 0; from < arrivals.size(); ++from) {
    while (to < arrivals.size() && arrivals[to] - arrivals[from] < span) ++to;
    if (to - from > count) {
      best = from;
      count = to - from;
    }
  }
  const double a_ns = ticks_per_ns(session);
  Pace pace{"x" + std::to_string(speed), {}, 0, 0};
  for (std::size_t i = best; i < best + count; ++i)
    pace.dues.push_back(static_cast<std::uint64_t>(
        static_cast<double>(std::max<std::int64_t>(arrivals[i] - arrivals[best], 0)) /
        static_cast<double>(speed) * a_ns));
  std::sort(pace.dues.begin(), pace.dues.end());  // a recording's clock may step back
  return pace;
}
}  // namespace sq::bench
