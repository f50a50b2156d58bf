// [simulation]: latency tables, and keys that only belong to a choice.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/settings/small_config.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::settings;
using sq::test::problems_of;
using sq::test::with;
namespace fs = std::filesystem;

namespace {
const std::string kConstant = "order_latency_us = 500\nreport_latency_us = 400";
std::string with_table(std::string_view rows) {
  return with(kConstant, "order_latency_table = " + std::string{rows});
}
struct LatencyFile {
  explicit LatencyFile(std::string_view text) {
    fs::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << text;
  }
  ~LatencyFile() { fs::remove(path); }
  LatencyFile(const LatencyFile&) = delete;
  LatencyFile& operator=(const LatencyFile&) = delete;
  [[nodiscard]] std::string config() const {
    return with(kConstant, "order_latency_file = '" + path.string() + "'");
  }
  fs::path path{test::build_dir() / "settings_latency.csv"};
};
}  // namespace

TEST_CASE("a latency table is taken in place", "[settings]") {
  const Config config =
      test::parse(with_table("[[0, 100, 90], [500000, 200, 90], [1000000, 9000, 8000]]"));
  REQUIRE(config.simulation.order_latency_table.size() == 3);
  CHECK(config.simulation.order_latency_table[1] == LatencyPoint{500'000, 200'000, 90'000});
  CHECK(test::parse(resolved_text(config)) == config);
}

TEST_CASE("a latency table from a file is part of the resolved text", "[settings]") {
  Config config;
  std::string text;
  {
    const LatencyFile file{"# measured\r\n0,100,90\r\n\n1000000,9000,8000"};
    config = test::parse(file.config());
    text = resolved_text(config);
  }
  REQUIRE(config.simulation.order_latency_table.size() == 2);
  CHECK(config.simulation.order_latency_table[0] == LatencyPoint{0, 100'000, 90'000});
  CHECK(test::parse(text) == config);  // the file is gone
}

TEST_CASE("a latency file that is no table is refused with its own line", "[settings]") {
  for (const char* bad : {"0,1", "0,1,2,3", "0,1,", "0;1;2", "a,b,c", "0,1.5,2", "0, 1, 2"}) {
    INFO(bad);
    const LatencyFile file{std::string{"0,1,1\n"} + bad + "\n1000000,2,2\n"};
    const auto problems = problems_of(file.config());
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].file == file.path.string());
    CHECK(problems[0].line == 2);
    CHECK(problems[0].value == bad);
  }
  const auto absent = problems_of(with(kConstant, "order_latency_file = 'no/such.csv'"));
  REQUIRE(absent.size() == 1);
  CHECK(absent[0].key == "simulation.order_latency_file");
  const LatencyFile empty{""};
  CHECK(problems_of(empty.config()).size() == 1);
}

TEST_CASE("a latency table starts at 0, ends at 1000000 and never falls", "[settings]") {
  const auto good = [](std::string_view rows) { return problems_of(with_table(rows)).empty(); };
  CHECK(good("[[0, 0, 0], [1000000, 10000000, 10000000]]"));
  CHECK(good("[[0, 5, 5], [1000000, 5, 5]]"));
  CHECK_FALSE(good("[[0, 5, 5]]"));
  CHECK_FALSE(good("[]"));
  CHECK_FALSE(good("[[1, 5, 5], [1000000, 5, 5]]"));
  CHECK_FALSE(good("[[0, 5, 5], [999999, 5, 5]]"));
  CHECK_FALSE(good("[[0, 5, 5], [1000001, 5, 5]]"));
  CHECK_FALSE(good("[[0, 5, 5], [5, 5, 5], [5, 5, 5], [1000000, 5, 5]]"));
  CHECK_FALSE(good("[[0, 5, 5], [1000000, 4, 5]]"));
  CHECK_FALSE(good("[[0, 5, 5], [1000000, 5, 4]]"));
  CHECK_FALSE(good("[[0, -1, 5], [1000000, 5, 5]]"));
  CHECK_FALSE(good("[[0, 5, 5], [1000000, 10000001, 5]]"));
  CHECK_FALSE(good("[[0, 5], [1000000, 5]]"));
  CHECK_FALSE(good("[[0, 5, 5.0], [1000000, 5, 5]]"));
  CHECK_FALSE(good("5"));
}

TEST_CASE("a table has at most 1000 rows", "[settings]") {
  const auto rows = [](int n) {
    std::string text = "[";
    for (int i = 0; i < n - 1; ++i) text += "[" + std::to_string(i) + ", 1, 1],\n";
    return text + "[1000000, 1, 1]]";
  };
  CHECK(problems_of(with_table(rows(1000))).empty());
  CHECK(problems_of(with_table(rows(1001))).size() == 1);
}

TEST_CASE("latency is constant or a table, never both and never neither", "[settings]") {
  const std::string both = kConstant + "\norder_latency_table = [[0,1,1],[1000000,1,1]]";
  CHECK(problems_of(with(kConstant, both)).size() == 2);
  const auto neither = problems_of(with(kConstant, ""));
  REQUIRE(neither.size() == 2);
  CHECK(neither[0].key == "simulation.order_latency_us");
  CHECK(neither[0].value.empty());
}

TEST_CASE("a key that only one choice uses is required with it and refused without it",
          "[settings]") {
  const auto problems = [](std::string_view extra) {
    return problems_of(with(kConstant, kConstant + "\n" + std::string{extra}));
  };
  CHECK(problems("feed_latency = \"constant\"\nfeed_latency_us = 10").empty());
  REQUIRE(problems("feed_latency = \"constant\"").size() == 1);
  CHECK(problems("feed_latency = \"constant\"")[0].key == "simulation.feed_latency_us");
  REQUIRE(problems("feed_latency_us = 10").size() == 1);
  CHECK(problems("queue_model = \"power\"\nqueue_power = 3").empty());
  CHECK(problems("queue_model = \"power\"").size() == 1);
  CHECK(problems("queue_model = \"proportional\"\nqueue_power = 3").size() == 1);
  for (const int bad : {0, 9})
    CHECK(problems("queue_model = \"power\"\nqueue_power = " + std::to_string(bad)).size() == 1);
  for (const int good : {1, 8})
    CHECK(problems("queue_model = \"power\"\nqueue_power = " + std::to_string(good)).empty());
}

TEST_CASE("every choice of the simulation survives the resolved text", "[settings]") {
  const Config config = test::parse(
      with(kConstant,
           "order_latency_us = 0\nreport_latency_us = 10000000\nfeed_latency = \"constant\"\n"
           "feed_latency_us = 9\nqueue_model = \"power\"\nqueue_power = 5\nconsumed_depth = false\n"
           "partial_fills = false\nfees = false\nfilters = false"));
  CHECK(config.simulation.queue_power == 5);
  CHECK(config.simulation.feed_latency_ns == 9'000);
  CHECK_FALSE(config.simulation.filters);
  CHECK(test::parse(resolved_text(config)) == config);
}
