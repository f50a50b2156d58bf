// QuantLib 1.29 on the inputs of options_european_bench and options_implied_vol_bench, for one
// table beside ours: price and Greeks by its calculator, implied volatility by its solver. Without
// QuantLib's headers this program measures nothing.
#include "bench/harness.hpp"

#if __has_include(<ql/quantlib.hpp>)
#include <cmath>
#include <ql/payoff.hpp>
#include <ql/pricingengines/blackcalculator.hpp>
#include <ql/pricingengines/blackformula.hpp>
#include <random>
#include <vector>

#include "engine/options/european/european.hpp"
#include "engine/options/implied_volatility/implied_volatility.hpp"

namespace {
using namespace sq;
using namespace sq::options;
namespace ql = QuantLib;

constexpr std::size_t kCount = 2'048;
constexpr const char* kInput =
    "2,048 contracts: strike 60 to 150 % of spot, volatility 5 to 80 %, 1 week to 2 years, seed 42";

struct Contract {
  Market market;
  Vanilla option;
  double price{0};
};
std::vector<Contract> contracts() {
  std::mt19937_64 random{42};
  const auto between = [&](double low, double high) {
    return std::uniform_real_distribution<double>{low, high}(random);
  };
  std::vector<Contract> list;
  while (list.size() < kCount) {
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
ql::Option::Type type_of(OptionType type) {
  return type == OptionType::Call ? ql::Option::Call : ql::Option::Put;
}
std::uint64_t bits_of(double value) { return static_cast<std::uint64_t>(value * 1e6); }
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  const std::vector<Contract> list = contracts();
  const bench::Options options{.samples = 2'000, .seconds_max = 3.0, .input = kInput};
  session.run_batched("options/european_greeks_same_input", options, [&](std::size_t i) {
    const Contract& c = list[i % kCount];
    return bits_of(european_greeks(c.market, c.option)->theta);
  });
  session.run_batched("quantlib/black_calculator_greeks", options, [&](std::size_t i) {
    const Contract& c = list[i % kCount];
    const double years = c.option.years;
    const double discount = std::exp(-c.market.rate * years);
    const double forward = c.market.spot * std::exp((c.market.rate - c.market.yield) * years);
    const ql::BlackCalculator q{type_of(c.option.type), c.option.strike, forward,
                                c.market.volatility * std::sqrt(years), discount};
    return bits_of(q.value() + q.delta(c.market.spot) + q.gamma(c.market.spot) + q.vega(years) +
                   q.theta(c.market.spot, years) + q.rho(years));
  });
  session.run_batched("options/implied_vol_same_input", options, [&](std::size_t i) {
    const Contract& c = list[i % kCount];
    return bits_of(implied_volatility(c.price, c.market, c.option).value_or(0));
  });
  session.run_batched("quantlib/implied_std_dev", options, [&](std::size_t i) {
    const Contract& c = list[i % kCount];
    const double years = c.option.years;
    const double forward = c.market.spot * std::exp((c.market.rate - c.market.yield) * years);
    return bits_of(ql::blackFormulaImpliedStdDev(type_of(c.option.type), c.option.strike, forward,
                                                 c.price, std::exp(-c.market.rate * years), 0.0,
                                                 ql::Null<double>(), 1e-12, 200));
  });
  return session.finish();
}
#else
int main(int argc, char** argv) {
  sq::bench::Session session{argc, argv};
  return session.finish();
}
#endif
