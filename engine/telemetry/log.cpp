#include "engine/telemetry/log.hpp"

#include <fcntl.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <system_error>

#include "engine/telemetry/tick_clock.hpp"

namespace sq::telemetry {
namespace {
spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warning:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// Creates the file with its mode before the library opens it with whatever the umask says.
spdlog::sink_ptr make_sink(const std::filesystem::path& file) {
  if (file.empty()) return std::make_shared<spdlog::sinks::stderr_sink_mt>();
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) throw std::system_error{errno, std::generic_category(), file.string()};
  ::close(fd);
  return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
}
}  // namespace

std::string_view text_of(Level level) noexcept {
  switch (level) {
    case Level::Debug:
      return "debug";
    case Level::Info:
      return "info";
    case Level::Warning:
      return "warning";
    case Level::Error:
      return "error";
  }
  return "?";
}

bool LineBudget::allows(Level level, MonoTime now) noexcept {
  if (level == Level::Error) return true;
  if (now - second_ >= kNsPerSecond || now < second_) {
    second_ = now;
    used_ = 0;
  }
  if (used_ < per_second_) {
    ++used_;
    return true;
  }
  ++refused_;
  return false;
}
std::uint64_t LineBudget::take_refused() noexcept {
  const std::uint64_t refused = refused_;
  refused_ = 0;
  return refused;
}

struct Log::Sink {
  explicit Sink(const LogSettings& settings) : logger{"sq", make_sink(settings.file)} {
    logger.set_level(spdlog::level::trace);  // the level was checked before formatting
    logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%fZ %v", spdlog::pattern_time_type::utc));
    logger.flush_on(spdlog::level::warn);
  }
  spdlog::logger logger;
};

Log::Log(const LogSettings& settings)
    : level_{settings.level},
      sink_{std::make_unique<Sink>(settings)},
      budget_{settings.lines_per_second} {
  sink_->logger.set_error_handler(
      [this](const std::string&) { dropped_.fetch_add(1, std::memory_order_relaxed); });
}
Log::~Log() { flush(); }

void Log::write(Level level, std::string_view part, fmt::string_view format,
                fmt::format_args values) {
  std::uint64_t refused = 0;
  {
    const std::scoped_lock lock{budget_lock_};
    if (!budget_.allows(level, MonoTime{monotonic_ns()})) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    refused = budget_.take_refused();
  }
  const auto put = [&](Level at, std::string_view from, std::string_view text) {
    sink_->logger.log(spdlog_level(at), "{} [{}] {}", text_of(at), escaped(from), text);
    written_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
  };
  if (refused != 0)
    put(Level::Warning, "log", fmt::format("{} lines over the budget were dropped", refused));
  put(level, part, escaped(fmt::vformat(format, values)));
}

void Log::flush() { sink_->logger.flush(); }
}  // namespace sq::telemetry
