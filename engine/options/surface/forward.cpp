#include "engine/options/surface/forward.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/options/math/normal.hpp"

namespace sq::options {
namespace {
struct Line {
  double intercept{0}, slope{0};  // call - put = intercept - slope strike
  double intercept_error{0}, slope_error{0};
};
struct Sample {
  double strike, difference, spread, weight;
};

// `fixed`: the discount factor, which is the slope, or the intercept of an inverse chain.
Line weighted_line(std::span<const Sample> samples, std::optional<double> fixed, bool inverse) {
  double w = 0, wk = 0, wkk = 0, wy = 0, wky = 0;
  for (const Sample& s : samples) {
    w += s.weight;
    wk += s.weight * s.strike;
    wkk += s.weight * s.strike * s.strike;
    wy += s.weight * s.difference;
    wky += s.weight * s.strike * s.difference;
  }
  Line line{};
  if (fixed && inverse) {
    line = {*fixed, (*fixed * wk - wky) / wkk};
  } else if (fixed) {
    line = {(wy + *fixed * wk) / w, *fixed};
  } else {
    const double middle = wk / w;
    double top = 0, bottom = 0;
    for (const Sample& s : samples) {
      top -= s.weight * (s.strike - middle) * s.difference;
      bottom += s.weight * (s.strike - middle) * (s.strike - middle);
    }
    line.slope = top / bottom;
    line.intercept = wy / w + line.slope * middle;
    double chi = 0;
    for (const Sample& s : samples) {
      const double miss = s.difference - line.intercept + line.slope * s.strike;
      chi += s.weight * miss * miss;
    }
    const auto freedom = static_cast<double>(std::max<std::size_t>(samples.size(), 3) - 2);
    line.slope_error = std::sqrt(chi / freedom / bottom);
    line.intercept_error = line.slope_error * std::sqrt(wkk / w);
  }
  return line;
}
}  // namespace

double Forward::implied_yield(double spot, double years) const noexcept {
  if (!(spot > 0 && years > 0 && forward > 0)) return 0;
  return rate - std::log(forward / spot) / years;
}

Result<Forward> forward_from_parity(std::span<const ParityPair> pairs, double years, bool inverse,
                                    std::optional<double> rate) {
  if (!std::isfinite(years) || !std::isfinite(rate.value_or(0))) {
    return std::unexpected{Error::NotFinite};
  }
  if (pairs.size() < (rate ? 1U : 2U) || years <= 0) return std::unexpected{Error::ParameterRange};
  std::vector<Sample> samples;
  for (const ParityPair& p : pairs) {
    const double spread = p.call_ask - p.call_bid + p.put_ask - p.put_bid;
    const double difference = (p.call_bid + p.call_ask - p.put_bid - p.put_ask) / 2;
    if (!std::isfinite(spread) || !std::isfinite(difference) || !std::isfinite(p.strike)) {
      return std::unexpected{Error::NotFinite};
    }
    samples.push_back({p.strike, difference, std::max(spread, 1e-9 * p.strike), 0});
  }
  std::optional<double> fixed;
  if (rate) fixed = std::exp(-*rate * years);
  for (Sample& s : samples) s.weight = 1 / (s.spread * s.spread);
  Line line = weighted_line(samples, fixed, inverse);
  for (int round = 0; round < 20; ++round) {
    for (Sample& s : samples) {
      const double miss = std::abs(s.difference - line.intercept + line.slope * s.strike);
      const double huber = std::min(1.0, 0.25 * s.spread / std::max(miss, 1e-300));
      s.weight = huber / (s.spread * s.spread);
    }
    line = weighted_line(samples, fixed, inverse);
  }
  Forward forward{.forward = line.intercept / line.slope,
                  .discount = inverse ? line.intercept : line.slope,
                  .strikes = samples.size(),
                  .source = rate ? ForwardSource::ParityGivenRate : ForwardSource::Parity};
  const bool sensible = line.slope > 0 && line.intercept > 0 && std::isfinite(forward.forward);
  if (!sensible) return std::unexpected{Error::NoConvergence};
  forward.rate = rate.value_or(-std::log(forward.discount) / years);
  const double error = inverse ? line.intercept_error : line.slope_error;
  forward.rate_error = error / forward.discount / years;
  std::size_t inside = 0;
  for (const ParityPair& p : pairs) {
    const double value = line.intercept - line.slope * p.strike;
    if (value >= p.call_bid - p.put_ask && value <= p.call_ask - p.put_bid) ++inside;
  }
  forward.inside = static_cast<double>(inside) / static_cast<double>(pairs.size());
  return forward;
}

Result<Forward> forward_from_deltas(std::span<const DeltaQuote> quotes, double years, double rate) {
  if (!std::isfinite(years) || !std::isfinite(rate)) return std::unexpected{Error::NotFinite};
  if (!(years > 0)) return std::unexpected{Error::ParameterRange};
  std::vector<double> logs;
  for (const DeltaQuote& q : quotes) {
    const double whole = q.call_delta - q.put_delta;
    const double probability = q.call_delta / whole;
    const bool central = whole > 0.5 && probability > 0.1 && probability < 0.9;
    if (!central || !(q.volatility > 0) || !(q.strike > 0)) continue;
    const double deviation = q.volatility * std::sqrt(years);
    const double d1 = inverse_normal_cdf(probability);
    const double log_forward = std::log(q.strike) + deviation * (d1 - deviation / 2);
    if (std::isfinite(log_forward)) logs.push_back(log_forward);
  }
  if (logs.empty()) return std::unexpected{Error::ParameterRange};
  const auto middle = logs.begin() + static_cast<std::ptrdiff_t>(logs.size() / 2);
  std::nth_element(logs.begin(), middle, logs.end());
  const Forward forward{.forward = std::exp(*middle),
                        .discount = std::exp(-rate * years),
                        .rate = rate,
                        .strikes = logs.size(),
                        .source = ForwardSource::QuotedDelta};
  if (!std::isfinite(forward.forward) || !(forward.forward > 0)) {
    return std::unexpected{Error::Overflow};
  }
  return forward;
}
}  // namespace sq::options
