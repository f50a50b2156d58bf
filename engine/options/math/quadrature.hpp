// Quadrature rules computed where they are needed: Gauss-Legendre, Gauss-Hermite and tanh-sinh.
// Thread: free functions. Cost: Gauss rules O(n^2), 20 us at n = 32; they allocate nothing.
// Errors: a size outside its range leaves the spans untouched and returns false.
// Accuracy: nodes to 2 ulp; Legendre weights to 1e-14 relative, Hermite weights to 1e-13.
// Source: Newton iteration on the three-term recurrences with Tricomi's and Stroud-Secrest's first
// guesses; Takahasi and Mori (1974) for tanh-sinh.
#pragma once

#include <cstddef>
#include <span>

namespace sq::options {
constexpr std::size_t kQuadratureMax = 1024;

// Nodes on (-1, 1), increasing, for the integral of f. As many weights as nodes, 1 to 1,024.
bool gauss_legendre(std::span<double> nodes, std::span<double> weights) noexcept;

// Nodes increasing for the integral of exp(-x^2) f(x) over the real line, 1 to 128.
constexpr std::size_t kHermiteMax = 128;
bool gauss_hermite(std::span<double> nodes, std::span<double> weights) noexcept;

// x = tanh(pi/2 sinh(t)) at equidistant t, 3 to 1,024 nodes on (-1, 1), increasing. Good where f
// or its derivatives are singular at an end. The reach of t balances the two errors of the rule.
bool tanh_sinh(std::span<double> nodes, std::span<double> weights) noexcept;
}  // namespace sq::options
