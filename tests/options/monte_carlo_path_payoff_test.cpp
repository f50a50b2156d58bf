// Barriers, cliquets, autocallables and variance swaps against closed forms and integrals.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/options/european/digital.hpp"
#include "engine/options/exotic/barrier/barrier.hpp"
#include "engine/options/exotic/barrier/discrete_barrier.hpp"
#include "engine/options/exotic/choice/forward_start.hpp"
#include "engine/options/math/normal.hpp"
#include "engine/options/monte_carlo/path_payoffs.hpp"
#include "tests/options/monte_carlo_scores.hpp"

namespace sq::options::monte_carlo {
namespace {
using test::Scores;
using test::value;
const Market kMarket{100, 0.05, 0.02, 0.25};
const OptionType kTypes[] = {OptionType::Call, OptionType::Put};
const BarrierKind kKinds[] = {BarrierKind::DownIn, BarrierKind::DownOut, BarrierKind::UpIn,
                              BarrierKind::UpOut};
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Settings next_settings() {
  static std::uint64_t seed = 500;
  ++seed;
  return {.sequence = seed % 2 == 0 ? Sequence::Sobol : Sequence::PseudoRandom,
          .paths = 1U << 14U,
          .seed = seed};
}
double digital(const Market& market, double strike, double years, DigitalPayoff payoff,
               OptionType type, double amount) {
  return value(digital_greeks(market, {.type = type,
                                       .strike = strike,
                                       .years = years,
                                       .payoff = payoff,
                                       .amount = amount}))
      .price;
}
}  // namespace

TEST_CASE("the eight barriers with rebates meet the recursion on dates") {
  Scores scores;
  const Diffusion model = value(Diffusion::make(kMarket, 1.0, 6));
  for (const BarrierKind kind : kKinds) {
    for (const OptionType type : kTypes) {
      for (const double strike : {92.0, 106.0}) {
        const double barrier = is_down(kind) ? 90 : 112;
        const BarrierPayoff payoff{
            .type = type, .kind = kind, .strike = strike, .barrier = barrier, .rebate = 3};
        const DiscreteBarrier exact{.type = type,
                                    .knock_in = is_knock_in(kind),
                                    .strike = strike,
                                    .low = is_down(kind) ? barrier : 0,
                                    .high = is_down(kind) ? 0 : barrier,
                                    .years = 1,
                                    .dates = 6,
                                    .rebate = 3};
        scores.add("discrete barrier", value(simulate(model, next_settings(), payoff)),
                   value(price(kMarket, exact)));
      }
    }
  }
  scores.check_honest();
}

TEST_CASE("the eight barriers with the bridge's touch meet the continuous formula on any grid") {
  Scores scores;
  for (const double rate : {0.0, 0.06}) {
    const Market market{100, rate, 0.02, 0.25};
    for (const std::size_t steps : {1U, 4U}) {
      const Diffusion model = value(Diffusion::make(market, 1.0, steps));
      for (const BarrierKind kind : kKinds) {
        for (const OptionType type : kTypes) {
          // A rebate at the hit counts from the end of the step: exact without interest only.
          const double rebate = is_knock_in(kind) || rate == 0 ? 4.0 : 0.0;
          const double barrier = is_down(kind) ? 88 : 115;
          scores.add("continuous barrier",
                     value(simulate(model, next_settings(),
                                    BarrierPayoff{.type = type,
                                                  .kind = kind,
                                                  .strike = 101,
                                                  .barrier = barrier,
                                                  .rebate = rebate,
                                                  .continuous = true})),
                     value(price(market, Barrier{.type = type,
                                                 .kind = kind,
                                                 .strike = 101,
                                                 .barrier = barrier,
                                                 .years = 1,
                                                 .rebate = rebate})));
        }
      }
    }
  }
  scores.check_honest();
  // A spot on the barrier counts as hit when it is watched all the time.
  const Diffusion model = value(Diffusion::make(kMarket, 1.0, 2));
  const BarrierPayoff hit{
      .kind = BarrierKind::DownOut, .strike = 100, .barrier = 100, .rebate = 2, .continuous = true};
  CHECK(value(simulate(model, {.paths = 64}, hit)).value == 2.0);
}

TEST_CASE("in plus out is the European option, path by path") {
  const Diffusion model = value(Diffusion::make(kMarket, 1.0, 5));
  for (const bool continuous : {false, true}) {
    const auto with = [&](BarrierKind kind) {
      return value(simulate(
                       model, {.paths = 4096},
                       BarrierPayoff{
                           .kind = kind, .strike = 95, .barrier = 110, .continuous = continuous}))
          .value;
    };
    const double european = value(simulate(model, {.paths = 4096}, European{.strike = 95})).value;
    CHECK(with(BarrierKind::UpIn) + with(BarrierKind::UpOut) == Approx(european).epsilon(1e-12));
  }
}

TEST_CASE("cliquets meet their forward-starting legs") {
  Scores scores;
  const double years = 2;
  const Diffusion model = value(Diffusion::make(kMarket, years, 4));
  // Each return within [floor, cap] is the floor plus a call spread on it.
  const auto legs = [&](double floor, double cap) {
    double sum = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const double end = model.times()[k];
      const double start = k == 0 ? 0.0 : model.times()[k - 1];
      const auto call = [&](double moneyness) {
        return value(price(kMarket, ForwardStart{.moneyness = moneyness,
                                                 .start = start,
                                                 .years = end,
                                                 .performance = true})) *
               std::exp(kMarket.rate * end);
      };
      sum += floor + call(1 + floor) - (cap < kInf ? call(1 + cap) : 0.0);
    }
    return sum * std::exp(-kMarket.rate * years);
  };
  for (const double floor : {-0.1, 0.0, 0.03}) {
    for (const double cap : {0.08, kInf}) {
      scores.add("cliquet",
                 value(simulate(model, next_settings(),
                                CliquetPayoff{.notional = 1000,
                                              .local_floor = floor,
                                              .local_cap = cap,
                                              .global_floor = -kInf})),
                 1000 * legs(floor, cap));
    }
  }
  // A global band that always binds.
  const CliquetPayoff bound{.notional = 1, .global_floor = 5, .global_cap = 5};
  CHECK(value(simulate(model, {.paths = 64}, bound)).value == Approx(5 * std::exp(-0.1)));
  scores.check_honest();
}

