#include "engine/options/finite_difference/heston_grid.hpp"

#include <algorithm>
#include <cmath>

#include "engine/options/finite_difference/grid.hpp"

namespace sq::options::finite_difference {
namespace {
std::optional<Error> fault(const HestonModel& model, const HestonContract& contract, double spot,
                           const Settings2d& settings) {
  for (const double value :
       {model.rate, model.yield, model.variance, model.reversion, model.long_variance,
        model.volatility, model.correlation, contract.years, contract.rebate, spot,
        contract.lower.value_or(1), contract.upper.value_or(1)}) {
    if (!std::isfinite(value)) return Error::NotFinite;
  }
  if (!(spot > 0)) return Error::SpotNotPositive;
  if (contract.years < 0) return Error::TimeNegative;
  const double lower = contract.lower.value_or(0);
  if (model.variance < 0 || !(model.reversion > 0) || !(model.long_variance > 0) ||
      !(model.volatility > 0) || std::abs(model.correlation) > 1 || contract.years == 0 ||
      !contract.payoff || settings.points_x < kPointsMin || settings.points_x > 2000 ||
      settings.points_y < kPointsMin || settings.points_y > 2000 || settings.steps < 3 ||
      settings.steps > 10'000 || lower < 0 || (contract.upper && !(*contract.upper > lower)))
    return Error::ParameterRange;
  return std::nullopt;
}

struct Grids {
  std::vector<double> logs, variances;
  bool low_dead{false}, high_dead{false};
};

Result<Grids> make_grids(const HestonModel& model, const HestonContract& contract, double spot,
                         const Settings2d& settings) {
  const double years = contract.years;
  // Mean variance over the life, and how far it strays.
  const double decay = -std::expm1(-model.reversion * years) / (model.reversion * years);
  const double mean = model.long_variance + (model.variance - model.long_variance) * decay;
  const double largest = std::max(model.variance, model.long_variance);
  const double strays =
      model.volatility * std::sqrt(largest * std::min(years, 0.5 / model.reversion));
  const double deviation = std::sqrt((mean + 2 * strays) * years);
  const double reach = 6 * deviation + std::abs(model.rate - model.yield) * years;
  Grids grids;
  double centre = std::log(spot);
  if (contract.lower && *contract.lower > 0) centre = std::max(centre, std::log(*contract.lower));
  if (contract.upper) centre = std::min(centre, std::log(*contract.upper));
  GridRequest request{.low = std::max(centre - reach, -700.0),
                      .high = std::min(centre + reach, 700.0),
                      .points = settings.points_x,
                      .width = 0.3 * std::sqrt(mean * years)};
  std::vector<double> centres{std::log(spot)};
  std::vector<double> nodes;
  for (const double kink : contract.kinks) {
    if (!(kink > 0)) continue;
    nodes.push_back(std::log(kink));
    if (std::abs(nodes.back() - centres[0]) > request.width) centres.push_back(nodes.back());
  }
  if (contract.lower && *contract.lower > 0 && std::log(*contract.lower) > request.low) {
    request.low = std::log(*contract.lower);
    grids.low_dead = true;
  }
  if (contract.upper && std::log(*contract.upper) < request.high) {
    request.high = std::log(*contract.upper);
    grids.high_dead = true;
  }
  request.centres = centres;
  request.on_grid = nodes;
  auto logs = make_grid(request);
  if (!logs) return std::unexpected{logs.error()};
  // The variance's distribution falls like exp(-v / tail).
  const double tail = model.volatility * model.volatility * -std::expm1(-model.reversion * years) /
                      (2 * model.reversion);
  const double top = largest + 4 * strays + 20 * tail;
  const double today[] = {model.variance};
  const double dense[] = {0.0, model.variance};
  auto variances = make_grid({.low = 0,
                              .high = top,
                              .points = settings.points_y,
                              .width = 0.1 * std::min(top, std::max(model.variance, 0.2 * largest)),
                              .centres = std::span{dense}.subspan(model.variance > 0 ? 0 : 1),
                              .on_grid = today});
  if (!variances) return std::unexpected{variances.error()};
  grids.logs = std::move(*logs);
  grids.variances = std::move(*variances);
  return grids;
}

// Where 2 kappa theta < sigma^2 the variance reaches 0, and the value bends there like a power of
// it that differences see only on absurdly fine grids. The rates between neighbours that the scale
// function s and the speed measure m of the variance process prescribe, 1 / (m of the point's cell
// x s between the points), know the power (Feller 1954).
struct Rates {
  std::vector<double> down, up;
};
Rates variance_rates(const HestonModel& model, const std::vector<double>& variances) {
  const double variance = model.volatility * model.volatility;
  const double beta = 2 * model.reversion * model.long_variance / variance;
  const double slope = 2 * model.reversion / variance;
  // Integral of v^power exp(k (v - centre)) over [low, high], exact in the power.
  const auto integral = [](double low, double high, double power, double k, double centre) {
    constexpr double kNodes[] = {0.04691007703066802, 0.23076534494715845, 0.5, 0.7692346550528415,
                                 0.953089922969332};
    constexpr double kWeights[] = {0.11846344252809454, 0.23931433524968324, 0.28444444444444444,
                                   0.23931433524968324, 0.11846344252809454};
    const double a = std::pow(low, power + 1);
    const double b = std::pow(high, power + 1);
    double total = 0;
    for (int i = 0; i < 5; ++i) {
      const double v = std::pow(a + (b - a) * kNodes[i], 1 / (power + 1));
      total += kWeights[i] * std::exp(k * (v - centre));
    }
    return total * (b - a) / (power + 1);
  };
  const std::size_t count = variances.size();
  Rates rates{std::vector<double>(count), std::vector<double>(count)};
  for (std::size_t j = 0; j < count; ++j) {
    const double v = variances[j];
    const double low = j > 0 ? 0.5 * (variances[j - 1] + v) : v;
    const double high = j + 1 < count ? 0.5 * (v + variances[j + 1]) : v;
    const double speed = 2 / variance * integral(low, high, beta - 1, -slope, v);
    if (j > 0) rates.down[j] = 1 / (speed * integral(variances[j - 1], v, -beta, slope, v));
    if (j + 1 < count) rates.up[j] = 1 / (speed * integral(v, variances[j + 1], -beta, slope, v));
  }
  return rates;
}

// Averages over the cell of a point that holds a kink, point values elsewhere.
double smoothed(const std::function<double(double)>& payoff, const std::vector<double>& logs,
                std::size_t i, const std::vector<double>& kinks) {
  constexpr int kParts = 16;
  const double low = i > 0 ? 0.5 * (logs[i - 1] + logs[i]) : logs[i];
  const double high = i + 1 < logs.size() ? 0.5 * (logs[i] + logs[i + 1]) : logs[i];
  const bool bent = std::any_of(kinks.begin(), kinks.end(), [&](double kink) {
    return kink > 0 && std::log(kink) > low && std::log(kink) < high;
  });
  if (!bent) return payoff(std::exp(logs[i]));
  double total = 0;
  for (int k = 0; k < kParts; ++k)
    total += payoff(std::exp(low + (high - low) * (k + 0.5) / kParts));
  return total / kParts;
}
// Price and slopes at the spot and today's variance.
HestonValue value_at(const std::vector<double>& logs, const std::vector<double>& variances,
                     const std::vector<double>& values, double spot, double variance) {
  const std::size_t nx = logs.size();
  const double log_spot = std::log(spot);
  std::vector<double> column(variances.size());
  std::vector<LocalFit> fits(variances.size());
  for (std::size_t j = 0; j < variances.size(); ++j) {
    fits[j] = fit_quartic(logs, {&values[j * nx], nx}, log_spot);
    column[j] = fits[j].value;
  }
  const auto across = [&](auto&& part) {
    for (std::size_t j = 0; j < fits.size(); ++j) column[j] = part(fits[j]);
    return fit_quartic(variances, column, variance);
  };
  const LocalFit price = across([](const LocalFit& fit) { return fit.value; });
  const double slope = across([](const LocalFit& fit) { return fit.slope; }).value;
  const double bend = across([](const LocalFit& fit) { return fit.curvature; }).value;
  const HestonValue value{.price = price.value,
                          .delta = slope / spot,
                          .gamma = (bend - slope) / (spot * spot),
                          .variance_slope = price.slope};
  return value;
}
}  // namespace

Result<HestonValue> price_heston(const HestonModel& model, const HestonContract& contract,
                                 double spot, const Settings2d& settings) {
  if (const auto found = fault(model, contract, spot, settings)) return std::unexpected{*found};
  const auto grids = make_grids(model, contract, spot, settings);
  if (!grids) return std::unexpected{grids.error()};
  const std::vector<double>& logs = grids->logs;
  const std::vector<double>& variances = grids->variances;
  if ((grids->low_dead && spot <= std::exp(logs.front())) ||
      (grids->high_dead && spot >= std::exp(logs.back())))
    return HestonValue{.price = contract.rebate};
  Adi2d solver{logs,
               variances,
               {.low_x = grids->low_dead ? Edge::Fixed : Edge::LinearInSpot,
                .high_x = grids->high_dead ? Edge::Fixed : Edge::LinearInSpot,
                .low_y = Edge::FirstOrder,
                .high_y = Edge::Flat},
               settings.scheme};
  solver.set_operator([&model](double, double v) {
    return Terms2d{.xx = 0.5 * v,
                   .x = model.rate - model.yield - 0.5 * v,
                   .yy = 0.5 * model.volatility * model.volatility * v,
                   .y = model.reversion * (model.long_variance - v),
                   .xy = model.correlation * model.volatility * v,
                   .rate = model.rate};
  });
  constexpr double kReachesZero = 0.999;
  if (2 * model.reversion * model.long_variance <
      kReachesZero * model.volatility * model.volatility) {
    const Rates rates = variance_rates(model, variances);
    solver.set_y_rates(rates.down, rates.up);
  }
  const std::size_t nx = logs.size();
  std::vector<double> values(solver.size());
  std::vector<double> obstacle(contract.exercise ? solver.size() : 0);
  for (std::size_t i = 0; i < nx; ++i) {
    const bool dead = (i == 0 && grids->low_dead) || (i + 1 == nx && grids->high_dead);
    const double payoff =
        dead ? contract.rebate : smoothed(contract.payoff, logs, i, contract.kinks);
    const double exercise = !contract.exercise ? 0
                            : dead             ? contract.rebate
                                               : contract.exercise(std::exp(logs[i]));
    for (std::size_t j = 0; j < variances.size(); ++j) {
      values[j * nx + i] = payoff;
      if (contract.exercise) obstacle[j * nx + i] = exercise;
    }
  }
  solver.roll_back(contract.years, settings.steps, values, obstacle);
  const HestonValue value = value_at(logs, variances, values, spot, model.variance);
  if (!std::isfinite(value.price)) return std::unexpected{Error::Overflow};
  return value;
}
}  // namespace sq::options::finite_difference
