#include "engine/options/chain/live_chain.hpp"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <random>
#include <stdexcept>

#include "engine/options/calendar/expiry.hpp"
#include "engine/options/implied_volatility/implied_volatility.hpp"
#include "tests/support/allocations.hpp"

using namespace sq;
using namespace sq::options;

namespace {
constexpr WallTime kNow{1'790'000'000 * kNsPerSecond};
constexpr WallTime kMonth{kNow.ns + 30 * kNsPerDay};
constexpr WallTime kQuarter{kNow.ns + 91 * kNsPerDay};
const ChainSettings kSettings{Ratio::from_raw(30'000'000),
                              Ratio::from_raw(10'000'000)};  // 3 %, 1 %
const Price kSpot = Price::from_units(100);

Price price(double value) { return Price::from_raw(std::llround(value * 1e9)); }
Market market(double volatility, Price spot = kSpot) {
  return {spot.to_double(), kSettings.rate.to_double(), kSettings.yield.to_double(), volatility};
}
Vanilla vanilla(const ChainOption& option) {
  return {option.type, option.strike.to_double(), years_actual_365(kNow, option.expiry)};
}
std::vector<ChainOption> strip(WallTime expiry, std::initializer_list<int> strikes) {
  std::vector<ChainOption> made;
  for (const int strike : strikes)
    for (const OptionType type : {OptionType::Call, OptionType::Put})
      made.push_back({type, Price::from_units(strike), expiry});
  return made;
}
// Quotes one at its price with this volatility, half a cent to each side.
void quote(LiveChain& chain, std::size_t i, double volatility) {
  const double middle = *european_price(market(volatility), vanilla(chain.option(i)));
  chain.set_quote(i, price(middle - 0.005), price(middle + 0.005));
}
bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}
}  // namespace

TEST_CASE("Greeks of a chain are those of the scalar functions at its volatilities, bit for bit") {
  std::vector<ChainOption> options = strip(kMonth, {70, 80, 90, 95, 100, 105, 110, 120, 130});
  const auto far = strip(kQuarter, {60, 80, 100, 120, 140});
  options.insert(options.end(), far.begin(), far.end());
  LiveChain chain{kSettings, options};
  chain.set_underlying(kSpot);
  std::mt19937_64 random{5};
  for (std::size_t i = 0; i < chain.size(); ++i)
    if (random() % 4 != 0) quote(chain, i, 0.4 + 0.002 * static_cast<double>(random() % 50));
  chain.reprice(kNow);
  std::size_t quoted = 0;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    REQUIRE(chain.from(i) != VolatilityFrom::None);
    quoted += chain.from(i) == VolatilityFrom::Quote ? 1U : 0U;
    const Greeks scalar =
        *european_greeks(market(chain.volatility(i).to_double()), vanilla(chain.option(i)));
    const Greeks batch = chain.greeks(i);
    CHECK(same_bits(batch.price, scalar.price));
    CHECK(same_bits(batch.delta, scalar.delta));
    CHECK(same_bits(batch.gamma, scalar.gamma));
    CHECK(same_bits(batch.vega, scalar.vega));
    CHECK(same_bits(batch.theta, scalar.theta));
    CHECK(same_bits(batch.rho, scalar.rho));
  }
  CHECK(quoted > chain.size() / 2);
}

TEST_CASE("a strike has the volatility of its out-of-the-money option, else of the other right") {
  LiveChain chain{kSettings, strip(kMonth, {90, 110})};  // call 90, put 90, call 110, put 110
  chain.set_underlying(kSpot);
  const double volatilities[] = {0.31, 0.42, 0.53, 0.64};
  for (std::size_t i = 0; i < 4; ++i) quote(chain, i, volatilities[i]);
  chain.reprice(kNow);
  for (const std::size_t i : std::initializer_list<std::size_t>{0, 1})
    CHECK(chain.volatility(i).to_double() == Approx(0.42).margin(1e-3));
  for (const std::size_t i : std::initializer_list<std::size_t>{2, 3})
    CHECK(chain.volatility(i).to_double() == Approx(0.53).margin(1e-3));
  chain.clear_quote(1);
  chain.reprice(kNow);
  for (const std::size_t i : std::initializer_list<std::size_t>{0, 1}) {
    CHECK(chain.from(i) == VolatilityFrom::Quote);
    CHECK(chain.volatility(i).to_double() == Approx(0.31).margin(5e-3));
  }
}

