// Steps a function of two variables back in time: alternating directions with a mixed derivative.
//
//   Adi2d solver{xs, ys, {.low_x = Edge::LinearInSpot, ...}};
//   solver.set_operator([](double x, double y) { return Terms2d{...}; });
//   solver.roll_back(years, steps, values);            // values[j * xs.size() + i] at (xs[i],
//   ys[j])
//
// Thread: one object a thread. Cost: about 0.3 us a point and step; allocates in the constructor.
// Errors: none; the caller checks its numbers. Units: years; any two coordinates.
// Accuracy: second order in both grids and in time (tests/options/finite_difference_2d_test.cpp).
// Source: In 't Hout and Foulon, "ADI finite difference schemes for option pricing in the Heston
// model with correlation", International Journal of Numerical Analysis and Modeling 7 (2010);
// exercise by the operator splitting of Ikonen and Toivanen (2004).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace sq::options::finite_difference {
enum class Scheme2d : std::uint8_t {
  CraigSneyd = 1,
  ModifiedCraigSneyd = 2,
  HundsdorferVerwer = 3
};

// What is assumed at an edge of the grid.
enum class Edge : std::uint8_t {
  LinearInSpot = 1,  // the coordinate is ln(spot) and the value linear in the spot
  FirstOrder = 2,    // no second derivative; the first by the inner neighbour
  Flat = 3,          // neither
  Fixed = 4          // values at the edge stay as they are
};
struct Edges {
  Edge low_x{Edge::LinearInSpot}, high_x{Edge::LinearInSpot};
  Edge low_y{Edge::LinearInSpot}, high_y{Edge::LinearInSpot};
};

// u at an earlier time: du/d(time left) = xx u_xx + x u_x + yy u_yy + y u_y + xy u_xy - rate u.
struct Terms2d {
  double xx{0}, x{0}, yy{0}, y{0}, xy{0}, rate{0};
};

class Adi2d {
 public:
  // Both grids increasing, at least four points, and outliving the object.
  Adi2d(std::span<const double> xs, std::span<const double> ys, const Edges& edges,
        Scheme2d scheme = Scheme2d::HundsdorferVerwer);

  void set_operator(const std::function<Terms2d(double x, double y)>& terms);
  // Other rows for the y direction, after set_operator: at ys[j], whatever x, the operator is
  // down[j] (u below - u) + up[j] (u above - u), both per year and not negative.
  void set_y_rates(std::span<const double> down, std::span<const double> up);

  // obstacle: empty, or a value a point below which the result never falls. The first two steps are
  // halved and fully implicit, against kinks in the values.
  void roll_back(double years, std::uint32_t steps, std::span<double> values,
                 std::span<const double> obstacle = {});

  [[nodiscard]] std::size_t size() const noexcept { return xs_.size() * ys_.size(); }

 private:
  struct Row {
    double before, here, after;
  };
  void step(double years, bool implicit, std::span<double> values,
            std::span<const double> obstacle);
  void apply_x(std::span<const double> values, std::span<double> out) const;
  void apply_y(std::span<const double> values, std::span<double> out) const;
  void apply_mixed(std::span<const double> values, std::span<double> out) const;
  // (1 - years L) values = values, along one direction.
  void solve_x(double years, std::span<double> values);
  void solve_y(double years, std::span<double> values);
  [[nodiscard]] std::size_t at(std::size_t i, std::size_t j) const { return j * xs_.size() + i; }

  std::span<const double> xs_, ys_;
  Edges edges_;
  Scheme2d scheme_;
  std::vector<Row> x_rows_, y_rows_;    // a row a point, zero where the edge is fixed
  std::vector<double> rates_;           // half of what is discounted, a point
  std::vector<double> mixed_;           // coefficient of u_xy, 0 at the edges
  std::vector<Row> x_slope_, y_slope_;  // weights of the central first difference
  std::vector<double> base_, x_part_, y_part_, mixed_part_, new_part_, work_, ratio_;
  std::vector<double> pressure_;  // of the obstacle, per year
};
}  // namespace sq::options::finite_difference
