// Bjerksund-Stensland: exercise at one trigger, or at one until a moment and at another after it.
// Their formulas are for calls; a put is the call with spot and strike, rate and yield exchanged.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "engine/options/american/approximations.hpp"
#include "engine/options/american/lanes.hpp"
#include "engine/options/american/put_problem.hpp"
#include "engine/options/math/quadrature.hpp"

namespace sq::options::american {
namespace {
struct Call {
  double log_spot;                           // ln(spot / strike)
  double rate, carry, variance, years;       // carry: rate - yield
  double beta, trigger_first, trigger_last;  // at expiry and for an unlimited life, over the strike

  explicit Call(const PutProblem& put) noexcept
      : log_spot{std::log(put.strike / put.spot)},
        rate{put.yield},
        carry{put.yield - put.rate},
        variance{put.volatility * put.volatility},
        years{put.years} {
    const double drift = carry / variance - 0.5;
    beta = -drift + std::sqrt(drift * drift + 2 * rate / variance);
    trigger_first = 1 / boundary_at_expiry(put.rate, put.yield);
    trigger_last = beta / (beta - 1);
  }
  [[nodiscard]] double log_trigger(double exponent) const noexcept {
    return std::log(trigger_first +
                    (trigger_last - trigger_first) * (1 - exp(std::min(exponent, 0.0))));
  }
};

// Terms weight * exp(scale) * (what follows), padded to whole vectors.
constexpr std::size_t kTerms = 8;
using Terms = std::array<double, kTerms>;

// sum of weight e^{scale} (Phi(d) - e^{power} Phi(d - 2 gap)), where the second part may be a
// product of a huge and a tiny number.
double sum_of_terms(const Terms& weight, const Terms& scale, const Terms& d, const Terms& power,
                    double gap) noexcept {
  Lanes total = 0.0;
  for (std::size_t g = 0; g < kTerms; g += kLanes) {
    const Lanes first = Lanes::load(&d[g]);
    const Lanes second = first - Lanes(2 * gap);
    const Lanes p = Lanes::load(&power[g]);
    const Lanes tail = scaled_tail(abs(second));
    const Lanes reflected = exp(fma(second * second, Lanes(-0.5), p)) * tail;
    const Lanes mirrored = where_less(second, Lanes(0.0), reflected, exp(p) - reflected);
    const Lanes value = normal(first).below - mirrored;
    total = fma(Lanes::load(&weight[g]) * exp(Lanes::load(&scale[g])), value, total);
  }
  return sum(total);
}

double one_trigger(const Call& call) noexcept {
  const double deviation = std::sqrt(call.variance * call.years);
  const double height = -(call.carry * call.years + 2 * deviation) * call.trigger_first /
                        (call.trigger_last - call.trigger_first);
  const double trigger = call.log_trigger(height);
  const double gap = trigger - call.log_spot;  // > 0 while alive
  if (!(gap > 0)) return -1;
  const double paid = exp(trigger) - 1;
  // gamma, and the level that the spot is compared with: trigger or strike.
  const Terms gamma{call.beta, 1, 1, 0, 0, 0, 0, 0};
  const Terms above{trigger, trigger, 0, trigger, 0, 0, 0, 0};
  const Terms weight{-paid, 1, -1, -1, 1, 0, 0, 0};
  Terms scale{};
  Terms d{};
  Terms power{};
  for (std::size_t i = 0; i < kTerms; ++i) {
    const double drift = call.carry + (gamma[i] - 0.5) * call.variance;
    d[i] = -(call.log_spot - above[i] + drift * call.years) / deviation;
    power[i] = 2 * drift / call.variance * gap;
    scale[i] = i == 0 ? -call.beta * gap
                      : (gamma[i] * call.carry - call.rate) * call.years + gamma[i] * call.log_spot;
  }
  return paid * exp(-call.beta * gap) + sum_of_terms(weight, scale, d, power, gap / deviation);
}

// The bivariate normal with the one correlation that the method needs, sqrt(t / T) = sqrt((sqrt 5 -
// 1) / 2), and its negative: Gauss-Legendre in the angle (Drezner and Wesolowsky 1990).
constexpr double kMoment = 0.61803398874989484820;  // (sqrt 5 - 1) / 2 of the life
constexpr std::size_t kAngles = 8;
struct AngleRule {
  std::array<double, kAngles> weight, sine, half_inverse_square;  // 1 / (2 cos^2)
  double correlation;
};
const AngleRule& angle_rule() {
  static const AngleRule kRule = [] {
    AngleRule rule{};
    rule.correlation = std::sqrt(0.5 * (std::sqrt(5.0) - 1));
    const double half = 0.5 * std::asin(rule.correlation);
    std::array<double, kAngles> nodes{};
    std::array<double, kAngles> weights{};
    gauss_legendre(nodes, weights);
    for (std::size_t k = 0; k < kAngles; ++k) {
      const double sine = std::sin(half * (1 + nodes[k]));
      rule.sine[k] = sine;
      rule.half_inverse_square[k] = 0.5 / (1 - sine * sine);
      rule.weight[k] = half * weights[k] / (2 * std::numbers::pi);
    }
    return rule;
  }();
  return kRule;
}

// e^{power} P(X <= a, Y <= b) with that correlation times sign. Each factor of the exponential may
// be huge while the product is not: the exponents are added first.
Lanes bivariate(Lanes a, Lanes b, Lanes power, double sign) noexcept {
  const AngleRule& rule = angle_rule();
  const Lanes squares = fma(a, a, b * b);
  const Lanes cross = a * b * Lanes(2 * sign);
  Lanes bend = 0.0;
  for (std::size_t k = 0; k < kAngles; ++k) {
    const Lanes exponent = fma(cross, Lanes(rule.sine[k]), -squares);
    bend = fma(Lanes(rule.weight[k]),
               quick_exp(fma(exponent, Lanes(rule.half_inverse_square[k]), power)), bend);
  }
  const Lanes growth = quick_exp(power);
  const Lanes a_tail = quick_exp(fma(a * a, Lanes(-0.5), power)) * scaled_tail(abs(a));
  const Lanes a_below = where_less(a, Lanes(0.0), a_tail, growth - a_tail);
  return fma(a_below, quick_normal(b).below, bend * Lanes(sign));
}

// What is earned after the moment: five terms of four bivariate normals each.
double after_the_moment(const Call& call, double early, double late) noexcept {
  const double middle_years = kMoment * call.years;
  const double deviation = std::sqrt(call.variance * call.years);
  const double middle_deviation = std::sqrt(call.variance * middle_years);
  const double paid_late = exp(late) - 1;
  const auto growth = [&](double exponent, double years) {
    return (exponent * call.carry - call.rate) * years + exponent * call.log_spot;
  };
  const Terms gamma{call.beta, 1, 1, 0, 0, 0, 0, 0};
  const Terms level{late, late, 0, late, 0, 0, 0, 0};
  const Terms weight{-paid_late, 1, -1, -1, 1, 0, 0, 0};
  Lanes sums = 0.0;
  for (std::size_t g = 0; g < kTerms; g += kLanes) {
    const Lanes x = call.log_spot;
    const Lanes h = Lanes::load(&level[g]);
    const Lanes exponent = Lanes::load(&gamma[g]);
    const Lanes drift = (exponent - Lanes(0.5)) * Lanes(call.variance) + Lanes(call.carry);
    const Lanes kappa = drift * Lanes(2 / call.variance);
    const Lanes m = drift * Lanes(middle_years);
    const Lanes t = drift * Lanes(call.years);
    const Lanes per_m = 1 / middle_deviation;
    const Lanes per_t = 1 / deviation;
    const Lanes i1 = late;
    const Lanes i2 = early;
    const Lanes mirror = i2 + i2;
    const Lanes part1 = bivariate((i1 - x - m) * per_m, (h - x - t) * per_t, 0.0, 1);
    const Lanes part2 =
        bivariate((x + i1 - mirror - m) * per_m, (x + h - mirror - t) * per_t, kappa * (i2 - x), 1);
    const Lanes part3 =
        bivariate((i1 - x + m) * per_m, (x + h - i1 - i1 - t) * per_t, kappa * (i1 - x), -1);
    const Lanes part4 = bivariate((x + i1 - mirror + m) * per_m,
                                  (mirror + h - x - i1 - i1 - t) * per_t, kappa * (i1 - i2), -1);
    alignas(64) Terms scale{};
    for (std::size_t i = 0; i < kLanes; ++i) {
      scale[i] = g + i == 0 ? call.beta * (call.log_spot - late) : growth(gamma[g + i], call.years);
    }
    sums = fma(Lanes::load(&weight[g]) * exp(Lanes::load(scale.data())),
               part1 - part2 - part3 + part4, sums);
  }
  return sum(sums);
}

double two_triggers(const Call& call) noexcept {
  const double middle_years = kMoment * call.years;
  const double deviation = std::sqrt(call.variance * call.years);
  const double middle_deviation = std::sqrt(call.variance * middle_years);
  const double per_span = 1 / ((call.trigger_last - call.trigger_first) * call.trigger_first);
  const double late =  // the trigger after the moment, for the shorter time left
      call.log_trigger(-(call.carry * middle_years + 2 * middle_deviation) * per_span);
  const double early = call.log_trigger(-(call.carry * call.years + 2 * deviation) * per_span);
  const double gap = early - call.log_spot;
  if (!(gap > 0)) return -1;
  const double paid_early = exp(early) - 1;
  const double paid_late = exp(late) - 1;
  double total = paid_early * exp(-call.beta * gap);
  // Until the moment: six terms against the early trigger.
  const Terms gamma{call.beta, 1, 1, 0, 0, call.beta, 0, 0};
  const Terms above{early, early, late, early, late, late, 0, 0};
  const Terms weight{-paid_early, 1, -1, -1, 1, paid_late, 0, 0};
  Terms scale{};
  Terms d{};
  Terms power{};
  const auto growth = [&](double exponent, double years) {
    return (exponent * call.carry - call.rate) * years + exponent * call.log_spot;
  };
  for (std::size_t i = 0; i < kTerms; ++i) {
    const double drift = call.carry + (gamma[i] - 0.5) * call.variance;
    d[i] = -(call.log_spot - above[i] + drift * middle_years) / middle_deviation;
    power[i] = 2 * drift / call.variance * gap;
    scale[i] = i == 0   ? -call.beta * gap
               : i == 5 ? call.beta * (call.log_spot - late)
                        : growth(gamma[i], middle_years);
  }
  total += sum_of_terms(weight, scale, d, power, gap / middle_deviation);
  return total + after_the_moment(call, early, late);
}

Result<double> flat_boundary(const Market& market, const Vanilla& option,
                             double (*price)(const Call&) noexcept) noexcept {
  const auto reduced = reduce_to_put(market, option);
  if (!reduced) return std::unexpected{reduced.error()};
  const PutProblem& put = reduced->put;
  switch (reduced->regime) {
    case Regime::Known:
      return reduced->known;
    case Regime::European:
      return european_put(put);
    case Regime::TwoBoundaries:
      return std::unexpected{Error::Unsupported};
    case Regime::OneBoundary:
      break;
  }
  const double intrinsic = put.strike - put.spot;
  const Call call{put};
  // Where the triggers collapse onto each other the rate counts for nothing within a double.
  if (!(call.trigger_last > call.trigger_first) || !std::isfinite(call.trigger_last))
    return std::max({european_put(put), intrinsic, 0.0});
  const double value = put.spot * price(call);
  return std::isfinite(value) ? std::max({value, intrinsic, 0.0})
                              : std::max({european_put(put), intrinsic, 0.0});
}
}  // namespace

Result<double> bjerksund_stensland_1993(const Market& market, const Vanilla& option) noexcept {
  return flat_boundary(market, option, one_trigger);
}
Result<double> bjerksund_stensland_2002(const Market& market, const Vanilla& option) noexcept {
  return flat_boundary(market, option, two_triggers);
}
}  // namespace sq::options::american
