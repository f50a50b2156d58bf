// Small symmetric matrices of basket options: factors of a covariance and Gauss-Hermite rules.
// Internal to engine/options/exotic.
// Thread: plain functions. Cost: assets^3. Errors: factors_of is false when the matrix has an
// eigenvalue below zero beyond rounding.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "engine/options/exotic/multi_asset/basket.hpp"

namespace sq::options {
using AssetVector = std::array<double, kBasketAssetsMax>;
using AssetMatrix = std::array<AssetVector, kBasketAssetsMax>;

// Eigenvectors times the square roots of the eigenvalues of the leading size x size block, largest
// first: column j of `factors` is factor j.
[[nodiscard]] bool factors_of(AssetMatrix matrix, std::size_t size, AssetMatrix& factors) noexcept;

// Solves matrix x = right for a positive definite matrix; false when it is not.
[[nodiscard]] bool solve_positive(AssetMatrix matrix, std::size_t size,
                                  AssetVector& right) noexcept;

// Nodes and weights of the mean over a standard normal variable, exact for polynomials of degree
// 2 count - 1; 1 <= count <= kHermiteMax.
inline constexpr std::size_t kHermiteMax = 40;
struct HermiteRule {
  std::size_t count{0};
  std::array<double, kHermiteMax> node{};
  std::array<double, kHermiteMax> weight{};
};
[[nodiscard]] HermiteRule hermite_rule(std::size_t count) noexcept;
}  // namespace sq::options
