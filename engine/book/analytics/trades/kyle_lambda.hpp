// Kyle's lambda: how far the price moves for one unit of net buying. Regression of the price change
// on the signed quantity over the last `window` observations, by trades or by bars:
//   p(t) - p(t-1) = c + lambda s(t) q(t) + u(t); also through the origin (c = 0)
// With a sign, and with its standard error: a lambda below zero is an answer, not an error.
// Thread: one writer. Cost: 8 ns an observation. Units: quote currency a unit, per base unit.
// Allocates in the constructor only. Source: Kyle, "Continuous Auctions and Insider Trading",
// Econometrica 53(6), 1985, eq. 2.4; estimated as in Lopez de Prado, "Advances in Financial Machine
// Learning", 2018, 19.4.1.
#pragma once

#include <cstddef>

#include "engine/book/analytics/numeric/rolling_regression.hpp"
#include "engine/types/fixed.hpp"

namespace sq::book::analytics {
class KyleLambda {
 public:
  explicit KyleLambda(std::size_t window) : regression_{window} {}

  // signed_qty: base units, of what happened since the last price.
  void on_price(Price price, double signed_qty) noexcept {
    if (last_ != Price{})
      regression_.push(signed_qty, Price::from_raw(price.raw() - last_.raw()).to_double());
    last_ = price;
  }
  [[nodiscard]] RegressionFit fit() const noexcept {
    return regression_.count() < 3 ? RegressionFit{} : regression_.fit();
  }
  [[nodiscard]] Reading through_origin() const noexcept {
    return regression_.slope_through_origin();
  }

 private:
  Price last_{};
  RollingRegression regression_;
};
}  // namespace sq::book::analytics
