// Kills one writing process after the other on one log, at random moments and at kill points, and
// asks the oracle after each. Thread: the caller's. Errors: std::runtime_error when a process
// cannot be made, or a writer ends by itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "engine/wal/log.hpp"
#include "tools/crash/oracle.hpp"

namespace crash {
struct Plan {
  std::uint64_t cycles{1'000};
  std::uint64_t seed{1};
  std::uint64_t seconds_max{0};  // 0: until the cycles are done
  std::filesystem::path dir;     // emptied
  std::filesystem::path engine;  // the program to kill, with its configuration: see run_engine()
  std::filesystem::path config;
};
struct Result {
  std::uint64_t cycles{0};
  std::uint64_t at_points{0};  // killed by a kill point, not by the clock
  std::uint64_t logs{0};       // each is closed in order and verified at its end
  double seconds{0};
  Verdict verdict;
};
// Small rings and segments in `dir`, the log in dir/log.
[[nodiscard]] sq::wal::LogSettings settings_in(const std::filesystem::path& dir);
// The same with the real engine: a reader that follows its log tells the oracle what was published.
[[nodiscard]] Result run_engine(const Plan& plan,
                                const std::function<void(const Result&)>& progress);
[[nodiscard]] Result run_cycles(const Plan& plan,
                                const std::function<void(const Result&)>& progress);
}  // namespace crash
