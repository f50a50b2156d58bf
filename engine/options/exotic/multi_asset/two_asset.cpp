#include "engine/options/exotic/multi_asset/two_asset.hpp"

#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"
#include "engine/options/exotic/core/integrate.hpp"

namespace sq::options {
namespace {
template <class Real>
struct Pair {
  Real t, discount;
  Real present1, present2;  // prices less yields until expiry
  Real volatility1, volatility2;
  Real deviation1, deviation2;

  Pair(const TwoAssetInputs<Real>& in, double years) noexcept {
    using std::exp;
    using std::sqrt;
    t = floored_years(in.years(years));
    discount = exp(-(in.rate * t));
    present1 = in.spot1 * exp(-(in.yield1 * t));
    present2 = in.spot2 * exp(-(in.yield2 * t));
    volatility1 = floored_volatility(in.volatility1);
    volatility2 = floored_volatility(in.volatility2);
    deviation1 = volatility1 * sqrt(t);
    deviation2 = volatility2 * sqrt(t);
  }
};

template <class Real>
Result<Real> value(const TwoAssetInputs<Real>& in, const BestOrWorst& contract) noexcept {
  using std::log;
  using std::sqrt;
  Checks checks;
  checks.market(in).strike(contract.strike).time(contract.years);
  if (checks.failed()) return checks.error();
  const Pair<Real> p{in, contract.years};
  const Real& rho = in.correlation;
  const Real variance = p.deviation1 * p.deviation1 + p.deviation2 * p.deviation2 -
                        2.0 * rho * p.deviation1 * p.deviation2;
  const Real apart = sqrt(larger(variance, Real{kYearsFloor * p.t}));
  const Real d = log(p.present1 / p.present2) / apart + 0.5 * apart;
  const Real lent = p.discount * contract.strike;
  const Real y1 = log(p.present1 / lent) / p.deviation1 + 0.5 * p.deviation1;
  const Real y2 = log(p.present2 / lent) / p.deviation2 + 0.5 * p.deviation2;
  // +1: asset 1 is the larger one where it counts.
  const double side = contract.pick == Pick::Larger ? 1.0 : -1.0;
  const Real rho1 = (p.deviation1 - rho * p.deviation2) / apart * side;
  const Real rho2 = (p.deviation2 - rho * p.deviation1) / apart * side;
  const Real z1 = y1 - p.deviation1;
  const Real z2 = y2 - p.deviation2;
  const Real assets = p.present1 * bivariate_normal_cdf(y1, d * side, rho1) +
                      p.present2 * bivariate_normal_cdf(y2, (apart - d) * side, rho2);
  const Real exercised = contract.pick == Pick::Larger
                             ? Real{1.0 - bivariate_normal_cdf(-z1, -z2, rho)}
                             : bivariate_normal_cdf(z1, z2, rho);
  const Real call = assets - lent * exercised;
  if (contract.type == OptionType::Call) return nonnegative(call);
  const Real picked =
      p.present1 * normal_cdf(d * side) + p.present2 * normal_cdf((apart - d) * side);
  return nonnegative(lent - picked + call);
}

template <class Real>
Result<Real> value(const TwoAssetInputs<Real>& in, const CorrelationOption& contract) noexcept {
  using std::log;
  Checks checks;
  checks.market(in).strike(contract.strike1).strike(contract.strike2).time(contract.years);
  if (checks.failed()) return checks.error();
  const Pair<Real> p{in, contract.years};
  const double sign = sign_of(contract.type);
  const Real y1 =
      log(p.present1 / (p.discount * contract.strike1)) / p.deviation1 - 0.5 * p.deviation1;
  const Real y2 =
      log(p.present2 / (p.discount * contract.strike2)) / p.deviation2 - 0.5 * p.deviation2;
  const Real asset = bivariate_normal_cdf(
      (y2 + p.deviation2) * sign, (y1 + in.correlation * p.deviation2) * sign, in.correlation);
  const Real cash = bivariate_normal_cdf(y2 * sign, y1 * sign, in.correlation);
  return nonnegative(sign * (p.present2 * asset - contract.strike2 * p.discount * cash));
}

// The option on asset 1 where asset 2 ends beyond the barrier, and its mirror image.
template <class Real>
class OutsideBarrier {
 public:
  OutsideBarrier(const TwoAssetInputs<Real>& in, const TwoAssetBarrier& contract) noexcept
      : p_{in, contract.years},
        rho_{in.correlation},
        strike_{contract.strike},
        sign_{sign_of(contract.type)},
        side_{is_down(contract.kind) ? 1.0 : -1.0} {
    using std::log;
    gap_ = log(contract.barrier / in.spot2);
    drift1_ = (in.rate - in.yield1 - 0.5 * p_.volatility1 * p_.volatility1) * p_.t;
    drift2_ = (in.rate - in.yield2 - 0.5 * p_.volatility2 * p_.volatility2) * p_.t;
    moneyness_ = log(in.spot1 / strike_);
  }
  // Not knocked out.
  [[nodiscard]] Real survived() const {
    using std::exp;
    const Real tilt = 2.0 * drift2_ / (p_.deviation2 * p_.deviation2) * gap_;
    if (std::abs(value_of(tilt)) > 12.0) return by_integral();
    const Real shift = 2.0 * rho_ * (p_.deviation1 / p_.deviation2) * gap_;
    return part(Real{}, Real{}) - exp(tilt) * part(shift, Real{2.0 * gap_});
  }
  [[nodiscard]] Real vanilla() const noexcept {
    return black(sign_, Real{p_.present1 / p_.discount}, Real{strike_}, p_.deviation1, p_.discount);
  }

