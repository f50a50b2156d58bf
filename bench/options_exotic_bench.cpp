// Exotic options in closed form: price, and price with all Greeks, one contract after the other.
// Inputs: 4,096 seeded contracts around the spot, volatility 10 to 60 %, a month to three years.
// Beside them QuantLib's analytic engines where its headers are there (its instrument is made once
// a contract; the time is that of a recalculation).
#include <cmath>
#include <random>
#include <vector>

#include "bench/harness.hpp"
#include "engine/options/exotic/barrier/barrier.hpp"
#include "engine/options/exotic/barrier/discrete_barrier.hpp"
#include "engine/options/exotic/barrier/double_barrier.hpp"
#include "engine/options/exotic/choice/compound.hpp"
#include "engine/options/exotic/multi_asset/spread.hpp"
#include "engine/options/exotic/multi_asset/two_asset.hpp"
#include "engine/options/exotic/path/arithmetic_asian.hpp"
#include "engine/options/exotic/path/geometric_asian.hpp"
#include "engine/options/exotic/path/lookback.hpp"

#if __has_include(<ql/quantlib.hpp>)
#define SQ_BENCH_QUANTLIB 1
#include <ql/exercise.hpp>
#include <ql/instruments/asianoption.hpp>
#include <ql/instruments/barrieroption.hpp>
#include <ql/instruments/lookbackoption.hpp>
#include <ql/pricingengines/asian/analytic_cont_geom_av_price.hpp>
#include <ql/pricingengines/barrier/analyticbarrierengine.hpp>
#include <ql/pricingengines/lookback/analyticcontinuousfloatinglookback.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>
#endif

