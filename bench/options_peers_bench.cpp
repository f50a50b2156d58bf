// QuantLib 1.29 beside ours, the same inputs in the same run, ours first: options/... is this
// library, quantlib/... QuantLib. Calculators for European options; for the rest its engines, with
// instrument, process and engine made outside the timing: recalculate() runs the engine and little
// else. Without QuantLib's headers this program measures nothing.
#include "bench/harness.hpp"

#if __has_include(<ql/quantlib.hpp>)
#include <cmath>
#include <ql/exercise.hpp>
#include <ql/instruments/asianoption.hpp>
#include <ql/instruments/barrieroption.hpp>
#include <ql/instruments/lookbackoption.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/methods/lattices/binomialtree.hpp>
#include <ql/models/equity/hestonmodel.hpp>
#include <ql/pricingengines/asian/analytic_cont_geom_av_price.hpp>
#include <ql/pricingengines/barrier/analyticbarrierengine.hpp>
#include <ql/pricingengines/blackcalculator.hpp>
#include <ql/pricingengines/blackformula.hpp>
#include <ql/pricingengines/lookback/analyticcontinuousfloatinglookback.hpp>
#include <ql/pricingengines/vanilla/analytichestonengine.hpp>
#include <ql/pricingengines/vanilla/baroneadesiwhaleyengine.hpp>
#include <ql/pricingengines/vanilla/binomialengine.hpp>
#include <ql/pricingengines/vanilla/bjerksundstenslandengine.hpp>
#include <ql/pricingengines/vanilla/coshestonengine.hpp>
#include <ql/pricingengines/vanilla/juquadraticengine.hpp>
#include <ql/pricingengines/vanilla/qdfpamericanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>
#include <random>
#include <vector>

#include "bench/options_inputs.hpp"
#include "engine/options/american/american.hpp"
#include "engine/options/american/approximations.hpp"
#include "engine/options/european/european.hpp"
#include "engine/options/implied_volatility/implied_volatility.hpp"
#include "engine/options/tree/lattice.hpp"

