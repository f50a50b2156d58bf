// Payoffs against the closed forms and integrals of engine/options.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/options/european/digital.hpp"
#include "engine/options/european/european.hpp"
#include "engine/options/exotic/multi_asset/basket.hpp"
#include "engine/options/exotic/multi_asset/spread.hpp"
#include "engine/options/exotic/multi_asset/two_asset.hpp"
#include "engine/options/exotic/path/arithmetic_asian.hpp"
#include "engine/options/exotic/path/geometric_asian.hpp"
#include "engine/options/exotic/path/lookback.hpp"
#include "engine/options/monte_carlo/payoffs.hpp"
#include "tests/options/exotic_rows.hpp"
#include "tests/options/monte_carlo_scores.hpp"

namespace sq::options::monte_carlo {
namespace {
using test::Scores;
using test::value;
const Market kMarkets[] = {{100, 0.05, 0.02, 0.25}, {90, -0.01, 0.03, 0.4}, {110, 0.1, 0.0, 0.15}};
const OptionType kTypes[] = {OptionType::Call, OptionType::Put};
constexpr double kInf = std::numeric_limits<double>::infinity();

// Pseudo-random and Sobol in turn, a new seed each time.
Settings next_settings() {
  static std::uint64_t seed = 100;
  ++seed;
  return {.sequence = seed % 2 == 0 ? Sequence::Sobol : Sequence::PseudoRandom,
          .paths = 1U << 14U,
          .seed = seed,
          .antithetic = seed % 3 == 0};
}
// A step function of one Sobol coordinate is counted alike by nearly all replications: their spread
// is no error bar then.
Settings pseudo_random() {
  Settings settings = next_settings();
  settings.sequence = Sequence::PseudoRandom;
  return settings;
}

Diffusion two_assets(const TwoAssetMarket& m, double years) {
  const std::array<AssetSpec, 2> assets{
      AssetSpec{m.spot1, {&m.volatility1, 1}, {&m.yield1, 1}, {}},
      AssetSpec{m.spot2, {&m.volatility2, 1}, {&m.yield2, 1}, {}}};
  const std::array<double, 4> correlations{1, m.correlation, m.correlation, 1};
  const std::array<double, 2> times{0.4 * years, years};
  return value(Diffusion::make({times, {&m.rate, 1}, assets, correlations}));
}
}  // namespace

TEST_CASE("European and digital payoffs meet their closed forms") {
  Scores scores;
  for (const Market& market : kMarkets) {
    for (const OptionType type : kTypes) {
      for (const double strike : {85.0, 100.0, 120.0}) {
        const Diffusion model = value(Diffusion::make(market, 1.5, 3));
        scores.add(
            "European",
            value(simulate(model, next_settings(), European{.type = type, .strike = strike})),
            value(european_price(market, {type, strike, 1.5})));
        scores.add("digital",
                   value(simulate(model, pseudo_random(),
                                  Digital{.type = type, .strike = strike, .cash = 7})),
                   value(digital_greeks(
                             market, {.type = type, .strike = strike, .years = 1.5, .amount = 7}))
                       .price);
      }
    }
  }
  scores.check_honest();
}

TEST_CASE("Asian payoffs meet the closed forms and the exact recursion") {
  Scores scores;
  for (const Market& market : kMarkets) {
    const Diffusion model = value(Diffusion::make(market, 1.0, 8));
    for (const OptionType type : kTypes) {
      for (const bool average_strike : {false, true}) {
        const Asian geometric{.type = type,
                              .strike = 100,
                              .average = Average::Geometric,
                              .average_strike = average_strike};
        const double exact =
            value(price(market, GeometricDiscrete{.type = type,
                                                  .strike = 100,
                                                  .years = 1,
                                                  .dates = model.times(),
                                                  .average_strike = average_strike}));
        scores.add("geometric", value(simulate(model, next_settings(), geometric)), exact);
        if (!average_strike) {
          CHECK(value(value_of(model, geometric)) == Approx(exact).epsilon(1e-12));
        }
        const Asian arithmetic{.type = type, .strike = 100, .average_strike = average_strike};
        scores.add("arithmetic", value(simulate(model, next_settings(), arithmetic)),
                   value(price(market, ArithmeticDiscrete{.type = type,
                                                          .strike = 100,
                                                          .years = 1,
                                                          .dates = model.times(),
                                                          .average_strike = average_strike})));
      }
      const Asian under_way{.type = type,
                            .strike = 100,
                            .average = Average::Geometric,
                            .first_fixing = 2,
                            .known = 3,
                            .known_average = 97};
      const double exact = value(price(market, GeometricDiscrete{.type = type,
                                                                 .strike = 100,
                                                                 .years = 1,
                                                                 .dates = model.times().subspan(2),
                                                                 .known = 3,
                                                                 .known_average = 97}));
      CHECK(value(value_of(model, under_way)) == Approx(exact).epsilon(1e-12));
      scores.add("under way", value(simulate(model, next_settings(), under_way)), exact);
    }
  }
  scores.check_honest();
}

TEST_CASE("published and computed arithmetic averages of the tables are met with a control") {
  const auto path = sq::test::recorded("quant/options_asian.csv");
  if (!path) return;
  const options::test::Table table{*path};
  Scores scores;
  for (const options::test::Row& row : table.rows()) {
    if (row.text("variant") != "arith_disc_price" || !row.text("vol_slope").empty()) continue;
    std::vector<double> dates = row.numbers("fixing_times");
    if (dates.empty()) {
      const int count = static_cast<int>(row.number("fixings"));
      const double length = row.number_or("length", row.number("T") - row.number("first"));
      for (int i = 0; i < count; ++i) {
        dates.push_back(std::min(row.number("first") + i * length / (count - 1), row.number("T")));
      }
    }
    if (dates.size() > 60) continue;
    Asian asian{.type = row.type(), .strike = row.number("K")};
    if (dates.front() == 0) {  // today's fixing is known
      dates.erase(dates.begin());
      asian.known = 1;
      asian.known_average = row.number("S");
    }
    if (dates.back() < row.number("T")) continue;  // paid later than the last fixing
    const Diffusion model = value(Diffusion::make(row.market(), dates));
    Asian geometric = asian;
    geometric.average = Average::Geometric;
    Settings settings = next_settings();
    settings.paths = 1U << 12U;
    const Control by_geometric = control(geometric, value(value_of(model, geometric)));
    const Estimate e = value(simulate(model, settings, asian, by_geometric));
    const bool published = row.text("method") == "published";
    const double exact = published ? row.number_or("check_independent", row.number("expected"))
                                   : row.number("expected");
    scores.add(row.text("id"), e, exact);
    CHECK(std::abs(e.value - row.number("expected")) <= row.number("tol") + 4 * e.standard_error);
  }
  CHECK(scores.count() >= 20);
  scores.check_honest();
}

TEST_CASE("lookbacks drawn between dates meet the continuous closed form on any grid") {
  Scores scores;
  for (const Market& market : kMarkets) {
    for (const std::size_t steps : {1U, 5U}) {
      const Diffusion model = value(Diffusion::make(market, 0.8, steps));
      for (const OptionType type : kTypes) {
        scores.add(
            "floating",
            value(simulate(model, next_settings(), Lookback{.type = type, .continuous = true})),
            value(price(market,
                        FloatingLookback{.type = type, .extreme = market.spot, .years = 0.8})));
        scores.add(
            "fixed",
            value(simulate(
                model, next_settings(),
                Lookback{.type = type, .strike = 102, .floating = false, .continuous = true})),
            value(price(
                market,
                FixedLookback{.type = type, .strike = 102, .extreme = market.spot, .years = 0.8})));
      }
    }
  }
  scores.check_honest();
}

TEST_CASE("a lookback watched on one date is a European option") {
  // Today's spot and the last: call on the highest, strike at the spot, is a European call.
  const Diffusion model = value(Diffusion::make(kMarkets[0], 1.0, 1));
  for (const OptionType type : kTypes) {
    const Settings settings{.paths = 1000};
    const Estimate european =
        value(simulate(model, settings, European{.type = type, .strike = 100}));
    const Estimate fixed =
        value(simulate(model, settings, Lookback{.type = type, .strike = 100, .floating = false}));
    const Estimate floating = value(simulate(model, settings, Lookback{.type = type}));
    CHECK(fixed.value == Approx(european.value).epsilon(1e-12));
    CHECK(floating.value == Approx(european.value).epsilon(1e-12));
  }
}

TEST_CASE("baskets, spreads, best and worst of two meet their closed forms and integrals") {
  Scores scores;
  for (const double correlation : {-1.0, -0.5, 0.3, 1.0}) {
    const TwoAssetMarket m{.spot1 = 100,
                           .spot2 = 95,
                           .yield1 = 0.02,
                           .yield2 = 0.0,
                           .volatility1 = 0.2,
                           .volatility2 = 0.35,
                           .correlation = correlation,
                           .rate = 0.04};
    const Diffusion model = two_assets(m, 1.2);
    for (const OptionType type : kTypes) {
      const std::array<double, 2> ones{1, 1}, difference{1, -1}, sum{0.6, 0.4};
      for (const BasketKind kind : {BasketKind::Best, BasketKind::Worst}) {
        const Pick pick = kind == BasketKind::Best ? Pick::Larger : Pick::Smaller;
        scores.add(
            "best or worst",
            value(
                simulate(model, next_settings(),
                         BasketOption{.type = type, .kind = kind, .weights = ones, .strike = 98})),
            value(price(m, BestOrWorst{.type = type, .pick = pick, .strike = 98, .years = 1.2})));
      }
      scores.add("spread",
                 value(simulate(model, next_settings(),
                                BasketOption{.type = type, .weights = difference, .strike = 5})),
                 value(price(m, Spread{.type = type, .strike = 5, .years = 1.2})));
      scores.add(
          "sum",
          value(simulate(model, next_settings(),
                         BasketOption{.type = type, .weights = sum, .strike = 98})),
          value(price(
              m, TwoAssetBasket{
                     .type = type, .weight1 = 0.6, .weight2 = 0.4, .strike = 98, .years = 1.2})));
    }
  }
  scores.check_honest();
}

TEST_CASE("the basket tables are met") {
  const auto path = sq::test::recorded("quant/options_basket.csv");
  if (!path) return;
  const options::test::Table table{*path};
  Scores scores;
  for (const options::test::Row& row : table.rows()) {
    const std::vector<double> spots = row.numbers("S"), yields = row.numbers("q"),
                              volatilities = row.numbers("vol"), weights = row.numbers("weights"),
                              correlations = row.numbers("corr");
    std::vector<AssetSpec> assets;
    for (std::size_t i = 0; i < spots.size(); ++i) {
      assets.push_back({spots[i], {&volatilities[i], 1}, {&yields[i], 1}, {}});
    }
    const double years = row.number("T"), rate = row.number("r");
    const Diffusion model = value(Diffusion::make({{&years, 1}, {&rate, 1}, assets, correlations}));
    const Settings settings{.sequence = Sequence::Sobol,
                            .paths = 1U << 13U,
                            .seed = static_cast<std::uint64_t>(scores.count())};
    scores.add(
        row.text("id"),
        value(simulate(
            model, settings,
            BasketOption{.type = row.type(), .weights = weights, .strike = row.number("K")})),
        row.number("expected"));
  }
  CHECK(scores.count() == 38);
  scores.check_honest();
}

TEST_CASE("payoffs that do not fit the model are refused by name") {
  const Diffusion model = value(Diffusion::make(kMarkets[0], 1.0, 4));
  const auto error = [&](const auto& payoff) {
    const auto result = simulate(model, {.paths = 64}, payoff);
    return result ? Error{} : result.error();
  };
  CHECK(error(Forward{.asset = 1}) == Error::ParameterRange);
  CHECK(error(European{.strike = 0}) == Error::StrikeNotPositive);
  CHECK(error(European{.strike = 1e-300}) == Error{});
  CHECK(error(European{.strike = kInf}) == Error::NotFinite);
  CHECK(error(European{.strike = 100, .asset = 1}) == Error::ParameterRange);
  CHECK(error(Digital{.strike = 100, .cash = kInf}) == Error::NotFinite);
  CHECK(error(Digital{.strike = 100, .cash = -1}) == Error{});
  CHECK(error(Asian{.strike = 0}) == Error::StrikeNotPositive);
  CHECK(error(Asian{.strike = 0, .average_strike = true}) == Error{});
  CHECK(error(Asian{.strike = 100, .first_fixing = 3}) == Error{});
  CHECK(error(Asian{.strike = 100, .first_fixing = 4}) == Error::ParameterRange);
  CHECK(error(Asian{.strike = 100, .known = 1}) == Error::ParameterRange);
  CHECK(error(Asian{.strike = 100, .known = 1, .known_average = 1e-3}) == Error{});
  CHECK(error(Lookback{.strike = 0, .floating = false}) == Error::StrikeNotPositive);
  CHECK(error(Lookback{.strike = 0, .floating = true}) == Error{});
  const std::array<double, 2> two{1, 1};
  CHECK(error(BasketOption{.weights = two, .strike = 1}) == Error::ParameterRange);
  CHECK(error(BasketOption{.weights = {two.data(), 1}, .strike = -1}) == Error{});
  CHECK(value_of(model, Asian{.strike = 100}).error() == Error::Unsupported);
  CHECK(value_of(model, European{.strike = -1}).error() == Error::StrikeNotPositive);
}
}  // namespace sq::options::monte_carlo
