#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "engine/options/batch/european_batch.hpp"
#include "engine/options/batch/implied_volatility_batch.hpp"
#include "engine/options/european/european.hpp"
#include "engine/options/implied_volatility/implied_volatility.hpp"
#include "tests/options/european_model.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/recorded_data.hpp"

namespace sq::options {
namespace {
using test::Contract;
using test::RandomContracts;

struct Columns {
  std::vector<OptionType> type;
  std::vector<double> strike, spot, rate, yield, volatility, years, price;
  void add(const Contract& c) {
    type.push_back(c.option.type);
    strike.push_back(c.option.strike);
    spot.push_back(c.market.spot);
    rate.push_back(c.market.rate);
    yield.push_back(c.market.yield);
    volatility.push_back(c.market.volatility);
    years.push_back(c.option.years);
  }
  [[nodiscard]] std::size_t size() const { return strike.size(); }
  [[nodiscard]] EuropeanBatch greeks_input() const {
    return {type, strike, spot, rate, yield, volatility, years};
  }
  [[nodiscard]] ImpliedVolatilityBatch volatility_input() const {
    return {price, type, strike, spot, rate, yield, years};
  }
  [[nodiscard]] Contract at(std::size_t i) const {
    return {{spot[i], rate[i], yield[i], volatility[i]}, {type[i], strike[i], years[i]}};
  }
};
struct Results {
  explicit Results(std::size_t n) : status(n, 99) {
    for (auto& column : values) column.assign(n, -1.0);
  }
  GreeksColumns out() {
    return {values[0], values[1], values[2], values[3], values[4], values[5], status};
  }
  std::vector<double> values[6];
  std::vector<std::uint8_t> status;
};
bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

// Usual contracts, extreme ones, broken ones.
Columns mixed(std::size_t count, std::uint64_t seed) {
  static constexpr double kEdges[] = {0.0,  -1.0, 1e-300, 1e300, 5e-324, 1e-40, 1e40, 1e-10,
                                      1e-6, 40.0, 37.0,   43.0,  1e4,    -0.0,  1e9,  100.0};
  RandomContracts draw{seed};
  Columns all;
  for (std::size_t i = 0; i < count; ++i) {
    Contract c = draw.usual();
    if (i % 5 == 1) {
      const double s = c.market.volatility * std::sqrt(c.option.years);
      c.option.strike = c.market.spot * std::exp(draw.between(-50, 50) * s);
    }
    if (i % 16 == 7) {
      double* const fields[] = {&c.market.spot,       &c.market.rate,   &c.market.yield,
                                &c.market.volatility, &c.option.strike, &c.option.years};
      *fields[draw.bits() % 6] = kEdges[draw.bits() % 16];
    }
    if (i % 64 == 9) c.market.spot = std::bit_cast<double>(draw.bits());
    if (i % 64 == 11) c.market.rate = std::numeric_limits<double>::quiet_NaN();
    if (i % 64 == 13) c.option.years = std::numeric_limits<double>::infinity();
    all.add(c);
  }
  return all;
}
std::vector<Path> paths() {
  std::vector<Path> list;
  for (const Path path : {Path::Scalar, Path::Avx2, Path::Avx512}) {
    if (supported(path)) {
      list.push_back(path);
    } else {
      sq::test::skip("this processor lacks a vector path");
    }
  }
  return list;
}
}  // namespace

TEST_CASE("every path gives every row the bits of the single-option function") {
  const Columns in = mixed(200'000, 31);
  Results single{in.size()};
  std::size_t refused = 0;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const Contract c = in.at(i);
    const Result<Greeks> g = european_greeks(c.market, c.option);
    const Greeks value = g.value_or(Greeks{});
    const double values[] = {value.price, value.delta, value.gamma,
                             value.vega,  value.theta, value.rho};
    for (std::size_t k = 0; k < 6; ++k) single.values[k][i] = values[k];
    single.status[i] = g ? std::uint8_t{0} : static_cast<std::uint8_t>(g.error());
    refused += g ? 0U : 1U;
  }
  CHECK(refused > in.size() / 100);
  for (const Path path : paths()) {
    INFO("path " << static_cast<int>(path));
    Results batch{in.size()};
    const std::uint64_t allocated = allocations_on_this_thread();
    const BatchResult result = european_greeks_batch(in.greeks_input(), batch.out(), path);
    CHECK(allocations_on_this_thread() == allocated);
    CHECK(result.outcome == BatchOutcome::Done);
    CHECK(result.refused == refused);
    for (std::size_t k = 0; k < 6; ++k) CHECK(same_bits(batch.values[k], single.values[k]));
    CHECK(batch.status == single.status);
  }
}

TEST_CASE("every path solves a volatility to the bits of the single-option function") {
  Columns in = mixed(100'000, 32);
  RandomContracts draw{33};
  std::vector<double> single(in.size());
  std::vector<std::uint8_t> status(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    const Contract c = in.at(i);
    double price = european_price(c.market, c.option).value_or(1.0);
    if (i % 32 == 3) price = draw.between(-1.0, 200.0);
    if (i % 256 == 5) price = std::bit_cast<double>(draw.bits());
    in.price.push_back(price);
    const Result<double> volatility = implied_volatility(price, c.market, c.option);
    single[i] = volatility.value_or(0.0);
    status[i] = volatility ? std::uint8_t{0} : static_cast<std::uint8_t>(volatility.error());
  }
  for (const Path path : paths()) {
    INFO("path " << static_cast<int>(path));
    std::vector<double> batch(in.size(), -1.0);
    std::vector<std::uint8_t> batch_status(in.size(), 99);
    const std::uint64_t allocated = allocations_on_this_thread();
    const BatchResult result =
        implied_volatility_batch(in.volatility_input(), {batch, batch_status}, path);
    CHECK(allocations_on_this_thread() == allocated);
    CHECK(result.outcome == BatchOutcome::Done);
    CHECK(same_bits(batch, single));
    CHECK(batch_status == status);
  }
}

TEST_CASE("batches of every length up to three strips write each row once and nothing behind") {
  const Columns all = mixed(200, 34);
  Results whole{all.size()};
  european_greeks_batch(all.greeks_input(), whole.out(), Path::Scalar);
  for (const Path path : paths()) {
    for (std::size_t n = 0; n < 200; ++n) {
      Results part{n + 1};
      const auto first = [n](auto& column) { return std::span{column}.first(n); };
      const EuropeanBatch in{first(all.type), first(all.strike), first(all.spot),
                             first(all.rate), first(all.yield),  first(all.volatility),
                             first(all.years)};
      const GreeksColumns out{first(part.values[0]), first(part.values[1]), first(part.values[2]),
                              first(part.values[3]), first(part.values[4]), first(part.values[5]),
                              first(part.status)};
      REQUIRE(european_greeks_batch(in, out, path).outcome == BatchOutcome::Done);
      for (std::size_t k = 0; k < 6; ++k) {
        REQUIRE(std::memcmp(part.values[k].data(), whole.values[k].data(), n * sizeof(double)) ==
                0);
        REQUIRE(part.values[k][n] == -1.0);
      }
      REQUIRE(part.status[n] == 99);
    }
  }
}

TEST_CASE("a column of one value serves all rows") {
  RandomContracts draw{35};
  Columns all;
  for (int i = 0; i < 1'003; ++i) {
    Contract c = draw.usual();
    c.market = {100.0, 0.05, 0.01, 0.2};
    c.option.years = 0.25;
    c.option.strike = draw.between(60, 160);
    all.add(c);
    all.price.push_back(european_price(c.market, c.option).value());
  }
  Results full{all.size()};
  european_greeks_batch(all.greeks_input(), full.out());
  std::vector<double> volatility(all.size());
  std::vector<double> again(all.size());
  std::vector<std::uint8_t> status(all.size());
  implied_volatility_batch(all.volatility_input(), {volatility, status});
  const double spot = 100.0, rate = 0.05, yield = 0.01, vol = 0.2, years = 0.25;
  const auto one = [](const double& value) { return std::span{&value, 1}; };
  for (const Path path : paths()) {
    Results chain{all.size()};
    const EuropeanBatch in{all.type,   all.strike, one(spot), one(rate),
                           one(yield), one(vol),   one(years)};
    CHECK(european_greeks_batch(in, chain.out(), path).refused == 0);
    for (std::size_t k = 0; k < 6; ++k) CHECK(same_bits(chain.values[k], full.values[k]));
    implied_volatility_batch(
        {all.price, all.type, all.strike, one(spot), one(rate), one(yield), one(years)},
        {again, status}, path);
    CHECK(same_bits(again, volatility));
  }
}

TEST_CASE("columns that do not fit are refused and nothing is written") {
  const Columns all = mixed(10, 36);
  Results results{10};
  EuropeanBatch in = all.greeks_input();
  in.spot = in.spot.first(9);
  CHECK(european_greeks_batch(in, results.out()).outcome == BatchOutcome::LengthMismatch);
  in = all.greeks_input();
  in.type = in.type.first(9);
  CHECK(european_greeks_batch(in, results.out()).outcome == BatchOutcome::LengthMismatch);
  GreeksColumns out = results.out();
  out.rho = out.rho.first(9);
  CHECK(european_greeks_batch(all.greeks_input(), out).outcome == BatchOutcome::LengthMismatch);
  CHECK(european_greeks_batch(all.greeks_input(), results.out(), Path{9}).outcome ==
        BatchOutcome::NotSupported);
  std::vector<double> volatility(10, -1.0);
  ImpliedVolatilityBatch prices = all.volatility_input();  // it has no prices
  CHECK(implied_volatility_batch(prices, {volatility, results.status}).outcome ==
        BatchOutcome::LengthMismatch);
  prices.price = all.spot;
  CHECK(implied_volatility_batch(prices, {volatility, results.status}, Path{9}).outcome ==
        BatchOutcome::NotSupported);
  for (const auto& column : results.values) {
    CHECK(column == std::vector<double>(10, -1.0));
  }
  CHECK(volatility == std::vector<double>(10, -1.0));
  CHECK(results.status == std::vector<std::uint8_t>(10, 99));
}

TEST_CASE("every path agrees on a million rows", "[slow]") {
  for (std::uint64_t seed = 100; seed < 105; ++seed) {
    const Columns in = mixed(200'000, seed);
    Results scalar{in.size()};
    european_greeks_batch(in.greeks_input(), scalar.out(), Path::Scalar);
    for (const Path path : paths()) {
      Results batch{in.size()};
      european_greeks_batch(in.greeks_input(), batch.out(), path);
      for (std::size_t k = 0; k < 6; ++k) CHECK(same_bits(batch.values[k], scalar.values[k]));
      CHECK(batch.status == scalar.status);
    }
  }
}
}  // namespace sq::options
