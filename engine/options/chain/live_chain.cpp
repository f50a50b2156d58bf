#include "engine/options/chain/live_chain.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "engine/options/batch/european_batch.hpp"
#include "engine/options/batch/implied_volatility_batch.hpp"
#include "engine/options/calendar/expiry.hpp"
#include "engine/options/math/kernels.hpp"
#include "engine/options/math/lane.hpp"

namespace sq::options {
namespace {
// 0: not a volatility that a quote can mean.
Ratio rounded(double volatility) noexcept {
  constexpr double kVolatilityMax = 100;  // 10,000 % a year
  if (!(volatility > 0) || volatility > kVolatilityMax) return {};
  return Ratio::from_raw(std::llrint(volatility * static_cast<double>(Ratio::kScale)));
}
double forward_factor(double carry) noexcept {
  constexpr double kCarryMax = 700;  // the range of the kernel
  return math::exponential<math::ScalarLane>(std::clamp(carry, -kCarryMax, kCarryMax));
}
}  // namespace

LiveChain::LiveChain(const ChainSettings& settings, std::span<const ChainOption> options)
    : settings_{settings}, options_{options.begin(), options.end()} {
  const std::size_t rows = options_.size();
  if (rows == 0) throw std::invalid_argument("live chain: no options");
  for (const ChainOption& each : options_) {
    if (each.strike <= Price{} || each.expiry <= WallTime{})
      throw std::invalid_argument("live chain: a strike or an expiry is not positive");
    type_.push_back(each.type);
    strike_.push_back(each.strike.to_double());
  }
  for (std::vector<double>* column :
       {&mid_, &implied_, &years_, &sigma_, &price_, &delta_, &gamma_, &vega_, &theta_, &rho_,
        &quoted_price_, &quoted_strike_, &quoted_years_, &quoted_volatility_})
    column->assign(rows, 0);
  quoted_.assign(rows, 0);
  quoted_type_.assign(rows, OptionType::Call);
  status_.assign(rows, 0);
  from_.assign(rows, VolatilityFrom::None);
  volatility_.assign(rows, Ratio{});
  group();
}

void LiveChain::group() {
  std::vector<std::size_t> order(options_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const ChainOption& x = options_[a];
    const ChainOption& y = options_[b];
    if (x.expiry != y.expiry) return x.expiry < y.expiry;
    return x.strike != y.strike ? x.strike < y.strike : a < b;
  });
  for (const std::size_t i : order) {
    const ChainOption& each = options_[i];
    if (expiries_.empty() || expiries_.back().at != each.expiry)
      expiries_.push_back({each.expiry, strikes_.size(), strikes_.size()});
    Expiry& expiry = expiries_.back();
    const double strike = each.strike.to_double();
    if (expiry.first == expiry.last || strikes_.back().strike != strike) {
      strikes_.push_back({strike});
      ++expiry.last;
    }
    std::size_t& place = each.type == OptionType::Call ? strikes_.back().call : strikes_.back().put;
    if (place != kNone) throw std::invalid_argument("live chain: the same option twice");
    place = i;
  }
}

void LiveChain::set_quote(std::size_t option, Price bid, Price ask) noexcept {
  const bool usable = bid > Price{} && ask > bid;
  mid_[option] = usable ? (bid.to_double() + ask.to_double()) / 2 : 0;
}

void LiveChain::reprice(WallTime now) noexcept {
  std::fill(from_.begin(), from_.end(), VolatilityFrom::None);
  if (underlying_ > Price{}) {
    imply(now);
    for (const Expiry& expiry : expiries_) {
      const double years = years_actual_365(now, expiry.at);
      for (std::size_t s = expiry.first; s < expiry.last; ++s)
        strikes_[s].from = VolatilityFrom::None;
      if (!(years > 0)) continue;
      quote_strikes(expiry, years);
      fill_strikes(expiry);
    }
  }
  price_all();
}

