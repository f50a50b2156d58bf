#include "engine/options/finite_difference/two_dimensional.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sq::options::finite_difference {
namespace {
struct Weights {
  double before, here, after;
};

// Of second times the second and first times the first difference; diffusion grows where convection
// would make central differences oscillate (Il'in).
Weights inner_row(double below, double above, double second, double first) {
  const double spacing = std::max(below, above);
  const double peclet = std::abs(first) * spacing / (2 * second);
  if (!(peclet <= 1) && first != 0) {
    const double half = 0.5 * std::abs(first) * spacing;
    second = second > 0 && peclet < 300 ? half / std::tanh(peclet) : half;
  }
  const double scale = 1 / (below + above);
  const double before = scale * (2 * second - first * above) / below;
  const double after = scale * (2 * second + first * below) / above;
  return {before, -(before + after), after};
}

// One-sided towards the inside, `distance` > 0 away: slope * du/dx.
Weights edge_row(Edge edge, double distance, double second, double first, bool low) {
  double rise = 0;
  switch (edge) {
    case Edge::LinearInSpot:  // u_xx = u_x, exact for 1 and e^x
      rise =
          low ? (second + first) / std::expm1(distance) : (second + first) / -std::expm1(-distance);
      break;
    case Edge::FirstOrder:
      rise = first / distance;
      break;
    case Edge::Flat:
    case Edge::Fixed:
      break;
  }
  return low ? Weights{0, -rise, rise} : Weights{-rise, rise, 0};
}
}  // namespace

Adi2d::Adi2d(std::span<const double> xs, std::span<const double> ys, const Edges& edges,
             Scheme2d scheme)
    : xs_{xs},
      ys_{ys},
      edges_{edges},
      scheme_{scheme},
      x_rows_(size()),
      y_rows_(size()),
      rates_(size()),
      mixed_(size()),
      x_slope_(xs.size()),
      y_slope_(ys.size()),
      base_(size()),
      x_part_(size()),
      y_part_(size()),
      mixed_part_(size()),
      new_part_(size()),
      work_(size()),
      ratio_(std::max(xs.size(), size())),
      pressure_(size()) {
  const auto slopes = [](std::span<const double> points, std::vector<Row>& out) {
    for (std::size_t i = 1; i + 1 < points.size(); ++i) {
      const double below = points[i] - points[i - 1];
      const double above = points[i + 1] - points[i];
      const double before = -above / (below * (below + above));
      const double after = below / (above * (below + above));
      out[i] = {before, -(before + after), after};
    }
  };
  slopes(xs, x_slope_);
  slopes(ys, y_slope_);
}

void Adi2d::set_operator(const std::function<Terms2d(double x, double y)>& terms) {
  const std::size_t nx = xs_.size();
  const std::size_t ny = ys_.size();
  const auto row = [](std::span<const double> points, std::size_t i, Edge low, Edge high,
                      double second, double first) {
    if (i == 0) return edge_row(low, points[1] - points[0], second, first, true);
    if (i + 1 == points.size())
      return edge_row(high, points[i] - points[i - 1], second, first, false);
    return inner_row(points[i] - points[i - 1], points[i + 1] - points[i], second, first);
  };
  for (std::size_t j = 0; j < ny; ++j) {
    for (std::size_t i = 0; i < nx; ++i) {
      const Terms2d t = terms(xs_[i], ys_[j]);
      const bool fixed = (i == 0 && edges_.low_x == Edge::Fixed) ||
                         (i + 1 == nx && edges_.high_x == Edge::Fixed) ||
                         (j == 0 && edges_.low_y == Edge::Fixed) ||
                         (j + 1 == ny && edges_.high_y == Edge::Fixed);
      const Weights x = row(xs_, i, edges_.low_x, edges_.high_x, t.xx, t.x);
      const Weights y = row(ys_, j, edges_.low_y, edges_.high_y, t.yy, t.y);
      const bool inside = i > 0 && j > 0 && i + 1 < nx && j + 1 < ny;
      const std::size_t k = at(i, j);
      x_rows_[k] = fixed ? Row{} : Row{x.before, x.here - 0.5 * t.rate, x.after};
      y_rows_[k] = fixed ? Row{} : Row{y.before, y.here - 0.5 * t.rate, y.after};
      mixed_[k] = inside ? t.xy : 0;
      rates_[k] = fixed ? 0 : 0.5 * t.rate;
    }
  }
}

