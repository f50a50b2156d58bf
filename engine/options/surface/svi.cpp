#include "engine/options/surface/svi.hpp"

#include <cmath>

namespace sq::options {
namespace {
template <class... Values>
bool all_finite(Values... values) noexcept {
  return (std::isfinite(values) && ...);
}
Result<SviRaw> checked(const SviRaw& smile) noexcept {
  if (const Result<void> fine = check(smile); !fine) return std::unexpected{fine.error()};
  return smile;
}
double co_rho(double rho) noexcept { return std::sqrt((1 - rho) * (1 + rho)); }
}  // namespace

Result<void> check(const SviRaw& smile) noexcept {
  if (!all_finite(smile.a, smile.b, smile.rho, smile.m, smile.sigma)) {
    return std::unexpected{Error::NotFinite};
  }
  const bool in_range = smile.b >= 0 && std::abs(smile.rho) <= 1 && smile.sigma >= 0;
  if (!in_range) return std::unexpected{Error::ParameterRange};
  const double dip = smile.b * smile.sigma * co_rho(smile.rho);
  const double rounding = 1e-15 * (std::abs(smile.a) + dip);
  if (!std::isfinite(dip) || smile.a + dip < -rounding) {
    return std::unexpected{Error::ParameterRange};
  }
  return {};
}

double total_variance(const SviRaw& smile, double k) noexcept {
  const double x = k - smile.m;
  return smile.a + smile.b * (smile.rho * x + std::sqrt(x * x + smile.sigma * smile.sigma));
}

SviPoint svi_point(const SviRaw& smile, double k) noexcept {
  const double x = k - smile.m;
  const double root = std::sqrt(x * x + smile.sigma * smile.sigma);
  if (root == 0) return {smile.a, smile.b * smile.rho, 0};
  const double ratio = smile.sigma / root;
  return {smile.a + smile.b * (smile.rho * x + root), smile.b * (smile.rho + x / root),
          smile.b * ratio * ratio / root};
}

double butterfly_g(const SviPoint& point, double k) noexcept {
  if (!(point.variance > 0)) return 0;
  const double tilt = 1 - k * point.slope / (2 * point.variance);
  const double slope2 = point.slope * point.slope;
  return tilt * tilt - slope2 / 4 * (1 / point.variance + 0.25) + point.curvature / 2;
}

Result<SviNatural> to_natural(const SviRaw& smile) noexcept {
  if (const Result<void> fine = check(smile); !fine) return std::unexpected{fine.error()};
  const double root = co_rho(smile.rho);
  if (!(smile.sigma > 0) || root == 0) return std::unexpected{Error::ParameterRange};
  const SviNatural natural{.delta = smile.a - smile.b * smile.sigma * root,
                           .mu = smile.m + smile.rho * smile.sigma / root,
                           .rho = smile.rho,
                           .omega = 2 * smile.b * smile.sigma / root,
                           .zeta = root / smile.sigma};
  if (!all_finite(natural.delta, natural.mu, natural.omega, natural.zeta)) {
    return std::unexpected{Error::Overflow};
  }
  return natural;
}

Result<SviRaw> to_raw(const SviNatural& smile) noexcept {
  if (!all_finite(smile.delta, smile.mu, smile.rho, smile.omega, smile.zeta)) {
    return std::unexpected{Error::NotFinite};
  }
  if (!(smile.omega >= 0 && smile.zeta > 0 && std::abs(smile.rho) <= 1)) {
    return std::unexpected{Error::ParameterRange};
  }
  const double root = co_rho(smile.rho);
  return checked({.a = smile.delta + smile.omega / 2 * root * root,
                  .b = smile.omega * smile.zeta / 2,
                  .rho = smile.rho,
                  .m = smile.mu - smile.rho / smile.zeta,
                  .sigma = root / smile.zeta});
}

Result<SviJumpWings> to_jump_wings(const SviRaw& smile, double years) noexcept {
  if (const Result<void> fine = check(smile); !fine) return std::unexpected{fine.error()};
  if (!std::isfinite(years)) return std::unexpected{Error::NotFinite};
  const SviPoint money = svi_point(smile, 0);
  if (!(years > 0 && money.variance > 0)) return std::unexpected{Error::ParameterRange};
  const double root = std::sqrt(money.variance);
  const double lowest = smile.a + smile.b * smile.sigma * co_rho(smile.rho);
  const SviJumpWings wings{.variance = money.variance / years,
                           .skew = money.slope / (2 * root),
                           .put_slope = smile.b * (1 - smile.rho) / root,
                           .call_slope = smile.b * (1 + smile.rho) / root,
                           .minimum_variance = lowest / years,
                           .years = years};
  if (!all_finite(wings.variance, wings.skew, wings.put_slope, wings.call_slope,
                  wings.minimum_variance)) {
    return std::unexpected{Error::Overflow};
  }
  return wings;
}

Result<SviRaw> to_raw(const SviJumpWings& smile) noexcept {
  if (!all_finite(smile.variance, smile.skew, smile.put_slope, smile.call_slope,
                  smile.minimum_variance, smile.years)) {
    return std::unexpected{Error::NotFinite};
  }
  const double money = smile.variance * smile.years;
  const double lowest = smile.minimum_variance * smile.years;
  if (!(smile.years > 0 && money > 0 && lowest >= 0 && lowest < money && smile.put_slope >= 0 &&
        smile.call_slope >= 0)) {
    return std::unexpected{Error::ParameterRange};
  }
  const double root = std::sqrt(money);
  const double b = root * (smile.put_slope + smile.call_slope) / 2;
  if (!(b > 0)) return std::unexpected{Error::ParameterRange};
  const double rho = 1 - smile.put_slope * root / b;
  // x/sqrt(x^2 + sigma^2) at the money, x = -m: the sine of an angle.
  const double sine = 2 * smile.skew * root / b - rho;
  if (!(std::abs(sine) < 1)) return std::unexpected{Error::ParameterRange};
  const double cosine = std::sqrt((1 - sine) * (1 + sine));
  // money - lowest = b distance (1 + rho sine - cosine sqrt(1 - rho^2)), distance = hypot(m, sigma)
  const double lift = 1 + rho * sine - cosine * co_rho(rho);
  if (!(lift > 0)) return std::unexpected{Error::ParameterRange};
  const double distance = (money - lowest) / (b * lift);
  const double sigma = distance * cosine;
  return checked({.a = lowest - b * sigma * co_rho(rho),
                  .b = b,
                  .rho = rho,
                  .m = -distance * sine,
                  .sigma = sigma});
}

Result<SviRaw> ssvi_slice(const Ssvi& surface, double theta) noexcept {
  if (!all_finite(surface.rho, surface.eta, surface.gamma, theta)) {
    return std::unexpected{Error::NotFinite};
  }
  if (!(std::abs(surface.rho) < 1 && surface.eta > 0 && surface.gamma > 0 && surface.gamma < 1 &&
        theta > 0)) {
    return std::unexpected{Error::ParameterRange};
  }
  const double phi =
      surface.eta / (std::pow(theta, surface.gamma) * std::pow(1 + theta, 1 - surface.gamma));
  return to_raw(SviNatural{.delta = 0, .mu = 0, .rho = surface.rho, .omega = theta, .zeta = phi});
}

bool is_arbitrage_free(const Ssvi& surface) noexcept {
  return std::abs(surface.rho) < 1 && surface.eta > 0 && surface.gamma > 0 &&
         surface.gamma <= 0.5 && surface.eta * (1 + std::abs(surface.rho)) <= 2;
}
}  // namespace sq::options
