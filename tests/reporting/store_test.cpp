// What a store promises, on SQLite and on a real PostgreSQL: all of a batch or nothing, once.
#include <sqlite3.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "engine/reporting/archive/migrations.hpp"
#include "tests/reporting/stores.hpp"

using namespace sq::reporting;
using namespace sq::reporting::test;

namespace {
const LogIdentity kLog{"00000000000000aa", "TEST"};

Row marker(std::int64_t sequence, std::string_view kind) {
  RowWriter row{Table::Markers};
  return std::move(row.text(kLog.log_id).integer(sequence).integer(sequence * 10).text(kind))
      .finish();
}
Row cash(std::int64_t sequence, std::string_view strategy, std::int64_t raw) {
  RowWriter row{Table::Cash};
  row.text(kLog.log_id).text(strategy).text("USDT").integer(sequence).money(raw);
  return std::move(row.money(1).money(-2).money(0)).finish();
}
Batch batch_of(std::uint64_t after, std::uint64_t last) {
  Batch batch;
  batch.restart(after);
  batch.reach(last);
  return batch;
}
std::uint64_t progress_of(Store& store) {
  const auto found = store.progress(kLog.log_id);
  REQUIRE(found);
  return *found ? (*found)->last_sequence : 0;
}

void check_batches(Place& place) {
  const auto store = place.store();
  REQUIRE(store->open(schema_version()));
  CHECK(progress_of(*store) == 0);
  Batch first = batch_of(0, 10);
  first.add(marker(3, "RunEnded"));
  first.add(cash(4, "maker", 100));
  first.add(cash(5, "maker", 9'223'372'036'854'775'807));  // replaces the one before
  first.add(cash(6, "taker", -1));
  CHECK(first.rows() == 3);
  REQUIRE(store->write(kLog, first, "orders"));
  CHECK(progress_of(*store) == 10);
  const auto again = store->write(kLog, first, "orders");
  REQUIRE_FALSE(again);
  CHECK(again.error().failure == StoreFailure::Moved);

  Batch wrong = batch_of(9, 20);  // does not start where the archive ends
  wrong.add(marker(15, "RunEnded"));
  const auto refused = store->write(kLog, wrong, "orders");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().failure == StoreFailure::Moved);
  const auto other_scope = store->write(kLog, batch_of(10, 11), "all");
  REQUIRE_FALSE(other_scope);
  CHECK(other_scope.error().failure == StoreFailure::Moved);

  Batch second = batch_of(10, 12);
  second.add(cash(11, "maker", 7));
  REQUIRE(store->write(kLog, second, "orders"));
  CHECK(progress_of(*store) == 12);
  CHECK(place.sql("SELECT sequence, kind FROM markers") == Texts{{"3", "RunEnded"}});
  CHECK(place.sql("SELECT strategy, sequence, cash, fees FROM cash ORDER BY strategy") ==
        Texts{{"maker", "11", "0.00000007", "-0.00000002"},
              {"taker", "6", "-0.00000001", "-0.00000002"}});
}

// Everything that a database could trip over.
void check_texts(Place& place) {
  const std::string hard = "a\"b\\c{d},'e'\n\t$1 NULL \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
  const auto store = place.store();
  REQUIRE(store->open(schema_version()));
  Batch batch = batch_of(0, 9);
  batch.add(marker(1, hard));
  batch.add(marker(2, ""));
  batch.add(marker(3, "NULL"));
  batch.add(marker(4, std::string_view{"x\0y\xFFz\xC0\x80\xED\xA0\x80", 10}));
  REQUIRE(store->write(kLog, batch, "orders"));
  CHECK(place.sql("SELECT kind FROM markers ORDER BY sequence") ==
        Texts{{hard}, {""}, {"NULL"}, {"x?y?z?????"}});
}

void check_half_batch(Place& place) {
  const auto store = place.store();
  REQUIRE(store->open(schema_version()));
  place.sql("DROP TABLE kill_changes");  // comes behind markers' and cash's rows, so they are
                                         // written first
  Batch batch = batch_of(0, 4);
  batch.add(cash(1, "maker", 1));
  RowWriter row{Table::KillChanges};
  batch.add(std::move(row.text(kLog.log_id).integer(2).integer(0).integer(1).text("kill").text("r"))
                .finish());
  CHECK_FALSE(store->write(kLog, batch, "orders"));
  REQUIRE(store->open(schema_version()));
  CHECK(progress_of(*store) == 0);
  CHECK(place.sql("SELECT * FROM cash").empty());
}
}  // namespace

