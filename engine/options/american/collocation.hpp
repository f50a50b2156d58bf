// The numbers of one discretisation of the exercise boundary that do not depend on the contract:
// nodes, quadrature and interpolation matrices.
// Thread: built once, then read only. Cost: building 0.2 ms for 16 nodes, 15 ms for 48; allocates
// quadrature * nodes^2 + premium * nodes doubles. Errors: none.
// Units: the root of time in units of the root of the whole life.
// Source: Andersen, Lake and Offengenden, "High-performance American option pricing", Journal of
// Computational Finance 20 (2016), section 5; arranged here with one lane a node.
#pragma once

#include <cstddef>
#include <vector>

namespace sq::options::american {
constexpr std::size_t kNodesMax = 48;     // of the boundary, a multiple of 8
constexpr std::size_t kPremiumMax = 128;  // quadrature points of the premium, a multiple of 8

struct CollocationSize {
  std::size_t nodes;       // beside the one at expiry; 2 to kNodesMax
  std::size_t quadrature;  // points of the integrals of the fixed point, 2 to 512
  std::size_t premium;     // points of the integral of the price, a multiple of 8
};

struct Collocation {
  explicit Collocation(const CollocationSize& size);

  std::size_t nodes;         // without padding
  std::size_t padded_nodes;  // a multiple of 8; the rest repeats the node of the longest life
  std::size_t quadrature;
  std::size_t premium;
  // Root of the remaining life at each node; node 0 is the whole life.
  std::vector<double> roots;
  // Of the fixed point: the time from the node's moment is s = roots^2 * reach^2, ds = roots^2 *
  // (2 * reach) * weight. reach = sin(angle) with Gauss points in the angle: then the roots of s
  // and of the time left after it, which the integrand depends on, are both smooth.
  std::vector<double> reach, weight;
  // [point][node k][node i]: what H at node k counts for H at the time left after s, from node i.
  std::vector<double> interpolate;
  // The same for the price, from the whole life: [node k][point].
  std::vector<double> premium_reach, premium_weight, premium_interpolate;
};
}  // namespace sq::options::american
