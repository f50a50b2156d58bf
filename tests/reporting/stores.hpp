// What the tests of stores share: a folder that goes away, SQL by hand, and the same checks on
// SQLite and PostgreSQL.
#pragma once

#include <postgresql/libpq-fe.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/reporting/archive/store.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/recorded_data.hpp"

namespace sq::reporting::test {
class TemporaryDir {
 public:
  TemporaryDir();
  TemporaryDir(const TemporaryDir&) = delete;
  TemporaryDir& operator=(const TemporaryDir&) = delete;
  ~TemporaryDir();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

using Texts = std::vector<std::vector<std::string>>;  // "NULL" for NULL

// A place for an archive: makes stores on it and runs SQL on it by another connection.
class Place {
 public:
  virtual ~Place() = default;
  [[nodiscard]] virtual std::unique_ptr<Store> store() = 0;
  // Fails the running test when the SQL does.
  virtual Texts sql(const std::string& text) = 0;
};

constexpr std::int64_t kCallNsMax = 5'000'000'000;

class SqlitePlace final : public Place {
 public:
  explicit SqlitePlace(std::filesystem::path file) : file_{std::move(file)} {}
  std::unique_ptr<Store> store() override { return make_sqlite_store(file_); }
  Texts sql(const std::string& text) override {
    sqlite3* database = nullptr;
    REQUIRE(::sqlite3_open(file_.c_str(), &database) == SQLITE_OK);
    ::sqlite3_busy_timeout(database, 5'000);
    Texts rows;
    const auto take = [](void* to, int columns, char** values, char**) {
      std::vector<std::string> row;
      for (int i = 0; i < columns; ++i) row.emplace_back(values[i] == nullptr ? "NULL" : values[i]);
      static_cast<Texts*>(to)->push_back(std::move(row));
      return 0;
    };
    const int code = ::sqlite3_exec(database, text.c_str(), take, &rows, nullptr);
    INFO(text << ": " << ::sqlite3_errmsg(database));
    REQUIRE(code == SQLITE_OK);
    ::sqlite3_close(database);
    return rows;
  }

 private:
  std::filesystem::path file_;
};

inline Texts ask_postgres(const std::string& url, const std::string& text) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection{::PQconnectdb(url.c_str()),
                                                              ::PQfinish};
  INFO(text << ": " << ::PQerrorMessage(connection.get()));
  REQUIRE(::PQstatus(connection.get()) == CONNECTION_OK);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result{
      ::PQexec(connection.get(), text.c_str()), ::PQclear};
  const ExecStatusType status = ::PQresultStatus(result.get());
  INFO(::PQresultErrorMessage(result.get()));
  REQUIRE((status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK));
  Texts rows;
  for (int r = 0; r < ::PQntuples(result.get()); ++r) {
    std::vector<std::string> row;
    for (int c = 0; c < ::PQnfields(result.get()); ++c)
      row.emplace_back(::PQgetisnull(result.get(), r, c) != 0 ? "NULL"
                                                              : ::PQgetvalue(result.get(), r, c));
    rows.push_back(std::move(row));
  }
  return rows;
}

class PostgresPlace final : public Place {
 public:
  explicit PostgresPlace(std::string url) : url_{std::move(url)} {}
  std::unique_ptr<Store> store() override { return make_postgres_store(url_, kCallNsMax, nullptr); }
  Texts sql(const std::string& text) override { return ask_postgres(url_, text); }

 private:
  std::string url_;
};

inline TemporaryDir::TemporaryDir() {
  std::string name = (std::filesystem::temp_directory_path() / "sq-archive-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  path_ = name;
}
inline TemporaryDir::~TemporaryDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

inline std::unique_ptr<Place> sqlite_place(const std::filesystem::path& file) {
  return std::make_unique<SqlitePlace>(file);
}
// A database of its own on the server.
[[nodiscard]] inline std::unique_ptr<Place> postgres_place(sq::test::PostgresServer& server,
                                                           const std::string& database) {
  ask_postgres(server.url(), "CREATE DATABASE " + database);
  std::string url = server.url();
  url.replace(url.find("dbname=postgres"), std::string::npos, "dbname=" + database);
  return std::make_unique<PostgresPlace>(url);
}

// One server a program; null, and the test counts as skipped, where there is none.
[[nodiscard]] inline sq::test::PostgresServer* server_or_skip() {
  if (!sq::test::PostgresServer::available()) {
    sq::test::skip("PostgreSQL 15 is not installed");
    return nullptr;
  }
  static const auto server = std::make_unique<sq::test::PostgresServer>();
  return server.get();
}

// Every row of every table, in the order of the keys: what two archives are compared by.
[[nodiscard]] inline Texts everything(Place& place) {
  Texts all;
  for (std::size_t t = 0; t < kTables; ++t) {
    const TableInfo& info = info_of(table_at(t));
    std::string keys = "sequence";  // numbers sort alike everywhere, texts need not
    for (std::size_t k = 0; k < info.keys; ++k)
      if (info.columns[k].name != "sequence") {
        keys += ", ";
        keys += info.columns[k].name;
      }
    const std::string name{info.name};
    for (auto& row : place.sql("SELECT * FROM " + name + " ORDER BY " + keys)) {
      row.insert(row.begin(), name);
      all.push_back(std::move(row));
    }
  }
  return all;
}
}  // namespace sq::reporting::test
