#include "engine/options/surface/surface.hpp"

#include <algorithm>
#include <cmath>

namespace sq::options {
std::string_view text_of(QuoteRefusal refusal) noexcept {
  switch (refusal) {
    case QuoteRefusal::BadNumber:
      return "a number that is not finite or a strike at or below 0";
    case QuoteRefusal::Expired:
      return "expired or about to";
    case QuoteRefusal::NoBid:
      return "no bid";
    case QuoteRefusal::NoAsk:
      return "no ask";
    case QuoteRefusal::Crossed:
      return "bid above ask";
    case QuoteRefusal::Stale:
      return "quote too old";
    case QuoteRefusal::Wide:
      return "spread too wide";
    case QuoteRefusal::InTheMoney:
      return "in the money: used for the forward only";
    case QuoteRefusal::NoForward:
      return "its expiry has no forward";
    case QuoteRefusal::OutOfBounds:
      return "outside what any volatility gives";
    case QuoteRefusal::FarWing:
      return "too far from the forward for its time";
  }
  return "unknown";
}

Surface::Bracket Surface::bracket(double years) const noexcept {
  const auto after =
      std::lower_bound(slices_.begin(), slices_.end(), years,
                       [](const Slice& slice, double time) noexcept { return slice.years < time; });
  if (after == slices_.begin()) return {&slices_.front(), &slices_.front(), 0};
  if (after == slices_.end()) return {&slices_.back(), &slices_.back(), 0};
  const Slice& before = *(after - 1);
  return {&before, &*after, (years - before.years) / (after->years - before.years)};
}

Result<double> Surface::forward(double years) const noexcept {
  if (!std::isfinite(years)) return std::unexpected{Error::NotFinite};
  if (years < 0) return std::unexpected{Error::TimeNegative};
  const Bracket at = bracket(years);
  const double low = std::log(at.before->forward.forward / spot_);
  double log_growth = 0;
  if (at.before == at.after) {
    log_growth = low * years / at.before->years;
  } else {
    const double high = std::log(at.after->forward.forward / spot_);
    log_growth = low + at.part * (high - low);
  }
  const double answer = spot_ * std::exp(log_growth);
  if (!std::isfinite(answer) || !(answer > 0)) return std::unexpected{Error::Overflow};
  return answer;
}

Result<double> Surface::discount(double years) const noexcept {
  if (!std::isfinite(years)) return std::unexpected{Error::NotFinite};
  if (years < 0) return std::unexpected{Error::TimeNegative};
  const Bracket at = bracket(years);
  const double low = at.before->forward.rate * at.before->years;
  const double high = at.after->forward.rate * at.after->years;
  const double total =
      at.before == at.after ? at.before->forward.rate * years : low + at.part * (high - low);
  const double answer = std::exp(-total);
  if (!std::isfinite(answer)) return std::unexpected{Error::Overflow};
  return answer;
}

Result<double> Surface::total_variance_at(double k, double years) const noexcept {
  if (!std::isfinite(k) || !std::isfinite(years)) return std::unexpected{Error::NotFinite};
  if (years < 0) return std::unexpected{Error::TimeNegative};
  const Bracket at = bracket(years);
  const double low = total_variance(at.before->fit.smile, k);
  double variance = low * years / at.before->years;
  if (at.before != at.after) {
    variance = low + at.part * (total_variance(at.after->fit.smile, k) - low);
  }
  if (!std::isfinite(variance)) return std::unexpected{Error::Overflow};
  return std::max(variance, 0.0);
}

Result<double> Surface::volatility(double strike, double years) const noexcept {
  if (!std::isfinite(strike) || !std::isfinite(years)) return std::unexpected{Error::NotFinite};
  if (!(strike > 0)) return std::unexpected{Error::StrikeNotPositive};
  if (years < 0) return std::unexpected{Error::TimeNegative};
  const double time = std::max(years, 1e-9);  // the limit at 0 is the first slice's volatility
  const Result<double> middle = forward(time);
  if (!middle) return middle;
  const Result<double> variance = total_variance_at(std::log(strike / *middle), time);
  if (!variance) return variance;
  const double answer = std::sqrt(*variance / time);
  if (!std::isfinite(answer)) return std::unexpected{Error::Overflow};
  return answer;
}

Result<Greeks> Surface::greeks(OptionType type, double strike, double years) const noexcept {
  const Result<double> sigma = volatility(strike, years);
  if (!sigma) return std::unexpected{sigma.error()};
  const Result<double> middle = forward(years);
  if (!middle) return std::unexpected{middle.error()};
  const Result<double> factor = discount(years);
  if (!factor) return std::unexpected{factor.error()};
  const double rate = years > 0 ? -std::log(*factor) / years : 0.0;
  return black76_greeks({.forward = *middle, .rate = rate, .volatility = *sigma},
                        {type, strike, years});
}
}  // namespace sq::options
