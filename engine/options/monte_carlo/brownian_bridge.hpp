// Brownian motion at given times from the last value inwards, so that the first coordinates of a
// low-discrepancy point move the path most.
// Thread: immutable after make. Cost: 3 flops a value. Errors: none; times ascending and positive.
// Units: years. Source: Caflisch and Moskowitz (1995); Glasserman (2003), section 3.1.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sq::options::monte_carlo {
class BrownianBridge {
 public:
  explicit BrownianBridge(std::span<const double> times);

  [[nodiscard]] std::size_t steps() const noexcept { return nodes_.size(); }
  // Normals in the order of the bridge at `in`, to normals of the steps at `out`; row j begins at
  // j x stride and holds `paths` values. in and out do not overlap.
  void normals(const double* in, std::size_t in_stride, double* out, std::size_t out_stride,
               std::size_t paths) const noexcept;

 private:
  struct Node {
    std::size_t at{0};              // step whose end value is set
    std::size_t left{0}, right{0};  // known neighbours; left: the step after the known value
    bool has_left{false}, has_right{false};
    double left_weight{0}, right_weight{0}, deviation{0};
  };
  std::vector<Node> nodes_;
  std::vector<double> root_;  // 1 / sqrt of each step's length
};
}  // namespace sq::options::monte_carlo
