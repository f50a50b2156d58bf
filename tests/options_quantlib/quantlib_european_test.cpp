// European prices, Greeks, digitals, implied volatilities and discrete dividends beside QuantLib
// 1.29, on 100,000 random contracts a family. Only its calculators are used, no class with
// observers: those hold containers of the Boost version that the library was built with.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <memory>
#include <ql/payoff.hpp>
#include <ql/pricingengines/americanpayoffatexpiry.hpp>
#include <ql/pricingengines/americanpayoffathit.hpp>
#include <ql/pricingengines/blackcalculator.hpp>
#include <ql/pricingengines/blackformula.hpp>
#include <string>
#include <vector>

#include "engine/options/european/bachelier.hpp"
#include "engine/options/european/digital.hpp"
#include "engine/options/european/dividends.hpp"
#include "engine/options/european/european.hpp"
#include "engine/options/implied_volatility/implied_volatility.hpp"
#include "tests/options/european_model.hpp"

namespace sq::options {
namespace {
namespace ql = QuantLib;
using test::Contract;
using test::RandomContracts;
constexpr int kContracts = 100'000;

ql::Option::Type type_of(OptionType type) {
  return type == OptionType::Call ? ql::Option::Call : ql::Option::Put;
}

// The largest difference relative to `size`, which is printed and must stay below `allowed`.
class Family {
 public:
  Family(std::string name, double allowed) : name_{std::move(name)}, allowed_{allowed} {}
  void see(double ours, double theirs, double size) {
    ++count_;
    const double difference = std::fabs(ours - theirs) / (std::fabs(theirs) + std::fabs(size));
    if (!(difference <= worst_)) worst_ = difference;
  }
  ~Family() {
    std::printf("  QuantLib %-22s %7zu values, worst relative difference %.2g\n", name_.c_str(),
                count_, worst_);
    CHECK(worst_ <= allowed_);
  }
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

