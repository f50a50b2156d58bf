#include "engine/options/monte_carlo/path_payoffs.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/options/math/normal.hpp"
#include "engine/options/monte_carlo/payoff_checks.hpp"

namespace sq::options::monte_carlo {
namespace {
// That a bridge from `from` to `to`, both above 0, touches 0; none where it is lost in 1.
double touch_probability(double from, double to, double variance) noexcept {
  constexpr double kNegligible = 38;  // e^-38 < 2^-54
  const double product = 2 * from * to;
  if (product >= kNegligible * variance) return 0;
  return math::exp(-product / variance);
}
}  // namespace

Fault BarrierPayoff::fault(const Diffusion& model) const {
  PayoffChecks checks{model};
  checks.asset(asset).strike(strike).finite(barrier).finite(rebate);
  checks.range(barrier > 0 && rebate >= 0);
  if (continuous) checks.no_dividends();
  return checks.fault();
}

void BarrierPayoff::operator()(const PathBlock& block, std::span<double> out) const {
  const Diffusion& model = block.model();
  const std::size_t last = block.steps() - 1;
  // Distances to the barrier, positive on the side that is alive.
  const double side = is_down(kind) ? 1.0 : -1.0;
  const double level = math::log_ratio(barrier, model.spot(asset));
  std::vector<double> alive(out.size(), 1.0);
  std::vector<double> rebates(out.size(), 0.0);
  if (continuous && side * level >= 0) {
    std::ranges::fill(alive, 0.0);
    std::ranges::fill(rebates, rebate);
  }
  for (std::size_t k = 0; k <= last; ++k) {
    const double variance = model.deviation(asset, k) * model.deviation(asset, k);
    const double paid = rebate * model.discount(k);
    const auto after = block.log_return(asset, k);
    for (std::size_t p = 0; p < out.size(); ++p) {
      if (alive[p] == 0) continue;
      const double here = side * (after[p] - level);
      double hit = here <= 0 ? 1.0 : 0.0;
      if (continuous && hit == 0) {
        const double before = k == 0 ? 0.0 : block.log_return(asset, k - 1)[p];
        hit = touch_probability(side * (before - level), here, variance);
      }
      rebates[p] += alive[p] * hit * paid;
      alive[p] *= 1 - hit;
    }
  }
  const auto end = block.spot(asset, last);
  const double sign = sign_of(type);
  for (std::size_t p = 0; p < out.size(); ++p) {
    const double option = std::max(sign * (end[p] - strike), 0.0);
    out[p] = is_knock_in(kind)
                 ? model.discount(last) * ((1 - alive[p]) * option + alive[p] * rebate)
                 : model.discount(last) * alive[p] * option + rebates[p];
  }
}

Fault CliquetPayoff::fault(const Diffusion& model) const {
  const auto number = [](double x) { return !std::isnan(x); };
  PayoffChecks checks{model};
  checks.asset(asset).finite(notional);
  checks.require(
      number(local_floor) && number(local_cap) && number(global_floor) && number(global_cap),
      Error::NotFinite);
  return checks.range(local_floor <= local_cap && global_floor <= global_cap).fault();
}

void CliquetPayoff::operator()(const PathBlock& block, std::span<double> out) const {
  std::ranges::fill(out, 0.0);
  for (std::size_t k = 0; k < block.steps(); ++k) {
    const auto after = block.log_return(asset, k);
    for (std::size_t p = 0; p < out.size(); ++p) {
      const double before = k == 0 ? 0.0 : block.log_return(asset, k - 1)[p];
      const double earned = math::expm1(after[p] - before);
      out[p] += std::min(std::max(earned, local_floor), local_cap);
    }
  }
  const double paid = notional * block.model().discount(block.steps() - 1);
  for (double& sum : out) sum = paid * std::min(std::max(sum, global_floor), global_cap);
}

Fault Autocallable::fault(const Diffusion& model) const {
  PayoffChecks checks{model};
  checks.finite(notional).finite(call_barrier).finite(coupon).finite(coupon_barrier);
  checks.finite(knock_in_barrier).strike(put_strike);
  checks.range(!observations.empty() && knock_in_barrier >= 0);
  for (std::size_t i = 0; i < observations.size(); ++i) {
    checks.range(observations[i] < model.steps() &&
                 (i == 0 || observations[i] > observations[i - 1]));
  }
  return checks.fault();
}

void Autocallable::operator()(const PathBlock& block, std::span<double> out) const {
  const Diffusion& model = block.model();
  const std::size_t last = block.steps() - 1;
  std::vector<double> worst(out.size());
  std::vector<double> missed(out.size(), 0.0);
  std::vector<std::uint8_t> redeemed(out.size(), 0);
  std::vector<std::uint8_t> touched(out.size(), 0);
  std::ranges::fill(out, 0.0);
  std::size_t next = 0;
  for (std::size_t k = 0; k <= last; ++k) {
    const bool observed = next < observations.size() && observations[next] == k;
    if (!observed && !knock_in_each_date && k != last) continue;
    std::ranges::copy(block.log_return(0, k), worst.begin());
    for (std::size_t i = 1; i < model.assets(); ++i) {
      const auto other = block.log_return(i, k);
      for (std::size_t p = 0; p < out.size(); ++p) worst[p] = std::min(worst[p], other[p]);
    }
    const double discount = model.discount(k);
    for (std::size_t p = 0; p < out.size(); ++p) {
      const double ratio = math::exp(worst[p]);
      if ((knock_in_each_date || k == last) && ratio <= knock_in_barrier) touched[p] = 1;
      if (!observed || redeemed[p] != 0) continue;
      if (ratio >= coupon_barrier) {
        out[p] += notional * coupon * (1 + missed[p]) * discount;
        missed[p] = 0;
      } else if (memory) {
        missed[p] += 1;
      }
      if (ratio >= call_barrier) {
        out[p] += notional * discount;
        redeemed[p] = 1;
      }
    }
    if (observed) ++next;
  }
  // `worst` is that of the last date.
  for (std::size_t p = 0; p < out.size(); ++p) {
    if (redeemed[p] != 0) continue;
    const double ratio = math::exp(worst[p]) / put_strike;
    out[p] += notional * (touched[p] != 0 && ratio < 1 ? ratio : 1.0) * model.discount(last);
  }
}

Fault VarianceSwapPayoff::fault(const Diffusion& model) const {
  return PayoffChecks{model}.asset(asset).finite(strike).finite(notional).fault();
}

void VarianceSwapPayoff::operator()(const PathBlock& block, std::span<double> out) const {
  std::ranges::fill(out, 0.0);
  for (std::size_t k = 0; k < block.steps(); ++k) {
    const auto after = block.log_return(asset, k);
    for (std::size_t p = 0; p < out.size(); ++p) {
      const double earned = after[p] - (k == 0 ? 0.0 : block.log_return(asset, k - 1)[p]);
      out[p] += earned * earned;
    }
  }
  const std::size_t last = block.steps() - 1;
  const double years = block.model().times()[last];
  const double paid = notional * block.model().discount(last);
  for (double& sum : out) sum = paid * (sum / years - strike);
}
}  // namespace sq::options::monte_carlo
