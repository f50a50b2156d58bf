#include "engine/options/american/implied_volatility.hpp"

#include <algorithm>
#include <cmath>

namespace sq::options::american {
namespace {
struct Bracket {
  double low, at_low;    // value below 0
  double high, at_high;  // value above 0
};

// Chandrupatla's method. value(x) is a Result<double> and increasing.
template <class Value>
Result<double> find_zero(Bracket bracket, double tolerance, Value&& value) {
  double a = bracket.high;
  double fa = bracket.at_high;
  double b = bracket.low;
  double fb = bracket.at_low;
  double share = 0.5;
  for (int i = 0; i < 200; ++i) {
    const double x = a + share * (b - a);
    const Result<double> at_x = value(x);
    if (!at_x) return at_x;
    const double fx = *at_x;
    double c = b;
    double fc = fb;
    if ((fx > 0) == (fa > 0)) {
      c = a;
      fc = fa;
    } else {
      b = a;
      fb = fa;
    }
    a = x;
    fa = fx;
    if (fx == 0) return x;
    // a and b enclose the zero, c is the point before.
    const double best = std::abs(fa) < std::abs(fb) ? a : b;
    const double least = tolerance * best / std::abs(b - a);
    if (least > 0.5) return best;
    const double xi = (a - b) / (c - b);
    const double phi = (fa - fb) / (fc - fb);
    share = 0.5;
    if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi) {
      share = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb);
    }
    share = std::clamp(share, least, 1 - least);
  }
  return std::unexpected{Error::NoConvergence};
}
}  // namespace

Result<double> american_implied_volatility(const Market& market, const Vanilla& option,
                                           double price, Preset preset) {
  Market trial = market;
  trial.volatility = 0;
  const Result<double> least = american_price(trial, option, preset);
  if (!least) return least;
  if (!std::isfinite(price)) return std::unexpected{Error::NotFinite};
  if (!(market.spot > 0)) return std::unexpected{Error::SpotNotPositive};
  if (!(option.strike > 0)) return std::unexpected{Error::StrikeNotPositive};
  const double intrinsic = sign_of(option.type) * (market.spot - option.strike);
  if (option.years == 0 || price <= std::max(*least, intrinsic))
    return std::unexpected{Error::PriceBelowBound};
  const double most = option.type == OptionType::Call
                          ? market.spot * std::max(1.0, std::exp(-market.yield * option.years))
                          : option.strike * std::max(1.0, std::exp(-market.rate * option.years));
  if (price >= most) return std::unexpected{Error::PriceAboveBound};

  const auto excess = [&](double volatility, Preset with) -> Result<double> {
    trial.volatility = volatility;
    Result<double> value = american_price(trial, option, with);
    if (value) *value -= price;
    return value;
  };
  // A first upper end, a rough solution with the fast preset, then the accurate one around it.
  constexpr double kDeviationMax = 3000;
  const double root = std::sqrt(option.years);
  Bracket bracket{0, std::max(*least, intrinsic) - price, 0.2 / root, 0};
  for (;; bracket.high *= 2) {
    if (bracket.high * root > kDeviationMax) return std::unexpected{Error::NoConvergence};
    const Result<double> value = excess(bracket.high, Preset::Fast);
    if (!value) return value;
    bracket.at_high = *value;
    if (*value > 0) break;
    bracket.low = bracket.high;
    bracket.at_low = *value;
  }
  const Result<double> rough =
      find_zero(bracket, 1e-5, [&](double x) { return excess(x, Preset::Fast); });
  if (!rough || preset == Preset::Fast) return rough;
  double width = 1e-4 * *rough;
  for (;; width *= 8) {
    bracket.low = std::max(*rough - width, 0.0);
    bracket.high = *rough + width;
    if (bracket.high * root > kDeviationMax) return std::unexpected{Error::NoConvergence};
    const Result<double> low = excess(bracket.low, preset);
    const Result<double> high = excess(bracket.high, preset);
    if (!low) return low;
    if (!high) return high;
    if (*low < 0 && *high > 0) {
      bracket.at_low = *low;
      bracket.at_high = *high;
      break;
    }
  }
  return find_zero(bracket, 1e-13, [&](double x) { return excess(x, preset); });
}
}  // namespace sq::options::american
