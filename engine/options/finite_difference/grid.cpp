#include "engine/options/finite_difference/grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace sq::options::finite_difference {
namespace {
// The integral of the density; strictly increasing.
class Spread {
 public:
  Spread(const GridRequest& request) : width_{request.width} {
    for (const double centre : request.centres) {
      if (centre >= request.low && centre <= request.high) centres_.push_back(centre);
    }
    // A floor under the density, so that no region is left empty: as much as a tenth of all.
    const double total = sum(request.high) - sum(request.low);
    floor_ = std::max(0.1 * total, 1.0) / (request.high - request.low);
  }
  [[nodiscard]] double at(double x) const { return sum(x) + floor_ * x; }
  [[nodiscard]] double inverse(double value, double low, double high) const {
    double x = 0.5 * (low + high);
    for (int i = 0; i < 100; ++i) {
      const double miss = at(x) - value;
      (miss > 0 ? high : low) = x;
      double next = x - miss / density(x);
      if (!(next > low && next < high)) next = 0.5 * (low + high);
      if (std::abs(next - x) <= 1e-15 * std::max(1.0, std::abs(x))) return next;
      x = next;
    }
    return x;
  }

 private:
  [[nodiscard]] double sum(double x) const {
    double total = 0;
    for (const double centre : centres_) total += std::asinh((x - centre) / width_);
    return total;
  }
  [[nodiscard]] double density(double x) const {
    double total = floor_;
    for (const double centre : centres_) total += 1 / std::hypot(width_, x - centre);
    return total;
  }

  double width_;
  double floor_{0};
  std::vector<double> centres_;
};

struct Knot {
  double index;
  double level;  // of Spread
};

// Knots that bend the straight line from index to level so that required points are hit.
std::vector<Knot> knots_of(const GridRequest& request, const Spread& spread) {
  const double last = request.points - 1;
  const double low = spread.at(request.low);
  const double high = spread.at(request.high);
  std::vector<Knot> knots{{0, low}, {last, high}};
  for (const double point : request.on_grid) {
    if (!(point > request.low && point < request.high)) continue;
    const double level = spread.at(point);
    const double index = std::round((level - low) / (high - low) * last);
    const auto taken = [index](const Knot& knot) { return std::abs(knot.index - index) < 1; };
    if (std::any_of(knots.begin(), knots.end(), taken)) continue;
    knots.push_back({index, level});
  }
  std::sort(knots.begin(), knots.end(),
            [](const Knot& a, const Knot& b) { return a.index < b.index; });
  // Two required points in the wrong order of their levels cannot be: rounding is monotone.
  return knots;
}

// Monotone cubic Hermite slopes (Fritsch and Butland 1984: weighted harmonic means).
std::vector<double> slopes_of(const std::vector<Knot>& knots) {
  const std::size_t n = knots.size();
  const auto chord = [&](std::size_t i) {
    return (knots[i + 1].level - knots[i].level) / (knots[i + 1].index - knots[i].index);
  };
  std::vector<double> slopes(n);
  slopes.front() = chord(0);
  slopes.back() = chord(n - 2);
  for (std::size_t i = 1; i + 1 < n; ++i) {
    const double before = knots[i].index - knots[i - 1].index;
    const double after = knots[i + 1].index - knots[i].index;
    slopes[i] = 3 * (before + after) /
                ((2 * after + before) / chord(i - 1) + (after + 2 * before) / chord(i));
  }
  return slopes;
}
}  // namespace

Result<std::vector<double>> make_grid(const GridRequest& request) {
  if (!std::isfinite(request.low) || !std::isfinite(request.high) || !std::isfinite(request.width))
    return std::unexpected{Error::NotFinite};
  if (!(request.high > request.low) || !(request.width > 0) || request.points < kPointsMin ||
      request.points > kPointsMax)
    return std::unexpected{Error::ParameterRange};
  const Spread spread{request};
  const std::vector<Knot> knots = knots_of(request, spread);
  const std::vector<double> slopes = slopes_of(knots);
  std::vector<double> grid(request.points);
  std::size_t k = 0;
  for (std::uint32_t i = 0; i < request.points; ++i) {
    while (k + 2 < knots.size() && i > knots[k + 1].index) ++k;
    const double length = knots[k + 1].index - knots[k].index;
    const double t = (i - knots[k].index) / length;
    const double s = 1 - t;
    const double level = knots[k].level * s * s * (1 + 2 * t) +
                         knots[k + 1].level * t * t * (3 - 2 * t) +
                         length * t * s * (s * slopes[k] - t * slopes[k + 1]);
    grid[i] = spread.inverse(level, request.low, request.high);
  }
  grid.front() = request.low;
  grid.back() = request.high;
  // Required points to the last bit.
  for (const double point : request.on_grid) {
    if (!(point > request.low && point < request.high)) continue;
    const auto at = std::lower_bound(grid.begin() + 1, grid.end() - 1, point);
    const auto near = at != grid.begin() + 1 && point - *(at - 1) < *at - point ? at - 1 : at;
    if (std::abs(*near - point) <= 1e-10 * (*(near + 1) - *(near - 1))) *near = point;
  }
  for (std::size_t i = 1; i < grid.size(); ++i) {
    if (!(grid[i] > grid[i - 1])) return std::unexpected{Error::ParameterRange};  // too fine
  }
  return grid;
}

double interpolate_cubic(std::span<const double> points, std::span<const double> values,
                         double x) noexcept {
  const auto above = std::upper_bound(points.begin() + 2, points.end() - 2, x);
  const auto first = static_cast<std::size_t>(above - points.begin()) - 2;
  double total = 0;
  for (std::size_t i = first; i < first + 4; ++i) {
    double weight = 1;
    for (std::size_t j = first; j < first + 4; ++j) {
      if (j != i) weight *= (x - points[j]) / (points[i] - points[j]);
    }
    total += weight * values[i];
  }
  return total;
}

LocalFit fit_quartic(std::span<const double> points, std::span<const double> values,
                     double x) noexcept {
  const auto above = std::lower_bound(points.begin(), points.end(), x);
  const std::ptrdiff_t nearest =
      (above - points.begin()) -
      (above != points.begin() && (above == points.end() || x - *(above - 1) < *above - x));
  const auto last = static_cast<std::ptrdiff_t>(points.size()) - 5;
  const auto first = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(nearest - 2, 0, last));
  // Newton's divided differences, then Horner with two derivatives.
  std::array<double, 5> divided{};
  for (std::size_t i = 0; i < 5; ++i) divided[i] = values[first + i];
  for (std::size_t order = 1; order < 5; ++order) {
    for (std::size_t i = 4; i >= order; --i) {
      divided[i] = (divided[i] - divided[i - 1]) / (points[first + i] - points[first + i - order]);
    }
  }
  LocalFit fit{divided[4], 0, 0};
  for (std::size_t i = 4; i-- > 0;) {
    const double step = x - points[first + i];
    fit.curvature = fit.curvature * step + 2 * fit.slope;
    fit.slope = fit.slope * step + fit.value;
    fit.value = fit.value * step + divided[i];
  }
  return fit;
}
}  // namespace sq::options::finite_difference
