// What all methods for American options share: checks, the reduction of a call to a put, what is
// known without any method, and the European put inside.
// Thread: free functions. Cost: 50 ns. Errors: by value. Units: as in result.hpp.
// Source: put-call symmetry, C(S, K, r, q) = P(K, S, q, r) (McDonald and Schroder 1998); regimes of
// r and q: Battauz, De Donno and Sbuelz (2015), Andersen and Lake (2021).
#pragma once

#include <cstdint>

#include "engine/options/result.hpp"

namespace sq::options::american {
struct PutProblem {
  double spot{0};
  double strike{0};
  double rate{0};
  double yield{0};
  double volatility{0};
  double years{0};
};

enum class Regime : std::uint8_t {
  Known,         // no expiry left, no volatility, no spot or no strike: the value is `known`
  European,      // never worth exercising early
  OneBoundary,   // exercised below a boundary
  TwoBoundaries  // yield < rate < 0: exercised between two boundaries while they exist
};

struct Reduced {
  PutProblem put;
  Regime regime{Regime::Known};
  double known{0};
};

// Spot and strike may be 0: their limits are returned.
[[nodiscard]] Result<Reduced> reduce_to_put(const Market& market, const Vanilla& option) noexcept;

// Without volatility: the best of exercising now, at expiry and at the one moment between where the
// value of exercise may peak. Infinite when it does not fit a double.
[[nodiscard]] double certain_put(const PutProblem& put) noexcept;

struct EuropeanPut {
  double price;
  double delta;
  double gamma;
  double theta;  // per year, calendar time
};
// spot, strike, volatility and years > 0.
[[nodiscard]] double european_put(const PutProblem& put) noexcept;
[[nodiscard]] EuropeanPut european_put_greeks(const PutProblem& put) noexcept;

// Boundary just before expiry of a contract with one boundary, and for an unlimited life; both
// per unit of strike. The second is 0 for rate 0 where it is never worth exercising then.
[[nodiscard]] double boundary_at_expiry(double rate, double yield) noexcept;
[[nodiscard]] double perpetual_boundary(double rate, double yield, double volatility) noexcept;
}  // namespace sq::options::american
