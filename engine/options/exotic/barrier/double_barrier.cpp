#include "engine/options/exotic/barrier/double_barrier.hpp"

#include "engine/options/exotic/barrier/corridor.hpp"

namespace sq::options {
namespace {
template <class Real>
bool outside(const Real& spot, double low, double high) noexcept {
  return value_of(spot) <= low || value_of(spot) >= high;
}

// Without volatility the path leaves through one side at most, at a known time.
template <class Real>
struct CertainExit {
  bool low_hit{false};
  bool high_hit{false};
  Real discount_at_hit{1.0};
  Real last{};
  Real discount{};

  CertainExit(const Inputs<Real>& in, double years, double low, double high) noexcept {
    using std::exp;
    using std::log;
    const Real t = in.years(years);
    last = CertainPath<Real>{in.spot, in.carry()}.at(t);
    discount = exp(-(in.rate * t));
    const double spot = value_of(in.spot);
    low_hit = spot <= low || (spot < high && value_of(last) <= low);
    high_hit = spot >= high || (spot > low && value_of(last) >= high);
    if (!outside(in.spot, low, high) && (low_hit || high_hit)) {
      discount_at_hit = exp(in.rate * (log(in.spot / (low_hit ? low : high)) / in.carry()));
    }
  }
};

template <class Real>
Result<Real> value(const Inputs<Real>& in, const DoubleBarrier& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.strike).time(contract.years);
  checks.finite({contract.low, contract.high, contract.rebate})
      .require(contract.low > 0 && contract.low < contract.high && contract.rebate >= 0,
               Error::ParameterRange);
  if (checks.failed()) return checks.error();

  const bool in_kind = contract.kind == DoubleBarrierKind::KnockIn;
  const Piece piece = Piece::vanilla(contract.type, contract.strike);
  if (is_certain(in, contract.years)) {
    const CertainExit<Real> path{in, contract.years, contract.low, contract.high};
    Real payoff{};
    if (piece.pays_at(value_of(path.last))) {
      payoff = (path.last * piece.asset + piece.cash) * path.discount;
    }
    const bool hit = path.low_hit || path.high_hit;
    if (hit) return nonnegative(in_kind ? payoff : path.discount_at_hit * contract.rebate);
    return nonnegative(in_kind ? path.discount * contract.rebate : payoff);
  }
  const Real years = in.years(contract.years);
  if (outside(in.spot, contract.low, contract.high)) {
    if (!in_kind) return Real{contract.rebate};
    return nonnegative(Reflection<Real>{in, years}.direct(piece));
  }
  const Corridor<Real> corridor{in, years, contract.low, contract.high};
  Real sum = larger(corridor.surviving(piece), Real{});
  if (in_kind) sum = larger(corridor.law().direct(piece) - sum, Real{});
  if (contract.rebate > 0) {
    const Real paid = in_kind ? corridor.surviving(Piece{.cash = 1.0})
                              : corridor.exit(true) + corridor.exit(false);
    sum += larger(paid, Real{}) * contract.rebate;
  }
  return nonnegative(sum);
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const DoubleBinary& contract) noexcept {
  Checks checks;
  checks.market(in).time(contract.years).finite({contract.low, contract.high, contract.cash});
  checks.require(contract.low > 0 && contract.low < contract.high && contract.cash >= 0,
                 Error::ParameterRange);
  if (checks.failed()) return checks.error();

  using std::exp;
  const Real years = in.years(contract.years);
  const bool certain = is_certain(in, contract.years);
  if (certain || outside(in.spot, contract.low, contract.high)) {
    const CertainExit<Real> path{in, certain ? contract.years : 0.0, contract.low, contract.high};
    const Real at_expiry = exp(-(in.rate * years)) * contract.cash;
    const bool hit = path.low_hit || path.high_hit;
    bool pays = false;
    switch (contract.kind) {
      case DoubleBinaryKind::KnockIn:
        pays = hit;
        break;
      case DoubleBinaryKind::KnockOut:
        pays = !hit;
        break;
      case DoubleBinaryKind::HitLow:
        pays = path.low_hit;
        break;
      case DoubleBinaryKind::HitHigh:
        pays = path.high_hit;
        break;
    }
    if (!pays) return Real{};
    const bool at_hit = contract.kind == DoubleBinaryKind::HitLow ||
                        contract.kind == DoubleBinaryKind::HitHigh ||
                        outside(in.spot, contract.low, contract.high);
    return finite_or_overflow(at_hit ? path.discount_at_hit * contract.cash : at_expiry);
  }
  const Corridor<Real> corridor{in, years, contract.low, contract.high};
  Real one{};
  switch (contract.kind) {
    case DoubleBinaryKind::KnockOut:
      one = corridor.surviving(Piece{.cash = 1.0});
      break;
    case DoubleBinaryKind::KnockIn:
      one = corridor.law().discount() - corridor.surviving(Piece{.cash = 1.0});
      break;
    case DoubleBinaryKind::HitLow:
      one = corridor.exit(true);
      break;
    case DoubleBinaryKind::HitHigh:
      one = corridor.exit(false);
      break;
  }
  return nonnegative(one * contract.cash);
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const DoubleBarrier& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const DoubleBarrier& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const Inputs<double>& in, const DoubleBinary& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in, const DoubleBinary& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
