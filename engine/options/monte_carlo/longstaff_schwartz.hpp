// American and Bermudan options on one asset or several by regression of the value of waiting.
//
//   BasketExercise call{{.kind = BasketKind::Best, .weights = ones, .strike = 100}};
//   Result<EarlyExerciseEstimate> e = american_value(model, call, settings);
//
// Exercise is possible on the dates of the model's grid, and today if the settings say so. A first
// set of paths fits the rule, a second, independent one values it: a rule fitted on other paths can
// only lose, so the value is low-biased, by about 0.1 to 1 % of the price with polynomials.
// Thread: plain functions. Cost: fitting paths x dates x (basis functions)^2 flops; allocates
// fitting paths x dates x (assets + 1) doubles. Errors: by value, as simulate(); ParameterRange for
// a degree above kDegreeMax, more than kBasisMax functions, fewer than 100 fitting paths, or more
// than kStoredMax doubles to store.
// Source: Longstaff and Schwartz, Review of Financial Studies 14 (2001); basis of order statistics
// and cross terms: Broadie and Glasserman (2004), Glasserman (2003), section 8.6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/options/monte_carlo/payoffs.hpp"
#include "engine/options/monte_carlo/simulation.hpp"

namespace sq::options::monte_carlo {
inline constexpr std::size_t kDegreeMax = 8;
inline constexpr std::size_t kBasisMax = 256;
inline constexpr std::size_t kStoredMax = std::size_t{1} << 27U;  // 1 GB

// Writes what exercise at a step pays, undiscounted, 0 where it does not pay.
struct VanillaExercise {
  OptionType type{OptionType::Put};
  double strike{0};
  std::size_t asset{0};
  [[nodiscard]] Fault fault(const Diffusion& model) const;
  void operator()(const PathBlock& block, std::size_t step, std::span<double> out) const;
  [[nodiscard]] double today(const Diffusion& model) const;
};
struct BasketExercise {
  BasketOption option{};
  [[nodiscard]] Fault fault(const Diffusion& model) const { return option.fault(model); }
  void operator()(const PathBlock& block, std::size_t step, std::span<double> out) const;
  [[nodiscard]] double today(const Diffusion& model) const;
};

template <class E>
concept Exercise = requires(const E& exercise, const PathBlock& block, const Diffusion& model,
                            std::span<double> out) {
  exercise(block, std::size_t{}, out);
  { exercise.today(model) } -> std::convertible_to<double>;
  { exercise.fault(model) } -> std::convertible_to<Fault>;
};
// An exercise without its type; it refers to the exercise.
struct ExerciseView {
  void (*call)(const void* exercise, const PathBlock& block, std::size_t step,
               std::span<double> out){nullptr};
  double (*today)(const void* exercise, const Diffusion& model){nullptr};
  Fault (*fault)(const void* exercise, const Diffusion& model){nullptr};
  const void* exercise{nullptr};

  template <Exercise E>
  [[nodiscard]] static ExerciseView of(const E& exercise) noexcept {
    return {[](const void* e, const PathBlock& block, std::size_t step, std::span<double> out) {
              (*static_cast<const E*>(e))(block, step, out);
            },
            [](const void* e, const Diffusion& model) -> double {
              return static_cast<const E*>(e)->today(model);
            },
            [](const void* e, const Diffusion& model) -> Fault {
              return static_cast<const E*>(e)->fault(model);
            },
            &exercise};
  }
};

struct EarlyExerciseSettings {
  Settings valuation{};                 // of the second set
  std::uint64_t fitting_paths{50'000};  // of the first, pseudo-random in mirrored pairs
  std::size_t degree{3};                // all products of powers up to this total
  bool order_assets{true};       // the highest first: for payoffs that treat the assets alike
  bool in_the_money_only{true};  // what is fitted; false: all paths
  bool exercise_today{true};
};

// When to exercise: fitted on the first set; a payoff for the second.
class ExerciseRule {
 public:
  [[nodiscard]] static Result<ExerciseRule> fit(const Diffusion& model, ExerciseView exercise,
                                                const EarlyExerciseSettings& settings);
  void operator()(const PathBlock& block, std::span<double> out) const;
  // Mean of the first set under its own rule: not low-biased.
  [[nodiscard]] double fitted_value() const noexcept { return fitted_value_; }
  [[nodiscard]] std::size_t basis_size() const noexcept { return terms_.size() + 2; }

 private:
  // Term j is term `from` (0: one) times variable `variable`.
  struct Term {
    std::size_t from{0}, variable{0};
  };
  class Fitting;
  void make_terms(std::size_t assets, std::size_t degree);
  // Functions of the state other than the constant: the terms, then the exercise value.
  void basis(std::span<double> ratios, double exercise, std::span<double> row) const noexcept;
  [[nodiscard]] bool exercises(std::size_t step, std::span<double> ratios, double exercise,
                               double discount) const noexcept;

  ExerciseView exercise_{};
  bool order_assets_{false};
  std::vector<Term> terms_;
  std::vector<std::vector<double>> coefficients_;  // a step: constant first; empty: wait
  double fitted_value_{0};
};

struct EarlyExerciseEstimate {
  Estimate value{};  // low-biased; with exercise_today at least today's exercise value
  double fitted_value{0};
  std::size_t basis_size{0};
};
[[nodiscard]] Result<EarlyExerciseEstimate> american_value_view(
    const Diffusion& model, ExerciseView exercise, const EarlyExerciseSettings& settings,
    std::span<const Control> controls);

template <Exercise E, std::same_as<Control>... Controls>
[[nodiscard]] Result<EarlyExerciseEstimate> american_value(const Diffusion& model,
                                                           const E& exercise,
                                                           const EarlyExerciseSettings& settings,
                                                           const Controls&... controls) {
  const std::array<Control, sizeof...(Controls)> list{controls...};
  return american_value_view(model, ExerciseView::of(exercise), settings, list);
}
}  // namespace sq::options::monte_carlo
