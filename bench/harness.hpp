// How speed is measured here; one program per bench/<module>_<what>_bench.cpp:
//
//   int main(int argc, char** argv) {
//     sq::bench::Session session{argc, argv};
//     session.run_batched("risk/gate", {.input = "4096 orders, seed 42"},
//                         [&](std::size_t i) { return gate.check(orders[i % orders.size()]); });
//     return session.finish();
//   }
//
// What takes less than 200 ns is timed in batches (a clock read costs 9 ns and more); percentiles
// are then over batches, per item. Longer operations are timed one by one with run_single. fn(i)
// gets a running index, to walk through an input that the caller made beforehand with a fixed seed,
// and returns an integer or enum that feeds the checksum (or nothing). Allocations are those of the
// measuring thread inside the timed parts.
//
// Command line: --smoke (tiny run, for ctest), --json FILE (appends one line a result), --floors
// FILE (results of floors_bench, looked up by Options::floor), --cpu N (pins the measuring thread),
// --filter TEXT (part of a name). Thread: one. Units: nanoseconds. Errors: a wrong command line
// ends the program with status 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "bench/ticks.hpp"
#include "engine/telemetry/histogram.hpp"
#include "tests/support/allocations.hpp"

namespace sq::bench {
struct Options {
  std::size_t batch{64};        // calls in one timing; run_batched only
  std::size_t samples{20'000};  // timings; --smoke takes 16
  double seconds_max{5.0};      // stops early after this
  std::string_view input{};     // what it is fed, for the reader
  std::string_view floor{};  // name of the floor it is compared with: "floor/cache_line_ping_pong"
};

struct Result {
  std::string name;
  double p50{0}, p90{0}, p99{0}, p999{0}, max{0}, mean{0};  // ns per item
  std::uint64_t n{0};                                       // items timed
  std::uint64_t allocations{0};                             // in all of them together
  double floor{0};                                          // ns; 0: none or not measured
  std::string input;
  std::uint64_t checksum{0};
};

// Keeps the compiler from dropping a value, or from assuming anything about memory across this
// point.
template <class T>
inline void keep(const T& value) noexcept {
  asm volatile("" : : "r,m"(value) : "memory");
}

class Session {
 public:
  Session(int argc, char** argv);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Calls fn(i) in batches. reset(k), if given, runs untimed before batch k. False when filtered
  // out.
  // Not inlined into main: with link-time optimisation GCC takes main to run once and optimises
  // what is inlined there for size (a 128-byte copy became rep movs: 11.7 instead of 1.6 ns).
  template <class Fn, class Reset = void (*)(std::size_t)>
  [[gnu::noinline, gnu::hot]] bool run_batched(
      std::string_view name, const Options& options, Fn&& fn, Reset&& reset = [](std::size_t) {}) {
    if (!wanted(name)) return false;
    std::uint64_t checksum = 0;
    std::size_t index = 0;
    for (const Phase phase : {Phase::WarmUp, Phase::Measure}) {
      start(phase, options);
      for (std::size_t k = 0; more(); ++k) {
        reset(k);
        const std::uint64_t allocated = allocations_on_this_thread();
        const std::uint64_t begin = ticks_begin();
        for (std::size_t b = 0; b < options.batch; ++b) call(fn, index++, checksum);
        const std::uint64_t end = ticks_end();
        allocations_ += allocations_on_this_thread() - allocated;
        samples_.push_back(end - begin);
      }
    }
    report_ticks(name, options, checksum);
    return true;
  }

  // Calls fn(i) and times each call: for what takes 200 ns or more.
  template <class Fn, class Reset = void (*)(std::size_t)>
  bool run_single(
      std::string_view name, Options options, Fn&& fn, Reset&& reset = [](std::size_t) {}) {
    options.batch = 1;
    return run_batched(name, options, std::forward<Fn>(fn), std::forward<Reset>(reset));
  }

  // For latencies the bench took itself, in ns (open loop: from the scheduled arrival). Sorts them.
  void report_samples(std::string_view name, const Options& options, std::span<double> samples_ns,
                      std::uint64_t allocations, std::uint64_t checksum = 0);

  // For what a program's own histogram holds, in ns.
  void report_percentiles(std::string_view name, const Options& options,
                          const telemetry::Percentiles& percentiles);

  // For a rate: each entry is how many ns one whole pass over `items` took. Reported as ns per
  // item.
  void report_rate(std::string_view name, const Options& options, std::uint64_t items,
                   std::span<const double> passes_ns, std::uint64_t allocations,
                   std::uint64_t checksum = 0);

  // Passes over a larger input: fn() handles all `items` once and returns a checksum.
  template <class Fn>
  bool run_rate(std::string_view name, const Options& options, std::uint64_t items, Fn&& fn) {
    if (!wanted(name)) return false;
    std::vector<double> passes;
    const std::size_t count = smoke_ ? 1 : options.samples;
    passes.reserve(count);
    std::uint64_t checksum = fn();  // warm-up
    const std::uint64_t allocated = allocations_on_this_thread();
    double total_ns = 0;
    while (passes.size() < count && total_ns < options.seconds_max * 1e9) {
      const std::uint64_t start = ticks_begin();
      checksum += fn();
      passes.push_back(to_ns(ticks_end() - start));
      total_ns += passes.back();
    }
    report_rate(name, options, items, passes, allocations_on_this_thread() - allocated, checksum);
    return true;
  }

  [[nodiscard]] bool smoke() const noexcept { return smoke_; }
  [[nodiscard]] bool wanted(std::string_view name) const;
  [[nodiscard]] double to_ns(std::uint64_t ticks) const noexcept {
    return static_cast<double>(ticks) * ns_per_tick_;
  }
  [[nodiscard]] double clock_cost_ns() const noexcept { return clock_cost_ns_; }
  // The p50 of a floor measured earlier (--floors), or by this very program; 0 if unknown.
  [[nodiscard]] double floor_ns(std::string_view name) const;
  [[nodiscard]] const std::vector<Result>& results() const noexcept { return results_; }

  // Returns main's status.
  int finish();

 private:
  enum class Phase : std::uint8_t { WarmUp, Measure };

  template <class Fn>
  static void call(Fn& fn, std::size_t i, std::uint64_t& checksum) {
    if constexpr (std::is_void_v<std::invoke_result_t<Fn&, std::size_t>>) {
      fn(i);
    } else {
      checksum += static_cast<std::uint64_t>(fn(i));
    }
    asm volatile("" : "+r"(checksum) : : "memory");  // one call after the other: no merging
  }

  void start(Phase phase, const Options& options);
  [[nodiscard]] bool more() const noexcept {
    return samples_.empty() || (samples_.size() < sample_count_ && ticks_end() < deadline_);
  }
  void report_ticks(std::string_view name, const Options& options, std::uint64_t checksum);
  void add(Result result, const Options& options);

  bool smoke_{false};
  std::string json_path_;
  std::string floors_path_;
  std::string filter_;
  double ns_per_tick_{1};
  double clock_cost_ns_{0};
  std::vector<Result> results_;

  // Of the bench that runs.
  std::vector<std::uint64_t>
      samples_;  // ticks; reserved before, so that measuring allocates nothing
  std::size_t sample_count_{0};
  std::uint64_t deadline_{0};  // ticks
  std::uint64_t allocations_{0};
};

// Pins the calling thread; false if that cpu is not there.
bool pin_to_cpu(int cpu);
// Those this process may use, as it was before any pinning; and one that the caller is not on.
[[nodiscard]] const std::vector<int>& cpus();
[[nodiscard]] int cpu_beside();
}  // namespace sq::bench
