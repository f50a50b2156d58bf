// A configuration with a rule for each kind of alert, and programs that are called.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/settings/small_config.hpp"
#include "tests/support/paths.hpp"

namespace sq::test {
inline settings::Config alert_config(const std::string& channels, const std::string& repeat_s) {
  std::string text{kSmallConfig};
  text.append("\n[admin]\nenabled = true\n[alerts]\n").append(channels).append("\n");
  for (const char* kind : {"kill", "breaker", "strategy", "break", "order", "log", "dead-letter", "day"})
    text.append("[[alerts.rule]]\nkind = \"")
        .append(kind)
        .append("\"\nowner = \"desk of ")
        .append(kind)
        .append("\"\naction = \"look\"\nrepeat_s = ")
        .append(repeat_s)
        .append("\n");
  return parse(text);
}

// A folder from which programs may be started, which /dev/shm need not be.
class ProgramDir {
 public:
  ProgramDir() {
    std::string name = (build_dir() / "alerts-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ProgramDir(const ProgramDir&) = delete;
  ProgramDir& operator=(const ProgramDir&) = delete;
  ~ProgramDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path out() const { return path_ / "out"; }
  // The line of [alerts] for a shell script.
  [[nodiscard]] std::string command(const std::string& body) const {
    const auto file = path_ / "page";
    std::ofstream{file} << "#!/bin/sh\n" << body << "\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return "command = \"" + file.string() + "\"";
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> read;
    std::ifstream in{out()};
    for (std::string line; std::getline(in, line);) read.push_back(line);
    return read;
  }

 private:
  std::filesystem::path path_;
};
}  // namespace sq::test
