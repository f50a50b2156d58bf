#include <catch2/catch.hpp>
#include <cmath>

#include "engine/options/exotic/multi_asset/basket.hpp"
#include "engine/options/exotic/multi_asset/exchange.hpp"
#include "engine/options/exotic/multi_asset/spread.hpp"
#include "engine/options/exotic/multi_asset/two_asset.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
namespace {
using test::Row;

// A futures price is a spot whose yield is the rate.
TwoAssetMarket market_of(const Row& row) {
  const bool futures = row.has("F1") && !row.text("F1").empty();
  return {.spot1 = row.number(futures ? "F1" : "S1"),
          .spot2 = row.number(futures ? "F2" : "S2"),
          .yield1 = row.number(futures ? "r" : "q1"),
          .yield2 = row.number(futures ? "r" : "q2"),
          .volatility1 = row.number("vol1"),
          .volatility2 = row.number("vol2"),
          .correlation = row.number("rho"),
          .rate = row.number("r")};
}

auto spread_by(SpreadMethod method) {
  return [method](const Row& row) {
    return price(market_of(row), Spread{.type = row.type(),
                                        .strike = row.number("K"),
                                        .years = row.number("T"),
                                        .method = method});
  };
}
}  // namespace

TEST_CASE("every exchange reference row is met within its tolerance, Greeks included") {
  const auto path = sq::test::recorded("quant/options_exchange.csv");
  if (!path) return;
  const test::Table table{*path};
  const auto european = [](const Row& row) {
    return Exchange{
        .years = row.number("T"), .quantity1 = row.number("Q1"), .quantity2 = row.number("Q2")};
  };
  CHECK(test::check_rows(table, "margrabe_european", "price", [&](const Row& row) {
          return price(market_of(row), european(row));
        }) == 92);
  const auto greek = [&](const char* name, double TwoAssetGreeks::*member) {
    return test::check_rows(table, "margrabe_european", name,
                            [&](const Row& row) -> Result<double> {
                              const auto all = greeks(market_of(row), european(row));
                              if (!all) return std::unexpected{all.error()};
                              return (*all).*member;
                            });
  };
  CHECK(greek("delta1", &TwoAssetGreeks::delta1) == 14);
  CHECK(greek("delta2", &TwoAssetGreeks::delta2) == 14);
  CHECK(greek("gamma1", &TwoAssetGreeks::gamma1) == 13);
  CHECK(greek("gamma2", &TwoAssetGreeks::gamma2) == 13);
  CHECK(greek("theta", &TwoAssetGreeks::theta) == 13);
  CHECK(test::check_rows(table, "margrabe_american_bs1993", "price", [](const Row& row) {
          return price(market_of(row), AmericanExchange{.years = row.number("T"),
                                                        .quantity1 = row.number("Q1"),
                                                        .quantity2 = row.number("Q2")});
        }) == 12);
}

TEST_CASE("every spread reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_spread.csv");
  if (!path) return;
  const test::Table table{*path};
  CHECK(test::check_rows(table, "kirk_approximation", "price", spread_by(SpreadMethod::Kirk)) ==
        135);
  CHECK(test::check_rows(table, "spread_exact", "price", spread_by(SpreadMethod::Exact)) == 208);
  CHECK(test::check_rows(table, "bjerksund_stensland_spread", "price",
                         spread_by(SpreadMethod::BjerksundStensland)) == 1);
}

TEST_CASE("every two-asset reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_two_asset.csv");
  if (!path) return;
  const test::Table table{*path};
  const auto best_or_worst = [](Pick pick) {
    return [pick](const Row& row) {
      return price(market_of(row), BestOrWorst{.type = row.type(),
                                               .pick = pick,
                                               .strike = row.number("K"),
                                               .years = row.number("T")});
    };
  };
  CHECK(test::check_rows(table, "min", "price", best_or_worst(Pick::Smaller)) == 76);
  CHECK(test::check_rows(table, "max", "price", best_or_worst(Pick::Larger)) == 80);
  CHECK(test::check_rows(table, "correlation", "price", [](const Row& row) {
          return price(market_of(row), CorrelationOption{.type = row.type(),
                                                         .strike1 = row.number("K1"),
                                                         .strike2 = row.number("K2"),
                                                         .years = row.number("T")});
        }) == 79);
  CHECK(test::check_rows(table, "barrier", "price", [](const Row& row) {
          return price(market_of(row), TwoAssetBarrier{.type = row.type(),
                                                       .kind = row.text("barrier_type") == "UpOut"
                                                                   ? BarrierKind::UpOut
                                                                   : BarrierKind::DownOut,
                                                       .strike = row.number("K"),
                                                       .barrier = row.number("barrier"),
                                                       .years = row.number("T")});
        }) == 3);
}

namespace {
Result<double> basket_of(const Row& row) {
  const std::vector<double> spots = row.numbers("S");
  std::vector<double> yields = row.numbers("q");
  yields.resize(spots.size());  // some rows list one too many, all of them zero
  const std::vector<double> volatilities = row.numbers("vol");
  const std::vector<double> weights = row.numbers("weights");
  const std::vector<double> correlations = row.numbers("corr");
  return price(BasketMarket{.spots = spots,
                            .yields = yields,
                            .volatilities = volatilities,
                            .correlations = correlations,
                            .rate = row.number("r")},
               Basket{.type = row.type(),
                      .weights = weights,
                      .strike = row.number("K"),
                      .years = row.number("T")});
}
// Rows of up to four assets (26), or of more (12), which take up to a second.
std::size_t check_baskets(bool large) {
  const auto path = sq::test::recorded("quant/options_basket.csv");
  if (!path) return 0;
  const test::Table table{*path};
  std::size_t count = 0;
  const std::size_t all =
      test::check_rows(table, "weighted_basket_exact", "price", [&](const Row& row) {
        if ((row.numbers("S").size() > 4) != large) return Result<double>{row.number("expected")};
        ++count;
        return basket_of(row);
      });
  CHECK(all == 38);
  return count;
}
}  // namespace

TEST_CASE("every basket reference row of up to four assets is met within its tolerance") {
  if (sq::test::recorded("quant/options_basket.csv")) CHECK(check_baskets(false) == 25);
}

TEST_CASE("every basket reference row of seven and eleven assets is met within its tolerance",
          "[slow]") {
  if (sq::test::recorded("quant/options_basket.csv")) CHECK(check_baskets(true) == 13);
}
}  // namespace sq::options
