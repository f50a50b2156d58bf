// `replay --what-if` and `--set` as a user runs them. The second opinion on a changed question is a
// real run of the original files with the changed configuration: same hash, same money.
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "tests/app/engine_process.hpp"

using namespace sq::test;
namespace json = boost::json;

namespace {
using Changes = std::vector<std::pair<std::string, std::string>>;

struct Session {
  std::string log;
  json::value summary;
};
Session session(const std::string& name, const Changes& changes = {}) {
  const auto config = write_config(name, changes);
  Session made{(scratch() / name).string(), {}};
  const auto file = scratch() / (name + ".json");
  const Finished finished =
      run("shrivenquant", {"run", config.string(), "--log-dir", made.log, "--json", file.string()});
  INFO(finished.output);
  REQUIRE(finished.status == 0);
  made.summary = read_json(file);
  return made;
}
// One run that the tests share.
const Session& plain() {
  static const Session made = session("what-if-plain");
  return made;
}

json::value ask(const std::string& log, std::vector<std::string> more, int status = 0) {
  const auto file = scratch() / "what-if-answer.json";
  std::filesystem::remove(file);
  std::vector<std::string> arguments{"replay", log};
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.insert(arguments.end(), {"--json", file.string()});
  const Finished finished = run("shrivenquant", arguments);
  INFO(finished.output);
  REQUIRE(finished.status == status);
  return read_json(file);
}

// What both must say of one session, whoever computed it.
void check_same_summary(const json::value& a, const json::value& b) {
  for (const char* key : {"hash", "decisions", "orders", "cancels", "fills", "rejects", "refusals",
                          "positions", "pnl", "fees", "drawdown_max"}) {
    INFO(key);
    CHECK(a.at(key) == b.at(key));
  }
}

pid_t start_slow(const std::filesystem::path& config, const std::string& log) {
  const pid_t child = start("shrivenquant", {"run", config.string(), "--log-dir", log},
                            scratch() / "what-if-child.txt");
  while (!std::filesystem::exists(log + "/log.meta")) ::usleep(1'000);
  return child;
}
}  // namespace

TEST_CASE(
    "with nothing changed the what-if makes the log's own decisions, without the files of the "
    "session",
    "[app]") {
  const Session& made = plain();
  const auto files = scratch() / "session";
  const auto away = scratch() / "session-away";
  std::filesystem::rename(files, away);
  const json::value answer = ask(made.log, {"--what-if"});
  std::filesystem::rename(away, files);
  CHECK(answer.at("changes").as_array().empty());
  CHECK(answer.at("first_difference").is_null());
  CHECK(answer.at("same_decisions") == made.summary.at("decisions"));
  CHECK(answer.at("same_decisions").to_number<std::int64_t>() > 100);
  CHECK(answer.at("events") == made.summary.at("events"));
  check_same_summary(answer.at("log"), made.summary);
  check_same_summary(answer.at("what_if"), made.summary);
  // The file that the session was started with is no change, wherever its log lies.
  const json::value file =
      ask(made.log, {"--what-if", (scratch() / "what-if-plain.toml").string()});
  CHECK(file.at("changes").as_array().empty());
  CHECK(file.at("first_difference").is_null());
}

TEST_CASE(
    "a what-if answers what a run of the original files with that configuration does, and names "
    "the first decision that differs",
    "[app][slow]") {
  struct Case {
    std::string name;
    std::vector<std::string> set;
    Changes text;
    std::string kind;
    std::string differs;  // a part of it
  };
  const std::vector<Case> cases{
      {"quantity",
       {"strategy.maker.quote_qty=0.011"},
       {{"quote_qty = \"0.01\"", "quote_qty = \"0.011\""}},
       "OrderRefused",  // the strategy was still warming up
       "qty: 0.01 -> 0.011"},
      {"fee",
       {"instrument.binance-usdm:BTCUSDT.maker_fee=0.0004",
        "instrument.binance-usdm:ETHUSDT.maker_fee=0.0004"},
       {{"maker_fee = \"0.0002\"", "maker_fee = \"0.0004\""}},
       "FillBooked",
       "fee"},
      {"limit",
       {"risk.strategy.maker.open_orders_max=1"},
       {{"name = \"maker\"\nopen_orders_max = 8", "name = \"maker\"\nopen_orders_max = 1"}},
       "OrderSent / OrderRefused",
       ""},
      {"latency",
       {"simulation.order_latency_us=3000"},
       {{"order_latency_us = 2000", "order_latency_us = 3000"}},
       "OrderChanged",
       "wall: "}};
  for (const Case& each : cases) {
    INFO(each.name);
    std::vector<std::string> arguments;
    for (const std::string& set : each.set) arguments.insert(arguments.end(), {"--set", set});
    const json::value answer = ask(plain().log, arguments);
    const Session other = session("what-if-" + each.name, each.text);
    check_same_summary(answer.at("what_if"), other.summary);
    check_same_summary(answer.at("log"), plain().summary);
    CHECK(answer.at("changes").as_array().size() == each.set.size());
    const json::value& first = answer.at("first_difference");
    REQUIRE(first.is_object());
    CHECK(first.at("kind").as_string() == each.kind);
    INFO(json::serialize(first));
    CHECK(std::string{first.at("differs").as_string()}.find(each.differs) != std::string::npos);
    // The other side of the same question: the changed session's log asked with the plain settings.
    const json::value back =
        ask(other.log, {"--what-if", (scratch() / "what-if-plain.toml").string()});
    CHECK(back.at("what_if").at("hash") == plain().summary.at("hash"));
  }
}

TEST_CASE("a lowered limit shows its refusals beside none", "[app]") {
  const json::value answer = ask(plain().log, {"--set", "risk.strategy.maker.open_orders_max=1"});
  const auto& before = answer.at("log").at("refusals").as_object();
  const auto& after = answer.at("what_if").at("refusals").as_object();
  CHECK(!before.contains("open-orders"));
  REQUIRE(after.contains("open-orders"));
  CHECK(after.at("open-orders").to_number<std::int64_t>() > 0);
  const Finished page = run(
      "shrivenquant", {"replay", plain().log, "--set", "risk.strategy.maker.open_orders_max=1"});
  CHECK(page.status == 0);
  INFO(page.output);
  CHECK(page.output.find("risk.strategy.maker.open_orders_max: 8 -> 1") != std::string::npos);
  CHECK(page.output.find("refused: open-orders") != std::string::npos);
}

TEST_CASE(
    "a session that was killed, and one that was killed and went on, give their decisions again",
    "[app][slow]") {
  const Changes slow{{"speed = \"max\"", "speed = 40"},
                     {"existing = \"replace\"", "existing = \"recover\""}};
  const auto config = write_config("what-if-killed", slow);
  const std::string log = (scratch() / "what-if-killed").string();
  const pid_t child = start_slow(config, log);
  ::usleep(1'000'000);
  REQUIRE(::kill(child, SIGKILL) == 0);
  REQUIRE(wait_for(child) == 128 + SIGKILL);
  const json::value cut = ask(log, {"--what-if"});
  CHECK((cut.at("first_difference").is_null() || cut.at("undetermined").as_bool()));
  CHECK(cut.at("same_decisions").to_number<std::int64_t>() > 10);
  const auto file = scratch() / "what-if-killed.json";
  const Finished rest = run("shrivenquant", {"run", config.string(), "--log-dir", log, "--speed",
                                             "max", "--json", file.string()});
  INFO(rest.output);
  REQUIRE(rest.status == 0);
  const json::value whole = ask(log, {"--what-if"});
  CHECK(whole.at("first_difference").is_null());
  CHECK(whole.at("log").at("epoch").to_number<std::int64_t>() == 2);
  CHECK(whole.at("what_if").at("hash") == read_json(file).at("hash"));
}

TEST_CASE("a session that was stopped and went on gives its decisions again", "[app]") {
  const auto config = write_config(
      "what-if-stopped",
      {{"speed = \"max\"", "speed = 40"}, {"existing = \"replace\"", "existing = \"recover\""}});
  const std::string log = (scratch() / "what-if-stopped").string();
  const pid_t child = start_slow(config, log);
  ::usleep(800'000);
  REQUIRE(::kill(child, SIGTERM) == 0);
  REQUIRE(wait_for(child) == 0);
  const json::value stopped = ask(log, {"--what-if"});
  CHECK((stopped.at("first_difference").is_null() || stopped.at("undetermined").as_bool()));
  const auto file = scratch() / "what-if-stopped.json";
  REQUIRE(run("shrivenquant",
              {"run", config.string(), "--log-dir", log, "--speed", "max", "--json", file.string()})
              .status == 0);
  const json::value whole = ask(log, {"--what-if"});
  CHECK(whole.at("first_difference").is_null());
  CHECK(whole.at("what_if").at("hash") == read_json(file).at("hash"));
}

TEST_CASE("a question that makes no sense is refused with what would", "[app]") {
  const auto refused = [](const std::vector<std::string>& more, const std::string& text) {
    std::vector<std::string> arguments{"replay", plain().log};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Finished finished = run("shrivenquant", arguments);
    INFO(finished.output);
    CHECK(finished.status == 2);
    CHECK(finished.output.find(text) != std::string::npos);
  };
  refused({"--set", "strategy.maker.qty=0.02"}, "strategy.maker.quote_qty");
  refused({"--set", "strategy.maker.quote_qty"}, "key=value");
  refused({"--set", "strategy.maker.quote_qty=much"}, "quote_qty");
  refused({"--what-if", (scratch() / "what-if-plain.toml").string(), "--set",
           "strategy.flow.holding=1"},
          "strategy.flow.holding_ms");
  refused({"--set", "risk.open_orders_max=0"}, "open_orders_max");
  const auto swapped =
      write_config("what-if-swapped", {{"symbol = \"ETHUSDT\"\nkind", "symbol = \"XXXUSDT\"\nkind"},
                                       {"symbol = \"ETHUSDT\"", "symbol = \"XXXUSDT\""},
                                       {"binance-usdm:ETHUSDT", "binance-usdm:XXXUSDT"}});
  refused({"--what-if", swapped.string()}, "must keep the order");
  CHECK(run("shrivenquant", {"replay", (scratch() / "no-log").string(), "--what-if"}).status == 2);
}

TEST_CASE("a damaged log is named with file and place, and asked nothing", "[app]") {
  const std::string log = (scratch() / "what-if-damaged").string();
  std::filesystem::copy(plain().log, log);
  std::filesystem::path segment;
  for (const auto& entry : std::filesystem::directory_iterator(log)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".seg") && name.find("order") != std::string::npos) segment = entry.path();
  }
  REQUIRE(!segment.empty());
  std::fstream file{segment, std::ios::in | std::ios::out | std::ios::binary};
  file.seekg(60'000);
  const int byte = file.get();
  file.seekp(60'000);
  file.put(static_cast<char>(byte ^ 0x40));
  file.close();
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"replay", log, "--what-if"}, {"parity", log}}) {
    const Finished finished = run("shrivenquant", arguments);
    INFO(finished.output);
    CHECK(finished.status == 2);
    CHECK(finished.output.find(segment.filename().string()) != std::string::npos);
  }
}
