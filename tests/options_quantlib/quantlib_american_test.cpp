// American prices and approximations beside QuantLib's on random contracts. QuantLib's dates are
// whole days, so lives are, counted as Actual/365.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <ql/exercise.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/pricingengines/vanilla/baroneadesiwhaleyengine.hpp>
#include <ql/pricingengines/vanilla/bjerksundstenslandengine.hpp>
#include <ql/pricingengines/vanilla/juquadraticengine.hpp>
#include <ql/pricingengines/vanilla/qdfpamericanengine.hpp>
#include <ql/pricingengines/vanilla/qdplusamericanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>
#include <random>

#include "engine/options/american/american.hpp"
#include "engine/options/american/approximations.hpp"
#include "engine/options/american/qd_plus.hpp"

namespace sq::options::american {
namespace {
namespace ql = QuantLib;

struct Contract {
  Market market;
  OptionType type;
  double strike;
  int days;
  [[nodiscard]] Vanilla option() const { return {type, strike, days / 365.0}; }
};

class Peer {
 public:
  Peer() {
    ql::Settings::instance().evaluationDate() = today_;
    const auto counter = ql::Actual365Fixed();
    const ql::Handle<ql::YieldTermStructure> rates{
        ql::ext::make_shared<ql::FlatForward>(today_, ql::Handle<ql::Quote>{rate_}, counter)};
    const ql::Handle<ql::YieldTermStructure> yields{
        ql::ext::make_shared<ql::FlatForward>(today_, ql::Handle<ql::Quote>{yield_}, counter)};
    const ql::Handle<ql::BlackVolTermStructure> volatilities{
        ql::ext::make_shared<ql::BlackConstantVol>(today_, ql::NullCalendar(),
                                                   ql::Handle<ql::Quote>{volatility_}, counter)};
    process = ql::ext::make_shared<ql::BlackScholesMertonProcess>(ql::Handle<ql::Quote>{spot_},
                                                                  yields, rates, volatilities);
  }
  // Returns NaN where QuantLib gives up.
  double price(const Contract& contract, const ql::ext::shared_ptr<ql::PricingEngine>& engine) {
    spot_->setValue(contract.market.spot);
    rate_->setValue(contract.market.rate);
    yield_->setValue(contract.market.yield);
    volatility_->setValue(contract.market.volatility);
    const auto payoff = ql::ext::make_shared<ql::PlainVanillaPayoff>(
        contract.type == OptionType::Call ? ql::Option::Call : ql::Option::Put, contract.strike);
    ql::VanillaOption option{
        payoff, ql::ext::make_shared<ql::AmericanExercise>(today_, today_ + contract.days)};
    option.setPricingEngine(engine);
    try {
      return option.NPV();
    } catch (const std::exception&) {
      return std::nan("");
    }
  }
  ql::ext::shared_ptr<ql::GeneralizedBlackScholesProcess> process;

