// Greeks of contracts whose price is itself a long calculation: fourth-order central differences.
// With prices exact to 1e-12 of the spot the error is about 1e-9 relative for delta, vega, rho and
// theta, 1e-7 for gamma, vanna and volga. Internal to engine/options/exotic.
// Thread: plain function. Cost: 29 prices. Errors: the first that any of the prices meets; near the
// edge of the domain (volatility below 1e-3 of itself ...) steps shrink with the input.
#pragma once

#include <array>
#include <cmath>
#include <initializer_list>

#include "engine/options/exotic/core/inputs.hpp"

namespace sq::options {
namespace differences {
// Values at -2h, -h, h and 2h.
using Stencil = std::array<double, 4>;
constexpr std::array<double, 4> kOffsets{-2.0, -1.0, 1.0, 2.0};
constexpr double first(const Stencil& f, double h) noexcept {
  return (8.0 * (f[2] - f[1]) - (f[3] - f[0])) / (12.0 * h);
}
constexpr double second(const Stencil& f, double middle, double h) noexcept {
  return (16.0 * (f[2] + f[1]) - (f[3] + f[0]) - 30.0 * middle) / (12.0 * h * h);
}
}  // namespace differences

// The inputs as numbers, each direction moved by an amount.
struct Move {
  std::size_t direction;
  double amount;
};
inline Inputs<double> moved_inputs(const Inputs<OneAssetJet>& in,
                                   std::initializer_list<Move> moves) noexcept {
  const auto number = [&](const OneAssetJet& jet) {
    double x = jet.value;
    for (const Move& move : moves) x += jet.first[move.direction] * move.amount;
    return x;
  };
  return {.spot = number(in.spot),
          .rate = number(in.rate),
          .yield = number(in.yield),
          .volatility = number(in.volatility),
          .time_shift = number(in.time_shift)};
}

// price(Inputs<double>) -> Result<double>; `years` scales the step in time.
template <class Price>
Result<OneAssetJet> jet_by_differences(const Inputs<OneAssetJet>& in, double years, Price&& price) {
  using Layout = OneAssetLayout;
  const double volatility = in.volatility.value;
  const double spread = volatility * std::sqrt(years);
  const std::array<double, 5> step{in.spot.value * std::clamp(0.02 * spread, 1e-5, 5e-3),
                                   4e-3 * volatility, 2e-3 * years, 1e-3, 1e-3};
  const Result<double> middle = price(moved_inputs(in, {}));
  if (!middle) return std::unexpected{middle.error()};
  if (!(step[Layout::kVolatility] > 0) || !(step[Layout::kTime] > 0)) {
    return std::unexpected{Error::Unsupported};
  }
  OneAssetJet jet{*middle};
  std::array<differences::Stencil, Layout::kFirst> values{};
  for (std::size_t direction = 0; direction < Layout::kFirst; ++direction) {
    for (std::size_t i = 0; i < 4; ++i) {
      const double amount = differences::kOffsets[i] * step[direction];
      const Result<double> value = price(moved_inputs(in, {{direction, amount}}));
      if (!value) return std::unexpected{value.error()};
      values[direction][i] = *value;
    }
    jet.first[direction] = differences::first(values[direction], step[direction]);
  }
  jet.second[0] = differences::second(values[Layout::kSpot], *middle, step[Layout::kSpot]);
  jet.second[2] =
      differences::second(values[Layout::kVolatility], *middle, step[Layout::kVolatility]);
  // d2/dS dv at steps h and 2h, extrapolated.
  std::array<double, 2> cross{};
  for (std::size_t k = 0; k < 2; ++k) {
    const double width = k == 0 ? 1.0 : 2.0;
    const double spot_step = width * step[Layout::kSpot];
    const double volatility_step = width * step[Layout::kVolatility];
    for (const double up : {-1.0, 1.0}) {
      for (const double right : {-1.0, 1.0}) {
        const Result<double> value = price(moved_inputs(
            in, {{Layout::kVolatility, up * volatility_step}, {Layout::kSpot, right * spot_step}}));
        if (!value) return std::unexpected{value.error()};
        cross[k] += up * right * *value;
      }
    }
    cross[k] /= 4.0 * spot_step * volatility_step;
  }
  jet.second[1] = (4.0 * cross[0] - cross[1]) / 3.0;
  return finite_or_overflow(jet);
}
}  // namespace sq::options
