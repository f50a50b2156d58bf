#include "engine/options/surface/svi.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "engine/options/surface/svi_calibration.hpp"
#include "tests/options/exotic_rows.hpp"

namespace sq::options {
namespace {
using test::Row;
// Axel Vogt's smile (Gatheral and Jacquier, section 3.2): it has butterfly arbitrage near k = 0.85.
constexpr SviRaw kVogt{-0.0410, 0.1331, 0.3060, 0.3586, 0.4153};

SviRaw raw_of(const Row& row) {
  return {row.number("a"), row.number("b"), row.number("rho"), row.number("m"),
          row.number("sigma")};
}
double k_of(const Row& row) {
  return row.text("k").empty() ? std::log(row.number("K") / row.number("F")) : row.number("k");
}
std::vector<SmilePoint> points_of(const SviRaw& smile, double low, double high, int count) {
  std::vector<SmilePoint> points;
  for (int i = 0; i < count; ++i) {
    const double k = low + (high - low) * i / (count - 1);
    points.push_back({k, total_variance(smile, k), 1});
  }
  return points;
}
}  // namespace

TEST_CASE("every SVI reference row is met within its tolerance") {
  const auto path = sq::test::recorded("quant/options_svi.csv");
  if (!path) return;
  const test::Table table{*path};
  const auto rows = [&](const char* quantity, auto&& value) {
    return test::check_rows(table, "raw", quantity, [&](const Row& row) -> Result<double> {
      return value(raw_of(row), k_of(row), row);
    });
  };
  CHECK(rows("total_variance",
             [](const SviRaw& s, double k, const Row&) { return total_variance(s, k); }) == 121);
  CHECK(rows("implied_vol", [](const SviRaw& s, double k, const Row& row) {
          return std::sqrt(total_variance(s, k) / row.number("T"));
        }) == 120);
  CHECK(rows("dw_dk",
             [](const SviRaw& s, double k, const Row&) { return svi_point(s, k).slope; }) == 120);
  CHECK(rows("d2w_dk2", [](const SviRaw& s, double k, const Row&) {
          return svi_point(s, k).curvature;
        }) == 120);
  CHECK(rows("butterfly_g", [](const SviRaw& s, double k, const Row&) {
          return butterfly_g(svi_point(s, k), k);
        }) == 120);
}

TEST_CASE("every jump-wing reference row is met, and converts back to the raw parameters") {
  const auto path = sq::test::recorded("quant/options_svi_jw.csv");
  if (!path) return;
  const test::Table table{*path};
  const auto rows = [&](const char* quantity, double SviJumpWings::*member) {
    return test::check_rows(table, "raw_to_jw", quantity, [&](const Row& row) -> Result<double> {
      const SviRaw raw = raw_of(row);
      const Result<SviJumpWings> wings = to_jump_wings(raw, row.number("T"));
      if (!wings) return std::unexpected{wings.error()};
      const Result<SviRaw> back = to_raw(*wings);
      REQUIRE(back.has_value());
      for (const double k : {-1.0, -0.1, 0.0, 0.2, 1.5}) {
        CHECK(total_variance(*back, k) == Approx(total_variance(raw, k)).epsilon(1e-9));
      }
      return (*wings).*member;
    });
  };
  CHECK(rows("jw_v", &SviJumpWings::variance) + rows("jw_psi", &SviJumpWings::skew) +
            rows("jw_p", &SviJumpWings::put_slope) + rows("jw_c", &SviJumpWings::call_slope) +
            rows("jw_vtilde", &SviJumpWings::minimum_variance) ==
        100);
}

TEST_CASE("the natural parameters give the same smile as the raw ones") {
  std::mt19937_64 random{7};
  std::uniform_real_distribution<double> unit{0, 1};
  for (int i = 0; i < 500; ++i) {
    const SviRaw raw{unit(random) * 0.1, unit(random), unit(random) * 1.9 - 0.95,
                     unit(random) - 0.5, 0.01 + unit(random)};
    const Result<SviNatural> natural = to_natural(raw);
    REQUIRE(natural.has_value());
    const Result<SviRaw> back = to_raw(*natural);
    REQUIRE(back.has_value());
    const double k = 4 * unit(random) - 2;
    const double y = natural->zeta * (k - natural->mu);
    const double direct =
        natural->delta +
        natural->omega / 2 *
            (1 + natural->rho * y +
             std::sqrt((y + natural->rho) * (y + natural->rho) + 1 - natural->rho * natural->rho));
    CHECK(total_variance(*back, k) == Approx(total_variance(raw, k)).epsilon(1e-12));
    CHECK(direct == Approx(total_variance(raw, k)).epsilon(1e-12));
  }
}

TEST_CASE("Vogt's smile has butterfly arbitrage, and only right of the money") {
  const ButterflyReport report = check_butterfly(kVogt, {-1.5, 1.5});
  CHECK_FALSE(report.free());
  CHECK(report.g_min < -0.01);
  CHECK(report.g_min_at > 0.6);
  CHECK(report.g_min_at < 1.2);
  CHECK(check_butterfly(kVogt, {-1.5, 0.5}).free());
}

TEST_CASE("a smile whose wing is steeper than 2 is not free of arbitrage") {
  const SviRaw at{0.5, 1.0, 1.0, 0, 1.0};
  SviRaw above = at;
  above.b = 1.001;
  CHECK(check_butterfly(at, {-0.01, 0.01}).wing_slope <= 2);
  CHECK_FALSE(check_butterfly(above, {-0.01, 0.01}).free());
}

TEST_CASE("SSVI slices within Gatheral and Jacquier's bounds have no arbitrage of either kind") {
  const Ssvi surface{-0.6, 1.25, 0.5};
  REQUIRE(is_arbitrage_free(surface));
  CHECK_FALSE(is_arbitrage_free({-0.6, 1.2501, 0.5}));
  CHECK_FALSE(is_arbitrage_free({-0.6, 1.25, 0.501}));
  Result<SviRaw> previous = ssvi_slice(surface, 0.001);
  REQUIRE(previous.has_value());
  for (double theta = 0.0011; theta < 2; theta *= 1.3) {
    const Result<SviRaw> slice = ssvi_slice(surface, theta);
    REQUIRE(slice.has_value());
    CHECK(total_variance(*slice, 0) == Approx(theta).epsilon(1e-12));
    CHECK(check_butterfly(*slice, {-3, 3}).free());
    CHECK(check_calendar(*previous, *slice, {-3, 3}).free());
    CHECK_FALSE(check_calendar(*slice, *previous, {-3, 3}).free());
    previous = slice;
  }
}

TEST_CASE("calibration finds the smile its points came from") {
  std::mt19937_64 random{11};
  std::uniform_real_distribution<double> unit{0, 1};
  for (int i = 0; i < 20; ++i) {
    const SviRaw truth{0.005 + 0.03 * unit(random), 0.05 + 0.2 * unit(random), -0.8 + unit(random),
                       0.2 * unit(random) - 0.1, 0.05 + 0.3 * unit(random)};
    const auto points = points_of(truth, -0.6, 0.4, 25);
    const Result<SviFit> fit = calibrate_svi(points, {.no_butterfly = false});
    REQUIRE(fit.has_value());
    CHECK(fit->error < 1e-8);
    CHECK(fit->smile.rho == Approx(truth.rho).margin(1e-3));
    CHECK(fit->smile.sigma == Approx(truth.sigma).margin(1e-3));
  }
}

TEST_CASE(
    "calibration to Vogt's smile removes its butterfly arbitrage when asked, at little cost") {
  const auto points = points_of(kVogt, -1.2, 1.2, 41);
  const Result<SviFit> loose = calibrate_svi(points, {.no_butterfly = false});
  const Result<SviFit> tight = calibrate_svi(points);
  REQUIRE(loose.has_value());
  REQUIRE(tight.has_value());
  CHECK(loose->error < 1e-7);
  CHECK_FALSE(loose->butterfly.free());
  CHECK(tight->butterfly.free());
  CHECK(tight->constraints_hold);
  CHECK(tight->error < 0.003);
}

TEST_CASE("calibration keeps above an earlier smile when asked") {
  const SviRaw early{0.02, 0.1, -0.3, 0, 0.1};
  SviRaw crossing = early;
  crossing.a = 0.015;  // below the early one near the money
  crossing.b = 0.13;
  const auto points = points_of(crossing, -0.5, 0.5, 31);
  const Result<SviFit> free = calibrate_svi(points);
  const Result<SviFit> bound = calibrate_svi(points, {.floor = early, .range = {{-0.8, 0.8}}});
  REQUIRE(free.has_value());
  REQUIRE(bound.has_value());
  CHECK_FALSE(check_calendar(early, free->smile, {-0.8, 0.8}).free());
  CHECK(check_calendar(early, bound->smile, {-0.8, 0.8}).free());
  CHECK(bound->error < 0.003);
}

TEST_CASE(
    "calibration refuses too few quotes and numbers out of range, and finishes on any other") {
  const auto points = points_of({0.02, 0.1, -0.3, 0, 0.1}, -0.5, 0.5, 5);
  CHECK(calibrate_svi(points).has_value());
  CHECK(calibrate_svi(std::span{points}.first(4)).error() == Error::ParameterRange);
  auto bad = points;
  bad[2].variance = std::numeric_limits<double>::quiet_NaN();
  CHECK(calibrate_svi(bad).error() == Error::NotFinite);
  bad[2].variance = 0;
  CHECK(calibrate_svi(bad).error() == Error::ParameterRange);
  std::mt19937_64 random{3};
  std::uniform_real_distribution<double> unit{0, 1};
  for (int i = 0; i < 40; ++i) {
    std::vector<SmilePoint> noise;
    for (int j = 0; j < 12; ++j) {
      noise.push_back({std::pow(10, 4 * unit(random) - 3) * (unit(random) - 0.5),
                       std::pow(10, 8 * unit(random) - 7), unit(random)});
    }
    const Result<SviFit> fit = calibrate_svi(noise);
    REQUIRE(fit.has_value());
    CHECK(check(fit->smile).has_value());
    CHECK(std::isfinite(fit->error));
    CHECK(fit->butterfly.free());
  }
}

TEST_CASE("conversions of smiles never answer NaN") {
  std::mt19937_64 random{5};
  std::uniform_real_distribution<double> exponent{-310, 308};
  const auto any = [&] {
    const double size =
        std::pow(10.0, (random() % 3 == 0 ? exponent(random) : exponent(random) / 200));
    return random() % 2 == 0 ? size : -size;
  };
  std::size_t answered = 0;
  for (int i = 0; i < 20'000; ++i) {
    const SviRaw raw{any(), std::abs(any()), std::tanh(any()), any(), std::abs(any())};
    if (const auto natural = to_natural(raw)) {
      ++answered;
      REQUIRE(std::isfinite(natural->delta + natural->mu));
    }
    if (const auto wings = to_jump_wings(raw, std::abs(any()))) {
      REQUIRE(std::isfinite(wings->variance));
      if (const auto back = to_raw(*wings)) REQUIRE(check(*back).has_value());
    }
    if (const auto slice = ssvi_slice({std::tanh(any()), std::abs(any()), 0.4}, std::abs(any()))) {
      REQUIRE(check(*slice).has_value());
    }
  }
  CHECK(answered > 1'000);
}
}  // namespace sq::options