TEST_CASE("the volatility is the mid's implied one to its last digit of 1e-9") {
  LiveChain chain{kSettings, strip(kMonth, {105})};
  chain.set_underlying(kSpot);
  chain.set_quote(0, price(3.10), price(3.20));
  chain.reprice(kNow);
  const double implied = *implied_volatility(3.15, market(0), vanilla(chain.option(0)));
  CHECK(chain.volatility(0).raw() == std::llround(implied * 1e9));
}

TEST_CASE(
    "a strike without a quote lies on the line between its neighbours, flat beyond the ends") {
  LiveChain chain{kSettings, strip(kMonth, {80, 90, 100, 120, 130})};
  chain.set_underlying(kSpot);
  quote(chain, 3, 0.60);  // the put at 90
  quote(chain, 6, 0.30);  // the call at 120
  chain.reprice(kNow);
  const double low = chain.volatility(2).to_double();
  const double high = chain.volatility(6).to_double();
  CHECK(low == Approx(0.60).margin(2e-3));
  CHECK(high == Approx(0.30).margin(2e-3));
  CHECK(chain.volatility(4).to_double() == Approx(low + (high - low) / 3).margin(1e-9));
  CHECK(chain.volatility(0) == chain.volatility(2));
  CHECK(chain.volatility(9) == chain.volatility(6));
  for (const std::size_t i : std::initializer_list<std::size_t>{0, 1, 4, 5, 8, 9}) CHECK(chain.from(i) == VolatilityFrom::Neighbours);
  for (const std::size_t i : std::initializer_list<std::size_t>{2, 3, 6, 7}) CHECK(chain.from(i) == VolatilityFrom::Quote);
}

TEST_CASE(
    "an expiry that lost its quotes keeps its volatilities, one that never had any has none") {
  std::vector<ChainOption> options = strip(kMonth, {90, 110});
  const auto far = strip(kQuarter, {100});
  options.insert(options.end(), far.begin(), far.end());
  LiveChain chain{kSettings, options};
  chain.set_underlying(kSpot);
  quote(chain, 1, 0.5);
  chain.reprice(kNow);
  const Ratio before = chain.volatility(1);
  CHECK(chain.from(4) == VolatilityFrom::None);
  CHECK(chain.volatility(4) == Ratio{});
  CHECK(chain.greeks(4).price == 0);
  CHECK(chain.greeks(4).delta == 0);
  chain.clear_quote(1);
  chain.set_underlying(Price::from_units(101));
  chain.reprice(kNow);
  for (const std::size_t i : std::initializer_list<std::size_t>{0, 1, 2, 3}) {
    CHECK(chain.from(i) == VolatilityFrom::Held);
    CHECK(chain.volatility(i) == before);
  }
  CHECK(same_bits(
      chain.greeks(2).delta,
      european_greeks(market(before.to_double(), Price::from_units(101)), vanilla(chain.option(2)))
          ->delta));
}

TEST_CASE("without an underlying, at expiry and after it there is no answer") {
  LiveChain chain{kSettings, strip(kMonth, {100})};
  quote(chain, 0, 0.5);
  chain.reprice(kNow);
  CHECK(chain.from(0) == VolatilityFrom::None);
  chain.set_underlying(kSpot);
  chain.reprice(kNow);
  CHECK(chain.from(0) == VolatilityFrom::Quote);
  // A nanosecond before, no volatility explains the quote's time value: the last one is kept.
  chain.reprice(kMonth - 1);
  CHECK(chain.from(0) == VolatilityFrom::Held);
  chain.reprice(kMonth);
  CHECK(chain.from(0) == VolatilityFrom::None);
  CHECK(chain.greeks(0).gamma == 0);
  chain.reprice(kNow);
  CHECK(chain.from(0) == VolatilityFrom::Quote);
  chain.set_underlying(Price{});
  chain.reprice(kNow);
  CHECK(chain.from(1) == VolatilityFrom::None);
}

