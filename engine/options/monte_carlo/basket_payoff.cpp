#include <algorithm>
#include <cmath>

#include "engine/options/monte_carlo/payoff_checks.hpp"
#include "engine/options/monte_carlo/payoffs.hpp"

namespace sq::options::monte_carlo {
Fault BasketOption::fault(const Diffusion& model) const {
  PayoffChecks checks{model};
  checks.finite(strike).range(weights.size() == model.assets());
  for (const double weight : weights) checks.finite(weight);
  return checks.fault();
}

std::size_t BasketOption::chosen(const PathBlock& block, std::size_t step,
                                 std::size_t path) const noexcept {
  std::size_t best = 0;
  double level = weights[0] * block.spot(0, step)[path];
  for (std::size_t i = 1; i < weights.size(); ++i) {
    const double other = weights[i] * block.spot(i, step)[path];
    if (kind == BasketKind::Best ? other > level : other < level) {
      best = i;
      level = other;
    }
  }
  return best;
}

double BasketOption::underlying(const PathBlock& block, std::size_t step,
                                std::size_t path) const noexcept {
  if (kind != BasketKind::Sum) {
    const std::size_t i = chosen(block, step, path);
    return weights[i] * block.spot(i, step)[path];
  }
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * block.spot(i, step)[path];
  return sum;
}

void BasketOption::operator()(const PathBlock& block, std::span<double> out) const {
  const std::size_t end = block.steps() - 1;
  const double discount = block.model().discount(end);
  const double sign = sign_of(type);
  for (std::size_t p = 0; p < out.size(); ++p) {
    out[p] = std::max(sign * (underlying(block, end, p) - strike), 0.0) * discount;
  }
}

void BasketOption::slopes(const PathBlock& block, SlopeRows rows) const {
  const std::size_t end = block.steps() - 1;
  const double paid = sign_of(type) * block.model().discount(end);
  for (std::size_t p = 0; p < block.paths(); ++p) {
    if (!(sign_of(type) * (underlying(block, end, p) - strike) > 0)) continue;
    const std::size_t only = kind == BasketKind::Sum ? 0 : chosen(block, end, p);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (kind != BasketKind::Sum && i != only) continue;
      rows[i * block.steps() + end][p] = paid * weights[i] * block.spot(i, end)[p];
    }
  }
}
}  // namespace sq::options::monte_carlo
