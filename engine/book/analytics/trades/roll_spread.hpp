// Roll's spread, from prices alone: buying and selling in turn makes neighbouring price changes
// covary by -(spread / 2)^2, so
//   spread = 2 sqrt(-cov(dp(t), dp(t-1)))        over the last `window` pairs of changes
// Thread: one writer. Cost: 8 ns a price. Units: quote currency a unit; covariance its square.
// Errors: the spread is not known while the covariance is not negative (trending prices): it is not
// made 0. Allocates in the constructor only. Source: Roll, "A Simple Implicit Measure of the
// Effective Bid-Ask Spread in an Efficient Market", J. Finance 39(4), 1984, eq. 3.
#pragma once

#include <cstddef>

#include "engine/book/analytics/numeric/rolling_regression.hpp"
#include "engine/types/fixed.hpp"

namespace sq::book::analytics {
class RollSpread {
 public:
  explicit RollSpread(std::size_t window) : changes_{window} {}

  void on_price(Price price) noexcept {
    if (seen_ != 0) {
      const double change = Price::from_raw(price.raw() - last_.raw()).to_double();
      if (seen_ > 1) changes_.push(change_, change);
      change_ = change;
    }
    seen_ = seen_ < 2 ? seen_ + 1 : seen_;
    last_ = price;
  }
  // Divided by the number of pairs.
  [[nodiscard]] Reading covariance() const noexcept { return changes_.covariance(); }
  // With means taken as 0, as Roll's model has them.
  [[nodiscard]] Reading covariance_zero_mean() const noexcept { return changes_.mean_product(); }
  [[nodiscard]] Reading spread() const noexcept { return spread_of(covariance()); }
  [[nodiscard]] static Reading spread_of(Reading covariance) noexcept {
    if (!covariance.known() || covariance.value >= 0.0) return {};
    return {2.0 * square_root(-covariance.value), covariance.count};
  }

 private:
  int seen_{0};
  Price last_{};
  double change_{0};
  RollingRegression changes_;
};
}  // namespace sq::book::analytics
