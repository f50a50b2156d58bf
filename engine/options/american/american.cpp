#include "engine/options/american/american.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/options/american/american_internal.hpp"
#include "engine/options/finite_difference/one_dimensional.hpp"

namespace sq::options::american {
namespace {
// Measured on random contracts: errors of about 1e-8, 1e-10, 1e-11 and 1e-12 of the strike.
const Collocation& fast_tables() {
  static const Collocation kTables{{.nodes = 8, .quadrature = 8, .premium = 16}};
  return kTables;
}
const Collocation& accurate_tables() {
  static const Collocation kTables{{.nodes = 16, .quadrature = 24, .premium = 32}};
  return kTables;
}
const Collocation& steep_tables() {
  static const Collocation kTables{{.nodes = 32, .quadrature = 64, .premium = 64}};
  return kTables;
}
const Collocation& reference_tables() {
  static const Collocation kTables{{.nodes = 48, .quadrature = 160, .premium = 128}};
  return kTables;
}

struct Effort {
  const Collocation& tables;
  std::size_t iterations;
  double change;
};

// Strong drift, strong discounting or a wide distribution need finer tables for the same accuracy.
Effort effort_of(const PutProblem& put, Preset preset) {
  const double root = std::sqrt(put.years);
  const double drift = std::abs(put.rate - put.yield) * root / put.volatility;
  const double growth = std::max(std::abs(put.rate), std::abs(put.yield)) * put.years;
  const double deviation = put.volatility * root;
  if (preset == Preset::Reference) return {reference_tables(), 40, 1e-13};
  if (preset == Preset::Accurate) {
    const bool steep = drift > 4 || growth > 2 || deviation > 2.5;
    return {steep ? steep_tables() : accurate_tables(), 10, 3e-3};
  }
  const bool steep = drift > 4 || growth > 3 || deviation > 3;
  return {steep ? accurate_tables() : fast_tables(), 10, 2e-2};
}

Result<double> one_boundary_price(const PutProblem& put, Preset preset) {
  const auto boundary = solve_boundary(put, preset, false);
  if (!boundary) {
    const auto grid = put_on_grid(put);
    if (!grid) return std::unexpected{grid.error()};
    return grid->price;
  }
  const double log_spot = std::log(put.spot / put.strike);
  const double intrinsic = put.strike - put.spot;
  if (put.spot <= put.strike * boundary->now()) return intrinsic;
  const double price = european_put(put) + put.strike * boundary->premium(log_spot);
  return std::max({price, intrinsic, 0.0});
}
}  // namespace

// Newton converges quadratically: after a step that changed ln(boundary) by x it is off by about
// x^2, and one more step with the old matrix leaves x^3.
std::optional<PutBoundary> solve_boundary(const PutProblem& put, Preset preset, bool for_slopes) {
  constexpr double kChangeForSlopes = 1e-7;
  constexpr double kChangeBad = 2e-2;
  const Effort effort = effort_of(put, preset);
  const double change = for_slopes ? std::min(effort.change, kChangeForSlopes) : effort.change;
  PutBoundary boundary{effort.tables, put};
  if (boundary.newton(effort.iterations, change) < kChangeBad) {
    boundary.chord(1, 0);
    return boundary;
  }
  constexpr std::size_t kRelaxations = 100;
  boundary = PutBoundary{effort.tables, put};
  boundary.relax(kRelaxations, 1e-6);
  if (boundary.newton(effort.iterations, change) < kChangeBad) return boundary;
  return std::nullopt;
}

Result<GridPut> put_on_grid(const PutProblem& put) {
  namespace fd = finite_difference;
  const auto once = [&](std::uint32_t points, std::uint32_t steps) {
    const double strike = put.strike;
    fd::Contract1d contract{
        .years = put.years,
        .payoff = [strike](double spot) { return std::max(strike - spot, 0.0); },
        .exercise = [strike](double, double spot) { return strike - spot; },
        .kinks = {strike}};
    return fd::solve({.rate = put.rate, .yield = put.yield, .volatility = put.volatility}, contract,
                     put.spot, {.points = points, .steps = steps, .scheme = fd::Scheme::TrBdf2});
  };
  const auto coarse = once(600, 200);
  if (!coarse) return std::unexpected{coarse.error()};
  const auto fine = once(1199, 400);
  if (!fine) return std::unexpected{fine.error()};
  const fd::Value1d a = coarse->at(put.spot);
  const fd::Value1d b = fine->at(put.spot);
  const auto limit = [](double rough, double better) { return better + (better - rough) / 3; };
  return GridPut{limit(a.price, b.price), limit(a.delta, b.delta), limit(a.gamma, b.gamma),
                 limit(a.theta, b.theta)};
}

Result<double> american_price(const Market& market, const Vanilla& option, Preset preset) {
  const auto reduced = reduce_to_put(market, option);
  if (!reduced) return std::unexpected{reduced.error()};
  switch (reduced->regime) {
    case Regime::Known:
      return reduced->known;
    case Regime::European:
      return european_put(reduced->put);
    case Regime::OneBoundary:
      return one_boundary_price(reduced->put, preset);
    case Regime::TwoBoundaries:
      break;
  }
  const auto grid = put_on_grid(reduced->put);
  if (!grid) return std::unexpected{grid.error()};
  return grid->price;
}

Result<ExerciseBoundary> ExerciseBoundary::make(const Market& market, const Vanilla& option,
                                                Preset preset) {
  Market positive = market;  // the spot may be anything
  positive.spot = option.strike;
  const auto reduced = reduce_to_put(positive, option);
  if (!reduced) return std::unexpected{reduced.error()};
  if (reduced->regime == Regime::TwoBoundaries) return std::unexpected{Error::Unsupported};
  if (reduced->regime == Regime::Known) return std::unexpected{Error::ParameterRange};
  ExerciseBoundary result;
  result.type_ = option.type;
  result.strike_ = option.strike;
  if (reduced->regime == Regime::European) return result;
  result.boundary_ = solve_boundary(reduced->put, preset, false);
  if (!result.boundary_) return std::unexpected{Error::NoConvergence};
  return result;
}

ExerciseRegion ExerciseBoundary::at(double years) const noexcept {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (!boundary_) return {kInfinity, -kInfinity};
  const double boundary = boundary_->at(years);
  // C(S, K) = P(K, S): the call is exercised where K / S is at or below the put's boundary.
  if (type_ == OptionType::Call) return {strike_ / boundary, kInfinity};
  return {0, strike_ * boundary};
}
}  // namespace sq::options::american
