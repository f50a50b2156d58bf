// The end of a venue's day in the program as a user runs it: summary, port, log, replay, restart.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "tests/app/admin_client.hpp"

using namespace sq::test;
namespace json = boost::json;

namespace {
// The simulated session is two minutes long and begins at midnight.
constexpr const char* kCut = "00:01";
Engine::Changes cut_at(const std::string& time) {
  return {{"cut = \"23:59\"", "cut = \"" + time + "\""}};
}
std::string text(const json::value& value) { return std::string{value.as_string()}; }
// Exact: sums of decimals with eight places.
std::int64_t raw(const json::value& value) {
  std::string digits = text(value);
  const std::size_t point = digits.find('.');
  std::string places = point == std::string::npos ? "" : digits.substr(point + 1);
  places.resize(8, '0');
  digits = digits.substr(0, point) + places;
  return std::stoll(digits);
}
std::vector<json::value> closes_of(const std::string& log) {
  const Finished dumped = run("shrivenquant", {"wal", "dump", log, "--orders-only", "--json"});
  std::vector<json::value> found;
  std::istringstream lines{dumped.output};
  for (std::string line; std::getline(lines, line);)
    if (line.find("\"DayClosed\"") != std::string::npos) found.push_back(json::parse(line));
  return found;
}
}  // namespace

TEST_CASE("a session across the cut closes the day: lines add up to the total, replay agrees",
          "[app]") {
  const std::string log = (scratch() / "days").string();
  const auto file = scratch() / "days.json";
  const Finished finished = run("shrivenquant", {"run", write_config("days", cut_at(kCut)).string(),
                                                 "--log-dir", log, "--json", file.string()});
  INFO(finished.output);
  REQUIRE(finished.status == 0);
  CHECK(finished.output.find("was closed: account 0") != std::string::npos);
  const json::value summary = read_json(file);
  REQUIRE(summary.at("days").as_array().size() == 2);  // venues
  std::map<std::string, std::int64_t> lines;
  std::map<std::string, std::int64_t> totals;
  for (const json::value& each : closes_of(log)) {
    const bool line = each.at("part") == "line";
    CHECK(each.at("valued").as_bool());
    if (each.as_object().if_contains("day_net") != nullptr)
      (line ? lines : totals)[text(each.at("venue"))] += raw(each.at("day_net"));
  }
  CHECK(lines == totals);
  REQUIRE(totals.size() == 2);
  for (const json::value& venue : summary.at("days").as_array())
    for (const json::value& total : venue.at("closed").as_array())
      CHECK(raw(total.at("day_net")) == totals.at(text(venue.at("venue"))));
  // Code that is not the engine's says the same.
  const Finished fold = run("wal-fold", {log});
  INFO(fold.output);
  CHECK(fold.status == 0);
  CHECK(json::parse(fold.output).at("days_closed").to_number<int>() == 2);
  const auto replayed = scratch() / "days-replay.json";
  REQUIRE(run("shrivenquant", {"replay", log, "--json", replayed.string()}).status == 0);
  CHECK(read_json(replayed).at("differences").to_number<int>() == 0);
}

TEST_CASE("the port shows closed days with their lines, and what is open", "[app]") {
  const Engine engine{"days-port", "18540", "\"max\"", cut_at(kCut)};
  const Client client{"18540"};
  engine.wait_until_up(client);
  json::value shown;
  for (int i = 0; i < 1'500; ++i) {
    shown = json::parse(client.get("/api/v1/days").body);
    if (shown.at("closed").as_array().size() == 2) break;
    ::usleep(10'000);
  }
  REQUIRE(shown.at("closed").as_array().size() == 2);
  for (const json::value& day : shown.at("closed").as_array()) {
    CHECK(day.at("day") == "2025-01-01");
    CHECK(day.at("cut") == "2025-01-01 00:01:00.000000000");
    CHECK(day.at("not_valued").as_array().empty());
    std::int64_t sum = 0;
    for (const json::value& line : day.at("lines").as_array()) {
      sum += raw(line.at("of_day").at("net"));
      if (text(line.at("position")) != "0") CHECK(line.as_object().if_contains("mark") != nullptr);
    }
    REQUIRE(day.at("totals").as_array().size() == 1);
    const json::value& total = day.at("totals").as_array()[0];
    CHECK(raw(total.at("of_day").at("net")) == sum);
    CHECK(total.at("running").at("net") == total.at("of_day").at("net"));  // the first day
  }
  CHECK(shown.at("open").as_array()[0].at("day") == "2025-01-02");
  CHECK(client.get("/api/v1/days?limit=0").status == 400);
  CHECK(client.get("/api/v1/days?limit=401").status == 400);
  const json::value one = json::parse(client.get("/api/v1/days?limit=1").body);
  CHECK(one.at("closed").as_array().size() == 1);
  CHECK(engine.stop() == 0);
}
