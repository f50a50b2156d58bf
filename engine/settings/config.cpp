#include "engine/settings/config.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "engine/settings/sections/read.hpp"
#include "engine/settings/strict/document.hpp"
#include "engine/settings/strict/read_file.hpp"

namespace sq::settings {
namespace {
[[noreturn]] void fail(std::string_view file, std::string accepted) {
  throw ConfigError({{std::string{file}, 0, 0, {}, {}, std::move(accepted), {}}});
}

// Who can write the limits can lift them.
void check_owner(const std::filesystem::path& file) {
  struct ::stat about {};
  if (::stat(file.c_str(), &about) != 0) return;
  const bool own = about.st_uid == 0 || about.st_uid == ::geteuid();
  if (!own || (about.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    fail(file.string(),
         "in mode \"live\", a file that only its owner (root or the user who runs "
         "this) can write: chmod 600");
}
}  // namespace

Config parse(std::string_view text, std::string_view file_name,
             const std::filesystem::path& base_dir) {
  if (text.size() > kConfigBytesMax) {
    fail(file_name, "at most " + std::to_string(kConfigBytesMax) + " bytes (this has " +
                        std::to_string(text.size()) + ")");
  }
  const Value document = parse_document(text, file_name);
  Problems problems{std::string{file_name}, {}};
  Reader root{document, "", problems};
  Config config;
  References references;
  const auto project_dir = (base_dir / "..").lexically_normal();
  read_sections(root, project_dir, config, references);
  link_sections(config, references, problems.list);
  if (!problems.list.empty()) throw ConfigError(problems.list);
  if (const std::size_t bytes = resolved_text(config).size(); bytes > kResolvedBytesMax) {
    fail(file_name, "at most " + std::to_string(kResolvedBytesMax) +
                        " bytes with all defaults written out (this has " + std::to_string(bytes) +
                        "): fewer instruments or strategies");
  }
  return config;
}

Config load(const std::filesystem::path& file) {
  const auto text = read_file(file, kConfigBytesMax);
  if (!text) fail(file.string(), "a file that can be read (" + text.error() + ")");
  std::error_code error;
  const auto absolute = std::filesystem::absolute(file, error);
  if (error) fail(file.string(), "a file in a folder that exists (" + error.message() + ")");
  Config config = parse(*text, file.string(), absolute.parent_path());
  if (config.engine.mode == Mode::Live) check_owner(file);
  return config;
}

const InstrumentSettings* Config::find(VenueId venue, std::string_view symbol) const noexcept {
  for (const InstrumentSettings& each : instruments) {
    if (each.instrument.venue == venue && each.instrument.symbol.view() == symbol) return &each;
  }
  return nullptr;
}
}  // namespace sq::settings