TEST_CASE("a batch that is written twice counts once in SQLite", "[reporting]") {
  const TemporaryDir dir;
  check_batches(*sqlite_place(dir.path() / "a.sqlite"));
}
TEST_CASE("a batch that is written twice counts once in PostgreSQL", "[reporting]") {
  if (auto* server = server_or_skip()) check_batches(*postgres_place(*server, "batches"));
}
TEST_CASE("any text survives SQLite, but for bytes that are no text", "[reporting]") {
  const TemporaryDir dir;
  check_texts(*sqlite_place(dir.path() / "a.sqlite"));
}
TEST_CASE("any text survives PostgreSQL, but for bytes that are no text", "[reporting]") {
  if (auto* server = server_or_skip()) check_texts(*postgres_place(*server, "texts"));
}
TEST_CASE("of a batch that fails in SQLite nothing is left", "[reporting]") {
  const TemporaryDir dir;
  check_half_batch(*sqlite_place(dir.path() / "a.sqlite"));
}
TEST_CASE("of a batch that fails in PostgreSQL nothing is left", "[reporting]") {
  if (auto* server = server_or_skip()) check_half_batch(*postgres_place(*server, "halves"));
}

TEST_CASE("a SQLite file that another program has locked is tried again later", "[reporting]") {
  const TemporaryDir dir;
  const auto file = dir.path() / "a.sqlite";
  const auto store = make_sqlite_store(file);
  REQUIRE(store->open(schema_version()));
  sqlite3* other = nullptr;
  REQUIRE(::sqlite3_open(file.c_str(), &other) == SQLITE_OK);
  REQUIRE(::sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  Batch batch = batch_of(0, 4);
  batch.add(marker(1, "RunEnded"));
  const auto locked = store->write(kLog, batch, "orders");
  REQUIRE_FALSE(locked);
  CHECK(locked.error().failure == StoreFailure::Unavailable);
  REQUIRE(::sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK);
  ::sqlite3_close(other);
  CHECK(store->write(kLog, batch, "orders"));
}

TEST_CASE("a disk that is full is tried again later, and no half of a batch is there",
          "[reporting]") {
  const TemporaryDir dir;
  const auto place = sqlite_place(dir.path() / "a.sqlite");
  const auto store = place->store();
  REQUIRE(store->open(schema_version()));
  Batch batch = batch_of(0, 5'000);
  for (int i = 1; i <= 5'000; ++i) batch.add(marker(i, std::string(100, 'x')));
  // A limit on the size of files stands for the disk: the write fails inside SQLite all the same.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 300'000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto full = store->write(kLog, batch, "orders");
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, old_handler);
  REQUIRE_FALSE(full);
  CHECK(full.error().failure == StoreFailure::Unavailable);
  REQUIRE(store->open(schema_version()));
  CHECK(progress_of(*store) == 0);
  CHECK(place->sql("SELECT count(*) FROM markers") == Texts{{"0"}});
  REQUIRE(store->write(kLog, batch, "orders"));
  CHECK(place->sql("SELECT count(*) FROM markers") == Texts{{"5000"}});
}

TEST_CASE("a file that is no database is refused and stays as it is", "[reporting]") {
  const TemporaryDir dir;
  const auto file = dir.path() / "a.sqlite";
  const std::string content(8'192, 'n');
  std::ofstream{file} << content;
  const auto opened = make_sqlite_store(file)->open(schema_version());
  REQUIRE_FALSE(opened);
  CHECK(opened.error().failure == StoreFailure::Refused);
  CHECK(opened.error().what.find(file.string()) != std::string::npos);
  std::ifstream in{file};
  CHECK(std::string{std::istreambuf_iterator<char>{in}, {}} == content);
}

TEST_CASE("a server that is not there is tried again later", "[reporting]") {
  const TemporaryDir dir;
  const auto store =
      make_postgres_store("host=" + dir.path().string() + " dbname=x", 2'000'000'000, nullptr);
  const auto opened = store->open(schema_version());
  REQUIRE_FALSE(opened);
  CHECK(opened.error().failure == StoreFailure::Unavailable);
  const auto written = store->write(kLog, batch_of(0, 1), "orders");
  REQUIRE_FALSE(written);
  CHECK(written.error().failure == StoreFailure::Unavailable);
}

TEST_CASE("a connection string that is none fails with the reason", "[reporting]") {
  const auto opened = make_postgres_store("no-such-option=1", 1'000'000'000, nullptr)->open(1);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().what.find("no-such-option") != std::string::npos);
}

TEST_CASE("a server that does not answer holds a call up no longer than it may", "[reporting]") {
  auto* server = server_or_skip();
  if (server == nullptr) return;
  const auto place = postgres_place(*server, "slow");
  REQUIRE(place->store()->open(schema_version()));
  std::string url = server->url();
  url.replace(url.find("dbname=postgres"), std::string::npos, "dbname=slow");
  const auto store = make_postgres_store(url, 300'000'000, nullptr);
  REQUIRE(store->open(schema_version()));
  place->sql(
      "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN PERFORM pg_sleep(20); RETURN NEW; END'");
  place->sql(
      "CREATE TRIGGER slow BEFORE INSERT ON archive_progress FOR EACH ROW EXECUTE FUNCTION slow()");
  // The trigger would sleep for 20 s, and then the write would succeed.
  const auto written = store->write(kLog, batch_of(0, 1), "orders");
  REQUIRE_FALSE(written);
  CHECK(written.error().failure == StoreFailure::Unavailable);
}
