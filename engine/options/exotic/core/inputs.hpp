// What every exotic formula takes: the market as plain numbers or as jets, and the checks that come
// before a formula. Internal to engine/options/exotic; callers use pricing.hpp.
// Thread: plain values. Cost: a few ns. Errors: Checks keeps the first in the order of
// sq::options::Error. Units: those of Market.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <limits>
#include <optional>

#include "engine/options/exotic/core/jet.hpp"
#include "engine/options/result.hpp"

namespace sq::options {
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class Real>
struct Inputs {
  Real spot{};
  Real rate{};
  Real yield{};
  Real volatility{};
  Real time_shift{};  // value 0; its direction moves every date of a contract

  [[nodiscard]] Real carry() const noexcept { return rate - yield; }
  [[nodiscard]] Real years(double t) const noexcept { return time_shift + t; }
};

// The inputs as plain numbers, for root searches whose result is then polished as a jet.
template <class Real>
Inputs<double> plain(const Inputs<Real>& in) noexcept {
  return {.spot = value_of(in.spot),
          .rate = value_of(in.rate),
          .yield = value_of(in.yield),
          .volatility = value_of(in.volatility),
          .time_shift = value_of(in.time_shift)};
}

template <class Real>
struct TwoAssetInputs {
  Real spot1{}, spot2{};
  Real yield1{}, yield2{};
  Real volatility1{}, volatility2{};
  Real correlation{};
  Real rate{};
  Real time_shift{};

  [[nodiscard]] Real years(double t) const noexcept { return time_shift + t; }
};

class Checks {
 public:
  Checks& finite(std::initializer_list<double> numbers) noexcept {
    for (const double x : numbers) require(std::isfinite(x), Error::NotFinite);
    return *this;
  }
  Checks& require(bool holds, Error otherwise) noexcept {
    if (!holds) worst_ = std::min(worst_, static_cast<std::uint8_t>(otherwise));
    return *this;
  }
  template <class Real>
  Checks& market(const Inputs<Real>& in) noexcept {
    finite({value_of(in.spot), value_of(in.rate), value_of(in.yield), value_of(in.volatility)});
    require(value_of(in.spot) > 0, Error::SpotNotPositive);
    return require(value_of(in.volatility) >= 0, Error::VolatilityNegative);
  }
  template <class Real>
  Checks& market(const TwoAssetInputs<Real>& in) noexcept {
    finite({value_of(in.spot1), value_of(in.spot2), value_of(in.yield1), value_of(in.yield2),
            value_of(in.volatility1), value_of(in.volatility2), value_of(in.correlation),
            value_of(in.rate)});
    require(value_of(in.spot1) > 0 && value_of(in.spot2) > 0, Error::SpotNotPositive);
    require(value_of(in.volatility1) >= 0 && value_of(in.volatility2) >= 0,
            Error::VolatilityNegative);
    return require(std::abs(value_of(in.correlation)) <= 1, Error::ParameterRange);
  }
  Checks& strike(double k) noexcept {
    finite({k});
    return require(k > 0, Error::StrikeNotPositive);
  }
  Checks& time(double years) noexcept {
    finite({years});
    return require(years >= 0, Error::TimeNegative);
  }
  [[nodiscard]] bool failed() const noexcept { return worst_ != kNone; }
  [[nodiscard]] std::unexpected<Error> error() const noexcept {
    return std::unexpected{static_cast<Error>(worst_)};
  }

 private:
  static constexpr std::uint8_t kNone = 255;
  std::uint8_t worst_{kNone};
};

template <class Real>
Result<Real> finite_or_overflow(const Real& x) noexcept {
  if (all_finite(x)) return x;
  return std::unexpected{Error::Overflow};
}
// For payoffs that are never negative: rounding below zero becomes zero.
template <class Real>
Result<Real> nonnegative(Real x) noexcept {
  if (value_of(x) < 0) x += Real{-value_of(x)};
  return finite_or_overflow(x);
}
}  // namespace sq::options
