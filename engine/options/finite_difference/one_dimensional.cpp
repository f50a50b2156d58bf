#include "engine/options/finite_difference/one_dimensional.hpp"

#include <algorithm>
#include <cmath>

#include "engine/options/finite_difference/grid.hpp"

namespace sq::options::finite_difference {
namespace {
constexpr std::size_t kKinksMax = 32;

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

bool within(const std::vector<double>& times, double low, double high) {
  return std::all_of(times.begin(), times.end(),
                     [=](double t) { return std::isfinite(t) && t >= low && t <= high; });
}

std::optional<Error> barrier_fault(const std::optional<Barrier>& barrier, double years) {
  if (!barrier) return std::nullopt;
  if (!std::isfinite(barrier->level) || !std::isfinite(barrier->rebate)) return Error::NotFinite;
  if (!(barrier->level > 0) || !within(barrier->monitored_at, 0, years))
    return Error::ParameterRange;
  return std::nullopt;
}

std::optional<Error> dates_fault(const Contract1d& contract) {
  for (const Dividend& dividend : contract.dividends) {
    if (!std::isfinite(dividend.years + dividend.cash + dividend.proportion))
      return Error::NotFinite;
    if (!(dividend.years > 0) || dividend.years > contract.years || dividend.cash < 0 ||
        dividend.proportion < 0 || dividend.proportion >= 1)
      return Error::ParameterRange;
  }
  for (const JumpCondition& jump : contract.jumps) {
    if (!(jump.years >= 0) || jump.years > contract.years || !jump.apply)
      return Error::ParameterRange;
  }
  if (!within(contract.exercise_at, 0, contract.years)) return Error::ParameterRange;
  return std::nullopt;
}

std::optional<Error> fault(const Model1d& model, const Contract1d& contract, double spot,
                           const Settings1d& settings) {
  if (!std::isfinite(model.rate) || !std::isfinite(model.yield) ||
      !std::isfinite(model.volatility) || !std::isfinite(spot) || !std::isfinite(contract.years) ||
      !std::isfinite(settings.deviations) || !all_finite(contract.kinks))
    return Error::NotFinite;
  if (!(spot > 0)) return Error::SpotNotPositive;
  if (model.volatility < 0) return Error::VolatilityNegative;
  if (contract.years < 0) return Error::TimeNegative;
  if (contract.years == 0 || !contract.payoff || contract.kinks.size() > kKinksMax ||
      settings.points < kPointsMin || settings.points > kPointsMax || settings.steps < 1 ||
      settings.steps > 100'000 || settings.deviations < 1 || settings.deviations > 40)
    return Error::ParameterRange;
  for (const auto& barrier : {contract.lower, contract.upper}) {
    if (const auto found = barrier_fault(barrier, contract.years)) return found;
  }
  if (contract.lower && contract.upper && !(contract.lower->level < contract.upper->level))
    return Error::ParameterRange;
  return dates_fault(contract);
}

bool continuous(const std::optional<Barrier>& barrier) {
  return barrier && barrier->monitored_at.empty();
}

enum class EventKind : std::uint8_t { Jump, Dividend, Exercise, LowerBarrier, UpperBarrier, Today };
struct Event {
  double years;
  EventKind kind;
  std::size_t index;
};

// Latest first; at one moment in the order of EventKind.
std::vector<Event> events_of(const Contract1d& contract) {
  std::vector<Event> events{{0, EventKind::Today, 0}};
  for (std::size_t i = 0; i < contract.jumps.size(); ++i)
    events.push_back({contract.jumps[i].years, EventKind::Jump, i});
  for (std::size_t i = 0; i < contract.dividends.size(); ++i)
    events.push_back({contract.dividends[i].years, EventKind::Dividend, i});
  if (contract.exercise) {
    for (const double years : contract.exercise_at)
      events.push_back({years, EventKind::Exercise, 0});
  }
  if (contract.lower) {
    for (const double years : contract.lower->monitored_at)
      events.push_back({years, EventKind::LowerBarrier, 0});
  }
  if (contract.upper) {
    for (const double years : contract.upper->monitored_at)
      events.push_back({years, EventKind::UpperBarrier, 0});
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.years != b.years ? a.years > b.years : a.kind < b.kind;
  });
  return events;
}
}  // namespace

class Solver1d {
 public:
  Solver1d(const Model1d& model, const Contract1d& contract, const Settings1d& settings)
      : model_{model}, contract_{contract}, settings_{settings} {}