namespace {
using namespace sq::options;
constexpr std::size_t kContracts = 4096;

struct Terms {
  Market market;
  OptionType type;
  double strike, level, years;  // level: a barrier or an extreme, away from the spot
  bool down;
};

std::vector<Terms> make_terms() {
  std::mt19937_64 random{20};
  const auto between = [&](double a, double b) {
    return a + (b - a) * static_cast<double>(random() >> 11) * 0x1p-53;
  };
  std::vector<Terms> terms;
  for (std::size_t i = 0; i < kContracts; ++i) {
    const bool down = random() % 2 == 0;
    terms.push_back({{.spot = between(90, 110),
                      .rate = between(0.0, 0.08),
                      .yield = between(0.0, 0.05),
                      .volatility = between(0.1, 0.6)},
                     random() % 2 == 0 ? OptionType::Call : OptionType::Put,
                     between(80, 120),
                     down ? between(60, 89) : between(111, 150),
                     std::round(between(0.1, 3.0) * 365) / 365,
                     down});
  }
  return terms;
}

std::uint64_t digest(const Result<double>& value) {
  return value ? static_cast<std::uint64_t>(*value * 1e6) : 0;
}
std::uint64_t digest(const Result<ExoticGreeks>& value) {
  return value ? static_cast<std::uint64_t>((value->price + std::abs(value->gamma)) * 1e6) : 0;
}
std::uint64_t digest(const Result<TwoAssetGreeks>& value) {
  return value ? static_cast<std::uint64_t>(value->price * 1e6) : 0;
}

Barrier barrier_of(const Terms& t) {
  constexpr BarrierKind kDown[] = {BarrierKind::DownIn, BarrierKind::DownOut};
  constexpr BarrierKind kUp[] = {BarrierKind::UpIn, BarrierKind::UpOut};
  const std::size_t out = t.strike > 100 ? 1 : 0;
  return {.type = t.type,
          .kind = t.down ? kDown[out] : kUp[out],
          .strike = t.strike,
          .barrier = t.level,
          .years = t.years,
          .rebate = t.type == OptionType::Put ? 2.0 : 0.0};
}
FloatingLookback lookback_of(const Terms& t) {
  return {
      .type = t.down ? OptionType::Call : OptionType::Put, .extreme = t.level, .years = t.years};
}
GeometricContinuous geometric_of(const Terms& t) {
  return {.type = t.type, .strike = t.strike, .years = t.years};
}

template <class Make>
void price_and_greeks(sq::bench::Session& session, std::string_view name,
                      std::string_view greeks_name, const std::vector<Terms>& terms, Make&& make) {
  session.run_batched(name, {.input = "4096 contracts, seed 20"}, [&](std::size_t i) {
    const Terms& t = terms[i % kContracts];
    return digest(price(t.market, make(t)));
  });
  session.run_batched(greeks_name, {.input = "4096 contracts, seed 20"}, [&](std::size_t i) {
    const Terms& t = terms[i % kContracts];
    return digest(greeks(t.market, make(t)));
  });
}

void run_two_assets(sq::bench::Session& session, const std::vector<Terms>& terms) {
  const auto market = [&](const Terms& t) {
    return TwoAssetMarket{.spot1 = t.market.spot,
                          .spot2 = t.level,
                          .yield1 = t.market.yield,
                          .volatility1 = t.market.volatility,
                          .volatility2 = 0.3,
                          .correlation = t.down ? 0.4 : -0.6,
                          .rate = t.market.rate};
  };
  session.run_batched("options/best_of_two", {.input = "4096 contracts"}, [&](std::size_t i) {
    const Terms& t = terms[i % kContracts];
    return digest(price(market(t), BestOrWorst{.strike = t.strike, .years = t.years}));
  });
  session.run_batched(
      "options/best_of_two_greeks", {.input = "4096 contracts"}, [&](std::size_t i) {
        const Terms& t = terms[i % kContracts];
        return digest(greeks(market(t), BestOrWorst{.strike = t.strike, .years = t.years}));
      });
  session.run_batched("options/spread_exact", {.batch = 1, .input = "4096 contracts"},
                      [&](std::size_t i) {
                        const Terms& t = terms[i % kContracts];
                        return digest(price(market(t), Spread{.strike = 5, .years = t.years}));
                      });
}

void run_recursions(sq::bench::Session& session, const std::vector<Terms>& terms) {
  std::vector<double> dates;
  for (int i = 1; i <= 52; ++i) dates.push_back(i / 52.0);
  session.run_single(
      "options/asian_exact_52_dates", {.samples = 200, .input = "weekly fixings for a year"},
      [&](std::size_t i) {
        const Terms& t = terms[i % kContracts];
        return digest(price(
            t.market,
            ArithmeticDiscrete{.type = t.type, .strike = t.strike, .years = 1, .dates = dates}));
      });
  session.run_batched(
      "options/asian_two_moments_52_dates", {.input = "the same"}, [&](std::size_t i) {
        const Terms& t = terms[i % kContracts];
        return digest(price(t.market, ArithmeticDiscrete{.type = t.type,
                                                         .strike = t.strike,
                                                         .years = 1,
                                                         .dates = dates,
                                                         .method = AsianMethod::TwoMoments}));
      });
  session.run_single("options/barrier_discrete_52_dates",
                     {.samples = 200, .input = "looked at weekly for a year"}, [&](std::size_t i) {
                       const Terms& t = terms[i % kContracts];
                       return digest(price(t.market, DiscreteBarrier{.type = t.type,
                                                                     .strike = t.strike,
                                                                     .low = t.down ? t.level : 0.0,
                                                                     .high = t.down ? 0.0 : t.level,
                                                                     .years = 1,
                                                                     .dates = 52}));
                     });
}

#ifdef SQ_BENCH_QUANTLIB
namespace ql = QuantLib;

// One market whose quotes change, as QuantLib means it to be used.
class Peer {
 public:
  Peer() {
    ql::Settings::instance().evaluationDate() = today_;
    const ql::Actual365Fixed days;
    const auto flat = [&](const ql::ext::shared_ptr<ql::SimpleQuote>& quote) {
      return ql::Handle<ql::YieldTermStructure>(
          ql::ext::make_shared<ql::FlatForward>(today_, ql::Handle<ql::Quote>(quote), days));
    };
    process_ = ql::ext::make_shared<ql::BlackScholesMertonProcess>(
        ql::Handle<ql::Quote>(spot_), flat(yield_), flat(rate_),
        ql::Handle<ql::BlackVolTermStructure>(ql::ext::make_shared<ql::BlackConstantVol>(
            today_, ql::NullCalendar(), ql::Handle<ql::Quote>(volatility_), days)));
  }
  template <class Engine>
  void run(sq::bench::Session& session, std::string_view name, const std::vector<Terms>& terms,
           auto&& make) {
    const auto engine = ql::ext::make_shared<Engine>(process_);
    std::vector<ql::ext::shared_ptr<ql::Instrument>> options;
    for (const Terms& t : terms) {
      options.push_back(make(t, today_ + static_cast<int>(std::lround(t.years * 365))));
      options.back()->setPricingEngine(engine);
    }
    session.run_batched(name, {.samples = 2000, .input = "the same, QuantLib 1.29"},
                        [&](std::size_t i) {
                          const Terms& t = terms[i % kContracts];
                          spot_->setValue(t.market.spot);
                          rate_->setValue(t.market.rate);
                          yield_->setValue(t.market.yield);
                          volatility_->setValue(t.market.volatility);
                          ql::Instrument& option = *options[i % kContracts];
                          option.recalculate();
                          return static_cast<std::uint64_t>(option.NPV() * 1e6);
                        });
  }
  static ql::Option::Type type(OptionType t) {
    return t == OptionType::Call ? ql::Option::Call : ql::Option::Put;
  }

