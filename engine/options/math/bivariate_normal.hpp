// P(X <= x, Y <= y) for two standard normal variables with a given correlation.
// Thread: plain function. Cost: 60 to 350 ns, more as |correlation| grows; 20 ns when it is 0 or
// +-1. Errors: none for finite arguments; +-infinity is allowed for x and y, |correlation| above 1
// is taken as 1. Absolute error below 4e-16 against 30-digit quadrature; the relative error is not
// controlled in the far tails.
// Source: Drezner and Wesolowsky (1990) as improved by Genz (2004), Statistics and Computing 14.
#pragma once

namespace sq::options {
[[nodiscard]] double bivariate_normal_cdf(double x, double y, double correlation) noexcept;
}  // namespace sq::options
