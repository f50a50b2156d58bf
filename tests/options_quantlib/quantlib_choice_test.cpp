// Choosers, compounds, extendibles, forward starts, cliquets and quantos beside QuantLib's analytic
// engines, 100,000 random contracts a family.
// Left out:
// - the holder-extendible engine: wrong for puts and where its critical prices cross
//   (options_extensible.csv; Monte Carlo confirms the rows).
// - the complex chooser engine: fails for every fourth contract and is up to 6 % of the spot off
// (at
//   spot 96.5866, rate 0.0847775, yield 0.00802378, volatility 0.496599, choice at 0.479452, call
//   119.969 to 0.983562, put 92.0799 to 0.972603 it says 16.416; the integral over the spot at the
//   choice is 23.06475, ours too).
// Compounds rest on a bivariate normal distribution that is good to about 1e-4
// (options_compound.csv), and so is their limit; ours is checked against 50 digits
// (bivariate_normal_test.cpp).
#include <ql/experimental/exoticoptions/analyticcompoundoptionengine.hpp>
#include <ql/experimental/exoticoptions/analyticsimplechooserengine.hpp>
#include <ql/experimental/exoticoptions/analyticwriterextensibleoptionengine.hpp>
#include <ql/instruments/cliquetoption.hpp>
#include <ql/instruments/forwardvanillaoption.hpp>
#include <ql/instruments/quantovanillaoption.hpp>
#include <ql/pricingengines/cliquet/analyticcliquetengine.hpp>
#include <ql/pricingengines/cliquet/analyticperformanceengine.hpp>
#include <ql/pricingengines/forward/forwardengine.hpp>
#include <ql/pricingengines/forward/forwardperformanceengine.hpp>
#include <ql/pricingengines/quanto/quantoengine.hpp>
#include <ql/pricingengines/vanilla/analyticeuropeanengine.hpp>

#include "engine/options/european/european.hpp"
#include "engine/options/exotic/choice/chooser.hpp"
#include "engine/options/exotic/choice/compound.hpp"
#include "engine/options/exotic/choice/extendible.hpp"
#include "engine/options/exotic/choice/forward_start.hpp"
#include "engine/options/exotic/variance/power.hpp"
#include "tests/options_quantlib/quantlib_peer.hpp"

