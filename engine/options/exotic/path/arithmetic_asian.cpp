#include "engine/options/exotic/path/arithmetic_asian.hpp"

#include <cmath>

#include "engine/options/exotic/core/differences.hpp"
#include "engine/options/exotic/core/gaussian.hpp"
#include "engine/options/exotic/core/integrate.hpp"
#include "engine/options/exotic/path/exact_asian.hpp"
#include "engine/options/exotic/path/geometric_asian.hpp"

namespace sq::options {
namespace {
// The dates of a contract as the formulas see them.
template <class Real>
class Fixings {
 public:
  Fixings(const Inputs<Real>& in, const ArithmeticDiscrete& contract) noexcept
      : in_{&in},
        contract_{&contract},
        all_{static_cast<double>(contract.dates.size()) + contract.known} {}

  [[nodiscard]] std::size_t count() const noexcept { return contract_->dates.size(); }
  [[nodiscard]] double all() const noexcept { return all_; }
  [[nodiscard]] Real forward(std::size_t i) const noexcept {
    using std::exp;
    return in_->spot * exp(in_->carry() * moving(contract_->dates[i]));
  }
  [[nodiscard]] Real variance(std::size_t i) const noexcept {
    const double clock = contract_->clock.empty() ? contract_->dates[i] : contract_->clock[i];
    return in_->volatility * in_->volatility * moving(clock);
  }
  // What the rest of the average has to beat.
  [[nodiscard]] double strike_left() const noexcept { return contract_->strike - known_part(); }
  [[nodiscard]] double known_part() const noexcept {
    return contract_->known > 0 ? contract_->known_average * (contract_->known / all_) : 0.0;
  }
  [[nodiscard]] Real years() const noexcept { return in_->years(contract_->years); }
  [[nodiscard]] const Inputs<Real>& in() const noexcept { return *in_; }

 private:
  // A date that is today is a fixing already, it does not move with time.
  [[nodiscard]] Real moving(double t) const noexcept { return t > 0 ? in_->years(t) : Real{}; }

  const Inputs<Real>* in_;
  const ArithmeticDiscrete* contract_;
  double all_;
};

template <class Real>
Result<Real> two_moments(const Fixings<Real>& fixings,
                         const ArithmeticDiscrete& contract) noexcept {
  using std::exp;
  using std::log;
  using std::sqrt;
  const std::size_t count = fixings.count();
  const Real& volatility = fixings.in().volatility;
  const Real asset = fixings.in().spot * exp(fixings.in().carry() * fixings.years());
  Real mean{}, square{}, with_asset{};
  Real later{};  // sum of the forwards of later dates
  for (std::size_t k = count; k-- > 0;) {
    const Real forward = fixings.forward(k);
    const Real grown = forward * exp(fixings.variance(k));
    square += grown * (forward + 2.0 * later);
    with_asset += grown * asset;
    later += forward;
  }
  mean = later / fixings.all();
  const double known = fixings.known_part();
  const Real discount = exp(-(fixings.in().rate * fixings.years()));
  const auto deviation = [&](const Real& variance) {
    return value_of(variance) > 0 ? Real{sqrt(variance)} : Real{};
  };
  if (contract.average_strike) {
    // The average with its known part as one lognormal, correlated with the asset.
    const Real whole = mean + known;
    const Real whole_square =
        square / (fixings.all() * fixings.all()) + 2.0 * known * mean + known * known;
    const Real cross = with_asset / fixings.all() + known * asset;
    const Real variance = volatility * volatility * fixings.years() +
                          log(whole_square / (whole * whole)) - 2.0 * log(cross / (asset * whole));
    return nonnegative(black(sign_of(contract.type), asset, whole, deviation(variance), discount));
  }
  const Real strike{fixings.strike_left()};
  if (count == 0) {
    return nonnegative(black(sign_of(contract.type), Real{}, strike, Real{}, discount));
  }
  const Real variance = log(square / (later * later));
  return nonnegative(black(sign_of(contract.type), mean, strike, deviation(variance), discount));
}

// E[A | z] less the strike and its slope, z the standardised logarithm of the geometric average.
template <class Real>
struct Conditional {
  const Fixings<Real>& fixings;
  Real per_deviation;  // 1 / standard deviation of the sum of the logarithms

