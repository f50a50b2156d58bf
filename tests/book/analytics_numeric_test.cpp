// The arithmetic under the measures: functions against libm's Exact, sums against drift.
#include <catch2/catch.hpp>
#include <cmath>
#include <deque>
#include <random>

#include "engine/book/analytics/numeric/linear_solve.hpp"
#include "engine/book/analytics/numeric/real_math.hpp"
#include "engine/book/analytics/numeric/rolling_integers.hpp"
#include "engine/book/analytics/numeric/rolling_regression.hpp"
#include "engine/book/analytics/numeric/rolling_sums.hpp"
#include "engine/book/analytics/numeric/time_bins.hpp"

namespace sq::book::analytics {
namespace {
using Exact = long double;
double relative(double value, Exact expected) {
  return static_cast<double>(std::abs((Exact{value} - expected) / expected));
}
}  // namespace

TEST_CASE("logarithm and exponential have errors below 1e-15, relative") {
  std::mt19937_64 random{5};
  double worst_log = 0;
  double worst_exp = 0;
  double worst_ratio = 0;
  for (int i = 0; i < 200'000; ++i) {
    const double unit = static_cast<double>(random() >> 11) * 0x1p-53;
    const double x = std::ldexp(0.5 + unit, static_cast<int>(random() % 200) - 100);
    if (x != 1.0) worst_log = std::max(worst_log, relative(log_of(x), std::log(Exact{x})));
    const double y = (unit - 0.5) * 1400.0;
    worst_exp = std::max(worst_exp, relative(exp_of(y), std::exp(Exact{y})));
    const double a = 50'000.0 + unit;
    const Exact close = std::log1p((Exact{a} - 50'000.0L) / 50'000.0L);
    if (unit > 1e-6) worst_ratio = std::max(worst_ratio, relative(log_ratio(a, 50'000.0), close));
  }
  CHECK(worst_log < 1e-15);
  CHECK(worst_exp < 1e-15);
  CHECK(worst_ratio < 1e-15);
  CHECK(log_of(1.0) == 0.0);
  CHECK(exp_of(0.0) == 1.0);
  CHECK(exp_of(-709.0) == 0.0);
  CHECK(log_ratio(8.0, 2.0) == Approx(std::log(4.0)).epsilon(1e-15));
}

TEST_CASE("the normal distribution function is right to 1e-12, relative, in both tails") {
  double worst = 0;
  for (double z = -37.0; z < 9.0; z += 0.01)
    worst = std::max(worst, relative(normal_cdf(z), 0.5L * std::erfc(-z / std::sqrt(2.0L))));
  CHECK(worst < 1e-12);
  CHECK(normal_cdf(0.0) == 0.5);
  CHECK(normal_cdf(1e9) == 1.0);
  CHECK(normal_cdf(-1e9) == 0.0);
}

TEST_CASE("the logarithm of a factorial is right to 1e-14, relative") {
  CHECK(log_factorial(0) == 0.0);
  CHECK(log_factorial(1) == 0.0);
  double worst = 0;
  for (std::uint64_t n = 2; n < 200'000; n += 1 + n / 20)
    worst = std::max(worst, relative(log_factorial(n), std::lgamma(static_cast<Exact>(n) + 1)));
  CHECK(worst < 1e-14);
}

TEST_CASE("rolling sums equal those of the rows in the window, also after an enormous outlier") {
  std::mt19937_64 random{7};
  RollingTerms<2> sums{50};
  std::deque<std::array<double, 2>> window;
  for (int i = 0; i < 5'000; ++i) {
    std::array<double, 2> row{static_cast<double>(random() % 1000) / 7.0 - 70.0,
                              static_cast<double>(random() % 1000) * 1e-9};
    if (i == 2'000) row = {1e20, -1e12};
    sums.push(row);
    window.push_back(row);
    if (window.size() > 50) window.pop_front();
    REQUIRE(sums.count() == window.size());
    if (i >= 2'000 && i < 2'050) continue;  // the outlier is inside
    for (std::size_t k = 0; k < 2; ++k) {
      Exact exact = 0;
      for (const auto& kept : window) exact += kept[k];
      REQUIRE(std::abs(sums.sum(k) - static_cast<double>(exact)) < (k == 0 ? 1e-11 : 1e-18));
    }
  }
}

TEST_CASE("rolling sums have not drifted after 100 million rows", "[slow]") {
  std::mt19937_64 random{9};
  RollingRegression regression{1000};
  std::deque<std::pair<double, double>> last;
  constexpr int kRows = 100'000'000;
  for (int i = 0; i < kRows; ++i) {
    const double x = static_cast<double>(random() % 2'000'001) * 1e-3 - 1e3;
    const double y = 1e-6 * x + static_cast<double>(random() % 101) * 1e-2;
    regression.push(x, y);
    if (i >= kRows - 1000) last.emplace_back(x, y);
  }
  RollingRegression fresh{1000};
  for (const auto& [x, y] : last) fresh.push(x, y);
  CHECK(regression.fit().slope == Approx(fresh.fit().slope).epsilon(1e-12));
  CHECK(regression.fit().intercept == Approx(fresh.fit().intercept).epsilon(1e-14));
  CHECK(regression.fit().r2 == Approx(fresh.fit().r2).epsilon(1e-10));
}

TEST_CASE("rolling sums have not drifted after two million rows") {
  std::mt19937_64 random{9};
  RollingTerms<1> sums{100};
  double naive = 0;
  std::deque<double> window;
  for (int i = 0; i < 2'000'000; ++i) {
    const double x = static_cast<double>(random() % 1'000'003) * 0.1;
    sums.push({x});
    window.push_back(x);
    naive += x;
    if (window.size() > 100) {
      naive -= window.front();
      window.pop_front();
    }
  }
  Exact exact = 0;
  for (const double x : window) exact += x;
  CHECK(std::abs(sums.sum(0) - static_cast<double>(exact)) < 1e-9);
  CHECK(std::abs(naive - static_cast<double>(exact)) > 1e-8);  // what the plain way would be off
}

TEST_CASE("rolling integers are exact where a sum needs more than 64 bits") {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  RollingIntegers sums{3};
  for (int i = 0; i < 3; ++i) sums.push(kMost);
  CHECK(sums.sum() == Int128{kMost} * 3);
  CHECK(sums.mean() == Approx(static_cast<double>(kMost)));
  CHECK(sums.full());
  for (int i = 0; i < 2; ++i) sums.push(-kMost - 1);
  sums.push(7);
  CHECK(sums.sum() == (Int128{-kMost} - 1) * 2 + 7);
  CHECK(real_of(Int128{5}) == 5.0);
  CHECK(real_of(Int128{kMost} * 4) == Approx(4.0 * static_cast<double>(kMost)));
  CHECK_THROWS_AS(RollingIntegers{0}, std::invalid_argument);
}

TEST_CASE("time bins hold what came within the last 64 bins, and how long that is") {
  constexpr std::int64_t kBin = 100;
  constexpr std::int64_t kStart = 1'000;
  std::mt19937_64 random{11};
  TimeBins<1> bins{64 * kBin + 63};
  std::vector<std::pair<std::int64_t, std::int64_t>> events;  // number of the bin, value
  std::int64_t now = kStart;
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<std::int64_t>(random() % 1000);
    bins.advance(MonoTime{now});
    bins.add(0, value);
    const std::int64_t bin = (now - kStart) / kBin;
    events.emplace_back(bin, value);
    std::int64_t expected = 0;
    for (auto event = events.rbegin(); event != events.rend() && event->first > bin - 64; ++event)
      expected += event->second;
    REQUIRE(bins.total(0) == expected);
    REQUIRE(bins.span_ns() == now - std::max(kStart, kStart + (bin - 63) * kBin));
    now += static_cast<std::int64_t>(random() % 40);
    if (random() % 500 == 0) now += static_cast<std::int64_t>(random() % 20'000);
  }
  bins.advance(MonoTime{now - 50});  // time does not go back
  CHECK(bins.now_ns() <= now);
  bins.advance(MonoTime{now + 64 * kBin});
  CHECK(bins.total(0) == 0);
  CHECK_THROWS_AS(TimeBins<1>{63}, std::invalid_argument);
}

TEST_CASE("a regression needs two values of x; its error is that of the formula") {
  RollingRegression regression{10};
  regression.push(2, 1);
  CHECK(regression.fit().count == 0);
  regression.push(2, 5);
  CHECK(regression.fit().count == 0);
  regression.push(4, 4);
  regression.push(6, 9);
  // By hand: n 4, Sxx 11, Sxy 15.5, Syy 32.75.
  const RegressionFit fit = regression.fit();
  CHECK(fit.slope == Approx(15.5 / 11));
  CHECK(fit.intercept == Approx(4.75 - 15.5 / 11 * 3.5));
  CHECK(fit.r2 == Approx(15.5 * 15.5 / 11 / 32.75));
  CHECK(fit.slope_error == Approx(std::sqrt((32.75 - 15.5 * 15.5 / 11) / 2 / 11)));
  CHECK(regression.covariance().value == Approx(15.5 / 4));
  CHECK(regression.correlation().value == Approx(15.5 / std::sqrt(11 * 32.75)));
  CHECK(regression.mean_product().value == Approx((2 + 10 + 16 + 54) / 4.0));
  CHECK(regression.slope_through_origin().value ==
        Approx((2 + 10 + 16 + 54) / (4.0 + 4 + 16 + 36)));
}

TEST_CASE("linear equations are solved with pivoting, and those without one solution refused") {
  double matrix[] = {0, 2, 1, 1, 1, 1, 2, 1, 3};
  double right[] = {7, 1, 6, 0, 13, 0};  // two right sides
  REQUIRE(solve_in_place(matrix, right, 3, 2));
  CHECK(right[0] == Approx(1));
  CHECK(right[2] == Approx(2));
  CHECK(right[4] == Approx(3));
  const double x = right[1];
  const double y = right[3];
  const double z = right[5];
  CHECK(2 * y + z == Approx(1));
  CHECK(x + y + z == Approx(0).margin(1e-15));
  CHECK(2 * x + y + 3 * z == Approx(0).margin(1e-15));
  double singular[] = {1, 2, 2, 4};
  double ones[] = {1, 1};
  CHECK_FALSE(solve_in_place(singular, ones, 2, 1));
}
}  // namespace sq::book::analytics
