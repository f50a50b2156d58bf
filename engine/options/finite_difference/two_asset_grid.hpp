// Options on two lognormal assets on a grid, with early exercise.
// Thread: free functions. Cost: 100 x 100 points and 50 steps about 150 ms; allocates. Errors: by
// value. Units: as in result.hpp. Accuracy: with the defaults about 3e-4 of the spots.
// Source: two_dimensional.hpp.
#pragma once

#include <functional>

#include "engine/options/finite_difference/heston_grid.hpp"
#include "engine/options/finite_difference/two_dimensional.hpp"
#include "engine/options/result.hpp"

namespace sq::options::finite_difference {
struct TwoAssetModel {
  double rate{0};
  double yield[2]{};
  double volatility[2]{};  // > 0
  double correlation{0};   // [-1, 1]
};

struct TwoAssetContract {
  double years{0};  // > 0
  std::function<double(double first, double second)> payoff{};
  std::function<double(double first, double second)> exercise{};  // empty: European
};

struct TwoAssetValue {
  double price{0};
  double delta[2]{};
  double gamma[2]{};
};
[[nodiscard]] Result<TwoAssetValue> price_two_asset(const TwoAssetModel& model,
                                                    const TwoAssetContract& contract, double first,
                                                    double second, const Settings2d& settings = {});
}  // namespace sq::options::finite_difference
