// `wal export|query|stats` of the real program on the log of a real run. What `wal dump --json` and
// `wal verify` say is what exports must say.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "tests/app/archive_fixture.hpp"
#include "tests/reporting/stores.hpp"

using namespace sq::test;
namespace json = boost::json;

namespace {
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}
Finished exported(const std::string& format, const std::filesystem::path& out,
                  std::vector<std::string> more = {}) {
  std::vector<std::string> command{"wal",  "export", run_log().string(), "--format",
                                   format, "--out",  out.string()};
  command.insert(command.end(), more.begin(), more.end());
  Finished finished = run("shrivenquant", command);
  INFO(finished.output);
  CHECK(finished.status == 0);
  return finished;
}
std::vector<std::string> dumped() {
  static const std::vector<std::string> lines =
      lines_of(run("shrivenquant", {"wal", "dump", run_log().string(), "--json"}).output);
  return lines;
}
std::uint64_t sequence_of(const std::string& line) {
  return std::stoull(std::string{json::parse(line).at("seq").as_string()});
}
std::string kind_of(const std::string& line) {
  return std::string{json::parse(line).at("kind").as_string()};
}
Finished asked(const std::string& sql, std::vector<std::string> more = {}) {
  std::vector<std::string> command{"wal", "query", run_log().string(), sql};
  command.insert(command.end(), more.begin(), more.end());
  return run("shrivenquant", command);
}
}  // namespace

TEST_CASE("JSON lines are what dump prints, every record once", "[app]") {
  const auto out = scratch() / "all.jsonl";
  exported("jsonl", out);
  CHECK(lines_of(read_text(out)) == dumped());
}

TEST_CASE("a range of JSON lines has its first and its last record and none beside", "[app]") {
  const auto out = scratch() / "range.jsonl";
  exported("jsonl", out, {"--from", "100", "--to", "250"});
  const auto lines = lines_of(read_text(out));
  REQUIRE(lines.size() == 151);
  CHECK(sequence_of(lines.front()) == 100);
  CHECK(sequence_of(lines.back()) == 250);
}

TEST_CASE("chosen kinds are all there and alone", "[app]") {
  const auto out = scratch() / "kinds.jsonl";
  exported("jsonl", out, {"--kinds", "OrderSent,FillBooked"});
  std::vector<std::string> expected;
  for (const std::string& line : dumped())
    if (line.find("\"OrderSent\"") != std::string::npos ||
        line.find("\"FillBooked\"") != std::string::npos)
      expected.push_back(line);
  CHECK(lines_of(read_text(out)) == expected);
  CHECK(expected.size() > 50);
}

TEST_CASE("what cannot be exported is said with what is accepted", "[app]") {
  const std::string log = run_log().string();
  const auto refused = [&](std::vector<std::string> more) {
    std::vector<std::string> command{"wal", "export", log};
    command.insert(command.end(), more.begin(), more.end());
    const Finished finished = run("shrivenquant", command);
    CHECK(finished.status == 2);
    return finished.output;
  };
  const std::string out = (scratch() / "refused").string();
  CHECK(refused({"--format", "xml", "--out", out}).find("accepted: jsonl, csv, sqlite") !=
        std::string::npos);
  CHECK(refused({"--format", "jsonl", "--out", out, "--kinds", "Orders"})
            .find("OrderSent, CancelSent") != std::string::npos);
  CHECK(refused({"--format", "jsonl", "--out", out, "--from", "5", "--to", "4"})
            .find("--from 5 is behind --to 4") != std::string::npos);
  CHECK(refused({"--format", "jsonl", "--out", "/dev/full"}).find("/dev/full") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists(out));
}

TEST_CASE("an export to SQLite that stopped in between goes on and ends as one that did not",
          "[app]") {
  const auto parts = scratch() / "parts.sqlite";
  exported("sqlite", parts, {"--to", "333"});
  const auto first = sq::reporting::test::sqlite_place(parts);
  CHECK(first->sql("SELECT last_sequence FROM archive_progress").at(0).at(0) == "333");
  CHECK(first->sql("SELECT count(*) FROM order_events WHERE sequence > 333").at(0).at(0) == "0");
  exported("sqlite", parts, {"--to", "2000"});
  exported("sqlite", parts);
  exported("sqlite", parts);  // again: nothing is left to do
  const auto whole = scratch() / "whole.sqlite";
  exported("sqlite", whole);
  CHECK(sq::reporting::test::everything(*first) ==
        sq::reporting::test::everything(*sq::reporting::test::sqlite_place(whole)));
}

TEST_CASE("tables of chosen kinds have the rows of these records alone", "[app]") {
  const auto file = scratch() / "sent.sqlite";
  exported("sqlite", file, {"--kinds", "OrderSent,KillChanged"});
  const auto place = sq::reporting::test::sqlite_place(file);
  const std::string orders = json::serialize(run_summary().at("orders"));
  CHECK(place->sql("SELECT count(*) FROM order_events").at(0).at(0) == orders);
  CHECK(place->sql("SELECT count(*) FROM orders").at(0).at(0) == orders);
  CHECK(place->sql("SELECT count(*) FROM fills").at(0).at(0) == "0");
  CHECK(place->sql("SELECT count(*) FROM positions").at(0).at(0) == "0");
  // Rows of every kind do not mix with these.
  const Finished other = run("shrivenquant", {"wal", "export", run_log().string(), "--format",
                                              "sqlite", "--out", file.string()});
  CHECK(other.status == 2);
  CHECK(other.output.find("in scope \"all KillChanged OrderSent\"") != std::string::npos);
}

