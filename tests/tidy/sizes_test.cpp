// Sizes and places of files. Files over the limit are listed in oversized.txt with the size they
// had: they may only shrink, and leave the list when they fit.
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>

#include "tests/support/recorded_data.hpp"
#include "tests/tidy/tree.hpp"

namespace fs = std::filesystem;
using namespace sq::tidy;

namespace {
constexpr std::size_t kLinesMax = 400;
constexpr std::size_t kReadmeLinesMax = 60;  // of a module
constexpr std::uintmax_t kBytesMax = 5'242'880;

using Allowances = std::map<std::string, std::size_t>;  // path -> lines

Allowances read_allowances(const std::string& list) {
  Allowances allowances;
  std::istringstream stream{list};
  std::size_t lines = 0;
  for (std::string path; stream >> lines >> path;) allowances[path] = lines;
  return allowances;
}

// What is wrong with the size of this file, or nothing.
std::string size_fault(const std::string& path, std::size_t lines, const Allowances& allowances) {
  const auto listed = allowances.find(path);
  const auto now = path + " has " + std::to_string(lines) + " lines";
  if (listed == allowances.end()) {
    return lines > kLinesMax ? now + ": split it by concept (limit 400)" : "";
  }
  if (lines > listed->second) return now + ": it may only shrink, see tests/tidy/oversized.txt";
  if (lines <= kLinesMax) return now + ": it fits, take it out of tests/tidy/oversized.txt";
  return lines < listed->second ? now + ": lower its number in tests/tidy/oversized.txt" : "";
}

// Paths of all files git knows or would take; empty without git.
std::vector<std::string> files_for_git() {
  const std::string command = "git -C '" + sq::test::project_dir().string() +
                              "' ls-files --cached --others --exclude-standard 2>/dev/null";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe{popen(command.c_str(), "r"), &pclose};
  std::string output;
  std::array<char, 4096> part{};
  while (pipe && std::fgets(part.data(), part.size(), pipe.get()) != nullptr) output += part.data();
  std::vector<std::string> files;
  for (const auto line : lines_of(output)) files.emplace_back(line);
  return files;
}
}  // namespace

TEST_CASE("no source file has more than 400 lines", "[tidy]") {
  const auto allowances = read_allowances(read_file("tests/tidy/oversized.txt"));
  std::vector<std::string> found;
  for (const auto& file : project_sources()) {
    auto fault = size_fault(file.path, lines_of(file.text).size(), allowances);
    if (!fault.empty()) found.push_back(std::move(fault));
  }
  for (const auto& [path, lines] : allowances) {
    if (!fs::exists(sq::test::project_dir() / path)) found.push_back(path + " is gone: unlist it");
  }
  CHECK(none(found));
}

TEST_CASE("the size limit is a ratchet", "[tidy]") {
  const Allowances old{{"a.cpp", 500}};
  CHECK(size_fault("b.cpp", 400, old).empty());
  CHECK_FALSE(size_fault("b.cpp", 401, old).empty());
  CHECK(size_fault("a.cpp", 500, old).empty());
  CHECK_FALSE(size_fault("a.cpp", 501, old).empty());
  CHECK_FALSE(size_fault("a.cpp", 499, old).empty());
  CHECK_FALSE(size_fault("a.cpp", 400, old).empty());
}

TEST_CASE("headers start with #pragma once and file names are snake_case", "[tidy]") {
  std::vector<std::string> found;
  for (const auto& file : project_sources()) {
    if (file.path.ends_with(".hpp") && file.code.find("#pragma once") == std::string::npos) {
      found.push_back(file.path + " has no #pragma once");
    }
    const std::string name = fs::path{file.path}.filename();
    if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") != std::string::npos) {
      found.push_back(file.path + " is not snake_case");
    }
  }
  CHECK(none(found));
}

TEST_CASE("the README of a module has at most 60 lines", "[tidy]") {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator{sq::test::project_dir() / "engine"}) {
    const std::string path = "engine/" + entry.path().filename().string() + "/README.md";
    if (!fs::exists(sq::test::project_dir() / path)) continue;
    if (lines_of(read_file(path)).size() > kReadmeLinesMax) found.push_back(path);
  }
  CHECK(none(found));
}

TEST_CASE("nothing in git is larger than 5 MB, and the root of the tree stays small", "[tidy]") {
  const std::vector<std::string> root{"CMakeLists.txt", "README.md",  "engine",
                                      "venues",         "strategies", "config",
                                      "tools",          "tests",      "bench"};
  const auto files = files_for_git();
  if (files.empty()) {
    sq::test::skip("not a git checkout");
    return;
  }
  std::vector<std::string> found;
  for (const auto& path : files) {
    const fs::path full = sq::test::project_dir() / path;
    if (fs::is_regular_file(full) && fs::file_size(full) > kBytesMax)
      found.push_back("large: " + path);
    const std::string top = path.substr(0, path.find('/'));
    if (top.front() != '.' && std::find(root.begin(), root.end(), top) == root.end()) {
      found.push_back("not at the root: " + path);
    }
  }
  CHECK(none(found));
}
