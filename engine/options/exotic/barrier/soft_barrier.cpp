#include "engine/options/exotic/barrier/soft_barrier.hpp"

#include <algorithm>
#include <array>

#include "engine/options/exotic/core/differences.hpp"
#include "engine/options/exotic/core/integrate.hpp"

namespace sq::options {
namespace {
template <class Real>
Result<Real> value(const Inputs<Real>& in, const SoftBarrier& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.strike).time(contract.years);
  checks.finite({contract.low, contract.high})
      .require(contract.low > 0 && contract.low <= contract.high, Error::ParameterRange);
  if (checks.failed()) return checks.error();

  Barrier single{.type = contract.type,
                 .kind = contract.kind,
                 .strike = contract.strike,
                 .barrier = contract.low,
                 .years = contract.years};
  const double width = contract.high - contract.low;
  if (!(width > 1e-9 * contract.high)) return evaluate(in, single);
  std::optional<Error> error;
  const auto at = [&](const Real& level) {
    single.barrier = value_of(level);
    const Result<Real> one = evaluate(in, single);
    if (one) return *one;
    error = one.error();
    return Real{};
  };
  const double spot = value_of(in.spot);
  std::array<double, 4> split{contract.low,
                              std::clamp(contract.strike, contract.low, contract.high),
                              std::clamp(spot, contract.low, contract.high), contract.high};
  std::sort(split.begin(), split.end());
  const double tolerance = 1e-14 * width * std::max(spot, contract.strike);
  Real sum{};
  for (std::size_t i = 0; i + 1 < split.size(); ++i) {
    sum += integrate_adaptively<Real>(split[i], split[i + 1], tolerance, at);
  }
  if (error) return std::unexpected{*error};
  return nonnegative(sum / width);
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const SoftBarrier& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in, const SoftBarrier& contract) noexcept {
  // Inside the band the part of it that is hit ends at the spot: the second derivatives have a term
  // of that moving end, which the integral of the jets lacks.
  if (in.spot.value > contract.low && in.spot.value < contract.high) {
    return jet_by_differences(in, contract.years,
                              [&](const Inputs<double>& moved) { return value(moved, contract); });
  }
  return value(in, contract);
}
}  // namespace sq::options