TEST_CASE("inputs are counted by kind, market data included", "[app]") {
  const auto file = scratch() / "inputs.sqlite";
  exported("sqlite", file);
  std::map<std::string, std::uint64_t> expected;
  for (const std::string& line : dumped()) ++expected[kind_of(line)];
  const auto place = sq::reporting::test::sqlite_place(file);
  std::size_t market = 0;
  for (const auto& row : place->sql("SELECT kind, sum(records) FROM input_counts GROUP BY kind")) {
    INFO(row[0]);
    CHECK(row[1] == std::to_string(expected.at(row[0])));
    if (row[0] == "DepthUpdate" || row[0] == "TradePrint") ++market;
  }
  CHECK(market == 2);
}

TEST_CASE("CSV files have the tables' columns and every row of the SQLite export", "[app]") {
  const auto folder = scratch() / "csv";
  exported("csv", folder, {"--orders-only"});
  CHECK(lines_of(read_text(folder / "markers.csv")).at(0) == "log_id,sequence,wall_ns,kind\r");
  const auto place = sq::reporting::test::sqlite_place(scratch() / "csv.sqlite");
  exported("sqlite", scratch() / "csv.sqlite", {"--orders-only"});
  for (const std::string name : {"fills", "orders", "order_events", "positions", "refusals"}) {
    INFO(name);
    const auto lines = lines_of(read_text(folder / (name + ".csv")));
    CHECK(std::to_string(lines.size() - 1) ==
          place->sql("SELECT count(*) FROM " + name).at(0).at(0));
  }
  // A text with quotes and line ends: the configuration, doubled quotes and all.
  const std::string configs = read_text(folder / "configs.csv");
  CHECK(configs.find("[engine]") != std::string::npos);
  CHECK(configs.find("instance = \"\"DEMO\"\"") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder / "export.sqlite"));
}

TEST_CASE("a query answers as a table and as JSON lines, with exact decimals", "[app]") {
  const Finished table = asked("SELECT 'a' AS name, 12 AS n, NULL AS none");
  INFO(table.output);
  CHECK(table.status == 0);
  CHECK(table.output.find("name  n   none\n----  --  ----\na     12\n(1 row)\n") !=
        std::string::npos);
  const Finished lines = asked("SELECT count(*) AS fills FROM fills", {"--json"});
  CHECK(lines.status == 0);
  CHECK(lines.output.find("{\"fills\":" + json::serialize(run_summary().at("fills")) + "}\n") !=
        std::string::npos);
}

TEST_CASE("a query that writes is refused before it runs", "[app]") {
  for (const std::string sql : {"DELETE FROM fills", "ATTACH 'x' AS y", "SELECT 1; SELECT 2"}) {
    const Finished refused = asked(sql);
    INFO(refused.output);
    CHECK(refused.status == 2);
  }
}

TEST_CASE("cached tables are made once and answer the same", "[app]") {
  const auto cache = scratch() / "cache.sqlite";
  const std::string sql = "SELECT count(*) AS n, max(sequence) AS last FROM order_events";
  const Finished first = asked(sql, {"--json", "--cache", cache.string()});
  CHECK(first.status == 0);
  const Finished second = asked(sql, {"--json", "--cache", cache.string()});
  CHECK(lines_of(second.output).back() == lines_of(first.output).back());
  CHECK(second.output.find(", 0 rows written") != std::string::npos);
}

TEST_CASE("statistics count what verify counts, by kind what dump shows", "[app]") {
  const auto file = scratch() / "stats.json";
  const Finished finished =
      run("shrivenquant", {"wal", "stats", run_log().string(), "--json", file.string()});
  INFO(finished.output);
  REQUIRE(finished.status == 0);
  const auto verified = scratch() / "verify.json";
  REQUIRE(run("shrivenquant", {"wal", "verify", run_log().string(), "--json", verified.string()})
              .status == 0);
  const json::value stats = read_json(file);
  const json::value verify = read_json(verified);
  for (const char* name :
       {"records", "bytes", "segments", "first_sequence", "last_sequence", "missing"})
    CHECK(json::serialize(stats.at(name)) == json::serialize(verify.at(name)));
  std::map<std::string, std::uint64_t> expected;
  for (const std::string& line : dumped()) ++expected[kind_of(line)];
  CHECK(stats.at("kinds").as_object().size() == expected.size());
  for (const auto& [kind, count] : expected)
    CHECK(json::serialize(stats.at("kinds").at(kind).at("records")) == std::to_string(count));
}

TEST_CASE("of a damaged log everything before the damage is exported, and the exit code says so",
          "[app]") {
  const auto log = scratch() / "damaged";
  std::filesystem::remove_all(log);
  std::filesystem::copy(run_log(), log);
  const auto segment = log / "orders-000001.seg";
  std::fstream file{segment, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(200'000);
  file.put('\x5A');
  file.put('\xA5');
  file.close();
  const auto out = scratch() / "damaged.sqlite";
  const Finished finished = run(
      "shrivenquant", {"wal", "export", log.string(), "--format", "sqlite", "--out", out.string()});
  INFO(finished.output);
  CHECK(finished.status == 1);
  CHECK(finished.output.find("orders-000001.seg") != std::string::npos);
  const auto rows = sq::reporting::test::sqlite_place(out)->sql(
      "SELECT last_sequence, (SELECT count(*) FROM order_events) FROM archive_progress");
  CHECK(std::stoull(rows.at(0).at(0)) > 100);
  CHECK(std::stoull(rows.at(0).at(1)) > 10);
}
