// The archive of a real run: its totals are the engine's own, whatever happens to the server, the
// file and the archiver meanwhile. Expected values come from the run's summary, from `wal state`,
// and from an archive that nothing disturbed.
#include "engine/app/archive_task.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <map>

#include "tests/app/archive_fixture.hpp"
#include "tests/reporting/stores.hpp"

using namespace sq;
using namespace sq::test;
using reporting::test::Place;
using reporting::test::Texts;
namespace json = boost::json;

namespace {
std::string text(const json::value& value) {
  return value.is_string() ? std::string{value.as_string()} : json::serialize(value);
}
Texts rows_of(const json::value& positions, const std::vector<std::string>& names) {
  Texts rows;
  for (const auto& position : positions.as_array()) {
    std::vector<std::string> row;
    for (const std::string& name : names) row.push_back(text(position.at(name)));
    rows.push_back(std::move(row));
  }
  std::ranges::sort(rows);
  return rows;
}

// Equal to the last digit.
void check_totals(Place& place) {
  const json::value state = run_state();
  const json::value summary = run_summary();
  CHECK(place.sql(
            "SELECT strategy, instrument, qty, cost, realised, cash, fees, fills FROM positions "
            "ORDER BY strategy, instrument") ==
        rows_of(state.at("positions"),
                {"strategy", "instrument", "qty", "cost", "realised", "cash", "fees", "fills"}));
  CHECK(place.sql("SELECT strategy, instrument, currency, qty, realised, fees, turnover, fills, "
                  "maker_fills FROM positions ORDER BY strategy, instrument") ==
        rows_of(summary.at("positions"), {"strategy", "instrument", "currency", "position",
                                          "realised", "fees", "turnover", "fills", "maker_fills"}));
  CHECK(place.sql("SELECT count(*) FROM orders") == Texts{{text(summary.at("orders"))}});
  CHECK(place.sql("SELECT count(*) FROM fills") == Texts{{text(summary.at("fills"))}});
  CHECK(place.sql("SELECT count(*) FROM order_events WHERE event = 'cancel-sent'") ==
        Texts{{text(summary.at("cancels"))}});
  CHECK(place.sql("SELECT count(*) FROM orders WHERE state = 'rejected'") ==
        Texts{{text(summary.at("rejects"))}});
  for (const auto& [rule, count] : summary.at("refusals").as_object())
    CHECK(place.sql("SELECT count(*) FROM refusals WHERE rule = '" + std::string{rule} + "'") ==
          Texts{{json::serialize(count)}});
  CHECK(place.sql("SELECT last_sequence, scope FROM archive_progress").at(0).at(1) == "orders");
}

void check_undisturbed(Place& place) {
  const auto rows = reporting::test::everything(place);
  REQUIRE(rows.size() == undisturbed().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == undisturbed()[i]) continue;
    CAPTURE(i);
    REQUIRE(rows[i] == undisturbed()[i]);
  }
}
}  // namespace

