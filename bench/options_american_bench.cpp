// American options: integral equation at its presets, Greeks, approximations, trees, grids, beside
// QuantLib's engines where its headers are there. Inputs: seeded contracts with strike 100, lives
// of a month to two years, volatilities 10 to 60 %, rates and yields to 10 %, spots 75 to 130.
#include <cmath>
#include <random>
#include <vector>

#include "bench/harness.hpp"
#include "engine/options/american/american.hpp"
#include "engine/options/american/approximations.hpp"
#include "engine/options/american/implied_volatility.hpp"
#include "engine/options/american/qd_plus.hpp"
#include "engine/options/finite_difference/one_dimensional.hpp"
#include "engine/options/tree/lattice.hpp"

#if __has_include(<ql/pricingengines/vanilla/qdfpamericanengine.hpp>)
#define SQ_COMPARE_QUANTLIB 1
#include <ql/exercise.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/methods/lattices/binomialtree.hpp>
#include <ql/pricingengines/vanilla/baroneadesiwhaleyengine.hpp>
#include <ql/pricingengines/vanilla/binomialengine.hpp>
#include <ql/pricingengines/vanilla/bjerksundstenslandengine.hpp>
#include <ql/pricingengines/vanilla/qdfpamericanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>
#endif

namespace {
using namespace sq::options;
constexpr std::size_t kContracts = 512;
constexpr const char* kInput = "512 contracts, seed 42";

struct Contract {
  Market market;
  Vanilla option;
};

std::vector<Contract> contracts() {
  std::mt19937_64 random{42};
  const auto between = [&](double low, double high) {
    return std::uniform_real_distribution<double>{low, high}(random);
  };
  std::vector<Contract> list;
  for (std::size_t i = 0; i < kContracts; ++i) {
    const Market market{between(75, 130), between(0.005, 0.1), between(0, 0.1), between(0.1, 0.6)};
    // Whole days, for QuantLib.
    list.push_back({market,
                    {i % 2 == 0 ? OptionType::Put : OptionType::Call, 100,
                     std::round(between(30, 730)) / 365.0}});
  }
  return list;
}

// Prices in hundredths of a cent, for the checksum.
template <class T>
std::uint64_t digits(const T& result) {
  if (!result) return 0;
  return static_cast<std::uint64_t>(*result * 1e4);
}

void run_integral(sq::bench::Session& session, const std::vector<Contract>& list) {
  using american::Preset;
  const auto price = [&](Preset preset) {
    return [&list, preset](std::size_t i) {
      const Contract& c = list[i % kContracts];
      return digits(american::american_price(c.market, c.option, preset));
    };
  };
  session.run_single("options/american_fast", {.samples = 5'000, .input = kInput},
                     price(Preset::Fast));
  session.run_single("options/american_accurate", {.samples = 5'000, .input = kInput},
                     price(Preset::Accurate));
  session.run_single("options/american_reference", {.samples = 200, .input = kInput},
                     price(Preset::Reference));
  session.run_single("options/american_greeks", {.samples = 2'000, .input = kInput},
                     [&](std::size_t i) {
                       const Contract& c = list[i % kContracts];
                       const auto greeks = american::american_greeks(c.market, c.option);
                       return greeks ? static_cast<std::uint64_t>(greeks->vega * 1e4) : 0;
                     });
  std::vector<double> prices;
  for (const Contract& c : list) prices.push_back(*american::american_price(c.market, c.option));
  session.run_single(
      "options/american_implied_vol", {.samples = 1'000, .input = kInput}, [&](std::size_t i) {
        const Contract& c = list[i % kContracts];
        return digits(
            american::american_implied_volatility(c.market, c.option, prices[i % kContracts]));
      });
}

void run_approximations(sq::bench::Session& session, const std::vector<Contract>& list) {
  using Method = Result<double> (*)(const Market&, const Vanilla&) noexcept;
  const std::pair<const char*, Method> methods[] = {
      {"options/american_baw", american::barone_adesi_whaley},
      {"options/american_bjerksund_1993", american::bjerksund_stensland_1993},
      {"options/american_bjerksund_2002", american::bjerksund_stensland_2002},
      {"options/american_ju_zhong", american::ju_zhong},
      {"options/american_qdplus_formula", american::qd_plus_closed_price}};
  for (const auto& [name, method] : methods) {
    session.run_batched(name, {.samples = 2'000, .input = kInput}, [&](std::size_t i) {
      const Contract& c = list[i % kContracts];
      return digits(method(c.market, c.option));
    });
  }
}

void run_lattices(sq::bench::Session& session, const std::vector<Contract>& list) {
  const auto price = [&](tree::Lattice lattice) {
    return [&list, lattice](std::size_t i) {
      const Contract& c = list[i % kContracts];
      const auto value = tree::price(c.market, c.option, {.lattice = lattice, .steps = 801});
      return value ? static_cast<std::uint64_t>(value->price * 1e4) : 0;
    };
  };
  session.run_single("options/american_crr_801", {.samples = 1'000, .input = kInput},
                     price(tree::Lattice::CoxRossRubinstein));
  session.run_single("options/american_leisen_reimer_801", {.samples = 1'000, .input = kInput},
                     price(tree::Lattice::LeisenReimer));
  namespace fd = finite_difference;
  const auto grid = [&](bool american) {
    return [&list, american](std::size_t i) {
      const Contract& c = list[i % kContracts];
      const double sign = sign_of(c.option.type);
      fd::Contract1d contract{
          .years = c.option.years,
          .payoff = [sign](double spot) { return std::max(sign * (spot - 100), 0.0); },
          .kinks = {100}};
      if (american) contract.exercise = [sign](double, double spot) { return sign * (spot - 100); };
      const Market& m = c.market;
      const auto solved = fd::solve({.rate = m.rate, .yield = m.yield, .volatility = m.volatility},
                                    contract, m.spot);
      return solved ? static_cast<std::uint64_t>(solved->at(m.spot).price * 1e4) : 0;
    };
  };
  session.run_single("options/european_grid_400x200", {.samples = 100, .input = kInput},
                     grid(false));
  session.run_single("options/american_grid_400x200", {.samples = 100, .input = kInput},
                     grid(true));
}

#ifdef SQ_COMPARE_QUANTLIB
namespace ql = QuantLib;
// One option with its own process a contract, made outside the timing; recalculate() runs the
// engine and little else.
ql::ext::shared_ptr<ql::GeneralizedBlackScholesProcess> process_of(const Contract& c,
                                                                   const ql::Date& today) {
  const auto counter = ql::Actual365Fixed();
  return ql::ext::make_shared<ql::BlackScholesMertonProcess>(
      ql::Handle<ql::Quote>{ql::ext::make_shared<ql::SimpleQuote>(c.market.spot)},
      ql::Handle<ql::YieldTermStructure>{
          ql::ext::make_shared<ql::FlatForward>(today, c.market.yield, counter)},
      ql::Handle<ql::YieldTermStructure>{
          ql::ext::make_shared<ql::FlatForward>(today, c.market.rate, counter)},
      ql::Handle<ql::BlackVolTermStructure>{ql::ext::make_shared<ql::BlackConstantVol>(
          today, ql::NullCalendar(), c.market.volatility, counter)});
}

void run_peers(sq::bench::Session& session, const std::vector<Contract>& list) {
  const ql::Date today{15, ql::January, 2024};
  ql::Settings::instance().evaluationDate() = today;
  const auto run = [&](const char* name, std::size_t samples, auto&& engine_of) {
    if (!session.wanted(name)) return;
    std::vector<ql::VanillaOption> options;
    for (const Contract& c : list) {
      options.emplace_back(
          ql::ext::make_shared<ql::PlainVanillaPayoff>(
              c.option.type == OptionType::Call ? ql::Option::Call : ql::Option::Put, 100.0),
          ql::ext::make_shared<ql::AmericanExercise>(
              today, today + static_cast<int>(std::lround(c.option.years * 365))));
      options.back().setPricingEngine(engine_of(process_of(c, today)));
    }
    session.run_single(name, {.samples = samples, .input = kInput}, [&](std::size_t i) {
      ql::VanillaOption& option = options[i % kContracts];
      option.recalculate();
      return static_cast<std::uint64_t>(option.NPV() * 1e4);
    });
  };
  using Process = ql::ext::shared_ptr<ql::GeneralizedBlackScholesProcess>;
  run("quantlib/american_fast", 2'000, [](const Process& process) {
    return ql::ext::make_shared<ql::QdFpAmericanEngine>(process,
                                                        ql::QdFpAmericanEngine::fastScheme());
  });
  run("quantlib/american_accurate", 1'000, [](const Process& process) {
    return ql::ext::make_shared<ql::QdFpAmericanEngine>(process,
                                                        ql::QdFpAmericanEngine::accurateScheme());
  });
  run("quantlib/american_baw", 5'000, [](const Process& process) {
    return ql::ext::make_shared<ql::BaroneAdesiWhaleyApproximationEngine>(process);
  });
  run("quantlib/american_bjerksund_1993", 5'000, [](const Process& process) {
    return ql::ext::make_shared<ql::BjerksundStenslandApproximationEngine>(process);
  });
  run("quantlib/american_crr_801", 100, [](const Process& process) {
    return ql::ext::make_shared<ql::BinomialVanillaEngine<ql::CoxRossRubinstein>>(process, 801);
  });
}
#endif
}  // namespace

int main(int argc, char** argv) {
  sq::bench::Session session{argc, argv};
  const std::vector<Contract> list = contracts();
  run_integral(session, list);
  run_approximations(session, list);
  run_lattices(session, list);
#ifdef SQ_COMPARE_QUANTLIB
  run_peers(session, list);
#endif
  return session.finish();
}
