#include "engine/options/american/american.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>

#include "engine/options/american/put_problem.hpp"
#include "engine/options/tree/lattice.hpp"
#include "tests/support/allocations.hpp"

namespace sq::options::american {
namespace {
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Contracts {
 public:
  explicit Contracts(std::uint64_t seed) : random_{seed} {}
  double between(double low, double high) {
    return std::uniform_real_distribution<double>{low, high}(random_);
  }
  // Strike 100. One boundary or none.
  void next() {
    market = {100 * std::exp(between(-0.4, 0.4)), between(0.001, 0.15), between(0, 0.15),
              between(0.05, 0.8)};
    option = {random_() % 2 == 0 ? OptionType::Call : OptionType::Put, 100,
              std::exp(between(std::log(0.01), std::log(5.0)))};
  }
  void next_wide() {
    market = {100 * std::exp(between(-1, 1)), between(-0.1, 0.3), between(-0.1, 0.3),
              std::exp(between(std::log(0.005), std::log(3.0)))};
    option = {random_() % 2 == 0 ? OptionType::Call : OptionType::Put, 100,
              std::exp(between(std::log(0.002), std::log(50.0)))};
  }
  [[nodiscard]] Regime regime() const { return reduce_to_put(market, option)->regime; }
  std::uint64_t bits() { return random_(); }

  Market market;
  Vanilla option;

 private:
  std::mt19937_64 random_;
};

double price(const Market& market, const Vanilla& option, Preset preset = Preset::Accurate) {
  return american_price(market, option, preset).value();
}
double european(const Market& market, const Vanilla& option) {
  const double put = european_put(
      {market.spot, option.strike, market.rate, market.yield, market.volatility, option.years});
  return option.type == OptionType::Put
             ? put
             : put + market.spot * std::exp(-market.yield * option.years) -
                   option.strike * std::exp(-market.rate * option.years);
}
}  // namespace

TEST_CASE("the presets agree with the reference preset to their accuracy") {
  Contracts contracts{1};
  double fast = 0;
  double accurate = 0;
  for (int i = 0; i < 100; ++i) {
    contracts.next();
    const double reference = price(contracts.market, contracts.option, Preset::Reference);
    fast = std::max(fast,
                    std::abs(price(contracts.market, contracts.option, Preset::Fast) - reference));
    accurate = std::max(accurate, std::abs(price(contracts.market, contracts.option) - reference));
  }
  std::printf("worst error at strike 100: fast %.1e, accurate %.1e\n", fast, accurate);
  CHECK(fast < 3e-4);
  CHECK(accurate < 3e-6);
}

TEST_CASE("the presets hold their accuracy on wide contracts", "[slow]") {
  Contracts contracts{2};
  double fast = 0;
  double accurate = 0;
  for (int i = 0; i < 4000; ++i) {
    contracts.next_wide();
    if (contracts.regime() != Regime::OneBoundary) continue;
    const double reference = price(contracts.market, contracts.option, Preset::Reference);
    CAPTURE(contracts.market.spot, contracts.market.rate, contracts.market.yield,
            contracts.market.volatility, contracts.option.years, contracts.option.type);
    const double error = std::abs(price(contracts.market, contracts.option) - reference);
    CHECK(error < 2e-5);
    accurate = std::max(accurate, error);
    fast = std::max(fast,
                    std::abs(price(contracts.market, contracts.option, Preset::Fast) - reference));
  }
  std::printf("wide contracts, worst error at strike 100: fast %.1e, accurate %.1e\n", fast,
              accurate);
  CHECK(fast < 5e-3);
}

TEST_CASE("an American price is at least the European, at least intrinsic and below its bound") {
  Contracts contracts{3};
  for (int i = 0; i < 3000; ++i) {
    contracts.next_wide();
    if (contracts.regime() == Regime::TwoBoundaries) continue;
    const auto& [spot, rate, yield, volatility] = contracts.market;
    const auto& [type, strike, years] = contracts.option;
    CAPTURE(spot, rate, yield, volatility, years, type);
    const double value = price(contracts.market, contracts.option);
    CHECK(value >= european(contracts.market, contracts.option) - 1e-7);
    CHECK(value >= sign_of(type) * (spot - strike));
    const double most = type == OptionType::Call ? spot * std::max(1.0, std::exp(-yield * years))
                                                 : strike * std::max(1.0, std::exp(-rate * years));
    CHECK(value <= most * (1 + 1e-12));
  }
}

TEST_CASE("a call equals the put with spot and strike, rate and yield exchanged") {
  Contracts contracts{4};
  for (int i = 0; i < 500; ++i) {
    contracts.next();
    contracts.option.type = OptionType::Call;
    const Market& m = contracts.market;
    const double call = price(m, contracts.option);
    const double put = price({contracts.option.strike, m.yield, m.rate, m.volatility},
                             {OptionType::Put, m.spot, contracts.option.years});
    CHECK(call == put);
  }
}

TEST_CASE("prices grow with volatility and life and are convex in the strike") {
  Contracts contracts{5};
  for (int i = 0; i < 500; ++i) {
    contracts.next();
    CAPTURE(contracts.market.spot, contracts.market.rate, contracts.market.yield,
            contracts.market.volatility, contracts.option.years, contracts.option.type);
    const double here = price(contracts.market, contracts.option);
    Market rougher = contracts.market;
    rougher.volatility *= 1.05;
    CHECK(price(rougher, contracts.option) >= here - 1e-6);
    Vanilla longer = contracts.option;
    longer.years *= 1.05;
    CHECK(price(contracts.market, longer) >= here - 1e-6);
    Vanilla up = contracts.option;
    Vanilla down = contracts.option;
    up.strike += 3;
    down.strike -= 3;
    CHECK(price(contracts.market, up) + price(contracts.market, down) >= 2 * here - 1e-6);
  }
}

TEST_CASE("without a reason for early exercise the price is the European one") {
  for (const double rate : {0.0, 0.03, 0.1}) {
    const Market market{103, rate, 0, 0.3};
    CHECK(price(market, {OptionType::Call, 100, 2}) ==
          Approx(european(market, {OptionType::Call, 100, 2})).epsilon(1e-13));
  }
  for (const double yield : {0.0, 0.05}) {
    const Market market{103, 0, yield, 0.3};
    CHECK(price(market, {OptionType::Put, 100, 2}) ==
          Approx(european(market, {OptionType::Put, 100, 2})).epsilon(1e-13));
  }
  // The smallest rate above 0 already gives a premium.
  const Market market{80, 1e-4, 0, 0.3};
  CHECK(price(market, {OptionType::Put, 100, 2}) > european(market, {OptionType::Put, 100, 2}));
}

TEST_CASE("delta, gamma, vega, rho and phi are the derivatives of the price") {
  Contracts contracts{6};
  for (int i = 0; i < 15; ++i) {
    contracts.next();
    const Vanilla& option = contracts.option;
    const Market& m = contracts.market;
    CAPTURE(m.spot, m.rate, m.yield, m.volatility, option.years, option.type);
    const auto greeks = american_greeks(m, option, Preset::Accurate).value();
    const auto slope = [&](double Market::*parameter, double bump) {
      Market up = m;
      Market down = m;
      up.*parameter += bump;
      down.*parameter -= bump;
      return (price(up, option, Preset::Reference) - price(down, option, Preset::Reference)) /
             (2 * bump);
    };
    CHECK(greeks.delta == Approx(slope(&Market::spot, 1e-3)).margin(2e-5).epsilon(0));
    CHECK(greeks.vega == Approx(slope(&Market::volatility, 1e-4)).margin(2e-3).epsilon(1e-4));
    CHECK(greeks.rho == Approx(slope(&Market::rate, 1e-5)).margin(2e-3).epsilon(1e-4));
    CHECK(greeks.phi == Approx(slope(&Market::yield, 1e-5)).margin(2e-3).epsilon(1e-4));
    if (greeks.exercise_now) continue;
    Market up = m;
    Market down = m;
    up.spot += 0.02;
    down.spot -= 0.02;
    const double up_delta = american_greeks(up, option, Preset::Reference)->delta;
    const double down_delta = american_greeks(down, option, Preset::Reference)->delta;
    const bool near = std::abs(up_delta) == 1 || std::abs(down_delta) == 1;
    if (!near)
      CHECK(greeks.gamma == Approx((up_delta - down_delta) / 0.04).margin(2e-5).epsilon(2e-3));
    Vanilla later = option;
    Vanilla sooner = option;
    later.years *= 1 - 1e-4;
    sooner.years *= 1 + 1e-4;
    const double decay =
        (price(m, later, Preset::Reference) - price(m, sooner, Preset::Reference)) /
        (sooner.years - later.years);
    CHECK(greeks.theta == Approx(decay).margin(1e-3).epsilon(1e-3));
  }
}

TEST_CASE("with yield below a negative rate a put has two boundaries and is priced on a grid") {
  for (const double yield : {-0.1, -0.021}) {
    const Market market{95, -0.02, yield, 0.2};
    const Vanilla option{OptionType::Put, 100, 1};
    CAPTURE(yield);
    REQUIRE(reduce_to_put(market, option)->regime == Regime::TwoBoundaries);
    const double tree = tree::price_extrapolated(market, option, {.steps = 1001})->price;
    CHECK(price(market, option) == Approx(tree).margin(3e-4).epsilon(0));
    const auto greeks = american_greeks(market, option);
    REQUIRE(greeks.has_value());
    CHECK(greeks->delta < 0);
    CHECK(greeks->gamma > 0);
    CHECK_FALSE(ExerciseBoundary::make(market, option).has_value());
  }
  // Between the boundaries exercise pays more than waiting: price(spot) touches the intrinsic
  // value.
  const Market inside{70, -0.001, -0.2, 0.05};
  CHECK(price(inside, {OptionType::Put, 100, 1}) == Approx(30).epsilon(1e-9));
  CHECK(american_greeks(inside, {OptionType::Put, 100, 1})->exercise_now);
  // Far below the lower one, waiting does: the strike grows at the negative rate.
  const Market below{0.05, -0.05, -0.2, 0.05};
  CHECK(price(below, {OptionType::Put, 100, 1}) > 100);
}

TEST_CASE("the boundary begins at its limit, falls with the time left and separates the regions") {
  Contracts contracts{7};
  for (int i = 0; i < 200; ++i) {
    contracts.next();
    contracts.option.type = OptionType::Put;
    const Market& m = contracts.market;
    const Vanilla& option = contracts.option;
    CAPTURE(m.rate, m.yield, m.volatility, option.years);
    const auto boundary = ExerciseBoundary::make(m, option);
    REQUIRE(boundary.has_value());
    CHECK(boundary->at(0).high == Approx(100 * boundary_at_expiry(m.rate, m.yield)));
    double before = boundary->at(0).high;
    for (int k = 1; k <= 20; ++k) {
      const ExerciseRegion region = boundary->at(option.years * k / 20);
      CHECK(region.low == 0);
      CHECK(region.high <= before * (1 + 1e-9));
      before = region.high;
    }
    CHECK(before >= 100 * perpetual_boundary(m.rate, m.yield, m.volatility) * (1 - 1e-6));
    Market at = m;
    at.spot = before * (1 - 1e-5);
    CHECK(american_greeks(at, option)->exercise_now);
    at.spot = before * (1 + 1e-5);
    CHECK_FALSE(american_greeks(at, option)->exercise_now);
    CHECK(american_greeks(at, option)->delta == Approx(-1).margin(1e-3));  // smooth pasting
  }
  const auto call = ExerciseBoundary::make({100, 0.03, 0.06, 0.2}, {OptionType::Call, 100, 1});
  CHECK(call->at(1).high == kInfinity);
  CHECK(call->at(1).low > call->at(0.1).low);
  const auto never = ExerciseBoundary::make({100, 0.03, 0, 0.2}, {OptionType::Call, 100, 1});
  CHECK(never->at(0.5).low > never->at(0.5).high);
}

TEST_CASE("inputs outside their range are refused by name, in order of precedence") {
  const Market good{100, 0.05, 0.02, 0.2};
  const Vanilla option{OptionType::Put, 100, 1};
  const auto error_of = [](const Market& market, const Vanilla& contract) {
    const auto result = american_price(market, contract);
    REQUIRE_FALSE(result.has_value());
    CHECK(american_greeks(market, contract).error() == result.error());
    return result.error();
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (double Market::*field :
       {&Market::spot, &Market::rate, &Market::yield, &Market::volatility}) {
    Market bad = good;
    bad.*field = nan;
    CHECK(error_of(bad, option) == Error::NotFinite);
    bad.*field = kInfinity;
    CHECK(error_of(bad, option) == Error::NotFinite);
  }
  CHECK(error_of({-1, 0.05, 0.02, 0.2}, option) == Error::SpotNotPositive);
  CHECK(error_of(good, {OptionType::Put, -1, 1}) == Error::StrikeNotPositive);
  CHECK(error_of({100, 0.05, 0.02, -0.1}, option) == Error::VolatilityNegative);
  CHECK(error_of(good, {OptionType::Put, 100, -1}) == Error::TimeNegative);
  CHECK(error_of({100, -10, 0, 0.2}, {OptionType::Put, 100, 100}) == Error::Overflow);
}

TEST_CASE("no finite input gives a NaN, an infinity or an exception") {
  Contracts contracts{8};
  const auto any = [&](double scale) {
    switch (contracts.bits() % 8) {
      case 0:
        return 0.0;
      case 1:
        return std::exp(contracts.between(-700, 700));
      case 2:
        return std::numeric_limits<double>::denorm_min();
      case 3:
        return -contracts.between(0, scale);
      default:
        return contracts.between(0, scale);
    }
  };
  int priced = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Market market{any(200), any(0.2), any(0.2), any(0.6)};
    const Vanilla option{i % 2 == 0 ? OptionType::Call : OptionType::Put, any(200), any(3)};
    // Two boundaries cost 60 ms each; a few of them are enough.
    const auto reduced = reduce_to_put(market, option);
    if (reduced && reduced->regime == Regime::TwoBoundaries && i > 100) continue;
    CAPTURE(market.spot, market.rate, market.yield, market.volatility, option.strike, option.years);
    const auto value = american_price(market, option, Preset::Fast);
    if (!value) continue;
    ++priced;
    CHECK(std::isfinite(*value));
    CHECK(*value >= 0);
    const auto greeks = american_greeks(market, option, Preset::Fast);
    if (!greeks) continue;
    for (const double part : {greeks->price, greeks->delta, greeks->gamma, greeks->vega,
                              greeks->theta, greeks->rho, greeks->phi})
      CHECK(std::isfinite(part));
  }
  CHECK(priced > 8000);
}

TEST_CASE("pricing allocates nothing once its tables are there") {
  const Market market{100, 0.05, 0.02, 0.2};
  const Vanilla option{OptionType::Put, 100, 1};
  for (const Preset preset : {Preset::Fast, Preset::Accurate, Preset::Reference}) {
    static_cast<void>(american_greeks(market, option, preset));
    const std::uint64_t before = allocations_on_this_thread();
    static_cast<void>(american_price(market, option, preset));
    static_cast<void>(american_greeks(market, option, preset));
    CHECK(allocations_on_this_thread() == before);
  }
}
}  // namespace sq::options::american
