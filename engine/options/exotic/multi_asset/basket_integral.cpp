#include "engine/options/exotic/multi_asset/basket_integral.hpp"

#include <algorithm>
#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"

namespace sq::options {
namespace {
constexpr double kNodesMax = 4e6;

// The first factor: loads of the logarithms on the direction in which the sum moves most, each with
// the sign of its weight. False when there is none.
bool first_factor(const WeightedSum& sum, AssetVector& load) noexcept {
  double variance = 0;
  load = {};
  for (std::size_t i = 0; i < sum.size; ++i) {
    for (std::size_t j = 0; j < sum.size; ++j) load[i] += sum.covariance[i][j] * sum.forward[j];
    variance += load[i] * sum.forward[i];
  }
  if (!(variance > 0)) return false;
  bool clipped = false;
  for (std::size_t i = 0; i < sum.size; ++i) {
    load[i] /= std::sqrt(variance);
    const double sign = sum.forward[i] < 0 ? -1.0 : 1.0;
    const double least = 0.01 * std::sqrt(sum.covariance[i][i]);
    if (sign * load[i] >= least) continue;
    load[i] = sign * least;
    clipped = true;
  }
  if (!clipped) return true;
  // Moved off the ellipsoid of the covariance: scale back to it.
  AssetVector solved = load;
  if (!solve_positive(sum.covariance, sum.size, solved)) return false;
  double square = 0;
  for (std::size_t i = 0; i < sum.size; ++i) square += load[i] * solved[i];
  for (std::size_t i = 0; i < sum.size; ++i) load[i] /= std::sqrt(square);
  return true;
}

// Given the other factors the sum rises with the first one, z: one root, two closed forms.
class FirstDimension {
 public:
  FirstDimension(const AssetVector& load, std::size_t size, double sign, double strike) noexcept
      : load_{load}, size_{size}, sign_{sign}, strike_{strike} {}

  double value(const AssetVector& forward) noexcept {
    const double z = root(forward);
    double sum = -strike_ * normal_cdf(-z * sign_);
    for (std::size_t i = 0; i < size_; ++i) {
      sum += forward[i] * normal_cdf((load_[i] - z) * sign_);
    }
    return sign_ * sum;
  }

 private:
  double root(const AssetVector& forward) noexcept {
    constexpr double kEnd = 40.0;
    double low = -kEnd, high = kEnd;
    double z = start_;
    for (int step = 0; step < 200; ++step) {
      double value = -strike_, slope = 0;
      for (std::size_t i = 0; i < size_; ++i) {
        const double part = forward[i] * math::exp(load_[i] * (z - 0.5 * load_[i]));
        value += part;
        slope += load_[i] * part;
      }
      (value < 0 ? low : high) = z;
      double next = z - value / slope;
      if (!(next > low && next < high)) next = 0.5 * (low + high);
      const double moved = std::abs(next - z);
      z = next;
      // The value is flat in z at the root, and the next step would be the square of this one.
      if (moved < 1e-5 || high - low < 1e-9) break;
    }
    start_ = std::clamp(z, -8.0, 8.0);
    return z;
  }

  const AssetVector& load_;
  std::size_t size_;
  double sign_, strike_;
  double start_{0};
};

// Mean over the factors after the first, with Hermite rules of 1, 3, 5, ... nodes. Up to six
// factors: their product, with fewer nodes for smaller factors. More: Smolyak's combination, all
// products of differences of successive rules whose costs stay within a budget, where a level of a
// small factor costs more.
class Others {
 public:
  Others(const WeightedSum& sum, const AssetMatrix& factors) noexcept
      : sum_{sum}, factors_{factors} {
    std::array<double, kBasketAssetsMax> length{};
    for (std::size_t j = 0; j < sum.size; ++j) {
      double square = 0;
      for (std::size_t i = 0; i < sum.size; ++i) square += factors[i][j] * factors[i][j];
      length[j] = std::sqrt(square);
      if (!(length[j] > 1e-9 * length[0])) break;
      share_[count_] = 0.4 + 0.6 * length[j] / length[0];
      cost_[count_++] = 1.0 + 0.7 * std::log(length[0] / length[j]);
    }
    for (std::size_t k = 0; k < kLevels; ++k) rules_[k] = hermite_rule(2 * k + 1);
    for (std::size_t j = 0; j < count_; ++j) {
      for (std::size_t k = 0; k < kTabled; ++k) {
        for (std::size_t n = 0; n < rules_[k].count; ++n) {
          grow(j, rules_[k].node[n], growth_[j][k * k + n]);
        }
      }
    }
  }
  static constexpr std::size_t kLevels = kHermiteMax / 2;
  static constexpr std::size_t kProductMax = 6;
  static constexpr std::size_t kTabled = 6;  // levels whose growth factors are kept

