// Hasbrouck's lambda, by bars: the log return of the close regressed, through the origin, on
//   sign(signed volume) x sqrt(dollar volume)
// over the last `window` bars: the cost of trading as a function of the root of the money traded.
// Thread: one writer. Cost: 15 ns a bar. Units: return per root of quote currency. Errors: not
// known while no bar had a net side. Allocates in the constructor only. Source: Hasbrouck, "Trading
// Costs and Returns for U.S. Equities", J. Finance 64(3), 2009, eq. 7; per bar as in Lopez de
// Prado, "Advances in Financial Machine Learning", 2018, 19.4.3.
#pragma once

#include <cstddef>

#include "engine/book/analytics/bars/bar.hpp"
#include "engine/book/analytics/numeric/rolling_regression.hpp"

namespace sq::book::analytics {
class HasbrouckLambda {
 public:
  explicit HasbrouckLambda(std::size_t window) : regression_{window} {}

  void on_bar(const Bar& before, const Bar& bar) noexcept {
    const double root = square_root(bar.dollar_volume);
    const double x = bar.signed_volume > Qty{} ? root : bar.signed_volume < Qty{} ? -root : 0.0;
    regression_.push(x, log_ratio(bar.close.to_double(), before.close.to_double()));
  }
  [[nodiscard]] Reading value() const noexcept { return regression_.slope_through_origin(); }

 private:
  RollingRegression regression_;
};
}  // namespace sq::book::analytics
