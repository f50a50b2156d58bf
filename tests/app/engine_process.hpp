// Runs the real program as a child process on a session that the market simulator wrote once.
#pragma once

#include <sys/types.h>

#include <boost/json/value.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace sq::test {
// A folder of this test program's own, emptied at its first use.
[[nodiscard]] std::filesystem::path scratch();
// config/demo.toml on a simulated session of two minutes, with replacements in its text.
[[nodiscard]] std::filesystem::path write_config(
    const std::string& name, const std::vector<std::pair<std::string, std::string>>& changes);

struct Finished {
  int status{-1};  // exit code; 128 + signal when killed
  std::string output;
};
// Waits for the end. Output and errors together.
[[nodiscard]] Finished run(const std::string& program, const std::vector<std::string>& arguments);
[[nodiscard]] pid_t start(const std::string& program, const std::vector<std::string>& arguments,
                          const std::filesystem::path& output);
[[nodiscard]] int wait_for(pid_t child);
[[nodiscard]] boost::json::value read_json(const std::filesystem::path& file);
[[nodiscard]] std::string read_text(const std::filesystem::path& file);
}  // namespace sq::test
