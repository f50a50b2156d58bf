// What is simulated: up to 16 correlated lognormal assets on a grid of dates, with rate, yields and
// volatilities that are constant between dates, and discrete dividends on dates of the grid.
// The steps are exact: no error from their length, but for what a contract sees between dates.
// Thread: immutable after make. Cost: make allocates; steps x assets^2. Errors: by value, in the
// order of Error; ParameterRange for spans whose lengths do not fit, dates that do not ascend from
// above 0, more than the maxima, a correlation matrix that is not symmetric with unit diagonal and
// no negative eigenvalue, and a dividend that is negative, not below all of the spot or not on a
// date. Units: result.hpp. Source: Glasserman (2003), sections 2.3 and 3.2.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/options/dividend.hpp"
#include "engine/options/result.hpp"

namespace sq::options::monte_carlo {
inline constexpr std::size_t kAssetsMax = 16;
inline constexpr std::size_t kStepsMax = 4096;

// Rates, yields and volatilities have one entry, or one for each step: the one that ends at
// times[k].
struct AssetSpec {
  double spot{0};
  std::span<const double> volatilities{};
  std::span<const double> yields{};  // empty: 0
  // Paid on dates of the grid; the spot seen on that date is the one after. Never below e^-708 x
  // spot, which stands for 0.
  std::span<const Dividend> dividends{};
};
struct DiffusionSpec {
  std::span<const double> times{};  // years
  std::span<const double> rates{};
  std::span<const AssetSpec> assets{};
  std::span<const double> correlations{};  // row-major; empty: independent
};

class Diffusion {
 public:
  [[nodiscard]] static Result<Diffusion> make(const DiffusionSpec& spec);
  // One asset with constant parameters; times as above.
  [[nodiscard]] static Result<Diffusion> make(const Market& market, std::span<const double> times);
  // `count` equal steps to `years`.
  [[nodiscard]] static Result<Diffusion> make(const Market& market, double years,
                                              std::size_t count);

  [[nodiscard]] std::size_t steps() const noexcept { return times_.size(); }
  [[nodiscard]] std::size_t assets() const noexcept { return spots_.size(); }
  [[nodiscard]] std::span<const double> times() const noexcept { return times_; }
  [[nodiscard]] double spot(std::size_t asset) const noexcept { return spots_[asset]; }
  // To today from times()[step].
  [[nodiscard]] double discount(std::size_t step) const noexcept { return discounts_[step]; }
  [[nodiscard]] double step_years(std::size_t step) const noexcept { return years_[step]; }
  // Over one step: ln growth, deviation of ln S, and the weights of the step's normals (assets()).
  [[nodiscard]] double drift(std::size_t asset, std::size_t step) const noexcept {
    return drifts_[step * assets() + asset];
  }
  [[nodiscard]] double deviation(std::size_t asset, std::size_t step) const noexcept {
    return deviations_[step * assets() + asset];
  }
  [[nodiscard]] std::span<const double> weights(std::size_t asset,
                                                std::size_t step) const noexcept {
    return {weights_.data() + (step * assets() + asset) * assets(), assets()};
  }
  [[nodiscard]] double volatility(std::size_t asset, std::size_t step) const noexcept {
    return volatilities_[step * assets() + asset];
  }
  // Lower triangular factor of the correlations.
  [[nodiscard]] double factor(std::size_t asset, std::size_t column) const noexcept {
    return factors_[asset * assets() + column];
  }
  // What is paid at times()[step].
  struct Drop {
    std::size_t asset{0}, step{0};
    Dividend dividend{};
  };
  [[nodiscard]] std::span<const Drop> drops() const noexcept { return drops_; }
  // E S at times()[step], without dividends.
  [[nodiscard]] double forward(std::size_t asset, std::size_t step) const noexcept;

  // The same with one thing moved in parallel, for derivatives by differences.
  [[nodiscard]] Diffusion with_spot(std::size_t asset, double spot) const;
  [[nodiscard]] Diffusion with_volatility_moved(std::size_t asset, double by) const;
  [[nodiscard]] Diffusion with_rate_moved(double by) const;

 private:
  void derive();  // drifts, weights and discounts from the rest

  std::vector<double> times_, years_, rates_, spots_, yields_, volatilities_, factors_;
  std::vector<double> drifts_, deviations_, weights_, discounts_;
  std::vector<Drop> drops_;
};
}  // namespace sq::options::monte_carlo