  Result<Solution1d> run(double spot) {
    auto grid = make_log_grid(spot);
    if (!grid) return std::unexpected{grid.error()};
    logs_ = std::move(*grid);
    spots_.resize(logs_.size());
    for (std::size_t i = 0; i < logs_.size(); ++i) spots_[i] = std::exp(logs_[i]);
    values_.resize(logs_.size());
    volatilities_.resize(logs_.size());
    if (spots_.front() <= 0 || !all_finite(spots_)) return std::unexpected{Error::Overflow};
    set_payoff();
    march();
    if (!all_finite(values_)) return std::unexpected{Error::Overflow};
    return solution();
  }

 private:
  Result<std::vector<double>> make_log_grid(double spot);
  void set_payoff();
  void set_exercise(double years);
  [[nodiscard]] bool american() const {
    return contract_.exercise && contract_.exercise_at.empty();
  }
  [[nodiscard]] double rebate(const Barrier& barrier, double years) const {
    return barrier.paid_at_hit
               ? barrier.rebate
               : barrier.rebate * std::exp(-model_.rate * (contract_.years - years));
  }
  void march();
  void march_between(Stepper& stepper, double from, double to, bool first);
  // From `from` to `to`, which are `length` apart: the same number for all steps of a uniform
  // partition, so that they share a factored matrix.
  void one_step(Stepper& stepper, Scheme scheme, double from, double to, double length);
  void apply(const Event& event);
  void apply_dividend(const Dividend& dividend);
  void apply_barrier(const Barrier& barrier, double years, bool lower);
  Solution1d solution();

  const Model1d& model_;
  const Contract1d& contract_;
  const Settings1d& settings_;
  bool low_dead_{false}, high_dead_{false};
  std::vector<double> logs_, spots_, values_, volatilities_, exercise_, before_;
};

Result<std::vector<double>> Solver1d::make_log_grid(double spot) {
  constexpr double kLogMax = 700;
  const double deviation = std::max(model_.volatility * std::sqrt(contract_.years), 1e-5);
  const double drift = model_.rate - model_.yield - 0.5 * model_.volatility * model_.volatility;
  const double reach = settings_.deviations * deviation + std::abs(drift) * contract_.years;
  double centre = std::log(spot);
  if (continuous(contract_.lower)) centre = std::max(centre, std::log(contract_.lower->level));
  if (continuous(contract_.upper)) centre = std::min(centre, std::log(contract_.upper->level));
  double left = 1;  // part of the spot that dividends leave
  for (const Dividend& dividend : contract_.dividends)
    left = std::max(left * (1 - dividend.proportion) - dividend.cash / spot, 0.02);
  GridRequest request{.low = std::max(centre - reach + std::log(left), -kLogMax),
                      .high = std::min(centre + reach, kLogMax),
                      .points = settings_.points,
                      .width = 0.3 * deviation};
  std::vector<double> centres{std::log(spot)};
  std::vector<double> nodes;
  const auto place = [&](const std::optional<Barrier>& barrier, double& end, bool& dead, int side) {
    if (!barrier) return;
    const double log_level = std::log(barrier->level);
    centres.push_back(log_level);
    if (!barrier->monitored_at.empty()) {
      nodes.push_back(log_level);
    } else if (side * (log_level - end) > 0) {
      end = log_level;
      dead = true;
    }
  };
  place(contract_.lower, request.low, low_dead_, 1);
  place(contract_.upper, request.high, high_dead_, -1);
  for (const double kink : contract_.kinks) {
    if (!(kink > 0)) continue;
    centres.push_back(std::log(kink));
    nodes.push_back(std::log(kink));
  }
  // One centre for points closer together than the dense zone, or it would be far too dense.
  std::sort(centres.begin(), centres.end());
  centres.erase(std::unique(centres.begin(), centres.end(),
                            [&](double a, double b) { return b - a < request.width; }),
                centres.end());
  request.centres = centres;
  request.on_grid = nodes;
  return make_grid(request);
}

// Point values, but averages over the cell of a point where a kink lies within it.
void Solver1d::set_payoff() {
  constexpr double kNode = 0.7745966692414834;  // Gauss-Legendre, three points
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    const double low = i > 0 ? 0.5 * (logs_[i - 1] + logs_[i]) : logs_[i];
    const double high = i + 1 < logs_.size() ? 0.5 * (logs_[i] + logs_[i + 1]) : logs_[i];
    std::vector<double> cuts{low};
    for (const double kink : contract_.kinks) {
      if (kink > 0 && std::log(kink) > low && std::log(kink) < high) cuts.push_back(std::log(kink));
    }
    if (cuts.size() == 1) {
      values_[i] = contract_.payoff(spots_[i]);
      continue;
    }
    std::sort(cuts.begin(), cuts.end());
    cuts.push_back(high);
    double total = 0;
    for (std::size_t k = 1; k < cuts.size(); ++k) {
      const double half = 0.5 * (cuts[k] - cuts[k - 1]);
      const double middle = 0.5 * (cuts[k] + cuts[k - 1]);
      total += half / 9 *
               (5 * contract_.payoff(std::exp(middle - kNode * half)) +
                8 * contract_.payoff(std::exp(middle)) +
                5 * contract_.payoff(std::exp(middle + kNode * half)));
    }
    values_[i] = total / (high - low);
  }
  if (low_dead_) values_.front() = contract_.lower->rebate;
  if (high_dead_) values_.back() = contract_.upper->rebate;
}

