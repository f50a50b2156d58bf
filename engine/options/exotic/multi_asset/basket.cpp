#include "engine/options/exotic/multi_asset/basket.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"
#include "engine/options/exotic/multi_asset/basket_integral.hpp"
#include "engine/options/exotic/multi_asset/spread.hpp"

namespace sq::options {
namespace {
Checks checked(const BasketMarket& market, const Basket& basket) noexcept {
  Checks checks;
  const std::size_t size = basket.weights.size();
  checks.finite({market.rate, basket.strike}).time(basket.years);
  const bool sizes = size >= 1 && size <= kBasketAssetsMax && market.spots.size() == size &&
                     market.yields.size() == size && market.volatilities.size() == size &&
                     market.correlations.size() == size * size;
  checks.require(sizes, Error::ParameterRange);
  if (!sizes) return checks;
  bool any = false;
  for (std::size_t i = 0; i < size; ++i) {
    checks.finite({basket.weights[i], market.spots[i], market.yields[i], market.volatilities[i]});
    checks.require(market.spots[i] > 0, Error::SpotNotPositive);
    checks.require(market.volatilities[i] >= 0, Error::VolatilityNegative);
    any = any || basket.weights[i] != 0;
    for (std::size_t j = 0; j < size; ++j) {
      const double rho = market.correlations[i * size + j];
      checks.finite({rho});
      checks.require(
          i == j ? rho == 1.0 : std::abs(rho) <= 1.0 && rho == market.correlations[j * size + i],
          Error::ParameterRange);
    }
  }
  return checks.require(any, Error::ParameterRange);
}

// The sum at expiry: signed forwards and the covariance of the logarithms.
WeightedSum sum_of(const BasketMarket& market, const Basket& basket, double years) noexcept {
  WeightedSum sum;
  const std::size_t size = basket.weights.size();
  std::array<std::size_t, kBasketAssetsMax> used{};
  for (std::size_t i = 0; i < size; ++i) {
    if (basket.weights[i] == 0) continue;
    used[sum.size] = i;
    sum.forward[sum.size++] =
        basket.weights[i] * market.spots[i] * std::exp((market.rate - market.yields[i]) * years);
  }
  for (std::size_t a = 0; a < sum.size; ++a) {
    for (std::size_t b = 0; b < sum.size; ++b) {
      sum.covariance[a][b] = market.correlations[used[a] * size + used[b]] *
                             std::max(market.volatilities[used[a]], kVolatilityFloor) *
                             std::max(market.volatilities[used[b]], kVolatilityFloor) *
                             std::max(years, kYearsFloor);
    }
  }
  return sum;
}

struct Moments {
  double mean{0}, deviation{0}, skewness{0};
};
Moments moments_of(const WeightedSum& sum) noexcept {
  Moments out;
  AssetMatrix growth{};
  for (std::size_t i = 0; i < sum.size; ++i) {
    out.mean += sum.forward[i];
    for (std::size_t j = 0; j < sum.size; ++j) growth[i][j] = std::expm1(sum.covariance[i][j]);
  }
  // Central moments from cumulants of the pairs, without the cancellation of raw ones.
  double second = 0, third = 0;
  for (std::size_t i = 0; i < sum.size; ++i) {
    for (std::size_t j = 0; j < sum.size; ++j) {
      const double pair = sum.forward[i] * sum.forward[j];
      second += pair * growth[i][j];
      for (std::size_t k = 0; k < sum.size; ++k) {
        const double a = growth[i][j], b = growth[j][k], c = growth[i][k];
        third += pair * sum.forward[k] * (a * b + b * c + a * c + a * b * c);
      }
    }
  }
  out.deviation = std::sqrt(std::max(second, 0.0));
  out.skewness = out.deviation > 0 ? third / (second * out.deviation) : 0.0;
  return out;
}

double normal_option(double sign, double mean, double strike, double deviation) noexcept {
  if (!(deviation > 0)) return std::max(sign * (mean - strike), 0.0);
  const double d = sign * (mean - strike) / deviation;
  return deviation * (d * normal_cdf(d) + normal_pdf(d));
}

Result<double> by_moments(const WeightedSum& sum, const Basket& basket) noexcept {
  const Moments m = moments_of(sum);
  const double sign = sign_of(basket.type);
  if (basket.method == BasketMethod::TwoMoments) {
    for (std::size_t i = 0; i < sum.size; ++i) {
      if (sum.forward[i] < 0) return std::unexpected{Error::Unsupported};
    }
    const double relative = m.deviation / m.mean;
    return black(sign, m.mean, basket.strike, std::sqrt(std::log1p(relative * relative)), 1.0);
  }
  // side x sum = shift + lognormal with e^(variance) = 1 + y^2, skewness y^3 + 3 y.
  const double side = m.skewness < 0 ? -1.0 : 1.0;
  const double y = 2.0 * std::sinh(std::asinh(0.5 * std::abs(m.skewness)) / 3.0);
  if (y < 1e-6) return normal_option(sign, m.mean, basket.strike, m.deviation);
  const double forward = m.deviation / y;
  const double shift = side * m.mean - forward;
  return black(sign * side, forward, side * basket.strike - shift, std::sqrt(std::log1p(y * y)),
               1.0);
}

Result<double> exact(const WeightedSum& sum, const Basket& basket) noexcept {
  const double sign = sign_of(basket.type);
  if (sum.size == 1) {
    const double w = sum.forward[0] < 0 ? -1.0 : 1.0;
    return black(sign * w, std::abs(sum.forward[0]), w * basket.strike,
                 std::sqrt(sum.covariance[0][0]), 1.0);
  }
  if (sum.size > 2) return integrated(sum, sign, basket.strike);
  // Two assets: forwards as spots without rates, variances as those of one year.
  const double d1 = std::sqrt(sum.covariance[0][0]);
  const double d2 = std::sqrt(sum.covariance[1][1]);
  const TwoAssetInputs<double> in{
      .spot1 = std::abs(sum.forward[0]),
      .spot2 = std::abs(sum.forward[1]),
      .volatility1 = d1,
      .volatility2 = d2,
      .correlation = std::clamp(sum.covariance[0][1] / (d1 * d2), -1.0, 1.0)};
  return evaluate(in, TwoAssetBasket{.type = basket.type,
                                     .weight1 = sum.forward[0] < 0 ? -1.0 : 1.0,
                                     .weight2 = sum.forward[1] < 0 ? -1.0 : 1.0,
                                     .strike = basket.strike,
                                     .years = 1.0});
}

Result<double> priced(const BasketMarket& market, const Basket& basket, double years) noexcept {
  const WeightedSum sum = sum_of(market, basket, years);
  AssetMatrix factors;
  if (!factors_of(sum.covariance, sum.size, factors)) return std::unexpected{Error::ParameterRange};
  const Result<double> value =
      basket.method == BasketMethod::Exact ? exact(sum, basket) : by_moments(sum, basket);
  if (!value) return value;
  return nonnegative(*value * std::exp(-market.rate * years));
}

// A copy of a market whose numbers can be moved.
struct Movable {
  AssetVector spots{}, volatilities{};
  BasketMarket market;

