// A few doubles at once, as wide as the processor's vectors, with the functions that American
// pricing needs. The same lane gives the same bits whatever the width, except where sums over lanes
// are formed.
// Thread: plain values. Cost: exp 2 to 3 ns, normal() 5 to 8 ns for all lanes together (AVX-512).
// Errors: none; arguments outside a function's range are clamped to it as stated.
// Source: exp: reduction by ln 2 in two parts and a Taylor polynomial of degree 13 (error below
// 1 ulp before rounding); normal: (1 + u) exp(u^2/2) Phi(-u) as a polynomial in (u - 4)/(u + 4),
// Chebyshev coefficients computed with 40 digits, relative error below 4e-16 (the transformation of
// Shepherd and Laframboise 1981).
#pragma once

#if defined(__AVX512F__) || defined(__AVX__)
#include <immintrin.h>
#endif

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace sq::options::american {
#if defined(__AVX512F__)
constexpr std::size_t kLanes = 8;
#elif defined(__AVX__)
constexpr std::size_t kLanes = 4;
#else
constexpr std::size_t kLanes = 2;
#endif

struct Lanes {
  using Raw [[gnu::vector_size(kLanes * sizeof(double))]] = double;
  using Bits [[gnu::vector_size(kLanes * sizeof(double))]] = std::int64_t;
  Raw v;

  Lanes() noexcept : v{} {}
  Lanes(double x) noexcept : v{Raw{} + x} {}  // implicit on purpose: constants in formulas
  explicit Lanes(Raw raw) noexcept : v{raw} {}
  static Lanes load(const double* from) noexcept {
    Lanes x;
    __builtin_memcpy(&x.v, from, sizeof(x.v));
    return x;
  }
  void store(double* to) const noexcept { __builtin_memcpy(to, &v, sizeof(v)); }
  double operator[](std::size_t i) const noexcept { return v[i]; }

  friend Lanes operator+(Lanes a, Lanes b) noexcept { return Lanes{a.v + b.v}; }
  friend Lanes operator-(Lanes a, Lanes b) noexcept { return Lanes{a.v - b.v}; }
  friend Lanes operator*(Lanes a, Lanes b) noexcept { return Lanes{a.v * b.v}; }
  friend Lanes operator/(Lanes a, Lanes b) noexcept { return Lanes{a.v / b.v}; }
  friend Lanes operator-(Lanes a) noexcept { return Lanes{-a.v}; }
};

// a * b + c, rounded once where the processor can.
inline Lanes fma(Lanes a, Lanes b, Lanes c) noexcept {
#if defined(__AVX512F__)
  return Lanes{_mm512_fmadd_pd(a.v, b.v, c.v)};
#elif defined(__FMA__)
  return Lanes{_mm256_fmadd_pd(a.v, b.v, c.v)};
#else
  return a * b + c;
#endif
}
// Of a not negative number.
inline Lanes sqrt(Lanes a) noexcept {
#if defined(__AVX512F__)
  return Lanes{_mm512_maskz_sqrt_pd(0xff, a.v)};  // GCC 12 warns about _mm512_sqrt_pd itself
#elif defined(__AVX__)
  return Lanes{_mm256_sqrt_pd(a.v)};
#else
  for (std::size_t i = 0; i < kLanes; ++i) a.v[i] = std::sqrt(a.v[i]);
  return a;
#endif
}
// Where a < b: then, else otherwise.
inline Lanes where_less(Lanes a, Lanes b, Lanes then, Lanes otherwise) noexcept {
  return Lanes{a.v < b.v ? then.v : otherwise.v};
}
inline Lanes max(Lanes a, Lanes b) noexcept { return where_less(a, b, b, a); }
inline Lanes min(Lanes a, Lanes b) noexcept { return where_less(b, a, b, a); }
inline Lanes abs(Lanes a) noexcept { return max(a, -a); }
// The lanes of a without its first, then the first of b.
inline Lanes shifted(Lanes a, Lanes b) noexcept {
#if defined(__AVX512F__)
  return Lanes{__builtin_shufflevector(a.v, b.v, 1, 2, 3, 4, 5, 6, 7, 8)};
#elif defined(__AVX__)
  return Lanes{__builtin_shufflevector(a.v, b.v, 1, 2, 3, 4)};
#else
  return Lanes{__builtin_shufflevector(a.v, b.v, 1, 2)};
#endif
}
inline double sum(Lanes a) noexcept {
  double total = 0;
  for (std::size_t i = 0; i < kLanes; ++i) total += a.v[i];
  return total;
}

// The same for one number, so that a formula can be written once for both.
inline double fma(double a, double b, double c) noexcept {
#if defined(__FMA__)
  return __builtin_fma(a, b, c);
#else
  return a * b + c;
#endif
}
inline double sqrt(double a) noexcept { return std::sqrt(a); }
inline double where_less(double a, double b, double then, double otherwise) noexcept {
  return a < b ? then : otherwise;
}
inline double max(double a, double b) noexcept { return a < b ? b : a; }
inline double min(double a, double b) noexcept { return b < a ? b : a; }
inline double abs(double a) noexcept { return std::fabs(a); }

// 2^k for whole numbers k + 1.5 * 2^52 in [-1022, 1023].
inline double power_of_two(double shifted) noexcept {
  return std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) << 52) +
                               (std::uint64_t{1023} << 52));
}
inline Lanes power_of_two(Lanes shifted) noexcept {
  Lanes::Bits bits{};
  __builtin_memcpy(&bits, &shifted.v, sizeof(bits));
  bits = (bits << 52) + (std::int64_t{1023} << 52);
  __builtin_memcpy(&shifted.v, &bits, sizeof(bits));
  return shifted;
}

