// A dense linear system of at most kNodesMax unknowns, factored once and solved for many right
// sides. Column by column, so that eliminating runs along contiguous rows.
// Thread: one object a thread. Cost: n^3 / 3 multiplications, 0.3 us at n = 8, 1.5 us at 16; no
// allocation. Errors: factor() returns false for a singular or not finite matrix.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/options/american/collocation.hpp"

namespace sq::options::american {
class NewtonMatrix {
 public:
  // Row i of column k.
  [[nodiscard]] double* column(std::size_t k) noexcept { return &entries_[k * kNodesMax]; }
  [[nodiscard]] bool factor(std::size_t size) noexcept;
  void solve(double* right_side) const noexcept;
  [[nodiscard]] bool factored() const noexcept { return size_ != 0; }

 private:
  std::size_t size_{0};  // 0: nothing factored
  std::array<std::uint8_t, kNodesMax> pivot_;
  alignas(64) std::array<double, kNodesMax * kNodesMax> entries_;
};
}  // namespace sq::options::american