TEST_CASE("an autocallable of one date is a bond, a digital and a gap put") {
  Scores scores;
  const Diffusion model = value(Diffusion::make(kMarket, 1.0, 3));
  const std::array<std::size_t, 1> only{2};
  for (const double knock_in : {0.0, 0.7, 0.95}) {
    const Autocallable payoff{.notional = 500,
                              .observations = only,
                              .coupon = 0.08,
                              .coupon_barrier = 0.8,
                              .knock_in_barrier = knock_in};
    double exact = 500 * std::exp(-0.05);
    exact += digital(kMarket, 80, 1, DigitalPayoff::Cash, OptionType::Call, 40);
    if (knock_in > 0) {
      exact -= 5 * digital(kMarket, 100 * knock_in, 1, DigitalPayoff::Gap, OptionType::Put, 100);
    }
    scores.add("one date", value(simulate(model, next_settings(), payoff)), exact);
  }
}

TEST_CASE(
    "an autocallable of two dates meets the integral over the first, with memory and without") {
  Scores scores;
  const std::array<double, 2> times{0.5, 1.0};
  const std::array<std::size_t, 2> both{0, 1};
  const Diffusion model = value(Diffusion::make(kMarket, times));
  for (const bool memory : {false, true}) {
    const Autocallable payoff{.notional = 100,
                              .observations = both,
                              .call_barrier = 1.02,
                              .coupon = 0.05,
                              .coupon_barrier = 0.9,
                              .memory = memory,
                              .knock_in_barrier = 0.75,
                              .put_strike = 0.95};
    // Midpoints over the first normal: what is paid then, and the closed form of what is left.
    double exact = 0;
    constexpr int kCells = 8000;
    for (int i = 0; i < kCells; ++i) {
      const double z = -8 + 16 * (i + 0.5) / kCells;
      const double spot = 100 * std::exp((0.03 - 0.03125) * 0.5 + 0.25 * std::sqrt(0.5) * z);
      double paid = 0;
      double missed = 0;
      if (spot >= 90)
        paid += 5;
      else
        missed = memory ? 1 : 0;
      if (spot >= 102) {
        paid += 100;
      } else {
        const Market later{spot, 0.05, 0.02, 0.25};
        paid += 100 * std::exp(-0.025);
        paid += digital(later, 90, 0.5, DigitalPayoff::Cash, OptionType::Call, 5 * (1 + missed));
        paid -= digital(later, 75, 0.5, DigitalPayoff::Gap, OptionType::Put, 95) / 0.95;
      }
      exact += normal_pdf(z) * 16 / kCells * paid * std::exp(-0.025);
    }
    for (int run = 0; run < 4; ++run) {
      scores.add("two dates", value(simulate(model, next_settings(), payoff)), exact);
    }
  }
}