 private:
  ql::Date today_{15, ql::January, 2024};
  ql::ext::shared_ptr<ql::SimpleQuote> spot_{ql::ext::make_shared<ql::SimpleQuote>(100)};
  ql::ext::shared_ptr<ql::SimpleQuote> rate_{ql::ext::make_shared<ql::SimpleQuote>(0.01)};
  ql::ext::shared_ptr<ql::SimpleQuote> yield_{ql::ext::make_shared<ql::SimpleQuote>(0.01)};
  ql::ext::shared_ptr<ql::SimpleQuote> volatility_{ql::ext::make_shared<ql::SimpleQuote>(0.1)};
};

// Strike 100; what desks trade.
Contract contract_from(std::mt19937_64& random) {
  const auto between = [&](double low, double high) {
    return std::uniform_real_distribution<double>{low, high}(random);
  };
  return {{100 * std::exp(between(-0.4, 0.4)), between(0.001, 0.12), between(0.0, 0.12),
           between(0.05, 0.8)},
          random() % 2 == 0 ? OptionType::Call : OptionType::Put,
          100,
          static_cast<int>(between(5, 3 * 365))};
}

// The worst and the mean difference over `count` contracts; those that QuantLib refuses are left
// out, and counted. Some of QuantLib's approximations fall below the value of exercise, which ours
// do not: theirs are lifted to it. Where ours say exercise now, QuantLib's QD+ integrates on beyond
// the boundary: those are left out if asked.
struct Differences {
  double worst{0}, mean{0};
  std::size_t over{0}, refused{0}, exercised{0};
};
template <class Ours>
Differences compare(const char* name, std::size_t count, Peer& peer,
                    const ql::ext::shared_ptr<ql::PricingEngine>& engine, double bound, Ours&& ours,
                    bool leave_out_exercised = false) {
  std::mt19937_64 random{20240115};
  Differences result;
  std::size_t compared = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Contract contract = contract_from(random);
    const double theirs = peer.price(contract, engine);
    if (!std::isfinite(theirs)) {
      ++result.refused;
      continue;
    }
    const Result<double> mine = ours(contract.market, contract.option());
    REQUIRE(mine.has_value());
    const double intrinsic = sign_of(contract.type) * (contract.market.spot - contract.strike);
    if (leave_out_exercised && *mine == intrinsic) {
      ++result.exercised;
      continue;
    }
    const double difference = std::abs(*mine - std::max(theirs, intrinsic));
    result.worst = std::max(result.worst, difference);
    result.mean += difference;
    if (difference > bound) ++result.over;
    ++compared;
  }
  result.mean /= static_cast<double>(compared);
  std::printf(
      "%-28s %zu contracts: worst %.2g, mean %.2g, %zu over %.0e, %zu refused by QuantLib\n", name,
      compared, result.worst, result.mean, result.over, bound, result.refused);
  return result;
}
}  // namespace

// QuantLib's own errors stand behind the bounds: against Reference ours are 1e-8 of the strike, its
// accurate scheme's up to 1e-5.
TEST_CASE("integral equations agree with QuantLib on 100,000 random American contracts", "[slow]") {
  Peer peer;
  const auto accurate = ql::ext::make_shared<ql::QdFpAmericanEngine>(
      peer.process, ql::QdFpAmericanEngine::accurateScheme());
  const Differences precise =
      compare("QdFp accurate", 100'000, peer, accurate, 1e-3,
              [](const Market& m, const Vanilla& o) { return american_price(m, o); });
  CHECK(precise.refused == 0);
  CHECK(precise.mean < 1e-5);
  CHECK(precise.over < 100);
  const auto fast = ql::ext::make_shared<ql::QdFpAmericanEngine>(
      peer.process, ql::QdFpAmericanEngine::fastScheme());
  const Differences rough =
      compare("QdFp fast", 100'000, peer, fast, 2e-2,
              [](const Market& m, const Vanilla& o) { return american_price(m, o, Preset::Fast); });
  CHECK(rough.mean < 1e-3);
  CHECK(rough.over < 1000);
}

TEST_CASE("approximations agree with QuantLib on 100,000 random contracts each", "[slow]") {
  Peer peer;
  const Differences whaley =
      compare("Barone-Adesi-Whaley", 100'000, peer,
              ql::ext::make_shared<ql::BaroneAdesiWhaleyApproximationEngine>(peer.process), 1e-3,
              barone_adesi_whaley);
  CHECK(whaley.over == 0);
  const Differences ju = compare(
      "Ju-Zhong", 100'000, peer,
      ql::ext::make_shared<ql::JuQuadraticApproximationEngine>(peer.process), 1e-3, ju_zhong);
  CHECK(ju.over == 0);
  const Differences stensland =
      compare("Bjerksund-Stensland 1993", 100'000, peer,
              ql::ext::make_shared<ql::BjerksundStenslandApproximationEngine>(peer.process), 1e-8,
              bjerksund_stensland_1993);
  CHECK(stensland.over == 0);
  const Differences plus =
      compare("QD+", 100'000, peer, ql::ext::make_shared<ql::QdPlusAmericanEngine>(peer.process),
              1e-5, qd_plus_price, true);
  CHECK(plus.over < 20);
  CHECK(plus.worst < 5e-3);
  CHECK(plus.exercised < 40'000);
}
}  // namespace sq::options::american
