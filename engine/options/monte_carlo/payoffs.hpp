// Payoffs on the dates of the model's grid that are paid on its last date; for contracts with
// barriers, coupons or calls see path_payoffs.hpp. Any other callable with the signature of
// operator() serves as well (simulation.hpp).
// Thread: values; spans must outlive them. Cost: about 0.5 ns a date and path. Errors: fault()
// names what is wrong with a payoff for a model; simulate() asks it. Units: result.hpp. Where
// slopes() is there, the pathwise Greeks of greeks.hpp work: it writes, for asset i and step k,
// d(present value)/dS x S into rows[i x steps + k], which hold zeros before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/options/monte_carlo/path_block.hpp"
#include "engine/options/result.hpp"

namespace sq::options::monte_carlo {
using Fault = std::optional<Error>;
using SlopeRows = std::span<double* const>;

// The asset itself on the last date: a control variate with a known mean.
struct Forward {
  std::size_t asset{0};
  [[nodiscard]] Fault fault(const Diffusion& model) const;
  void operator()(const PathBlock& block, std::span<double> out) const;
  void slopes(const PathBlock& block, SlopeRows rows) const;
};

struct European {
  OptionType type{OptionType::Call};
  double strike{0};
  std::size_t asset{0};
  [[nodiscard]] Fault fault(const Diffusion& model) const;
  void operator()(const PathBlock& block, std::span<double> out) const;
  void slopes(const PathBlock& block, SlopeRows rows) const;
};

// Cash if the asset ends beyond the strike. Not continuous: no slopes.
struct Digital {
  OptionType type{OptionType::Call};
  double strike{0};
  double cash{1};
  std::size_t asset{0};
  [[nodiscard]] Fault fault(const Diffusion& model) const;
  void operator()(const PathBlock& block, std::span<double> out) const;
};

// On the average over the dates from `first_fixing` on. With average_strike the average takes the
// place of the strike: call max(S(T) - A, 0).
enum class Average : std::uint8_t { Arithmetic = 1, Geometric };
struct Asian {
  OptionType type{OptionType::Call};
  double strike{0};
  Average average{Average::Arithmetic};
  bool average_strike{false};
  std::size_t first_fixing{0};  // a step
  std::uint32_t known{0};       // past fixings, today's included if it is one
  double known_average{0};      // theirs, of the same kind; above 0 with known > 0
  std::size_t asset{0};
  [[nodiscard]] Fault fault(const Diffusion& model) const;
  void operator()(const PathBlock& block, std::span<double> out) const;
  void slopes(const PathBlock& block, SlopeRows rows) const;
};

// On the highest or lowest of today's spot and the dates. Fixed: call (highest - strike)+, put
// (strike - lowest)+; floating: call S(T) - lowest, put highest - S(T). With `continuous` the
// extreme between dates is drawn from its law, so that any grid gives the continuously watched
// contract without bias.
struct Lookback {
  OptionType type{OptionType::Call};
  double strike{0};  // fixed only
  bool floating{true};
  bool continuous{false};  // Unsupported with dividends
  std::size_t asset{0};
  [[nodiscard]] Fault fault(const Diffusion& model) const;
  void operator()(const PathBlock& block, std::span<double> out) const;
};

// Call or put on the weighted sum, the largest or the smallest of the weighted assets. A spread is
// Sum with weights 1 and -1.
enum class BasketKind : std::uint8_t { Sum = 1, Best, Worst };
struct BasketOption {
  OptionType type{OptionType::Call};
  BasketKind kind{BasketKind::Sum};
  std::span<const double> weights{};  // one an asset
  double strike{0};                   // of either sign
  [[nodiscard]] Fault fault(const Diffusion& model) const;
  void operator()(const PathBlock& block, std::span<double> out) const;
  void slopes(const PathBlock& block, SlopeRows rows) const;
  // What is exercised, at any step, undiscounted; and which asset counts (Best, Worst).
  [[nodiscard]] double underlying(const PathBlock& block, std::size_t step,
                                  std::size_t path) const noexcept;
  [[nodiscard]] std::size_t chosen(const PathBlock& block, std::size_t step,
                                   std::size_t path) const noexcept;
};

// Means of payoffs in closed form under the model (no dividends: Unsupported), for control
// variates.
[[nodiscard]] Result<double> value_of(const Diffusion& model, const Forward& payoff);
[[nodiscard]] Result<double> value_of(const Diffusion& model, const European& payoff);
// Geometric averages with a fixed strike; others Unsupported.
[[nodiscard]] Result<double> value_of(const Diffusion& model, const Asian& payoff);
}  // namespace sq::options::monte_carlo
