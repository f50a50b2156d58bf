// What any input gives: an error in its order of precedence, or finite numbers.
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "engine/options/european/bachelier.hpp"
#include "engine/options/european/digital.hpp"
#include "engine/options/european/european.hpp"
#include "engine/options/implied_volatility/implied_volatility.hpp"

namespace sq::options {
namespace {
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::numeric_limits<double>::quiet_NaN();

// Bit patterns of doubles: all magnitudes, both zeros, subnormals, infinities, NaNs; and now and
// then a number that a price or rate might be.
class AnyDouble {
 public:
  explicit AnyDouble(std::uint64_t seed) : random_{seed} {}
  double any() {
    static constexpr double kSpecial[] = {0.0,    -0.0,  1.0,     -1.0,    5e-324, 2.2e-308,
                                          1e-300, 1e300, 1.7e308, 1e-16,   100.0,  0.2,
                                          37.0,   43.0,  0x1p-53, 0x1p1023};
    const std::uint64_t dice = random_() % 8;
    if (dice == 0) return kSpecial[random_() % 16];
    if (dice <= 2) return std::bit_cast<double>(random_());
    if (dice == 3) return std::ldexp(1.0 + unit(), static_cast<int>(random_() % 2000) - 1000);
    return unit() * std::pow(10.0, static_cast<double>(random_() % 7) - 4.0);
  }
  OptionType type() { return random_() % 2 == 0 ? OptionType::Call : OptionType::Put; }

 private:
  double unit() { return static_cast<double>(random_() >> 11U) * 0x1p-53; }
  std::mt19937_64 random_;
};

bool all_finite(const AllGreeks& g) {
  const double values[] = {
      g.price,      g.delta,      g.gamma,         g.vega,          g.theta,     g.rho,   g.phi,
      g.vanna,      g.volga,      g.charm,         g.speed,         g.zomma,     g.color, g.ultima,
      g.dual_delta, g.dual_gamma, g.forward_delta, g.forward_gamma, g.elasticity};
  for (const double value : values) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

// One round over all functions of the European family; false when one breaks its promise.
bool promises_kept(AnyDouble& draw) {
  const Market m{draw.any(), draw.any(), draw.any(), draw.any()};
  const Vanilla o{draw.type(), draw.any(), draw.any()};
  const double other = draw.any();
  const bool finite = std::isfinite(m.spot) && std::isfinite(m.rate) && std::isfinite(m.yield) &&
                      std::isfinite(m.volatility) && std::isfinite(o.strike) &&
                      std::isfinite(o.years);
  const Result<double> price = european_price(m, o);
  if (price ? !std::isfinite(*price) || *price < 0 || !finite : false) return false;
  if (!finite && price.error() != Error::NotFinite) return false;
  const Result<Greeks> five = european_greeks(m, o);
  if (five && !std::isfinite(five->price + five->delta + five->gamma + five->vega + five->theta +
                             five->rho)) {
    return std::isfinite(five->price) && std::isfinite(five->delta) && std::isfinite(five->gamma) &&
           std::isfinite(five->vega) && std::isfinite(five->theta) && std::isfinite(five->rho);
  }
  const Result<AllGreeks> all = european_all_greeks(m, o);
  if (all && !all_finite(*all)) return false;
  const Result<AllGreeks> black = black76_all_greeks({m.spot, m.rate, m.volatility, other}, o);
  if (black && !all_finite(*black)) return false;
  const Result<AllGreeks> normal = bachelier_all_greeks({m.spot, m.rate, m.volatility}, o);
  if (normal && !all_finite(*normal)) return false;
  for (const DigitalPayoff payoff :
       {DigitalPayoff::Cash, DigitalPayoff::Asset, DigitalPayoff::Gap}) {
    const Result<DigitalGreeks> g = digital_greeks(m, {o.type, o.strike, o.years, payoff, other});
    if (g && (!std::isfinite(g->price) || !std::isfinite(g->delta) || !std::isfinite(g->gamma) ||
              !std::isfinite(g->vega) || !std::isfinite(g->theta) || !std::isfinite(g->rho) ||
              !std::isfinite(g->phi))) {
      return false;
    }
    for (const TouchPayment payment :
         {TouchPayment::AtHit, TouchPayment::AtExpiry, TouchPayment::NoTouch}) {
      const Result<double> touch =
          touch_price(m, {o.type, o.strike, o.years, payoff, other, payment});
      if (touch && !std::isfinite(*touch)) return false;
    }
  }
  const Result<double> volatility = implied_volatility(other, m, o);
  if (volatility && (!std::isfinite(*volatility) || *volatility < 0)) return false;
  if (!volatility && volatility.error() == Error::NoConvergence) return false;
  const Result<double> normal_volatility =
      bachelier_implied_volatility(other, {m.spot, m.rate, 0.0}, o);
  if (!normal_volatility) return normal_volatility.error() != Error::NoConvergence;
  return std::isfinite(*normal_volatility) && *normal_volatility >= 0;
}
}  // namespace

TEST_CASE("the first error in the order of precedence is reported") {
  const Vanilla option{OptionType::Call, 100.0, 1.0};
  CHECK(european_price({kNan, 0, 0, -1}, option).error() == Error::NotFinite);
  CHECK(european_price({100, kInfinity, 0, 0.2}, option).error() == Error::NotFinite);
  CHECK(european_price({-1, 0, 0, -1}, {OptionType::Call, -1, -1}).error() ==
        Error::SpotNotPositive);
  CHECK(european_price({1, 0, 0, -1}, {OptionType::Call, -1, -1}).error() ==
        Error::StrikeNotPositive);
  CHECK(european_price({1, 0, 0, -1}, {OptionType::Call, 1, -1}).error() ==
        Error::VolatilityNegative);
  CHECK(european_price({1, 0, 0, 1}, {OptionType::Call, 1, -1}).error() == Error::TimeNegative);
  CHECK(european_price({1e308, 0, -2, 1}, {OptionType::Call, 1, 1}).error() == Error::Overflow);
  CHECK(european_greeks({1e-300, 0, 0, 1e-5}, {OptionType::Call, 1e-300, 1e-10}).error() ==
        Error::Overflow);  // gamma is 4e307 / 1e-300
  CHECK(european_price({1e-300, 0, 0, 1e-5}, {OptionType::Call, 1e-300, 1e-10}).has_value());
  CHECK(european_all_greeks({kNan, 0, 0, 1}, option).error() == Error::NotFinite);
  CHECK(black76_greeks({100, 0, 0.2, kNan}, option).error() == Error::NotFinite);
}

TEST_CASE("no bit pattern of the inputs gives a NaN, an infinity or no answer") {
  AnyDouble draw{42};
  for (int i = 0; i < 200'000; ++i) {
    INFO("round " << i);
    if (!promises_kept(draw)) REQUIRE(false);
  }
}

TEST_CASE("ten million bit patterns give no NaN, no infinity and always an answer", "[slow]") {
  AnyDouble draw{43};
  for (int i = 0; i < 10'000'000; ++i) {
    INFO("round " << i);
    if (!promises_kept(draw)) REQUIRE(false);
  }
}
}  // namespace sq::options