  explicit Movable(const BasketMarket& source) noexcept : market{source} {
    std::copy(source.spots.begin(), source.spots.end(), spots.begin());
    std::copy(source.volatilities.begin(), source.volatilities.end(), volatilities.begin());
    market.spots = {spots.data(), source.spots.size()};
    market.volatilities = {volatilities.data(), source.volatilities.size()};
  }
  Movable(const Movable&) = delete;
  Movable& operator=(const Movable&) = delete;
};

struct Slopes {
  double first{0}, second{0};
};
// Derivatives of price(moved by x) at 0; empty error or the first met.
template <class Price>
Result<Slopes> slopes_of(double middle, double step, Price&& price) noexcept {
  std::array<double, 4> f{};
  constexpr std::array<double, 4> kOffsets{-2, -1, 1, 2};
  for (std::size_t i = 0; i < 4; ++i) {
    const Result<double> value = price(kOffsets[i] * step);
    if (!value) return std::unexpected{value.error()};
    f[i] = *value;
  }
  return Slopes{(8.0 * (f[2] - f[1]) - (f[3] - f[0])) / (12.0 * step),
                (16.0 * (f[2] + f[1]) - (f[3] + f[0]) - 30.0 * middle) / (12.0 * step * step)};
}
}  // namespace

Result<double> price(const BasketMarket& market, const Basket& basket) noexcept {
  const Checks checks = checked(market, basket);
  if (checks.failed()) return checks.error();
  return priced(market, basket, basket.years);
}

Result<BasketGreeks> greeks(const BasketMarket& market, const Basket& basket,
                            std::span<AssetGreeks> assets) noexcept {
  Checks checks = checked(market, basket);
  checks.require(assets.size() == basket.weights.size(), Error::ParameterRange);
  if (checks.failed()) return checks.error();
  const Result<double> middle = priced(market, basket, basket.years);
  if (!middle) return std::unexpected{middle.error()};
  if (!(basket.years > 0)) return std::unexpected{Error::Unsupported};
  for (std::size_t i = 0; i < assets.size(); ++i) {
    const double spread = market.volatilities[i] * std::sqrt(basket.years);
    const double step = market.spots[i] * std::clamp(0.05 * spread, 1e-4, 1e-2);
    const Result<Slopes> spot = slopes_of(*middle, step, [&](double x) {
      Movable moved{market};
      moved.spots[i] += x;
      return priced(moved.market, basket, basket.years);
    });
    const Result<Slopes> volatility =
        slopes_of(*middle, std::max(0.01 * market.volatilities[i], 1e-6), [&](double x) {
          Movable moved{market};
          moved.volatilities[i] = std::abs(moved.volatilities[i] + x);
          return priced(moved.market, basket, basket.years);
        });
    if (!spot) return std::unexpected{spot.error()};
    if (!volatility) return std::unexpected{volatility.error()};
    assets[i] = {.delta = spot->first, .gamma = spot->second, .vega = volatility->first};
  }
  const Result<Slopes> rate = slopes_of(*middle, 1e-3, [&](double x) {
    Movable moved{market};
    moved.market.rate += x;
    return priced(moved.market, basket, basket.years);
  });
  const Result<Slopes> time = slopes_of(*middle, 0.01 * basket.years, [&](double x) {
    return priced(market, basket, basket.years + x);
  });
  if (!rate) return std::unexpected{rate.error()};
  if (!time) return std::unexpected{time.error()};
  return BasketGreeks{.price = *middle, .theta = -time->first, .rho = rate->first};
}
}  // namespace sq::options
