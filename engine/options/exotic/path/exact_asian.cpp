#include "engine/options/exotic/path/exact_asian.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "engine/options/exotic/core/gaussian.hpp"

namespace sq::options {
namespace {
constexpr double kReach = 9.0;         // standard deviations of a step that count
constexpr double kNegligible = 1e-19;  // of the largest density
constexpr double kShortest = 1e-13;
constexpr std::size_t kNodesMax = 20'000;

struct Step {
  double mean;       // of the log return
  double deviation;  // > 0
  double weight;     // of the asset after the step, in the sum
};

// The sum in units of the asset at the start.
struct Walk {
  double start_weight{0};
  std::vector<Step> steps;

  // Steps shorter than kShortest of the walk count as none: that moves the price by about as much.
  void add(double years, double walk_years, double log_growth, double volatility, double weight) {
    const double deviation = volatility * std::sqrt(years);
    if (years > kShortest * walk_years && deviation > 0) {
      steps.push_back({log_growth * years - 0.5 * deviation * deviation, deviation, weight});
    } else if (steps.empty()) {
      start_weight += weight;
    } else {
      steps.back().weight += weight;
    }
  }
  [[nodiscard]] double mean() const {
    double sum = start_weight;
    double growth = 1.0;
    for (const Step& step : steps) {
      growth *= std::exp(step.mean + 0.5 * step.deviation * step.deviation);
      sum += growth * step.weight;
    }
    return sum;
  }
};

// Probability masses (density x spacing) on a uniform grid.
struct Masses {
  double from{0};
  double spacing{0};
  std::vector<double> mass;

  [[nodiscard]] double at(std::size_t i) const { return from + spacing * static_cast<double>(i); }
};

// The node spacing at which products of the two smooth functions are integrated to 1e-16.
double spacing_for(double deviation, double next_deviation) {
  const double a = 1.0 / deviation;
  const double b = 1.0 / next_deviation;
  return 0.7 / std::sqrt(a * a + b * b);
}

bool start_masses(const Step& last, double spacing, Masses& out) {
  const double centre = last.mean + std::log(last.weight);
  const double half = std::ceil(kReach * last.deviation / spacing);
  if (!(half < kNodesMax / 2)) return false;
  out.spacing = spacing;
  out.from = centre - half * spacing;
  const std::size_t count = 2 * static_cast<std::size_t>(half) + 1;
  out.mass.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double z = (static_cast<double>(i) - half) * spacing / last.deviation;
    out.mass[i] = normal_pdf(z) * spacing / last.deviation;
  }
  return true;
}

// Adds scale x a normal density around `centre` to the grid, outwards from the node next to it, by
// the recurrence of a Gaussian on a uniform grid.
void add_normal(double centre, double deviation, double scale, Masses& out) {
  const double step = out.spacing / deviation;
  const double place = (centre - out.from) / out.spacing;
  const std::ptrdiff_t middle = std::lround(place);
  const auto reach = static_cast<std::ptrdiff_t>(kReach / step) + 1;
  const auto size = static_cast<std::ptrdiff_t>(out.mass.size());
  const double z = (static_cast<double>(middle) - place) * step;
  const double peak = scale * normal_pdf(z) * step;
  const double shrink = std::exp(-step * step);
  double* mass = out.mass.data();
  double value = peak;
  double ratio = std::exp(-z * step - 0.5 * step * step);
  for (std::ptrdiff_t j = middle; j < std::min(size, middle + reach); ++j) {
    mass[j] += value;
    value *= ratio;
    ratio *= shrink;
  }
  ratio = std::exp(z * step - 0.5 * step * step);
  value = peak * ratio;
  for (std::ptrdiff_t j = middle - 1; j >= std::max<std::ptrdiff_t>(0, middle - reach); --j) {
    ratio *= shrink;
    mass[j] += value;
    value *= ratio;
  }
}

void trim(Masses& masses) {
  const double least = kNegligible * *std::max_element(masses.mass.begin(), masses.mass.end());
  std::size_t first = 0;
  std::size_t last = masses.mass.size();
  while (first + 1 < last && masses.mass[first] <= least) ++first;
  while (last > first + 1 && masses.mass[last - 1] <= least) --last;
  masses.from = masses.at(first);
  masses.mass.erase(masses.mass.begin() + static_cast<std::ptrdiff_t>(last), masses.mass.end());
  masses.mass.erase(masses.mass.begin(), masses.mass.begin() + static_cast<std::ptrdiff_t>(first));
}

// ln(weight + e^b)
double log_sum(double weight, double b) { return b > 700 ? b : std::log(weight + std::exp(b)); }

bool advance(const Step& step, double spacing, const Masses& now, Masses& out) {
  const double low = step.mean + log_sum(step.weight, now.from);
  const double high = step.mean + log_sum(step.weight, now.at(now.mass.size() - 1));
  const double span = (high - low + 2 * kReach * step.deviation) / spacing;
  if (!(span < kNodesMax)) return false;
  out.spacing = spacing;
  out.from = low - kReach * step.deviation;
  out.mass.assign(static_cast<std::size_t>(span) + 2, 0.0);
  for (std::size_t k = 0; k < now.mass.size(); ++k) {
    add_normal(step.mean + log_sum(step.weight, now.at(k)), step.deviation, now.mass[k], out);
  }
  trim(out);
  return true;
}

// E[(strike - sum)+]
Result<double> put_on(const Walk& walk, double strike) {
  const double left = strike - walk.start_weight;
  if (walk.steps.empty()) return std::max(left, 0.0);
  if (left <= 0) return 0.0;
  const std::vector<Step>& steps = walk.steps;
  const Step& first = steps.front();
  const double growth = std::exp(first.mean + 0.5 * first.deviation * first.deviation);
  const auto conditional = [&](double total) {
    return black(-1.0, growth * total, left, first.deviation, 1.0);
  };
  if (steps.size() == 1) return conditional(first.weight);
  Masses now, next;
  const std::size_t count = steps.size();
  if (!start_masses(steps[count - 1],
                    spacing_for(steps[count - 1].deviation, steps[count - 2].deviation), now)) {
    return std::unexpected{Error::Unsupported};
  }
  for (std::size_t i = count - 2; i >= 1; --i) {
    if (!advance(steps[i], spacing_for(steps[i].deviation, steps[i - 1].deviation), now, next)) {
      return std::unexpected{Error::Unsupported};
    }
    std::swap(now, next);
  }
  double sum = 0;
  for (std::size_t k = 0; k < now.mass.size(); ++k) {
    sum += now.mass[k] * conditional(first.weight + std::exp(now.at(k)));
  }
  return sum;
}

// The bounded side by the recursion, the other by parity. In units of the start.
Result<double> option_on(const Walk& walk, double sign, double strike, double scale) {
  const Result<double> put = put_on(walk, strike);
  if (!put) return put;
  return nonnegative(scale * (sign < 0 ? *put : *put + walk.mean() - strike));
}

double known_part(std::span<const double> dates, int known, double known_average) {
  return known > 0 ? known_average * known / (static_cast<double>(dates.size()) + known) : 0.0;
}
double share_of(std::span<const double> dates, int known) {
  return 1.0 / (static_cast<double>(dates.size()) + known);
}
}  // namespace