TEST_CASE("positions, orders, fills and refusals in SQLite are the engine's to the last digit",
          "[app]") {
  const auto place = reporting::test::sqlite_place(scratch() / "totals.sqlite");
  std::int64_t clock = 0;
  const auto archiver = make_archiver(place->store(), 1'000);
  archive_all(*archiver, clock);
  check_totals(*place);
  check_undisturbed(*place);
  CHECK(archiver->status().state == app::ArchiveState::UpToDate);
  CHECK(archiver->status().failures == 0);
  CHECK(text(run_state().at("last_sequence")) ==
        std::to_string(archiver->status().archived_sequence));
}

TEST_CASE("fills by day, strategy and instrument add up to the positions", "[app]") {
  const auto place = reporting::test::sqlite_place(scratch() / "days.sqlite");
  std::int64_t clock = 0;
  const auto archiver = make_archiver(place->store(), 500);
  archive_all(*archiver, clock);
  const auto sums = [&](const std::string& what, const std::string& from) {
    Texts rows;
    const auto query_of = "SELECT strategy, instrument, " + what + " FROM " + from +
                          " GROUP BY strategy, instrument ORDER BY strategy, instrument";
    const auto file = scratch() / "sums.txt";
    const Finished asked = run(
        "shrivenquant", {"wal", "query", (scratch() / "days.sqlite").string(), query_of, "--json"});
    INFO(asked.output);
    REQUIRE(asked.status == 0);
    return asked.output;
  };
  const std::string of_fills =
      sums("decimal_sum(realised_delta) r, decimal_sum(fee_settle) f, decimal_sum(cash_delta) c",
           "fills");
  CHECK(of_fills ==
        sums("decimal_sum(realised) r, decimal_sum(fees) f, decimal_sum(cash) c", "positions"));
  CHECK(of_fills.find("\"r\"") != std::string::npos);
  CHECK(sums("decimal_sum(realised) r, decimal_sum(fees) f, sum(fills) n", "pnl") ==
        sums("decimal_sum(realised) r, decimal_sum(fees) f, sum(fills) n", "positions"));
}

TEST_CASE("the archive in PostgreSQL holds the same rows as the one in SQLite", "[app]") {
  auto* server = reporting::test::server_or_skip();
  if (server == nullptr) return;
  const auto place = reporting::test::postgres_place(*server, "totals");
  std::int64_t clock = 0;
  const auto archiver = make_archiver(place->store(), 1'000);
  archive_all(*archiver, clock);
  check_undisturbed(*place);
  check_totals(*place);
}

TEST_CASE("a server that is killed in the middle loses nothing and doubles nothing", "[app]") {
  if (!PostgresServer::available()) return skip("PostgreSQL 15 is not installed");
  PostgresServer server;
  const auto place = reporting::test::postgres_place(server, "killed");
  const auto archiver = make_archiver(place->store(), 200);
  std::int64_t clock = 0;
  for (int kills = 0; kills < 3; ++kills) {
    const std::uint64_t batches = archiver->status().batches;
    while (archiver->status().batches < batches + 2) {
      if (archiver->do_work(clock) == 0) clock += kNsPerSecond;
      REQUIRE_FALSE(archiver->caught_up());
    }
    const std::uint64_t failures = archiver->status().failures;
    const std::uint64_t archived = archiver->status().archived_sequence;
    server.kill();
    for (int i = 0; i < 50; ++i) {  // retried, later and later, with nothing lost
      static_cast<void>(archiver->do_work(clock));
      clock += 100 * kNsPerMs;
    }
    CHECK(archiver->status().state == app::ArchiveState::Waiting);
    CHECK(archiver->status().failures > failures + 1);
    CHECK(archiver->status().failures < failures + 12);  // 100, 200, 400 ... ms: 6 tries in 5 s
    CHECK_FALSE(archiver->status().error.empty());
    CHECK(archiver->status().archived_sequence == archived);
    server.start();
  }
  archive_all(*archiver, clock);
  CHECK(archiver->status().error.empty());
  check_undisturbed(*place);
  check_totals(*place);
}

TEST_CASE("an archive that another program holds locked is caught up with later", "[app]") {
  const auto file = scratch() / "locked.sqlite";
  const auto place = reporting::test::sqlite_place(file);
  const auto archiver = make_archiver(place->store(), 500);
  std::int64_t clock = 0;
  while (archiver->status().batches < 2) static_cast<void>(archiver->do_work(clock));
  sqlite3* other = nullptr;
  REQUIRE(::sqlite3_open(file.c_str(), &other) == SQLITE_OK);
  REQUIRE(::sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  while (archiver->status().failures < 2) {
    static_cast<void>(archiver->do_work(clock));
    clock += kNsPerSecond;
  }
  CHECK(archiver->status().state == app::ArchiveState::Waiting);
  REQUIRE(::sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK);
  ::sqlite3_close(other);
  archive_all(*archiver, clock);
  check_undisturbed(*place);
}

TEST_CASE("an archiver that another one overtakes goes on from there", "[app]") {
  const auto place = reporting::test::sqlite_place(scratch() / "two.sqlite");
  const auto first = make_archiver(place->store(), 300);
  const auto second = make_archiver(place->store(), 450);
  std::int64_t clock = 0;
  for (int i = 0; i < 100; ++i) {
    clock += kNsPerSecond;
    static_cast<void>((i / 3 % 2 == 0 ? first : second)->do_work(clock));
  }
  archive_all(*first, clock);
  archive_all(*second, clock);
  check_undisturbed(*place);
}

TEST_CASE("an archive of another scope is refused by name and left alone", "[app]") {
  const auto place = reporting::test::sqlite_place(scratch() / "scope.sqlite");
  std::int64_t clock = 0;
  archive_all(*make_archiver(place->store(), 1'000), clock);
  app::ArchiverOptions options;
  options.log_dir = run_log();
  options.scope = "all";
  options.feed = true;
  app::Archiver other{options, app::archive_names(run_log()), place->store()};
  CHECK(other.do_work(clock) == 0);
  CHECK(other.status().state == app::ArchiveState::Refused);
  CHECK(other.status().error.find("in scope \"orders\", not \"all\"") != std::string::npos);
  check_undisturbed(*place);
}

TEST_CASE("a log that is not there is said, and found when it comes", "[app]") {
  const auto log = scratch() / "later";
  app::ArchiverOptions options;
  options.log_dir = log;
  const auto place = reporting::test::sqlite_place(scratch() / "later.sqlite");
  app::Archiver archiver{options, app::archive_names(run_log()), place->store()};
  CHECK(archiver.do_work(0) == 0);
  CHECK(archiver.status().state == app::ArchiveState::LogDamaged);
  std::filesystem::copy(run_log(), log);
  std::int64_t clock = 0;
  archive_all(archiver, clock);
  check_undisturbed(*place);
}

namespace {
// kill -9 of a process that archives, again and again on one archive.
void kill_archivers(Place& place, int kills) {
  std::uint64_t random = 0x9E3779B97F4A7C15U;
  int unfinished = 0;
  for (int i = 0; i < kills; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const auto archiver = make_archiver(place.store(), 40);
      archiver->hurry();
      for (std::int64_t clock = 0; !archiver->caught_up(); clock += kNsPerMs)
        static_cast<void>(archiver->do_work(clock));
      ::_exit(0);
    }
    random = random * 6364136223846793005U + 1442695040888963407U;
    ::usleep(static_cast<useconds_t>(2'000 + (random >> 33) % 60'000));
    ::kill(child, SIGKILL);
    if (wait_for(child) == 128 + SIGKILL) ++unfinished;
  }
  CHECK(unfinished > 0);  // else nothing was killed in the middle
  std::int64_t clock = 0;
  archive_all(*make_archiver(place.store(), 1'000), clock);
  check_undisturbed(place);
}
}  // namespace

TEST_CASE("archivers into SQLite, killed at random moments, lose nothing and double nothing",
          "[app]") {
  static_cast<void>(undisturbed());
  kill_archivers(*reporting::test::sqlite_place(scratch() / "kills.sqlite"), 15);
}
TEST_CASE("archivers into PostgreSQL, killed at random moments, lose nothing and double nothing",
          "[app]") {
  auto* server = reporting::test::server_or_skip();
  if (server == nullptr) return;
  static_cast<void>(undisturbed());
  kill_archivers(*reporting::test::postgres_place(*server, "kills"), 15);
}
TEST_CASE("two hundred killed archivers of each kind: the same", "[app][slow]") {
  static_cast<void>(undisturbed());
  kill_archivers(*reporting::test::sqlite_place(scratch() / "kills-slow.sqlite"), 200);
  if (auto* server = reporting::test::server_or_skip())
    kill_archivers(*reporting::test::postgres_place(*server, "kills_slow"), 200);
}

TEST_CASE("the archive of an engine that was killed three times is what its log adds up to",
          "[app]") {
  const auto config =
      write_config("killed-run", {{"# kind = \"sqlite\"", "kind = \"off\""},
                                  {"existing = \"replace\"", "existing = \"recover\""},
                                  {"speed = \"max\"", "speed = 8"}});
  const std::string log = (scratch() / "killed-run").string();
  const auto file = scratch() / "killed-run.json";
  int kills = 0;
  for (int starts = 0; kills < 3; ++starts) {
    REQUIRE(starts < 50);
    const pid_t child = start("shrivenquant", {"run", config.string(), "--log-dir", log},
                              scratch() / "killed-run.txt");
    ::usleep(static_cast<useconds_t>(400'000 + 200'000 * starts));  // a busy machine starts slowly
    REQUIRE(::kill(child, SIGKILL) == 0);
    REQUIRE(wait_for(child) == 128 + SIGKILL);
    // Before its first epoch was logged there is nothing to compare.
    if (run("shrivenquant", {"wal", "state", log, "--json", file.string()}).status == 0) ++kills;
  }
  const json::value state = read_json(file);
  app::ArchiverOptions options;
  options.log_dir = log;
  const auto place = reporting::test::sqlite_place(scratch() / "killed-run.sqlite");
  app::Archiver archiver{options, app::archive_names(options.log_dir), place->store()};
  std::int64_t clock = 0;
  archive_all(archiver, clock);
  CHECK(place->sql("SELECT strategy, instrument, qty, cost, realised, cash, fees, fills FROM "
                   "positions ORDER BY strategy, instrument") ==
        rows_of(state.at("positions"),
                {"strategy", "instrument", "qty", "cost", "realised", "cash", "fees", "fills"}));
  CHECK(place->sql("SELECT count(*) FROM orders") == Texts{{text(state.at("sent"))}});
  CHECK(place->sql("SELECT max(epoch) FROM epochs") == Texts{{text(state.at("epoch"))}});
  Texts working = rows_of(state.at("orders"), {"id", "state", "filled"});
  CHECK(place->sql("SELECT order_id, state, filled FROM orders WHERE state NOT IN ('filled', "
                   "'cancelled', 'rejected', 'expired', 'not-sent') ORDER BY order_id") == working);
}

TEST_CASE("a run keeps its archive beside its log, complete when it ends", "[app]") {
  const auto config = write_config("with-archive", {});
  const auto log = scratch() / "with-archive";
  const Finished finished =
      run("shrivenquant", {"run", config.string(), "--log-dir", log.string()});
  INFO(finished.output);
  REQUIRE(finished.status == 0);
  const auto place = reporting::test::sqlite_place(log / "archive.sqlite");
  const auto rows = place->sql(
      "SELECT (SELECT count(*) FROM fills), (SELECT count(*) FROM markers WHERE "
      "kind = 'RunEnded'), last_sequence FROM archive_progress");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0][0] == text(run_summary().at("fills")));
  CHECK(rows[0][1] == "1");
  CHECK(rows[0][2] == text(run_state().at("last_sequence")));
}

TEST_CASE("a server that is dead from the start changes nothing about the run", "[app]") {
  const auto config = write_config(
      "dead-server", {{"# kind = \"sqlite\"", "kind = \"postgres\""},
                      {"# url = \"dbname=shrivenquant\"", "url = \"host=/nowhere dbname=x\""}});
  const auto log = scratch() / "dead-server";
  const auto summary = scratch() / "dead-server.json";
  const Finished finished = run("shrivenquant", {"run", config.string(), "--log-dir", log.string(),
                                                 "--json", summary.string()});
  INFO(finished.output);
  CHECK(finished.status == 0);
  CHECK(finished.output.find("/nowhere") != std::string::npos);
  const json::value here = read_json(summary);
  CHECK(text(here.at("fills")) == text(run_summary().at("fills")));
  CHECK(json::serialize(here.at("pnl")) == json::serialize(run_summary().at("pnl")));
}
