#include "engine/options/portfolio/scenario.hpp"

#include <algorithm>

#include "engine/options/batch/european_batch.hpp"

namespace sq::options {
namespace {
constexpr double kDaysPerYear = 365.0;

bool within(std::span<const double> values, double low_exclusive_or_equal, bool exclusive) {
  return !values.empty() && std::ranges::all_of(values, [&](double value) {
    return std::isfinite(value) &&
           (exclusive ? value > low_exclusive_or_equal : value >= low_exclusive_or_equal);
  });
}

Leg moved(const Leg& leg, double volatility_move, double days) noexcept {
  Leg out = leg;
  out.volatility = std::max(0.0, leg.volatility + volatility_move);
  out.option.years = std::max(0.0, leg.option.years - days / kDaysPerYear);
  return out;
}

// Value of one European leg at every spot of a row, added to `row`.
Result<void> add_european_row(const Underlying& market, const Leg& leg,
                              std::span<const double> spots, std::span<double> row,
                              std::vector<double>& room) {
  const std::size_t n = spots.size();
  room.resize(7 * n);
  const auto column = [&](std::size_t k) { return std::span{room}.subspan(k * n, n); };
  const std::vector<OptionType> types(n, leg.option.type);
  std::vector<std::uint8_t> status(n);
  std::ranges::fill(column(6), leg.option.strike);
  const GreeksColumns out{column(0), column(1), column(2), column(3), column(4), column(5), status};
  const BatchResult done =
      european_greeks_batch({types, column(6), spots, {&market.rate, 1}, {&market.yield, 1},
                             {&leg.volatility, 1}, {&leg.option.years, 1}},
                            out);
  if (done.outcome != BatchOutcome::Done) return std::unexpected{Error::ParameterRange};
  for (std::size_t i = 0; i < n; ++i) {
    if (status[i] != 0) return std::unexpected{static_cast<Error>(status[i])};
    row[i] += leg.quantity * out.price[i];
  }
  return {};
}

Result<void> add_row(const Underlying& market, const Leg& leg, std::span<const double> spots,
                     std::span<double> row, std::vector<double>& room) {
  if (!std::isfinite(leg.quantity)) return std::unexpected{Error::NotFinite};
  if (leg.kind == LegKind::European) return add_european_row(market, leg, spots, row, room);
  for (std::size_t i = 0; i < spots.size(); ++i) {
    const auto value = leg_value({spots[i], market.rate, market.yield}, leg);
    if (!value) return std::unexpected{value.error()};
    row[i] += *value;
  }
  return {};
}
}  // namespace

Result<ScenarioGrid> scenario_grid(const Underlying& market, std::span<const Leg> legs,
                                   const ScenarioAxes& axes) {
  const std::size_t rows = axes.volatility_moves.size() * axes.days.size();
  if (!within(axes.spot_moves, -1.0, true) || !within(axes.days, 0.0, false) ||
      !within(axes.volatility_moves, -100.0, false) || legs.empty() ||
      rows > kScenarioCellsMax / axes.spot_moves.size() / legs.size())
    return std::unexpected{Error::ParameterRange};
  double now = 0;
  for (const Leg& leg : legs) {
    const auto value = leg_value(market, leg);
    if (!value) return std::unexpected{value.error()};
    now += *value;
  }
  ScenarioGrid grid;
  grid.spots = axes.spot_moves.size();
  grid.volatilities = axes.volatility_moves.size();
  grid.days = axes.days.size();
  grid.profit.assign(grid.spots * rows, -now);
  std::vector<double> spots;
  for (const double move : axes.spot_moves) spots.push_back(market.spot * (1 + move));
  std::vector<double> room;
  for (std::size_t row = 0; row < rows; ++row) {
    const double days = axes.days[row / grid.volatilities];
    const double move = axes.volatility_moves[row % grid.volatilities];
    const std::span<double> profit = std::span{grid.profit}.subspan(row * grid.spots, grid.spots);
    for (const Leg& leg : legs) {
      const auto added = add_row(market, moved(leg, move, days), spots, profit, room);
      if (!added) return std::unexpected{added.error()};
    }
  }
  if (!std::ranges::all_of(grid.profit, [](double value) { return std::isfinite(value); }))
    return std::unexpected{Error::Overflow};
  return grid;
}

Result<ProfitExplained> explain_profit(const Underlying& market_before, std::span<const Leg> before,
                                       const Underlying& market_after, std::span<const Leg> after) {
  if (before.size() != after.size()) return std::unexpected{Error::ParameterRange};
  const double move = market_after.spot - market_before.spot;
  const double rate_move = market_after.rate - market_before.rate;
  ProfitExplained out;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto greeks = leg_greeks(market_before, before[i]);
    if (!greeks) return std::unexpected{greeks.error()};
    Leg later = after[i];
    later.quantity = before[i].quantity;
    const auto value = leg_value(market_after, later);
    if (!value) return std::unexpected{value.error()};
    out.total += *value - greeks->value;
    out.delta += greeks->delta * move;
    out.gamma += 0.5 * greeks->gamma * move * move;
    if (before[i].kind == LegKind::Underlying) continue;
    const double volatility_move = later.volatility - before[i].volatility;
    const double passed = before[i].option.years - later.option.years;
    out.vega += greeks->vega * volatility_move;
    out.theta += greeks->theta * passed;
    out.rho += greeks->rho * rate_move;
    out.vanna += greeks->vanna * move * volatility_move;
    out.volga += 0.5 * greeks->volga * volatility_move * volatility_move;
    out.charm += greeks->charm * move * passed;
  }
  out.unexplained = out.total - (out.delta + out.gamma + out.vega + out.theta + out.rho +
                                 out.vanna + out.volga + out.charm);
  if (!std::isfinite(out.unexplained)) return std::unexpected{Error::Overflow};
  return out;
}
}  // namespace sq::options
