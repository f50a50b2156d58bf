// Averages and extremes against what must hold without any table.
#include <catch2/catch.hpp>
#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"
#include "engine/options/exotic/core/integrate.hpp"
#include "engine/options/exotic/variance/heston_contracts.hpp"
#include "tests/options/exotic_families.hpp"

namespace sq::options {
namespace {
using test::Random;

double vanilla(const Market& m, OptionType type, double strike, double years) {
  const double forward = m.spot * std::exp((m.rate - m.yield) * years);
  return black(sign_of(type), forward, strike, m.volatility * std::sqrt(years),
               std::exp(-m.rate * years));
}
template <class Contract>
double value(const Market& m, const Contract& contract) {
  const Result<double> result = price(m, contract);
  REQUIRE(result.has_value());
  return *result;
}
constexpr AsianMethod kMethods[] = {AsianMethod::TwoMoments, AsianMethod::CurranBound,
                                    AsianMethod::Exact};
}  // namespace

TEST_CASE("an average of one date at expiry is the European option, by every method") {
  const Market m{100, 0.05, 0.02, 0.3};
  const double dates[] = {0.8};
  for (const OptionType type : {OptionType::Call, OptionType::Put}) {
    const double european = vanilla(m, type, 105, 0.8);
    for (const AsianMethod method : kMethods) {
      CHECK(
          value(m,
                ArithmeticDiscrete{
                    .type = type, .strike = 105, .years = 0.8, .dates = dates, .method = method}) ==
          Approx(european).epsilon(1e-12));
    }
    CHECK(value(m, GeometricDiscrete{.type = type, .strike = 105, .years = 0.8, .dates = dates}) ==
          Approx(european).epsilon(1e-13));
  }
}

TEST_CASE("call less put is the discounted average less the strike, by every method") {
  Random r{11, false};
  for (int i = 0; i < 60; ++i) {
    const Market m = r.market();
    const double years = r.years(), strike = r.near(100, 1.3);
    const auto dates = r.dates(years, 6);
    double mean = 2 * 95.0;
    for (const double t : dates) mean += m.spot * std::exp((m.rate - m.yield) * t);
    mean /= 8;
    for (const AsianMethod method : kMethods) {
      ArithmeticDiscrete a{.strike = strike,
                           .years = years,
                           .dates = dates,
                           .known = 2,
                           .known_average = 95,
                           .method = method};
      const double call = value(m, a);
      a.type = OptionType::Put;
      CHECK(std::abs(call - value(m, a) - std::exp(-m.rate * years) * (mean - strike)) <
            1e-11 * m.spot);
    }
    ArithmeticDiscrete a{
        .years = years, .dates = dates, .known = 2, .known_average = 95, .average_strike = true};
    const double call = value(m, a);
    a.type = OptionType::Put;
    const double forward = m.spot * std::exp((m.rate - m.yield) * years);
    CHECK(std::abs(call - value(m, a) - std::exp(-m.rate * years) * (forward - mean)) <
          1e-10 * m.spot);
  }
}

TEST_CASE(
    "Curran's bound is below the exact value, close to it, and the geometric call below both") {
  Random r{12, false};
  for (int i = 0; i < 40; ++i) {
    const Market m = r.market();
    const double years = r.years();
    const auto dates = r.dates(years, 5);
    ArithmeticDiscrete a{.strike = r.near(100, 1.2), .years = years, .dates = dates};
    const double exact = value(m, a);
    a.method = AsianMethod::CurranBound;
    const double bound = value(m, a);
    CHECK(bound <= exact + 1e-11 * m.spot);
    CHECK(exact - bound < 3e-3 * exact + 1e-2);
    CHECK(value(m, GeometricDiscrete{.strike = a.strike, .years = years, .dates = dates}) <=
          bound + 1e-11 * m.spot);
  }
}

TEST_CASE("the exact average of two dates is the integral over the first") {
  const Market m{100, 0.06, 0.01, 0.35};
  const double dates[] = {0.4, 1.0};
  for (const double strike : {80.0, 100.0, 125.0}) {
    const double deviation = m.volatility * std::sqrt(0.4);
    const double mean = (m.rate - m.yield - 0.5 * m.volatility * m.volatility) * 0.4;
    const double integral = integrate_adaptively<double>(-9, 9, 1e-13, [&](double z) {
      const double first = m.spot * std::exp(mean + deviation * z);
      const double later = first * std::exp((m.rate - m.yield) * 0.6);
      return normal_pdf(z) *
             black(1, later, 2 * strike - first, m.volatility * std::sqrt(0.6), 0.5);
    });
    CHECK(value(m, ArithmeticDiscrete{.strike = strike, .years = 1, .dates = dates}) ==
          Approx(std::exp(-m.rate) * integral).margin(1e-11));
  }
}

TEST_CASE("continuous averages are the limit of discrete ones") {
  const Market m{100, 0.05, 0.02, 0.3};
  std::vector<double> dates;
  for (int i = 1; i <= 2000; ++i) dates.push_back((i - 0.5) / 2000);
  CHECK(
      value(m, GeometricContinuous{.strike = 100, .years = 1}) ==
      Approx(value(m, GeometricDiscrete{.strike = 100, .years = 1, .dates = dates})).epsilon(1e-6));
  CHECK(value(m, GeometricContinuous{.years = 1, .average_strike = true}) ==
        Approx(value(m, GeometricDiscrete{.years = 1, .dates = dates, .average_strike = true}))
            .epsilon(1e-6));
  CHECK(value(m, ArithmeticContinuous{.strike = 100, .years = 1}) ==
        Approx(value(m, ArithmeticDiscrete{.strike = 100,
                                           .years = 1,
                                           .dates = dates,
                                           .method = AsianMethod::TwoMoments}))
            .epsilon(1e-6));
  // Averaging that began a year ago: the average so far takes its share of the strike.
  const ArithmeticContinuous under_way{
      .strike = 100, .years = 1, .elapsed = 1, .average_so_far = 110, .method = AsianMethod::Exact};
  const ArithmeticContinuous fresh{.strike = 90, .years = 1, .method = AsianMethod::Exact};
  CHECK(value(m, under_way) == Approx(0.5 * value(m, fresh)).epsilon(1e-9));
}

TEST_CASE("without volatility an average is that of the certain path") {
  const Market m{100, 0.05, 0.0, 0.0};
  const double dates[] = {0.5, 1.0};
  const double average = 50 * (std::exp(0.025) + std::exp(0.05));
  for (const AsianMethod method : kMethods) {
    CHECK(
        value(m, ArithmeticDiscrete{.strike = 95, .years = 1, .dates = dates, .method = method}) ==
        Approx(std::exp(-0.05) * (average - 95)).epsilon(1e-12));
  }
  CHECK(value(m, FloatingLookback{.extreme = 98, .years = 1}) ==
        Approx(100 - 98 * std::exp(-0.05)).epsilon(1e-13));
  CHECK(value(m, FixedLookback{.strike = 100, .extreme = 104, .years = 1}) ==
        Approx(std::exp(-0.05) * (100 * std::exp(0.05) - 100)).epsilon(1e-12));
}

TEST_CASE("lookback options obey their bounds, parities and the integral of the maximum's law") {
  Random r{13, false};
  for (int i = 0; i < 200; ++i) {
    const Market m = r.market();
    const double years = r.years(), high = m.spot * r.near(1.1, 1.09), strike = r.near(100, 1.3);
    const double discount = std::exp(-m.rate * years);
    const double asset = m.spot * std::exp(-m.yield * years);
    const double put =
        value(m, FloatingLookback{.type = OptionType::Put, .extreme = high, .years = years});
    const double fixed = value(m, FixedLookback{.strike = strike, .extreme = high, .years = years});
    // max(M, K) - S = (M - K)+ + K - S, so both share the extreme's value when K >= M.
    if (strike >= high) {
      const double from_strike =
          value(m, FloatingLookback{.type = OptionType::Put, .extreme = strike, .years = years});
      CHECK(std::abs(from_strike - (fixed + discount * strike - asset)) < 1e-11 * m.spot);
    }
    CHECK(put >= discount * high - asset - 1e-12 * m.spot);
    CHECK(fixed >= vanilla(m, OptionType::Call, strike, years) - 1e-12 * m.spot);
    // P(max > y) of a fixed maximum: the price is its integral from the larger of both.
    const double drift = m.rate - m.yield - 0.5 * m.volatility * m.volatility;
    const double deviation = m.volatility * std::sqrt(years);
    const double from = std::log(std::max(strike, high) / m.spot);
    const double tail = integrate_adaptively<double>(
        from, from + 12 * deviation + std::abs(drift) * years, 1e-14, [&](double y) {
          const double reached = normal_cdf((drift * years - y) / deviation) +
                                 std::exp(2 * drift * y / (m.volatility * m.volatility)) *
                                     normal_cdf((-y - drift * years) / deviation);
          return reached * std::exp(y);
        });
    const double by_law = discount * (m.spot * tail + std::max(high - strike, 0.0));
    CHECK(std::abs(fixed - by_law) < 1e-10 * m.spot);
  }
}

TEST_CASE("a lookback is smooth through zero carry") {
  for (const double volatility : {0.1, 0.4}) {
    const auto at = [&](double carry) {
      return value(Market{100, 0.05, 0.05 - carry, volatility},
                   FloatingLookback{.extreme = 92, .years = 1});
    };
    const double gap = 0.005 * volatility;
    for (const double carry : {-gap, 0.0, gap}) {  // both switches and the middle
      const double h = 1e-5;
      CHECK(std::abs(at(carry + h) + at(carry - h) - 2 * at(carry)) < 1e-7);
      CHECK(std::abs(at(carry + 1e-12) - at(carry - 1e-12)) < 1e-9);
    }
  }
}

TEST_CASE(
    "partial lookbacks become full lookbacks and European options at the ends of their window") {
  Random r{14, false};
  for (int i = 0; i < 150; ++i) {
    const Market m = r.market();
    const OptionType type = r.type();
    const double years = r.years(), strike = r.near(100, 1.2);
    const double extreme = type == OptionType::Call ? m.spot / 1.08 : m.spot * 1.08;
    PartialFloatingLookback p{.type = type, .extreme = extreme, .window = years, .years = years};
    CHECK(value(m, p) ==
          Approx(value(m, FloatingLookback{.type = type, .extreme = extreme, .years = years}))
              .margin(1e-9 * m.spot));
    p.window = 0;
    CHECK(value(m, p) == Approx(vanilla(m, type, extreme, years)).margin(1e-10 * m.spot));
    PartialFixedLookback f{.type = type, .strike = strike, .window = 0, .years = years};
    CHECK(value(m, f) ==
          Approx(value(m,
                       FixedLookback{
                           .type = type, .strike = strike, .extreme = m.spot, .years = years}))
              .margin(1e-9 * m.spot));
    f.window = years;
    CHECK(value(m, f) == Approx(vanilla(m, type, strike, years)).margin(1e-9 * m.spot));
  }
}

TEST_CASE("the integral of a partial fixed lookback takes over without a step") {
  // The exponent of the reflected term passes 16 at this strike.
  const Market m{100, 0.12, 0.0, 0.12};
  const double at_switch = 100 * std::exp(16 * 0.12 * 0.12 / (2 * 0.12));
  const auto at = [&](double strike) {
    return value(m, PartialFixedLookback{.strike = strike, .window = 0.5, .years = 1});
  };
  CHECK(std::abs(at(at_switch * (1 + 1e-12)) - at(at_switch * (1 - 1e-12))) < 1e-9);
  CHECK(price(Market{100, 0.12, 0.0, 0.03},
              PartialFloatingLookback{
                  .type = OptionType::Put, .extreme = 150, .window = 0.5, .years = 1})
            .error() == Error::Unsupported);
}

TEST_CASE("extremes looked at less often are less extreme, and tend to the continuous ones") {
  const Market m{100, 0.05, 0.02, 0.3};
  double before = 0;
  for (const int dates : {5, 20, 100, 1000, 100'000, 0}) {
    const double now = value(m, FloatingLookback{.extreme = 95, .years = 0.5, .dates = dates});
    CHECK(now > before);
    if (dates == 0) CHECK(now - before < 0.05);
    before = now;
  }
  // 100,000 paths of 50 dates.
  const FloatingLookback put{.type = OptionType::Put, .extreme = 105, .years = 0.5, .dates = 50};
  Random r{15, false};
  double sum = 0, squares = 0;
  constexpr int kPaths = 100'000;
  for (int path = 0; path < kPaths; ++path) {
    double x = 0, high = std::log(1.05);
    for (int i = 0; i < 50; ++i) {
      x += -0.015 * 0.01 + 0.3 * 0.1 * inverse_normal_cdf(r.between(1e-16, 1));
      high = std::max(high, x);
    }
    const double paid = 100 * (std::exp(high) - std::exp(x));
    sum += paid;
    squares += paid * paid;
  }
  const double mean = sum / kPaths;
  const double error = std::sqrt((squares / kPaths - mean * mean) / kPaths);
  CHECK(std::abs(value(m, put) - std::exp(-0.025) * mean) < 4 * error);
}

TEST_CASE("Heston without volatility of variance is the lognormal average") {
  const double theta = 0.09;
  const auto heston = heston_price(Market{100, 0.05, 0.02}, {theta, 1.5, theta, 1e-6, 0.0},
                                   HestonGeometricAsian{.strike = 104, .years = 0.7});
  REQUIRE(heston.has_value());
  CHECK(*heston == Approx(value(Market{100, 0.05, 0.02, 0.3},
                                GeometricContinuous{.strike = 104, .years = 0.7}))
                       .epsilon(1e-6));
}
}  // namespace sq::options