Result<double> exact_average_price(const Inputs<double>& in, OptionType type, double strike,
                                   double years, std::span<const double> dates, int known,
                                   double known_average) {
  Walk walk;
  double previous = 0;
  for (const double date : dates) {
    const double t = date > 0 ? date + in.time_shift : 0.0;
    walk.add(t - previous, in.years(years), in.carry(), in.volatility, share_of(dates, known));
    previous = t;
  }
  const double left = strike - known_part(dates, known, known_average);
  return option_on(walk, sign_of(type), left / in.spot,
                   in.spot * std::exp(-in.rate * in.years(years)));
}

Result<double> exact_average_strike(const Inputs<double>& in, OptionType type, double years,
                                    std::span<const double> dates, int known,
                                    double known_average) {
  // In units of S(T), seen from T backwards: growth at minus the carry.
  Walk walk;
  double previous = in.years(years);
  for (std::size_t i = dates.size(); i-- > 0;) {
    const double t = dates[i] > 0 ? dates[i] + in.time_shift : 0.0;
    walk.add(previous - t, in.years(years), -in.carry(), in.volatility, share_of(dates, known));
    previous = t;
  }
  if (known > 0) {
    walk.add(previous, in.years(years), -in.carry(), in.volatility,
             known_part(dates, known, known_average) / in.spot);
  }
  return option_on(walk, -sign_of(type), 1.0, in.spot * std::exp(-in.yield * in.years(years)));
}

Result<double> exact_continuous_average(const Inputs<double>& in, OptionType type, double strike,
                                        double years, double elapsed, double average_so_far) {
  const double t = in.years(years);
  const double whole = years + elapsed;
  const double share = whole > 0 ? t / whole : 1.0;
  // While time passes the average takes in the spot.
  const double passed = whole > 0 ? (years - t) / whole : 0.0;
  const double left =
      (strike - (elapsed > 0 ? average_so_far * (elapsed / whole) : 0.0)) / in.spot - passed;
  std::array<double, 3> values{};
  int steps = 16;
  for (double& value : values) {
    Walk walk;
    walk.start_weight = share * 0.5 / steps;
    for (int i = 1; i <= steps; ++i) {
      walk.add(t / steps, t, in.carry(), in.volatility, share * (i == steps ? 0.5 : 1.0) / steps);
    }
    const Result<double> put = put_on(walk, left);
    if (!put) return put;
    value = *put;
    steps *= 2;
  }
  const double once = values[1] + (values[1] - values[0]) / 3.0;
  const double twice = values[2] + (values[2] - values[1]) / 3.0;
  const double put = twice + (twice - once) / 15.0;
  const double growth = in.carry() * t;
  const double mean =
      share * (std::abs(growth) < 1e-12 ? 1.0 + 0.5 * growth : std::expm1(growth) / growth);
  const double scale = in.spot * std::exp(-in.rate * t);
  return nonnegative(scale * (type == OptionType::Put ? put : put + mean - left));
}
}  // namespace sq::options
