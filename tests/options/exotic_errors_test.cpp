// What exotic contracts refuse, in the order of precedence of sq::options::Error, and what at the
// bounds they still accept.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "engine/options/exotic/barrier/american_barrier.hpp"
#include "engine/options/exotic/barrier/discrete_barrier.hpp"
#include "engine/options/exotic/barrier/fx_delta.hpp"
#include "engine/options/exotic/barrier/vanna_volga.hpp"
#include "engine/options/exotic/multi_asset/basket.hpp"
#include "engine/options/exotic/variance/heston_contracts.hpp"
#include "engine/options/exotic/variance/variance_swap.hpp"
#include "tests/options/exotic_families.hpp"

namespace sq::options {
namespace {
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
const Market kMarket{100, 0.05, 0.02, 0.25};
const Barrier kBarrier{.strike = 100, .barrier = 80, .years = 1};

template <class AnyMarket, class Contract>
Error refused(const AnyMarket& market, const Contract& contract) {
  const Result<double> result = price(market, contract);
  REQUIRE_FALSE(result.has_value());
  const auto all = greeks(market, contract);
  REQUIRE_FALSE(all.has_value());
  CHECK(all.error() == result.error());
  return result.error();
}
template <class Contract>
Contract with(Contract contract, auto member, auto value) {
  contract.*member = value;
  return contract;
}
}  // namespace

TEST_CASE("markets are refused in the order of precedence") {
  CHECK(refused(Market{-1, kNan, 0.02, -0.2}, kBarrier) == Error::NotFinite);
  CHECK(refused(Market{kInf, 0.05, 0.02, 0.25}, kBarrier) == Error::NotFinite);
  CHECK(refused(Market{0, 0.05, 0.02, -0.2}, with(kBarrier, &Barrier::strike, -1.0)) ==
        Error::SpotNotPositive);
  CHECK(refused(Market{100, 0.05, 0.02, -0.2}, with(kBarrier, &Barrier::strike, 0.0)) ==
        Error::StrikeNotPositive);
  CHECK(refused(Market{100, 0.05, 0.02, -0.2}, with(kBarrier, &Barrier::years, -1.0)) ==
        Error::VolatilityNegative);
  CHECK(refused(kMarket, with(kBarrier, &Barrier::years, -1e-300)) == Error::TimeNegative);
  CHECK(refused(kMarket, with(kBarrier, &Barrier::barrier, 0.0)) == Error::ParameterRange);
  CHECK(refused(kMarket, with(kBarrier, &Barrier::rebate, -1e-9)) == Error::ParameterRange);
  CHECK(refused(kMarket, with(kBarrier, &Barrier::rebate, kNan)) == Error::NotFinite);
  CHECK(refused(Market{100, -1e4, 0.02, 0.25}, kBarrier) == Error::Overflow);
}

TEST_CASE("no volatility and no time are limits, not errors") {
  const Market still{100, 0.05, 0.02, 0.0};
  CHECK(*price(still, kBarrier) == Approx(100 * std::exp(-0.02) - 100 * std::exp(-0.05)));
  CHECK(*price(kMarket, with(kBarrier, &Barrier::years, 0.0)) == 0);
  CHECK(*price(kMarket, Barrier{.strike = 90, .barrier = 80, .years = 0}) == 10);
  // Falling for certain: hit on the way, when the spot is 80.
  const Market falling{100, 0.0, 0.5, 0.0};
  const Barrier rebate{.strike = 100, .barrier = 80, .years = 1, .rebate = 3};
  CHECK(*price(falling, rebate) == 3);
  CHECK(*price(Market{100, 0.1, 0.6, 0.0}, rebate) ==
        Approx(3 * std::exp(-0.1 * std::log(100 / 80.0) / 0.5)));
  CHECK(*price(
            falling,
            DoubleBinary{
                .kind = DoubleBinaryKind::HitLow, .low = 80, .high = 120, .years = 1, .cash = 5}) ==
        5);
  CHECK(*price(falling, DoubleBinary{.kind = DoubleBinaryKind::HitHigh,
                                     .low = 80,
                                     .high = 120,
                                     .years = 1,
                                     .cash = 5}) == 0);
  CHECK(*price(falling, PartialBarrier{.kind = BarrierKind::DownOut,
                                       .window = WatchWindow::Start,
                                       .strike = 50,
                                       .barrier = 80,
                                       .watch = 0.1,
                                       .years = 1}) == Approx(100 * std::exp(-0.5) - 50));
  CHECK(*price(falling,
               DiscreteBarrier{.strike = 50, .low = 80, .years = 1, .dates = 4, .rebate = 2}) == 2);
  CHECK(*price(still, SimpleChooser{.strike = 100, .choose = 0.5, .years = 1}) ==
        Approx(100 * std::exp(-0.02) - 100 * std::exp(-0.05)).epsilon(1e-9));
  CHECK(*price(still,
               Compound{.strike = 5, .years = 0.5, .daughter_strike = 90, .daughter_years = 1}) ==
        Approx(100 * std::exp(-0.02) - 90 * std::exp(-0.05) - 5 * std::exp(-0.025)));
}

TEST_CASE("barrier parameters are refused just outside their range and accepted on it") {
  CHECK(refused(kMarket, BinaryBarrier{.payment = BinaryPayment::CashAtHit,
                                       .kind = BarrierKind::DownOut,
                                       .barrier = 80,
                                       .years = 1,
                                       .cash = 1}) == Error::ParameterRange);
  CHECK(refused(kMarket, BinaryBarrier{.payment = BinaryPayment::AssetAtHit,
                                       .kind = BarrierKind::DownIn,
                                       .barrier = 80,
                                       .years = 1,
                                       .has_strike = true,
                                       .strike = 100}) == Error::ParameterRange);
  CHECK(refused(kMarket, DoubleBarrier{.strike = 100, .low = 120, .high = 120, .years = 1}) ==
        Error::ParameterRange);
  CHECK(refused(kMarket, DoubleBinary{.low = 0, .high = 120, .years = 1}) == Error::ParameterRange);
  CHECK(refused(kMarket, SoftBarrier{.strike = 100, .low = 90, .high = 89, .years = 1}) ==
        Error::ParameterRange);
  CHECK(*price(kMarket, SoftBarrier{.strike = 100, .low = 90, .high = 90, .years = 1}) ==
        Approx(*price(kMarket, with(kBarrier, &Barrier::barrier, 90.0))));
  CHECK(refused(kMarket, PartialBarrier{.strike = 100, .barrier = 90, .watch = 1.01, .years = 1}) ==
        Error::ParameterRange);
  CHECK(refused(kMarket, DiscreteBarrier{.strike = 100, .years = 1, .dates = 5}) ==
        Error::ParameterRange);
  CHECK(refused(kMarket, DiscreteBarrier{.strike = 100, .low = 90, .years = 1, .dates = 0}) ==
        Error::ParameterRange);
  CHECK(refused(kMarket,
                DiscreteBarrier{.strike = 100, .low = 90, .high = 80, .years = 1, .dates = 2}) ==
        Error::ParameterRange);
  CHECK(refused(kMarket, DiscreteBarrier{.strike = 100, .low = 90, .years = 1, .dates = 100'000}) ==
        Error::Unsupported);
  CHECK(refused(Market{100, 0.05, 0.02, 0.0}, AmericanBarrier{kBarrier}) == Error::Unsupported);
}

TEST_CASE("averages and extremes refuse dates out of order, wrong sides and unknown methods") {
  const double falling[] = {0.5, 0.4}, late[] = {0.5, 1.5}, good[] = {0.5, 1.0}, clock[] = {0.5};
  for (const auto& dates : {std::span<const double>{falling}, std::span<const double>{late}}) {
    CHECK(refused(kMarket, GeometricDiscrete{.strike = 100, .years = 1, .dates = dates}) ==
          Error::ParameterRange);
    CHECK(refused(kMarket, ArithmeticDiscrete{.strike = 100, .years = 1, .dates = dates}) ==
          Error::ParameterRange);
  }
  CHECK(refused(kMarket, GeometricDiscrete{.strike = 100, .years = 1}) == Error::ParameterRange);
  CHECK(refused(kMarket,
                GeometricDiscrete{.strike = 100, .years = 1, .known = 2, .known_average = 0}) ==
        Error::ParameterRange);
  CHECK(
      price(kMarket, GeometricDiscrete{.strike = 100, .years = 1, .known = 2, .known_average = 105})
          .has_value());
  ArithmeticDiscrete a{.strike = 100, .years = 1, .dates = good, .clock = clock};
  CHECK(refused(kMarket, a) == Error::ParameterRange);
  a.clock = good;
  CHECK(refused(kMarket, a) == Error::Unsupported);
  a = {.years = 1, .dates = good, .average_strike = true, .method = AsianMethod::CurranBound};
  CHECK(refused(kMarket, a) == Error::Unsupported);
  CHECK(refused(
            kMarket,
            ArithmeticContinuous{.strike = 100, .years = 1, .method = AsianMethod::CurranBound}) ==
        Error::Unsupported);
  CHECK(refused(kMarket, GeometricContinuous{.strike = 100, .years = 1, .elapsed = 1}) ==
        Error::ParameterRange);
  CHECK(refused(kMarket, FloatingLookback{.extreme = 100.01, .years = 1}) == Error::ParameterRange);
  CHECK(price(kMarket, FloatingLookback{.extreme = 100, .years = 1}).has_value());
  CHECK(refused(kMarket, FixedLookback{.strike = 90, .extreme = 99.99, .years = 1}) ==
        Error::ParameterRange);
  CHECK(refused(kMarket,
                PartialFloatingLookback{.extreme = 90, .window = 0.5, .years = 1, .scale = 0.99}) ==
        Error::ParameterRange);
  CHECK(refused(kMarket, PartialFixedLookback{.strike = 90, .window = 1.5, .years = 1}) ==
        Error::ParameterRange);
}

TEST_CASE("choices, baskets and free functions refuse what they cannot price") {
  CHECK(refused(kMarket, SimpleChooser{.strike = 100, .choose = 2, .years = 1}) ==
        Error::ParameterRange);
  CHECK(refused(kMarket, ComplexChooser{.choose = 1,
                                        .call_strike = 100,
                                        .call_years = 0.5,
                                        .put_strike = 100,
                                        .put_years = 2}) == Error::ParameterRange);
  CHECK(refused(kMarket,
                Compound{.strike = 5, .years = 2, .daughter_strike = 100, .daughter_years = 1}) ==
        Error::ParameterRange);
  CHECK(refused(kMarket, HolderExtendible{.strike = 100,
                                          .years = 0.5,
                                          .later_strike = 100,
                                          .later_years = 1,
                                          .premium = -1}) == Error::ParameterRange);
  CHECK(refused(kMarket, ForwardStart{.moneyness = 0, .start = 0, .years = 1}) ==
        Error::StrikeNotPositive);
  CHECK(refused(kMarket, Cliquet{.moneyness = 1, .years = 1}) == Error::ParameterRange);
  CHECK(refused(kMarket, Power{.strike = 100, .exponent = 0, .years = 1}) == Error::ParameterRange);
  CHECK(refused(kMarket, Powered{.strike = 100, .exponent = 5, .years = 1}) ==
        Error::ParameterRange);
  const TwoAssetMarket two{100, 100, 0.02, -0.01, 0.2, 0.3, 0.5, 0.05};
  CHECK(refused(with(two, &TwoAssetMarket::correlation, 1.01), Exchange{.years = 1}) ==
        Error::ParameterRange);
  CHECK(refused(two, AmericanExchange{.years = 1}) == Error::Unsupported);
  CHECK(refused(two, Spread{.strike = -200, .years = 1, .method = SpreadMethod::Kirk}) ==
        Error::Unsupported);
  CHECK(price(two, Spread{.strike = -200, .years = 1}).has_value());

  const double s[] = {100, 90}, zero[] = {0, 0}, v[] = {0.2, 0.3}, w[] = {1, 1};
  const double bad[] = {1, 0.5, 0.4, 1}, rho[] = {1, 0.5, 0.5, 1};
  const Basket basket{.weights = w, .strike = 190, .years = 1};
  CHECK(price(BasketMarket{s, zero, v, bad, 0.05}, basket).error() == Error::ParameterRange);
  CHECK(price(BasketMarket{s, zero, v, {}, 0.05}, basket).error() == Error::ParameterRange);
  CHECK(price(BasketMarket{s, zero, v, rho, 0.05}, basket).has_value());
  const double s3[] = {1, 1, 1}, z3[] = {0, 0, 0}, v3[] = {0.2, 0.2, 0.2};
  const double impossible[] = {1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1};
  CHECK(price(BasketMarket{s3, z3, v3, impossible, 0.0},
              Basket{.weights = s3, .strike = 3, .years = 1})
            .error() == Error::ParameterRange);
  // Long and short what moves as one: no direction serves both.
  const double together[] = {1, 1, 1, 1, 1, 1, 1, 1, 1}, mixed[] = {1, -1, 1};
  CHECK(price(BasketMarket{s3, z3, v3, together, 0.0},
              Basket{.weights = mixed, .strike = 1, .years = 1})
            .error() == Error::Unsupported);

  const FxTerms fx{1.3, 0.97, 0.98, 0.1};
  CHECK(fx_strike(fx, OptionType::Call, -0.25, DeltaConvention::Spot).error() ==
        Error::ParameterRange);
  CHECK(fx_strike(fx, OptionType::Call, 0.99, DeltaConvention::Spot).error() ==
        Error::ParameterRange);
  CHECK(fx_strike(fx, OptionType::Call, 0.99, DeltaConvention::PremiumForward).error() ==
        Error::ParameterRange);
  VannaVolgaTerms terms{1.3, 0.01, 0.005, {1, 0.1, 0.09, 0.085}};
  CHECK(vanna_volga_price(terms, Barrier{.strike = 1.3, .barrier = 1.1, .years = 1}).has_value());
  terms.bumps.vega = 1e-3;
  CHECK(vanna_volga_price(terms, Barrier{.strike = 1.3, .barrier = 1.1, .years = 1}).error() ==
        Error::ParameterRange);
  terms = {1.3, 0.01, 0.005, {1, 0.1, 0.0, 0.085}};
  CHECK(vanna_volga_price(terms, Barrier{.strike = 1.3, .barrier = 1.1, .years = 1}).error() ==
        Error::ParameterRange);
  CHECK(heston_price(kMarket, {0.04, 1, 0.04, 0.3, 1.1},
                     HestonGeometricAsian{.strike = 100, .years = 1})
            .error() == Error::ParameterRange);
  CHECK(heston_price(kMarket, {0.04, 1, 0.04, 0.3, 0.5},
                     HestonVarianceOption{.strike = 0.04, .years = 0})
            .error() == Error::ParameterRange);
  CHECK(value_of_swap({.strike = 0.04, .notional = 1}, 0.05, 0.04).error() ==
        Error::ParameterRange);
}
}  // namespace sq::options
