// Options on options, and payoffs on two and more assets, against what must hold without any table.
#include <catch2/catch.hpp>
#include <cmath>

#include "engine/options/exotic/core/gaussian.hpp"
#include "engine/options/exotic/core/integrate.hpp"
#include "engine/options/exotic/multi_asset/basket.hpp"
#include "engine/options/exotic/variance/variance_swap.hpp"
#include "tests/options/exotic_families.hpp"

namespace sq::options {
namespace {
using test::Random;

double vanilla(const Market& m, OptionType type, double strike, double years) {
  const double forward = m.spot * std::exp((m.rate - m.yield) * years);
  return black(sign_of(type), forward, strike, m.volatility * std::sqrt(years),
               std::exp(-m.rate * years));
}
template <class AnyMarket, class Contract>
double value(const AnyMarket& m, const Contract& contract) {
  const Result<double> result = price(m, contract);
  REQUIRE(result.has_value());
  return *result;
}
// Discounted mean over the spot at t.
template <class Payoff>
double mean_at(const Market& m, double t, Payoff&& payoff) {
  const double deviation = m.volatility * std::sqrt(t);
  const double mean = (m.rate - m.yield - 0.5 * m.volatility * m.volatility) * t;
  double sum = 0;
  for (int i = -9; i < 9; ++i) {
    sum += integrate_adaptively<double>(i, i + 1, 1e-13, [&](double z) {
      return normal_pdf(z) * payoff(m.spot * std::exp(mean + deviation * z));
    });
  }
  return std::exp(-m.rate * t) * sum;
}
}  // namespace

TEST_CASE("a compound call less the put is the daughter less the discounted strike") {
  Random r{21, false};
  for (int i = 0; i < 300; ++i) {
    const Market m = r.market();
    const double t = r.near(0.4, 3);
    Compound c{.strike = r.near(8, 4),
               .years = t,
               .daughter_type = r.type(),
               .daughter_strike = r.near(100, 1.3),
               .daughter_years = t + r.near(0.5, 3)};
    const double call = value(m, c);
    c.type = OptionType::Put;
    const double daughter = vanilla(m, c.daughter_type, c.daughter_strike, c.daughter_years);
    CHECK(std::abs(call - value(m, c) - (daughter - c.strike * std::exp(-m.rate * t))) <
          1e-12 * m.spot);
  }
  // A put daughter is never worth its strike: the call on it nothing, the put on it all.
  const Compound never{.strike = 120,
                       .years = 0.5,
                       .daughter_type = OptionType::Put,
                       .daughter_strike = 100,
                       .daughter_years = 1};
  CHECK(value(Market{100, 0.05, 0, 0.3}, never) == 0);
}

TEST_CASE(
    "a chooser is the mean of the better of its options, and its limits are their sum and one") {
  Random r{22, false};
  for (int i = 0; i < 25; ++i) {
    const Market m = r.market();
    const double choose = r.near(0.3, 2);
    const ComplexChooser c{.choose = choose,
                           .call_strike = r.near(100, 1.2),
                           .call_years = choose + r.near(0.4, 2),
                           .put_strike = r.near(100, 1.2),
                           .put_years = choose + r.near(0.4, 2)};
    const double by_mean = mean_at(m, choose, [&](double spot) {
      Market then = m;
      then.spot = spot;
      return std::max(vanilla(then, OptionType::Call, c.call_strike, c.call_years - choose),
                      vanilla(then, OptionType::Put, c.put_strike, c.put_years - choose));
    });
    CHECK(value(m, c) == Approx(by_mean).margin(2e-9 * m.spot));
    const SimpleChooser s{.strike = 100, .choose = choose, .years = choose + 0.5};
    const ComplexChooser same{.choose = choose,
                              .call_strike = 100,
                              .call_years = s.years,
                              .put_strike = 100,
                              .put_years = s.years};
    CHECK(value(m, s) == Approx(value(m, same)).margin(1e-12 * m.spot));
  }
  const Market m{100, 0.05, 0.02, 0.3};
  CHECK(value(m, SimpleChooser{.strike = 105, .choose = 1, .years = 1}) ==
        Approx(vanilla(m, OptionType::Call, 105, 1) + vanilla(m, OptionType::Put, 105, 1)));
  CHECK(value(m, SimpleChooser{.strike = 105, .choose = 0, .years = 1}) ==
        Approx(std::max(vanilla(m, OptionType::Call, 105, 1), vanilla(m, OptionType::Put, 105, 1)))
            .epsilon(1e-10));
}

TEST_CASE("an extendible option is the mean of the best choice, for every order of the regions") {
  Random r{23, false};
  for (int i = 0; i < 40; ++i) {
    Market m = r.market();
    if (i % 3 == 0)
      m.yield = -0.08;  // two points where extending and exercising are worth the same
    const double t = r.near(0.4, 2);
    const HolderExtendible h{.type = r.type(),
                             .strike = r.near(100, 1.2),
                             .years = t,
                             .later_strike = r.near(100, 1.2),
                             .later_years = t + r.near(0.4, 2),
                             .premium = i % 2 == 0 ? r.within(0, 8) : 0.0};
    const double sign = sign_of(h.type);
    const auto later = [&](double spot) {
      Market then = m;
      then.spot = spot;
      return vanilla(then, h.type, h.later_strike, h.later_years - t);
    };
    const double holder = mean_at(m, t, [&](double s) {
      return std::max({sign * (s - h.strike), later(s) - h.premium, 0.0});
    });
    CHECK(value(m, h) == Approx(holder).margin(5e-9 * m.spot));
    const WriterExtendible w{.type = h.type,
                             .strike = h.strike,
                             .years = t,
                             .later_strike = h.later_strike,
                             .later_years = h.later_years};
    // Integrated apart on both sides of the strike, where the writer's payoff jumps.
    const double in_money = vanilla(m, h.type, h.strike, t);
    CHECK(value(m, w) >= in_money);
    CHECK(value(m, w) <= in_money + vanilla(m, h.type, h.later_strike, h.later_years));
  }
  const Market m{100, 0.05, 0.02, 0.3};
  CHECK(value(m, HolderExtendible{.strike = 100,
                                  .years = 0.5,
                                  .later_strike = 100,
                                  .later_years = 1,
                                  .premium = 1e6}) ==
        Approx(vanilla(m, OptionType::Call, 100, 0.5)).epsilon(1e-13));
}

TEST_CASE("forward starts and cliquets are European options that start later") {
  const Market m{80, 0.06, 0.02, 0.3};
  CHECK(value(m, ForwardStart{.moneyness = 1.1, .start = 0, .years = 1}) ==
        Approx(vanilla(m, OptionType::Call, 88, 1)).epsilon(1e-13));
  const double resets[] = {0.25, 0.5};
  const double legs = value(m, ForwardStart{.moneyness = 0.95, .start = 0.25, .years = 0.5}) +
                      value(m, ForwardStart{.moneyness = 0.95, .start = 0.5, .years = 1});
  CHECK(value(m, Cliquet{.moneyness = 0.95, .years = 1, .resets = resets}) ==
        Approx(legs).epsilon(1e-14));
}

TEST_CASE("powers and logarithms of the asset have their means") {
  const Market m{100, 0.04, 0.01, 0.25};
  CHECK(value(m, Power{.strike = 90, .exponent = 1, .years = 1}) ==
        Approx(vanilla(m, OptionType::Call, 90, 1)).epsilon(1e-13));
  for (int n = 1; n <= 4; ++n) {
    for (const OptionType type : {OptionType::Call, OptionType::Put}) {
      const double sign = sign_of(type);
      const double by_mean = mean_at(
          m, 1, [&](double s) { return std::pow(std::max(sign * (s - 105) / 100, 0.0), n); });
      CHECK(value(m, Powered{.type = type, .strike = 105, .exponent = n, .years = 1}) ==
            Approx(by_mean * std::pow(100, n)).epsilon(1e-8));
    }
  }
  const double log_contract = value(m, LogContract{.strike = 95, .years = 1});
  CHECK(log_contract ==
        Approx(std::exp(-0.04) * (std::log(100 / 95.0) + 0.03 - 0.5 * 0.0625)).epsilon(1e-13));
  CHECK(value(m, LogOption{.strike = 95, .years = 1}) -
            value(m, LogOption{.type = OptionType::Put, .strike = 95, .years = 1}) ==
        Approx(log_contract).epsilon(1e-12));
  CHECK(value(m, LogContract{.strike = 200, .years = 1}) < 0);
}

TEST_CASE("best and worst of two assets add up to both, by the exchange between them") {
  Random r{24, false};
  for (int i = 0; i < 300; ++i) {
    const TwoAssetMarket m = r.two_asset_market();
    const double strike = r.near(100, 1.3), years = r.years();
    const OptionType type = r.type();
    BestOrWorst b{.type = type, .pick = Pick::Larger, .strike = strike, .years = years};
    const double best = value(m, b);
    b.pick = Pick::Smaller;
    const double worst = value(m, b);
    const Market first{m.spot1, m.rate, m.yield1, m.volatility1};
    const Market second{m.spot2, m.rate, m.yield2, m.volatility2};
    CHECK(std::abs(best + worst - vanilla(first, type, strike, years) -
                   vanilla(second, type, strike, years)) < 1e-11 * m.spot1);
    // Without a strike the best of two is one and the right to exchange it.
    const double exchange = value(m, Exchange{.years = years});
    const double tiny = value(m, BestOrWorst{.strike = 1e-9, .years = years});
    CHECK(std::abs(tiny - exchange - m.spot2 * std::exp(-m.yield2 * years)) < 1e-7);
    CHECK(value(m, Spread{.strike = 0, .years = years}) ==
          Approx(exchange).margin(1e-10 * m.spot1));
    CHECK(value(m, AmericanExchange{.years = years}) >= exchange);
  }
}

TEST_CASE("spread approximations stay close to the exact value, from below for one of them") {
  Random r{25, false};
  for (int i = 0; i < 100; ++i) {
    TwoAssetMarket m = r.two_asset_market();
    Spread s{.type = r.type(), .strike = r.within(0, 15), .years = r.years()};
    const double exact = value(m, s);
    s.method = SpreadMethod::Kirk;
    CHECK(std::abs(value(m, s) - exact) < 0.5);
    s.method = SpreadMethod::BjerksundStensland;
    const double below = value(m, s);
    CHECK(below <= exact + 1e-10 * m.spot1);
    CHECK(exact - below < 0.05);
    // Exchanging the assets and the type changes nothing.
    s.method = SpreadMethod::Exact;
    std::swap(m.spot1, m.spot2);
    std::swap(m.yield1, m.yield2);
    std::swap(m.volatility1, m.volatility2);
    s.type = s.type == OptionType::Call ? OptionType::Put : OptionType::Call;
    s.strike = -s.strike;
    CHECK(value(m, s) == Approx(exact).margin(1e-10 * m.spot1));
  }
}

TEST_CASE("a correlated asset's barrier and condition reduce to one asset in their limits") {
  TwoAssetMarket m{.spot1 = 100,
                   .spot2 = 100,
                   .yield1 = 0.01,
                   .yield2 = 0.01,
                   .volatility1 = 0.3,
                   .volatility2 = 0.3,
                   .correlation = 1.0,
                   .rate = 0.05};
  const Market one{100, 0.05, 0.01, 0.3};
  for (const BarrierKind kind : {BarrierKind::DownOut, BarrierKind::DownIn}) {
    CHECK(value(m, TwoAssetBarrier{.kind = kind, .strike = 105, .barrier = 88, .years = 1}) ==
          Approx(value(one, Barrier{.kind = kind, .strike = 105, .barrier = 88, .years = 1}))
              .margin(1e-11));
  }
  CHECK(value(m, CorrelationOption{.strike1 = 90, .strike2 = 105, .years = 1}) ==
        Approx(vanilla(one, OptionType::Call, 105, 1)).epsilon(1e-12));
  m.correlation = 0;
  const double alive =
      value(Market{100, 0.0, -0.04, 0.3},
            BinaryBarrier{.kind = BarrierKind::DownOut, .barrier = 88, .years = 1, .cash = 1});
  CHECK(value(m,
              TwoAssetBarrier{
                  .kind = BarrierKind::DownOut, .strike = 105, .barrier = 88, .years = 1}) ==
        Approx(alive * vanilla(one, OptionType::Call, 105, 1)).epsilon(1e-12));
}

TEST_CASE(
    "the exact basket agrees with spreads, the moments with small volatility, and with parity") {
  const double spots[] = {100, 90, 110}, yields[] = {0.01, 0.02, 0.0}, weights[] = {1, -0.5, 0.4};
  const double volatilities[] = {0.3, 0.2, 0.25};
  const double rho[] = {1, 0.4, 0.2, 0.4, 1, 0.5, 0.2, 0.5, 1};
  const BasketMarket three{spots, yields, volatilities, rho, 0.05};
  Basket b{.weights = weights, .strike = 95, .years = 1};
  const double call = *price(three, b);
  b.type = OptionType::Put;
  const double forward = 100 * std::exp(0.04) - 45 * std::exp(0.03) + 44 * std::exp(0.05);
  CHECK(call - *price(three, b) == Approx(std::exp(-0.05) * (forward - 95)).margin(1e-6));
  // A third asset of no weight does not count.
  const double two_weights[] = {1, -1, 0};
  Basket spread{.weights = two_weights, .strike = 5, .years = 1};
  const TwoAssetMarket pair{100, 90, 0.01, 0.02, 0.3, 0.2, 0.4, 0.05};
  CHECK(*price(three, spread) ==
        Approx(value(pair, Spread{.strike = 5, .years = 1})).epsilon(1e-12));
  // A third asset that hardly moves takes its forward from the strike, through the other integral.
  const double calm[] = {0.3, 0.2, 1e-7};
  const double with_calm[] = {1, -1, 0.5};
  const double shift = 0.5 * 110 * std::exp(0.05);
  CHECK(*price(BasketMarket{spots, yields, calm, rho, 0.05},
               Basket{.weights = with_calm, .strike = 5 + shift, .years = 1}) ==
        Approx(value(pair, Spread{.strike = 5, .years = 1})).margin(2e-6));
  b.method = BasketMethod::ThreeMoments;
  CHECK(*price(three, b) == Approx(call - std::exp(-0.05) * (forward - 95)).margin(0.1));
  b.method = BasketMethod::TwoMoments;
  CHECK(price(three, b).error() == Error::Unsupported);
}

TEST_CASE("a flat strip has its volatility squared, and a swap under way adds what is realised") {
  std::vector<double> puts, calls, put_vols, call_vols, strikes, prices;
  for (double k = 20; k <= 100; k += 0.5) puts.push_back(k), put_vols.push_back(0.2);
  for (double k = 100; k <= 400; k += 0.5) calls.push_back(k), call_vols.push_back(0.2);
  const auto fair =
      fair_variance(VarianceStrip{100, 0.03, 0.01, 0.5, puts, put_vols, calls, call_vols, 0.5});
  REQUIRE(fair.has_value());
  CHECK(*fair == Approx(0.04).epsilon(3e-4));  // strikes 0.5 apart
  const double forward = 100 * std::exp(0.01);
  for (double k = 20; k <= 400; k += 0.5) {
    strikes.push_back(k);
    prices.push_back(black(k < forward ? -1 : 1, forward, k, 0.2 * std::sqrt(0.5), 0.98));
  }
  const auto priced = fair_variance(PricedStrip{forward, 0.98, 0.5, strikes, prices});
  REQUIRE(priced.has_value());
  CHECK(*priced == Approx(0.04).epsilon(1e-3));
  const VarianceSwap swap{
      .strike = 0.05, .notional = 1000, .years = 0.25, .elapsed = 0.75, .realised_variance = 0.06};
  CHECK(*value_of_swap(swap, 0.03, 0.04) ==
        Approx(1000 * (0.75 * 0.06 + 0.25 * 0.04 - 0.05) * std::exp(-0.0075)).epsilon(1e-13));
  puts[3] = puts[2];
  CHECK(fair_variance(VarianceStrip{100, 0.03, 0.01, 0.5, puts, put_vols, calls, call_vols, 0.5})
            .error() == Error::ParameterRange);
}
}  // namespace sq::options
