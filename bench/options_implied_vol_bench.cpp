// Implied volatility: one by one and in batches on each vector path; the general solver on prices
// outside the fast range; Bachelier. Input: prices of contracts that desks trade, drawn with a
// fixed seed; and deep ones.
#include <cmath>
#include <random>
#include <vector>

#include "bench/harness.hpp"
#include "engine/options/batch/implied_volatility_batch.hpp"
#include "engine/options/implied_volatility/implied_volatility.hpp"

namespace {
using namespace sq;
using namespace sq::options;

constexpr std::size_t kCount = 2'048;
constexpr const char* kInput =
    "2,048 prices: strike 60 to 160 % of spot, volatility 5 to 80 %, 1 week to 2 years, seed 42";

struct Prices {
  std::vector<OptionType> type;
  std::vector<double> price, strike, spot, rate, yield, years, volatility;
  std::vector<std::uint8_t> status;

  // deep: so far out of the money, or so volatile, that the fast solver does not take them.
  Prices(std::uint64_t seed, bool deep) : volatility(kCount), status(kCount) {
    std::mt19937_64 random{seed};
    const auto between = [&](double low, double high) {
      return std::uniform_real_distribution<double>{low, high}(random);
    };
    while (price.size() < kCount) {
      const OptionType side = random() % 2 == 0 ? OptionType::Call : OptionType::Put;
      const double vol = deep && random() % 2 == 0 ? between(2, 6) : between(0.05, 0.8);
      const double t = between(0.02, 2);
      const double reach = deep && vol < 1 ? between(10, 30) * vol * std::sqrt(t) : 0;
      const double k = deep ? 100 * std::exp(sign_of(side) * reach) : between(60, 160);
      const Market market{100, between(-0.02, 0.1), between(0, 0.05), vol};
      const double value = european_price(market, {side, k, t}).value_or(0);
      const double intrinsic =
          european_price({100, market.rate, market.yield, 0}, {side, k, t}).value_or(0);
      if (!(value - intrinsic > (deep ? 1e-300 : 1e-8))) continue;  // nothing to solve for
      type.push_back(side);
      price.push_back(value);
      strike.push_back(k);
      spot.push_back(100);
      rate.push_back(market.rate);
      yield.push_back(market.yield);
      years.push_back(t);
    }
  }
  [[nodiscard]] Market market(std::size_t i) const { return {spot[i], rate[i], yield[i], 0}; }
  [[nodiscard]] Vanilla option(std::size_t i) const { return {type[i], strike[i], years[i]}; }
};

std::uint64_t bits_of(double value) { return static_cast<std::uint64_t>(value * 1e6); }

void run_batch(bench::Session& session, const char* name, Prices& p, Path path) {
  if (!supported(path)) return;
  session.run_rate(name, {.samples = 4'000, .seconds_max = 2.0, .input = kInput}, kCount, [&] {
    implied_volatility_batch({p.price, p.type, p.strike, p.spot, p.rate, p.yield, p.years},
                             {p.volatility, p.status}, path);
    return bits_of(p.volatility[7]);
  });
}
}  // namespace

int main(int argc, char** argv) {
  bench::Session session{argc, argv};
  Prices p{42, false};
  const auto solve = [](const Prices& prices) {
    return [&prices](std::size_t i) {
      const std::size_t k = i % kCount;
      return bits_of(
          implied_volatility(prices.price[k], prices.market(k), prices.option(k)).value_or(0));
    };
  };
  session.run_batched("options/implied_vol", {.samples = 5'000, .input = kInput}, solve(p));
  run_batch(session, "options/implied_vol_batch", p, best_path());
  run_batch(session, "options/implied_vol_batch_avx2", p, Path::Avx2);
  run_batch(session, "options/implied_vol_batch_scalar", p, Path::Scalar);
  const Prices deep{43, true};
  session.run_batched(
      "options/implied_vol_deep",
      {.samples = 5'000,
       .input = "2,048 prices, half 10 to 30 deviations out, half of volatility 2 to 6, seed 43"},
      solve(deep));
  std::vector<double> normal(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    normal[i] = bachelier_price({100, p.rate[i], 20.0}, p.option(i)).value_or(1);
  }
  session.run_batched(
      "options/implied_vol_bachelier", {.samples = 5'000, .input = kInput}, [&](std::size_t i) {
        const std::size_t k = i % kCount;
        return bits_of(
            bachelier_implied_volatility(normal[k], {100, p.rate[k], 0}, p.option(k)).value_or(0));
      });
  return session.finish();
}
