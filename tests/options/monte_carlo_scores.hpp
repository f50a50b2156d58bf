// Collects how far simulated values are from their references, in standard errors.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "engine/options/monte_carlo/simulation.hpp"

namespace sq::options::monte_carlo::test {
// Each value within four standard errors (one in 16,000 is not), and all together neither too far
// nor too near: the sum of squares is chi-squared where the runs are independent.
class Scores {
 public:
  void add(const std::string& what, const Estimate& estimate, double reference) {
    INFO(what << ": " << estimate.value << " +- " << estimate.standard_error << ", reference "
              << reference);
    if (estimate.standard_error == 0) {  // a payoff that is the same on every path
      CHECK(estimate.value == Approx(reference).margin(1e-12));
      return;
    }
    const double score = (estimate.value - reference) / estimate.standard_error;
    CHECK(std::abs(score) < 4);
    squares_ += score * score;
    ++count_;
  }
  [[nodiscard]] int count() const { return count_; }
  // `independent`: of all values, where several come from the same paths.
  void check_honest(int independent = 0) const {
    const double n = independent > 0 ? independent : count_;
    INFO("sum of squared scores " << squares_ << " of " << count_);
    CHECK(squares_ / count_ < 1 + 4 * std::sqrt(2 / n));
    CHECK(squares_ / count_ > std::max(1 - 4 * std::sqrt(2 / n), 0.05));
  }

 private:
  double squares_{0};
  int count_{0};
};

template <class T>
T value(Result<T> result) {
  INFO((result ? std::string{} : std::string{text_of(result.error())}));
  REQUIRE(result.has_value());
  return std::move(*result);
}
}  // namespace sq::options::monte_carlo::test