 private:
  std::string name_;
  double allowed_;
  std::size_t count_{0};
  double worst_{0};
};

struct Forward {
  double forward, deviation, discount, income;
};
Forward forward_of(const Contract& c) {
  const double years = c.option.years;
  return {c.market.spot * std::exp((c.market.rate - c.market.yield) * years),
          c.market.volatility * std::sqrt(years), std::exp(-c.market.rate * years),
          std::exp(-c.market.yield * years)};
}
ql::BlackCalculator calculator(const Contract& c,
                               const ql::ext::shared_ptr<ql::StrikedTypePayoff>& payoff) {
  const Forward f = forward_of(c);
  return {payoff, f.forward, f.deviation, f.discount};
}
}  // namespace

TEST_CASE("European prices and Greeks agree with QuantLib", "[slow]") {
  RandomContracts draw{71};
  Family price{"price", 1e-12}, delta{"delta", 1e-11}, gamma{"gamma", 1e-11}, vega{"vega", 1e-11};
  Family theta{"theta", 1e-9}, rho{"rho", 1e-9}, phi{"dividend rho", 1e-11};
  Family dual_delta{"strike sensitivity", 1e-11};
  Family elasticity{"elasticity", 1e-8}, forward_delta{"forward delta", 1e-11};
  for (int i = 0; i < kContracts; ++i) {
    const Contract c = draw.usual();
    const double spot = c.market.spot;
    const double years = c.option.years;
    const auto q = calculator(
        c, ql::ext::make_shared<ql::PlainVanillaPayoff>(type_of(c.option.type), c.option.strike));
    const AllGreeks g = european_all_greeks(c.market, c.option).value();
    // Its normal distribution is good to about 1e-13.
    price.see(european_price(c.market, c.option).value(), q.value(), spot);
    delta.see(g.delta, q.delta(spot), 1e-3);
    gamma.see(g.gamma, q.gamma(spot), 1e-3 / (spot * c.market.volatility * std::sqrt(years)));
    vega.see(g.vega, q.vega(years), spot * std::sqrt(years) * 1e-3);
    theta.see(g.theta, q.theta(spot, years), spot * 1e-2);
    rho.see(g.rho, q.rho(years), spot * years * 1e-3);
    phi.see(g.phi, q.dividendRho(years), spot * years * 1e-3);
    dual_delta.see(g.dual_delta, q.strikeSensitivity(), 1e-3);
    forward_delta.see(g.forward_delta, q.deltaForward(), 1e-3);
    if (g.price > 1e-6 * spot) elasticity.see(g.elasticity, q.elasticity(spot), 0.0);
  }
}

TEST_CASE("Black-76, displaced and Bachelier prices agree with QuantLib", "[slow]") {
  RandomContracts draw{72};
  Family black{"Black-76", 1e-12}, displaced{"displaced", 1e-12}, normal{"Bachelier", 1e-11};
  Family normal_vega{"Bachelier vega", 1e-11};
  for (int i = 0; i < kContracts; ++i) {
    const Contract c = draw.usual();
    const double discount = std::exp(-c.market.rate * c.option.years);
    const double deviation = c.market.volatility * std::sqrt(c.option.years);
    const ForwardMarket market{c.market.spot, c.market.rate, c.market.volatility};
    black.see(black76_price(market, c.option).value(),
              ql::blackFormula(type_of(c.option.type), c.option.strike, c.market.spot, deviation,
                               discount),
              c.market.spot);
    const double shift = draw.between(0.1, 2.0) * c.market.spot;
    ForwardMarket shifted = market;
    shifted.displacement = shift;
    displaced.see(black76_price(shifted, c.option).value(),
                  ql::blackFormula(type_of(c.option.type), c.option.strike, c.market.spot,
                                   deviation, discount, shift),
                  c.market.spot);
    const double volatility = c.market.volatility * c.market.spot;
    const double step = volatility * std::sqrt(c.option.years);
    const AllGreeks g =
        bachelier_all_greeks({c.market.spot, c.market.rate, volatility}, c.option).value();
    normal.see(g.price,
               ql::bachelierBlackFormula(type_of(c.option.type), c.option.strike, c.market.spot,
                                         step, discount),
               step * 1e-3);
    normal_vega.see(
        g.vega,
        ql::bachelierBlackFormulaStdDevDerivative(c.option.strike, c.market.spot, step, discount) *
            std::sqrt(c.option.years),
        std::sqrt(c.option.years) * 1e-3);
  }
}

TEST_CASE("digitals agree with QuantLib", "[slow]") {
  RandomContracts draw{73};
  Family cash{"cash", 1e-10}, asset{"asset", 1e-10}, gap{"gap", 1e-10};
  Family delta{"digital delta", 1e-9}, gamma{"digital gamma", 1e-8};
  for (int i = 0; i < kContracts; ++i) {
    const Contract c = draw.usual();
    const ql::Option::Type type = type_of(c.option.type);
    const double strike = c.option.strike;
    const double second = strike * draw.between(0.8, 1.2);
    const ql::ext::shared_ptr<ql::StrikedTypePayoff> payoffs[] = {
        ql::ext::make_shared<ql::CashOrNothingPayoff>(type, strike, 10.0),
        ql::ext::make_shared<ql::AssetOrNothingPayoff>(type, strike),
        ql::ext::make_shared<ql::GapPayoff>(type, strike, second)};
    const double amounts[] = {10.0, 0.0, second};
    const double sizes[] = {10.0, c.market.spot, c.market.spot};
    Family* const families[] = {&cash, &asset, &gap};
    const double s = c.market.volatility * std::sqrt(c.option.years);
    for (int k = 0; k < 3; ++k) {
      const auto q = calculator(c, payoffs[k]);
      const DigitalGreeks g =
          digital_greeks(c.market, {c.option.type, strike, c.option.years,
                                    static_cast<DigitalPayoff>(k + 1), amounts[k]})
              .value();
      families[k]->see(g.price, q.value(), sizes[k] * 1e-2);
      if (k == 2) continue;  // QuantLib has no Greeks of a gap
      delta.see(g.delta, q.delta(c.market.spot), sizes[k] / (c.market.spot * s));
      gamma.see(g.gamma, q.gamma(c.market.spot),
                sizes[k] / (c.market.spot * c.market.spot * s * s));
    }
  }
}

TEST_CASE("one-touch and no-touch prices agree with QuantLib", "[slow]") {
  RandomContracts draw{74};
  Family hit{"touch at hit", 1e-8}, expiry{"touch at expiry", 1e-8}, none{"no touch", 1e-8};
  for (int i = 0; i < kContracts; ++i) {
    Contract c = draw.usual();
    c.market.rate = std::fabs(c.market.rate);
    // QuantLib multiplies a huge power by a tiny probability: with volatilities around 3 % its
    // touch at hit is up to 13 % off (digital_test.cpp has such a row with its 50-digit value).
    c.market.volatility = draw.between(0.15, 1.2);
    c.option.strike = c.market.spot * std::exp(draw.between(-4, 4) * c.market.volatility *
                                               std::sqrt(c.option.years));
    const Forward f = forward_of(c);
    const bool asset = i % 2 == 0;
    const ql::Option::Type type = type_of(c.option.type);
    ql::ext::shared_ptr<ql::StrikedTypePayoff> payoff =
        ql::ext::make_shared<ql::CashOrNothingPayoff>(type, c.option.strike, 10.0);
    if (asset) payoff = ql::ext::make_shared<ql::AssetOrNothingPayoff>(type, c.option.strike);
    const auto ours = [&](TouchPayment payment) {
      return touch_price(c.market,
                         {c.option.type, c.option.strike, c.option.years,
                          asset ? DigitalPayoff::Asset : DigitalPayoff::Cash, 10.0, payment})
          .value();
    };
    const double variance = f.deviation * f.deviation;
    const double size = asset ? c.market.spot : 10.0;
    hit.see(ours(TouchPayment::AtHit),
            ql::AmericanPayoffAtHit(c.market.spot, f.discount, f.income, variance, payoff).value(),
            size);
    expiry.see(
        ours(TouchPayment::AtExpiry),
        ql::AmericanPayoffAtExpiry(c.market.spot, f.discount, f.income, variance, payoff).value(),
        size);
    none.see(
        ours(TouchPayment::NoTouch),
        ql::AmericanPayoffAtExpiry(c.market.spot, f.discount, f.income, variance, payoff, false)
            .value(),
        size);
  }
}

TEST_CASE("QuantLib prices our implied volatilities back to the price", "[slow]") {
  RandomContracts draw{75};
  Family black{"price of our volatility", 1e-12}, normal{"price of our normal vol", 1e-12};
  Family solver{"their solver", 1e-7};
  for (int i = 0; i < kContracts; ++i) {
    const Contract c = draw.usual();
    const Forward f = forward_of(c);
    const double root = std::sqrt(c.option.years);
    const double price = european_price(c.market, c.option).value();
    const double intrinsic =
        std::fmax(sign_of(c.option.type) * (f.forward - c.option.strike) * f.discount, 0.0);
    if (price - intrinsic < 1e-6 * c.market.spot) continue;  // little of the volatility is left
    const double volatility = implied_volatility(price, c.market, c.option).value();
    black.see(ql::blackFormula(type_of(c.option.type), c.option.strike, f.forward,
                               volatility * root, f.discount),
              price, c.market.spot);
    if (i % 10 == 0) {
      const double theirs =
          ql::blackFormulaImpliedStdDev(type_of(c.option.type), c.option.strike, f.forward, price,
                                        f.discount, 0.0, ql::Null<double>(), 1e-12, 200);
      solver.see(volatility * root, theirs, 0.0);
    }
    const double step =
        bachelier_implied_volatility(price, {f.forward, c.market.rate, 0.0}, c.option).value() *
        root;
    normal.see(ql::bachelierBlackFormula(type_of(c.option.type), c.option.strike, f.forward, step,
                                         f.discount),
               price, c.market.spot);
  }
}

TEST_CASE("escrowed dividends agree with QuantLib on the reduced spot", "[slow]") {
  RandomContracts draw{76};
  Family price{"escrowed dividends", 1e-11}, delta{"escrowed delta", 1e-10};
  Family vega{"escrowed vega", 1e-10};
  for (int i = 0; i < kContracts; ++i) {
    const double years = draw.between(0.1, 2.0);
    Contract c{{100.0, draw.between(0.0, 0.1), 0.0, draw.between(0.1, 0.6)},
               {i % 2 == 0 ? OptionType::Call : OptionType::Put, draw.between(70, 130), years}};
    std::vector<Dividend> dividends;
    Contract reduced = c;
    for (double at = draw.between(0.01, 0.3); at < years; at += draw.between(0.1, 0.6)) {
      dividends.push_back({at, draw.between(0.1, 3.0)});
      reduced.market.spot -= dividends.back().cash * std::exp(-c.market.rate * at);
    }
    const auto q = calculator(reduced, ql::ext::make_shared<ql::PlainVanillaPayoff>(
                                           type_of(c.option.type), c.option.strike));
    const Greeks g = escrowed_dividend_greeks(c.market, c.option, dividends).value();
    price.see(g.price, q.value(), 1.0);
    delta.see(g.delta, q.delta(reduced.market.spot), 0.01);
    vega.see(g.vega, q.vega(years), 1.0);
  }
}
}  // namespace sq::options
