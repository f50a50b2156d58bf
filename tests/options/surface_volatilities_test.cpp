// Volatilities of many strikes from a surface beside those asked for one by one.
#include "engine/options/batch/surface_volatilities.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

namespace sq::options {
namespace {
constexpr WallTime kNow{1'790'000'000 * kNsPerSecond};
constexpr double kDay = 1.0 / 365;

Surface surface_of_three_expiries() {
  Chain chain{.underlying = "test", .time = kNow, .spot = 100};
  for (const int days : {10, 40, 100}) {
    for (int j = 0; j < 21; ++j) {
      const double strike = 80 + 2.0 * j;
      const double k = std::log(strike / 100);
      const double volatility = std::sqrt(total_variance({0.01, 0.05, -0.4, 0.0, 0.3}, k));
      for (const OptionType type : {OptionType::Call, OptionType::Put}) {
        const double middle =
            *european_price({100, 0.03, 0.01, volatility}, {type, strike, days * kDay});
        chain.quotes.push_back({.type = type,
                                .strike = strike,
                                .expiry = kNow + days * 24 * 3'600 * kNsPerSecond,
                                .bid = middle * 0.999,
                                .ask = middle * 1.001 + 1e-4,
                                .quoted_at = kNow});
      }
    }
  }
  return *Surface::build(chain, {.spread_max = 100});
}
struct Answer {
  std::vector<double> volatility;
  std::vector<std::uint8_t> status;
  BatchResult result;
};
Answer ask(const Surface& surface, double years, const std::vector<double>& strikes) {
  Answer answer{
      std::vector<double>(strikes.size(), -1.0), std::vector<std::uint8_t>(strikes.size(), 99), {}};
  answer.result = surface_volatilities(surface, years, strikes, {answer.volatility, answer.status});
  return answer;
}
constexpr double kInfinity = std::numeric_limits<double>::infinity();
}  // namespace

TEST_CASE("volatilities of many strikes are those of the surface, at any time") {
  const Surface surface = surface_of_three_expiries();
  REQUIRE(surface.slices().size() == 3);
  std::vector<double> strikes;
  for (int j = 0; j < 60; ++j) strikes.push_back(20 * std::exp(0.06 * j));
  // Before, on, between and after the expiries, and at the moment of the chain itself.
  for (const double days : {0.0, 1e-8, 3.0, 10.0, 25.0, 40.0, 99.0, 100.0, 400.0}) {
    const Answer answer = ask(surface, days * kDay, strikes);
    CHECK(answer.result.outcome == BatchOutcome::Done);
    CHECK(answer.result.refused == 0);
    for (std::size_t i = 0; i < strikes.size(); ++i) {
      INFO(days << " days, strike " << strikes[i]);
      const double expected = surface.volatility(strikes[i], days * kDay).value();
      CHECK(answer.status[i] == 0);
      CHECK(std::fabs(answer.volatility[i] - expected) <= 1e-14 * expected);
    }
  }
}

TEST_CASE("a strike without a volatility gets the surface's error, the others their answer") {
  const Surface surface = surface_of_three_expiries();
  const std::vector<double> strikes{100,    0,     -1,    std::nan(""), kInfinity, 1e-300,
                                    1e-301, 1e300, 1e301, 5e-324,       110};
  const Answer answer = ask(surface, 20 * kDay, strikes);
  CHECK(answer.result.outcome == BatchOutcome::Done);
  std::size_t refused = 0;
  for (std::size_t i = 0; i < strikes.size(); ++i) {
    INFO("strike " << strikes[i]);
    const Result<double> expected = surface.volatility(strikes[i], 20 * kDay);
    if (!expected) ++refused;
    CHECK(answer.status[i] == (expected ? 0 : static_cast<std::uint8_t>(expected.error())));
    CHECK(std::fabs(answer.volatility[i] - expected.value_or(0)) <= 1e-14 * expected.value_or(0));
  }
  CHECK(answer.result.refused == refused);
  CHECK(refused >= 4);
  CHECK(refused < strikes.size() - 2);
  CHECK(answer.status[3] == static_cast<std::uint8_t>(Error::NotFinite));
  CHECK(answer.status[1] == static_cast<std::uint8_t>(Error::StrikeNotPositive));
}

TEST_CASE(
    "a time that is no time refuses every strike, and columns of another length all of them") {
  const Surface surface = surface_of_three_expiries();
  for (const double years : {-1e-9, std::nan(""), kInfinity}) {
    const Answer answer = ask(surface, years, {90, 100});
    CHECK(answer.result.refused == 2);
    const Error error = years < 0 ? Error::TimeNegative : Error::NotFinite;
    CHECK(answer.status[0] == static_cast<std::uint8_t>(error));
    CHECK(answer.volatility[1] == 0);
  }
  std::vector<double> volatility(2, 7.0);
  std::vector<std::uint8_t> status(3);
  const std::vector<double> strikes{90, 100, 110};
  CHECK(surface_volatilities(surface, 0.1, strikes, {volatility, status}).outcome ==
        BatchOutcome::LengthMismatch);
  CHECK(volatility[0] == 7.0);
  CHECK(surface_volatilities(surface, 0.1, {}, {{}, {}}).outcome == BatchOutcome::Done);
}
}  // namespace sq::options
