#include "engine/options/exotic/variance/power.hpp"

#include <array>
#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"

namespace sq::options {
namespace {
template <class Real>
struct LogLaw {
  Real log_mean;  // of ln S(T)
  Real deviation;
  Real discount;

  LogLaw(const Inputs<Real>& in, double years) noexcept {
    using std::exp;
    using std::log;
    using std::sqrt;
    const Real t = floored_years(in.years(years));
    const Real volatility = floored_volatility(in.volatility);
    deviation = volatility * sqrt(t);
    log_mean = log(in.spot) + (in.carry() - 0.5 * volatility * volatility) * t;
    discount = exp(-(in.rate * t));
  }
  [[nodiscard]] Real mean_of_power(double p) const noexcept {
    using std::exp;
    return exp(p * log_mean + 0.5 * p * p * (deviation * deviation));
  }
};

template <class Real, class Contract>
Checks checked(const Inputs<Real>& in, const Contract& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.strike).time(contract.years);
  return checks;
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const Power& contract) noexcept {
  Checks checks = checked(in, contract);
  checks.finite({contract.exponent}).require(contract.exponent != 0, Error::ParameterRange);
  if (checks.failed()) return checks.error();
  const LogLaw<Real> law{in, contract.years};
  return nonnegative(black(sign_of(contract.type), law.mean_of_power(contract.exponent),
                           Real{contract.strike}, law.deviation * std::abs(contract.exponent),
                           law.discount));
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const Powered& contract) noexcept {
  Checks checks = checked(in, contract);
  checks.require(contract.exponent >= 1 && contract.exponent <= 4, Error::ParameterRange);
  if (checks.failed()) return checks.error();
  constexpr std::array<std::array<double, 5>, 5> kBinomial{
      {{1, 0, 0, 0, 0}, {1, 1, 0, 0, 0}, {1, 2, 1, 0, 0}, {1, 3, 3, 1, 0}, {1, 4, 6, 4, 1}}};
  const LogLaw<Real> law{in, contract.years};
  const double sign = sign_of(contract.type);
  const int n = contract.exponent;
  const Real away = (law.log_mean - std::log(contract.strike)) / law.deviation;
  Real sum{};
  for (int j = 0; j <= n; ++j) {  // asset to the power j, strike to the power n - j
    const double p = j;
    const double signs = ((sign > 0 ? n - j : j) % 2 == 0) ? 1.0 : -1.0;
    const double factor = kBinomial[static_cast<std::size_t>(n)][static_cast<std::size_t>(j)] *
                          std::pow(contract.strike, n - j) * signs;
    sum += factor * law.mean_of_power(p) * normal_cdf((away + p * law.deviation) * sign);
  }
  return nonnegative(sum * law.discount);
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const LogContract& contract) noexcept {
  const Checks checks = checked(in, contract);
  if (checks.failed()) return checks.error();
  const LogLaw<Real> law{in, contract.years};
  return finite_or_overflow(Real{law.discount * (law.log_mean - std::log(contract.strike))});
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const LogOption& contract) noexcept {
  const Checks checks = checked(in, contract);
  if (checks.failed()) return checks.error();
  const LogLaw<Real> law{in, contract.years};
  const Real gap = (law.log_mean - std::log(contract.strike)) * sign_of(contract.type);
  const Real d = gap / law.deviation;
  return nonnegative(law.discount * (gap * normal_cdf(d) + law.deviation * normal_pdf(d)));
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const Power& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in, const Power& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const Inputs<double>& in, const Powered& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in, const Powered& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const Inputs<double>& in, const LogContract& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in, const LogContract& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const Inputs<double>& in, const LogOption& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in, const LogOption& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
