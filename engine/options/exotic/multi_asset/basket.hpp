// European option on a weighted sum of up to 16 lognormal assets: call (sum - strike)+ or its put,
// weights and strike of either sign.
//   Exact: the direction in which the sum moves most is integrated in closed form, the others by
//     Gauss-Hermite rules (Choi, 2018, Journal of Futures Markets 38(6)), refined until the value
//     stands still to 5e-10 (2e-9 from 8 assets) of the sum of the absolute forwards. One or two
//     assets: Black, and the adaptive integral of spread.hpp. Unsupported when 4 million nodes do
//     not suffice, and when no direction moves all weighted assets the same way: use Monte Carlo.
//   TwoMoments: lognormal sum, weights > 0 (Levy, 1992); off by up to 1 % of the price.
//   ThreeMoments: shifted lognormal sum (Borovkova, Permana and Weide, 2007); any weights.
// Thread: plain functions; the spans must outlive the call. Cost: moments 1 us + 20 ns x assets^3,
// Exact 15 us (2 assets), 0.2 to 5 ms (4), 10 to 200 ms (7 and more). No allocation,
// 300 kB of stack.
// Errors: those of pricing.hpp; ParameterRange for sizes that differ, no or more than 16 assets,
// and a correlation matrix that is not symmetric with unit diagonal and eigenvalues >= 0.
#pragma once

#include <cstddef>
#include <span>

#include "engine/options/result.hpp"

namespace sq::options {
inline constexpr std::size_t kBasketAssetsMax = 16;

struct BasketMarket {
  std::span<const double> spots{};
  std::span<const double> yields{};
  std::span<const double> volatilities{};
  std::span<const double> correlations{};  // row-major, assets x assets
  double rate{0};
};
enum class BasketMethod : std::uint8_t { Exact = 1, TwoMoments, ThreeMoments };
struct Basket {
  OptionType type{OptionType::Call};
  std::span<const double> weights{};
  double strike{0};
  double years{0};
  BasketMethod method{BasketMethod::Exact};
};
[[nodiscard]] Result<double> price(const BasketMarket& market, const Basket& basket) noexcept;

// By fourth-order differences of the price: 8 prices an asset and 8 more. Relative error 1e-7 for
// first, 1e-4 for second derivatives.
struct AssetGreeks {
  double delta{0};
  double gamma{0};
  double vega{0};  // per 1.00
};
struct BasketGreeks {
  double price{0};
  double theta{0};  // per year
  double rho{0};    // per 1.00, the yields stay
};
// `assets` has one entry an asset, or the answer is ParameterRange.
[[nodiscard]] Result<BasketGreeks> greeks(const BasketMarket& market, const Basket& basket,
                                          std::span<AssetGreeks> assets) noexcept;
}  // namespace sq::options
