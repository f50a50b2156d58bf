// PIN and information shares: the reference rows, and models of which the answer is known.
#include <catch2/catch.hpp>
#include <random>

#include "engine/book/analytics/models/information_share.hpp"
#include "engine/book/analytics/models/pin.hpp"
#include "tests/book/analytics_reference.hpp"

namespace sq::book::analytics {
namespace {
struct PinCase {
  std::string id;
  std::vector<DayCounts> days;
  PinParameters parameters;
  double log_likelihood;
  double pin;
};
std::vector<PinCase> pin_cases() {
  std::vector<PinCase> cases;
  const auto file = reference_json("micro_pin.json");
  if (!file) return cases;
  for (const auto one : simdjson::dom::array{(*file)["cases"]}) {
    PinCase row{std::string{std::string_view{one["id"]}},
                {},
                {one["alpha"], one["delta"], one["mu"], one["eps_b"], one["eps_s"]},
                one["loglik"],
                one["pin"]};
    const auto buys = numbers(one["buys"]);
    const auto sells = numbers(one["sells"]);
    for (std::size_t i = 0; i < buys.size(); ++i)
      row.days.push_back(
          {static_cast<std::uint64_t>(buys[i]), static_cast<std::uint64_t>(sells[i])});
    cases.push_back(std::move(row));
  }
  return cases;
}
}  // namespace

TEST_CASE("the likelihood of PIN's model and PIN equal the reference", "[analytics]") {
  Errors errors;
  const auto cases = pin_cases();
  for (const PinCase& row : cases) {
    errors.compare("log-likelihood", pin_log_likelihood(row.days, row.parameters),
                   row.log_likelihood);
    errors.compare("PIN", row.parameters.pin(), row.pin);
  }
  if (!cases.empty()) errors.require_within(1e-11);
}

TEST_CASE("the fit of PIN is at least as likely as the parameters that made the days") {
  for (const PinCase& row : pin_cases()) {
    CAPTURE(row.id);
    const auto fit = fit_pin(row.days);
    REQUIRE(fit);
    CHECK(fit->log_likelihood >= row.log_likelihood);
    CHECK(fit->log_likelihood ==
          Approx(pin_log_likelihood(row.days, fit->parameters)).epsilon(1e-12));
    if (row.days.size() == 60) CHECK(std::abs(fit->parameters.pin() - row.pin) < 0.03);
  }
}

TEST_CASE("no small step away from the fit is more likely") {
  const auto cases = pin_cases();
  if (cases.empty()) return;
  const auto fit = fit_pin(cases[4].days, 20'000);
  REQUIRE(fit);
  for (int which = 0; which < 5; ++which) {
    for (const double step : {0.999, 1.001}) {
      PinParameters p = fit->parameters;
      double* const part[] = {&p.alpha, &p.delta, &p.mu, &p.eps_b, &p.eps_s};
      *part[which] *= step;
      CAPTURE(which, step);
      CHECK(pin_log_likelihood(cases[4].days, p) <= fit->log_likelihood + 1e-6);
    }
  }
}

TEST_CASE("PIN needs a day, and a trade") {
  CHECK(fit_pin({}).error() == PinError::NoDays);
  const DayCounts silent[] = {{0, 0}, {0, 0}};
  CHECK(fit_pin(silent).error() == PinError::NoTrades);
  const DayCounts one[] = {{1, 0}};
  const auto fit = fit_pin(one);
  REQUIRE(fit);
  CHECK(std::isfinite(fit->log_likelihood));
  CHECK(std::isfinite(fit->parameters.pin()));
}

TEST_CASE("a day that the parameters make impossible has no likelihood") {
  const DayCounts days[] = {{3, 0}};
  const PinParameters nobody_buys{.alpha = 0, .delta = 0, .mu = 1, .eps_b = 0, .eps_s = 1};
  CHECK(pin_log_likelihood(days, nobody_buys) < -1e300);
}

TEST_CASE("the information shares of two venues equal the reference", "[analytics]") {
  Errors errors;
  const auto rows = reference_csv("micro_information_share.csv");
  for (const auto& row : rows) {
    const auto value = [&](std::size_t i) { return std::stod(row[i]); };
    const auto share = information_share({value(1), value(2), value(3), value(4), value(5)});
    REQUIRE(share);
    errors.compare("upper", share->upper, value(6));
    errors.compare("lower", share->lower, value(7));
    errors.compare("middle", share->middle(), value(8));
    errors.compare("component", share->component, value(9));
  }
  if (!rows.empty()) errors.require_within(1e-13);
}

TEST_CASE("venues without any innovation have no information share") {
  CHECK_FALSE(information_share({0, 0, 0, 0.5, 0.5}));
  CHECK_FALSE(information_share({1, 1, 0, 0.5, -0.5}));
  const auto alone = information_share({1, 1, 0, 1, 0});
  REQUIRE(alone);
  CHECK(alone->upper == 1.0);
  CHECK(alone->lower == 1.0);
}

TEST_CASE("price discovery is found where it was put") {
  // p1 corrects a1 of the difference, p2 a2 of it, innovations correlated by rho: then psi is
  // (a2, -a1) / (a2 - a1) whatever the rest.
  const double a1 = GENERATE(-0.05, -0.2, 0.0);
  constexpr double kA2 = 0.15;
  constexpr double kSigma1 = 1.0;
  constexpr double kSigma2 = 0.7;
  constexpr double kRho = 0.3;
  std::mt19937_64 random{23};
  std::normal_distribution<double> normal;
  PriceDiscovery discovery{2, 40'000};
  double p1 = 50'000;
  double p2 = 50'000;
  for (int i = 0; i < 60'000; ++i) {
    const double first = normal(random);
    const double second = kRho * first + std::sqrt(1 - kRho * kRho) * normal(random);
    const double difference = p1 - p2;
    p1 += a1 * difference + kSigma1 * first;
    p2 += kA2 * difference + kSigma2 * second;
    discovery.sample(p1, p2);
  }
  const auto estimate = discovery.estimate();
  REQUIRE(estimate);
  const double psi1 = kA2 / (kA2 - a1);
  const auto truth = information_share({kSigma1, kSigma2, kRho, psi1, 1 - psi1});
  REQUIRE(truth);
  CAPTURE(a1, estimate->error_correction[0], estimate->error_correction[1]);
  CHECK(estimate->rows == 40'000 - 3);
  CHECK(std::abs(estimate->error_correction[0] - a1) < 0.01);
  CHECK(std::abs(estimate->error_correction[1] - kA2) < 0.01);
  CHECK(std::abs(estimate->innovations.rho - kRho) < 0.02);
  CHECK(std::abs(estimate->share.component - truth->component) < 0.05);
  CHECK(std::abs(estimate->share.upper - truth->upper) < 0.06);
  CHECK(std::abs(estimate->share.lower - truth->lower) < 0.06);
}

TEST_CASE("too few samples, or two prices that are one, give no price discovery") {
  PriceDiscovery discovery{1, 64};
  for (int i = 0; i < 23; ++i) discovery.sample(100.0 + i % 3, 100.0 + i % 2);
  CHECK_FALSE(discovery.estimate());
  discovery.sample(101, 100);
  CHECK(discovery.count() == 24);
  CHECK(discovery.estimate());
  discovery.clear();
  for (int i = 0; i < 100; ++i) discovery.sample(100.0 + i % 7, 100.0 + i % 7);
  CHECK_FALSE(discovery.estimate());
  CHECK_THROWS_AS((PriceDiscovery{0, 64}), std::invalid_argument);
  CHECK_THROWS_AS((PriceDiscovery{6, 64}), std::invalid_argument);
  CHECK_THROWS_AS((PriceDiscovery{1, 63}), std::invalid_argument);
}
}  // namespace sq::book::analytics
