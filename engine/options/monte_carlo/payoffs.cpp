#include "engine/options/monte_carlo/payoffs.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/options/european/european.hpp"
#include "engine/options/math/normal.hpp"
#include "engine/options/monte_carlo/payoff_checks.hpp"

namespace sq::options::monte_carlo {
namespace {
std::size_t last(const PathBlock& block) noexcept { return block.steps() - 1; }
double final_discount(const PathBlock& block) noexcept {
  return block.model().discount(last(block));
}

// Discounted call or put of each level on its strike.
void option_of(OptionType type, double strike, double discount, std::span<double> levels) noexcept {
  const double sign = sign_of(type);
  for (double& level : levels) level = std::max(sign * (level - strike), 0.0) * discount;
}

Result<double> finite(double value) noexcept {
  if (!std::isfinite(value)) return std::unexpected{Error::Overflow};
  return value;
}

// Mean and variance of a lognormal variable's logarithm: the option on it, discounted.
Result<double> lognormal_option(OptionType type, double strike, double mean, double variance,
                                double discount) {
  const double forward = math::exp(mean + 0.5 * variance);
  const Result<double> value = black76_price(
      {.forward = forward, .rate = 0, .volatility = std::sqrt(variance)}, {type, strike, 1.0});
  if (!value) return value;
  return finite(*value * discount);
}
}  // namespace

Fault Forward::fault(const Diffusion& model) const {
  return PayoffChecks{model}.asset(asset).fault();
}
void Forward::operator()(const PathBlock& block, std::span<double> out) const {
  const auto spot = block.spot(asset, last(block));
  const double discount = final_discount(block);
  for (std::size_t p = 0; p < out.size(); ++p) out[p] = spot[p] * discount;
}
void Forward::slopes(const PathBlock& block, SlopeRows rows) const {
  (*this)(block, {rows[asset * block.steps() + last(block)], block.paths()});
}

Fault European::fault(const Diffusion& model) const {
  return PayoffChecks{model}.asset(asset).strike(strike).fault();
}
void European::operator()(const PathBlock& block, std::span<double> out) const {
  std::ranges::copy(block.spot(asset, last(block)), out.begin());
  option_of(type, strike, final_discount(block), out);
}
void European::slopes(const PathBlock& block, SlopeRows rows) const {
  double* const row = rows[asset * block.steps() + last(block)];
  const auto spot = block.spot(asset, last(block));
  const double sign = sign_of(type);
  const double discount = final_discount(block);
  for (std::size_t p = 0; p < spot.size(); ++p) {
    row[p] = sign * (spot[p] - strike) > 0 ? sign * discount * spot[p] : 0.0;
  }
}

Fault Digital::fault(const Diffusion& model) const {
  return PayoffChecks{model}.asset(asset).strike(strike).finite(cash).fault();
}
void Digital::operator()(const PathBlock& block, std::span<double> out) const {
  const auto spot = block.spot(asset, last(block));
  const double paid = cash * final_discount(block);
  const double sign = sign_of(type);
  for (std::size_t p = 0; p < out.size(); ++p) out[p] = sign * (spot[p] - strike) > 0 ? paid : 0.0;
}

Fault Asian::fault(const Diffusion& model) const {
  PayoffChecks checks{model};
  checks.asset(asset).finite(known_average);
  checks.range(first_fixing < model.steps() && (known == 0 || known_average > 0));
  if (!average_strike) checks.strike(strike);
  return checks.fault();
}

namespace {
double fixings(const Asian& asian, const Diffusion& model) noexcept {
  return static_cast<double>(asian.known + model.steps() - asian.first_fixing);
}

// The average of each path.
void averages(const Asian& asian, const PathBlock& block, std::span<double> out) {
  const double count = fixings(asian, block.model());
  const double spot = block.model().spot(asian.asset);
  const bool geometric = asian.average == Average::Geometric;
  double known = 0;
  if (asian.known > 0) {
    known = geometric ? math::log_ratio(asian.known_average, spot) : asian.known_average;
  }
  std::ranges::fill(out, known * asian.known);
  for (std::size_t k = asian.first_fixing; k < block.steps(); ++k) {
    const auto fixing = geometric ? block.log_return(asian.asset, k) : block.spot(asian.asset, k);
    for (std::size_t p = 0; p < out.size(); ++p) out[p] += fixing[p];
  }
  for (double& value : out) {
    value /= count;
    if (geometric) value = spot * math::exp(value);
  }
}
}  // namespace

void Asian::operator()(const PathBlock& block, std::span<double> out) const {
  averages(*this, block, out);
  if (!average_strike) {
    option_of(type, strike, final_discount(block), out);
    return;
  }
  const auto spot = block.spot(asset, last(block));
  const double discount = final_discount(block);
  const double sign = sign_of(type);
  for (std::size_t p = 0; p < out.size(); ++p) {
    out[p] = std::max(sign * (spot[p] - out[p]), 0.0) * discount;
  }
}

void Asian::slopes(const PathBlock& block, SlopeRows rows) const {
  std::vector<double> levels(block.paths());
  averages(*this, block, levels);
  const auto end = block.spot(asset, last(block));
  const double sign = average_strike ? -sign_of(type) : sign_of(type);
  const double each = sign * final_discount(block) / fixings(*this, block.model());
  for (std::size_t p = 0; p < levels.size(); ++p) {
    const double against = average_strike ? end[p] : strike;
    if (!(sign * (levels[p] - against) > 0)) continue;
    for (std::size_t k = first_fixing; k < block.steps(); ++k) {
      const double fixing = average == Average::Geometric ? levels[p] : block.spot(asset, k)[p];
      rows[asset * block.steps() + k][p] = each * fixing;
    }
    if (average_strike) {
      rows[asset * block.steps() + last(block)][p] -= sign * final_discount(block) * end[p];
    }
  }
}

Fault Lookback::fault(const Diffusion& model) const {
  PayoffChecks checks{model};
  checks.asset(asset);
  if (!floating) checks.strike(strike);
  if (continuous) checks.no_dividends();
  return checks.fault();
}

void Lookback::operator()(const PathBlock& block, std::span<double> out) const {
  // Of sign x ln S the highest.
  const double sign = (type == OptionType::Call) == floating ? -1.0 : 1.0;
  const std::size_t count = out.size();
  std::ranges::fill(out, 0.0);
  std::vector<double> even(continuous ? count : 0);
  std::vector<double> odd(continuous ? count : 0);
  for (std::size_t k = 0; k < block.steps(); ++k) {
    const auto after = block.log_return(asset, k);
    if (!continuous) {
      for (std::size_t p = 0; p < count; ++p) out[p] = std::max(out[p], sign * after[p]);
      continue;
    }
    if (k % 2 == 0) block.uniforms(static_cast<std::uint32_t>(k / 2), even, odd);
    const std::vector<double>& uniform = k % 2 == 0 ? even : odd;
    const double deviation = block.model().deviation(asset, k);
    for (std::size_t p = 0; p < count; ++p) {
      const double x = k == 0 ? 0.0 : sign * block.log_return(asset, k - 1)[p];
      const double y = sign * after[p];
      const double move = y - x;
      // Law of the maximum of a bridge: Glasserman (2003), section 6.4.
      const double spread =
          std::sqrt(move * move - 2 * deviation * deviation * math::log(uniform[p]));
      out[p] = std::max(out[p], 0.5 * (x + y + spread));
    }
  }
  const double spot = block.model().spot(asset);
  const double discount = final_discount(block);
  const auto end = block.spot(asset, last(block));
  for (std::size_t p = 0; p < count; ++p) {
    const double extreme = spot * math::exp(sign * out[p]);
    const double paid = floating ? sign * (extreme - end[p]) : sign * (extreme - strike);
    out[p] = std::max(paid, 0.0) * discount;
  }
}

Result<double> value_of(const Diffusion& model, const Forward& payoff) {
  if (const Fault fault = payoff.fault(model)) return std::unexpected{*fault};
  if (!model.drops().empty()) return std::unexpected{Error::Unsupported};
  const std::size_t end = model.steps() - 1;
  return finite(model.forward(payoff.asset, end) * model.discount(end));
}

Result<double> value_of(const Diffusion& model, const European& payoff) {
  return value_of(model, Asian{.type = payoff.type,
                               .strike = payoff.strike,
                               .average = Average::Geometric,
                               .first_fixing = model.steps() - 1,
                               .asset = payoff.asset});
}

Result<double> value_of(const Diffusion& model, const Asian& payoff) {
  if (const Fault fault = payoff.fault(model)) return std::unexpected{*fault};
  if (payoff.average != Average::Geometric || payoff.average_strike || !model.drops().empty()) {
    return std::unexpected{Error::Unsupported};
  }
  // Step k moves the fixings from k on, which are this share of all.
  const double count = fixings(payoff, model);
  const double spot = model.spot(payoff.asset);
  double mean = math::log(spot);
  if (payoff.known > 0) mean += payoff.known / count * math::log_ratio(payoff.known_average, spot);
  double variance = 0;
  for (std::size_t k = 0; k < model.steps(); ++k) {
    const double share =
        static_cast<double>(model.steps() - std::max(k, payoff.first_fixing)) / count;
    const double deviation = model.deviation(payoff.asset, k) * share;
    mean += model.drift(payoff.asset, k) * share;
    variance += deviation * deviation;
  }
  return lognormal_option(payoff.type, payoff.strike, mean, variance,
                          model.discount(model.steps() - 1));
}
}  // namespace sq::options::monte_carlo
