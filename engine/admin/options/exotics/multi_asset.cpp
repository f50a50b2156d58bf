// Contracts on two assets, and on baskets of up to 16.
#include "engine/admin/options/exotics/contracts.hpp"
#include "engine/options/exotic/multi_asset/basket.hpp"
#include "engine/options/exotic/multi_asset/exchange.hpp"
#include "engine/options/exotic/multi_asset/spread.hpp"
#include "engine/options/exotic/multi_asset/two_asset.hpp"

namespace sq::admin::options::exotics {
namespace {
namespace lib = sq::options;
}  // namespace

Exotic exchange(Columns& in, bool greeks) {
  const TwoAssetColumns market{in};
  const NumberColumn years = in.number("years");
  const NumberColumn quantity1 = in.number("quantity1", 1.0);
  const NumberColumn quantity2 = in.number("quantity2", 1.0);
  if (in.word("style", {"european", "american"}, "european") == "american") {
    return two_asset(market, greeks, {1'000, 5'000}, [=](std::size_t row) {
      return lib::AmericanExchange{years.at(row), quantity1.at(row), quantity2.at(row)};
    });
  }
  return two_asset(market, greeks, {300, 2'000}, [=](std::size_t row) {
    return lib::Exchange{years.at(row), quantity1.at(row), quantity2.at(row)};
  });
}

Exotic spread(Columns& in, bool greeks) {
  const TwoAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  const std::string_view word =
      in.word("method", {"exact", "kirk", "bjerksund-stensland"}, "exact");
  const lib::SpreadMethod method = word == "exact"  ? lib::SpreadMethod::Exact
                                   : word == "kirk" ? lib::SpreadMethod::Kirk
                                                    : lib::SpreadMethod::BjerksundStensland;
  const Cost cost = method == lib::SpreadMethod::Exact ? Cost{50e3, 300e3} : Cost{500, 3'000};
  return two_asset(market, greeks, cost, [=](std::size_t row) {
    return lib::Spread{type.at(row), strike.at(row), years.at(row), method};
  });
}

Exotic best_or_worst(Columns& in, bool greeks) {
  const TwoAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const bool larger = in.word("pick", {"larger", "smaller"}) == "larger";
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  return two_asset(market, greeks, {3'000, 15'000}, [=](std::size_t row) {
    return lib::BestOrWorst{type.at(row), larger ? lib::Pick::Larger : lib::Pick::Smaller,
                            strike.at(row), years.at(row)};
  });
}

Exotic correlation_option(Columns& in, bool greeks) {
  const TwoAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const NumberColumn strike1 = in.number("strike1"), strike2 = in.number("strike2");
  const NumberColumn years = in.number("years");
  return two_asset(market, greeks, {3'000, 15'000}, [=](std::size_t row) {
    return lib::CorrelationOption{type.at(row), strike1.at(row), strike2.at(row), years.at(row)};
  });
}

Exotic two_asset_barrier(Columns& in, bool greeks) {
  const TwoAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const std::string_view word = in.word("barrier_kind", {"down-in", "down-out", "up-in", "up-out"});
  using lib::BarrierKind;
  const BarrierKind kind = word == "down-in"    ? BarrierKind::DownIn
                           : word == "down-out" ? BarrierKind::DownOut
                           : word == "up-in"    ? BarrierKind::UpIn
                                                : BarrierKind::UpOut;
  const NumberColumn strike = in.number("strike"), level = in.number("barrier");
  const NumberColumn years = in.number("years");
  return two_asset(market, greeks, {30e3, 200e3}, [=](std::size_t row) {
    return lib::TwoAssetBarrier{type.at(row), kind, strike.at(row), level.at(row), years.at(row)};
  });
}

// One market of lists for all rows; with Greeks their first asset's are delta1, gamma1, vega1...
Exotic basket(Columns& in, bool greeks) {
  const std::vector<double> spots = in.list("spots"), volatilities = in.list("volatilities");
  const std::size_t assets = spots.size();
  const std::vector<double> weights = in.list("weights"), correlations = in.list("correlations");
  std::vector<double> yields = in.list("yields", 0.0);
  if (!in.has("yields")) yields.assign(assets, 0.0);
  const double rate = in.number("rate", 0.0).at(0);
  const TypeColumn type{in, "type"};
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  const std::string_view word =
      in.word("method", {"exact", "two-moments", "three-moments"}, "exact");
  const lib::BasketMethod method = word == "exact"         ? lib::BasketMethod::Exact
                                   : word == "two-moments" ? lib::BasketMethod::TwoMoments
                                                           : lib::BasketMethod::ThreeMoments;
  if (assets > lib::kBasketAssetsMax)
    in.refuse("/spots", assets, "at most " + std::to_string(lib::kBasketAssetsMax) + " assets");
  const auto count = static_cast<double>(assets);
  double price_ns = 2e3 + 20 * count * count * count;
  if (method == lib::BasketMethod::Exact)
    price_ns = assets <= 2 ? 50e3 : assets <= 4 ? 5e6 : assets <= 6 ? 50e6 : 200e6;
  static constexpr std::string_view kDelta[] = {
      "delta1", "delta2",  "delta3",  "delta4",  "delta5",  "delta6",  "delta7",  "delta8",
      "delta9", "delta10", "delta11", "delta12", "delta13", "delta14", "delta15", "delta16"};
  static constexpr std::string_view kGamma[] = {
      "gamma1", "gamma2",  "gamma3",  "gamma4",  "gamma5",  "gamma6",  "gamma7",  "gamma8",
      "gamma9", "gamma10", "gamma11", "gamma12", "gamma13", "gamma14", "gamma15", "gamma16"};
  static constexpr std::string_view kVega[] = {
      "vega1", "vega2",  "vega3",  "vega4",  "vega5",  "vega6",  "vega7",  "vega8",
      "vega9", "vega10", "vega11", "vega12", "vega13", "vega14", "vega15", "vega16"};
  Exotic out;
  out.row_ns = greeks ? price_ns * 8 * (count + 1) : price_ns;
  out.names = {"price"};
  if (greeks) {
    out.names.insert(out.names.end(), {"theta", "rho"});
    for (std::size_t i = 0; i < std::min(assets, lib::kBasketAssetsMax); ++i)
      out.names.insert(out.names.end(), {kDelta[i], kGamma[i], kVega[i]});
  }
  out.value = [=](std::size_t row) -> Result<Values> {
    const lib::BasketMarket market{spots, yields, volatilities, correlations, rate};
    const lib::Basket contract{type.at(row), weights, strike.at(row), years.at(row), method};
    if (!greeks) return as_row(lib::price(market, contract));
    std::vector<lib::AssetGreeks> each(assets);
    const auto value = lib::greeks(market, contract, each);
    if (!value) return std::unexpected{value.error()};
    Values values{value->price, value->theta, value->rho};
    for (const lib::AssetGreeks& asset : each)
      values.insert(values.end(), {asset.delta, asset.gamma, asset.vega});
    return values;
  };
  return out;
}
}  // namespace sq::admin::options::exotics
