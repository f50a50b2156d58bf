// `shrivenquant wal repair`: what a damaged log lost, and with --apply a whole log of the rest.
// Thread: main. Errors: LogError when the log is in use or cannot be read; nothing is changed then.
#pragma once

#include <filesystem>

namespace sq::app {
struct WalRepairOptions {
  std::filesystem::path log_dir;
  bool apply{false};
  bool all{false};             // list everything, not the first 20 of each
  std::filesystem::path json;  // "": none
};
// 0: nothing to do, or repaired; 1: damaged, and nothing was changed.
int wal_repair_command(const WalRepairOptions& options);
}  // namespace sq::app
