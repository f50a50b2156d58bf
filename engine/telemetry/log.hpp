// Text for people, from cold threads only: the core and the feeds write records and counters.
// One event is one line: control characters and broken UTF-8 are escaped, so nothing a peer sends
// can forge or colour a line. Never pass a secret.
// Thread: any cold thread (a lock inside). Cost: formatting and a write. Errors: the constructor
// throws when the file cannot be opened; a failing write later is counted in dropped().
// Line: 2026-01-15T08:30:00.123456Z warning [feed] connection to ... lost
#pragma once

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/types/time.hpp"

namespace sq::telemetry {
enum class Level : std::uint8_t { Debug, Info, Warning, Error };
constexpr std::size_t kLevelCount = 4;
[[nodiscard]] std::string_view text_of(Level) noexcept;

// At most so many lines in a second; errors always pass. Time comes in, so tests step it.
class LineBudget {
 public:
  explicit LineBudget(std::uint32_t per_second) noexcept : per_second_{per_second} {}
  [[nodiscard]] bool allows(Level level, MonoTime now) noexcept;
  // Lines refused since the last call: the number goes into the log when lines flow again.
  [[nodiscard]] std::uint64_t take_refused() noexcept;

 private:
  std::uint32_t per_second_;
  std::uint32_t used_{0};
  MonoTime second_{};  // start of the current second
  std::uint64_t refused_{0};
};

struct LogSettings {
  Level level{Level::Info};             // least severe that is written
  std::uint32_t lines_per_second{200};  // more are counted, not written
  std::filesystem::path file{};         // appended to, mode 0640; empty is stderr
};

class Log {
 public:
  explicit Log(const LogSettings& settings);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  template <class... T>
  void debug(std::string_view part, fmt::format_string<T...> format, const T&... values) {
    if (wanted(Level::Debug)) write(Level::Debug, part, format, fmt::make_format_args(values...));
  }
  template <class... T>
  void info(std::string_view part, fmt::format_string<T...> format, const T&... values) {
    if (wanted(Level::Info)) write(Level::Info, part, format, fmt::make_format_args(values...));
  }
  template <class... T>
  void warning(std::string_view part, fmt::format_string<T...> format, const T&... values) {
    if (wanted(Level::Warning))
      write(Level::Warning, part, format, fmt::make_format_args(values...));
  }
  template <class... T>
  void error(std::string_view part, fmt::format_string<T...> format, const T&... values) {
    if (wanted(Level::Error)) write(Level::Error, part, format, fmt::make_format_args(values...));
  }

  [[nodiscard]] bool wanted(Level level) const noexcept { return level >= level_; }
  // Lines written of a level: tests demand 0 warnings and errors.
  [[nodiscard]] std::uint64_t written(Level level) const noexcept {
    return written_[static_cast<std::size_t>(level)].load(std::memory_order_relaxed);
  }
  // Lines over the budget or that could not be written.
  [[nodiscard]] std::uint64_t dropped() const noexcept {
    return dropped_.load(std::memory_order_relaxed);
  }
  void flush();

 private:
  struct Sink;
  void write(Level level, std::string_view part, fmt::string_view format, fmt::format_args values);

  Level level_;
  std::unique_ptr<Sink> sink_;
  std::mutex budget_lock_;
  LineBudget budget_;
  std::array<std::atomic<std::uint64_t>, kLevelCount> written_{};
  std::atomic<std::uint64_t> dropped_{0};
};

// `text` with control characters (C0, DEL, C1, the line separators of Unicode), backslashes and
// bytes that are not UTF-8 written as \n, \t, \\ or \xNN.
[[nodiscard]] std::string escaped(std::string_view text);
}  // namespace sq::telemetry
