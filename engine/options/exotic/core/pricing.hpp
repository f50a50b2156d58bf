// Price and Greeks of every exotic contract of this folder:
//   price(market, contract), greeks(market, contract)
// with the market of one asset, of one asset paid in another currency (QuantoMarket), or of two
// assets. A contract is a plain struct; its header has the formula, the restrictions and the error.
// Thread: plain functions, no state. Cost: a few hundred ns for closed forms, Greeks about 6 times
// the price; headers of contracts name those that cost more. No allocation unless a header says so.
// Errors: as values, never a NaN or infinity; Overflow where the true value or a Greek does not fit
// or the formula's intermediate terms do not.
// Units: Greeks per unit of the input: vega per 1.00 of volatility, rho per 1.00 of rate, theta per
// year of calendar time (all dates of the contract come nearer together).
// Accuracy of Greeks: exact derivatives of the formula (Jet), so rounding only. At a kink of the
// value (spot on a barrier, no volatility, expiry at the strike) they are one-sided.
#pragma once

#include "engine/options/exotic/core/inputs.hpp"
#include "engine/options/exotic/core/jet.hpp"
#include "engine/options/result.hpp"

namespace sq::options {
struct ExoticGreeks {
  double price{0};
  double delta{0};
  double gamma{0};
  double vega{0};
  double theta{0};
  double rho{0};
  double dividend_rho{0};  // per 1.00 of yield; the rate's moves do not move the yield
  double vanna{0};         // d delta / d volatility
  double volga{0};         // d vega / d volatility
};

// An asset quoted in one currency, paid in another at a fixed exchange rate. The contract is priced
// in the asset's market with the yield q + r - r_asset + correlation sigma sigma_fx.
struct QuantoMarket {
  Market market{};       // rate is the payment currency's
  double asset_rate{0};  // of the asset's currency, continuously compounded
  double exchange_volatility{0};
  double correlation{0};  // of the asset with the exchange rate (payment per asset currency)
};

struct TwoAssetMarket {
  double spot1{0}, spot2{0};
  double yield1{0}, yield2{0};  // a futures price is a spot with a yield equal to the rate
  double volatility1{0}, volatility2{0};
  double correlation{0};
  double rate{0};
};
struct TwoAssetGreeks {
  double price{0};
  double delta1{0}, delta2{0};
  double gamma1{0}, gamma2{0}, cross_gamma{0};
  double vega1{0}, vega2{0};
  double correlation_sensitivity{0};  // per 1.00
  double theta{0};
  double rho{0};  // the yields stay
};

// What each contract's source defines, for double and for the jet of its market:
//   Result<Real> evaluate(const Inputs<Real>&, const Contract&) noexcept;
template <class Contract>
concept OneAssetContract = requires(const Inputs<double>& in, const Contract& contract) {
  { evaluate(in, contract) } -> std::same_as<Result<double>>;
};
template <class Contract>
concept TwoAssetContract = requires(const TwoAssetInputs<double>& in, const Contract& contract) {
  { evaluate(in, contract) } -> std::same_as<Result<double>>;
};

[[nodiscard]] Inputs<double> inputs_of(const Market& market) noexcept;
[[nodiscard]] Inputs<OneAssetJet> jets_of(const Market& market) noexcept;
[[nodiscard]] Inputs<double> inputs_of(const QuantoMarket& market) noexcept;
[[nodiscard]] Inputs<OneAssetJet> jets_of(const QuantoMarket& market) noexcept;
[[nodiscard]] TwoAssetInputs<double> inputs_of(const TwoAssetMarket& market) noexcept;
[[nodiscard]] TwoAssetInputs<TwoAssetJet> jets_of(const TwoAssetMarket& market) noexcept;
[[nodiscard]] ExoticGreeks greeks_of(const OneAssetJet& jet) noexcept;
[[nodiscard]] TwoAssetGreeks greeks_of(const TwoAssetJet& jet) noexcept;

template <OneAssetContract Contract>
[[nodiscard]] Result<double> price(const Market& market, const Contract& contract) noexcept {
  return evaluate(inputs_of(market), contract);
}
template <OneAssetContract Contract>
[[nodiscard]] Result<ExoticGreeks> greeks(const Market& market, const Contract& contract) noexcept {
  const Result<OneAssetJet> jet = evaluate(jets_of(market), contract);
  if (!jet) return std::unexpected{jet.error()};
  return greeks_of(*jet);
}
template <OneAssetContract Contract>
[[nodiscard]] Result<double> price(const QuantoMarket& market, const Contract& contract) noexcept {
  return evaluate(inputs_of(market), contract);
}
template <OneAssetContract Contract>
[[nodiscard]] Result<ExoticGreeks> greeks(const QuantoMarket& market,
                                          const Contract& contract) noexcept {
  const Result<OneAssetJet> jet = evaluate(jets_of(market), contract);
  if (!jet) return std::unexpected{jet.error()};
  return greeks_of(*jet);
}
template <TwoAssetContract Contract>
[[nodiscard]] Result<double> price(const TwoAssetMarket& market,
                                   const Contract& contract) noexcept {
  return evaluate(inputs_of(market), contract);
}
template <TwoAssetContract Contract>
[[nodiscard]] Result<TwoAssetGreeks> greeks(const TwoAssetMarket& market,
                                            const Contract& contract) noexcept {
  const Result<TwoAssetJet> jet = evaluate(jets_of(market), contract);
  if (!jet) return std::unexpected{jet.error()};
  return greeks_of(*jet);
}
}  // namespace sq::options
