#include "engine/app/log_directory.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "engine/types/text.hpp"
#include "engine/wal/meta.hpp"

namespace sq::app {
namespace {
bool holds_log(const std::filesystem::path& dir) {
  return std::filesystem::exists(wal::meta_path(dir));
}

// Only files that the log itself makes are removed; anything else stays and is named.
void remove_log(const std::filesystem::path& dir) {
  const wal::MetaFile meta = wal::read_meta(dir);
  for (const wal::Stream stream : {wal::Stream::Order, wal::Stream::Feed})
    std::filesystem::remove(wal::ring_path_of(meta, stream));
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    const std::string name = entry.path().filename().string();
    const bool segment = name.ends_with(".seg") || name.ends_with(".next") ||
                         name.ends_with(".reserve") || name.ends_with(".lease");
    if (segment || name == wal::meta_path(dir).filename() || name.starts_with("log."))
      std::filesystem::remove(entry.path());
  }
}
}  // namespace

namespace {
wal::Durability durability_of(settings::Durability durability) {
  switch (durability) {
    case settings::Durability::Process: return wal::Durability::Process;
    case settings::Durability::Group: return wal::Durability::Group;
    case settings::Durability::Strict: return wal::Durability::Strict;
  }
  return wal::Durability::Strict;
}
}  // namespace

std::string rate_limits_file(VenueId venue) {
  return fmt::format("{}.rate-limits", text_of(venue));
}

wal::LogSettings log_settings(const settings::Config& config) {
  constexpr std::size_t kMib = std::size_t{1} << 20;
  constexpr std::int64_t kDay = 86'400 * kNsPerSecond;
  wal::LogSettings made;
  made.dir = config.log.dir;
  made.ring_dir = config.log.ring_dir;
  made.instance = FixedText<16>{config.engine.instance};
  made.beside = {"archive.sqlite", "archive.fold", "events", "engine.control", "KILL", "admin.token"};
  for (const auto& path : {config.archive.path, config.admin.token_file})
    if (path.parent_path() == config.log.dir) made.beside.push_back(path.filename().string());
  for (const auto& each : config.venues)
    for (const char* const suffix : {"", ".new"})
      made.beside.push_back(rate_limits_file(each.venue).append(suffix));
  made.order_ring_bytes = config.log.order_ring_mib * kMib;
  made.feed_ring_bytes = config.log.feed_ring_mib * kMib;
  made.segment_bytes = config.log.segment_mib * kMib;
  made.durability = durability_of(config.log.durability);
  made.group_interval_ns = config.log.group_interval_ns;
  made.group_bytes = std::uint64_t{config.log.group_kib} << 10U;
  made.reserve_bytes = config.log.reserve_mib * kMib;
  made.keep_orders.age_ns = config.log.keep_orders_days * kDay;
  made.keep_feed = {config.log.keep_feed_mib * kMib, config.log.keep_feed_days * kDay};
  if (config.engine.mode != settings::Mode::Recorded)
    made.append_wait_ns_max = config.log.order_wait_ns_max;
  // Recorded data can wait for the log; a live feed cannot, and its loss is counted.
  made.order_full = wal::WhenFull::Wait;
  made.feed_full = config.engine.mode == settings::Mode::Recorded ? wal::WhenFull::Wait
                                                                   : wal::WhenFull::Refuse;
  return made;
}

std::unique_ptr<wal::Log> open_run_log(const settings::Config& config) {
  const wal::LogSettings settings = log_settings(config);
  // The admin token of an earlier run; every start writes a new one.
  if (config.admin.token_file.parent_path() == settings.dir)
    std::filesystem::remove(config.admin.token_file);
  if (!holds_log(settings.dir)) return wal::Log::create(settings);
  switch (config.log.existing) {
    case settings::ExistingLog::Recover: return wal::Log::open(settings);
    case settings::ExistingLog::Replace:
      // Opened first: another engine that still writes it is found by its lock.
      wal::Log::open(settings)->close();
      remove_log(settings.dir);
      return wal::Log::create(settings);
    case settings::ExistingLog::Refuse: break;
  }
  throw std::runtime_error(fmt::format(
      "log.dir {} already holds a log and log.existing is \"refuse\"; accepted: another directory, "
      "or existing = \"recover\" or \"replace\"",
      settings.dir.string()));
}
}  // namespace sq::app
