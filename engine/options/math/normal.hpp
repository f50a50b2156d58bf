// The normal distribution in double precision, tails included, with the same bits on every machine
// and compiler. For many values at once see engine/options/batch.
// Thread: pure functions. Cost: pdf 4, cdf 7, inverse 12, ratio 5 ns. Errors: none; a NaN gives a
// NaN, infinities their limits. Accuracy, worst found against 50-digit values (normal_test.cpp):
// pdf 3, cdf 6, Mills ratio 6, erfcx 5, inverse 4 ulp; typically 1.
// Source: formulas of Abramowitz and Stegun, chapter 26; own coefficients (coefficients.hpp).
#pragma once

namespace sq::options {
[[nodiscard]] double normal_pdf(double x) noexcept;
// Phi(x); the upper tail 1 - Phi(x) is normal_cdf(-x), to full relative precision.
[[nodiscard]] double normal_cdf(double x) noexcept;
// The x with Phi(x) = p, for 0 < p < 1; infinite at 0 and 1, NaN outside. Values of p close to 1
// hold little about their distance from 1: where it is known, give it and negate the result.
[[nodiscard]] double inverse_normal_cdf(double p) noexcept;
// Mills ratio (1 - Phi(z)) / phi(z): the tail without its exponential. Infinite below about -37.7.
[[nodiscard]] double mills_ratio(double z) noexcept;
// exp(x^2) erfc(x), the same thing in other units.
[[nodiscard]] double erfcx(double x) noexcept;
// ln Phi(x), finite down to x = -1e150.
[[nodiscard]] double log_normal_cdf(double x) noexcept;
// Phi(high) - Phi(low) without the cancellation in the tails; 0 when high <= low.
[[nodiscard]] double normal_interval(double low, double high) noexcept;

namespace math {
// e^x with gradual underflow; 0 and infinity beyond.
[[nodiscard]] double exp(double x) noexcept;
// e^x - 1 without cancellation.
[[nodiscard]] double expm1(double x) noexcept;
// e^(-x^2 / 2) with gradual underflow.
[[nodiscard]] double gaussian(double x) noexcept;
// factor x e^(-z^2 / 2) with one rounding at the end, so that a large factor and a Gaussian that
// alone would underflow give what they should.
[[nodiscard]] double times_gaussian(double factor, double z) noexcept;
// (1 - Phi(z)) e^(z^2 / 2) for z >= 0.
[[nodiscard]] double upper_tail_ratio(double z) noexcept;
// 1 - z (1 - Phi(z)) / phi(z) for z >= 0: what a Bachelier price is made of.
[[nodiscard]] double mills_shortfall(double z) noexcept;
// Natural logarithm of a positive, possibly subnormal number; of the ratio of two of them.
[[nodiscard]] double log(double a) noexcept;
[[nodiscard]] double log_ratio(double a, double b) noexcept;
}  // namespace math
}  // namespace sq::options
