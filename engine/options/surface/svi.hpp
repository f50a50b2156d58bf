// Stochastic volatility inspired (SVI) smiles: total implied variance w = volatility^2 x years of
// one expiry as a function of log-moneyness k = ln(strike / forward).
//   raw:        w = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))
//   natural:    w = delta + omega/2 (1 + zeta rho (k - mu) + sqrt((zeta (k - mu) + rho)^2 + 1 -
//   rho^2)) jump wings: variances and slopes that traders read, per expiry SSVI:       w = theta/2
//   (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)), phi of theta
// Thread: pure functions. Cost: a few ns. Errors: conversions answer by value; the values and
// derivatives of a raw smile need parameters that pass check(), otherwise they mean nothing.
// Units: total variance has none, k none, years. Source: Gatheral and Jacquier, Arbitrage-free SVI
// volatility surfaces (2014), sections 3 and 4.
#pragma once

#include "engine/options/result.hpp"

namespace sq::options {
struct SviRaw {
  double a{0};
  double b{0};    // >= 0
  double rho{0};  // [-1, 1]
  double m{0};
  double sigma{0};  // >= 0; 0 is a smile with a corner
};
// NotFinite, or ParameterRange: a range above, or a variance that is negative somewhere.
[[nodiscard]] Result<void> check(const SviRaw& smile) noexcept;
[[nodiscard]] double total_variance(const SviRaw& smile, double k) noexcept;

struct SviPoint {
  double variance{0};
  double slope{0};      // dw/dk
  double curvature{0};  // d2w/dk2
};
[[nodiscard]] SviPoint svi_point(const SviRaw& smile, double k) noexcept;
// Gatheral and Jacquier's g: the density of ln(S/F) is g times a positive factor, so g < 0 means
// that a butterfly has a negative price. 0 where the variance is 0.
[[nodiscard]] double butterfly_g(const SviPoint& point, double k) noexcept;

struct SviNatural {
  double delta{0}, mu{0}, rho{0};
  double omega{0};  // >= 0
  double zeta{0};   // > 0
};
[[nodiscard]] Result<SviNatural> to_natural(const SviRaw& smile) noexcept;  // needs sigma > 0
[[nodiscard]] Result<SviRaw> to_raw(const SviNatural& smile) noexcept;

struct SviJumpWings {
  double variance{0};          // v, at the money, per year
  double skew{0};              // psi, d volatility x sqrt(years) / dk at the money
  double put_slope{0};         // p
  double call_slope{0};        // c
  double minimum_variance{0};  // v~, per year
  double years{0};             // > 0
};
[[nodiscard]] Result<SviJumpWings> to_jump_wings(const SviRaw& smile, double years) noexcept;
// ParameterRange also where the minimum lies exactly at the money: then the five numbers leave the
// curvature open.
[[nodiscard]] Result<SviRaw> to_raw(const SviJumpWings& smile) noexcept;

// One set of parameters for all expiries, phi = eta / (theta^gamma (1 + theta)^(1 - gamma)).
// With gamma <= 1/2 and eta (1 + |rho|) <= 2 no slice has butterfly arbitrage, and growing theta
// gives no calendar arbitrage (Gatheral and Jacquier, section 4.3).
struct Ssvi {
  double rho{0};    // (-1, 1)
  double eta{0};    // > 0
  double gamma{0};  // (0, 1)
};
[[nodiscard]] Result<SviRaw> ssvi_slice(const Ssvi& surface, double theta) noexcept;
[[nodiscard]] bool is_arbitrage_free(const Ssvi& surface) noexcept;
}  // namespace sq::options
