// Barriers against what must hold without any table: sums, limits, other methods, monotony, errors.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "engine/options/exotic/barrier/american_barrier.hpp"
#include "engine/options/exotic/barrier/discrete_barrier.hpp"
#include "engine/options/exotic/core/gaussian.hpp"
#include "engine/options/finite_difference/one_dimensional.hpp"
#include "tests/options/exotic_families.hpp"

namespace sq::options {
namespace {
using test::Random;
constexpr BarrierKind kKinds[] = {BarrierKind::DownIn, BarrierKind::DownOut, BarrierKind::UpIn,
                                  BarrierKind::UpOut};

double vanilla(const Market& m, OptionType type, double strike, double years) {
  const double forward = m.spot * std::exp((m.rate - m.yield) * years);
  return black(sign_of(type), forward, strike, m.volatility * std::sqrt(years),
               std::exp(-m.rate * years));
}
template <class Contract>
double value(const Market& m, const Contract& contract) {
  const Result<double> result = price(m, contract);
  REQUIRE(result.has_value());
  return *result;
}
}  // namespace

TEST_CASE("knock-in and knock-out add up to the European option") {
  Random r{1, false};
  for (int i = 0; i < 500; ++i) {
    const Market m = r.market();
    Barrier b{.type = r.type(),
              .strike = r.near(100, 1.3),
              .barrier = r.near(m.spot, 1.3),
              .years = r.years()};
    const double european = vanilla(m, b.type, b.strike, b.years);
    for (const bool down : {true, false}) {
      b.kind = down ? BarrierKind::DownIn : BarrierKind::UpIn;
      const double in = value(m, b);
      b.kind = down ? BarrierKind::DownOut : BarrierKind::UpOut;
      CHECK(std::abs(in + value(m, b) - european) < 1e-12 * m.spot);
    }
    const double low = m.spot / r.near(1.2, 1.1), high = m.spot * r.near(1.2, 1.1);
    DoubleBarrier d{.type = b.type, .strike = b.strike, .low = low, .high = high, .years = b.years};
    const double out = value(m, d);
    d.kind = DoubleBarrierKind::KnockIn;
    CHECK(std::abs(out + value(m, d) - european) < 1e-12 * m.spot);
    PartialBarrier p{.type = b.type,
                     .window = static_cast<WatchWindow>(1 + r.below(3)),
                     .strike = b.strike,
                     .barrier = b.barrier,
                     .watch = 0.4 * b.years,
                     .years = b.years};
    const double partial_out = value(m, p);
    p.kind = BarrierKind::DownIn;
    CHECK(std::abs(partial_out + value(m, p) - european) < 1e-11 * m.spot);
  }
}

TEST_CASE("a barrier out of reach changes nothing, one at the spot everything") {
  const Market m{100, 0.05, 0.02, 0.3};
  const double european = vanilla(m, OptionType::Call, 100, 1);
  CHECK(
      value(m, Barrier{.kind = BarrierKind::DownOut, .strike = 100, .barrier = 1e-6, .years = 1}) ==
      Approx(european).epsilon(1e-14));
  CHECK(value(m, Barrier{.kind = BarrierKind::UpOut, .strike = 100, .barrier = 1e8, .years = 1}) ==
        Approx(european).epsilon(1e-14));
  CHECK(value(m, Barrier{.kind = BarrierKind::DownOut,
                         .strike = 100,
                         .barrier = 100,
                         .years = 1,
                         .rebate = 4}) == 4);
  CHECK(value(m, Barrier{.kind = BarrierKind::UpIn, .strike = 100, .barrier = 100, .years = 1}) ==
        Approx(european).epsilon(1e-14));
  CHECK(value(m, DoubleBarrier{.strike = 100, .low = 1e-6, .high = 1e8, .years = 1}) ==
        Approx(european).epsilon(1e-13));
  // A double barrier with one side out of reach is a single barrier.
  CHECK(value(m, DoubleBarrier{.strike = 100, .low = 85, .high = 1e6, .years = 1, .rebate = 2}) ==
        Approx(value(m, Barrier{.strike = 100, .barrier = 85, .years = 1, .rebate = 2}))
            .epsilon(1e-12));
  CHECK(value(m, DoubleBarrier{.strike = 100, .low = 1e-4, .high = 125, .years = 1, .rebate = 2}) ==
        Approx(value(m, Barrier{.kind = BarrierKind::UpOut,
                                .strike = 100,
                                .barrier = 125,
                                .years = 1,
                                .rebate = 2}))
            .epsilon(1e-12));
}

TEST_CASE("binaries with a strike build the barrier option, and their two sides the whole") {
  Random r{3, false};
  for (int i = 0; i < 300; ++i) {
    const Market m = r.market();
    const double strike = r.near(100, 1.3), level = r.near(m.spot, 1.3), years = r.years();
    for (const BarrierKind kind : kKinds) {
      BinaryBarrier asset{.payment = BinaryPayment::AssetAtExpiry,
                          .kind = kind,
                          .barrier = level,
                          .years = years,
                          .has_strike = true,
                          .strike = strike};
      BinaryBarrier cash{.payment = BinaryPayment::CashAtExpiry,
                         .kind = kind,
                         .barrier = level,
                         .years = years,
                         .cash = strike,
                         .has_strike = true,
                         .strike = strike};
      const double call =
          value(m, Barrier{.kind = kind, .strike = strike, .barrier = level, .years = years});
      CHECK(std::abs(value(m, asset) - value(m, cash) - call) < 1e-12 * m.spot);
      const double calls = value(m, cash);
      cash.type = OptionType::Put;
      const double puts = value(m, cash);
      cash.has_strike = false;
      CHECK(std::abs(calls + puts - value(m, cash)) < 1e-12 * strike);
    }
  }
}

TEST_CASE("a rebate is worth more the earlier it is paid, and hit or not hit is certain") {
  Random r{4, false};
  for (int i = 0; i < 300; ++i) {
    Market m = r.market();
    m.rate = std::abs(m.rate) + 0.01;
    const double level = r.near(m.spot, 1.2), years = r.years();
    const bool down = level < m.spot;
    const auto kind = [&](bool in) {
      return down ? (in ? BarrierKind::DownIn : BarrierKind::DownOut)
                  : (in ? BarrierKind::UpIn : BarrierKind::UpOut);
    };
    BinaryBarrier b{.kind = kind(true), .barrier = level, .years = years, .cash = 1};
    const double at_expiry = value(m, b);
    b.payment = BinaryPayment::CashAtHit;
    const double at_hit = value(m, b);
    b.payment = BinaryPayment::CashAtExpiry;
    b.kind = kind(false);
    CHECK(at_hit >= at_expiry);
    CHECK(at_expiry + value(m, b) == Approx(std::exp(-m.rate * years)).epsilon(1e-13));
    // Without a rate it does not matter when.
    m.rate = 0;
    b.kind = kind(true);
    const double no_rate = value(m, b);
    b.payment = BinaryPayment::CashAtHit;
    CHECK(value(m, b) == Approx(no_rate).margin(1e-13));
  }
}

TEST_CASE("a payment at the hit is smooth where its closed form has an imaginary root") {
  // Rates low enough that (drift / sigma^2)^2 + 2 r / sigma^2 passes zero.
  const auto at = [](double rate) {
    return value(Market{100, rate, rate - 0.005, 0.1},
                 BinaryBarrier{.payment = BinaryPayment::CashAtHit,
                               .kind = BarrierKind::DownIn,
                               .barrier = 95,
                               .years = 1,
                               .cash = 1});
  };
  double before = at(0.001), step_before = 0;
  for (int i = 1; i <= 60; ++i) {
    const double now = at(0.001 - 0.0005 * i);
    const double step = now - before;
    CHECK(step > 0);  // the lower the rate the more the payment is worth
    if (i > 1) CHECK(std::abs(step - step_before) < 2e-6);
    before = now;
    step_before = step;
  }
}

TEST_CASE("the two exits of a corridor and staying inside are all there is") {
  Random r{5, false};
  for (int i = 0; i < 300; ++i) {
    Market m = r.market();
    m.yield -= m.rate;  // no discount, the same carry
    m.rate = 0;
    DoubleBinary d{.low = m.spot / r.near(1.2, 1.15),
                   .high = m.spot * r.near(1.2, 1.15),
                   .years = r.years(),
                   .cash = 1};
    double total = 0;
    for (const auto kind :
         {DoubleBinaryKind::KnockOut, DoubleBinaryKind::HitLow, DoubleBinaryKind::HitHigh}) {
      d.kind = kind;
      total += value(m, d);
    }
    CHECK(total == Approx(1.0).epsilon(1e-12));
  }
}

TEST_CASE("the two series of a double barrier agree where one takes over from the other") {
  // Around sigma^2 T = width^2 / 10 the value is smooth in the volatility.
  const double width = std::log(1.2 / 0.85);
  const double crossing = std::sqrt(0.1) * width;
  for (const double strike : {80.0, 100.0, 115.0}) {
    const auto at = [&](double volatility) {
      return value(
          Market{100, 0.03, 0.01, volatility},
          DoubleBarrier{.strike = strike, .low = 85, .high = 120, .years = 1, .rebate = 3});
    };
    const double h = 1e-9;
    CHECK(std::abs(at(crossing + h) - at(crossing - h)) < 1e-6);
    CHECK(std::abs(at(crossing * (1 + 1e-15)) - at(crossing * (1 - 1e-15))) < 1e-12);
  }
}

TEST_CASE("barrier values rise with the distance of a knock-out's barrier") {
  const Market m{100, 0.04, 0.01, 0.25};
  double before = 0;
  for (double level = 99; level > 50; level -= 1) {
    const double out = value(m, Barrier{.strike = 95, .barrier = level, .years = 1});
    CHECK(out >= before);
    before = out;
  }
  before = 0;
  for (int dates : {4000, 500, 100, 20, 4, 1}) {  // looked at less often: knocked out less often
    const double out = value(m, DiscreteBarrier{.strike = 95,
                                                .low = 90,
                                                .years = 1,
                                                .dates = dates,
                                                .method = DiscreteMethod::ContinuityCorrection});
    CHECK(out > before);
    before = out;
  }
}

TEST_CASE("the exact discrete barrier meets its published values and the correction its limit") {
  // Broadie, Glasserman and Kou (1997), table 2.1: down-and-out call, S = K = 100, r = 0.1,
  // sigma = 0.3, T = 0.2, 50 dates; the true value by a trinomial lattice, to three decimals.
  const Market m{100, 0.1, 0.0, 0.3};
  for (const auto& [level, published] : {std::pair{85.0, 6.322},
                                         {87.0, 6.281},
                                         {89.0, 6.184},
                                         {91.0, 5.977},
                                         {93.0, 5.584},
                                         {95.0, 4.907},
                                         {97.0, 3.834},
                                         {99.0, 2.337}}) {
    DiscreteBarrier d{.strike = 100, .low = level, .years = 0.2, .dates = 50};
    const double exact = value(m, d);
    INFO(level << " " << exact);
    CHECK(std::abs(exact - published) < 1.5e-3);
    d.method = DiscreteMethod::ContinuityCorrection;
    CHECK(std::abs(value(m, d) - exact) < (level < 98 ? 3e-3 : 7e-2));
  }
  // One date: the payoff clipped at expiry.
  const DiscreteBarrier once{.strike = 100, .low = 110, .years = 0.2, .dates = 1};
  const double clipped = value(m, BinaryBarrier{.payment = BinaryPayment::AssetAtExpiry,
                                                .kind = BarrierKind::UpIn,
                                                .barrier = 1e-9,
                                                .years = 0.2,
                                                .has_strike = true,
                                                .strike = 110}) -
                         100 * value(m, BinaryBarrier{.kind = BarrierKind::UpIn,
                                                      .barrier = 1e-9,
                                                      .years = 0.2,
                                                      .cash = 1,
                                                      .has_strike = true,
                                                      .strike = 110});
  CHECK(value(m, once) == Approx(clipped).epsilon(1e-13));
}

TEST_CASE("discretely watched double barriers and rebates agree with finite differences") {
  namespace fd = finite_difference;
  const Market m{100, 0.05, 0.02, 0.25};
  const DiscreteBarrier d{
      .strike = 100, .low = 85, .high = 125, .years = 1, .dates = 12, .rebate = 3};
  fd::Contract1d grid{.years = 1};
  grid.payoff = [](double s) { return std::max(s - 100, 0.0); };
  grid.kinks = {100};
  fd::Barrier low{.level = 85, .rebate = 3}, high{.level = 125, .rebate = 3};
  for (int i = 1; i <= 12; ++i) {
    low.monitored_at.push_back(i / 12.0);
    high.monitored_at.push_back(i / 12.0);
  }
  grid.lower = low;
  grid.upper = high;
  const auto solved = fd::solve({.rate = 0.05, .yield = 0.02, .volatility = 0.25}, grid, 100.0,
                                {.points = 1600, .steps = 800});
  REQUIRE(solved.has_value());
  CHECK(value(m, d) == Approx(solved->at(100).price).margin(3e-3));
  DiscreteBarrier in = d;
  in.knock_in = true;
  in.rebate = 0;
  DiscreteBarrier out = in;
  out.knock_in = false;
  CHECK(value(m, in) + value(m, out) ==
        Approx(vanilla(m, OptionType::Call, 100, 1)).epsilon(1e-12));
}

TEST_CASE(
    "partial barriers become full barriers and European options at the ends of their window") {
  Random r{6, false};
  for (int i = 0; i < 200; ++i) {
    const Market m = r.market();
    const double level = r.near(m.spot, 1.2), years = r.years(), strike = r.near(100, 1.2);
    const OptionType type = r.type();
    const BarrierKind kind = level < m.spot ? BarrierKind::DownOut : BarrierKind::UpOut;
    PartialBarrier p{.type = type,
                     .kind = kind,
                     .strike = strike,
                     .barrier = level,
                     .watch = years,
                     .years = years};
    const double full = value(
        m, Barrier{.type = type, .kind = kind, .strike = strike, .barrier = level, .years = years});
    CHECK(value(m, p) == Approx(full).margin(1e-11 * m.spot));  // watched from the start to the end
    p.watch = 0;
    CHECK(value(m, p) == Approx(vanilla(m, type, strike, years)).margin(1e-11 * m.spot));
    p.window = WatchWindow::EndBeyond;
    CHECK(value(m, p) == Approx(full).margin(1e-11 * m.spot));
    p.window = WatchWindow::EndCross;
    CHECK(value(m, p) == Approx(full).margin(1e-11 * m.spot));
    p.watch = 0.5 * years;
    const double cross = value(m, p);
    p.window = WatchWindow::EndBeyond;
    CHECK(cross >= value(m, p) - 1e-12 * m.spot);  // being beyond is allowed in one of them
  }
}

TEST_CASE("the integral of a partial barrier takes over where its closed form would cancel") {
  // 2 drift / sigma^2 ln(H / S) = 12 at this volatility: both sides of the switch agree.
  for (const auto window : {WatchWindow::Start, WatchWindow::EndBeyond}) {
    const double gap = std::log(100.0 / 90.0), drift = 0.09;
    const double volatility = std::sqrt(2 * drift / (12 / gap + 1));
    const auto at = [&](double v) {
      return value(Market{100, 0.09, 0.0, v}, PartialBarrier{.kind = BarrierKind::DownOut,
                                                             .window = window,
                                                             .strike = 100,
                                                             .barrier = 90,
                                                             .watch = 0.5,
                                                             .years = 1});
    };
    for (const double step : {1e-3, 3e-3, 1e-2}) {
      const double middle = at(volatility);
      const double mean = 0.5 * (at(volatility * (1 + step)) + at(volatility * (1 - step)));
      CHECK(std::abs(mean - middle) < 5 * step * step);
    }
  }
}

TEST_CASE("an American barrier option is worth at least the European one and its exercise") {
  const Market m{100, 0.06, 0.03, 0.3};
  for (const BarrierKind kind : kKinds) {
    for (const OptionType type : {OptionType::Call, OptionType::Put}) {
      const Barrier b{.type = type,
                      .kind = kind,
                      .strike = 100,
                      .barrier = is_down(kind) ? 88.0 : 115.0,
                      .years = 0.75};
      const double american = value(m, AmericanBarrier{b});
      CHECK(american >= value(m, b) - 2e-3);
    }
  }
}
}  // namespace sq::options
