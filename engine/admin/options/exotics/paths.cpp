// Contracts on the path of one asset: averages, extremes, strikes set later.
#include "engine/admin/options/exotics/contracts.hpp"
#include "engine/options/exotic/choice/forward_start.hpp"
#include "engine/options/exotic/path/arithmetic_asian.hpp"
#include "engine/options/exotic/path/geometric_asian.hpp"
#include "engine/options/exotic/path/lookback.hpp"

namespace sq::admin::options::exotics {
namespace {
namespace lib = sq::options;

// What an Asian request says; `fixings` are the dates to come, none: averaged continuously.
struct Asian {
  explicit Asian(Columns& in)
      : discrete{in.has("fixings")},
        market{in},
        type{in, "type"},
        fixings{in.list("fixings", 0.0)},
        average_strike{in.word("strike_kind", {"fixed", "average"}, "fixed") == "average"},
        strike{in.number("strike", 1.0)},
        years{in.number("years")},
        known{static_cast<int>(in.whole("known", 0, 100'000, 0))},
        known_average{in.number("known_average", 0.0)},
        elapsed{in.number("elapsed", 0.0)},
        average_so_far{in.number("average_so_far", 0.0)} {}
  bool discrete;
  OneAssetColumns market;
  TypeColumn type;
  std::vector<double> fixings;
  bool average_strike;
  NumberColumn strike, years;
  int known;
  NumberColumn known_average, elapsed, average_so_far;
};

Exotic geometric(const Asian& a, bool greeks) {
  if (a.discrete) {
    return one_asset(a.market, greeks,
                     {100 + 5.0 * static_cast<double>(a.fixings.size()),
                      600 + 30.0 * static_cast<double>(a.fixings.size())},
                     [a](std::size_t row) {
                       return lib::GeometricDiscrete{
                           a.type.at(row), a.strike.at(row),        a.years.at(row), a.fixings,
                           a.known,        a.known_average.at(row), a.average_strike};
                     });
  }
  return one_asset(a.market, greeks, {300, 2'000}, [a](std::size_t row) {
    return lib::GeometricContinuous{a.type.at(row),    a.strike.at(row),         a.years.at(row),
                                    a.elapsed.at(row), a.average_so_far.at(row), a.average_strike};
  });
}

Exotic arithmetic(const Asian& a, lib::AsianMethod method, bool greeks) {
  const auto count = static_cast<double>(a.fixings.size());
  Cost cost{300 + 20 * count, 2e3 + 150 * count};
  if (method == lib::AsianMethod::CurranBound) cost = {500 + 200 * count, 3e3 + 1'200 * count};
  if (method == lib::AsianMethod::Exact) {
    const double price = a.discrete ? 120e3 * count : 15e6;
    cost = {price, 29 * price};
  }
  if (a.discrete) {
    return one_asset(a.market, greeks, cost, [a, method](std::size_t row) {
      return lib::ArithmeticDiscrete{.type = a.type.at(row),
                                     .strike = a.strike.at(row),
                                     .years = a.years.at(row),
                                     .dates = a.fixings,
                                     .known = a.known,
                                     .known_average = a.known_average.at(row),
                                     .average_strike = a.average_strike,
                                     .method = method};
    });
  }
  return one_asset(a.market, greeks, cost, [a, method](std::size_t row) {
    return lib::ArithmeticContinuous{a.type.at(row),    a.strike.at(row),         a.years.at(row),
                                     a.elapsed.at(row), a.average_so_far.at(row), method};
  });
}
}  // namespace

Exotic asian(Columns& in, bool greeks) {
  const bool fixed = !in.has("strike_kind") || in.has("strike");
  const bool is_geometric =
      in.word("average", {"arithmetic", "geometric"}, "arithmetic") == "geometric";
  const std::string_view word =
      in.word("method", {"two-moments", "curran", "exact"}, "two-moments");
  const Asian a{in};
  if ((fixed || !a.average_strike) && !in.has("strike"))
    in.refuse("/strike", nullptr, "a number, or an array of numbers");
  if (is_geometric) {
    if (in.has("method")) in.refuse("/method", nullptr, "none: a geometric average is exact");
    return geometric(a, greeks);
  }
  if (a.average_strike && !a.discrete)
    in.refuse("/strike_kind", nullptr, "fixed, or give fixings: dates of the average");
  return arithmetic(a,
                    word == "exact"    ? lib::AsianMethod::Exact
                    : word == "curran" ? lib::AsianMethod::CurranBound
                                       : lib::AsianMethod::TwoMoments,
                    greeks);
}

Exotic lookback(Columns& in, bool greeks) {
  const bool has_extreme = in.has("extreme");
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const bool floating = in.word("strike_kind", {"fixed", "floating"}) == "floating";
  const NumberColumn strike = in.number("strike", 0.0), years = in.number("years");
  const NumberColumn extreme = in.number("extreme", 0.0);  // absent: today's spot
  const auto dates = static_cast<int>(in.whole("dates", 0, 100'000, 0));
  const auto so_far = [=](std::size_t row) {
    return has_extreme ? extreme.at(row) : market.spot(row);
  };
  if (floating) {
    if (in.has("strike")) in.refuse("/strike", nullptr, "none: the strike is the extreme");
    return one_asset(market, greeks, {1'500, 9'000}, [=](std::size_t row) {
      return lib::FloatingLookback{type.at(row), so_far(row), years.at(row), dates};
    });
  }
  if (!in.has("strike")) in.refuse("/strike", nullptr, "a number, or an array of numbers");
  return one_asset(market, greeks, {1'500, 9'000}, [=](std::size_t row) {
    return lib::FixedLookback{type.at(row), strike.at(row), so_far(row), years.at(row), dates};
  });
}

Exotic partial_lookback(Columns& in, bool greeks) {
  const bool has_extreme = in.has("extreme");
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const bool floating = in.word("strike_kind", {"fixed", "floating"}) == "floating";
  const NumberColumn strike = in.number("strike", 0.0), years = in.number("years");
  const NumberColumn extreme = in.number("extreme", 0.0), window = in.number("window");
  const NumberColumn scale = in.number("scale", 1.0);
  if (floating) {
    if (in.has("strike")) in.refuse("/strike", nullptr, "none: the strike is the extreme");
    return one_asset(market, greeks, {15e3, 90e3}, [=](std::size_t row) {
      return lib::PartialFloatingLookback{type.at(row),
                                          has_extreme ? extreme.at(row) : market.spot(row),
                                          window.at(row), years.at(row), scale.at(row)};
    });
  }
  if (!in.has("strike")) in.refuse("/strike", nullptr, "a number, or an array of numbers");
  if (has_extreme) in.refuse("/extreme", nullptr, "none: the window is in the future");
  return one_asset(market, greeks, {15e3, 90e3}, [=](std::size_t row) {
    return lib::PartialFixedLookback{type.at(row), strike.at(row), window.at(row), years.at(row)};
  });
}

Exotic forward_start(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const NumberColumn moneyness = in.number("moneyness", 1.0), start = in.number("start");
  const NumberColumn years = in.number("years");
  const bool performance = in.word("payoff", {"asset", "performance"}, "asset") == "performance";
  return one_asset(market, greeks, {200, 1'000}, [=](std::size_t row) {
    return lib::ForwardStart{type.at(row), moneyness.at(row), start.at(row), years.at(row),
                             performance};
  });
}

Exotic cliquet(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const NumberColumn moneyness = in.number("moneyness", 1.0), years = in.number("years");
  const std::vector<double> resets = in.list("resets");
  const bool performance = in.word("payoff", {"asset", "performance"}, "asset") == "performance";
  const auto legs = static_cast<double>(resets.size());
  return one_asset(market, greeks, {100 * legs, 600 * legs}, [=](std::size_t row) {
    return lib::Cliquet{type.at(row), moneyness.at(row), years.at(row), resets, performance};
  });
}
}  // namespace sq::admin::options::exotics