void Adi2d::set_y_rates(std::span<const double> down, std::span<const double> up) {
  const std::size_t nx = xs_.size();
  for (std::size_t j = 0; j < ys_.size(); ++j) {
    for (std::size_t i = 0; i < nx; ++i) {
      const bool fixed = (i == 0 && edges_.low_x == Edge::Fixed) ||
                         (i + 1 == nx && edges_.high_x == Edge::Fixed) ||
                         (j == 0 && edges_.low_y == Edge::Fixed) ||
                         (j + 1 == ys_.size() && edges_.high_y == Edge::Fixed);
      const std::size_t k = at(i, j);
      y_rows_[k] = fixed ? Row{} : Row{down[j], -(down[j] + up[j]) - rates_[k], up[j]};
    }
  }
}

void Adi2d::apply_x(std::span<const double> values, std::span<double> out) const {
  const std::size_t nx = xs_.size();
  for (std::size_t j = 0; j < ys_.size(); ++j) {
    const double* const u = &values[j * nx];
    const Row* const rows = &x_rows_[j * nx];
    double* const o = &out[j * nx];
    o[0] = rows[0].here * u[0] + rows[0].after * u[1];
    for (std::size_t i = 1; i + 1 < nx; ++i)
      o[i] = rows[i].before * u[i - 1] + rows[i].here * u[i] + rows[i].after * u[i + 1];
    o[nx - 1] = rows[nx - 1].before * u[nx - 2] + rows[nx - 1].here * u[nx - 1];
  }
}

void Adi2d::apply_y(std::span<const double> values, std::span<double> out) const {
  const std::size_t nx = xs_.size();
  const std::size_t ny = ys_.size();
  for (std::size_t j = 0; j < ny; ++j) {
    const std::size_t below = j > 0 ? nx : 0;
    const std::size_t above = j + 1 < ny ? nx : 0;
    for (std::size_t k = j * nx; k < (j + 1) * nx; ++k) {
      const Row& row = y_rows_[k];
      out[k] =
          row.before * values[k - below] + row.here * values[k] + row.after * values[k + above];
    }
  }
}

void Adi2d::apply_mixed(std::span<const double> values, std::span<double> out) const {
  const std::size_t nx = xs_.size();
  std::fill(out.begin(), out.end(), 0.0);
  for (std::size_t j = 1; j + 1 < ys_.size(); ++j) {
    const Row& y = y_slope_[j];
    for (std::size_t i = 1; i + 1 < nx; ++i) {
      const std::size_t k = at(i, j);
      const auto across = [&](std::size_t m) {
        return x_slope_[i].before * values[m - 1] + x_slope_[i].here * values[m] +
               x_slope_[i].after * values[m + 1];
      };
      out[k] =
          mixed_[k] * (y.before * across(k - nx) + y.here * across(k) + y.after * across(k + nx));
    }
  }
}

void Adi2d::solve_x(double years, std::span<double> values) {
  const std::size_t nx = xs_.size();
  for (std::size_t j = 0; j < ys_.size(); ++j) {
    const Row* const rows = &x_rows_[j * nx];
    double* const u = &values[j * nx];
    double ratio = 0;
    double before = 0;
    for (std::size_t i = 0; i < nx; ++i) {
      const double down = -years * rows[i].before;
      const double pivot = 1 / (1 - years * rows[i].here - down * ratio);
      ratio_[i] = ratio = -years * rows[i].after * pivot;
      u[i] = before = (u[i] - down * before) * pivot;
    }
    for (std::size_t i = nx - 1; i-- > 0;) u[i] -= ratio_[i] * u[i + 1];
  }
}

