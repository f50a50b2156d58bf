// What the kinds of exotics.hpp share: markets in columns, and contracts turned into rows.
// Internal to engine/admin/options/exotics. Thread: any. Cost: cold.
#pragma once

#include <utility>

#include "engine/admin/options/exotics.hpp"
#include "engine/options/exotic/core/pricing.hpp"

namespace sq::admin::options::exotics {
using sq::options::OptionType;
using sq::options::Result;
using Values = std::vector<double>;

struct Cost {  // of one row, rounded up from the benches
  double price_ns;
  double greeks_ns;
};

class TypeColumn {
 public:
  TypeColumn(Columns& in, std::string_view key) : calls_{in.calls(key)} {}
  [[nodiscard]] OptionType at(std::size_t row) const {
    return calls_[calls_.size() == 1 ? 0 : row] ? OptionType::Call : OptionType::Put;
  }

 private:
  std::vector<bool> calls_;
};

// One asset; with any of the keys asset_rate, exchange_volatility and correlation it is quoted in
// one currency and paid in another.
class OneAssetColumns {
 public:
  explicit OneAssetColumns(Columns& in)
      : quanto_{in.has("asset_rate") || in.has("exchange_volatility") || in.has("correlation")},
        spot_{in.number("spot")},
        rate_{in.number("rate", 0.0)},
        yield_{in.number("yield", 0.0)},
        volatility_{in.number("volatility")},
        asset_rate_{in.number("asset_rate", 0.0)},
        exchange_volatility_{in.number("exchange_volatility", 0.0)},
        correlation_{in.number("correlation", 0.0)} {}

  [[nodiscard]] bool quanto() const noexcept { return quanto_; }
  [[nodiscard]] double spot(std::size_t row) const { return spot_.at(row); }
  [[nodiscard]] sq::options::Market at(std::size_t row) const {
    return {spot_.at(row), rate_.at(row), yield_.at(row), volatility_.at(row)};
  }
  [[nodiscard]] sq::options::QuantoMarket quanto_at(std::size_t row) const {
    return {at(row), asset_rate_.at(row), exchange_volatility_.at(row), correlation_.at(row)};
  }

 private:
  bool quanto_;
  NumberColumn spot_, rate_, yield_, volatility_;
  NumberColumn asset_rate_, exchange_volatility_, correlation_;
};

class TwoAssetColumns {
 public:
  explicit TwoAssetColumns(Columns& in)
      : spot1_{in.number("spot1")},
        spot2_{in.number("spot2")},
        yield1_{in.number("yield1", 0.0)},
        yield2_{in.number("yield2", 0.0)},
        volatility1_{in.number("volatility1")},
        volatility2_{in.number("volatility2")},
        correlation_{in.number("correlation")},
        rate_{in.number("rate", 0.0)} {}
  [[nodiscard]] sq::options::TwoAssetMarket at(std::size_t row) const {
    return {spot1_.at(row),       spot2_.at(row),       yield1_.at(row),      yield2_.at(row),
            volatility1_.at(row), volatility2_.at(row), correlation_.at(row), rate_.at(row)};
  }

 private:
  NumberColumn spot1_, spot2_, yield1_, yield2_, volatility1_, volatility2_, correlation_, rate_;
};

[[nodiscard]] std::vector<std::string_view> names_of(const sq::options::ExoticGreeks&);
[[nodiscard]] std::vector<std::string_view> names_of(const sq::options::TwoAssetGreeks&);
[[nodiscard]] Values values_of(const sq::options::ExoticGreeks& greeks);
[[nodiscard]] Values values_of(const sq::options::TwoAssetGreeks& greeks);

inline Result<Values> as_row(const Result<double>& price) {
  if (!price) return std::unexpected{price.error()};
  return Values{*price};
}
template <class Greeks>
Result<Values> as_row(const Result<Greeks>& greeks) {
  if (!greeks) return std::unexpected{greeks.error()};
  return values_of(*greeks);
}

// make(row) gives the contract; what its spans point to must live in `make`.
template <class Make>
Exotic one_asset(OneAssetColumns market, bool greeks, Cost cost, Make make) {
  Exotic out;
  out.row_ns = greeks ? cost.greeks_ns : cost.price_ns;
  out.names = {"price"};
  if (greeks) out.names = names_of(sq::options::ExoticGreeks{});
  out.value = [market = std::move(market), greeks, make = std::move(make)](std::size_t row) {
    const auto contract = make(row);
    if (market.quanto()) {
      const auto quanto = market.quanto_at(row);
      return greeks ? as_row(sq::options::greeks(quanto, contract))
                    : as_row(sq::options::price(quanto, contract));
    }
    return greeks ? as_row(sq::options::greeks(market.at(row), contract))
                  : as_row(sq::options::price(market.at(row), contract));
  };
  return out;
}
template <class Make>
Exotic two_asset(TwoAssetColumns market, bool greeks, Cost cost, Make make) {
  Exotic out;
  out.row_ns = greeks ? cost.greeks_ns : cost.price_ns;
  out.names = {"price"};
  if (greeks) out.names = names_of(sq::options::TwoAssetGreeks{});
  out.value = [market = std::move(market), greeks, make = std::move(make)](std::size_t row) {
    return greeks ? as_row(sq::options::greeks(market.at(row), make(row)))
                  : as_row(sq::options::price(market.at(row), make(row)));
  };
  return out;
}
// price(row) -> Result<double>; no Greeks.
template <class Price>
Exotic price_only(double row_ns, Price price) {
  Exotic out;
  out.row_ns = row_ns;
  out.names = {"price"};
  out.value = [price = std::move(price)](std::size_t row) { return as_row(price(row)); };
  return out;
}

Exotic barrier(Columns& in, bool greeks);
Exotic double_barrier(Columns& in, bool greeks);
Exotic soft_barrier(Columns& in, bool greeks);
Exotic partial_barrier(Columns& in, bool greeks);
Exotic binary_barrier(Columns& in, bool greeks);
Exotic double_binary(Columns& in, bool greeks);
Exotic touch(Columns& in, bool greeks);
Exotic digital(Columns& in, bool greeks);

Exotic asian(Columns& in, bool greeks);
Exotic lookback(Columns& in, bool greeks);
Exotic partial_lookback(Columns& in, bool greeks);
Exotic forward_start(Columns& in, bool greeks);
Exotic cliquet(Columns& in, bool greeks);

Exotic chooser(Columns& in, bool greeks);
Exotic complex_chooser(Columns& in, bool greeks);
Exotic compound(Columns& in, bool greeks);
Exotic extendible(Columns& in, bool greeks);
Exotic quanto(Columns& in, bool greeks);
Exotic power(Columns& in, bool greeks);
Exotic powered(Columns& in, bool greeks);
Exotic log_contract(Columns& in, bool greeks);
Exotic log_option(Columns& in, bool greeks);
Exotic variance_swap(Columns& in, bool greeks);
Exotic heston_asian(Columns& in, bool greeks);
Exotic heston_variance(Columns& in, bool greeks);

Exotic exchange(Columns& in, bool greeks);
Exotic spread(Columns& in, bool greeks);
Exotic best_or_worst(Columns& in, bool greeks);
Exotic correlation_option(Columns& in, bool greeks);
Exotic two_asset_barrier(Columns& in, bool greeks);
Exotic basket(Columns& in, bool greeks);
}  // namespace sq::admin::options::exotics
