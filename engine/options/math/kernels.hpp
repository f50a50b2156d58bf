// Elementary functions as templates over a lane (lane.hpp): the same sequence of correctly rounded
// operations, hence the same bits, on one double, AVX2 and AVX-512. Everything here must be a
// template over the lane: a plain inline function would be compiled once for AVX-512 and once
// without, and the linker would keep either.
// Thread: pure functions. Cost: 4 to 8 ns on one double, 0.5 to 1 ns an item with AVX-512.
// Errors: none; each function states the range it is for, outside it the result has no meaning.
#pragma once

#include <cstddef>

#include "engine/options/math/coefficients.hpp"

namespace sq::options::math {
// c[I] + c[I + 2] x + c[I + 4] x^2 + ...
template <class L, std::size_t I, std::size_t N>
[[gnu::always_inline]] inline typename L::Value every_second(typename L::Value x,
                                                             const double (&c)[N]) noexcept {
  if constexpr (I + 2 >= N) {
    return L::set(c[I]);
  } else {
    return L::fma(every_second<L, I + 2>(x, c), x, L::set(c[I]));
  }
}

// Even and odd powers apart: two short chains instead of a long one.
template <class L, std::size_t N>
[[gnu::always_inline]] inline typename L::Value polynomial(typename L::Value x,
                                                           const double (&c)[N]) noexcept {
  const auto square = x * x;
  return L::fma(every_second<L, 1>(square, c), x, every_second<L, 0>(square, c));
}

// e^x for -708 <= x <= 709; 1.1 ulp.
template <class L>
[[gnu::always_inline]] inline typename L::Value exponential(typename L::Value x) noexcept {
  const auto magic = L::fma(x, L::set(kLog2E), L::set(kRoundToInteger));
  const auto n = magic - L::set(kRoundToInteger);
  auto r = L::fma(n, L::set(-kLn2High), x);
  r = L::fma(n, L::set(-kLn2Low), r);
  const auto tail = L::fma(r * r, polynomial<L>(r, kExponential), r);
  return L::scale(L::set(1.0) + tail, magic);
}

// e^(-x^2 / 2) for |x| <= 37.5; 2 ulp: the rounding error of x^2 is put back.
template <class L>
[[gnu::always_inline]] inline typename L::Value gaussian(typename L::Value x) noexcept {
  const auto square = x * x;
  const auto lost = L::fma(x, x, L::set(0.0) - square);
  const auto value = exponential<L>(square * L::set(-0.5));
  return L::fma(value, lost * L::set(-0.5), value);
}

// ln(a / b) for normal positive a and b is 2 atanh(z) + n ln 2 with z = (x - y) / (x + y), where x
// and y are a and b scaled to within a factor sqrt(2), so that the difference is exact.
template <class L>
struct LogParts {
  typename L::Value difference, sum, exponent;  // x - y, x + y, n
};
template <class L>
[[gnu::always_inline]] inline LogParts<L> log_parts(typename L::Value a,
                                                    typename L::Value b) noexcept {
  const auto x = L::mantissa(a);
  const auto y = L::mantissa(b);
  const auto above = L::less(y * L::set(kSqrt2), x);
  const auto below = L::less(x * L::set(kSqrt2), y);
  const auto step = L::select(above, L::set(1.0), L::select(below, L::set(-1.0), L::set(0.0)));
  const auto u = L::select(below, x + x, x);
  const auto v = L::select(above, y + y, y);
  return {u - v, u + v, L::exponent(a) - L::exponent(b) + step};
}
template <class L>
[[gnu::always_inline]] inline typename L::Value log_from(typename L::Value z,
                                                         typename L::Value n) noexcept {
  const auto w = z * z;
  const auto twice = z + z;
  const auto tail = L::fma(twice * w, polynomial<L>(w, kAtanh), n * L::set(kLn2Low));
  return L::fma(n, L::set(kLn2High), twice + tail);
}

// 2 ulp even where a is close to b.
template <class L>
[[gnu::always_inline]] inline typename L::Value log_ratio(typename L::Value a,
                                                          typename L::Value b) noexcept {
  const auto parts = log_parts<L>(a, b);
  return log_from<L>(parts.difference / parts.sum, parts.exponent);
}

template <class L>
[[gnu::always_inline]] inline typename L::Value logarithm(typename L::Value a) noexcept {
  return log_ratio<L>(a, L::set(1.0));
}

// (1 - Phi(z)) exp(z^2 / 2) for 0 <= z <= 40; 3 ulp.
template <class L>
[[gnu::always_inline]] inline typename L::Value upper_tail_ratio(typename L::Value z) noexcept {
  return polynomial<L>(z, kUpperTailNumerator) / polynomial<L>(z, kUpperTailDenominator);
}

// The same for two values over a common denominator: first / denominator, second / denominator.
template <class L>
struct UpperTails {
  typename L::Value first, second, denominator;
};
template <class L>
[[gnu::always_inline]] inline UpperTails<L> upper_tails(typename L::Value a,
                                                        typename L::Value b) noexcept {
  const auto below_a = polynomial<L>(a, kUpperTailDenominator);
  const auto below_b = polynomial<L>(b, kUpperTailDenominator);
  return {polynomial<L>(a, kUpperTailNumerator) * below_b,
          polynomial<L>(b, kUpperTailNumerator) * below_a, below_a * below_b};
}
}  // namespace sq::options::math
