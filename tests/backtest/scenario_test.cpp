#include "tests/backtest/scenario.hpp"

#include <catch2/catch.hpp>

#include "tests/support/recorded_data.hpp"

using namespace sq;

namespace {
constexpr const char* kStart =
    "instrument 0 usdm BTCUSDT BTC USDT tick 0.1 lot 0.001\n"
    "1 book bid 100.0 5 99.9 3 ask 100.1 4 100.2 6\n";
}  // namespace

TEST_CASE("every exchange scenario gives exactly the reports it states", "[backtest]") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::project_dir() / "tests/scenarios")) {
    if (entry.path().filename().string().starts_with("exchange_")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 8);
  for (const auto& file : files) {
    DYNAMIC_SECTION(file.filename().string()) {
      const auto differences = test::run_scenario_file(file);
      for (const std::string& difference : differences)
        FAIL_CHECK(file.filename().string() << " " << difference);
      CHECK(differences.empty());
    }
  }
}

TEST_CASE("a scenario names a wrong report, a missing one and an unexpected one", "[backtest]") {
  const std::string start = kStart;
  CHECK(test::run_scenario(start + "2 order 1 buy 1 @ 99.0 gtc\n> accepted 1\n").empty());
  CHECK(test::run_scenario(start + "2 order 1 buy 1 @ 99.0 gtc\n> accepted 2\n") ==
        std::vector<std::string>{"line 4: 'accepted 1', expected 'accepted 2'"});
  CHECK(test::run_scenario(start + "2 order 1 buy 1 @ 99.0 gtc\n> accepted 1\n> accepted 1\n") ==
        std::vector<std::string>{"line 5: no report, expected 'accepted 1'"});
  CHECK(test::run_scenario(start + "2 order 1 buy 1 @ 99.0 gtc\n").size() == 1);
  CHECK(test::run_scenario(start + "2 order 1 buy 1 @ 99.0 gtc\n> accepted 1\n= ahead 1 0.5\n")
            .size() == 1);
  CHECK_THROWS_WITH(test::run_scenario(start + "2 order 1 hold 1 @ 99.0 gtc\n"),
                    Catch::Matchers::Contains("line 3"));
}
