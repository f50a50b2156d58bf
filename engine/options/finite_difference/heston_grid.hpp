// Options under Heston's stochastic volatility on a grid, with early exercise and barriers:
//   dS = (rate - yield) S dt + sqrt(v) S dW,  dv = kappa (theta - v) dt + sigma sqrt(v) dZ,
//   dW dZ = rho dt.
// Thread: free functions. Cost: 100 x 50 points and 50 steps about 80 ms; allocates. Errors: by
// value. Units: as in result.hpp; variances per year. Accuracy: with the defaults about 1e-4 of the
// strike. Source: two_dimensional.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "engine/options/finite_difference/two_dimensional.hpp"
#include "engine/options/result.hpp"

namespace sq::options::finite_difference {
struct HestonModel {
  double rate{0};
  double yield{0};
  double variance{0};       // v today, >= 0
  double reversion{0};      // kappa, > 0
  double long_variance{0};  // theta, > 0
  double volatility{0};     // sigma, > 0
  double correlation{0};    // rho, [-1, 1]
};

struct HestonContract {
  double years{0};  // > 0
  std::function<double(double spot)> payoff{};
  std::function<double(double spot)> exercise{};  // empty: European
  std::optional<double> lower{}, upper{};         // continuous knock-out
  double rebate{0};                               // at either, paid when it is hit
  std::vector<double> kinks{};
};

struct Settings2d {
  std::uint32_t points_x{120};  // 16 to 2,000
  std::uint32_t points_y{60};
  std::uint32_t steps{60};  // 3 to 10,000
  Scheme2d scheme{Scheme2d::HundsdorferVerwer};
};

struct HestonValue {
  double price{0};
  double delta{0};
  double gamma{0};
  double variance_slope{0};  // d price / d variance today
};
[[nodiscard]] Result<HestonValue> price_heston(const HestonModel& model,
                                               const HestonContract& contract, double spot,
                                               const Settings2d& settings = {});
}  // namespace sq::options::finite_difference
