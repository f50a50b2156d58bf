#include "engine/options/portfolio/margin.hpp"

#include <algorithm>
#include <map>

namespace sq::options {
namespace {
constexpr double kOneDay = 1.0 / 365.0;

bool expires_today(const Leg& leg) noexcept {
  return leg.kind != LegKind::Underlying && leg.option.years < kOneDay;
}
bool in_range(const MarginParameters& parameters) noexcept {
  const auto fraction = [](double value) { return value >= 0 && value <= 1; };
  return parameters.price_scan > 0 && parameters.price_scan < 1 && parameters.volatility_scan >= 0 &&
         parameters.volatility_scan <= 5 && parameters.extreme_multiple >= 1 &&
         parameters.extreme_multiple * parameters.price_scan < 1 &&
         fraction(parameters.extreme_cover) && fraction(parameters.short_option_minimum) &&
         fraction(parameters.calendar_charge) && fraction(parameters.exposure) &&
         fraction(parameters.expiry_day_exposure);
}

// Losses of a group of legs that offset each other, added to `out`.
Result<void> add_losses(const Underlying& market, std::span<const Leg> legs, bool today,
                        const MarginParameters& parameters,
                        std::array<double, kMarginScenarios>& out) {
  const auto scenarios = margin_scenarios(parameters);
  for (const Leg& leg : legs) {
    if (expires_today(leg) != today) continue;
    const auto now = leg_value(market, leg);
    if (!now) return std::unexpected{now.error()};
    for (std::size_t i = 0; i < kMarginScenarios; ++i) {
      Underlying moved = market;
      moved.spot *= 1 + scenarios[i].price_move * parameters.price_scan;
      Leg shocked = leg;
      shocked.volatility = std::max(
          0.0, leg.volatility + scenarios[i].volatility_move * parameters.volatility_scan);
      const auto then = leg_value(moved, shocked);
      if (!then) return std::unexpected{then.error()};
      const double cover = i >= kMarginScenarios - 2 ? parameters.extreme_cover : 1.0;
      out[i] += cover * (*now - *then);
    }
  }
  return {};
}

// Deltas of different expiries that stand against each other, each unit of which is a spread.
Result<double> spread_units(const Underlying& market, std::span<const Leg> legs) {
  std::map<double, double> deltas;  // by years left; futures without their expiry: nearest
  for (const Leg& leg : legs) {
    if (expires_today(leg)) continue;
    const auto greeks = leg_greeks(market, leg);
    if (!greeks) return std::unexpected{greeks.error()};
    deltas[leg.kind == LegKind::Underlying ? 0.0 : leg.option.years] += greeks->delta;
  }
  double bought = 0;
  double sold = 0;
  for (const auto& [years, delta] : deltas) (delta > 0 ? bought : sold) += std::abs(delta);
  return std::min(bought, sold);
}

void add_exposure(const Underlying& market, const Leg& leg, const MarginParameters& parameters,
                  MarginEstimate& out) noexcept {
  const double notional = std::abs(leg.quantity) * market.spot;
  if (leg.kind == LegKind::Underlying) {
    out.exposure += parameters.exposure * notional;
  } else if (leg.quantity < 0) {
    const double today = expires_today(leg) ? parameters.expiry_day_exposure : 0.0;
    out.exposure += (parameters.exposure + today) * notional;
    out.short_option_minimum += parameters.short_option_minimum * notional;
  }
}
}  // namespace

std::array<MarginScenario, kMarginScenarios> margin_scenarios(
    const MarginParameters& parameters) noexcept {
  const double third = 1.0 / 3.0;
  const double moves[] = {0, third, -third, 2 * third, -2 * third, 1, -1};
  std::array<MarginScenario, kMarginScenarios> scenarios;
  for (std::size_t i = 0; i < 7; ++i) {
    scenarios[2 * i] = {moves[i], 1};
    scenarios[2 * i + 1] = {moves[i], -1};
  }
  scenarios[14] = {parameters.extreme_multiple, 0};
  scenarios[15] = {-parameters.extreme_multiple, 0};
  return scenarios;
}

Result<MarginEstimate> margin_estimate(const Underlying& market, std::span<const Leg> legs,
                                       const MarginParameters& parameters) {
  if (!in_range(parameters)) return std::unexpected{Error::ParameterRange};
  MarginEstimate out;
  std::array<double, kMarginScenarios> today{};
  if (const auto added = add_losses(market, legs, false, parameters, out.losses); !added)
    return std::unexpected{added.error()};
  if (const auto added = add_losses(market, legs, true, parameters, today); !added)
    return std::unexpected{added.error()};
  // What expires today offsets nothing else.
  out.scan_risk = std::max(0.0, *std::ranges::max_element(out.losses)) +
                  std::max(0.0, *std::ranges::max_element(today));
  for (std::size_t i = 0; i < kMarginScenarios; ++i) out.losses[i] += today[i];
  out.worst = static_cast<std::size_t>(std::ranges::max_element(out.losses) - out.losses.begin());
  const auto spreads = spread_units(market, legs);
  if (!spreads) return std::unexpected{spreads.error()};
  out.calendar_charge = *spreads * market.spot * parameters.calendar_charge;
  for (const Leg& leg : legs) {
    add_exposure(market, leg, parameters, out);
    if (leg.kind == LegKind::Underlying) continue;
    const auto value = leg_value(market, leg);
    if (!value) return std::unexpected{value.error()};
    out.net_option_value += *value;
  }
  out.span = std::max(0.0, std::max(out.scan_risk + out.calendar_charge, out.short_option_minimum) -
                               out.net_option_value);
  out.total = out.span + out.exposure;
  if (!std::isfinite(out.total)) return std::unexpected{Error::Overflow};
  return out;
}
}  // namespace sq::options