void Solver1d::set_exercise(double years) {
  exercise_.resize(spots_.size());
  for (std::size_t i = 0; i < spots_.size(); ++i)
    exercise_[i] = contract_.exercise(years, spots_[i]);
}

void Solver1d::march() {
  Stepper stepper{logs_, model_.rate, model_.yield};
  stepper.fix_low(low_dead_);
  stepper.fix_high(high_dead_);
  stepper.set_volatility(model_.volatility);
  if (american()) set_exercise(contract_.years);
  double now = contract_.years;
  bool first = true;
  for (const Event& event : events_of(contract_)) {
    if (event.years < now) {
      march_between(stepper, now, event.years, first);
      now = event.years;
      first = false;
    }
    apply(event);
  }
}

// Near expiry, where the exercise boundary moves like the root of time, steps of an American
// contract grow linearly.
void Solver1d::march_between(Stepper& stepper, double from, double to, bool first) {
  const double share = (from - to) / contract_.years;
  const auto steps =
      std::max<std::uint32_t>(2, static_cast<std::uint32_t>(std::lround(share * settings_.steps)));
  const bool graded = first && american();
  const double uniform = (from - to) / steps;
  double at = from;
  for (std::uint32_t k = 1; k <= steps; ++k) {
    const double part = graded ? static_cast<double>(k) * k / steps : k;
    const double next = k == steps ? to : from - uniform * part;
    const double length = graded ? at - next : uniform;
    if (settings_.scheme == Scheme::CrankNicolson && k <= 2) {
      const double middle = 0.5 * (at + next);
      one_step(stepper, Scheme::ImplicitEuler, at, middle, 0.5 * length);
      one_step(stepper, Scheme::ImplicitEuler, middle, next, 0.5 * length);
    } else {
      one_step(stepper, settings_.scheme, at, next, length);
    }
    at = next;
  }
}

void Solver1d::one_step(Stepper& stepper, Scheme scheme, double from, double to, double length) {
  if (model_.local_volatility) {
    for (std::size_t i = 0; i < spots_.size(); ++i)
      volatilities_[i] = model_.local_volatility(0.5 * (from + to), spots_[i]);
    stepper.set_volatility(volatilities_);
  }
  if (american() && contract_.exercise_moves) set_exercise(to);
  const double low = low_dead_ ? rebate(*contract_.lower, to) : 0;
  const double high = high_dead_ ? rebate(*contract_.upper, to) : 0;
  stepper.step(scheme, length, values_, low, high,
               american() ? std::span<const double>{exercise_} : std::span<const double>{});
}