namespace sq::options::peer {
TEST_CASE("simple choosers agree with QuantLib", "[slow]") {
  if (!usable()) return;
  Peer peer;
  compare("simple chooser", kRows, 1e-13, [&](Random& r) {
    const Market m = usual(r);
    const double choose = days(r, 0.05, 0.5);
    const SimpleChooser c{
        .strike = r.near(100, 1.3), .choose = choose, .years = choose + days(r, 0.05, 1)};
    return Compared{price(m, c),
                    peer.price<ql::AnalyticSimpleChooserEngine>(
                        m, ql::SimpleChooserOption(date_of(choose), c.strike, european(c.years))),
                    m.spot, noted(m, OptionType::Call, c.strike, c.choose, c.years)};
  });
}

TEST_CASE("compounds and extendibles agree with QuantLib", "[slow]") {
  if (!usable()) return;
  Peer peer;
  compare("compound", kRows, 1e-4, [&](Random& r) {
    const Market m = usual(r);
    const double years = days(r, 0.1, 0.5);
    const Compound c{.type = r.type(),
                     .strike = r.between(2, 12),
                     .years = years,
                     .daughter_type = r.type(),
                     .daughter_strike = r.near(100, 1.2),
                     .daughter_years = years + days(r, 0.3, 1)};
    return Compared{price(m, c),
                    peer.price<ql::AnalyticCompoundOptionEngine>(
                        m, ql::CompoundOption(plain(c.type, c.strike), european(c.years),
                                              plain(c.daughter_type, c.daughter_strike),
                                              european(c.daughter_years))),
                    m.spot,
                    noted(m, c.type, sign_of(c.daughter_type), c.strike, c.years, c.daughter_strike,
                          c.daughter_years)};
  });
  compare("writer extendible", kRows, 1e-13, [&](Random& r) {
    const Market m = usual(r);
    const double years = days(r, 0.1, 0.5);
    const WriterExtendible c{.type = r.type(),
                             .strike = r.near(100, 1.2),
                             .years = years,
                             .later_strike = r.near(100, 1.2),
                             .later_years = years + days(r, 0.3, 1)};
    return Compared{
        price(m, c),
        peer.price<ql::AnalyticWriterExtensibleOptionEngine>(
            m, ql::WriterExtensibleOption(plain(c.type, c.strike), european(c.years),
                                          plain(c.type, c.later_strike), european(c.later_years))),
        m.spot, noted(m, c.type, c.strike, c.years, c.later_strike, c.later_years)};
  });
}

TEST_CASE("forward starts and cliquets agree with QuantLib", "[slow]") {
  if (!usable()) return;
  Peer peer;
  const auto forward = [&]<class Engine>(const char* name, bool performance, Engine*) {
    compare(name, kRows, 1e-13, [&](Random& r) {
      const Market m = usual(r);
      const double start = days(r, 0.05, 1);
      const ForwardStart c{.type = r.type(),
                           .moneyness = r.near(1, 1.3),
                           .start = start,
                           .years = start + days(r, 0.05, 1),
                           .performance = performance};
      return Compared{
          price(m, c),
          peer.price<Engine>(m, ql::ForwardVanillaOption(c.moneyness, date_of(start),
                                                         plain(c.type, 0.0), european(c.years))),
          performance ? 1.0 : m.spot, noted(m, c.type, c.moneyness, start, c.years)};
    });
  };
  using Plain = ql::ForwardVanillaEngine<ql::AnalyticEuropeanEngine>;
  using Performance = ql::ForwardPerformanceVanillaEngine<ql::AnalyticEuropeanEngine>;
  forward("forward start", false, static_cast<Plain*>(nullptr));
  forward("forward performance", true, static_cast<Performance*>(nullptr));
  const auto cliquet = [&]<class Engine>(const char* name, bool performance, Engine*) {
    compare(name, kRows, 1e-13, [&](Random& r) {
      const Market m = usual(r);
      const int count = 1 + static_cast<int>(r.below(8));
      const int step = 10 + static_cast<int>(r.below(80));
      std::vector<double> resets;
      std::vector<ql::Date> dates;
      for (int i = 1; i <= count; ++i) {
        resets.push_back(i * step / 365.0);
        dates.push_back(today() + i * step);
      }
      const Cliquet c{.type = r.type(),
                      .moneyness = r.near(1, 1.2),
                      .years = (count + 1) * step / 365.0,
                      .resets = resets,
                      .performance = performance};
      return Compared{
          price(m, c),
          peer.price<Engine>(m, ql::CliquetOption(make_shared<ql::PercentageStrikePayoff>(
                                                      type_of(c.type), c.moneyness),
                                                  european(c.years), dates)),
          performance ? 1.0 : m.spot, noted(m, c.type, c.moneyness, count, step)};
    });
  };
  cliquet("cliquet", false, static_cast<ql::AnalyticCliquetEngine*>(nullptr));
  cliquet("performance cliquet", true, static_cast<ql::AnalyticPerformanceEngine*>(nullptr));
}

TEST_CASE("quantos agree with QuantLib", "[slow]") {
  if (!usable()) return;
  Peer peer;
  const auto asset_rate = make_shared<ql::SimpleQuote>(0.0);
  const auto exchange_volatility = make_shared<ql::SimpleQuote>(0.1);
  const auto correlation = make_shared<ql::SimpleQuote>(0.0);
  const auto asset_rates = Peer::curve(asset_rate);
  const ql::Handle<ql::BlackVolTermStructure> exchange{make_shared<ql::BlackConstantVol>(
      today(), ql::NullCalendar(), ql::Handle<ql::Quote>(exchange_volatility),
      ql::Actual365Fixed())};
  using Engine = ql::QuantoEngine<ql::VanillaOption, ql::AnalyticEuropeanEngine>;
  Family vega{"quanto vega", 1e-11}, delta{"quanto delta", 1e-12};
  // Ours is a power option with the exponent 1: a European one in the quanto market.
  compare("quanto", kRows, 1e-12, [&](Random& r) {
    const QuantoMarket m{usual(r), r.between(0, 0.1), r.between(0.05, 0.4), r.between(-0.9, 0.9)};
    asset_rate->setValue(m.asset_rate);
    exchange_volatility->setValue(m.exchange_volatility);
    correlation->setValue(m.correlation);
    const Power c{
        .type = r.type(), .strike = r.near(100, 1.3), .exponent = 1, .years = days(r, 0.05, 3)};
    peer.set(m.market);
    ql::QuantoVanillaOption option(plain(c.type, c.strike), european(c.years));
    option.setPricingEngine(make_shared<Engine>(peer.process, asset_rates, exchange,
                                                ql::Handle<ql::Quote>(correlation)));
    const Inputs inputs = noted(m.market, c.type, c.strike, c.years, m.asset_rate,
                                m.exchange_volatility, m.correlation);
    const ExoticGreeks greeks_here = greeks(m, c).value_or(ExoticGreeks{});
    delta.see(greeks_here.delta, option.delta(), 1, inputs);
    vega.see(greeks_here.vega, option.vega(), m.market.spot, inputs);
    return Compared{price(m, c), option.NPV(), m.market.spot, inputs};
  });
}
}  // namespace sq::options::peer
