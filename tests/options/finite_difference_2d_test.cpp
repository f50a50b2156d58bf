#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>

#include "engine/options/finite_difference/heston_grid.hpp"
#include "engine/options/finite_difference/two_asset_grid.hpp"
#include "engine/options/finite_difference/two_dimensional.hpp"
#include "tests/options/exotic_rows.hpp"
#include "tests/options/lognormal_model.hpp"

namespace sq::options::finite_difference {
namespace {
using test::LognormalModel;
using test::normal_distribution;
using test::Row;
using test::Table;

HestonContract vanilla(OptionType type, double strike, double years) {
  const double sign = sign_of(type);
  return {.years = years,
          .payoff = [=](double spot) { return std::max(sign * (spot - strike), 0.0); },
          .kinks = {strike}};
}
// Margrabe's formula: the first asset for the second.
double exchange(const TwoAssetModel& m, double first, double second, double years) {
  const double variance = m.volatility[0] * m.volatility[0] + m.volatility[1] * m.volatility[1] -
                          2 * m.correlation * m.volatility[0] * m.volatility[1];
  const double deviation = std::sqrt(variance * years);
  const double d1 =
      (std::log(first / second) + (m.yield[1] - m.yield[0]) * years) / deviation + 0.5 * deviation;
  return first * std::exp(-m.yield[0] * years) * normal_distribution(d1) -
         second * std::exp(-m.yield[1] * years) * normal_distribution(d1 - deviation);
}
}  // namespace

TEST_CASE("all schemes price Heston's at-the-money call with second order") {
  // In 't Hout and Foulon's first case; exact: 8.894869 (their semi-closed formula).
  const HestonModel model{.rate = 0.025,
                          .variance = 0.04,
                          .reversion = 1.5,
                          .long_variance = 0.04,
                          .volatility = 0.3,
                          .correlation = -0.9};
  const HestonContract contract = vanilla(OptionType::Call, 100, 1);
  for (const Scheme2d scheme :
       {Scheme2d::CraigSneyd, Scheme2d::ModifiedCraigSneyd, Scheme2d::HundsdorferVerwer}) {
    const auto error = [&](std::uint32_t n) {
      const auto got = price_heston(model, contract, 100, {30 * n, 15 * n, 15 * n, scheme});
      REQUIRE(got.has_value());
      return std::abs(got->price - 8.894869);
    };
    const double coarse = error(2);
    const double fine = error(4);
    CHECK(std::log2(coarse / fine) == Approx(2).margin(0.3));
    CHECK(fine < 5e-3);
  }
}

TEST_CASE("Heston prices on a grid agree with the reference table") {
  const auto path = sq::test::recorded("quant/options_heston.csv");
  if (!path) return;
  const Table table{*path};
  double worst = 0;
  std::size_t rows = 0;
  for (const Row& row : table.rows()) {
    const bool lewis = row.text("variant") == "alan_lewis";
    if (!lewis && (row.text("variant") != "grid" || ++rows % 12 != 0)) continue;
    INFO(row.text("id"));
    const HestonModel model{.rate = row.number("r"),
                            .yield = row.number("q"),
                            .variance = row.number("v0"),
                            .reversion = row.number("kappa"),
                            .long_variance = row.number("theta"),
                            .volatility = row.number("sigma"),
                            .correlation = row.number("rho")};
    const auto got =
        price_heston(model, vanilla(row.type(), row.number("K"), row.number("T")), row.number("S"));
    REQUIRE(got.has_value());
    const double error = std::abs(got->price - row.number("expected")) / row.number("S");
    CHECK(error < 6e-4);
    worst = std::max(worst, error);
  }
  std::printf("Heston on the default grid, worst error per unit of spot: %.1e\n", worst);
}

TEST_CASE("American puts under Heston have their published values") {
  // The problem of Clarke and Parrott (1999); values of Ikonen and Toivanen (2007) at the initial
  // variances 0.0625 and 0.25, spots 8 to 12.
  HestonModel model{
      .rate = 0.1, .reversion = 5, .long_variance = 0.16, .volatility = 0.9, .correlation = 0.1};
  HestonContract contract = vanilla(OptionType::Put, 10, 0.25);
  contract.exercise = [](double spot) { return 10 - spot; };
  const double expected[2][5] = {{2.0000, 1.1076, 0.5200, 0.2137, 0.0820},
                                 {2.0784, 1.3336, 0.7960, 0.4483, 0.2428}};
  for (int k = 0; k < 2; ++k) {
    model.variance = k == 0 ? 0.0625 : 0.25;
    for (int i = 0; i < 5; ++i) {
      CAPTURE(model.variance, i);
      const auto got = price_heston(model, contract, 8 + i, {160, 60, 50});
      REQUIRE(got.has_value());
      CHECK(got->price == Approx(expected[k][i]).margin(6e-4).epsilon(0));
    }
  }
}

TEST_CASE("with hardly any volatility of variance Heston is Black and Scholes, barrier included") {
  const LognormalModel exact{0.05, 0.02, 0.25};
  const HestonModel model{.rate = 0.05,
                          .yield = 0.02,
                          .variance = 0.0625,
                          .reversion = 1,
                          .long_variance = 0.0625,
                          .volatility = 1e-3};
  const auto plain = price_heston(model, vanilla(OptionType::Call, 105, 1), 100);
  CHECK(plain->price == Approx(exact.call(100, 105, 1)).margin(5e-3));
  CHECK(plain->delta ==
        Approx(std::exp(-0.02) * normal_distribution(exact.d1(100, 105, 1))).margin(1e-4));
  HestonContract barrier = vanilla(OptionType::Call, 105, 1);
  barrier.lower = 90;
  CHECK(price_heston(model, barrier, 100)->price ==
        Approx(exact.down_and_out_call(100, 105, 1, 90)).margin(5e-3));
  barrier.rebate = 2;
  CHECK(price_heston(model, barrier, 100)->price ==
        Approx(exact.down_and_out_call(100, 105, 1, 90) + 2 * exact.touched_below(100, 90, 1))
            .margin(5e-3));
  CHECK(price_heston(model, barrier, 85)->price == 2);
}

TEST_CASE("options on two assets agree with Margrabe and Stulz") {
  const TwoAssetModel model{
      .rate = 0.05, .yield = {0.01, 0.02}, .volatility = {0.3, 0.2}, .correlation = 0.5};
  const TwoAssetContract contract{
      .years = 0.5, .payoff = [](double a, double b) { return std::max(a - b, 0.0); }};
  const auto got = price_two_asset(model, contract, 100, 105, {60, 60, 30});
  REQUIRE(got.has_value());
  CHECK(got->price == Approx(exchange(model, 100, 105, 0.5)).margin(5e-4));
  const double bump = 1e-3;
  const double delta =
      (exchange(model, 100 + bump, 105, 0.5) - exchange(model, 100 - bump, 105, 0.5)) / (2 * bump);
  CHECK(got->delta[0] == Approx(delta).margin(3e-4));
  // Homogeneous in both spots.
  CHECK(100 * got->delta[0] + 105 * got->delta[1] == Approx(got->price).margin(0.15));

  const auto path = sq::test::recorded("quant/options_two_asset.csv");
  if (!path) return;
  const Table table{*path};
  double worst = 0;
  std::size_t rows = 0;
  for (const Row& row : table.rows()) {
    const bool least = row.text("variant") == "min";
    if ((!least && row.text("variant") != "max") || ++rows % 10 != 0) continue;
    INFO(row.text("id"));
    const double strike = row.number("K");
    const double sign = sign_of(row.type());
    const auto priced = price_two_asset(
        {.rate = row.number("r"),
         .yield = {row.number("q1"), row.number("q2")},
         .volatility = {row.number("vol1"), row.number("vol2")},
         .correlation = row.number("rho")},
        {.years = row.number("T"),
         .payoff =
             [=](double a, double b) {
               return std::max(sign * ((least ? std::min(a, b) : std::max(a, b)) - strike), 0.0);
             }},
        row.number("S1"), row.number("S2"), {60, 60, 30});
    REQUIRE(priced.has_value());
    const double scale = std::max(row.number("S1"), row.number("S2"));
    const double error = std::abs(priced->price - row.number("expected")) / scale;
    CHECK(error < 1e-3);
    worst = std::max(worst, error);
  }
  std::printf("two assets on 60 x 60 points, worst error per unit of spot: %.1e\n", worst);
}

TEST_CASE("early exercise of a two-asset option is worth something and never less than exercise") {
  const TwoAssetModel model{
      .rate = 0.05, .yield = {0.1, 0.1}, .volatility = {0.2, 0.2}, .correlation = 0.0};
  const auto payoff = [](double a, double b) { return std::max(std::max(a, b) - 100, 0.0); };
  TwoAssetContract contract{.years = 3, .payoff = payoff};
  const double european = price_two_asset(model, contract, 100, 100, {60, 60, 40})->price;
  contract.exercise = payoff;
  const double american = price_two_asset(model, contract, 100, 100, {60, 60, 40})->price;
  // Broadie and Glasserman (1997): 13.90 with ten dates in three years.
  CHECK(european < american - 0.5);
  CHECK(american > 13.90 - 0.02);
  CHECK(american < 14.25);  // at any time: 14.23 on finer grids
  CHECK(price_two_asset(model, contract, 170, 60, {60, 60, 40})->price == Approx(70).margin(1e-2));
}

TEST_CASE("an edge that is fixed keeps its values") {
  const double xs[] = {0, 1, 2, 3, 4, 5};
  const double ys[] = {0, 1, 2, 3};
  Adi2d solver{xs, ys, {Edge::Fixed, Edge::Fixed, Edge::Flat, Edge::Flat}};
  solver.set_operator([](double, double) { return Terms2d{.xx = 1, .yy = 1, .rate = 0}; });
  std::vector<double> values(solver.size(), 0.0);
  for (std::size_t j = 0; j < 4; ++j) values[j * 6] = 1;
  solver.roll_back(1000, 200, values);  // the stationary solution: a straight line in x
  for (std::size_t j = 0; j < 4; ++j) {
    for (std::size_t i = 0; i < 6; ++i)
      CHECK(values[j * 6 + i] == Approx(1 - 0.2 * static_cast<double>(i)).margin(1e-6));
  }
}

TEST_CASE("two-dimensional contracts outside their range are refused by name") {
  const HestonModel model{.rate = 0.05,
                          .variance = 0.04,
                          .reversion = 1,
                          .long_variance = 0.04,
                          .volatility = 0.3,
                          .correlation = -0.5};
  const HestonContract contract = vanilla(OptionType::Call, 100, 1);
  const auto error_of = [](const HestonModel& m, const HestonContract& c, double spot = 100,
                           const Settings2d& settings = {}) {
    return price_heston(m, c, spot, settings).error();
  };
  HestonModel bad = model;
  bad.correlation = -1.01;
  CHECK(error_of(bad, contract) == Error::ParameterRange);
  bad = model;
  bad.variance = -0.01;
  CHECK(error_of(bad, contract) == Error::ParameterRange);
  bad = model;
  bad.rate = std::nan("");
  CHECK(error_of(bad, contract) == Error::NotFinite);
  CHECK(error_of(model, contract, 0) == Error::SpotNotPositive);
  CHECK(error_of(model, vanilla(OptionType::Call, 100, -1)) == Error::TimeNegative);
  CHECK(error_of(model, vanilla(OptionType::Call, 100, 0)) == Error::ParameterRange);
  CHECK(error_of(model, {.years = 1}) == Error::ParameterRange);
  CHECK(error_of(model, contract, 100, {.points_x = 15}) == Error::ParameterRange);
  CHECK(error_of(model, contract, 100, {.steps = 2}) == Error::ParameterRange);
  HestonContract crossed = contract;
  crossed.lower = 120;
  crossed.upper = 110;
  CHECK(error_of(model, crossed) == Error::ParameterRange);
  const TwoAssetModel pair{.rate = 0.05, .volatility = {0.2, 0.2}};
  const TwoAssetContract sum{.years = 1, .payoff = [](double a, double b) { return a + b; }};
  const auto pair_error = [&](const TwoAssetModel& m, const TwoAssetContract& c, double first) {
    return price_two_asset(m, c, first, 100).error();
  };
  CHECK(pair_error(pair, sum, 0) == Error::SpotNotPositive);
  CHECK(pair_error({.volatility = {-0.2, 0.2}}, sum, 100) == Error::VolatilityNegative);
  CHECK(pair_error({.volatility = {0, 0.2}}, sum, 100) == Error::ParameterRange);
  CHECK(pair_error(pair, {.years = 1}, 100) == Error::ParameterRange);
  CHECK(price_two_asset(pair, sum, 100, 90)->price == Approx(190).epsilon(1e-4));
}
}  // namespace sq::options::finite_difference
