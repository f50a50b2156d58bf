#include "engine/options/portfolio/leg.hpp"

#include "engine/options/american/american.hpp"
#include "engine/options/european/european.hpp"

namespace sq::options {
namespace {
Market market_of(const Underlying& market, const Leg& leg) noexcept {
  return {market.spot, market.rate, market.yield, leg.volatility};
}
Result<double> finite(double value) noexcept {
  if (!std::isfinite(value)) return std::unexpected{Error::Overflow};
  return value;
}
Error not_usable(const Underlying& market, const Leg& leg) noexcept {
  if (!std::isfinite(leg.quantity) || !std::isfinite(market.spot)) return Error::NotFinite;
  return Error::SpotNotPositive;
}
bool usable(const Underlying& market, const Leg& leg) noexcept {
  return std::isfinite(leg.quantity) && std::isfinite(market.spot) && market.spot > 0;
}
}  // namespace

PositionGreeks& PositionGreeks::operator+=(const PositionGreeks& other) noexcept {
  value += other.value;
  delta += other.delta;
  gamma += other.gamma;
  vega += other.vega;
  theta += other.theta;
  rho += other.rho;
  vanna += other.vanna;
  volga += other.volga;
  charm += other.charm;
  second_order_complete = second_order_complete && other.second_order_complete;
  return *this;
}

Result<double> leg_value(const Underlying& market, const Leg& leg) {
  if (!usable(market, leg)) return std::unexpected{not_usable(market, leg)};
  if (leg.kind == LegKind::Underlying) return finite(leg.quantity * market.spot);
  const Result<double> price = leg.kind == LegKind::American
                                   ? american::american_price(market_of(market, leg), leg.option,
                                                              american::Preset::Fast)
                                   : european_price(market_of(market, leg), leg.option);
  if (!price) return price;
  return finite(leg.quantity * *price);
}

Result<PositionGreeks> leg_greeks(const Underlying& market, const Leg& leg) {
  if (!usable(market, leg)) return std::unexpected{not_usable(market, leg)};
  PositionGreeks out;
  if (leg.kind == LegKind::Underlying) {
    out.value = leg.quantity * market.spot;
    out.delta = leg.quantity;
  } else if (leg.kind == LegKind::American) {
    const auto greeks =
        american::american_greeks(market_of(market, leg), leg.option, american::Preset::Fast);
    if (!greeks) return std::unexpected{greeks.error()};
    out.value = leg.quantity * greeks->price;
    out.delta = leg.quantity * greeks->delta;
    out.gamma = leg.quantity * greeks->gamma;
    out.vega = leg.quantity * greeks->vega;
    out.theta = leg.quantity * greeks->theta;
    out.rho = leg.quantity * greeks->rho;
    out.second_order_complete = false;
  } else {
    const auto greeks = european_all_greeks(market_of(market, leg), leg.option);
    if (!greeks) return std::unexpected{greeks.error()};
    out.value = leg.quantity * greeks->price;
    out.delta = leg.quantity * greeks->delta;
    out.gamma = leg.quantity * greeks->gamma;
    out.vega = leg.quantity * greeks->vega;
    out.theta = leg.quantity * greeks->theta;
    out.rho = leg.quantity * greeks->rho;
    out.vanna = leg.quantity * greeks->vanna;
    out.volga = leg.quantity * greeks->volga;
    out.charm = leg.quantity * greeks->charm;
  }
  if (!std::isfinite(out.value) || !std::isfinite(out.gamma) || !std::isfinite(out.vega))
    return std::unexpected{Error::Overflow};
  return out;
}

Result<PositionGreeks> position_greeks(const Underlying& market, std::span<const Leg> legs) {
  PositionGreeks sum;
  for (const Leg& leg : legs) {
    const auto greeks = leg_greeks(market, leg);
    if (!greeks) return greeks;
    sum += *greeks;
  }
  return sum;
}

Result<double> position_profit(const Underlying& market, std::span<const Leg> legs) {
  double profit = 0;
  for (const Leg& leg : legs) {
    const auto value = leg_value(market, leg);
    if (!value) return value;
    profit += *value - leg.quantity * leg.entry_price;
  }
  return finite(profit);
}
}  // namespace sq::options
