// Averages and lookbacks beside QuantLib's analytic engines, 100,000 random contracts a family.
// Its lookbacks divide by the carry: contracts have |r - q| >= 1e-3. Nearer to zero they lose
// digits (1e-13 / carry), where ours are interpolated. Its geometric average strike is wrong for a
// yield (by up to 1.4 %: at spot 86.659, rate 0.0954303, yield 0.0767285, volatility 0.596126 and
// 11 fixings to 1.83836 years the lognormal integral is 15.20213, ours too, its value 15.398):
// compared without one.
#include <ql/experimental/exoticoptions/continuousarithmeticasianlevyengine.hpp>
#include <ql/instruments/asianoption.hpp>
#include <ql/instruments/lookbackoption.hpp>
#include <ql/pricingengines/asian/analytic_cont_geom_av_price.hpp>
#include <ql/pricingengines/asian/analytic_discr_geom_av_price.hpp>
#include <ql/pricingengines/asian/analytic_discr_geom_av_strike.hpp>
#include <ql/pricingengines/asian/turnbullwakemanasianengine.hpp>
#include <ql/pricingengines/lookback/analyticcontinuousfixedlookback.hpp>
#include <ql/pricingengines/lookback/analyticcontinuousfloatinglookback.hpp>
#include <ql/pricingengines/lookback/analyticcontinuouspartialfixedlookback.hpp>
#include <ql/pricingengines/lookback/analyticcontinuouspartialfloatinglookback.hpp>

#include "engine/options/exotic/path/arithmetic_asian.hpp"
#include "engine/options/exotic/path/geometric_asian.hpp"
#include "engine/options/exotic/path/lookback.hpp"
#include "tests/options_quantlib/quantlib_peer.hpp"