namespace {
using namespace sq;
using namespace sq::options;
using bench::digits;
namespace ql = QuantLib;
using ql::ext::make_shared;
using Engine = ql::ext::shared_ptr<ql::PricingEngine>;

const ql::Date kToday{15, ql::January, 2024};

ql::Option::Type type_of(OptionType type) {
  return type == OptionType::Call ? ql::Option::Call : ql::Option::Put;
}
auto payoff_of(OptionType type, double strike) {
  return make_shared<ql::PlainVanillaPayoff>(type_of(type), strike);
}
ql::Date date_of(double years) { return kToday + static_cast<int>(std::lround(years * 365)); }

struct Curves {
  ql::Handle<ql::Quote> spot;
  ql::Handle<ql::YieldTermStructure> yields, rates;
};
Curves curves_of(const Market& m) {
  const auto flat = [](double rate) {
    return ql::Handle<ql::YieldTermStructure>{
        make_shared<ql::FlatForward>(kToday, rate, ql::Actual365Fixed())};
  };
  return {ql::Handle<ql::Quote>{make_shared<ql::SimpleQuote>(m.spot)}, flat(m.yield), flat(m.rate)};
}
using Process = ql::ext::shared_ptr<ql::GeneralizedBlackScholesProcess>;
Process process_of(const Market& m) {
  const Curves curves = curves_of(m);
  return make_shared<ql::BlackScholesMertonProcess>(
      curves.spot, curves.yields, curves.rates,
      ql::Handle<ql::BlackVolTermStructure>{make_shared<ql::BlackConstantVol>(
          kToday, ql::NullCalendar(), m.volatility, ql::Actual365Fixed())});
}

// `make(i)` gives instrument i with its engine; all are made before the timing.
template <class Make>
void run_peer(bench::Session& session, const char* name, std::size_t samples, std::size_t batch,
              std::size_t count, const char* input, Make&& make) {
  if (!session.wanted(name)) return;
  std::vector<ql::ext::shared_ptr<ql::Instrument>> instruments;
  for (std::size_t i = 0; i < count; ++i) instruments.push_back(make(i));
  session.run_batched(name,
                      {.batch = batch, .samples = samples, .seconds_max = 2.0, .input = input},
                      [&](std::size_t i) {
                        ql::Instrument& instrument = *instruments[i % count];
                        instrument.recalculate();
                        return digits(instrument.NPV());
                      });
}

// --- European: price, Greeks, implied volatility -------------------------------------------------
constexpr std::size_t kEuropean = 2'048;
constexpr const char* kEuropeanInput =
    "2,048 contracts: strike 60 to 150 % of spot, volatility 5 to 80 %, 1 week to 2 years, seed 42";
struct Contract {
  Market market;
  Vanilla option;
  double price{0};
};
std::vector<Contract> european_contracts() {
  std::mt19937_64 random{42};
  const auto between = [&](double low, double high) {
    return std::uniform_real_distribution<double>{low, high}(random);
  };
  std::vector<Contract> list;
  while (list.size() < kEuropean) {
    Contract c{{100.0, between(-0.02, 0.1), between(0, 0.05), between(0.05, 0.8)},
               {random() % 2 == 0 ? OptionType::Call : OptionType::Put, between(60, 150),
                between(0.02, 2)},
               0};
    c.price = european_price(c.market, c.option).value_or(0);
    Market flat = c.market;
    flat.volatility = 0;
    if (c.price - european_price(flat, c.option).value_or(0) > 1e-6) list.push_back(c);
  }
  return list;
}

void run_european(bench::Session& session) {
  const std::vector<Contract> list = european_contracts();
  const bench::Options options{.samples = 2'000, .seconds_max = 2.0, .input = kEuropeanInput};
  const auto with = [&list](auto&& price) {
    return [&list, price](std::size_t i) { return digits(price(list[i % kEuropean])); };
  };
  session.run_batched("options/european_greeks_same_input", options, with([](const Contract& c) {
                        const Greeks g = *european_greeks(c.market, c.option);
                        return g.price + g.delta + g.gamma + g.vega + g.theta + g.rho;
                      }));
  session.run_batched("quantlib/european_greeks", options, with([](const Contract& c) {
                        const double years = c.option.years;
                        const double forward =
                            c.market.spot * std::exp((c.market.rate - c.market.yield) * years);
                        const ql::BlackCalculator q{type_of(c.option.type), c.option.strike,
                                                    forward, c.market.volatility * std::sqrt(years),
                                                    std::exp(-c.market.rate * years)};
                        return q.value() + q.delta(c.market.spot) + q.gamma(c.market.spot) +
                               q.vega(years) + q.theta(c.market.spot, years) + q.rho(years);
                      }));
  session.run_batched("options/implied_vol_same_input", options, with([](const Contract& c) {
                        return implied_volatility(c.price, c.market, c.option).value_or(0);
                      }));
  session.run_batched("quantlib/implied_vol", options, with([](const Contract& c) {
                        const double years = c.option.years;
                        const double forward =
                            c.market.spot * std::exp((c.market.rate - c.market.yield) * years);
                        return ql::blackFormulaImpliedStdDev(
                            type_of(c.option.type), c.option.strike, forward, c.price,
                            std::exp(-c.market.rate * years), 0.0, ql::Null<double>(), 1e-12, 200);
                      }));
}

// --- American ------------------------------------------------------------------------------------
void run_american(bench::Session& session) {
  const std::vector<bench::AmericanContract> list = bench::american_contracts();
  const auto ours = [&](const char* name, std::size_t samples, std::size_t batch, auto&& price) {
    session.run_batched(
        name,
        {.batch = batch, .samples = samples, .seconds_max = 2.0, .input = bench::kAmericanInput},
        [&](std::size_t i) {
          const auto& c = list[i % bench::kAmericanContracts];
          return digits(price(c.market, c.option));
        });
  };
  const auto theirs = [&](const char* name, std::size_t samples, auto&& engine_of) {
    run_peer(session, name, samples, 1, bench::kAmericanContracts, bench::kAmericanInput,
             [&](std::size_t i) {
               const auto& c = list[i];
               auto option = make_shared<ql::VanillaOption>(
                   payoff_of(c.option.type, c.option.strike),
                   make_shared<ql::AmericanExercise>(kToday, date_of(c.option.years)));
               option->setPricingEngine(engine_of(process_of(c.market)));
               return option;
             });
  };
  using american::Preset;
  using Qd = ql::QdFpAmericanEngine;
  const auto integral = [](Preset preset) {
    return [preset](const Market& m, const Vanilla& o) {
      return american::american_price(m, o, preset);
    };
  };
  ours("options/american_fast_same_input", 5'000, 1, integral(Preset::Fast));
  theirs("quantlib/american_fast", 2'000,
         [](const Process& p) -> Engine { return make_shared<Qd>(p, Qd::fastScheme()); });
  ours("options/american_accurate_same_input", 5'000, 1, integral(Preset::Accurate));
  theirs("quantlib/american_accurate", 1'000,
         [](const Process& p) -> Engine { return make_shared<Qd>(p, Qd::accurateScheme()); });
  ours("options/american_baw_same_input", 2'000, 64, american::barone_adesi_whaley);
  theirs("quantlib/american_baw", 5'000, [](const Process& p) -> Engine {
    return make_shared<ql::BaroneAdesiWhaleyApproximationEngine>(p);
  });
  ours("options/american_bjerksund_1993_same_input", 2'000, 64, american::bjerksund_stensland_1993);
  theirs("quantlib/american_bjerksund_1993", 5'000, [](const Process& p) -> Engine {
    return make_shared<ql::BjerksundStenslandApproximationEngine>(p);
  });
  ours("options/american_ju_zhong_same_input", 2'000, 64, american::ju_zhong);
  theirs("quantlib/american_ju_zhong", 5'000, [](const Process& p) -> Engine {
    return make_shared<ql::JuQuadraticApproximationEngine>(p);
  });
  ours("options/american_crr_801_same_input", 500, 1, [](const Market& m, const Vanilla& o) {
    return tree::price(m, o, {.lattice = tree::Lattice::CoxRossRubinstein, .steps = 801})->price;
  });
  theirs("quantlib/american_crr_801", 100, [](const Process& p) -> Engine {
    return make_shared<ql::BinomialVanillaEngine<ql::CoxRossRubinstein>>(p, 801);
  });
}

// --- Exotic --------------------------------------------------------------------------------------
constexpr std::size_t kExoticPeers = 512;

template <class QuantLibEngine, class Make, class MakePeer>
void run_exotic(bench::Session& session, const std::vector<bench::ExoticTerms>& terms,
                const char* name, const char* peer_name, Make&& make, MakePeer&& make_peer) {
  session.run_batched(name, {.samples = 5'000, .seconds_max = 2.0, .input = bench::kExoticInput},
                      [&](std::size_t i) {
                        const auto& t = terms[i % kExoticPeers];
                        return digits(price(t.market, make(t)));
                      });
  run_peer(session, peer_name, 2'000, 16, kExoticPeers, bench::kExoticInput, [&](std::size_t i) {
    const auto& t = terms[i];
    auto option = make_peer(t, make_shared<ql::EuropeanExercise>(date_of(t.years)));
    option->setPricingEngine(make_shared<QuantLibEngine>(process_of(t.market)));
    return option;
  });
}

void run_exotics(bench::Session& session) {
  const std::vector<bench::ExoticTerms> terms = bench::exotic_terms();
  using Terms = bench::ExoticTerms;
  using Exercise = ql::ext::shared_ptr<ql::Exercise>;
  run_exotic<ql::AnalyticBarrierEngine>(
      session, terms, "options/barrier_same_input", "quantlib/barrier", bench::barrier_of,
      [](const Terms& t, const Exercise& end) {
        constexpr ql::Barrier::Type kKinds[] = {ql::Barrier::DownIn, ql::Barrier::DownOut,
                                                ql::Barrier::UpIn, ql::Barrier::UpOut};
        const Barrier b = bench::barrier_of(t);
        return make_shared<ql::BarrierOption>(kKinds[static_cast<std::size_t>(b.kind) - 1],
                                              b.barrier, b.rebate, payoff_of(b.type, b.strike),
                                              end);
      });
  run_exotic<ql::AnalyticContinuousFloatingLookbackEngine>(
      session, terms, "options/lookback_floating_same_input", "quantlib/lookback_floating",
      bench::lookback_of, [](const Terms& t, const Exercise& end) {
        const FloatingLookback l = bench::lookback_of(t);
        return make_shared<ql::ContinuousFloatingLookbackOption>(
            l.extreme, make_shared<ql::FloatingTypePayoff>(type_of(l.type)), end);
      });
  run_exotic<ql::AnalyticContinuousGeometricAveragePriceAsianEngine>(
      session, terms, "options/asian_geometric_same_input", "quantlib/asian_geometric",
      bench::geometric_of, [](const Terms& t, const Exercise& end) {
        return make_shared<ql::ContinuousAveragingAsianOption>(ql::Average::Geometric,
                                                               payoff_of(t.type, t.strike), end);
      });
}

// --- Heston, 32 strikes of one expiry ------------------------------------------------------------
void run_heston(bench::Session& session) {
  const Market market{100, 0.02, 0.0, 0.2};
  const Curves curves = curves_of(market);
  const auto& d = bench::kHeston;
  const auto model = make_shared<ql::HestonModel>(make_shared<ql::HestonProcess>(
      curves.rates, curves.yields, curves.spot, d.initial_variance, d.reversion, d.long_variance,
      d.variance_volatility, d.correlation));
  constexpr const char* kInput = "calls of one expiry, 32 strikes, a strike";
  const auto strips = [&](const char* name, const Engine& engine) {
    run_peer(session, name, 1'000, bench::kHestonStrikes, bench::kHestonStrikes, kInput,
             [&](std::size_t i) {
               auto option = make_shared<ql::VanillaOption>(
                   payoff_of(OptionType::Call, bench::heston_strike(static_cast<int>(i))),
                   make_shared<ql::EuropeanExercise>(kToday + bench::kHestonDays));
               option->setPricingEngine(engine);
               return option;
             });
  };
  strips("quantlib/heston_cos", make_shared<ql::COSHestonEngine>(model, 16, 200));
  strips("quantlib/heston_laguerre_144", make_shared<ql::AnalyticHestonEngine>(model, 144));
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  ql::Settings::instance().evaluationDate() = kToday;
  run_european(session);
  run_american(session);
  run_exotics(session);
  run_heston(session);
  return session.finish();
}
#else
int main(int argc, char** argv) {
  sq::bench::Session session{argc, argv};
  return session.finish();
}
#endif
