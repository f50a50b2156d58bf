#include "engine/options/american/collocation.hpp"

#include <cmath>
#include <numbers>

#include "engine/options/math/chebyshev.hpp"
#include "engine/options/math/quadrature.hpp"

namespace sq::options::american {
namespace {
// Of the sine of angles in (0, pi/2), for the integral over the sine.
void sine_rule(std::vector<double>& nodes, std::vector<double>& weights) {
  gauss_legendre(nodes, weights);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const double angle = 0.25 * std::numbers::pi * (1 + nodes[i]);
    nodes[i] = std::sin(angle);
    weights[i] *= 0.25 * std::numbers::pi * std::cos(angle);
  }
}
}  // namespace

Collocation::Collocation(const CollocationSize& size)
    : nodes{size.nodes},
      padded_nodes{(size.nodes + 7) / 8 * 8},
      quadrature{size.quadrature},
      premium{size.premium},
      roots(padded_nodes),
      reach(quadrature),
      weight(quadrature),
      interpolate(quadrature * nodes * padded_nodes),
      premium_reach(premium),
      premium_weight(premium),
      premium_interpolate(premium * nodes) {
  sine_rule(reach, weight);
  sine_rule(premium_reach, premium_weight);
  for (std::size_t i = 0; i < padded_nodes; ++i)
    roots[i] = 0.5 * (1 + chebyshev_node(i < nodes ? i : 0, nodes));
  std::vector<double> row(nodes + 1);
  for (std::size_t j = 0; j < quadrature; ++j) {
    const double left = std::sqrt((1 - reach[j]) * (1 + reach[j]));
    for (std::size_t i = 0; i < padded_nodes; ++i) {
      chebyshev_weights(2 * roots[i] * left - 1, row);
      for (std::size_t k = 0; k < nodes; ++k)
        interpolate[(j * nodes + k) * padded_nodes + i] = row[k];
    }
  }
  for (std::size_t j = 0; j < premium; ++j) {
    const double left = std::sqrt((1 - premium_reach[j]) * (1 + premium_reach[j]));
    chebyshev_weights(2 * left - 1, row);
    for (std::size_t k = 0; k < nodes; ++k) premium_interpolate[k * premium + j] = row[k];
  }
}

}  // namespace sq::options::american