TEST_CASE("the worst of two equal assets that move together is one of them") {
  const double volatility = 0.25, yield = 0.02, rate = 0.05;
  const std::array<double, 4> times{0.25, 0.5, 0.75, 1.0};
  const std::array<AssetSpec, 2> assets{AssetSpec{100, {&volatility, 1}, {&yield, 1}, {}},
                                        AssetSpec{40, {&volatility, 1}, {&yield, 1}, {}}};
  const std::array<double, 4> together{1, 1, 1, 1};
  const Diffusion two = value(Diffusion::make({times, {&rate, 1}, assets, together}));
  const Diffusion one = value(Diffusion::make(kMarket, times));
  const std::array<std::size_t, 2> dates{1, 3};
  Autocallable payoff{.notional = 1,
                      .observations = dates,
                      .coupon = 0.03,
                      .coupon_barrier = 0.8,
                      .memory = true,
                      .knock_in_barrier = 0.7,
                      .knock_in_each_date = true};
  const Settings settings{.sequence = Sequence::Sobol, .paths = 1U << 15U};
  const Estimate a = value(simulate(two, settings, payoff));
  const Estimate b = value(simulate(one, settings, payoff));
  CHECK(std::abs(a.value - b.value) < 4 * std::hypot(a.standard_error, b.standard_error));
  // Watching each date can only knock in more.
  payoff.knock_in_each_date = false;
  CHECK(value(simulate(one, settings, payoff)).value > b.value);
}

TEST_CASE("the variance swap meets the expected squared returns") {
  Scores scores;
  const std::array<double, 3> times{0.1, 0.5, 1.25};
  const std::array<double, 3> volatilities{0.2, 0.4, 0.3};
  const double rate = 0.08, yield = 0.01;
  const AssetSpec asset{100, volatilities, {&yield, 1}, {}};
  const Diffusion model = value(Diffusion::make({times, {&rate, 1}, {&asset, 1}, {}}));
  double realised = 0, before = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const double dt = times[k] - before;
    before = times[k];
    const double v = volatilities[k];
    realised += v * v * dt + std::pow((rate - yield - 0.5 * v * v) * dt, 2);
  }
  for (const double strike : {0.0, 0.09}) {
    scores.add("swap",
               value(simulate(model, next_settings(),
                              VarianceSwapPayoff{.strike = strike, .notional = 100})),
               100 * (realised / 1.25 - strike) * std::exp(-0.1));
  }
}

TEST_CASE("path payoffs that make no sense are refused by name, their bounds are taken") {
  const Diffusion model = value(Diffusion::make(kMarket, 1.0, 3));
  const std::array<double, 1> times{1};
  const std::array<Dividend, 1> dividends{Dividend{1, 2, 0}};
  const AssetSpec asset{100, {&kMarket.volatility, 1}, {}, dividends};
  const Diffusion paying = value(Diffusion::make({times, {&kMarket.rate, 1}, {&asset, 1}, {}}));
  const auto error_with = [](const Diffusion& with, const auto& payoff) {
    const auto result = simulate(with, {.paths = 64}, payoff);
    return result ? Error{} : result.error();
  };
  const auto error = [&](const auto& payoff) { return error_with(model, payoff); };
  CHECK(error(BarrierPayoff{.strike = 100, .barrier = 0}) == Error::ParameterRange);
  CHECK(error(BarrierPayoff{.strike = 100, .barrier = 1e-300}) == Error{});
  CHECK(error(BarrierPayoff{.strike = 100, .barrier = kNaN}) == Error::NotFinite);
  CHECK(error(BarrierPayoff{.strike = 100, .barrier = 90, .rebate = -1}) == Error::ParameterRange);
  CHECK(error(BarrierPayoff{.strike = 0, .barrier = 90}) == Error::StrikeNotPositive);
  CHECK(error_with(paying, BarrierPayoff{.strike = 100, .barrier = 90, .continuous = true}) ==
        Error::Unsupported);
  CHECK(error_with(paying, BarrierPayoff{.strike = 100, .barrier = 90}) == Error{});
  CHECK(error_with(paying, Lookback{.continuous = true}) == Error::Unsupported);
  CHECK(error(CliquetPayoff{.local_floor = 0.1, .local_cap = 0.0999}) == Error::ParameterRange);
  CHECK(error(CliquetPayoff{.local_floor = 0.1, .local_cap = 0.1}) == Error{});
  CHECK(error(CliquetPayoff{.global_floor = 1, .global_cap = 0.5}) == Error::ParameterRange);
  CHECK(error(CliquetPayoff{.local_cap = kNaN}) == Error::NotFinite);
  const std::array<std::size_t, 2> rising{1, 2}, falling{2, 1}, outside{1, 3};
  CHECK(error(Autocallable{.observations = rising}) == Error{});
  CHECK(error(Autocallable{.observations = falling}) == Error::ParameterRange);
  CHECK(error(Autocallable{.observations = outside}) == Error::ParameterRange);
  CHECK(error(Autocallable{}) == Error::ParameterRange);
  CHECK(error(Autocallable{.observations = rising, .put_strike = 0}) == Error::StrikeNotPositive);
  CHECK(error(Autocallable{.observations = rising, .knock_in_barrier = -1}) ==
        Error::ParameterRange);
  CHECK(error(Autocallable{.observations = rising, .coupon = kNaN}) == Error::NotFinite);
  CHECK(error(VarianceSwapPayoff{.strike = kInf}) == Error::NotFinite);
  CHECK(error(VarianceSwapPayoff{.asset = 1}) == Error::ParameterRange);
}
}  // namespace sq::options::monte_carlo
