#include <catch2/catch.hpp>

#include "engine/options/exotic/choice/chooser.hpp"
#include "engine/options/exotic/choice/compound.hpp"
#include "engine/options/exotic/choice/extendible.hpp"
#include "engine/options/exotic/choice/forward_start.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
namespace {
using test::Row;

Compound compound_of(const Row& row) {
  return {.type = row.type("type_mother"),
          .strike = row.number("K_mother"),
          .years = row.number("T_mother"),
          .daughter_type = row.type("type_daughter"),
          .daughter_strike = row.number("K_daughter"),
          .daughter_years = row.number("T_daughter")};
}
}  // namespace

TEST_CASE("every chooser reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_chooser.csv");
  if (!path) return;
  const test::Table table{*path};
  CHECK(test::check_rows(table, "simple", "price", [](const Row& row) {
          return price(row.market(), SimpleChooser{.strike = row.number("K"),
                                                   .choose = row.number("t_choose"),
                                                   .years = row.number("T")});
        }) == 53);
  CHECK(test::check_rows(table, "complex", "price", [](const Row& row) {
          return price(row.market(), ComplexChooser{.choose = row.number("t_choose"),
                                                    .call_strike = row.number("K_call"),
                                                    .call_years = row.number("T_call"),
                                                    .put_strike = row.number("K_put"),
                                                    .put_years = row.number("T_put")});
        }) == 53);
}

TEST_CASE("every compound reference row is met within its tolerance, Greeks included") {
  const auto path = sq::test::recorded("quant/options_compound.csv");
  if (!path) return;
  const test::Table table{*path};
  CHECK(test::check_rows(table, "compound", "price", [](const Row& row) {
          return price(row.market(), compound_of(row));
        }) == 111);
  const auto greek = [&](const char* name, double ExoticGreeks::*member) {
    CHECK(test::check_rows(table, "compound", name, [&](const Row& row) -> Result<double> {
            const Result<ExoticGreeks> all = greeks(row.market(), compound_of(row));
            if (!all) return std::unexpected{all.error()};
            return (*all).*member;
          }) == 13);
  };
  greek("delta", &ExoticGreeks::delta);
  greek("gamma", &ExoticGreeks::gamma);
  greek("vega", &ExoticGreeks::vega);
  greek("theta", &ExoticGreeks::theta);
}

TEST_CASE("every extendible reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_extensible.csv");
  if (!path) return;
  const test::Table table{*path};
  CHECK(test::check_rows(table, "holder", "price", [](const Row& row) {
          return price(row.market(), HolderExtendible{.type = row.type(),
                                                      .strike = row.number("K1"),
                                                      .years = row.number("T1"),
                                                      .later_strike = row.number("K2"),
                                                      .later_years = row.number("T2"),
                                                      .premium = row.number("premium")});
        }) == 40);
  CHECK(test::check_rows(table, "writer", "price", [](const Row& row) {
          return price(row.market(), WriterExtendible{.type = row.type(),
                                                      .strike = row.number("K1"),
                                                      .years = row.number("T1"),
                                                      .later_strike = row.number("K2"),
                                                      .later_years = row.number("T2")});
        }) == 40);
}

TEST_CASE("every forward-start reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_forward_start.csv");
  if (!path) return;
  const test::Table table{*path};
  const auto priced = [](bool performance) {
    return [performance](const Row& row) {
      return price(row.market(), ForwardStart{.type = row.type(),
                                              .moneyness = row.number("moneyness"),
                                              .start = row.number("t_start"),
                                              .years = row.number("T"),
                                              .performance = performance});
    };
  };
  CHECK(test::check_rows(table, "value", "price", priced(false)) == 53);
  CHECK(test::check_rows(table, "performance", "price", priced(true)) == 53);
}

TEST_CASE("every cliquet reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_cliquet.csv");
  if (!path) return;
  const test::Table table{*path};
  const auto priced = [](bool performance) {
    return [performance](const Row& row) {
      const std::vector<double> resets = row.numbers("reset_times");
      return price(row.market(), Cliquet{.type = row.type(),
                                         .moneyness = row.number("moneyness"),
                                         .years = row.number("T"),
                                         .resets = resets,
                                         .performance = performance});
    };
  };
  CHECK(test::check_rows(table, "cliquet", "price", priced(false)) == 40);
  CHECK(test::check_rows(table, "performance", "price", priced(true)) == 39);
}
}  // namespace sq::options
