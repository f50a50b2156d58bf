// Choices of the holder, payment in another currency, powers, variance.
#include "engine/admin/options/exotics/contracts.hpp"
#include "engine/options/exotic/choice/chooser.hpp"
#include "engine/options/exotic/choice/compound.hpp"
#include "engine/options/exotic/choice/extendible.hpp"
#include "engine/options/exotic/variance/heston_contracts.hpp"
#include "engine/options/exotic/variance/power.hpp"
#include "engine/options/exotic/variance/variance_swap.hpp"

namespace sq::admin::options::exotics {
namespace {
namespace lib = sq::options;
}  // namespace

Exotic chooser(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const NumberColumn strike = in.number("strike"), choose = in.number("choose");
  const NumberColumn years = in.number("years");
  return one_asset(market, greeks, {300, 2'000}, [=](std::size_t row) {
    return lib::SimpleChooser{strike.at(row), choose.at(row), years.at(row)};
  });
}

Exotic complex_chooser(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const NumberColumn choose = in.number("choose"), call_strike = in.number("call_strike");
  const NumberColumn call_years = in.number("call_years"), put_strike = in.number("put_strike");
  const NumberColumn put_years = in.number("put_years");
  return one_asset(market, greeks, {5'000, 20'000}, [=](std::size_t row) {
    return lib::ComplexChooser{choose.at(row), call_strike.at(row), call_years.at(row),
                               put_strike.at(row), put_years.at(row)};
  });
}

Exotic compound(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"}, daughter_type{in, "daughter_type"};
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  const NumberColumn daughter_strike = in.number("daughter_strike");
  const NumberColumn daughter_years = in.number("daughter_years");
  return one_asset(market, greeks, {5'000, 20'000}, [=](std::size_t row) {
    return lib::Compound{type.at(row),          strike.at(row),          years.at(row),
                         daughter_type.at(row), daughter_strike.at(row), daughter_years.at(row)};
  });
}

Exotic extendible(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const bool holder = in.word("by", {"holder", "writer"}) == "holder";
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  const NumberColumn later_strike = in.number("later_strike");
  const NumberColumn later_years = in.number("later_years");
  const NumberColumn premium = in.number("premium", 0.0);
  if (holder) {
    return one_asset(market, greeks, {15e3, 60e3}, [=](std::size_t row) {
      return lib::HolderExtendible{type.at(row),         strike.at(row),      years.at(row),
                                   later_strike.at(row), later_years.at(row), premium.at(row)};
    });
  }
  if (in.has("premium")) in.refuse("/premium", nullptr, "none: the writer pays no premium");
  return one_asset(market, greeks, {5'000, 20'000}, [=](std::size_t row) {
    return lib::WriterExtendible{type.at(row), strike.at(row), years.at(row), later_strike.at(row),
                                 later_years.at(row)};
  });
}

// A European option whose payoff is paid in another currency: the power option of exponent 1.
Exotic quanto(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  if (!market.quanto())
    in.refuse("/asset_rate", nullptr, "asset_rate, exchange_volatility and correlation");
  return one_asset(market, greeks, {300, 2'000}, [=](std::size_t row) {
    return lib::Power{type.at(row), strike.at(row), 1.0, years.at(row)};
  });
}

Exotic power(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const NumberColumn strike = in.number("strike"), exponent = in.number("exponent");
  const NumberColumn years = in.number("years");
  return one_asset(market, greeks, {300, 2'000}, [=](std::size_t row) {
    return lib::Power{type.at(row), strike.at(row), exponent.at(row), years.at(row)};
  });
}

Exotic powered(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  const auto exponent = static_cast<int>(in.whole("exponent", 1, 4, 2));
  return one_asset(market, greeks, {500, 3'000}, [=](std::size_t row) {
    return lib::Powered{type.at(row), strike.at(row), exponent, years.at(row)};
  });
}

Exotic log_contract(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  return one_asset(market, greeks, {300, 2'000}, [=](std::size_t row) {
    return lib::LogContract{strike.at(row), years.at(row)};
  });
}

Exotic log_option(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  return one_asset(market, greeks, {300, 2'000}, [=](std::size_t row) {
    return lib::LogOption{type.at(row), strike.at(row), years.at(row)};
  });
}

// The fair variance of a strip of options, and what a swap under way is worth at it.
Exotic variance_swap(Columns& in, bool) {
  const double spot = in.number("spot").at(0), rate = in.number("rate", 0.0).at(0);
  const double yield = in.number("yield", 0.0).at(0), years = in.number("years").at(0);
  const std::vector<double> put_strikes = in.list("put_strikes");
  const std::vector<double> put_volatilities = in.list("put_volatilities");
  const std::vector<double> call_strikes = in.list("call_strikes");
  const std::vector<double> call_volatilities = in.list("call_volatilities");
  const double wing_step = in.number("wing_step").at(0);
  const NumberColumn strike = in.number("strike", 0.0), notional = in.number("notional", 1.0);
  const NumberColumn elapsed = in.number("elapsed", 0.0);
  const NumberColumn realised = in.number("realised_variance", 0.0);
  Exotic out;
  out.row_ns = 50.0 * static_cast<double>(put_strikes.size() + call_strikes.size()) + 200;
  out.names = {"price", "fair_variance"};
  out.value = [=](std::size_t row) -> Result<Values> {
    const auto fair = lib::fair_variance(lib::VarianceStrip{spot, rate, yield, years, put_strikes,
                                                            put_volatilities, call_strikes,
                                                            call_volatilities, wing_step});
    if (!fair) return std::unexpected{fair.error()};
    const auto value = lib::value_of_swap(
        {strike.at(row), notional.at(row), years, elapsed.at(row), realised.at(row)}, rate, *fair);
    if (!value) return std::unexpected{value.error()};
    return Values{*value, *fair};
  };
  return out;
}

namespace {
class HestonColumns {
 public:
  explicit HestonColumns(Columns& in)
      : spot_{in.number("spot")},
        rate_{in.number("rate", 0.0)},
        yield_{in.number("yield", 0.0)},
        initial_{in.number("initial_variance")},
        reversion_{in.number("reversion")},
        long_{in.number("long_variance")},
        volatility_{in.number("variance_volatility")},
        correlation_{in.number("correlation")} {}
  [[nodiscard]] lib::Market market(std::size_t row) const {
    return {spot_.at(row), rate_.at(row), yield_.at(row), 0.0};
  }
  [[nodiscard]] lib::HestonDynamics dynamics(std::size_t row) const {
    return {initial_.at(row), reversion_.at(row), long_.at(row), volatility_.at(row),
            correlation_.at(row)};
  }

 private:
  NumberColumn spot_, rate_, yield_, initial_, reversion_, long_, volatility_, correlation_;
};
}  // namespace

Exotic heston_asian(Columns& in, bool) {
  const HestonColumns model{in};
  const TypeColumn type{in, "type"};
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  return price_only(5e6, [=](std::size_t row) {
    return lib::heston_price(
        model.market(row), model.dynamics(row),
        lib::HestonGeometricAsian{type.at(row), strike.at(row), years.at(row)});
  });
}

Exotic heston_variance(Columns& in, bool) {
  const HestonColumns model{in};
  const TypeColumn type{in, "type"};
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  const NumberColumn notional = in.number("notional", 1.0);
  return price_only(1e6, [=](std::size_t row) {
    return lib::heston_price(
        model.market(row), model.dynamics(row),
        lib::HestonVarianceOption{type.at(row), strike.at(row), years.at(row), notional.at(row)});
  });
}
}  // namespace sq::admin::options::exotics
