// kill -9 of the real program at random moments, again and again on one log. After each kill the
// engine's fold is compared with tools/wal-fold, which shares no code with it; the next start goes on
// from there; the last one runs to the end, where engine and simulated exchange must agree.
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <map>
#include <set>

#include "tests/app/engine_process.hpp"

using namespace sq::test;
namespace json = boost::json;

namespace {
std::string text(const json::value& value) {
  return value.is_string() ? std::string{value.as_string()} : json::serialize(value);
}

// strategy number and symbol are all that the independent fold knows.
std::map<std::string, std::string> positions_of_fold(const json::value& fold) {
  std::map<std::string, std::string> found;
  for (const auto& row : fold.at("positions").as_array())
    found[text(row.at("strategy")) + "/" + text(row.at("instrument"))] =
        text(row.at("qty")) + " cost " + text(row.at("cost")) + " realised " +
        text(row.at("realised")) + " cash " + text(row.at("cash")) + " fees " + text(row.at("fees")) +
        " fills " + text(row.at("fills"));
  return found;
}
std::map<std::string, std::string> positions_of_engine(const json::value& state) {
  const std::map<std::string, std::string> strategies{{"maker", "0"}, {"flow", "1"}};
  const std::map<std::string, std::string> instruments{{"binance-usdm:BTCUSDT", "0"},
                                                       {"binance-usdm:ETHUSDT", "1"},
                                                       {"binance-spot:BTCUSDT", "2"}};
  std::map<std::string, std::string> found;
  for (const auto& row : state.at("positions").as_array())
    found[strategies.at(text(row.at("strategy"))) + "/" + instruments.at(text(row.at("instrument")))] =
        text(row.at("qty")) + " cost " + text(row.at("cost")) + " realised " +
        text(row.at("realised")) + " cash " + text(row.at("cash")) + " fees " + text(row.at("fees")) +
        " fills " + text(row.at("fills"));
  return found;
}
std::map<std::string, std::string> orders_of(const json::value& state) {
  std::map<std::string, std::string> found;
  for (const auto& row : state.at("orders").as_array())
    found[text(row.at("id"))] = text(row.at("state")) + " filled " + text(row.at("filled"));
  return found;
}

void compare_folds(const std::string& log) {
  const auto engine_file = scratch() / "state.json";
  const Finished engine =
      run("shrivenquant", {"wal", "state", log, "--json", engine_file.string()});
  INFO(engine.output);
  REQUIRE(engine.status == 0);
  const Finished fold = run("wal-fold", {log});
  INFO(fold.output);
  REQUIRE(fold.status == 0);
  const json::value state = read_json(engine_file);
  const json::value independent = json::parse(fold.output);
  REQUIRE(independent.at("mismatches").as_array().empty());
  REQUIRE(text(independent.at("epoch")) == text(state.at("epoch")));
  REQUIRE(text(independent.at("sent")) == text(state.at("sent")));
  REQUIRE(text(independent.at("fills")) == text(state.at("fills")));
  REQUIRE(orders_of(independent) == orders_of(state));
  REQUIRE(positions_of_fold(independent) == positions_of_engine(state));
}

// Every OrderSent of a log by its id; a repeated one fails.
std::size_t require_unique_ids(const std::string& log) {
  const Finished dump = run("shrivenquant", {"wal", "dump", log, "--orders-only", "--json"});
  REQUIRE(dump.status == 0);
  std::set<std::string> ids;
  std::size_t at = 0;
  while (at < dump.output.size()) {
    const std::size_t end = dump.output.find('\n', at);
    const std::string line = dump.output.substr(at, end - at);
    at = end + 1;
    if (line.find("\"OrderSent\"") == std::string::npos) continue;
    REQUIRE(ids.insert(text(json::parse(line).at("id"))).second);
  }
  return ids.size();
}

void kill_again_and_again(int kills, const std::string& name) {
  // Recorded time passes so fast that the session lasts for all kills.
  const auto config = write_config(name, {{"existing = \"replace\"", "existing = \"recover\""},
                                          {"speed = \"max\"", "speed = 8"},
                                          // Days are closed amid the kills.
                                          {"cut = \"23:59\"", "cut = \"00:00:04\""},
                                          {"feed_ring_mib = 64", "feed_ring_mib = 16"},
                                          {"# feed_ring_mib", "feed_ring_mib"}});
  const std::string log = (scratch() / name).string();
  std::uint64_t random = 0x9E3779B97F4A7C15U;
  for (int i = 0; i < kills; ++i) {
    const pid_t child = start("shrivenquant", {"run", config.string(), "--log-dir", log},
                              scratch() / (name + ".txt"));
    random = random * 6364136223846793005U + 1442695040888963407U;
    ::usleep(static_cast<useconds_t>(90'000 + (random >> 33) % 140'000));
    REQUIRE(::kill(child, SIGKILL) == 0);
    const int status = wait_for(child);
    INFO("kill " << i << "\n" << read_text(scratch() / (name + ".txt")));
    REQUIRE(status == 128 + SIGKILL);
    if (!std::filesystem::exists(log + "/log.meta")) continue;  // killed before there was a log
    if (run("shrivenquant", {"wal", "state", log}).status != 0) continue;  // or before its first epoch
    compare_folds(log);
  }
  const Finished last = run("shrivenquant", {"run", config.string(), "--log-dir", log, "--speed", "max"});
  INFO(last.output);
  REQUIRE(last.status == 0);  // 1 would mean that engine and exchange disagree
  compare_folds(log);
  const json::value fold = json::parse(run("wal-fold", {log}).output);
  CHECK(fold.at("days_closed").to_number<int>() == 2);  // one a venue: none twice, none missed
  CHECK(require_unique_ids(log) > 50);
  const Finished replayed = run("shrivenquant", {"replay", log});
  INFO(replayed.output);
  CHECK(replayed.status == 0);
  CHECK(run("shrivenquant", {"wal", "verify", log}).status == 0);
}
}  // namespace

TEST_CASE("ten kills: engine, exchange and an independent fold agree, and no id comes twice",
          "[app]") {
  kill_again_and_again(10, "kills");
}
TEST_CASE("two hundred kills: the same", "[app][slow]") { kill_again_and_again(200, "kills-slow"); }
