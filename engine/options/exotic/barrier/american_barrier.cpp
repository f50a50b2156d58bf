#include "engine/options/exotic/barrier/american_barrier.hpp"

#include <algorithm>
#include <cmath>

#include "engine/options/american/american.hpp"
#include "engine/options/exotic/barrier/reflection.hpp"
#include "engine/options/exotic/core/differences.hpp"
#include "engine/options/finite_difference/one_dimensional.hpp"

namespace sq::options {
namespace {
Result<double> alive_at(const Inputs<double>& in, double spot, const Barrier& contract,
                        double years) {
  const Market market{
      .spot = spot, .rate = in.rate, .yield = in.yield, .volatility = in.volatility};
  return american::american_price(
      market, {.type = contract.type, .strike = contract.strike, .years = years});
}

Result<double> knocked_out(const Inputs<double>& in, const Barrier& contract, double years) {
  namespace fd = finite_difference;
  const double sign = sign_of(contract.type);
  const double strike = contract.strike;
  fd::Contract1d problem{.years = years};
  problem.payoff = [=](double spot) { return std::max(sign * (spot - strike), 0.0); };
  problem.exercise = [=](double, double spot) { return sign * (spot - strike); };
  problem.kinks = {strike};
  // Just before the hit the holder exercises if that pays more than the rebate.
  const double at_barrier = std::max(contract.rebate, sign * (contract.barrier - strike));
  const fd::Barrier barrier{.level = contract.barrier, .rebate = at_barrier};
  (is_down(contract.kind) ? problem.lower : problem.upper) = barrier;
  const fd::Model1d model{.rate = in.rate, .yield = in.yield, .volatility = in.volatility};
  double values[2] = {0, 0};
  for (std::uint32_t i = 0; i < 2; ++i) {
    const Result<fd::Solution1d> solved =
        fd::solve(model, problem, in.spot, {.points = 300 * (1 + i), .steps = 150 * (1 + i)});
    if (!solved) return std::unexpected{solved.error()};
    values[i] = solved->at(in.spot).price;
  }
  return nonnegative(values[1] + (values[1] - values[0]) / 3.0);
}

Result<double> knocked_in(const Inputs<double>& in, const Barrier& contract, double years) {
  const Reflection<double> law{in, years};
  const double gap = std::log(contract.barrier) - law.log_spot();
  const double distance = std::abs(gap);
  const double deviation = in.volatility * std::sqrt(years);
  // First passage at t, with distance / (volatility sqrt t) = near e^v as in passage_integral.
  const double near = distance / deviation;
  double sum = 0;
  std::optional<Error> error;
  if (near < 39.0) {
    const double end = std::log(1.0 + 9.5 / std::max(near, 1e-9));
    const int panels = static_cast<int>(end) + 2;
    for (int i = 0; i < panels; ++i) {
      sum += integrate_panel(
          kGaussLegendre20, end * i / panels, end * (i + 1) / panels, [&](double v) {
            const double y = near * std::exp(v);
            const double hit_after = years * std::exp(-2.0 * v);
            const double weight =
                2.0 * y *
                std::exp(law.tilt() * gap - 0.5 * y * y -
                         0.5 * law.lambda2() * in.volatility * in.volatility * hit_after);
            if (weight < 1e-18) return 0.0;
            const Result<double> received =
                alive_at(in, contract.barrier, contract, years - hit_after);
            if (!received) error = received.error();
            return received ? weight * *received : 0.0;
          });
    }
  }
  if (error) return std::unexpected{*error};
  sum *= 0.39894228040143267794;
  if (contract.rebate > 0) {
    const Level level = Level::at(contract.barrier);
    const Piece piece{.cash = 1.0};
    const Piece alive = is_down(contract.kind) ? piece.above(level) : piece.below(level);
    sum += contract.rebate * std::max(law.direct(alive) - law.mirrored(alive, level.log), 0.0);
  }
  return nonnegative(sum);
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in,
                        const AmericanBarrier& american_barrier) noexcept {
  const Barrier& contract = american_barrier.contract;
  Checks checks;
  checks.market(in).strike(contract.strike).time(contract.years);
  checks.finite({contract.barrier, contract.rebate})
      .require(contract.barrier > 0 && contract.rebate >= 0, Error::ParameterRange)
      .require(!is_certain(in, contract.years), Error::Unsupported);
  if (checks.failed()) return checks.error();
  const double years = in.years(contract.years);
  const bool in_kind = is_knock_in(contract.kind);
  const bool hit =
      is_down(contract.kind) ? in.spot <= contract.barrier : in.spot >= contract.barrier;
  if (hit) return in_kind ? alive_at(in, in.spot, contract, years) : contract.rebate;
  return in_kind ? knocked_in(in, contract, years) : knocked_out(in, contract, years);
}

Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const AmericanBarrier& contract) noexcept {
  return jet_by_differences(in, contract.contract.years,
                            [&](const Inputs<double>& moved) { return evaluate(moved, contract); });
}
}  // namespace sq::options
