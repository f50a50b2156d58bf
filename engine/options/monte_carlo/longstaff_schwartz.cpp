#include "engine/options/monte_carlo/longstaff_schwartz.hpp"

#include <algorithm>
#include <cmath>

#include "engine/options/monte_carlo/payoff_checks.hpp"
#include "engine/options/monte_carlo/regression.hpp"

namespace sq::options::monte_carlo {
namespace {
constexpr std::uint16_t kFittingStream = 0x8000;  // the other half of the streams
constexpr std::uint64_t kFittingPathsMin = 100;
}  // namespace

Fault VanillaExercise::fault(const Diffusion& model) const {
  return PayoffChecks{model}.asset(asset).strike(strike).fault();
}
void VanillaExercise::operator()(const PathBlock& block, std::size_t step,
                                 std::span<double> out) const {
  const auto spot = block.spot(asset, step);
  const double sign = sign_of(type);
  for (std::size_t p = 0; p < out.size(); ++p) out[p] = std::max(sign * (spot[p] - strike), 0.0);
}
double VanillaExercise::today(const Diffusion& model) const {
  return std::max(sign_of(type) * (model.spot(asset) - strike), 0.0);
}

void BasketExercise::operator()(const PathBlock& block, std::size_t step,
                                std::span<double> out) const {
  const double sign = sign_of(option.type);
  for (std::size_t p = 0; p < out.size(); ++p) {
    out[p] = std::max(sign * (option.underlying(block, step, p) - option.strike), 0.0);
  }
}
double BasketExercise::today(const Diffusion& model) const {
  double level = option.weights[0] * model.spot(0);
  for (std::size_t i = 1; i < option.weights.size(); ++i) {
    const double other = option.weights[i] * model.spot(i);
    switch (option.kind) {
      case BasketKind::Sum:
        level += other;
        break;
      case BasketKind::Best:
        level = std::max(level, other);
        break;
      case BasketKind::Worst:
        level = std::min(level, other);
        break;
    }
  }
  return std::max(sign_of(option.type) * (level - option.strike), 0.0);
}

void ExerciseRule::make_terms(std::size_t assets, std::size_t degree) {
  // Products of one more factor, whose variable is not before the last one's: each product once.
  std::size_t begin = 0;
  for (std::size_t power = 1; power <= degree; ++power) {
    const std::size_t end = terms_.size();
    if (power == 1) {
      for (std::size_t i = 0; i < assets; ++i) terms_.push_back({0, i});
    } else {
      for (std::size_t j = begin; j < end; ++j) {
        for (std::size_t i = terms_[j].variable; i < assets; ++i) terms_.push_back({j + 1, i});
      }
    }
    begin = end;
    if (terms_.size() > kBasisMax) return;
  }
}

void ExerciseRule::basis(std::span<double> ratios, double exercise,
                         std::span<double> row) const noexcept {
  if (order_assets_) std::ranges::sort(ratios, std::greater<>{});
  for (std::size_t j = 0; j < terms_.size(); ++j) {
    const double from = terms_[j].from == 0 ? 1.0 : row[terms_[j].from - 1];
    row[j] = from * ratios[terms_[j].variable];
  }
  row[terms_.size()] = exercise;
}

bool ExerciseRule::exercises(std::size_t step, std::span<double> ratios, double exercise,
                             double discount) const noexcept {
  if (exercise <= 0 || coefficients_[step].empty()) return false;
  double row[kBasisMax + 1];
  basis(ratios, exercise, {row, terms_.size() + 1});
  double waiting = coefficients_[step][0];
  for (std::size_t j = 0; j <= terms_.size(); ++j) waiting += coefficients_[step][j + 1] * row[j];
  return exercise * discount >= waiting;
}

// The first set of paths: stored whole, then fitted backwards.
class ExerciseRule::Fitting {
 public:
  Fitting(const Diffusion& model, ExerciseRule& rule, const EarlyExerciseSettings& settings)
      : model_{model},
        rule_{rule},
        in_the_money_only_{settings.in_the_money_only},
        paths_{static_cast<std::size_t>(settings.fitting_paths)},
        exercise_(model.steps() * paths_),
        ratios_(model.steps() * paths_ * model.assets()),
        received_(paths_) {}

  // In the order of the paths' numbers, each pair together, whatever the size of the block.
  void store(PathGenerator& generator) {
    const std::size_t base = generator.base();
    std::vector<std::vector<double>> exercise(model_.steps(),
                                              std::vector<double>(generator.block()));
    for (std::size_t first = 0; 2 * first < paths_; first += base) {
      generator.draw(first, 0);
      const PathBlock block = generator.evolve(model_);
      for (std::size_t k = 0; k < model_.steps(); ++k) {
        rule_.exercise_.call(rule_.exercise_.exercise, block, k, exercise[k]);
      }
      for (std::size_t at = 2 * first; at < std::min(2 * (first + base), paths_); ++at) {
        const std::size_t p = (at / 2 - first) + (at % 2) * base;
        for (std::size_t k = 0; k < model_.steps(); ++k) {
          exercise_[k * paths_ + at] = exercise[k][p];
          for (std::size_t i = 0; i < model_.assets(); ++i) {
            ratios(k, at)[i] = block.spot(i, k)[p] / model_.spot(i);
          }
        }
      }
    }
  }

