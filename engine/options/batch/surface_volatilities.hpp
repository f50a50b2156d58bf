// Volatilities of many strikes of one expiry from a fitted surface: what Surface::volatility()
// gives one by one, to 1e-14, with expiry and forward looked up once. Thread: any; the caller owns
// the memory. Cost: 13 ns a strike; no allocation. Errors: a strike that has no answer gets its
// Error in `status` and a 0; LengthMismatch writes nothing. Units: strikes in currency, years.
// Source: engine/options/surface/surface.hpp.
#pragma once

#include <span>

#include "engine/options/batch/implied_volatility_batch.hpp"
#include "engine/options/surface/surface.hpp"

namespace sq::options {
BatchResult surface_volatilities(const Surface& surface, double years,
                                 std::span<const double> strikes,
                                 const VolatilityColumns& out) noexcept;
}  // namespace sq::options
