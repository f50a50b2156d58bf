// The early exercise premium of PutBoundary, and its derivatives by the spot.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "engine/options/american/lanes.hpp"
#include "engine/options/american/put_boundary.hpp"
#include "engine/options/math/chebyshev.hpp"
#include "engine/options/math/quadrature.hpp"

namespace sq::options::american {
namespace {
constexpr std::size_t kPanels = 4;
constexpr std::size_t kPanelPoints = kPremiumMax / kPanels;

struct PanelRule {
  std::array<double, kPanelPoints> nodes, weights;
};
const PanelRule& panel_rule() {
  static const PanelRule kRule = [] {
    PanelRule rule{};
    gauss_legendre(rule.nodes, rule.weights);
    return rule;
  }();
  return kRule;
}
}  // namespace

double PutBoundary::now() const noexcept { return std::exp(log_first_ - shift_[0]); }

double PutBoundary::shift_after(double reach) const noexcept {
  double values[kNodesMax + 1];
  const std::size_t nodes = collocation_->nodes;
  for (std::size_t i = 0; i < nodes; ++i) values[i] = h_[i];
  values[nodes] = 0;
  const double left = std::sqrt(std::max((1 - reach) * (1 + reach), 0.0));
  const double h = chebyshev_interpolate({values, nodes + 1}, 2 * left - 1);
  return std::sqrt(std::max(h, 0.0));
}

double PutBoundary::at(double years) const noexcept {
  const double left = std::clamp(years / put_.years, 0.0, 1.0);
  return std::exp(log_first_ - shift_after(std::sqrt(1 - left)));
}

// The angle (reach is its sine) at which the drift takes the spot through the boundary: the middle
// of the turn of the integrand. Without such a moment, the end of what counts.
double PutBoundary::turning_angle(double log_spot) const noexcept {
  constexpr double kRightAngle = 0.5 * std::numbers::pi;
  const double drift = (put_.rate - put_.yield) * put_.years;
  const auto above = [&](double angle) {
    const double reach = std::sin(angle);
    return log_spot - log_first_ + shift_after(reach) + drift * reach * reach;
  };
  if (drift > 0 || above(kRightAngle) > 0) return kRightAngle;
  double low = 0;
  double high = kRightAngle;
  for (int i = 0; i < 40; ++i) {
    const double middle = 0.5 * (low + high);
    (above(middle) > 0 ? low : high) = middle;
  }
  return high;
}

void PutBoundary::place_panels(double log_spot, Points& points) const noexcept {
  constexpr double kRightAngle = 0.5 * std::numbers::pi;
  constexpr double kDeviations = 9;
  const double drift = (put_.rate - put_.yield) / put_.volatility * root_years_;
  const double turn = turning_angle(log_spot);
  std::array<double, kPanels + 1> cuts{};
  if (turn < kRightAngle) {
    const double width = kDeviations / std::abs(drift);
    cuts = {0, std::max(turn - width, 0.5 * turn), turn,
            std::min(turn + width, 0.5 * (turn + kRightAngle)), kRightAngle};
  } else {
    // Beyond `last` both terms are below exp(-40).
    const double last = drift > 0 ? std::min(2 * kDeviations / drift, kRightAngle) : kRightAngle;
    // Close to the boundary the integrand turns when a deviation has grown to the distance.
    const double distance = log_spot - log_first_ + shift_[0];
    const double first =
        std::clamp(0.5 * distance / (put_.volatility * root_years_), 1e-5, 0.1 * last);
    const double ratio = std::cbrt(last / first);
    cuts = {0, first, first * ratio, first * ratio * ratio, last};
  }
  points.count = kPremiumMax;
  const PanelRule& rule = panel_rule();
  for (std::size_t i = 0; i < kPremiumMax; ++i) {
    const std::size_t panel = i / kPanelPoints;
    const double half = 0.5 * (cuts[panel + 1] - cuts[panel]);
    const double angle = cuts[panel] + half * (1 + rule.nodes[i % kPanelPoints]);
    points.reach[i] = std::sin(angle);
    points.weight[i] = half * rule.weights[i % kPanelPoints] * std::cos(angle);
    points.shift[i] = shift_after(points.reach[i]);
  }
}

void PutBoundary::place_points(double log_spot, Points& points) const noexcept {
  // Per deviation: with more drift or less distance, fixed points miss the turn.
  constexpr double kDriftMax = 3;
  constexpr double kDistanceMin = 0.4;
  const Collocation& c = *collocation_;
  const double distance = log_spot - log_first_ + shift_[0];
  if (std::abs(put_.rate - put_.yield) * root_years_ > kDriftMax * put_.volatility ||
      distance < kDistanceMin * put_.volatility * root_years_) {
    place_panels(log_spot, points);
    return;
  }
  points.count = c.premium;
  for (std::size_t g = 0; g < c.premium; g += kLanes) {
    Lanes h = 0.0;
    for (std::size_t k = 0; k < c.nodes; ++k)
      h = fma(Lanes::load(&c.premium_interpolate[k * c.premium + g]), Lanes(h_[k]), h);
    sqrt(max(h, Lanes(0.0))).store(&points.shift[g]);
    Lanes::load(&c.premium_reach[g]).store(&points.reach[g]);
    Lanes::load(&c.premium_weight[g]).store(&points.weight[g]);
  }
}

double PutBoundary::premium(double log_spot) const noexcept {
  Points points;
  place_points(log_spot, points);
  const Lanes spot = exp(Lanes(log_spot));
  const double drift = (put_.rate - put_.yield) / put_.volatility;
  const double inverse = 1 / (put_.volatility * root_years_);
  Lanes total = 0.0;
  for (std::size_t g = 0; g < points.count; g += kLanes) {
    const Lanes reach = Lanes::load(&points.reach[g]);
    const Lanes s_root = reach * Lanes(root_years_);
    const Lanes s = s_root * s_root;
    const Lanes distance = Lanes(log_spot - log_first_) + Lanes::load(&points.shift[g]);
    const Lanes middle = fma(distance * Lanes(inverse), Lanes(1.0) / reach, s_root * Lanes(drift));
    const Lanes half = s_root * Lanes(0.5 * put_.volatility);
    const Lanes kept = exp(s * Lanes(-put_.rate)) * normal(half - middle).below;
    const Lanes given = exp(s * Lanes(-put_.yield)) * normal(-(middle + half)).below;
    const Lanes rate = fma(kept, Lanes(put_.rate), given * (spot * Lanes(-put_.yield)));
    total = fma(rate, reach * Lanes::load(&points.weight[g]), total);
  }
  return 2 * put_.years * sum(total);
}

PutPremium PutBoundary::premium_greeks(double log_spot) const noexcept {
  Points points;
  place_points(log_spot, points);
  const double spot = std::exp(log_spot);
  const double drift = (put_.rate - put_.yield) / put_.volatility;
  const double inverse = 1 / (put_.volatility * root_years_);
  Lanes price = 0.0;
  Lanes delta = 0.0;
  Lanes gamma = 0.0;
  for (std::size_t g = 0; g < points.count; g += kLanes) {
    const Lanes reach = Lanes::load(&points.reach[g]);
    const Lanes s_root = reach * Lanes(root_years_);
    const Lanes s = s_root * s_root;
    const Lanes distance = Lanes(log_spot - log_first_) + Lanes::load(&points.shift[g]);
    const Lanes per_deviation = Lanes(inverse) / reach;
    const Lanes middle = fma(distance, per_deviation, s_root * Lanes(drift));
    const Lanes half = s_root * Lanes(0.5 * put_.volatility);
    const Lanes weight = reach * Lanes::load(&points.weight[g]);
    const Normal<Lanes> lower = normal(half - middle);
    const Normal<Lanes> upper = normal(-(middle + half));
    const Lanes kept = exp(s * Lanes(-put_.rate)) * Lanes(put_.rate) * weight;
    const Lanes given = exp(s * Lanes(-put_.yield)) * Lanes(-put_.yield * spot) * weight;
    price = price + fma(kept, lower.below, given * upper.below);
    // By ln spot: Phi(-d) turns into -phi(d) / deviation, and that into d phi(d) / deviation^2.
    const Lanes kept_bell = kept * lower.bell * per_deviation * Lanes(-kBellToDensity);
    const Lanes given_bell = given * upper.bell * per_deviation * Lanes(-kBellToDensity);
    delta = delta + fma(given, upper.below, kept_bell + given_bell);
    const Lanes kept_bend = -(middle - half) * per_deviation * kept_bell;
    const Lanes given_bend = -(middle + half) * per_deviation * given_bell;
    gamma = gamma + (kept_bend - kept_bell) + (given_bend + given_bell);
  }
  const double scale = 2 * put_.years;
  return {scale * sum(price), scale * sum(delta) / spot, scale * sum(gamma) / (spot * spot)};
}
}  // namespace sq::options::american
