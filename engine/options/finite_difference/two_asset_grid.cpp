#include "engine/options/finite_difference/two_asset_grid.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "engine/options/finite_difference/grid.hpp"

namespace sq::options::finite_difference {
namespace {
std::optional<Error> fault(const TwoAssetModel& model, const TwoAssetContract& contract,
                           double first, double second, const Settings2d& settings) {
  for (const double value :
       {model.rate, model.yield[0], model.yield[1], model.volatility[0], model.volatility[1],
        model.correlation, contract.years, first, second}) {
    if (!std::isfinite(value)) return Error::NotFinite;
  }
  if (!(first > 0) || !(second > 0)) return Error::SpotNotPositive;
  if (model.volatility[0] < 0 || model.volatility[1] < 0) return Error::VolatilityNegative;
  if (contract.years < 0) return Error::TimeNegative;
  if (model.volatility[0] == 0 || model.volatility[1] == 0 || std::abs(model.correlation) > 1 ||
      contract.years == 0 || !contract.payoff || settings.points_x < kPointsMin ||
      settings.points_x > 2000 || settings.points_y < kPointsMin || settings.points_y > 2000 ||
      settings.steps < 3 || settings.steps > 10'000)
    return Error::ParameterRange;
  return std::nullopt;
}

Result<std::vector<double>> log_grid(const TwoAssetModel& model, int asset, double spot,
                                     double years, std::uint32_t points) {
  const double deviation = model.volatility[asset] * std::sqrt(years);
  const double drift = model.rate - model.yield[asset] - 0.5 * deviation * deviation / years;
  const double reach = 6 * deviation + std::abs(drift) * years;
  const double centre[] = {std::log(spot)};
  return make_grid({.low = std::max(centre[0] - reach, -700.0),
                    .high = std::min(centre[0] + reach, 700.0),
                    .points = points,
                    .width = 0.5 * deviation,
                    .centres = centre});
}

constexpr int kParts = 4;

// Spots spread evenly over each point's cell, scaled so that their mean is the point's: a payoff
// that is linear in the spot is then left alone by averaging.
std::vector<double> spread_spots(const std::vector<double>& points) {
  std::vector<double> spots;
  for (std::size_t k = 0; k < points.size(); ++k) {
    const double low = k > 0 ? 0.5 * (points[k - 1] + points[k]) : points[k];
    const double high = k + 1 < points.size() ? 0.5 * (points[k] + points[k + 1]) : points[k];
    double total = 0;
    for (int a = 0; a < kParts; ++a) {
      spots.push_back(std::exp(low + (high - low) * (a + 0.5) / kParts));
      total += spots.back();
    }
    const double scale = kParts * std::exp(points[k]) / total;
    for (auto spot = spots.end() - kParts; spot != spots.end(); ++spot) *spot *= scale;
  }
  return spots;
}

// Averaged over a cell: the payoff may bend or jump along any curve.
double cell_average(const std::function<double(double, double)>& payoff, const double* firsts,
                    const double* seconds) {
  double total = 0;
  for (int a = 0; a < kParts; ++a) {
    for (int b = 0; b < kParts; ++b) total += payoff(firsts[a], seconds[b]);
  }
  return total / (kParts * kParts);
}
}  // namespace

Result<TwoAssetValue> price_two_asset(const TwoAssetModel& model, const TwoAssetContract& contract,
                                      double first, double second, const Settings2d& settings) {
  if (const auto found = fault(model, contract, first, second, settings))
    return std::unexpected{*found};
  const auto xs = log_grid(model, 0, first, contract.years, settings.points_x);
  const auto ys = log_grid(model, 1, second, contract.years, settings.points_y);
  if (!xs) return std::unexpected{xs.error()};
  if (!ys) return std::unexpected{ys.error()};
  Adi2d solver{*xs, *ys, {}, settings.scheme};
  const double v = model.volatility[0];
  const double w = model.volatility[1];
  const Terms2d terms{.xx = 0.5 * v * v,
                      .x = model.rate - model.yield[0] - 0.5 * v * v,
                      .yy = 0.5 * w * w,
                      .y = model.rate - model.yield[1] - 0.5 * w * w,
                      .xy = model.correlation * v * w,
                      .rate = model.rate};
  solver.set_operator([&terms](double, double) { return terms; });
  const std::size_t nx = xs->size();
  const std::vector<double> firsts = spread_spots(*xs);
  const std::vector<double> seconds = spread_spots(*ys);
  std::vector<double> values(solver.size());
  std::vector<double> obstacle(contract.exercise ? solver.size() : 0);
  for (std::size_t j = 0; j < ys->size(); ++j) {
    for (std::size_t i = 0; i < nx; ++i) {
      values[j * nx + i] = cell_average(contract.payoff, &firsts[i * kParts], &seconds[j * kParts]);
      if (contract.exercise)
        obstacle[j * nx + i] = contract.exercise(std::exp((*xs)[i]), std::exp((*ys)[j]));
    }
  }
  solver.roll_back(contract.years, settings.steps, values, obstacle);
  const double log_first = std::log(first);
  const double log_second = std::log(second);
  std::vector<double> level(ys->size());
  std::vector<double> slope(ys->size());
  std::vector<double> bend(ys->size());
  for (std::size_t j = 0; j < ys->size(); ++j) {
    const LocalFit fit = fit_quartic(*xs, {&values[j * nx], nx}, log_first);
    level[j] = fit.value;
    slope[j] = fit.slope;
    bend[j] = fit.curvature;
  }
  const LocalFit price = fit_quartic(*ys, level, log_second);
  const double x_slope = fit_quartic(*ys, slope, log_second).value;
  const double x_bend = fit_quartic(*ys, bend, log_second).value;
  if (!std::isfinite(price.value)) return std::unexpected{Error::Overflow};
  return TwoAssetValue{.price = price.value,
                       .delta = {x_slope / first, price.slope / second},
                       .gamma = {(x_bend - x_slope) / (first * first),
                                 (price.curvature - price.slope) / (second * second)}};
}
}  // namespace sq::options::finite_difference