// Two interleaved Horner chains: half the latency of one.
template <std::size_t N, class T>
[[gnu::always_inline]] inline T polynomial(const double (&coefficients)[N], T x) noexcept {
  const T square = x * x;
  T even = coefficients[N - 1 - (N - 1) % 2];
  T odd = coefficients[N - 1 - N % 2];
  for (std::size_t i = N - 1 - (N - 1) % 2; i >= 2; i -= 2)
    even = fma(even, square, coefficients[i - 2]);
  for (std::size_t i = N - 1 - N % 2; i >= 3; i -= 2) odd = fma(odd, square, coefficients[i - 2]);
  return fma(odd, x, even);
}

// Exponential; arguments are clamped to [-708, 709].
template <class T>
[[gnu::always_inline]] inline T exp(T x) noexcept {
  constexpr double kInverseLn2 = 1.4426950408889634074;
  constexpr double kLn2High = 0x1.62e42fefa0000p-1;  // 15 zero bits: k * kLn2High is exact
  constexpr double kLn2Low = 0x1.cf79abc9e3b39p-40;
  constexpr double kShift = 0x1.8p52;
  constexpr double kTaylor[] = {1.0,
                                1.0,
                                1.0 / 2,
                                1.0 / 6,
                                1.0 / 24,
                                1.0 / 120,
                                1.0 / 720,
                                1.0 / 5040,
                                1.0 / 40320,
                                1.0 / 362880,
                                1.0 / 3628800,
                                1.0 / 39916800,
                                1.0 / 479001600,
                                1.0 / 6227020800};
  x = min(max(x, T(-708.0)), T(709.0));
  const T shifted = fma(x, T(kInverseLn2), T(kShift));
  const T k = shifted - T(kShift);
  const T rest = fma(k, T(-kLn2Low), fma(k, T(-kLn2High), x));
  return polynomial(kTaylor, rest) * power_of_two(shifted);
}

// Phi(-u) exp(u^2/2) for u >= 0.
template <class T>
[[gnu::always_inline]] inline T scaled_tail(T u) noexcept {
  constexpr double kTail[] = {
      0.47205320650984466254,      -0.096703477326529776684,    0.013999634724430469086,
      0.028600364053903857331,     -0.032197837428314526408,    0.017936097470383028734,
      -0.0050023785870514665714,   -0.00028562298498267665446,  0.00069489706925704951269,
      -0.000094431018286305417932, -0.000087853004426457918929, 0.000021253211605870817518,
      0.000013626315192600401242,  -3.4406031005858181294e-6,   -2.6118464340168555748e-6,
      4.1911310193590347645e-7,    5.5077479653640978699e-7,    -1.5091283543628723626e-8,
      -1.102235401373907917e-7,    -8.2099253014588870397e-9,   1.7442583764419793116e-8,
      1.5858299859752784619e-9,    -1.5456221598143852108e-9};
  const T one_more = u + T(1.0);
  const T four_more = u + T(4.0);
  const T inverse = T(1.0) / (one_more * four_more);
  const T t = (u - T(4.0)) * one_more * inverse;
  return polynomial(kTail, t) * (four_more * inverse);
}

template <class T>
struct Normal {
  T bell;   // exp(-x^2/2); the density is this times kBellToDensity
  T below;  // P(X <= x)
};
constexpr double kBellToDensity = 0.39894228040143267794;

// Distribution function and bell of the standard normal at x; |x| is clamped to 37.
template <class T>
[[gnu::always_inline]] inline Normal<T> normal(T x) noexcept {
  const T u = min(abs(x), T(37.0));
  const T bell = exp(u * u * T(-0.5));
  const T tail = bell * scaled_tail(u);
  return {bell, where_less(x, T(0.0), tail, T(1.0) - tail)};
}

// The same to about 2e-8 of each value, at half the price.
template <class T>
[[gnu::always_inline]] inline T quick_exp(T x) noexcept {
  constexpr double kTaylor[] = {1.0,       1.0,       1.0 / 2,    1.0 / 6,    1.0 / 24,
                                1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320};
  constexpr double kInverseLn2 = 1.4426950408889634074;
  constexpr double kLn2 = 0.69314718055994530942;
  constexpr double kShift = 0x1.8p52;
  x = min(max(x, T(-708.0)), T(709.0));
  const T shifted = fma(x, T(kInverseLn2), T(kShift));
  return polynomial(kTaylor, fma(shifted - T(kShift), T(-kLn2), x)) * power_of_two(shifted);
}
template <class T>
[[gnu::always_inline]] inline Normal<T> quick_normal(T x) noexcept {
  constexpr double kTail[] = {
      0.48605579932545581,     -0.096526739701321625, -0.016432611968307236, 0.045163442956405158,
      -0.022724451342807809,   0.0011640537392036587, 0.0029866972829099078, -0.0003653921829673797,
      -0.00047400671598599255, 3.5775104924085798e-5, 5.971905415164992e-5};
  const T u = min(abs(x), T(37.0));
  const T bell = quick_exp(u * u * T(-0.5));
  const T one_more = u + T(1.0);
  const T three_more = u + T(3.0);
  const T inverse = T(1.0) / (one_more * three_more);
  const T t = (u - T(3.0)) * one_more * inverse;
  const T tail = bell * (polynomial(kTail, t) * (three_more * inverse));
  return {bell, where_less(x, T(0.0), tail, T(1.0) - tail)};
}
}  // namespace sq::options::american
