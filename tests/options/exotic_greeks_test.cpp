// Greeks of every family against fourth-order differences of its price.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "engine/options/exotic/barrier/discrete_barrier.hpp"
#include "engine/options/exotic/core/differences.hpp"
#include "engine/options/exotic/multi_asset/basket.hpp"
#include "tests/options/exotic_families.hpp"

namespace sq::options {
namespace {
using test::Random;

struct Compared {
  std::size_t count{0};
  double worst_first{0}, worst_second{0};  // relative to the scale of the Greek
};

// Differences across the kink at a barrier are no derivatives.
template <class Contract>
bool next_to_a_barrier(double spot, const Contract& contract) {
  const auto near = [&](double level) { return std::abs(std::log(spot / level)) < 0.02; };
  if constexpr (requires { contract.barrier; }) return near(contract.barrier);
  if constexpr (requires { contract.low; }) {
    return near(contract.low) || near(contract.high);
  }
  return false;
}

template <class Make>
Compared compare(std::uint64_t seed, std::size_t count, Make&& make) {
  Random random{seed, false};
  Compared out;
  for (std::size_t i = 0; i < count; ++i) {
    const Market market = random.market();
    const auto contract = make(random, market);
    const auto priced = [&](const Inputs<double>& in) { return evaluate(in, contract); };
    const Result<ExoticGreeks> exact = greeks(market, contract);
    const Result<OneAssetJet> jet = jet_by_differences(jets_of(market), contract.years, priced);
    if (!exact || !jet) continue;
    const ExoticGreeks d = greeks_of(*jet);
    if (next_to_a_barrier(market.spot, contract)) continue;
    ++out.count;
    const double s = market.spot, v = market.volatility;
    const double first[] = {(d.delta - exact->delta) * s, (d.vega - exact->vega) * v,
                            (d.theta - exact->theta) * contract.years, d.rho - exact->rho,
                            d.dividend_rho - exact->dividend_rho};
    const double second[] = {(d.gamma - exact->gamma) * s * s, (d.vanna - exact->vanna) * s * v,
                             (d.volga - exact->volga) * v * v};
    const double size = s + exact->price;  // powers are worth more than the spot
    for (const double x : first) out.worst_first = std::max(out.worst_first, std::abs(x) / size);
    for (const double x : second) out.worst_second = std::max(out.worst_second, std::abs(x) / size);
  }
  return out;
}

// A contract with more than one date has its expiry in another member.
template <class Contract>
struct WithYears : Contract {
  double years{0};
};
}  // namespace

TEST_CASE("Greeks of one-asset families are the derivatives of the price") {
  std::uint64_t seed = 40;
  const auto check = [&](const char* name, auto&& make) {
    constexpr std::size_t kCount = 120;
    const Compared c = compare(++seed, kCount, [&](Random& r, const Market& m) {
      const auto contract = make(r, m);
      if constexpr (requires { contract.years; }) {
        return contract;
      } else {  // the chooser: choose is its first date
        return WithYears<std::decay_t<decltype(contract)>>{contract, contract.choose};
      }
    });
    INFO(name << ": " << c.count << " compared, worst first " << c.worst_first << ", second "
              << c.worst_second);
    CHECK(c.count > kCount / 2);
    CHECK(c.worst_first < 1e-5);
    CHECK(c.worst_second < 1e-3);
  };
  test::each_barrier_family(check);
  test::each_path_family(check);
  test::each_choice_family(check);
}

TEST_CASE("Greeks of two-asset families are the derivatives of the price") {
  std::uint64_t seed = 80;
  test::each_two_asset_family([&](const char* name, auto&& make) {
    Random random{++seed, false};
    double worst = 0, worst_second = 0;
    for (int i = 0; i < 60; ++i) {
      const TwoAssetMarket market = random.two_asset_market();
      const auto contract = make(random, market);
      const Result<TwoAssetGreeks> exact = greeks(market, contract);
      const Result<double> middle = price(market, contract);
      if (!exact || !middle || *middle == 0) continue;  // a bound cut off at zero has a kink
      const auto moved = [&](double TwoAssetMarket::*member, double by) {
        TwoAssetMarket m = market;
        m.*member += by;
        return price(m, contract).value_or(std::nan(""));
      };
      const auto slope = [&](double TwoAssetMarket::*member, double h) {
        return (8 * (moved(member, h) - moved(member, -h)) -
                (moved(member, 2 * h) - moved(member, -2 * h))) /
               (12 * h);
      };
      const auto curve = [&](double TwoAssetMarket::*member, double h) {
        return (16 * (moved(member, h) + moved(member, -h)) -
                (moved(member, 2 * h) + moved(member, -2 * h)) - 30 * *middle) /
               (12 * h * h);
      };
      using M = TwoAssetMarket;
      const double pairs[][2] = {
          {slope(&M::spot1, 0.05), exact->delta1},
          {slope(&M::spot2, 0.05), exact->delta2},
          {slope(&M::volatility1, 5e-4) / 100, exact->vega1 / 100},
          {slope(&M::volatility2, 5e-4) / 100, exact->vega2 / 100},
          {slope(&M::correlation, 5e-4) / 100, exact->correlation_sensitivity / 100},
          {slope(&M::rate, 5e-4) / 100, exact->rho / 100}};
      bool kink = false;
      for (const auto& [differenced, derivative] : pairs) {
        kink = kink || std::abs(differenced - derivative) > 0.1;
      }
      if (kink) continue;  // a barrier between the stencil's points
      for (const auto& [differenced, derivative] : pairs) {
        worst = std::max(worst, std::abs(differenced - derivative));
      }
      worst_second = std::max(worst_second, std::abs(curve(&M::spot1, 0.05) - exact->gamma1));
      worst_second = std::max(worst_second, std::abs(curve(&M::spot2, 0.05) - exact->gamma2));
    }
    INFO(name);
    CHECK(worst < 1e-6);
    CHECK(worst_second < 1e-5);
  });
}

TEST_CASE("Greeks of a quanto contract move the effective yield with rate and volatility") {
  const QuantoMarket market{.market = {100, 0.05, 0.02, 0.25},
                            .asset_rate = 0.03,
                            .exchange_volatility = 0.1,
                            .correlation = 0.4};
  const Barrier contract{.kind = BarrierKind::DownOut, .strike = 95, .barrier = 80, .years = 1};
  const Result<ExoticGreeks> exact = greeks(market, contract);
  REQUIRE(exact.has_value());
  const auto slope = [&](double Market::*member, double h) {
    const auto at = [&](double by) {
      QuantoMarket m = market;
      m.market.*member += by;
      return *price(m, contract);
    };
    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
  };
  CHECK(exact->rho == Approx(slope(&Market::rate, 1e-3)).epsilon(1e-8));
  CHECK(exact->vega == Approx(slope(&Market::volatility, 1e-3)).epsilon(1e-8));
  CHECK(exact->delta == Approx(slope(&Market::spot, 0.1)).epsilon(1e-8));
}

TEST_CASE("differences give the Greeks of contracts that have no jet, quanto included") {
  // With one date a discretely watched barrier that is far away is the European option.
  const Market market{100, 0.05, 0.02, 0.25};
  const DiscreteBarrier far{.strike = 100, .low = 1e-3, .years = 1, .dates = 1};
  const SimpleChooser half{.strike = 100, .choose = 1, .years = 1};  // call + put
  const DiscreteBarrier far_put{
      .type = OptionType::Put, .strike = 100, .low = 1e-3, .years = 1, .dates = 1};
  const auto call = greeks(market, far), put = greeks(market, far_put), both = greeks(market, half);
  REQUIRE(call.has_value());
  REQUIRE(put.has_value());
  CHECK(call->delta + put->delta == Approx(both->delta).margin(1e-8));
  CHECK(call->gamma + put->gamma == Approx(both->gamma).epsilon(1e-6));
  CHECK(call->vega + put->vega == Approx(both->vega).epsilon(1e-8));
  CHECK(call->rho + put->rho == Approx(both->rho).margin(1e-6));
  CHECK(call->vanna + put->vanna == Approx(both->vanna).epsilon(1e-5));
  CHECK(call->volga + put->volga == Approx(both->volga).epsilon(1e-5));
  const QuantoMarket quanto{market, 0.03, 0.1, 0.4};
  const auto by_steps = greeks(quanto, far);
  const auto exact = greeks(quanto, ForwardStart{.moneyness = 1, .start = 0, .years = 1});
  // The forward start's strike moves with the spot, but not with rate and volatility.
  CHECK(by_steps->rho == Approx(exact->rho).epsilon(1e-7));
  CHECK(by_steps->vega == Approx(exact->vega).epsilon(1e-7));
  CHECK(by_steps->volga == Approx(exact->volga).epsilon(1e-5));
}

TEST_CASE("Greeks of a basket of one asset are those of the European option") {
  const double spot[] = {100}, yield[] = {0.02}, volatility[] = {0.25}, weight[] = {2}, one[] = {1};
  AssetGreeks asset[1];
  const BasketMarket market{spot, yield, volatility, one, 0.05};
  const Basket basket{.weights = weight, .strike = 200, .years = 1};
  const Result<BasketGreeks> g = greeks(market, basket, asset);
  const auto call = greeks(Market{100, 0.05, 0.02, 0.25},
                           DiscreteBarrier{.strike = 100, .low = 1e-3, .years = 1, .dates = 1});
  REQUIRE(g.has_value());
  CHECK(g->price == Approx(2 * call->price).epsilon(1e-13));
  CHECK(asset[0].delta == Approx(2 * call->delta).epsilon(1e-7));
  CHECK(asset[0].gamma == Approx(2 * call->gamma).epsilon(1e-5));
  CHECK(asset[0].vega == Approx(2 * call->vega).epsilon(1e-7));
  CHECK(g->theta == Approx(2 * call->theta).epsilon(1e-6));
  CHECK(g->rho == Approx(2 * call->rho).epsilon(1e-6));
  AssetGreeks two[2];
  CHECK(greeks(market, basket, two).error() == Error::ParameterRange);
}
}  // namespace sq::options
