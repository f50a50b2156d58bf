#include "engine/app/log_directory.hpp"

#include <fmt/format.h>

#include <stdexcept>

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
    const bool segment = name.ends_with(".seg");
    if (segment || name == wal::meta_path(dir).filename() || name.starts_with("log."))
      std::filesystem::remove(entry.path());
  }
}
}  // namespace

wal::LogSettings log_settings(const settings::Config& config) {
  constexpr std::size_t kMib = std::size_t{1} << 20;
  wal::LogSettings made;
  made.dir = config.log.dir;
  made.ring_dir = config.log.ring_dir;
  made.instance = FixedText<16>{config.engine.instance};
  made.order_ring_bytes = config.log.order_ring_mib * kMib;
  made.feed_ring_bytes = config.log.feed_ring_mib * kMib;
  made.segment_bytes = config.log.segment_mib * kMib;
  made.durability = config.log.durability == settings::Durability::Group
                        ? wal::Durability::Group
                        : wal::Durability::Process;
  made.group_interval_ns = config.log.group_interval_ns;
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
