// Real SIGKILL of real writing processes under the eyes of an oracle (S01, S02): tools/crash. Each
// kill ends some records later than the one before, at a random moment or at a kill point.
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/paths.hpp"

namespace {
std::uint64_t number(const std::string& json, const std::string& name) {
  const std::size_t at = json.find("\"" + name + "\":");
  REQUIRE(at != std::string::npos);
  return std::strtoull(json.c_str() + at + name.size() + 3, nullptr, 10);
}
void kill_cycles(std::uint64_t cycles, std::uint64_t seed) {
  const char* planted = std::getenv("SQ_CRASH");  // tools/crash/mutants: one with a bug
  const std::string command =
      (planted != nullptr ? planted : (sq::test::build_dir() / "crash").string()) +
      " --json --cycles " + std::to_string(cycles) + " --seed " + std::to_string(seed) + " 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, n);
  const int status = ::pclose(pipe);
  INFO(text);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  CHECK(number(text, "cycles") == cycles);
  for (const char* trouble :
       {"lost", "sent_without_record", "altered", "holes", "invented", "refused"})
    CHECK(number(text, trouble) == 0);
  // The kills hit writers at work: each has acknowledged records and sent orders, or the seed is
  // bad.
  CHECK(number(text, "acknowledged") > cycles * 10);
  CHECK(number(text, "sent") > cycles);
  CHECK(number(text, "at_points") > cycles / 10);
  CHECK(number(text, "logs") >= cycles / 100);
  CHECK(number(text, "checks") >= cycles);
}
}  // namespace

TEST_CASE(
    "S01 S02: a hundred and fifty kills of a writer lose no record and send no order without") {
  kill_cycles(150, 1);
}
TEST_CASE("S01 S02: five thousand kills of a writer lose no record and send no order without one",
          "[slow]") {
  kill_cycles(5'000, 2);
}
