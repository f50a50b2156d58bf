#include "engine/options/european/lognormal.hpp"

#include <cmath>
#include <limits>

#include "engine/options/math/normal.hpp"

namespace sq::options::european {
namespace {
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kInverseSqrt2Pi = 0.3989422804014327;

void certain(Lognormal& terms) noexcept {
  const double ahead = terms.sign * (terms.asset - terms.cash);
  const double probability = ahead > 0 ? 1.0 : ahead < 0 ? 0.0 : 0.5;
  terms.d1 = terms.d2 = ahead == 0 ? 0.0 : std::copysign(kInfinity, terms.asset - terms.cash);
  terms.asset_probability = terms.cash_probability = probability;
  terms.price = ahead > 0 ? ahead : 0.0;
}

void uncertain(Lognormal& terms) noexcept {
  const double far1 = std::fabs(terms.d1);
  const double far2 = std::fabs(terms.d2);
  const double ratio1 = math::upper_tail_ratio(far1);
  const double ratio2 = math::upper_tail_ratio(far2);
  const double tail1 = math::times_gaussian(terms.asset * ratio1, far1);  // asset Phi(-|d1|)
  const double tail2 = math::times_gaussian(terms.asset * ratio2, far1);  // cash Phi(-|d2|)
  const bool likely1 = terms.sign * terms.d1 > 0;
  const bool likely2 = terms.sign * terms.d2 > 0;
  const double phi1 = math::times_gaussian(ratio1, far1);
  const double phi2 = math::times_gaussian(ratio2, far2);
  terms.asset_probability = likely1 ? 1.0 - phi1 : phi1;
  terms.cash_probability = likely2 ? 1.0 - phi2 : phi2;
  terms.asset_density = math::times_gaussian(terms.asset * kInverseSqrt2Pi, far1);
  if (!likely1 && !likely2) {
    const double difference = terms.sign * (ratio1 - ratio2);  // one product: no digits lost
    terms.price = math::times_gaussian(terms.asset * difference, far1);
  } else {
    const double asset_part = likely1 ? terms.asset - tail1 : tail1;
    const double cash_part = likely2 ? terms.cash - tail2 : tail2;
    terms.price = terms.sign * (asset_part - cash_part);
  }
  if (!(terms.price > 0)) terms.price = 0;  // by a rounding, never by more
}
}  // namespace

Result<void> check(const Market& market, const Vanilla& option) noexcept {
  const double sum = market.spot * 0.0 + market.rate * 0.0 + market.yield * 0.0 +
                     market.volatility * 0.0 + option.strike * 0.0 + option.years * 0.0;
  if (std::isnan(sum)) return std::unexpected{Error::NotFinite};
  if (market.spot < 0) return std::unexpected{Error::SpotNotPositive};
  if (option.strike < 0) return std::unexpected{Error::StrikeNotPositive};
  if (market.volatility < 0) return std::unexpected{Error::VolatilityNegative};
  if (option.years < 0) return std::unexpected{Error::TimeNegative};
  return {};
}

Result<Lognormal> lognormal(const Market& market, const Vanilla& option) noexcept {
  if (const auto checked = check(market, option); !checked) {
    return std::unexpected{checked.error()};
  }
  Lognormal terms;
  terms.sign = sign_of(option.type);
  terms.asset_factor = math::exp(-market.yield * option.years);
  terms.cash_factor = math::exp(-market.rate * option.years);
  terms.asset = market.spot == 0 ? 0.0 : market.spot * terms.asset_factor;
  terms.cash = option.strike == 0 ? 0.0 : option.strike * terms.cash_factor;
  terms.root = std::sqrt(option.years);
  terms.deviation = market.volatility * terms.root;
  if (!std::isfinite(terms.asset) || !std::isfinite(terms.cash) ||
      !std::isfinite(terms.asset_factor) || !std::isfinite(terms.cash_factor)) {
    return std::unexpected{Error::Overflow};
  }
  if (terms.deviation == 0 || terms.asset == 0 || terms.cash == 0) {
    certain(terms);
    return terms;
  }
  // Both factors are finite and positive here, so each of the two growths is below 1500.
  const double difference = market.rate - market.yield;
  const double drift = std::isfinite(difference)
                           ? difference * option.years
                           : market.rate * option.years - market.yield * option.years;
  const double log = math::log_ratio(market.spot, option.strike);
  const double moneyness =
      std::isfinite(difference) ? __builtin_fma(difference, option.years, log) : log + drift;
  const double centre = moneyness / terms.deviation;
  terms.d1 = centre + 0.5 * terms.deviation;
  terms.d2 = centre - 0.5 * terms.deviation;
  uncertain(terms);
  return terms;
}
}  // namespace sq::options::european
