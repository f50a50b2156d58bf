#include "engine/options/exotic/barrier/fx_delta.hpp"

#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"

namespace sq::options {
namespace {
bool is_premium(DeltaConvention convention) noexcept {
  return convention == DeltaConvention::PremiumSpot ||
         convention == DeltaConvention::PremiumForward;
}
// Spot deltas are forward deltas times this.
double to_spot(const FxTerms& terms, DeltaConvention convention) noexcept {
  const bool spot =
      convention == DeltaConvention::Spot || convention == DeltaConvention::PremiumSpot;
  return spot ? terms.foreign_discount : 1.0;
}
double forward_of(const FxTerms& terms) noexcept {
  return terms.spot * terms.foreign_discount / terms.domestic_discount;
}
Checks checked(const FxTerms& terms) noexcept {
  Checks checks;
  checks.finite({terms.spot, terms.domestic_discount, terms.foreign_discount, terms.deviation});
  checks.require(terms.spot > 0, Error::SpotNotPositive);
  checks.require(terms.domestic_discount > 0 && terms.foreign_discount > 0 && terms.deviation > 0,
                 Error::ParameterRange);
  return checks;
}
double delta_at(const FxTerms& terms, double sign, double strike,
                DeltaConvention convention) noexcept {
  const double forward = forward_of(terms);
  const double d1 = std::log(forward / strike) / terms.deviation + 0.5 * terms.deviation;
  const double scale = sign * to_spot(terms, convention);
  if (!is_premium(convention)) return scale * normal_cdf(sign * d1);
  return scale * strike / forward * normal_cdf(sign * (d1 - terms.deviation));
}

// ln strike beyond which a premium-adjusted call delta only falls: N(d2) deviation = n(d2).
double log_of_maximum(const FxTerms& terms) noexcept {
  double low = -40.0, high = 40.0;  // of d2
  for (int i = 0; i < 100; ++i) {
    const double d2 = 0.5 * (low + high);
    const bool falling = normal_pdf(d2) > terms.deviation * normal_cdf(d2);
    (falling ? low : high) = d2;
  }
  return std::log(forward_of(terms)) - terms.deviation * (low + 0.5 * terms.deviation);
}
}  // namespace

Result<double> fx_delta(const FxTerms& terms, OptionType type, double strike,
                        DeltaConvention convention) noexcept {
  Checks checks = checked(terms);
  checks.strike(strike);
  if (checks.failed()) return checks.error();
  return finite_or_overflow(delta_at(terms, sign_of(type), strike, convention));
}

Result<double> fx_strike(const FxTerms& terms, OptionType type, double delta,
                         DeltaConvention convention) noexcept {
  Checks checks = checked(terms);
  const double sign = sign_of(type);
  checks.finite({delta}).require(delta * sign > 0, Error::ParameterRange);
  if (checks.failed()) return checks.error();
  const double forward = forward_of(terms);
  if (!is_premium(convention)) {
    const double p = delta * sign / to_spot(terms, convention);
    if (!(p < 1.0)) return std::unexpected{Error::ParameterRange};
    const double d1 = sign * inverse_normal_cdf(p);
    return finite_or_overflow(forward * std::exp(terms.deviation * (0.5 * terms.deviation - d1)));
  }
  // Falls with the strike: a put's everywhere, a call's above its maximum.
  const double reach = 40.0 * terms.deviation + terms.deviation * terms.deviation;
  double low = type == OptionType::Put ? std::log(forward) - reach : log_of_maximum(terms);
  double high = std::log(forward) + reach;
  if (delta_at(terms, sign, std::exp(low), convention) < delta ||
      delta_at(terms, sign, std::exp(high), convention) > delta) {
    return std::unexpected{Error::ParameterRange};
  }
  for (int i = 0; i < 100; ++i) {
    const double middle = 0.5 * (low + high);
    (delta_at(terms, sign, std::exp(middle), convention) > delta ? low : high) = middle;
  }
  return finite_or_overflow(std::exp(0.5 * (low + high)));
}

Result<double> fx_delta_neutral_strike(const FxTerms& terms, DeltaConvention convention) noexcept {
  const Checks checks = checked(terms);
  if (checks.failed()) return checks.error();
  const double half = 0.5 * terms.deviation * terms.deviation;
  return finite_or_overflow(forward_of(terms) * std::exp(is_premium(convention) ? -half : half));
}
}  // namespace sq::options
