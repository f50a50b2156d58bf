// Fits one SSVI surface to the slices of a chain: rho, eta and gamma over all quotes and one theta
// an expiry, in turns until the error stands still.
// Thread: free function; allocates. Cost: about 10 us a quote. Errors: those of least_squares.
// Units: total variance. Source: Gatheral and Jacquier (2014), section 4; what keeps arbitrage away
// are their conditions on eta, gamma and theta, here as bounds of the search.
#pragma once

#include <span>
#include <vector>

#include "engine/options/surface/surface.hpp"

namespace sq::options {
constexpr double kHalfSpreadMin = 5e-4;  // of volatility: tighter quotes weigh no more than this

struct SsviFit {
  Ssvi surface{};
  std::vector<double> thetas{};  // one a slice
  double error{0};               // root mean square of differences over half spreads
};
[[nodiscard]] Result<SsviFit> calibrate_ssvi(
    std::span<const Slice> slices, bool no_butterfly, bool no_calendar);
}  // namespace sq::options
