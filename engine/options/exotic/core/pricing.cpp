#include "engine/options/exotic/core/pricing.hpp"

namespace sq::options {
Inputs<double> inputs_of(const Market& market) noexcept {
  return {.spot = market.spot,
          .rate = market.rate,
          .yield = market.yield,
          .volatility = market.volatility,
          .time_shift = 0.0};
}

Inputs<OneAssetJet> jets_of(const Market& market) noexcept {
  using Layout = OneAssetLayout;
  return {.spot = OneAssetJet::variable(market.spot, Layout::kSpot),
          .rate = OneAssetJet::variable(market.rate, Layout::kRate),
          .yield = OneAssetJet::variable(market.yield, Layout::kYield),
          .volatility = OneAssetJet::variable(market.volatility, Layout::kVolatility),
          .time_shift = OneAssetJet::variable(0.0, Layout::kTime)};
}

namespace {
template <class Real>
Inputs<Real> in_payment_currency(Inputs<Real> in, const QuantoMarket& quanto) noexcept {
  in.yield = in.yield + in.rate - quanto.asset_rate +
             in.volatility * (quanto.correlation * quanto.exchange_volatility);
  return in;
}
}  // namespace

Inputs<double> inputs_of(const QuantoMarket& market) noexcept {
  return in_payment_currency(inputs_of(market.market), market);
}

Inputs<OneAssetJet> jets_of(const QuantoMarket& market) noexcept {
  return in_payment_currency(jets_of(market.market), market);
}

TwoAssetInputs<double> inputs_of(const TwoAssetMarket& market) noexcept {
  return {.spot1 = market.spot1,
          .spot2 = market.spot2,
          .yield1 = market.yield1,
          .yield2 = market.yield2,
          .volatility1 = market.volatility1,
          .volatility2 = market.volatility2,
          .correlation = market.correlation,
          .rate = market.rate,
          .time_shift = 0.0};
}

TwoAssetInputs<TwoAssetJet> jets_of(const TwoAssetMarket& market) noexcept {
  using Layout = TwoAssetLayout;
  return {.spot1 = TwoAssetJet::variable(market.spot1, Layout::kSpot1),
          .spot2 = TwoAssetJet::variable(market.spot2, Layout::kSpot2),
          .yield1 = market.yield1,
          .yield2 = market.yield2,
          .volatility1 = TwoAssetJet::variable(market.volatility1, Layout::kVolatility1),
          .volatility2 = TwoAssetJet::variable(market.volatility2, Layout::kVolatility2),
          .correlation = TwoAssetJet::variable(market.correlation, Layout::kCorrelation),
          .rate = TwoAssetJet::variable(market.rate, Layout::kRate),
          .time_shift = TwoAssetJet::variable(0.0, Layout::kTime)};
}

ExoticGreeks greeks_of(const OneAssetJet& jet) noexcept {
  using Layout = OneAssetLayout;
  return {.price = jet.value,
          .delta = jet.first[Layout::kSpot],
          .gamma = jet.second[0],
          .vega = jet.first[Layout::kVolatility],
          .theta = -jet.first[Layout::kTime],
          .rho = jet.first[Layout::kRate],
          .dividend_rho = jet.first[Layout::kYield],
          .vanna = jet.second[1],
          .volga = jet.second[2]};
}

TwoAssetGreeks greeks_of(const TwoAssetJet& jet) noexcept {
  using Layout = TwoAssetLayout;
  return {.price = jet.value,
          .delta1 = jet.first[Layout::kSpot1],
          .delta2 = jet.first[Layout::kSpot2],
          .gamma1 = jet.second[0],
          .gamma2 = jet.second[1],
          .cross_gamma = jet.second[2],
          .vega1 = jet.first[Layout::kVolatility1],
          .vega2 = jet.first[Layout::kVolatility2],
          .correlation_sensitivity = jet.first[Layout::kCorrelation],
          .theta = -jet.first[Layout::kTime],
          .rho = jet.first[Layout::kRate]};
}
}  // namespace sq::options
