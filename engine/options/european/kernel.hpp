// Black-Scholes-Merton price and five Greeks as a template over a lane (engine/options/math).
// Thread: pure function. Cost: about 50 ns on one double, 7 ns an option with AVX-512.
// Errors: inputs outside the range below give a false `usable` and results without meaning; the
// caller prices those with engine/options/european/lognormal.hpp.
// Source: Black and Scholes (1973), Merton (1973). Arranged so that a price far out of the money is
// the difference of two tails, never of two numbers close to 1.
#pragma once

#include "engine/options/math/kernels.hpp"

namespace sq::options::european {
template <class L>
struct KernelInput {
  typename L::Value sign;  // +1 call, -1 put
  typename L::Value spot, strike, rate, yield, volatility, years;
};
template <class L>
struct KernelOutput {
  typename L::Value price, delta, gamma, vega, theta, rho;
  typename L::Mask usable;
};

inline constexpr double kKernelAmountLow = 1e-40;  // spot and strike
inline constexpr double kKernelAmountHigh = 1e40;
inline constexpr double kKernelDeviationLow = 1e-10;  // volatility x sqrt(years)
inline constexpr double kKernelDeviationHigh = 1e3;
inline constexpr double kKernelYearsLow = 1e-12;
inline constexpr double kKernelYearsHigh = 1e5;
inline constexpr double kKernelGrowth = 40.0;  // |rate x years| + |yield x years|
// Between these the density is subnormal or close to it; beyond, it is zero for all amounts above.
inline constexpr double kKernelDensityNormal = 37.0;
inline constexpr double kKernelDensityZero = 43.0;
inline constexpr double kKernelOutside = __builtin_nan("");

template <class L>
[[gnu::always_inline]] inline typename L::Mask between(typename L::Mask mask,
                                                       typename L::Value value, double low,
                                                       double high) noexcept {
  return L::and_less(L::and_less(mask, L::set(low), value), value, L::set(high));
}

// Both amounts by one comparison each: a NaN in either comes through the second operand of min and
// max, and fails.
template <class L>
[[gnu::always_inline]] inline typename L::Mask in_kernel_range(const KernelInput<L>& in,
                                                               typename L::Value deviation,
                                                               typename L::Value growth) noexcept {
  auto mask = L::less(L::set(kKernelAmountLow), L::min(in.strike, in.spot));
  mask = L::and_less(mask, L::max(in.spot, in.strike), L::set(kKernelAmountHigh));
  mask = between<L>(mask, in.years, kKernelYearsLow, kKernelYearsHigh);
  mask = between<L>(mask, deviation, kKernelDeviationLow, kKernelDeviationHigh);
  return L::and_less(mask, growth, L::set(kKernelGrowth));
}

// The first half: discounting and the two distances. Where an input is out of range d1 is a NaN.
template <class L>
struct KernelMiddle {
  typename L::Value asset_factor, asset, cash, root, d1, d2;
};
template <class L>
[[gnu::always_inline]] inline KernelMiddle<L> kernel_front(const KernelInput<L>& in) noexcept {
  const auto zero = L::set(0.0);
  const auto growth = in.rate * in.years;
  const auto income = in.yield * in.years;
  KernelMiddle<L> out;
  out.root = L::sqrt(in.years);
  const auto deviation = in.volatility * out.root;
  out.asset_factor = math::exponential<L>(zero - income);
  out.asset = in.spot * out.asset_factor;
  out.cash = in.strike * math::exponential<L>(zero - growth);
  // One division for the logarithm and for what is divided by the deviation.
  const auto parts = math::log_parts<L>(in.spot, in.strike);
  const auto reciprocal = L::set(1.0) / (parts.sum * deviation);
  const auto log = math::log_from<L>(parts.difference * (reciprocal * deviation), parts.exponent);
  const auto moneyness = L::fma(in.rate - in.yield, in.years, log);
  const auto centre = moneyness * (reciprocal * parts.sum);
  const auto half = deviation * L::set(0.5);
  const auto in_range = in_kernel_range<L>(in, deviation, L::abs(growth) + L::abs(income));
  out.d1 = L::select(in_range, centre + half, L::set(kKernelOutside));
  out.d2 = centre - half;
  return out;
}

// The second half: probabilities, density, results.
template <class L>
[[gnu::always_inline]] inline KernelOutput<L> kernel_back(const KernelInput<L>& in,
                                                          const KernelMiddle<L>& middle) noexcept {
  const auto zero = L::set(0.0);
  const auto asset = middle.asset;
  const auto far1 = L::abs(middle.d1);
  const auto far2 = L::abs(middle.d2);
  const auto limit = L::set(math::kUpperTailHigh);
  const auto gone = L::less(L::set(kKernelDensityZero), far1);
  const auto normal = L::and_less(L::less(far1, L::set(kKernelDensityNormal)), far2, limit);
  const auto gaussian =
      L::select(gone, zero, math::gaussian<L>(L::min(far1, L::set(kKernelDensityNormal))));

  // One division for both tails and for gamma.
  const auto tails = math::upper_tails<L>(L::min(far1, limit), L::min(far2, limit));
  const auto scale = in.spot * (in.volatility * middle.root);
  const auto reciprocal = L::set(1.0) / (tails.denominator * scale);
  const auto per_denominator = reciprocal * scale;
  const auto inverse = reciprocal * tails.denominator;  // 1 / (spot deviation)
  // Phi(-|d1|), and cash Phi(-|d2|): the same Gaussian, since asset phi(d1) = cash phi(d2).
  // The Gaussian comes last: it may be as small as 1e-298.
  const auto tail1 = gaussian * (tails.first * per_denominator);
  const auto tail2 = gaussian * (tails.second * per_denominator) * asset;
  const auto likely1 = L::less(zero, in.sign * middle.d1);  // Phi(sign d1) = 1 - tail
  const auto likely2 = L::less(zero, in.sign * middle.d2);
  const auto asset_probability = L::select(likely1, L::set(1.0) - tail1, tail1);
  const auto asset_part = L::select(likely1, asset - asset * tail1, asset * tail1);
  const auto cash_part = L::select(likely2, middle.cash - tail2, tail2);

  KernelOutput<L> out;
  out.usable = L::either(normal, gone);
  out.price = in.sign * (asset_part - cash_part);
  out.delta = in.sign * (middle.asset_factor * asset_probability);
  const auto density = gaussian * L::set(math::kInverseSqrt2Pi);
  out.gamma = middle.asset_factor * density * inverse;
  const auto asset_density = asset * density;
  out.vega = asset_density * middle.root;
  const auto carry = L::fma(in.yield, asset_part, zero - in.rate * cash_part);
  // vega vol / (2 T) = asset density vol^2 / (2 vol sqrt T)
  const auto spread = in.volatility * in.volatility * L::set(-0.5) * (in.spot * inverse);
  out.theta = L::fma(in.sign, carry, asset_density * spread);
  out.rho = in.sign * in.years * cash_part;
  return out;
}

template <class L>
[[gnu::always_inline]] inline KernelOutput<L> kernel(const KernelInput<L>& in) noexcept {
  return kernel_back<L>(in, kernel_front<L>(in));
}
}  // namespace sq::options::european
