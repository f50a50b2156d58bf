// The exact value of an option on a sum of lognormals (see basket.hpp, Exact). Internal.
// Thread: plain function. Cost: 0.3 us a node. Errors: Unsupported as in basket.hpp.
#pragma once

#include "engine/options/exotic/multi_asset/factors.hpp"
#include "engine/options/result.hpp"

namespace sq::options {
struct WeightedSum {
  std::size_t size{0};
  AssetVector forward{};     // weight times forward, not 0
  AssetMatrix covariance{};  // of the logarithms at expiry
};
// Undiscounted E[(sign (sum - strike))+].
[[nodiscard]] Result<double> integrated(const WeightedSum& sum, double sign,
                                        double strike) noexcept;
}  // namespace sq::options
