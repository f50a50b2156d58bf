// `shrivenquant record CONFIG`: the market streams of a configuration's venues, as they come, into
// files that a recorded session, `book` and `convert` read.
// Thread: main. Errors: see commands.hpp; 1: messages were lost, a book never joined, or files
// could not be written.
#pragma once

#include <filesystem>

namespace sq::app {
struct RecordOptions {
  std::filesystem::path config;
  std::filesystem::path out;   // folder
  double minutes{0};           // 0: until a signal
  std::filesystem::path json;  // "": none
};
int record_command(const RecordOptions& options);
}  // namespace sq::app