// Volatilities of every quoted option, by one batch.
void LiveChain::imply(WallTime now) noexcept {
  for (const Expiry& expiry : expiries_) {
    const double years = years_actual_365(now, expiry.at);
    for (std::size_t s = expiry.first; s < expiry.last; ++s) {
      if (strikes_[s].call != kNone) years_[strikes_[s].call] = years;
      if (strikes_[s].put != kNone) years_[strikes_[s].put] = years;
    }
  }
  std::size_t rows = 0;
  for (std::size_t i = 0; i < options_.size(); ++i) {
    implied_[i] = 0;
    if (!(mid_[i] > 0) || !(years_[i] > 0)) continue;
    quoted_[rows] = i;
    quoted_type_[rows] = type_[i];
    quoted_price_[rows] = mid_[i];
    quoted_strike_[rows] = strike_[i];
    quoted_years_[rows++] = years_[i];
  }
  if (rows == 0) return;
  const double spot = underlying_.to_double();
  const double rate = settings_.rate.to_double();
  const double yield = settings_.yield.to_double();
  ImpliedVolatilityBatch batch;
  batch.price = {quoted_price_.data(), rows};
  batch.type = {quoted_type_.data(), rows};
  batch.strike = {quoted_strike_.data(), rows};
  batch.spot = {&spot, 1};
  batch.rate = {&rate, 1};
  batch.yield = {&yield, 1};
  batch.years = {quoted_years_.data(), rows};
  static_cast<void>(
      implied_volatility_batch(batch, {{quoted_volatility_.data(), rows}, {status_.data(), rows}}));
  for (std::size_t row = 0; row < rows; ++row)
    implied_[quoted_[row]] = status_[row] == 0 ? quoted_volatility_[row] : 0;
}

// The out-of-the-money option is quoted closer, in volatility, than the other one.
void LiveChain::quote_strikes(const Expiry& expiry, double years) noexcept {
  const double forward =
      underlying_.to_double() *
      forward_factor((settings_.rate.to_double() - settings_.yield.to_double()) * years);
  for (std::size_t s = expiry.first; s < expiry.last; ++s) {
    Strike& strike = strikes_[s];
    const bool call_first = strike.strike >= forward;
    const std::size_t choices[] = {call_first ? strike.call : strike.put,
                                   call_first ? strike.put : strike.call};
    for (const std::size_t option : choices) {
      if (option == kNone) continue;
      strike.volatility = rounded(implied_[option]);
      if (strike.volatility == Ratio{}) continue;
      strike.from = VolatilityFrom::Quote;
      strike.held = strike.volatility;
      break;
    }
  }
}

void LiveChain::fill_strikes(const Expiry& expiry) noexcept {
  std::size_t left = kNone;
  for (std::size_t s = expiry.first; s < expiry.last;) {
    if (strikes_[s].from == VolatilityFrom::Quote) {
      left = s++;
      continue;
    }
    std::size_t right = s;
    while (right < expiry.last && strikes_[right].from != VolatilityFrom::Quote) ++right;
    for (; s < right; ++s) {
      Strike& strike = strikes_[s];
      if (left == kNone && right == expiry.last) {
        strike.volatility = strike.held;
        strike.from = strike.held == Ratio{} ? VolatilityFrom::None : VolatilityFrom::Held;
        continue;
      }
      const Strike& a = strikes_[left == kNone ? right : left];
      const Strike& b = strikes_[right == expiry.last ? left : right];
      const double width = b.strike - a.strike;
      const double part = width > 0 ? (strike.strike - a.strike) / width : 0;
      strike.volatility = rounded(a.volatility.to_double() +
                                  part * (b.volatility.to_double() - a.volatility.to_double()));
      strike.held = strike.volatility;
      strike.from = VolatilityFrom::Neighbours;
    }
  }
}

void LiveChain::price_all() noexcept {
  for (const Strike& strike : strikes_) {
    for (const std::size_t option : {strike.call, strike.put}) {
      if (option == kNone) continue;
      const bool known = underlying_ > Price{} && strike.from != VolatilityFrom::None;
      from_[option] = known ? strike.from : VolatilityFrom::None;
      volatility_[option] = known ? strike.volatility : Ratio{};
      sigma_[option] = volatility_[option].to_double();
    }
  }
  const double spot = underlying_.to_double();
  const double rate = settings_.rate.to_double();
  const double yield = settings_.yield.to_double();
  EuropeanBatch batch;
  batch.type = type_;
  batch.strike = strike_;
  batch.spot = {&spot, 1};
  batch.rate = {&rate, 1};
  batch.yield = {&yield, 1};
  batch.volatility = sigma_;
  batch.years = years_;
  static_cast<void>(
      european_greeks_batch(batch, {price_, delta_, gamma_, vega_, theta_, rho_, status_}));
  for (std::size_t i = 0; i < options_.size(); ++i) {
    if (status_[i] != 0) from_[i] = VolatilityFrom::None;
    if (from_[i] != VolatilityFrom::None) continue;
    price_[i] = delta_[i] = gamma_[i] = vega_[i] = theta_[i] = rho_[i] = 0;
    volatility_[i] = Ratio{};
  }
}
}  // namespace sq::options
