#include <catch2/catch.hpp>

#include "engine/options/exotic/path/lookback.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
using test::Row;

TEST_CASE("every lookback reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_lookback.csv");
  if (!path) return;
  const test::Table table{*path};
  CHECK(test::check_rows(table, "floating", "price", [](const Row& row) {
          return price(row.market(), FloatingLookback{.type = row.type(),
                                                      .extreme = row.number("minmax"),
                                                      .years = row.number("T")});
        }) == 62);
  CHECK(test::check_rows(table, "fixed", "price", [](const Row& row) {
          return price(row.market(), FixedLookback{.type = row.type(),
                                                   .strike = row.number("K"),
                                                   .extreme = row.number("minmax"),
                                                   .years = row.number("T")});
        }) == 83);
  CHECK(test::check_rows(table, "partial_floating", "price", [](const Row& row) {
          return price(row.market(), PartialFloatingLookback{.type = row.type(),
                                                             .extreme = row.number("minmax"),
                                                             .window = row.number("t1"),
                                                             .years = row.number("T"),
                                                             .scale = row.number("lambda")});
        }) == 43);
  CHECK(test::check_rows(table, "partial_fixed", "price", [](const Row& row) {
          return price(row.market(), PartialFixedLookback{.type = row.type(),
                                                          .strike = row.number("K"),
                                                          .window = row.number("t1"),
                                                          .years = row.number("T")});
        }) == 43);
}
}  // namespace sq::options