  [[nodiscard]] bool is_product() const noexcept { return count_ <= kProductMax; }
  // False when the work would exceed the limit.
  bool mean(double budget, FirstDimension& first, double& value) noexcept {
    budget_ = budget;
    left_ = kNodesMax;
    for (std::size_t j = 0; j < count_; ++j) {
      level_[j] = static_cast<std::size_t>(std::lround(budget * share_[j]));
    }
    value = along(0, 0.0, sum_.forward, 1.0, first);
    return left_ > 0;
  }

 private:
  double along(std::size_t j, double spent, const AssetVector& forward, double weight,
               FirstDimension& first) noexcept {
    if (j == count_) {
      left_ -= 1;
      return left_ > 0 ? weight * first.value(forward) : 0.0;
    }
    if (is_product()) return by_rule(j, level_[j], spent, forward, weight, first);
    // The highest level within the budget holds the sum of all differences up to it, but what is
    // left for the later factors depends on the level, so the differences are taken one by one.
    double total = 0;
    for (std::size_t level = 0; level < kLevels; ++level) {
      const double now = spent + static_cast<double>(level) * cost_[j];
      if (now > budget_ + 1e-9) break;
      if (j + 1 == count_) {  // nothing comes later: one rule instead of its differences
        const double room = (budget_ - spent + 1e-9) / cost_[j];
        const auto highest = std::min(static_cast<std::size_t>(room), kLevels - 1);
        return by_rule(j, highest, spent, forward, weight, first);
      }
      total += by_rule(j, level, now, forward, weight, first);
      if (level > 0) total -= by_rule(j, level - 1, now, forward, weight, first);
    }
    return total;
  }
  void grow(std::size_t j, double node, AssetVector& growth) const noexcept {
    for (std::size_t i = 0; i < sum_.size; ++i) {
      const double load = factors_[i][j];
      growth[i] = math::exp(load * (node - 0.5 * load));
    }
  }
  double by_rule(std::size_t j, std::size_t level, double spent, const AssetVector& forward,
                 double weight, FirstDimension& first) noexcept {
    const HermiteRule& rule = rules_[level];
    double total = 0;
    for (std::size_t n = 0; n < rule.count; ++n) {
      AssetVector moved{};
      if (level < kTabled) {
        moved = growth_[j][level * level + n];
      } else {
        grow(j, rule.node[n], moved);
      }
      for (std::size_t i = 0; i < sum_.size; ++i) moved[i] *= forward[i];
      total += along(j + 1, spent, moved, weight * rule.weight[n], first);
    }
    return total;
  }

  const WeightedSum& sum_;
  const AssetMatrix& factors_;
  std::size_t count_{0};
  AssetVector cost_{}, share_{};
  std::array<std::size_t, kBasketAssetsMax> level_{};
  std::array<HermiteRule, kLevels> rules_{};
  // By factor; level k starts at k^2, since it has 2 k + 1 nodes.
  std::array<std::array<AssetVector, kTabled * kTabled>, kBasketAssetsMax> growth_{};
  double budget_{0};
  double left_{0};
};
}  // namespace

Result<double> integrated(const WeightedSum& sum, double sign, double strike) noexcept {
  AssetVector load;
  if (!first_factor(sum, load)) return std::unexpected{Error::Unsupported};
  AssetMatrix rest = sum.covariance;
  double scale = 0;
  for (std::size_t i = 0; i < sum.size; ++i) {
    scale += std::abs(sum.forward[i]);
    for (std::size_t j = 0; j < sum.size; ++j) rest[i][j] -= load[i] * load[j];
  }
  AssetMatrix factors;
  if (!factors_of(rest, sum.size, factors)) return std::unexpected{Error::Unsupported};
  Others others{sum, factors};
  FirstDimension first{load, sum.size, sign, strike};
  // Successive budgets can agree by chance: two differences in a row must be small.
  const double tolerance = (others.is_product() ? 5e-10 : 2e-9) * scale;
  double before = kInfinity, gap_before = kInfinity;
  for (int budget = 0; budget < static_cast<int>(Others::kLevels); ++budget) {
    double value = 0;
    if (!others.mean(budget, first, value)) return std::unexpected{Error::Unsupported};
    const double gap = std::abs(value - before);
    if (gap <= tolerance && gap_before <= 10.0 * tolerance) return value;
    before = value;
    gap_before = gap;
  }
  return std::unexpected{Error::Unsupported};
}
}  // namespace sq::options
