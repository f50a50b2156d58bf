#include "engine/options/models/sabr.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "engine/options/european/bachelier.hpp"
#include "engine/options/european/european.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
namespace {
using test::Row;
Sabr sabr_of(const Row& row) {
  return {row.number("alpha"), row.number("beta"), row.number("rho"), row.number("nu"), 0};
}
Result<double> volatility_of(const Row& row) {
  return sabr_volatility(sabr_of(row), row.number("F"), row.number("K"), row.number("T"));
}
}  // namespace

TEST_CASE("every SABR reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_sabr.csv");
  if (!path) return;
  const test::Table table{*path};
  CHECK(test::check_rows(table, "hagan_lognormal", "implied_vol", volatility_of) == 215);
  CHECK(test::check_rows(table, "hagan_lognormal_calibration_point", "implied_vol",
                         volatility_of) == 21);
}

TEST_CASE("calibration to the published three-point smiles returns their parameters") {
  const auto path = sq::test::recorded("quant/options_sabr.csv");
  if (!path) return;
  const test::Table table{*path};
  std::map<std::string, std::vector<const Row*>> smiles;
  for (const Row& row : table.rows()) {
    if (row.text("variant") != "hagan_lognormal_calibration_point") continue;
    smiles[row.text("T") + "/" + row.text("alpha") + "/" + row.text("nu")].push_back(&row);
  }
  CHECK(smiles.size() == 7);
  for (const auto& [name, rows] : smiles) {
    INFO(name);
    std::vector<SabrQuote> quotes;
    for (const Row* row : rows) quotes.push_back({row->number("K"), row->number("expected"), 1});
    const Row& first = *rows.front();
    const Result<SabrFit> fit =
        calibrate_sabr(quotes, first.number("F"), first.number("T"), first.number("beta"));
    REQUIRE(fit.has_value());
    CHECK(std::abs(fit->model.alpha - first.number("alpha")) < 1e-4);
    CHECK(std::abs(fit->model.nu - first.number("nu")) < 1e-2);
    CHECK(std::abs(fit->model.rho - first.number("rho")) < 5e-3);
  }
}

TEST_CASE("the SABR volatility is smooth where the strike passes the forward") {
  const Sabr model{0.25, 0.7, -0.35, 0.6, 0};
  const double forward = 1.3;
  for (const auto volatility : {&sabr_volatility, &sabr_normal_volatility}) {
    double slope_before = 0;
    for (double step = -2e-3; step <= 2e-3; step += 1e-5) {
      const double here = volatility(model, forward, forward * std::exp(step), 1.0).value();
      const double next = volatility(model, forward, forward * std::exp(step + 1e-5), 1.0).value();
      const double slope = (next - here) / 1e-5;
      if (slope_before != 0) CHECK(std::abs(slope - slope_before) < 1e-4);
      slope_before = slope;
    }
  }
}

TEST_CASE("the lognormal and the normal SABR volatility give nearly the same prices") {
  const Sabr model{0.02, 0.5, -0.2, 0.3, 0};
  const double forward = 0.04;
  for (const double strike : {0.03, 0.04, 0.05}) {
    const Vanilla option{OptionType::Call, strike, 1.0};
    const double black =
        black76_price({forward, 0, *sabr_volatility(model, forward, strike, 1.0), 0}, option)
            .value();
    const double normal =
        bachelier_price({forward, 0, *sabr_normal_volatility(model, forward, strike, 1.0)}, option)
            .value();
    CHECK(normal == Approx(black).epsilon(2e-3));
  }
}

TEST_CASE("a shift prices forwards below zero as the shifted model does") {
  const Sabr shifted{0.02, 0.4, -0.2, 0.3, 0.03};
  const Sabr plain{0.02, 0.4, -0.2, 0.3, 0};
  CHECK(sabr_volatility(shifted, -0.005, 0.002, 2.0).value() ==
        Approx(sabr_volatility(plain, 0.025, 0.032, 2.0).value()).epsilon(1e-13));
  CHECK(sabr_volatility(plain, -0.005, 0.002, 2.0).error() == Error::SpotNotPositive);
  CHECK(sabr_volatility(shifted, 0.01, -0.03, 2.0).error() == Error::StrikeNotPositive);
}

TEST_CASE("calibration finds the parameters of shifted smiles with any beta") {
  std::mt19937_64 random{4};
  std::uniform_real_distribution<double> unit{0, 1};
  for (int i = 0; i < 40; ++i) {
    const double beta = unit(random);
    const double forward = 0.01 + 0.04 * unit(random);
    const Sabr truth{(0.1 + 0.3 * unit(random)) * std::pow(forward + 0.02, 1 - beta), beta,
                     1.4 * unit(random) - 0.7, 0.2 + unit(random), 0.02};
    std::vector<SabrQuote> quotes;
    for (double x = 0.6; x < 1.7; x += 0.1) {
      const double strike = (forward + 0.02) * x - 0.02;
      quotes.push_back({strike, sabr_volatility(truth, forward, strike, 1.0).value(), 1});
    }
    const Result<SabrFit> fit = calibrate_sabr(quotes, forward, 1.0, beta, 0.02);
    REQUIRE(fit.has_value());
    CHECK(fit->error < 1e-8);
    CHECK(fit->model.rho == Approx(truth.rho).margin(1e-4));
    CHECK(fit->model.nu == Approx(truth.nu).epsilon(1e-4));
  }
}

TEST_CASE("SABR checks its ranges on both sides and never answers NaN") {
  const auto error = [](const Sabr& model, double years) {
    const auto answer = sabr_volatility(model, 1, 1.1, years);
    return answer ? Error{} : answer.error();
  };
  CHECK(error({0.2, 1, 0, 0, 0}, 0) == Error{});
  CHECK(error({0.2, 1.0001, 0, 0.1, 0}, 1) == Error::ParameterRange);
  CHECK(error({0.2, -0.0001, 0, 0.1, 0}, 1) == Error::ParameterRange);
  CHECK(error({0, 1, 0, 0.1, 0}, 1) == Error::ParameterRange);
  CHECK(error({0.2, 1, 1, 0.1, 0}, 1) == Error::ParameterRange);
  CHECK(error({0.2, 1, 0.999, 0.1, 0}, 1) == Error{});
  CHECK(error({0.2, 1, 0, -0.1, 0}, 1) == Error::ParameterRange);
  CHECK(error({0.2, 1, 0, 0.1, 0}, -1) == Error::TimeNegative);
  CHECK(error({0.2, 1, -0.9, 3, 0}, 30) == Error::Unsupported);
  std::mt19937_64 random{9};
  std::uniform_real_distribution<double> exponent{-308, 308};
  const auto size = [&] {
    return std::pow(10.0, exponent(random) / (random() % 2 == 0 ? 1 : 100));
  };
  for (int i = 0; i < 50'000; ++i) {
    const Sabr model{size(), std::min(1.0, size()), std::tanh(size()) * (random() % 2 ? 1 : -1),
                     size(), 0};
    for (const auto volatility : {&sabr_volatility, &sabr_normal_volatility}) {
      const auto answer = volatility(model, size(), size(), size());
      if (answer) REQUIRE((std::isfinite(*answer) && *answer > 0));
    }
  }
}
}  // namespace sq::options