 private:
  // The start moved by (shift1, shift2) in the logarithms.
  [[nodiscard]] Real part(const Real& shift1, const Real& shift2) const noexcept {
    using std::exp;
    const Real z1 = (moneyness_ + shift1 + drift1_) / p_.deviation1;
    const Real z2 = (shift2 - gap_ + drift2_) / p_.deviation2;
    const Real rho = rho_ * (sign_ * side_);
    const Real asset = bivariate_normal_cdf((z1 + p_.deviation1) * sign_,
                                            (z2 + rho_ * p_.deviation1) * side_, rho);
    const Real cash = bivariate_normal_cdf(z1 * sign_, z2 * side_, rho);
    return sign_ * (p_.present1 * exp(shift1) * asset - strike_ * p_.discount * cash);
  }
  // Over where asset 2 ends, times the chance that the bridge to there stayed off the barrier.
  [[nodiscard]] Real by_integral() const {
    using std::exp;
    using std::expm1;
    using std::sqrt;
    constexpr double kBeyond = 10.0;
    const double reach = kBeyond + value_of(p_.deviation1);
    const Real edge = (gap_ - drift2_) / p_.deviation2;
    const double border = value_of(edge);
    const double from = side_ > 0 ? std::max(border, -reach) : -reach;
    const double to = side_ > 0 ? reach : std::min(border, reach);
    const Real shared = rho_ * p_.deviation1;
    const Real apart = p_.deviation1 * sqrt(larger((1.0 - rho_) * (1.0 + rho_), Real{1e-20}));
    const Real forward = p_.present1 / p_.discount;
    // At the barrier's end the integrand vanishes, so a fixed end serves the first derivatives too;
    // the second ones there are those of an integrand that starts linearly: it moves with the edge.
    const double span = to - from;
    const Real moved = std::abs(border) < reach ? edge - border : Real{};
    const Real sum = integrate_adaptively<Real>(
        from, to, 1e-14 * (value_of(forward) + strike_), [&](const Real& x) {
          const double at = value_of(x);
          const Real z = x + moved * (side_ > 0 ? (to - at) / span : (at - from) / span);
          const Real stretch = 1.0 - moved * (side_ / span);
          const Real beyond = drift2_ + p_.deviation2 * z - gap_;
          const Real stays = -expm1(2.0 * gap_ * beyond / (p_.deviation2 * p_.deviation2));
          const Real given = forward * exp(shared * z - 0.5 * shared * shared);
          return stays * stretch * normal_pdf(z) *
                 black(sign_, given, Real{strike_}, apart, Real{1.0});
        });
    return sum * p_.discount;
  }

  Pair<Real> p_;
  Real rho_;
  double strike_, sign_, side_;
  Real gap_{}, drift1_{}, drift2_{}, moneyness_{};
};

template <class Real>
Result<Real> value(const TwoAssetInputs<Real>& in, const TwoAssetBarrier& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.strike).time(contract.years).finite({contract.barrier});
  checks.require(contract.barrier > 0, Error::ParameterRange);
  if (checks.failed()) return checks.error();
  const OutsideBarrier<Real> law{in, contract};
  const bool in_kind = is_knock_in(contract.kind);
  const bool down = is_down(contract.kind);
  const double spot = value_of(in.spot2);
  bool hit = down ? spot <= contract.barrier : spot >= contract.barrier;
  const Inputs<double> second{.spot = spot,
                              .rate = value_of(in.rate),
                              .yield = value_of(in.yield2),
                              .volatility = value_of(in.volatility2)};
  const bool certain = is_certain(second, contract.years);
  if (certain && !hit) {
    const double last = CertainPath<double>{spot, second.carry()}.at(contract.years);
    hit = down ? last <= contract.barrier : last >= contract.barrier;
  }
  if (hit || certain) return nonnegative(hit == in_kind ? law.vanilla() : Real{});
  const Real out = larger(law.survived(), Real{});
  return nonnegative(in_kind ? law.vanilla() - out : out);
}
}  // namespace

Result<double> evaluate(const TwoAssetInputs<double>& in, const BestOrWorst& contract) noexcept {
  return value(in, contract);
}
Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>& in,
                             const BestOrWorst& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const TwoAssetInputs<double>& in,
                        const CorrelationOption& contract) noexcept {
  return value(in, contract);
}
Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>& in,
                             const CorrelationOption& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const TwoAssetInputs<double>& in,
                        const TwoAssetBarrier& contract) noexcept {
  return value(in, contract);
}
Result<TwoAssetJet> evaluate(const TwoAssetInputs<TwoAssetJet>& in,
                             const TwoAssetBarrier& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
