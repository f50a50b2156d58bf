#include "tests/book/matching_scenario.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/paths.hpp"

namespace sq::matching {
TEST_CASE("every matching scenario gives exactly the events it states", "[book]") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::project_dir() / "tests/scenarios")) {
    if (entry.path().filename().string().starts_with("matching_")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 14);
  for (const auto& file : files) {
    for (const std::string& difference : run_scenario_file(file)) {
      FAIL_CHECK(file.filename().string() << " " << difference);
    }
  }
}

TEST_CASE("a matching scenario names a wrong event, a missing one and one too many", "[book]") {
  const std::string order = "order 1 1 buy 5 @ 100\n";
  CHECK(run_scenario(order + "> accepted 1 booked 5\n").empty());
  CHECK(run_scenario(order + "> accepted 1 booked 4\n").size() == 1);
  CHECK(run_scenario(order + "> accepted 1 booked 5\n> accepted 2\n").size() == 1);
  CHECK(run_scenario(order).size() == 1);
  CHECK_THROWS(run_scenario("order 1 1 hold 5 @ 100\n"));
  CHECK_THROWS(run_scenario("dance\n"));
}
}  // namespace sq::matching
