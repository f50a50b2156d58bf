// Questions in SQL: exact decimals, and nothing that writes.
#include "engine/reporting/archive/query.hpp"

#include <catch2/catch.hpp>

#include "engine/reporting/archive/migrations.hpp"
#include "engine/reporting/archive/record_rows.hpp"
#include "tests/reporting/stores.hpp"

using namespace sq::reporting;
using namespace sq::reporting::test;

namespace {
class Asked {
 public:
  Asked() { REQUIRE(make_sqlite_store(file_)->open(schema_version())); }
  // Rows joined by | and ;, or "error: ..."
  std::string operator()(std::string_view sql) {
    std::string text;
    QuerySink sink;
    sink.columns = [](const std::vector<std::string>&) {};
    sink.row = [&](const QueryRow& row) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        text += i == 0 ? "" : "|";
        if (row[i].kind == Cell::Kind::Null) text += "NULL";
        text += row[i].kind == Cell::Kind::Integer ? std::to_string(row[i].number) : row[i].text;
      }
      text += ';';
    };
    const auto done = query(file_, sql, sink);
    return done ? text : "error: " + done.error();
  }
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  TemporaryDir dir_;
  std::filesystem::path file_{dir_.path() / "a.sqlite"};
};
}  // namespace

TEST_CASE("decimals add, subtract and multiply exactly", "[reporting]") {
  Asked ask;
  CHECK(ask("SELECT decimal_add('0.1', '0.2')") == "0.3;");
  CHECK(ask("SELECT decimal_sub('0.3', '0.1')") == "0.2;");
  CHECK(ask("SELECT decimal_sub('1', '1.000')") == "0;");
  CHECK(ask("SELECT decimal_mul('61800.2', '-0.005')") == "-309.001;");
  CHECK(ask("SELECT decimal_mul('92233720368.54775807', '0.00000001')") == "922.3372036854775807;");
  CHECK(ask("SELECT decimal_sum(column1) FROM (VALUES ('0.1'), ('0.2'), (NULL), ('-0.05'))") ==
        "0.25;");
  CHECK(ask("SELECT decimal_sum(qty) FROM fills") == "0;");
  CHECK(ask("SELECT decimal_add('1', NULL)") == "NULL;");
  // 92233720368.54775807 a million times: far beyond what a sum of 64-bit integers could hold
  CHECK(
      ask("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT "
          "decimal_sum('92233720368.54775807') FROM n") == "9223372036854775.807;");
}

TEST_CASE("decimals compare by value, as a function and as a collation", "[reporting]") {
  Asked ask;
  CHECK(ask("SELECT decimal_cmp('9', '10'), decimal_cmp('-9', '-10'), decimal_cmp('1.0', '1')") ==
        "-1|1|0;");
  CHECK(ask("SELECT column1 FROM (VALUES ('10'), ('9'), ('-2'), ('0.5')) ORDER BY column1 COLLATE "
            "decimal") == "-2;0.5;9;10;");
  // Digits that no common scale has room for.
  CHECK(ask("SELECT decimal_cmp('99999999999999999999999999999999999999', '0.1'), "
            "decimal_cmp('0.1', '99999999999999999999999999999999999999'), "
            "decimal_cmp('-99999999999999999999999999999999999999', '-0.1')") == "1|-1|-1;");
}

TEST_CASE("what is no decimal, or does not fit, is an error and never a wrong number",
          "[reporting]") {
  Asked ask;
  for (const std::string text : {"", "-", ".", "1e5", "1.2.3", "abc", "+1", " 1"})
    CHECK(ask("SELECT decimal_add('" + text + "', '1')") == "error: not a decimal: " + text);
  CHECK(ask("SELECT decimal_sum(column1) FROM (VALUES ('1'), ('x'))") == "error: not a decimal: x");
  const std::string large(38, '9');
  CHECK(ask("SELECT decimal_add('" + large + "', '" + large + "')") ==
        "error: a decimal does not fit 128 bits");
  CHECK(ask("SELECT decimal_mul('" + large + "', '2')") ==
        "error: a decimal does not fit 128 bits");
  CHECK(ask("SELECT decimal_sum(column1) FROM (VALUES ('" + large + "'), ('" + large + "'))") ==
        "error: a decimal does not fit 128 bits");
}