  template <class Visit>
  void each(Visit&& visit) const noexcept {
    const std::size_t count = fixings.count();
    Real earlier{};
    for (std::size_t i = 0; i < count; ++i) {
      const Real variance = fixings.variance(i);
      const Real covariance = earlier + variance * static_cast<double>(count - i);
      earlier += variance;
      visit(fixings.forward(i) / fixings.all(), covariance * per_deviation);
    }
  }
  struct Excess {
    Real value{}, slope{};
  };
  [[nodiscard]] Excess excess(const Real& z, double strike) const noexcept {
    using std::exp;
    Excess out{Real{-strike}, Real{}};
    each([&](const Real& share, const Real& load) {
      const Real part = share * exp(load * z - 0.5 * load * load);
      out.value += part;
      out.slope += part * load;
    });
    return out;
  }
};

template <class Real>
Conditional<Real> conditional_on_geometric(const Fixings<Real>& fixings) noexcept {
  using std::sqrt;
  const std::size_t count = fixings.count();
  Real sum{};  // of all covariances between the logarithms
  for (std::size_t i = 0; i < count; ++i) {
    sum += fixings.variance(i) * (2.0 * static_cast<double>(count - 1 - i) + 1.0);
  }
  return {fixings, value_of(sum) > 1e-280 ? Real{1.0 / sqrt(sum)} : Real{}};
}

// Where E[A | z] passes the strike; it rises with z. Infinite when it never does.
double root_of(const Conditional<double>& conditional, double strike) noexcept {
  double low = -40, high = 40;
  if (conditional.excess(low, strike).value >= 0) return -kInfinity;
  if (conditional.excess(high, strike).value <= 0) return kInfinity;
  double z = 0;
  for (int i = 0; i < 100; ++i) {
    const auto [value, slope] = conditional.excess(z, strike);
    (value < 0 ? low : high) = z;
    double next = z - value / slope;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (std::abs(next - z) < 1e-15 * std::max(1.0, std::abs(z))) return next;
    z = next;
  }
  return z;
}

template <class Real>
Result<Real> curran_bound(const Inputs<Real>& in, const ArithmeticDiscrete& contract) noexcept {
  using std::exp;
  const Fixings<Real> fixings{in, contract};
  const Inputs<double> numbers = plain(in);
  const double strike = fixings.strike_left();
  const Real discount = exp(-(in.rate * fixings.years()));
  Real mean{};
  for (std::size_t i = 0; i < fixings.count(); ++i) mean += fixings.forward(i) / fixings.all();
  const double sign = sign_of(contract.type);
  if (strike <= 0 || fixings.count() == 0) {
    return nonnegative(black(sign, mean, Real{strike}, Real{}, discount));
  }
  const double root = root_of(conditional_on_geometric(Fixings<double>{numbers, contract}), strike);
  if (std::abs(root) == kInfinity) {
    return nonnegative(black(sign, mean, Real{strike}, Real{}, discount));
  }
  const Conditional<Real> conditional = conditional_on_geometric(fixings);
  Real z{root};
  for (int polish = 0; polish < 2; ++polish) {  // carries the root's derivatives
    const auto excess = conditional.excess(z, strike);
    z -= excess.value / excess.slope;
  }
  Real sum = normal_cdf(-z * sign) * -strike;
  conditional.each(
      [&](const Real& share, const Real& load) { sum += share * normal_cdf((load - z) * sign); });
  return nonnegative(sum * discount * sign);
}

template <class Real>
Checks checked(const Inputs<Real>& in, const ArithmeticDiscrete& contract) noexcept {
  Checks checks;
  checks.market(in).time(contract.years).finite({contract.known_average});
  if (!contract.average_strike) checks.strike(contract.strike);
  const std::size_t known = static_cast<std::size_t>(std::max(contract.known, 0));
  checks.require(contract.known >= 0 && (known == 0 || contract.known_average > 0) &&
                     contract.dates.size() + known > 0 &&
                     dates_in_order(contract.dates, contract.years),
                 Error::ParameterRange);
  if (!contract.clock.empty()) {
    checks.require(contract.clock.size() == contract.dates.size(), Error::ParameterRange);
    for (const double variance : contract.clock) checks.time(variance);
  }
  const bool curran = contract.method == AsianMethod::CurranBound;
  const bool exact = contract.method == AsianMethod::Exact;
  checks.require(!(curran && contract.average_strike), Error::Unsupported);
  return checks.require(!(exact && !contract.clock.empty()), Error::Unsupported);
}

// So little volatility that the law is lognormal to 1e-12, and grids have nothing to resolve.
template <class Contract>
bool is_calm(const Inputs<double>& in, const Contract& contract) noexcept {
  return in.volatility * std::sqrt(in.years(contract.years)) < 1e-5;
}

Result<double> exact_discrete(const Inputs<double>& in, const ArithmeticDiscrete& contract) {
  if (is_calm(in, contract)) return two_moments(Fixings<double>{in, contract}, contract);
  return contract.average_strike
             ? exact_average_strike(in, contract.type, contract.years, contract.dates,
                                    contract.known, contract.known_average)
             : exact_average_price(in, contract.type, contract.strike, contract.years,
                                   contract.dates, contract.known, contract.known_average);
}

// (e^x - 1) / x
template <class Real>
Real mean_growth(const Real& x) noexcept {
  using std::expm1;
  if (std::abs(value_of(x)) < 1e-2) {
    Real sum{1.0};
    for (int k = 9; k >= 2; --k) sum = 1.0 + x * sum / k;
    return sum;
  }
  return expm1(x) / x;
}

template <class Real>
Result<Real> levy(const Inputs<Real>& in, const ArithmeticContinuous& contract) noexcept {
  using std::exp;
  using std::log;
  using std::sqrt;
  const Real t = in.years(contract.years);
  const double whole = contract.years + contract.elapsed;
  const Real share = whole > 0 ? t / whole : Real{1.0};
  const Real growth = in.carry() * t;
  const Real with_variance = growth + in.volatility * in.volatility * t;
  // Moments of the average over what is left, in units of the spot.
  const Real mean = mean_growth(growth);
  const Real square = 2.0 * integrate_adaptively<Real>(0.0, 1.0, 1e-15, [&](const Real& u) {
                        return u * exp(growth * u) * mean_growth(with_variance * u);
                      });
  const double known =
      contract.elapsed > 0 ? contract.average_so_far * (contract.elapsed / whole) : 0.0;
  const Real variance = log(square / (mean * mean));
  const Real deviation = value_of(variance) > 0 ? Real{sqrt(variance)} : Real{};
  // Only for theta: while time passes the average takes in the spot.
  const Real passed = whole > 0 ? in.spot * ((contract.years - t) / whole) : Real{};
  return nonnegative(black(sign_of(contract.type), in.spot * mean * share,
                           contract.strike - known - passed, deviation, Real{exp(-(in.rate * t))}));
}

Result<double> exact_continuous(const Inputs<double>& in, const ArithmeticContinuous& contract) {
  if (is_calm(in, contract)) return levy(in, contract);
  return exact_continuous_average(in, contract.type, contract.strike, contract.years,
                                  contract.elapsed, contract.average_so_far);
}

template <class Real>
Checks checked(const Inputs<Real>& in, const ArithmeticContinuous& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.strike).time(contract.years);
  checks.finite({contract.elapsed, contract.average_so_far})
      .require(contract.elapsed >= 0 && (contract.elapsed == 0 || contract.average_so_far > 0),
               Error::ParameterRange)
      .require(contract.method != AsianMethod::CurranBound, Error::Unsupported);
  return checks;
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const ArithmeticDiscrete& contract) noexcept {
  const Checks checks = checked(in, contract);
  if (checks.failed()) return checks.error();
  switch (contract.method) {
    case AsianMethod::TwoMoments:
      return two_moments(Fixings<double>{in, contract}, contract);
    case AsianMethod::CurranBound:
      return curran_bound(in, contract);
    case AsianMethod::Exact:
      return exact_discrete(in, contract);
  }
  return std::unexpected{Error::ParameterRange};
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const ArithmeticDiscrete& contract) noexcept {
  const Checks checks = checked(in, contract);
  if (checks.failed()) return checks.error();
  switch (contract.method) {
    case AsianMethod::TwoMoments:
      return two_moments(Fixings<OneAssetJet>{in, contract}, contract);
    case AsianMethod::CurranBound:
      return curran_bound(in, contract);
    case AsianMethod::Exact:
      return jet_by_differences(in, contract.years, [&](const Inputs<double>& moved) {
        return exact_discrete(moved, contract);
      });
  }
  return std::unexpected{Error::ParameterRange};
}

Result<double> evaluate(const Inputs<double>& in, const ArithmeticContinuous& contract) noexcept {
  const Checks checks = checked(in, contract);
  if (checks.failed()) return checks.error();
  return contract.method == AsianMethod::TwoMoments ? levy(in, contract)
                                                    : exact_continuous(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const ArithmeticContinuous& contract) noexcept {
  const Checks checks = checked(in, contract);
  if (checks.failed()) return checks.error();
  if (contract.method == AsianMethod::TwoMoments) return levy(in, contract);
  return jet_by_differences(in, contract.years, [&](const Inputs<double>& moved) {
    return exact_continuous(moved, contract);
  });
}
}  // namespace sq::options
