// [archive]: defaults, choices, and connection strings that would put a password into the log.
#include <catch2/catch.hpp>

#include "tests/settings/small_config.hpp"

using namespace sq;
using namespace sq::settings;

namespace {
Config with_archive(const std::string& lines) {
  std::string text;
  text.append(test::kSmallConfig).append("\n[archive]\n").append(lines).append("\n");
  return test::parse(text);
}
}  // namespace

TEST_CASE("without a section the archive is a SQLite file beside the log", "[settings]") {
  const Config config = test::parse(test::kSmallConfig);
  CHECK(config.archive.kind == ArchiveKind::Sqlite);
  CHECK(config.archive.path == config.log.dir / "archive.sqlite");
}

TEST_CASE("every choice of the archive survives the resolved text", "[settings]") {
  for (const std::string kind : {"sqlite", "postgres", "off"}) {
    const Config config = with_archive("kind = \"" + kind +
                                       "\"\npath = \"x/y.sqlite\"\nurl = \"host=/run dbname=d\"\n"
                                       "batch_records = 7\nflush_interval_ms = 9");
    CHECK(config.archive.path == "x/y.sqlite");
    CHECK(config.archive.url == "host=/run dbname=d");
    CHECK(config.archive.batch_records == 7);
    CHECK(config.archive.flush_interval_ns == 9 * kNsPerMs);
    CHECK(test::parse(resolved_text(config)) == config);
  }
}

TEST_CASE("a connection string with a password is refused, one without is taken", "[settings]") {
  for (const std::string url : {"host=h password=secret", "postgresql://user:secret@host/db",
                                "postgres://u:p@h:5432/d?sslmode=require", ""})
    CHECK_THROWS_AS(with_archive("url = \"" + url + "\""), ConfigError);
  for (const std::string url :
       {"host=h user=u", "postgresql://user@host/db", "postgresql://host:5432/db", "dbname=a:b@c"})
    CHECK(with_archive("url = \"" + url + "\"").archive.url == url);
}
