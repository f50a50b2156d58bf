#include "tools/chaos/campaign.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>
#include <thread>

namespace sq::chaos {
namespace {
constexpr std::size_t kKept = 20;  // failures

// A check inside the engine ends the process: the last thing it says is which day it was.
thread_local std::array<char, 96> day_text{};
void on_abort(int) {
  const std::string_view text{day_text.data()};
  static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
  std::signal(SIGABRT, SIG_DFL);
  std::raise(SIGABRT);
}
void add(Totals& totals, std::uint64_t day, const Outcome& outcome) {
  std::uint64_t faults = 0;
  for (std::size_t k = 0; k < kFaultKinds; ++k) {
    faults += outcome.faults[k];
    totals.by_kind[k] += outcome.faults[k];
    for (std::size_t s = 0; s < kOrderStates; ++s) totals.coverage[k][s] += outcome.coverage[k][s];
  }
  for (std::size_t r = 0; r < kRules; ++r) totals.by_rule[r] += outcome.by_rule[r];
  const bool first = totals.days++ == 0;
  totals.events_least = first ? outcome.events : std::min(totals.events_least, outcome.events);
  totals.faults_least = first ? faults : std::min(totals.faults_least, faults);
  totals.events += outcome.events;
  totals.faults += faults;
  totals.orders += outcome.orders;
  totals.fills += outcome.fills;
  totals.refusals += outcome.refusals;
  totals.restarts += outcome.restarts;
  totals.simulated_ns += outcome.simulated_ns;
  totals.hash ^= mixed(outcome.hash, day);
  if (outcome.complaint.empty()) return;
  ++totals.violations;
  totals.failures.push_back({day, outcome});
  std::sort(totals.failures.begin(), totals.failures.end(),
            [](const Failure& a, const Failure& b) { return a.day < b.day; });
  if (totals.failures.size() > kKept) totals.failures.pop_back();
}
}  // namespace

Script script_of(const Plan& plan, std::uint64_t day) {
  return script_of(seed_of_day(plan.seed, day), plan.steps, plan.faults);
}

Totals run(const Plan& plan, const std::function<void(const Totals&)>& progress) {
  const auto begin = std::chrono::steady_clock::now();
  Totals totals;
  std::mutex lock;
  std::atomic<std::uint64_t> next{0};
  const auto previous = std::signal(SIGABRT, on_abort);
  const auto work = [&] {
    for (std::uint64_t n = next++; n < plan.days; n = next++) {
      const std::uint64_t day = plan.first_day + n;
      *fmt::format_to_n(day_text.data(), day_text.size() - 1,
                        "chaos: aborted in --seed {} --day {}\n", plan.seed, day)
           .out = '\0';
      World world{script_of(plan, day)};
      const Outcome outcome = world.run();
      const std::scoped_lock held{lock};
      if (plan.stops && totals.violations != 0) return;
      add(totals, day, outcome);
      totals.seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      progress(totals);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned j = 1; j < plan.jobs; ++j) threads.emplace_back(work);
  work();
  for (std::thread& each : threads) each.join();
  std::signal(SIGABRT, previous);
  return totals;
}
}  // namespace sq::chaos
