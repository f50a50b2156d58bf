// What goes wrong in a simulated day, and when: a list made from the day's seed before it begins,
// so that a failing day can be run again with parts of the list left out. Thread: one. Cost:
// start-up. Source: families X, C, N, Q of the fault catalogue; ids at each kind.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sq::chaos {
enum class FaultKind : std::uint8_t {
  // the next request to the venue
  RequestLost,     // X01: never arrives, nobody says so
  RequestLate,     // arrives up to 4 s later, behind others
  RequestDoubled,  // arrives twice
  OutcomeArrived,  // X02: an error that leaves open what happened; it arrived
  OutcomeLost,     // X02: the same; it did not
  NotSent,         // never left, and the connection says so
  VenueRejects,    // a rejection for a reason of the venue's own
  // the next report to the engine
  ReportLost,     // X08
  ReportLate,     // X07: up to 4 s late, behind others
  ReportDoubled,  // X06
  // the next query
  QueryHidden,      // X03: "not found" for 3 s although it works
  QueryUnanswered,  // X04
  // connections and the venue
  SessionDown,     // order connection: requests fail, reports are lost
  SessionStalled,  // the same, but reports come when it is back
  VenueHalted,     // N14: maintenance, every order refused
  // market data
  FeedGap,  // some updates are missing
  FeedDoubled,
  FeedOld,      // an update from long ago
  FeedDown,     // disconnected, with notice
  FeedSilent,   // no data and no notice
  FeedCrossed,  // bid above ask for some time
  FeedDropped,  // the ring was full
  // clock, disk, process
  ClockJump,  // C01: the wall clock, up to a day
  DiskFull,
  DiskStalled,
  DiskFailed,     // nothing more can be logged
  ProcessKilled,  // at the n-th record or send from now; the log keeps what it has
  PowerLost,      // the same, and the tail of the log behind the last order is gone
  OrderlyRestart,
  // operators
  OperatorKill,
  OperatorState,
  OperatorCancelAll
};
constexpr std::size_t kFaultKinds = static_cast<std::size_t>(FaultKind::OperatorCancelAll) + 1;
[[nodiscard]] std::string_view text_of(FaultKind kind) noexcept;

struct Fault {
  std::uint32_t step{0};  // market records before it
  FaultKind kind{FaultKind::RequestLost};
  std::uint64_t value{0};  // what its details are drawn from
};

// Everything that makes one day what it is.
struct Script {
  std::uint64_t seed{0};
  std::uint32_t steps{0};       // market records; then the day is brought to rest
  std::uint32_t rest_every{0};  // so many of them, and is brought to rest in between
  std::vector<Fault> faults;
};
constexpr std::uint32_t kRests = 4;  // in a day
// `faults`: how many of them. Some stretches of the day have none, so that it can come to rest.
[[nodiscard]] Script script_of(std::uint64_t seed, std::uint32_t steps, std::uint32_t faults);
[[nodiscard]] std::uint64_t seed_of_day(std::uint64_t seed, std::uint64_t day) noexcept;

using FaultCounts = std::array<std::uint64_t, kFaultKinds>;
}  // namespace sq::chaos
