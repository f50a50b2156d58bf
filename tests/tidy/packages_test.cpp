// Each package has one home, so that it can be replaced there (the table of
// tools/cmake/packages.cmake).
#include <catch2/catch.hpp>

#include "tests/tidy/tree.hpp"

using namespace sq::tidy;

namespace {
struct Home {
  std::string_view include;  // how the line goes on behind #include <
  std::vector<std::string_view> folders;
};

const std::vector<Home> kHomes{
    {"boost/json", {"engine/admin/", "engine/app/", "tools/", "tests/"}},
    {"boost/random/", {"engine/options/monte_carlo/"}},
    {"boost/", {"engine/net/", "engine/admin/", "tools/", "tests/"}},
    {"openssl/", {"engine/auth/", "engine/net/", "tools/", "tests/", "bench/"}},
    {"simdjson", {"venues/", "tools/", "tests/", "bench/"}},
    {"toml++/", {"engine/settings/", "engine/auth/", "tools/"}},
    {"readerwriterqueue/", {"engine/messaging/", "tests/", "bench/"}},
    {"concurrentqueue/", {"engine/messaging/", "tests/", "bench/"}},
    {"prometheus/", {"engine/admin/", "engine/app/", "tests/"}},
    {"CLI/", {"engine/app/", "tools/"}},
    {"sqlite3", {"engine/auth/", "engine/reporting/", "engine/admin/", "tests/", "bench/"}},
    {"postgresql/", {"engine/reporting/", "tests/"}},
    {"libpq", {}},  // by its folder: postgresql/libpq-fe.h
    {"catch2/", {"tests/"}},
    {"iostream", {}},       // static constructors, locales; fmt or stdio instead
    {"regex", {"tests/"}},  // slow to compile and to run
};

std::vector<std::string> strangers(const SourceFile& file) {
  std::vector<std::string> found;
  std::size_t number = 0;
  for (std::string_view line : lines_of(file.text)) {
    ++number;
    if (!line.starts_with("#include <")) continue;
    const std::string_view header = line.substr(10, line.find('>') - 10);
    for (const Home& home : kHomes) {
      if (!header.starts_with(home.include)) continue;
      bool at_home = false;
      for (const auto folder : home.folders) at_home = at_home || file.path.starts_with(folder);
      if (!at_home) {
        found.push_back(at_line(file, number, "does not belong here: " + std::string{header}));
      }
      break;
    }
  }
  return found;
}
}  // namespace

TEST_CASE("packages are included only in their homes", "[tidy]") {
  std::vector<std::string> found;
  for (const auto& file : project_sources()) {
    for (auto& stranger : strangers(file)) found.push_back(std::move(stranger));
  }
  CHECK(none(found));
}

TEST_CASE("a planted package outside its home is found", "[tidy]") {
  CHECK(strangers(make_source("engine/core/a.cpp", "#include <boost/asio.hpp>\n")).size() == 1);
  CHECK(strangers(make_source("engine/core/a.cpp", "#include <iostream>\n")).size() == 1);
  CHECK(strangers(make_source("engine/net/a.cpp", "#include <boost/asio.hpp>\n")).empty());
}
