#include "engine/options/exotic/choice/extendible.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/options/exotic/choice/later_option.hpp"

namespace sq::options {
namespace {
template <class Real>
class HolderChoice {
 public:
  HolderChoice(const Inputs<Real>& in, const HolderExtendible& contract) noexcept
      : in_{in},
        contract_{contract},
        sign_{sign_of(contract.type)},
        law_{in},
        jet_{in, contract.type, contract.later_strike, Real{contract.later_years - contract.years}},
        later_{plain(in), contract.type, contract.later_strike,
               contract.later_years - contract.years} {}

  [[nodiscard]] Real value() {
    find_range();
    find_borders();
    Real sum{};
    for (std::size_t i = 0; i <= count_; ++i) {
      const double from = i == 0 ? low_ : value_of(border_[i - 1]);
      const double to = i == count_ ? high_ : value_of(border_[i]);
      const double inside = std::sqrt(from * to);
      const double exercise = sign_ * (inside - contract_.strike);
      const double extend = later_.value(inside) - contract_.premium;
      if (std::max(exercise, extend) <= 0) continue;
      const Real a = i == 0 ? Real{} : border_[i - 1];
      const Real b = i == count_ ? Real{kInfinity} : border_[i];
      sum += extend > exercise ? extended(a, b) : exercised(a, b);
    }
    return sum;
  }

 private:
  // All but 1e-33 of the spots at the date of choice.
  void find_range() noexcept {
    const double years = contract_.years;
    const double sigma = std::max(value_of(in_.volatility), kVolatilityFloor);
    const double centre =
        value_of(in_.spot) * std::exp((value_of(in_.carry()) - 0.5 * sigma * sigma) * years);
    const double reach = std::exp(std::min(12.0 * sigma * std::sqrt(years) + 1e-9, 300.0));
    low_ = std::max(centre / reach, 1e-290);
    high_ = std::min(centre * reach, 1e290);
  }
  void add_border(const Real& level) noexcept {
    if (value_of(level) > low_ && value_of(level) < high_) border_[count_++] = level;
  }
  // Where `less` (0: nothing, 1: exercise) is overtaken by extending, if it is between from and to.
  void add_root(double from, double to, bool against_exercise) {
    const double slope_less = against_exercise ? sign_ : 0.0;
    const auto less = [&](const auto& spot) {
      return against_exercise ? (spot - contract_.strike) * sign_ : spot * 0.0;
    };
    const auto excess = [&](double s) { return later_.value(s) - contract_.premium - less(s); };
    if (!(from < to) || (excess(from) > 0) == (excess(to) > 0)) return;
    const double root =
        critical_spot(from, to, excess, [&](double s) { return later_.delta(s) - slope_less; });
    add_border(polished_root<Real>(
        root, [&](const Real& s) { return jet_.value(s) - contract_.premium - less(s); },
        [&](const Real& s) { return jet_.delta(s) - slope_less; }));
  }
  void find_borders() {
    add_border(Real{contract_.strike});
    add_root(low_, high_, false);
    // Extending less exercising is convex in the spot: two roots at most, around its lowest point.
    double lowest = low_;
    if (later_.delta(high_) < sign_) {
      lowest = high_;
    } else if (later_.delta(low_) < sign_) {
      double from = std::log(low_), to = std::log(high_);
      for (int i = 0; i < 60; ++i) {
        const double middle = 0.5 * (from + to);
        (later_.delta(std::exp(middle)) < sign_ ? from : to) = middle;
      }
      lowest = std::exp(from);
    }
    add_root(low_, lowest, true);
    add_root(lowest, high_, true);
    std::sort(border_.begin(), border_.begin() + static_cast<std::ptrdiff_t>(count_),
              [](const Real& a, const Real& b) { return value_of(a) < value_of(b); });
  }

  [[nodiscard]] Real exercised(const Real& a, const Real& b) const noexcept {
    const Real t = in_.years(contract_.years);
    const auto band = [&](Payment payment) {
      return law_.tail(payment, 1.0, a, t) - law_.tail(payment, 1.0, b, t);
    };
    return sign_ * (band(Payment::Asset) - contract_.strike * band(Payment::Cash));
  }
  [[nodiscard]] Real extended(const Real& a, const Real& b) const noexcept {
    const Real t = in_.years(contract_.years);
    const Real later = in_.years(contract_.later_years);
    const Real strike{contract_.later_strike};
    const auto band = [&](Payment payment) {
      return law_.joint(payment, 1.0, a, t, sign_, strike, later) -
             law_.joint(payment, 1.0, b, t, sign_, strike, later);
    };
    return sign_ * (band(Payment::Asset) - strike * band(Payment::Cash)) -
           contract_.premium *
               (law_.tail(Payment::Cash, 1.0, a, t) - law_.tail(Payment::Cash, 1.0, b, t));
  }

  Inputs<Real> in_;
  HolderExtendible contract_;
  double sign_;
  AssetLaw<Real> law_;
  LaterOption<Real> jet_;
  LaterOption<double> later_;
  double low_{0}, high_{0};
  std::array<Real, 4> border_{};
  std::size_t count_{0};
};

template <class Real, class Contract>
Checks checked(const Inputs<Real>& in, const Contract& contract) noexcept {
  Checks checks;
  checks.market(in).strike(contract.strike).strike(contract.later_strike);
  checks.time(contract.years).time(contract.later_years);
  return checks.require(contract.years <= contract.later_years, Error::ParameterRange);
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const HolderExtendible& contract) noexcept {
  Checks checks = checked(in, contract);
  checks.finite({contract.premium}).require(contract.premium >= 0, Error::ParameterRange);
  if (checks.failed()) return checks.error();
  return nonnegative(HolderChoice<Real>{in, contract}.value());
}

template <class Real>
Result<Real> value(const Inputs<Real>& in, const WriterExtendible& contract) noexcept {
  const Checks checks = checked(in, contract);
  if (checks.failed()) return checks.error();
  const AssetLaw<Real> law{in};
  const double sign = sign_of(contract.type);
  const Real level{contract.strike};
  const Real strike{contract.later_strike};
  const Real t = in.years(contract.years);
  const Real later = in.years(contract.later_years);
  const Real second =
      sign * (law.joint(Payment::Asset, -sign, level, t, sign, strike, later) -
              strike * law.joint(Payment::Cash, -sign, level, t, sign, strike, later));
  return nonnegative(law.vanilla(sign, level, t) + second);
}
}  // namespace

Result<double> evaluate(const Inputs<double>& in, const HolderExtendible& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const HolderExtendible& contract) noexcept {
  return value(in, contract);
}
Result<double> evaluate(const Inputs<double>& in, const WriterExtendible& contract) noexcept {
  return value(in, contract);
}
Result<OneAssetJet> evaluate(const Inputs<OneAssetJet>& in,
                             const WriterExtendible& contract) noexcept {
  return value(in, contract);
}
}  // namespace sq::options
