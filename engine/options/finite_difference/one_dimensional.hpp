// Prices anything that depends on one spot, time and nothing else: European, American, Bermudan,
// with barriers, discrete dividends, local or time-dependent volatility and jump conditions.
//
//   Contract1d contract{.years = 1, .payoff = [](double s) { return std::max(100 - s, 0.0); },
//                       .kinks = {100}};
//   contract.exercise = [](double, double s) { return 100 - s; };        // American
//   contract.lower = Barrier{.level = 80, .rebate = 2};                  // knock-out, continuous
//   const Result<Solution1d> solved = solve({.rate = 0.05, .volatility = 0.2}, contract, 100.0);
//   if (solved) use(solved->at(100.0).price);
//
// Thread: free functions, plain values. Cost: about 0.5 ms at 400 points x 200 steps, 2 ms with
// exercise; allocates. Errors: by value; a callable that returns NaN or infinity gives Overflow.
// Units: years from today, spot in currency. Knock-in contracts: vanilla minus knock-out.
// Accuracy: second order in points and steps: with the defaults about 1e-4 of the strike at one
// year and 20 % volatility (measured in tests/options/finite_difference_test.cpp).
// Source: Tavella and Randall (2000); Rannacher (1984) for the start; Pooley, Vetzal and Forsyth
// (2003) for averaging the payoff over cells; see stepper.hpp and grid.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/options/dividend.hpp"
#include "engine/options/finite_difference/stepper.hpp"
#include "engine/options/result.hpp"

namespace sq::options::finite_difference {
struct Model1d {
  double rate{0};
  double yield{0};
  double volatility{0};  // >= 0; with local_volatility: a typical level, for the grid's extent
  std::function<double(double years, double spot)> local_volatility{};  // >= 0; empty: constant
};

struct Barrier {
  double level{0};
  double rebate{0};
  bool paid_at_hit{true};              // else at expiry
  std::vector<double> monitored_at{};  // years; empty: continuously
};

// Called backwards in time: replaces the values just after `years` by those just before.
struct JumpCondition {
  double years{0};  // in [0, expiry]
  std::function<void(std::span<const double> spots, std::span<double> values)> apply;
};

struct Contract1d {
  double years{0};  // to expiry, > 0
  std::function<double(double spot)> payoff{};
  std::function<double(double years, double spot)> exercise{};  // empty: European
  bool exercise_moves{false};         // the exercise value depends on time
  std::vector<double> exercise_at{};  // years; empty: at any time
  std::optional<Barrier> lower{};     // out at or below
  std::optional<Barrier> upper{};     // out at or above
  std::vector<Dividend> dividends{};
  std::vector<JumpCondition> jumps{};
  std::vector<double> kinks{};  // spots where the payoff or its slope jumps, below 32 of them
};

struct Settings1d {
  std::uint32_t points{400};  // 16 to 20,000
  std::uint32_t steps{200};   // 1 to 100,000, in all; at least two between two dates
  Scheme scheme{Scheme::CrankNicolson};
  double deviations{7};  // 1 to 40: standard deviations of log-spot on each side
};

struct Value1d {
  double price{0};
  double delta{0};
  double gamma{0};
  double theta{0};  // per year, by the equation; 0 where the contract is exercised now
};

class Solution1d {
 public:
  // Below or above the grid (a knocked-out spot, for example) the nearest end's value.
  [[nodiscard]] Value1d at(double spot) const noexcept;
  [[nodiscard]] std::span<const double> spots() const noexcept { return spots_; }
  [[nodiscard]] std::span<const double> values() const noexcept { return values_; }

 private:
  friend class Solver1d;
  std::vector<double> logs_, spots_, values_;
  std::function<double(double, double)> exercise_{};  // empty: not possible today
  Model1d model_{};
  bool low_dead_{false}, high_dead_{false};  // beyond that end the contract is knocked out
};

// Grid centred on `spot` (> 0).
[[nodiscard]] Result<Solution1d> solve(const Model1d& model, const Contract1d& contract,
                                       double spot, const Settings1d& settings = {});
}  // namespace sq::options::finite_difference
