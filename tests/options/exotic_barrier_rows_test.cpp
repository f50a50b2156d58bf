#include <catch2/catch.hpp>

#include "engine/options/exotic/barrier/barrier.hpp"
#include "engine/options/exotic/barrier/double_barrier.hpp"
#include "engine/options/exotic/barrier/partial_barrier.hpp"
#include "engine/options/exotic/barrier/soft_barrier.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
namespace {
using test::Row;

BarrierKind kind_of(const std::string& name) {
  if (name == "DownIn") return BarrierKind::DownIn;
  if (name == "DownOut") return BarrierKind::DownOut;
  if (name == "UpIn") return BarrierKind::UpIn;
  REQUIRE(name == "UpOut");
  return BarrierKind::UpOut;
}

Barrier barrier_of(const Row& row) {
  return {.type = row.type(),
          .kind = kind_of(row.text("barrier_type")),
          .strike = row.number("K"),
          .barrier = row.number("barrier"),
          .years = row.number("T"),
          .rebate = row.number_or("rebate", 0)};
}

Result<double> binary(const Row& row) {
  return price(row.market(),
               BinaryBarrier{.payment = row.text("payoff") == "asset" ? BinaryPayment::AssetAtExpiry
                                                                      : BinaryPayment::CashAtExpiry,
                             .kind = kind_of(row.text("barrier_type")),
                             .barrier = row.number("barrier"),
                             .years = row.number("T"),
                             .cash = row.number_or("cash", 0),
                             .has_strike = true,
                             .type = row.type(),
                             .strike = row.number("K")});
}
}  // namespace

TEST_CASE("every single-barrier reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_barrier.csv");
  if (!path) return;
  const test::Table table{*path};
  CHECK(test::check_rows(table, "single_european", "price", [](const Row& row) {
          return price(row.market(), barrier_of(row));
        }) == 444);
}

TEST_CASE("every binary-barrier reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_binary_barrier.csv");
  if (!path) return;
  const test::Table table{*path};
  CHECK(test::check_rows(table, "cash_at_expiry", "price", binary) == 56);
  CHECK(test::check_rows(table, "asset_at_expiry", "price", binary) == 49);
}

TEST_CASE("every soft-barrier reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_soft_barrier.csv");
  if (!path) return;
  const test::Table table{*path};
  CHECK(test::check_rows(table, "soft_down_out", "price", [](const Row& row) {
          return price(row.market(), SoftBarrier{.type = row.type(),
                                                 .kind = kind_of(row.text("barrier_type")),
                                                 .strike = row.number("K"),
                                                 .low = row.number("barrier_lo"),
                                                 .high = row.number("barrier_hi"),
                                                 .years = row.number("T")});
        }) == 77);
}

TEST_CASE("every double-barrier reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_double_barrier.csv");
  if (!path) return;
  const test::Table table{*path};
  CHECK(test::check_rows(table, "european", "price", [](const Row& row) {
          return price(row.market(), DoubleBarrier{.type = row.type(),
                                                   .kind = row.text("barrier_type") == "KnockIn"
                                                               ? DoubleBarrierKind::KnockIn
                                                               : DoubleBarrierKind::KnockOut,
                                                   .strike = row.number("K"),
                                                   .low = row.number("barrier_lo"),
                                                   .high = row.number("barrier_hi"),
                                                   .years = row.number("T"),
                                                   .rebate = row.number("rebate")});
        }) == 254);
}

TEST_CASE("every partial-time barrier reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_partial_barrier.csv");
  if (!path) return;
  const test::Table table{*path};
  const auto priced = [](const Row& row) {
    const std::string& range = row.text("range");
    return price(row.market(), PartialBarrier{.type = row.type(),
                                              .kind = kind_of(row.text("barrier_type")),
                                              .window = range == "Start"   ? WatchWindow::Start
                                                        : range == "EndB1" ? WatchWindow::EndCross
                                                                           : WatchWindow::EndBeyond,
                                              .strike = row.number("K"),
                                              .barrier = row.number("barrier"),
                                              .watch = row.number("t_cover"),
                                              .years = row.number("T")});
  };
  CHECK(test::check_rows(table, "Start", "price", priced) == 26);
  CHECK(test::check_rows(table, "EndB1", "price", priced) == 50);
  CHECK(test::check_rows(table, "EndB2", "price", priced) == 28);
}

TEST_CASE("every double-binary reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_double_binary.csv");
  if (!path) return;
  const test::Table table{*path};
  CHECK(test::check_rows(table, "cash", "price", [](const Row& row) {
          const std::string& name = row.text("barrier_type");
          const DoubleBinaryKind kind = name == "KnockIn"    ? DoubleBinaryKind::KnockIn
                                        : name == "KnockOut" ? DoubleBinaryKind::KnockOut
                                        : name == "KIKO"     ? DoubleBinaryKind::HitLow
                                                             : DoubleBinaryKind::HitHigh;
          return price(row.market(), DoubleBinary{.kind = kind,
                                                  .low = row.number("barrier_lo"),
                                                  .high = row.number("barrier_hi"),
                                                  .years = row.number("T"),
                                                  .cash = row.number("cash")});
        }) == 145);
}
}  // namespace sq::options