  void backwards() {
    const std::size_t last = model_.steps() - 1;
    for (std::size_t p = 0; p < paths_; ++p) {
      received_[p] = exercise_[last * paths_ + p] * model_.discount(last);
    }
    for (std::size_t k = last; k-- > 0;) fit_step(k);
    double sum = 0;
    for (const double value : received_) sum += value;
    rule_.fitted_value_ = sum / static_cast<double>(paths_);
  }

 private:
  [[nodiscard]] std::span<double> ratios(std::size_t step, std::size_t path) noexcept {
    return {ratios_.data() + (step * paths_ + path) * model_.assets(), model_.assets()};
  }

  void fit_step(std::size_t k) {
    Regression regression{rule_.terms_.size() + 1};
    double row[kBasisMax + 1];
    const std::span<double> filled{row, rule_.terms_.size() + 1};
    for (std::size_t p = 0; p < paths_; ++p) {
      const double exercise = exercise_[k * paths_ + p];
      if (in_the_money_only_ && exercise <= 0) continue;
      rule_.basis(ratios(k, p), exercise, filled);
      regression.add(filled, received_[p]);
    }
    // Too few points say nothing: wait.
    if (regression.points() < 2 * filled.size()) return;
    rule_.coefficients_[k] = regression.coefficients();
    for (std::size_t p = 0; p < paths_; ++p) {
      const double exercise = exercise_[k * paths_ + p];
      if (rule_.exercises(k, ratios(k, p), exercise, model_.discount(k))) {
        received_[p] = exercise * model_.discount(k);
      }
    }
  }

  const Diffusion& model_;
  ExerciseRule& rule_;
  bool in_the_money_only_;
  std::size_t paths_;
  std::vector<double> exercise_, ratios_;  // [step][path], [step][path][asset]
  std::vector<double> received_;           // [path], discounted to today
};

Result<ExerciseRule> ExerciseRule::fit(const Diffusion& model, ExerciseView exercise,
                                       const EarlyExerciseSettings& settings) {
  if (const Fault fault = exercise.fault(exercise.exercise, model)) return std::unexpected{*fault};
  const std::size_t each = model.steps() * (model.assets() + 1);
  if (settings.degree > kDegreeMax || settings.fitting_paths < kFittingPathsMin ||
      settings.fitting_paths > kStoredMax / each) {
    return std::unexpected{Error::ParameterRange};
  }
  ExerciseRule rule;
  rule.exercise_ = exercise;
  rule.order_assets_ = settings.order_assets && model.assets() > 1;
  rule.make_terms(model.assets(), settings.degree);
  if (rule.terms_.size() > kBasisMax) return std::unexpected{Error::ParameterRange};
  rule.coefficients_.resize(model.steps());
  Settings fitting = settings.valuation;
  fitting.sequence = Sequence::PseudoRandom;
  fitting.antithetic = true;
  fitting.stream ^= kFittingStream;
  Result<PathGenerator> generator = PathGenerator::make(model, fitting);
  if (!generator) return std::unexpected{generator.error()};
  Fitting paths{model, rule, settings};
  paths.store(*generator);
  paths.backwards();
  if (!std::isfinite(rule.fitted_value_)) return std::unexpected{Error::Overflow};
  return rule;
}

void ExerciseRule::operator()(const PathBlock& block, std::span<double> out) const {
  const Diffusion& model = block.model();
  const std::size_t last = block.steps() - 1;
  std::vector<double> exercise(out.size());
  std::vector<std::uint8_t> done(out.size(), 0);
  double ratios[kAssetsMax];
  std::ranges::fill(out, 0.0);
  for (std::size_t k = 0; k <= last; ++k) {
    exercise_.call(exercise_.exercise, block, k, exercise);
    const double discount = model.discount(k);
    for (std::size_t p = 0; p < out.size(); ++p) {
      if (done[p] != 0 || exercise[p] <= 0) continue;
      for (std::size_t i = 0; i < model.assets(); ++i) {
        ratios[i] = block.spot(i, k)[p] / model.spot(i);
      }
      if (k == last || exercises(k, {ratios, model.assets()}, exercise[p], discount)) {
        out[p] = exercise[p] * discount;
        done[p] = 1;
      }
    }
  }
}

Result<EarlyExerciseEstimate> american_value_view(const Diffusion& model, ExerciseView exercise,
                                                  const EarlyExerciseSettings& settings,
                                                  std::span<const Control> controls) {
  const Result<ExerciseRule> rule = ExerciseRule::fit(model, exercise, settings);
  if (!rule) return std::unexpected{rule.error()};
  const Result<Estimate> value =
      simulate_view(model, settings.valuation, PayoffView::of(*rule), controls);
  if (!value) return std::unexpected{value.error()};
  EarlyExerciseEstimate estimate{*value, rule->fitted_value(), rule->basis_size()};
  if (!settings.exercise_today) return estimate;
  const double today = exercise.today(exercise.exercise, model);
  if (!std::isfinite(today)) return std::unexpected{Error::Overflow};
  if (today > estimate.value.value) {
    estimate.value.value = estimate.value.low = estimate.value.high = today;
    estimate.value.standard_error = 0;
  }
  return estimate;
}
}  // namespace sq::options::monte_carlo
