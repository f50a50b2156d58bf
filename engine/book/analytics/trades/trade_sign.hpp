// Who started a trade, +1 the buyer, -1 the seller, 0 not told, where the venue does not say:
//   tick rule   the sign of the last change of the trade price, also over equal prices
//   quote rule  the side of the mid the price is on; 0 at the mid or without a quote
//   Lee-Ready   the quote rule, and the tick rule where that gives 0
// The mid is that of the quote in force when the trade happened: quote_history.hpp.
// Thread: one writer. Cost: 2 ns; windows of at most 10^9 trades. Source: Lee and Ready, "Inferring
// Trade Direction from Intraday Data", J. Finance 46(2), 1991, sections I and III.
#pragma once

#include <cstdint>

#include "engine/book/analytics/numeric/reading.hpp"
#include "engine/book/analytics/numeric/real_math.hpp"
#include "engine/book/analytics/numeric/rolling_integers.hpp"
#include "engine/book/analytics/quotes/quote.hpp"
#include "engine/types/fixed.hpp"

namespace sq::book::analytics {
class TickRule {
 public:
  int on_price(Price price) noexcept {
    if (last_ != Price{} && price != last_) sign_ = price > last_ ? 1 : -1;
    last_ = price;
    return sign_;
  }

 private:
  Price last_{};
  int sign_{0};
};

[[nodiscard]] constexpr int quote_rule(Price price, std::int64_t twice_mid) noexcept {
  const std::int64_t above = 2 * price.raw() - twice_mid;
  return above > 0 ? 1 : above < 0 ? -1 : 0;
}

// How often a rule gave the sign that the venue gave, over the last `window` trades.
class SignAgreement {
 public:
  explicit SignAgreement(std::size_t window) : agreed_{window} {}
  void on_sign(int told, int by_rule) noexcept { agreed_.push(told == by_rule); }
  [[nodiscard]] Reading share() const noexcept {
    if (agreed_.count() == 0) return {};
    return {agreed_.mean(), agreed_.count()};
  }

 private:
  RollingIntegers agreed_;
};

// Correlation of the sign of a trade with that of the trade before it, over the last `window`
// pairs: signs are +1 and -1, so integers are enough.
class SignAutocorrelation {
 public:
  explicit SignAutocorrelation(std::size_t window)
      : before_{window}, after_{window}, products_{window} {}

  void on_sign(int sign) noexcept {  // +1 or -1
    if (last_ != 0) {
      before_.push(last_);
      after_.push(sign);
      products_.push(std::int64_t{last_} * sign);
    }
    last_ = sign;
  }
  [[nodiscard]] Reading value() const noexcept {
    const auto n = static_cast<std::int64_t>(products_.count());
    const auto x = static_cast<std::int64_t>(before_.sum());
    const auto y = static_cast<std::int64_t>(after_.sum());
    const auto variances = static_cast<double>(n * n - x * x) * static_cast<double>(n * n - y * y);
    if (!(variances > 0.0)) return {};
    const auto covariance =
        static_cast<double>(n * static_cast<std::int64_t>(products_.sum()) - x * y);
    return {covariance / square_root(variances), products_.count()};
  }

 private:
  int last_{0};
  RollingIntegers before_;
  RollingIntegers after_;
  RollingIntegers products_;
};
}  // namespace sq::book::analytics
