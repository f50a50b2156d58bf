#include "engine/options/implied_volatility/implied_volatility.hpp"

#include <cmath>

#include "engine/options/european/lognormal.hpp"
#include "engine/options/implied_volatility/black_solver.hpp"
#include "engine/options/implied_volatility/kernel.hpp"
#include "engine/options/math/lane.hpp"
#include "engine/options/math/normal.hpp"

namespace sq::options {
namespace implied {
Result<double> slow_implied_volatility(double price, const Market& market,
                                       const Vanilla& option) noexcept {
  if (std::isnan(price * 0.0)) return std::unexpected{Error::NotFinite};
  const Market flat{market.spot, market.rate, market.yield, 0.0};
  const Result<european::Lognormal> terms = european::lognormal(flat, option);
  if (!terms) return std::unexpected{terms.error()};
  if (market.spot == 0) return std::unexpected{Error::SpotNotPositive};
  if (option.strike == 0) return std::unexpected{Error::StrikeNotPositive};
  // Near a bound the time value, or what it lacks, is a small difference of amounts: 11 bits more.
  const long double years = option.years;
  const long double asset = market.spot * std::exp(-static_cast<long double>(market.yield) * years);
  const long double cash = option.strike * std::exp(-static_cast<long double>(market.rate) * years);
  const long double ahead = terms->sign * (asset - cash);
  const long double intrinsic = ahead > 0 ? ahead : 0.0L;
  const long double lower = std::fmin(asset, cash);
  const long double time_value = price - intrinsic;
  const long double rounding = 0x1p-53L * (intrinsic > 0 ? price : 0.0);  // of the price itself
  if (time_value < -rounding) return std::unexpected{Error::PriceBelowBound};
  if (time_value <= 0) return 0.0;
  if (option.years == 0 || lower - time_value <= 0) return std::unexpected{Error::PriceAboveBound};
  const double log = math::log_ratio(market.spot, option.strike);
  const double difference = market.rate - market.yield;
  const double moneyness = std::isfinite(difference)
                               ? __builtin_fma(difference, option.years, log)
                               : log + market.rate * option.years - market.yield * option.years;
  const implied::Problem problem{std::fabs(moneyness), static_cast<double>(time_value),
                                 static_cast<double>(lower - time_value),
                                 static_cast<double>(lower)};
  if (!(problem.time_value > 0) || !(problem.lower > 0)) return 0.0;
  const Result<Solved> solved = solve(problem);
  if (!solved) return std::unexpected{solved.error()};
  const double volatility = solved->deviation / terms->root;
  if (!std::isfinite(volatility)) return std::unexpected{Error::Overflow};
  return volatility;
}
}  // namespace implied

Result<double> implied_volatility(double price, const Market& market,
                                  const Vanilla& option) noexcept {
  const auto fast = implied::kernel<math::ScalarLane>({.sign = sign_of(option.type),
                                                       .price = price,
                                                       .spot = market.spot,
                                                       .strike = option.strike,
                                                       .rate = market.rate,
                                                       .yield = market.yield,
                                                       .years = option.years});
  if (fast.usable) [[likely]]
    return fast.volatility;
  return implied::slow_implied_volatility(price, market, option);
}

Result<double> black76_implied_volatility(double price, const ForwardMarket& market,
                                          const Vanilla& option) noexcept {
  return implied_volatility(price,
                            {market.forward + market.displacement, market.rate, market.rate, 0.0},
                            {option.type, option.strike + market.displacement, option.years});
}

}  // namespace sq::options