TEST_CASE("only one statement that reads is accepted", "[reporting]") {
  Asked ask;
  const std::string before = ask("SELECT count(*) FROM schema_migrations");
  CHECK(before == "2;");
  for (const char* sql :
       {"DELETE FROM schema_migrations", "INSERT INTO markers VALUES ('a', 1, 1, 'x')",
        "UPDATE archive_progress SET last_sequence = 0", "DROP TABLE fills", "CREATE TABLE t (x)",
        "CREATE TEMP TABLE t (x)", "ATTACH ':memory:' AS other", "PRAGMA journal_mode = DELETE",
        "PRAGMA user_version", "VACUUM", "BEGIN", "REINDEX",
        "WITH n(i) AS (SELECT 1) DELETE FROM fills", "EXPLAIN DELETE FROM fills",
        "SELECT load_extension('x')"}) {
    INFO(sql);
    CHECK(ask(sql).starts_with("error: "));
  }
  CHECK(ask("SELECT 1; SELECT 2") == "error: one statement only; this follows:  SELECT 2");
  CHECK(ask("SELECT 1; DELETE FROM fills").starts_with("error: one statement only"));
  CHECK(ask("SELECT 1 ; ") == "1;");
  CHECK(ask("") == "error: the statement is empty");
  CHECK(ask("SELECT x FROM nowhere") == "error: no such table: nowhere");
  CHECK(ask("SELECT count(*) FROM schema_migrations") == before);
}

TEST_CASE("a file that is not there is named", "[reporting]") {
  const auto done = query("/nowhere/a.sqlite", "SELECT 1", {});
  REQUIRE_FALSE(done);
  CHECK(done.error().find("/nowhere/a.sqlite") != std::string::npos);
}

TEST_CASE("days have the calendar's names", "[reporting]") {
  CHECK(day_text(0) == "1970-01-01");
  CHECK(day_text(-1) == "1969-12-31");
  CHECK(day_text(19'943) == "2024-08-08");
  CHECK(day_text(19'782) == "2024-02-29");
  CHECK(day_text(1'000'000'000'000) == "day 1000000000000");
}

TEST_CASE("numbers without a name keep their number", "[reporting]") {
  const Names names{"", {"binance-usdm:BTCUSDT"}, {"maker"}, {"none"}};
  CHECK(names.of(sq::InstrumentId{0}) == "binance-usdm:BTCUSDT");
  CHECK(names.of(sq::InstrumentId{1}) == "#1");
  CHECK(names.of(sq::kNoInstrument).empty());
  CHECK(names.of(sq::StrategyId{0}) == "maker");
  CHECK(names.of(sq::StrategyId{1}) == "#1");
  CHECK(names.of(sq::kNoStrategy) == "unallocated");
  CHECK(names.rule(0) == "none");
  CHECK(names.rule(1) == "#1");
}

TEST_CASE("bytes that are no UTF-8 become question marks, one each", "[reporting]") {
  CHECK(clean_text("plain") == "plain");
  CHECK(clean_text("\xC3\xA9") == "\xC3\xA9");
  CHECK(clean_text("\xC3") == "?");            // cut
  CHECK(clean_text("\xE2\x82") == "??");       // cut
  CHECK(clean_text("\xC1\xBF") == "??");       // overlong
  CHECK(clean_text("\xE0\x9F\xBF") == "???");  // overlong
  CHECK(clean_text("\xE0\xA0\x80") == "\xE0\xA0\x80");
  CHECK(clean_text("\xED\x9F\xBF") == "\xED\x9F\xBF");
  CHECK(clean_text("\xED\xA0\x80") == "???");  // surrogate
  CHECK(clean_text("\xF0\x8F\xBF\xBF") == "????");
  CHECK(clean_text("\xF4\x8F\xBF\xBF") == "\xF4\x8F\xBF\xBF");
  CHECK(clean_text("\xF4\x90\x80\x80") == "????");  // above U+10FFFF
  CHECK(clean_text(std::string_view{"a\0b", 3}) == "a?b");
}
