// Runs a simulation: value, error bar and confidence interval of one or more quantities of a path,
// with control variates.
//
//   const auto paid = [&](const PathBlock& block, std::span<double> out) { ... };   // present
//   value Result<Estimate> e = simulate(model, settings, payoff, control(forward_payoff,
//   its_mean));
//
// A payoff is any callable that writes the present value of each path of the block; payoffs.hpp has
// the usual ones. If it has `std::optional<Error> fault(const Diffusion&) const`, that is asked
// first. Thread: plain functions; a payoff is called on the caller's thread only. Cost:
// path_block.hpp; they allocate. Errors: by value; Overflow when a value or its spread is not
// finite, ParameterRange for more than kColumnsMax quantities.
// Source: Glasserman (2003), sections 4.1 (control variates, coefficients from the same paths, bias
// of order 1/paths), 4.2 (antithetic), 5.4 (randomised quasi-Monte Carlo).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/options/monte_carlo/path_block.hpp"

namespace sq::options::monte_carlo {
inline constexpr std::size_t kColumnsMax = 96;

struct Estimate {
  double value{0};
  double standard_error{0};  // Sobol: from the spread of the replications
  double low{0}, high{0};    // confidence interval (normal; Sobol: Student)
  std::uint64_t paths{0};
  double seconds{0};  // by Settings::seconds
};

template <class P>
concept Payoff = requires(const P& payoff, const PathBlock& block, std::span<double> out) {
  payoff(block, out);
};

// A payoff without its type. It refers to the payoff, which must outlive it.
struct PayoffView {
  void (*call)(const void* payoff, const PathBlock& block, std::span<double> out){nullptr};
  const void* payoff{nullptr};
  std::optional<Error> (*fault)(const void* payoff, const Diffusion& model){nullptr};

  template <Payoff P>
  [[nodiscard]] static PayoffView of(const P& payoff) noexcept {
    return {[](const void* p, const PathBlock& block, std::span<double> out) {
              (*static_cast<const P*>(p))(block, out);
            },
            &payoff,
            [](const void* p, const Diffusion& model) -> std::optional<Error> {
              if constexpr (requires { static_cast<const P*>(p)->fault(model); }) {
                return static_cast<const P*>(p)->fault(model);
              }
              return std::nullopt;
            }};
  }
};

// A payoff whose expectation is known.
struct Control {
  PayoffView payoff{};
  double mean{0};
};
template <Payoff P>
[[nodiscard]] Control control(const P& payoff, double mean) noexcept {
  return {PayoffView::of(payoff), mean};
}

// What is sampled from each draw of the generator: `targets` columns, then one for each control.
struct Sampling {
  void (*call)(const void* context, PathGenerator& generator,
               std::span<double* const> columns){nullptr};
  const void* context{nullptr};
  std::size_t targets{1};
  std::span<const double> control_means{};
};
// One estimate a target; Settings::standard_error counts for the first.
[[nodiscard]] Result<std::vector<Estimate>> sample(const Diffusion& model, const Settings& settings,
                                                   const Sampling& sampling);

// How the paths of a draw are made; heston.hpp has its own.
struct Evolution {
  PathBlock (*call)(const void* context, PathGenerator& generator){nullptr};
  const void* context{nullptr};
};
[[nodiscard]] Result<Estimate> simulate_evolved(const Diffusion& model, const Settings& settings,
                                                PayoffView payoff,
                                                std::span<const Control> controls,
                                                Evolution evolution);
[[nodiscard]] Result<Estimate> simulate_view(const Diffusion& model, const Settings& settings,
                                             PayoffView payoff, std::span<const Control> controls);

template <Payoff P, std::same_as<Control>... Controls>
[[nodiscard]] Result<Estimate> simulate(const Diffusion& model, const Settings& settings,
                                        const P& payoff, const Controls&... controls) {
  const std::array<Control, sizeof...(Controls)> list{controls...};
  return simulate_view(model, settings, PayoffView::of(payoff), list);
}
}  // namespace sq::options::monte_carlo