void Adi2d::solve_y(double years, std::span<double> values) {
  const std::size_t nx = xs_.size();
  const std::size_t ny = ys_.size();
  for (std::size_t j = 0; j < ny; ++j) {
    const std::size_t below = j > 0 ? nx : 0;
    for (std::size_t k = j * nx; k < (j + 1) * nx; ++k) {
      const double down = j > 0 ? -years * y_rows_[k].before : 0;
      const double ratio = j > 0 ? ratio_[k - below] : 0;
      const double pivot = 1 / (1 - years * y_rows_[k].here - down * ratio);
      ratio_[k] = -years * y_rows_[k].after * pivot;
      values[k] = (values[k] - down * values[k - below]) * pivot;
    }
  }
  for (std::size_t j = ny - 1; j-- > 0;) {
    for (std::size_t k = j * nx; k < (j + 1) * nx; ++k) values[k] -= ratio_[k] * values[k + nx];
  }
}

// With F = F0 (mixed) + F1 (x) + F2 (y), U the values and h the step:
//   Y0 = U + h F(U);  Yi = Y(i-1) + theta h (Fi(Yi) - Fi(U)), i = 1, 2
//   Z0 = Y0 + (correction with F0, or all of F, of Y2 - U);  Zi = Z(i-1) + theta h (Fi(Zi) - Fi(V))
// with V = U, or Y2 for Hundsdorfer-Verwer. implicit: Y2 with theta = 1.
void Adi2d::step(double years, bool implicit, std::span<double> values,
                 std::span<const double> obstacle) {
  const std::size_t n = size();
  const double theta = implicit                                  ? 1.0
                       : scheme_ == Scheme2d::CraigSneyd         ? 0.5
                       : scheme_ == Scheme2d::ModifiedCraigSneyd ? 1.0 / 3
                                                                 : 1 - 0.5 * std::numbers::sqrt2;
  const double part = theta * years;
  apply_mixed(values, mixed_part_);
  apply_x(values, x_part_);
  apply_y(values, y_part_);
  for (std::size_t k = 0; k < n; ++k) {
    const double push = obstacle.empty() ? 0 : pressure_[k];
    base_[k] = values[k] + years * (mixed_part_[k] + x_part_[k] + y_part_[k] + push);
    work_[k] = base_[k] - part * x_part_[k];
  }
  solve_x(part, work_);
  for (std::size_t k = 0; k < n; ++k) work_[k] -= part * y_part_[k];
  solve_y(part, work_);
  if (!implicit) {
    // base_ becomes Z0; the parts at U are replaced as the scheme says.
    constexpr double kMixedWeight = 0.5;  // theta + (1/2 - theta) in the modified scheme
    const double rest_weight = scheme_ == Scheme2d::CraigSneyd           ? 0
                               : scheme_ == Scheme2d::ModifiedCraigSneyd ? 0.5 - theta
                                                                         : 0.5;
    const auto correct = [&](double weight, std::vector<double>& old, bool replace) {
      for (std::size_t k = 0; k < n; ++k) {
        base_[k] += weight * years * (new_part_[k] - old[k]);
        if (replace) old[k] = new_part_[k];
      }
    };
    const bool replace = scheme_ == Scheme2d::HundsdorferVerwer;
    apply_mixed(work_, new_part_);
    correct(kMixedWeight, mixed_part_, false);
    apply_x(work_, new_part_);
    correct(rest_weight, x_part_, replace);
    apply_y(work_, new_part_);
    correct(rest_weight, y_part_, replace);
    for (std::size_t k = 0; k < n; ++k) work_[k] = base_[k] - part * x_part_[k];
    solve_x(part, work_);
    for (std::size_t k = 0; k < n; ++k) work_[k] -= part * y_part_[k];
    solve_y(part, work_);
  }
  if (obstacle.empty()) {
    std::copy(work_.begin(), work_.end(), values.begin());
    return;
  }
  for (std::size_t k = 0; k < n; ++k) {
    values[k] = std::max(work_[k] - years * pressure_[k], obstacle[k]);
    pressure_[k] += (values[k] - work_[k]) / years;
  }
}

void Adi2d::roll_back(double years, std::uint32_t steps, std::span<double> values,
                      std::span<const double> obstacle) {
  std::fill(pressure_.begin(), pressure_.end(), 0.0);
  const double length = years / steps;
  for (std::uint32_t k = 0; k < steps; ++k) {
    if (k < 2) {
      step(0.5 * length, true, values, obstacle);
      step(0.5 * length, true, values, obstacle);
    } else {
      step(length, false, values, obstacle);
    }
  }
}
}  // namespace sq::options::finite_difference
