// Many days of one seed, on several threads, and what they came to.
// Thread: run() starts its own. Cost: README.md. Errors: failures are kept, the first few in full.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/chaos/world.hpp"

namespace sq::chaos {
// Of the proof: at least 200,000 events and 2,000 faults a day.
constexpr std::uint32_t kStepsOfDay = 200'000;
constexpr std::uint32_t kFaultsOfDay = 3'600;

struct Plan {
  std::uint64_t seed{1};
  std::uint64_t first_day{0};
  std::uint64_t days{1};
  unsigned jobs{1};
  std::uint32_t steps{kStepsOfDay};
  std::uint32_t faults{kFaultsOfDay};
  bool stops{false};  // at the first violation
};
struct Failure {
  std::uint64_t day{0};
  Outcome outcome;
};
struct Totals {
  std::uint64_t days{0};
  std::uint64_t events{0};
  std::uint64_t events_least{0};  // of a day
  std::uint64_t faults{0};
  std::uint64_t faults_least{0};
  std::uint64_t orders{0};
  std::uint64_t fills{0};
  std::uint64_t refusals{0};
  std::uint64_t restarts{0};
  std::int64_t simulated_ns{0};
  std::uint64_t hash{0};  // of all days' hashes, whatever their order
  double seconds{0};
  FaultCounts by_kind{};
  RuleCounts by_rule{};
  Coverage coverage{};
  std::uint64_t violations{0};
  std::vector<Failure> failures;  // by day, the first few
};

[[nodiscard]] Script script_of(const Plan& plan, std::uint64_t day);
// `progress` is called by one thread at a time after each day.
[[nodiscard]] Totals run(const Plan& plan, const std::function<void(const Totals&)>& progress);
}  // namespace sq::chaos
