#include "tests/tidy/layers.hpp"

#include <catch2/catch.hpp>

using namespace sq::tidy;

namespace {
std::size_t count_in(std::string path, std::string text) {
  const Layers layers{read_file("engine/layers.txt")};
  return layers.violations(make_source(std::move(path), std::move(text))).size();
}
}  // namespace

TEST_CASE("every include in the tree is allowed by engine/layers.txt", "[tidy]") {
  const Layers layers{read_file("engine/layers.txt")};
  std::vector<std::string> found;
  for (const auto& file : project_sources()) {
    for (auto& violation : layers.violations(file)) found.push_back(std::move(violation));
  }
  CHECK(none(found));
}

TEST_CASE("planted includes against the layers are found", "[tidy]") {
  CHECK(count_in("engine/risk/gate.hpp", "#include \"engine/oms/order.hpp\"\n") == 1);
  CHECK(count_in("engine/risk/gate.hpp", "#include \"venues/binance/parse.hpp\"\n") == 1);
  CHECK(count_in("engine/book/book.hpp", "#include \"tests/support/allocations.hpp\"\n") == 1);
  CHECK(count_in("venues/kite/parse.hpp", "#include \"venues/binance/parse.hpp\"\n") == 1);
  CHECK(count_in("strategies/maker.cpp", "#include \"engine/oms/order.hpp\"\n") == 1);
  CHECK(count_in("engine/types/price.cpp", "#include \"price.hpp\"\n") == 1);
  CHECK(count_in("engine/unknown/thing.hpp", "#include \"engine/types/fixed.hpp\"\n") == 1);
}

TEST_CASE("allowed includes are not reported", "[tidy]") {
  CHECK(count_in("engine/risk/gate.hpp", "#include \"engine/types/fixed.hpp\"\n") == 0);
  CHECK(count_in("engine/risk/gate.cpp", "#include \"engine/risk/gate.hpp\"\n") == 0);
  CHECK(count_in("engine/app/main.cpp", "#include \"venues/binance/parse.hpp\"\n") == 0);
  CHECK(count_in("tools/wal_dump.cpp", "#include \"engine/wal/segment.hpp\"\n") == 0);
  CHECK(count_in("venues/kite/parse.cpp", "#include \"venues/kite/parse.hpp\"\n") == 0);
}

TEST_CASE("a table whose lines are not in topological order is refused", "[tidy]") {
  CHECK_THROWS(Layers{"types:\nbook: types oms\noms: types book\n"});
  CHECK_THROWS(Layers{"types messaging\n"});
  CHECK_NOTHROW(Layers{"types:\nbook: types\noms: types book\n"});
}