TEST_CASE("crossed, locked, one-sided and impossible quotes give no volatility") {
  struct Case {
    double bid;
    double ask;
    bool usable;
  };
  const Case cases[] = {{3.0, 3.01, true}, {3.01, 3.01, false}, {3.02, 3.01, false},
                        {0, 3.01, false},  {-1, 3.01, false},   {99, 101, false},
                        {150, 151, false}};  // a call is worth less than its underlying
  for (const Case& each : cases) {
    LiveChain chain{kSettings, strip(kMonth, {105})};
    chain.set_underlying(kSpot);
    chain.set_quote(0, price(each.bid), price(each.ask));
    chain.reprice(kNow);
    INFO(each.bid << " " << each.ask);
    CHECK((chain.from(0) == VolatilityFrom::Quote) == each.usable);
    CHECK((chain.from(0) == VolatilityFrom::None) != each.usable);
  }
}

TEST_CASE("the order in which options are given changes nothing") {
  std::vector<ChainOption> options = strip(kMonth, {80, 90, 100, 110, 120});
  LiveChain one{kSettings, options};
  std::vector<std::size_t> order{7, 2, 9, 0, 4, 1, 8, 3, 6, 5};
  std::vector<ChainOption> shuffled;
  for (const std::size_t i : order) shuffled.push_back(options[i]);
  LiveChain other{kSettings, shuffled};
  for (LiveChain* chain : {&one, &other}) chain->set_underlying(kSpot);
  for (const std::size_t i : std::initializer_list<std::size_t>{1, 6, 8}) {
    const auto at = std::find(order.begin(), order.end(), i) - order.begin();
    quote(one, i, 0.3 + 0.01 * static_cast<double>(i));
    quote(other, static_cast<std::size_t>(at), 0.3 + 0.01 * static_cast<double>(i));
  }
  one.reprice(kNow);
  other.reprice(kNow);
  for (std::size_t k = 0; k < order.size(); ++k) {
    CHECK(other.volatility(k) == one.volatility(order[k]));
    CHECK(same_bits(other.greeks(k).vega, one.greeks(order[k]).vega));
    CHECK(other.from(k) == one.from(order[k]));
  }
}

TEST_CASE(
    "a chain refuses no options, strikes and expiries not positive, and the same option twice") {
  const ChainOption good{OptionType::Call, kSpot, kMonth};
  CHECK_NOTHROW(LiveChain{kSettings, std::vector{good}});
  CHECK_THROWS_AS((LiveChain{kSettings, {}}), std::invalid_argument);
  CHECK_THROWS_AS(
      (LiveChain{kSettings, std::vector{ChainOption{OptionType::Call, Price{}, kMonth}}}),
      std::invalid_argument);
  CHECK_THROWS_AS(
      (LiveChain{kSettings, std::vector{ChainOption{OptionType::Call, kSpot, WallTime{}}}}),
      std::invalid_argument);
  CHECK_THROWS_AS((LiveChain{kSettings, std::vector{good, good}}), std::invalid_argument);
}

TEST_CASE("re-pricing a chain allocates nothing") {
  LiveChain chain{kSettings, strip(kMonth, {80, 90, 100, 110, 120})};
  chain.set_underlying(kSpot);
  for (std::size_t i = 0; i < chain.size(); ++i) quote(chain, i, 0.5);
  const std::uint64_t before = allocations_on_this_thread();
  for (int i = 0; i < 10; ++i) chain.reprice(kNow + i * kNsPerSecond);
  CHECK(allocations_on_this_thread() == before);
}