void Solver1d::apply(const Event& event) {
  switch (event.kind) {
    case EventKind::Jump:
      contract_.jumps[event.index].apply(spots_, values_);
      break;
    case EventKind::Dividend:
      apply_dividend(contract_.dividends[event.index]);
      break;
    case EventKind::Exercise:
      set_exercise(event.years);
      for (std::size_t i = 0; i < values_.size(); ++i)
        values_[i] = std::max(values_[i], exercise_[i]);
      break;
    case EventKind::LowerBarrier:
      apply_barrier(*contract_.lower, event.years, true);
      break;
    case EventKind::UpperBarrier:
      apply_barrier(*contract_.upper, event.years, false);
      break;
    case EventKind::Today:
      break;
  }
}

void Solver1d::apply_dividend(const Dividend& dividend) {
  before_ = values_;
  for (std::size_t i = 0; i < spots_.size(); ++i) {
    const double after =
        std::max(spots_[i] * (1 - dividend.proportion) - dividend.cash, spots_.front());
    values_[i] = interpolate_cubic(logs_, before_, std::log(after));
  }
  if (low_dead_) values_.front() = before_.front();
  if (high_dead_) values_.back() = before_.back();
  if (!american()) return;
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = std::max(values_[i], exercise_[i]);
}

void Solver1d::apply_barrier(const Barrier& barrier, double years, bool lower) {
  const double level = std::log(barrier.level);
  const double paid = rebate(barrier, years);
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    const double low = i > 0 ? 0.5 * (logs_[i - 1] + logs_[i]) : logs_[i] - 1;
    const double high = i + 1 < logs_.size() ? 0.5 * (logs_[i] + logs_[i + 1]) : logs_[i] + 1;
    const double beyond = lower ? level - low : high - level;
    const double dead = std::clamp(beyond / (high - low), 0.0, 1.0);
    values_[i] += dead * (paid - values_[i]);
  }
}

Solution1d Solver1d::solution() {
  Solution1d solved;
  solved.model_ = model_;
  const auto& dates = contract_.exercise_at;
  if (american() || std::find(dates.begin(), dates.end(), 0.0) != dates.end())
    solved.exercise_ = contract_.exercise;
  solved.low_dead_ = low_dead_;
  solved.high_dead_ = high_dead_;
  solved.logs_ = std::move(logs_);
  solved.spots_ = std::move(spots_);
  solved.values_ = std::move(values_);
  return solved;
}

Value1d Solution1d::at(double spot) const noexcept {
  if (!(spot > spots_.front())) {
    if (low_dead_ || !(spot > 0)) return {values_.front(), 0, 0, 0};
  }
  if (spot >= spots_.back() && high_dead_) return {values_.back(), 0, 0, 0};
  const LocalFit fit = fit_quartic(logs_, values_, std::log(spot));
  Value1d value;
  value.price = fit.value;
  value.delta = fit.slope / spot;
  value.gamma = (fit.curvature - fit.slope) / (spot * spot);
  const double volatility =
      model_.local_volatility ? model_.local_volatility(0, spot) : model_.volatility;
  value.theta = model_.rate * value.price - (model_.rate - model_.yield) * fit.slope -
                0.5 * volatility * volatility * (fit.curvature - fit.slope);
  if (exercise_) {
    constexpr double kMoment = 1e-6;
    const double now = exercise_(0, spot);
    if (now >= value.price - 1e-12 * std::abs(value.price)) {
      value.price = now;
      value.theta = (exercise_(kMoment, spot) - now) / kMoment;
    }
  }
  return value;
}

Result<Solution1d> solve(const Model1d& model, const Contract1d& contract, double spot,
                         const Settings1d& settings) {
  if (const auto found = fault(model, contract, spot, settings)) return std::unexpected{*found};
  return Solver1d{model, contract, settings}.run(spot);
}
}  // namespace sq::options::finite_difference