 private:
  ql::Date today_{1, ql::January, 2026};
  ql::ext::shared_ptr<ql::SimpleQuote> spot_ = ql::ext::make_shared<ql::SimpleQuote>(100.0);
  ql::ext::shared_ptr<ql::SimpleQuote> rate_ = ql::ext::make_shared<ql::SimpleQuote>(0.0);
  ql::ext::shared_ptr<ql::SimpleQuote> yield_ = ql::ext::make_shared<ql::SimpleQuote>(0.0);
  ql::ext::shared_ptr<ql::SimpleQuote> volatility_ = ql::ext::make_shared<ql::SimpleQuote>(0.2);
  ql::ext::shared_ptr<ql::BlackScholesMertonProcess> process_;
};

void run_peer(sq::bench::Session& session, std::vector<Terms> terms) {
  Peer peer;
  // Setting a quote tells every instrument that watches it: keep few of them.
  terms.resize(64);
  while (terms.size() < kContracts) terms.push_back(terms[terms.size() - 64]);
  std::vector<Terms> few{terms.begin(), terms.begin() + 64};
  const auto exercise = [](const ql::Date& end) {
    return ql::ext::make_shared<ql::EuropeanExercise>(end);
  };
  peer.run<ql::AnalyticBarrierEngine>(
      session, "quantlib/barrier", few, [&](const Terms& t, const ql::Date& end) {
        const Barrier b = barrier_of(t);
        const auto kind = b.kind == BarrierKind::DownIn    ? ql::Barrier::DownIn
                          : b.kind == BarrierKind::DownOut ? ql::Barrier::DownOut
                          : b.kind == BarrierKind::UpIn    ? ql::Barrier::UpIn
                                                           : ql::Barrier::UpOut;
        return ql::ext::make_shared<ql::BarrierOption>(
            kind, b.barrier, b.rebate,
            ql::ext::make_shared<ql::PlainVanillaPayoff>(Peer::type(b.type), b.strike),
            exercise(end));
      });
  peer.run<ql::AnalyticContinuousFloatingLookbackEngine>(
      session, "quantlib/lookback_floating", few, [&](const Terms& t, const ql::Date& end) {
        const FloatingLookback l = lookback_of(t);
        return ql::ext::make_shared<ql::ContinuousFloatingLookbackOption>(
            l.extreme, ql::ext::make_shared<ql::FloatingTypePayoff>(Peer::type(l.type)),
            exercise(end));
      });
  peer.run<ql::AnalyticContinuousGeometricAveragePriceAsianEngine>(
      session, "quantlib/asian_geometric", few, [&](const Terms& t, const ql::Date& end) {
        return ql::ext::make_shared<ql::ContinuousAveragingAsianOption>(
            ql::Average::Geometric,
            ql::ext::make_shared<ql::PlainVanillaPayoff>(Peer::type(t.type), t.strike),
            exercise(end));
      });
}
#endif
}  // namespace

int main(int argc, char** argv) {
  sq::bench::Session session{argc, argv};
  const std::vector<Terms> terms = make_terms();
  price_and_greeks(session, "options/barrier", "options/barrier_greeks", terms, barrier_of);
  price_and_greeks(session, "options/lookback_floating", "options/lookback_floating_greeks", terms,
                   lookback_of);
  price_and_greeks(session, "options/asian_geometric", "options/asian_geometric_greeks", terms,
                   geometric_of);
  price_and_greeks(session, "options/double_barrier", "options/double_barrier_greeks", terms,
                   [](const Terms& t) {
                     return DoubleBarrier{.type = t.type,
                                          .strike = t.strike,
                                          .low = t.down ? t.level : 75.0,
                                          .high = t.down ? 130.0 : t.level,
                                          .years = t.years};
                   });
  price_and_greeks(session, "options/compound", "options/compound_greeks", terms,
                   [](const Terms& t) {
                     return Compound{.type = t.type,
                                     .strike = 5,
                                     .years = 0.5 * t.years,
                                     .daughter_strike = t.strike,
                                     .daughter_years = t.years};
                   });
  run_two_assets(session, terms);
  run_recursions(session, terms);
#ifdef SQ_BENCH_QUANTLIB
  run_peer(session, terms);
#endif
  return session.finish();
}
