// Payoffs with barriers, resets, coupons and early redemption; dates are those of the model's grid.
// Thread: values; spans must outlive them. Cost: the bench. Errors: fault(), as in
// payoffs.hpp. Units: result.hpp; ratios are S / spot today.
#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include "engine/options/exotic/barrier/barrier.hpp"
#include "engine/options/monte_carlo/payoffs.hpp"

namespace sq::options::monte_carlo {
// Calls and puts with one barrier, knock-in and knock-out, down and up. The rebate is paid at the
// hit for knock-outs, on the last date for knock-ins never hit. Watched on the dates only, or, with
// `continuous`, weighted with the probability of a hit between dates, which is exact for the option
// on any grid; a rebate at the hit counts from the date that ends the step.
struct BarrierPayoff {
  OptionType type{OptionType::Call};
  BarrierKind kind{BarrierKind::DownOut};
  double strike{0};
  double barrier{0};
  double rebate{0};        // >= 0
  bool continuous{false};  // then a spot on or beyond the barrier today counts as hit; Unsupported
                           // with dividends
  std::size_t asset{0};
  [[nodiscard]] Fault fault(const Diffusion& model) const;
  void operator()(const PathBlock& block, std::span<double> out) const;
};

// Pays the sum over the dates of the return since the date before (the first: since today), each
// and the sum within bounds, times the notional, on the last date.
struct CliquetPayoff {
  double notional{1};
  double local_floor{0};
  double local_cap{std::numeric_limits<double>::infinity()};
  double global_floor{0};
  double global_cap{std::numeric_limits<double>::infinity()};
  std::size_t asset{0};
  [[nodiscard]] Fault fault(const Diffusion& model) const;
  void operator()(const PathBlock& block, std::span<double> out) const;
};

// On the worst of the assets. On each observation date: the coupon, if the worst ratio is at or
// above coupon_barrier (with memory also those missed before); redemption at the notional, if it is
// at or above call_barrier. At the end, if not redeemed: the notional, or, if the knock-in barrier
// was touched and the worst ratio is below put_strike, notional x ratio / put_strike.
struct Autocallable {
  double notional{1};
  std::span<const std::size_t> observations{};  // steps, ascending
  double call_barrier{1};
  double coupon{0};  // share of the notional, each observation
  double coupon_barrier{0};
  bool memory{false};
  double knock_in_barrier{0};      // 0: never
  bool knock_in_each_date{false};  // else on the last date only
  double put_strike{1};
  [[nodiscard]] Fault fault(const Diffusion& model) const;
  void operator()(const PathBlock& block, std::span<double> out) const;
};

// Receives realised variance a year (sum of squared log returns between dates over the time to the
// last) and pays `strike`, times the notional.
struct VarianceSwapPayoff {
  double strike{0};
  double notional{1};
  std::size_t asset{0};
  [[nodiscard]] Fault fault(const Diffusion& model) const;
  void operator()(const PathBlock& block, std::span<double> out) const;
};
}  // namespace sq::options::monte_carlo
