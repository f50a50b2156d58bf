// A chain of 2,000 options re-priced with Greeks: 20 expiries of 50 strikes, calls and puts, every
// one quoted; the underlying moves between two pricings.
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "bench/harness.hpp"
#include "engine/options/calendar/expiry.hpp"
#include "engine/options/chain/live_chain.hpp"

namespace {
using namespace sq;
using namespace sq::options;
constexpr WallTime kNow{1'790'000'000 * kNsPerSecond};

Price price(double value) { return Price::from_raw(std::llround(value * 1e9)); }

LiveChain make_chain() {
  std::vector<ChainOption> options;
  for (int expiry = 1; expiry <= 20; ++expiry)
    for (int strike = 0; strike < 50; ++strike)
      for (const OptionType type : {OptionType::Call, OptionType::Put})
        options.push_back(
            {type, Price::from_units(40'000 + 1'000 * strike), kNow + expiry * 18 * kNsPerDay});
  return {{Ratio::from_raw(30'000'000), Ratio{}}, options};
}
void quote(LiveChain& chain, std::size_t i, double spot, double volatility) {
  const ChainOption& option = chain.option(i);
  const auto middle = european_price(
      {spot, 0.03, 0, volatility},
      {option.type, option.strike.to_double(), years_actual_365(kNow, option.expiry)});
  const double half = 0.5 + *middle * 0.002;
  chain.set_quote(i, price(*middle - half), price(*middle + half));
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  LiveChain chain = make_chain();
  std::mt19937_64 random{7};
  std::vector<double> volatilities(chain.size());
  for (double& each : volatilities)
    each = 0.4 + 0.3 * static_cast<double>(random() % 1'000) / 1'000;
  for (std::size_t i = 0; i < chain.size(); ++i) quote(chain, i, 64'000, volatilities[i]);
  const std::string input = "2000 options, 20 expiries, all quoted, seed 7";
  session.run_single("options/live_chain", {.input = input}, [&](std::size_t i) {
    chain.set_underlying(Price::from_units(64'000 + static_cast<std::int32_t>(i % 16)));
    chain.reprice(kNow + static_cast<std::int64_t>(i % 64));
    return chain.volatility(i % chain.size()).raw();
  });
  return session.finish();
}
