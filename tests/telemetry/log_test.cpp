#include "engine/telemetry/log.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace sq;
using namespace sq::telemetry;
namespace {
class LogFile {
 public:
  explicit LogFile(const std::string& name)
      : path_{std::filesystem::temp_directory_path() /
              ("sq_" + name + "_" + std::to_string(::getpid()) + ".log")} {
    std::filesystem::remove(path_);
  }
  ~LogFile() { std::filesystem::remove(path_); }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::ifstream file{path_};
    std::vector<std::string> result;
    for (std::string line; std::getline(file, line);) result.push_back(line);
    return result;
  }

 private:
  std::filesystem::path path_;
};
// The time at the start of a line with each digit as '0', and what follows it.
struct Line {
  std::string time;
  std::string rest;
};
Line parts_of(const std::string& line) {
  const auto end = std::min(line.find(' '), line.size());
  Line parts{line.substr(0, end), line.substr(std::min(end + 1, line.size()))};
  for (char& c : parts.time)
    if (c >= '0' && c <= '9') c = '0';
  return parts;
}
}  // namespace

TEST_CASE("a log line has UTC time, level, part and text", "[telemetry]") {
  const LogFile file{"line"};
  Log log{{.level = Level::Info, .file = file.path()}};
  log.warning("feed", "lost {} after {} messages", "BTCUSDT", 17);
  log.flush();
  const auto lines = file.lines();
  REQUIRE(lines.size() == 1);
  CHECK(parts_of(lines[0]).time == "0000-00-00T00:00:00.000000Z");
  CHECK(parts_of(lines[0]).rest == "warning [feed] lost BTCUSDT after 17 messages");
}

TEST_CASE("levels below the chosen one are not written", "[telemetry]") {
  const LogFile file{"levels"};
  Log log{{.level = Level::Warning, .file = file.path()}};
  log.debug("a", "debug");
  log.info("a", "info");
  log.warning("a", "warning");
  log.error("a", "error");
  log.flush();
  const auto lines = file.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find(" warning [a] warning") != std::string::npos);
  CHECK(lines[1].find(" error [a] error") != std::string::npos);
  CHECK(log.written(Level::Info) == 0);
  CHECK(log.written(Level::Warning) == 1);
  CHECK(log.written(Level::Error) == 1);
}

TEST_CASE("text from outside cannot make a second line or a colour", "[telemetry]") {
  const LogFile file{"injection"};
  Log log{{.file = file.path()}};
  log.info("ad\nmin", "user {} said {}", "eve\r\n2026-01-01T00:00:00Z error [core] fake",
           std::string{"\x1b[31mred\0", 9});
  log.flush();
  const auto lines = file.lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("[ad\\nmin] user eve\\r\\n2026-01-01T00:00:00Z error [core] fake said "
                      "\\x1b[31mred\\x00") != std::string::npos);
}

TEST_CASE("escaping leaves text as it is and makes everything else visible", "[telemetry]") {
  CHECK(escaped("plain text, 100 % ok") == "plain text, 100 % ok");
  CHECK(escaped("z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80") ==
        "z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80");
  CHECK(escaped("\t\n\r\\") == "\\t\\n\\r\\\\");
  CHECK(escaped("\x1f\x20\x7e\x7f") == "\\x1f ~\\x7f");
  CHECK(escaped("\xc2\x85\xc2\x9f\xc2\xa0") == "\\xc2\\x85\\xc2\\x9f\xc2\xa0");  // C1
  CHECK(escaped("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa") ==
        "\xe2\x80\xa7\\xe2\\x80\\xa8\\xe2\\x80\\xa9\xe2\x80\xaa");  // U+2028, U+2029
  CHECK(escaped("\xc0\xaf") == "\\xc0\\xaf");                       // overlong
  CHECK(escaped("\xed\xa0\x80") == "\\xed\\xa0\\x80");              // surrogate
  CHECK(escaped("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");     // > U+10FFFF
  CHECK(escaped("\xe2\x82") == "\\xe2\\x82");                       // cut short
  CHECK(escaped("\x80 a \xff") == "\\x80 a \\xff");
}

TEST_CASE("a budget lets exactly its number of lines through in a second, errors always",
          "[telemetry]") {
  LineBudget budget{3};
  const MonoTime start{5 * kNsPerSecond};
  for (int i = 0; i < 3; ++i) CHECK(budget.allows(Level::Info, start + i));
  CHECK_FALSE(budget.allows(Level::Warning, start + 3));
  CHECK_FALSE(budget.allows(Level::Info, start + (kNsPerSecond - 1)));
  CHECK(budget.allows(Level::Error, start + 4));
  CHECK(budget.take_refused() == 2);
  CHECK(budget.take_refused() == 0);
  CHECK(budget.allows(Level::Info, start + kNsPerSecond));
  CHECK(budget.take_refused() == 0);
}

TEST_CASE("lines over the budget are counted and not written", "[telemetry]") {
  const LogFile file{"budget"};
  Log log{{.lines_per_second = 1, .file = file.path()}};
  for (int i = 0; i < 100; ++i) log.info("a", "line {}", i);
  log.flush();
  // A second may begin in between; each one writes a line and a note of what was dropped.
  CHECK(log.written(Level::Info) + log.dropped() == 100);
  CHECK(log.dropped() >= 90);
  CHECK(file.lines().size() == log.written(Level::Info) + log.written(Level::Warning));
}

TEST_CASE("a log file is readable by its owner and group only", "[telemetry]") {
  const LogFile file{"mode"};
  Log log{{.file = file.path()}};
  struct stat status {};
  REQUIRE(::stat(file.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0007) == 0);
}

TEST_CASE("a log file that cannot be opened is refused at the start", "[telemetry]") {
  CHECK_THROWS_AS((Log{{.file = "/nonexistent_folder/x.log"}}), std::system_error);
}

TEST_CASE("lines of several threads stay whole", "[telemetry][threads]") {
  const LogFile file{"threads"};
  {
    Log log{{.lines_per_second = 1'000'000, .file = file.path()}};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 200; ++i) log.info("t", "thread {} line {} end", t, i);
      });
    for (auto& thread : threads) thread.join();
  }
  const auto lines = file.lines();
  CHECK(lines.size() == 600);
  std::set<std::string> found;
  for (const auto& line : lines) found.insert(parts_of(line).rest);
  CHECK(found.size() == 600);
  for (int t = 0; t < 3; ++t)
    for (int i = 0; i < 200; ++i)
      REQUIRE(found.count(fmt::format("info [t] thread {} line {} end", t, i)) == 1);
}