namespace sq::options::peer {
namespace {
// Fixings every `step` days, the last at expiry.
struct Schedule {
  std::vector<double> years;
  std::vector<ql::Date> dates;
  explicit Schedule(Random& r) {
    const int count = 2 + static_cast<int>(r.below(12));
    const int step = 5 + static_cast<int>(r.below(60));
    for (int i = 1; i <= count; ++i) {
      years.push_back(i * step / 365.0);
      dates.push_back(today() + i * step);
    }
  }
};
Market with_carry(Random& r) {
  Market m = usual(r);
  while (std::fabs(m.rate - m.yield) < 1e-3) m = usual(r);
  return m;
}
// A lowest price so far for calls, a highest for puts.
double extreme_for(Random& r, OptionType type, double spot) {
  const double away = r.between(1.0, 1.4);
  return type == OptionType::Call ? spot / away : spot * away;
}
}  // namespace

TEST_CASE("geometric averages agree with QuantLib", "[slow]") {
  if (!usable()) return;
  Peer peer;
  compare("geometric continuous", kRows, 1e-13, [&](Random& r) {
    const Market m = usual(r);
    const GeometricContinuous c{
        .type = r.type(), .strike = r.near(100, 1.3), .years = days(r, 0.05, 3)};
    return Compared{price(m, c),
                    peer.price<ql::AnalyticContinuousGeometricAveragePriceAsianEngine>(
                        m, ql::ContinuousAveragingAsianOption(
                               ql::Average::Geometric, plain(c.type, c.strike), european(c.years))),
                    m.spot, noted(m, c.type, c.strike, c.years)};
  });
  const auto discrete = [&]<class Engine>(const char* name, bool average_strike, Engine*) {
    compare(name, kRows, 1e-13, [&](Random& r) {
      Market m = usual(r);
      if (average_strike) m.yield = 0;
      const Schedule s{r};
      const GeometricDiscrete c{.type = r.type(),
                                .strike = r.near(100, 1.3),
                                .years = s.years.back(),
                                .dates = s.years,
                                .average_strike = average_strike};
      return Compared{
          price(m, c),
          peer.price<Engine>(
              m, ql::DiscreteAveragingAsianOption(ql::Average::Geometric, 1.0, 0, s.dates,
                                                  plain(c.type, c.strike), european(c.years))),
          m.spot, noted(m, c.type, c.strike, c.years, static_cast<double>(s.years.size()))};
    });
  };
  using Price = ql::AnalyticDiscreteGeometricAveragePriceAsianEngine;
  using Strike = ql::AnalyticDiscreteGeometricAverageStrikeAsianEngine;
  discrete("geometric discrete", false, static_cast<Price*>(nullptr));
  discrete("geometric average strike", true, static_cast<Strike*>(nullptr));
}

TEST_CASE("arithmetic averages by two moments agree with QuantLib", "[slow]") {
  if (!usable()) return;
  Peer peer;
  compare("Turnbull-Wakeman", kRows, 1e-12, [&](Random& r) {
    const Market m = usual(r);
    const Schedule s{r};
    const ArithmeticDiscrete c{.type = r.type(),
                               .strike = r.near(100, 1.3),
                               .years = s.years.back(),
                               .dates = s.years,
                               .method = AsianMethod::TwoMoments};
    return Compared{
        price(m, c),
        peer.price<ql::TurnbullWakemanAsianEngine>(
            m, ql::DiscreteAveragingAsianOption(ql::Average::Arithmetic, 0.0, 0, s.dates,
                                                plain(c.type, c.strike), european(c.years))),
        m.spot, noted(m, c.type, c.strike, c.years, static_cast<double>(s.years.size()))};
  });
  // Its second moment is a difference over the squared carry and the variance, which 1 / (carry x
  // years)^2 ulps is left of.
  compare("Levy, continuous", kRows, 1e-8, [&](Random& r) {
    const Market m = with_carry(r);
    const ArithmeticContinuous c{.type = r.type(),
                                 .strike = r.near(100, 1.3),
                                 .years = days(r, 0.3, 3),
                                 .method = AsianMethod::TwoMoments};
    const ql::Handle<ql::Quote> none{make_shared<ql::SimpleQuote>(0.0)};
    return Compared{price(m, c),
                    peer.price<ql::ContinuousArithmeticAsianLevyEngine>(
                        m,
                        ql::ContinuousAveragingAsianOption(
                            ql::Average::Arithmetic, plain(c.type, c.strike), european(c.years)),
                        none, today()),
                    m.spot, noted(m, c.type, c.strike, c.years)};
  });
}

TEST_CASE("lookbacks over the whole life agree with QuantLib", "[slow]") {
  if (!usable()) return;
  Peer peer;
  compare("floating lookback", kRows, 1e-11, [&](Random& r) {
    const Market m = with_carry(r);
    const OptionType type = r.type();
    const FloatingLookback c{
        .type = type, .extreme = extreme_for(r, type, m.spot), .years = days(r, 0.05, 3)};
    return Compared{price(m, c),
                    peer.price<ql::AnalyticContinuousFloatingLookbackEngine>(
                        m, ql::ContinuousFloatingLookbackOption(
                               c.extreme, make_shared<ql::FloatingTypePayoff>(type_of(type)),
                               european(c.years))),
                    m.spot, noted(m, type, c.extreme, c.years)};
  });
  compare("fixed lookback", kRows, 1e-11, [&](Random& r) {
    const Market m = with_carry(r);
    const OptionType type = r.type();
    const OptionType other = type == OptionType::Call ? OptionType::Put : OptionType::Call;
    const FixedLookback c{.type = type,
                          .strike = r.near(100, 1.3),
                          .extreme = extreme_for(r, other, m.spot),
                          .years = days(r, 0.05, 3)};
    return Compared{price(m, c),
                    peer.price<ql::AnalyticContinuousFixedLookbackEngine>(
                        m, ql::ContinuousFixedLookbackOption(c.extreme, plain(type, c.strike),
                                                             european(c.years))),
                    m.spot, noted(m, type, c.strike, c.extreme, c.years)};
  });
}

TEST_CASE("lookbacks over a part of the life agree with QuantLib", "[slow]") {
  if (!usable()) return;
  Peer peer;
  compare("partial floating lookback", kRows, 1e-11, [&](Random& r) {
    const Market m = with_carry(r);
    const OptionType type = r.type();
    const double scale = r.between(1.0, 1.2);
    const double years = days(r, 0.2, 2);
    const PartialFloatingLookback c{.type = type,
                                    .extreme = extreme_for(r, type, m.spot),
                                    .window = days(r, 0.1 * years, 0.9 * years),
                                    .years = years,
                                    .scale = type == OptionType::Call ? scale : 1 / scale};
    return Compared{
        price(m, c),
        peer.price<ql::AnalyticContinuousPartialFloatingLookbackEngine>(
            m, ql::ContinuousPartialFloatingLookbackOption(
                   c.extreme, c.scale, date_of(c.window),
                   make_shared<ql::FloatingTypePayoff>(type_of(type)), european(years))),
        m.spot, noted(m, type, c.extreme, c.scale, c.window, years)};
  });
  compare("partial fixed lookback", kRows, 1e-11, [&](Random& r) {
    const Market m = with_carry(r);
    const double years = days(r, 0.2, 2);
    const PartialFixedLookback c{.type = r.type(),
                                 .strike = r.near(100, 1.3),
                                 .window = days(r, 0.1 * years, 0.9 * years),
                                 .years = years};
    return Compared{price(m, c),
                    peer.price<ql::AnalyticContinuousPartialFixedLookbackEngine>(
                        m, ql::ContinuousPartialFixedLookbackOption(
                               date_of(c.window), plain(c.type, c.strike), european(years))),
                    m.spot, noted(m, c.type, c.strike, c.window, years)};
  });
}
}  // namespace sq::options::peer
