// Barriers of every sort, digitals and touches.
#include "engine/admin/options/exotics/contracts.hpp"
#include "engine/options/european/digital.hpp"
#include "engine/options/exotic/barrier/american_barrier.hpp"
#include "engine/options/exotic/barrier/discrete_barrier.hpp"
#include "engine/options/exotic/barrier/double_barrier.hpp"
#include "engine/options/exotic/barrier/partial_barrier.hpp"
#include "engine/options/exotic/barrier/soft_barrier.hpp"

namespace sq::admin::options::exotics {
namespace {
namespace lib = sq::options;
using lib::BarrierKind;

BarrierKind barrier_kind(Columns& in) {
  const std::string_view word = in.word("barrier_kind", {"down-in", "down-out", "up-in", "up-out"});
  return word == "down-in"    ? BarrierKind::DownIn
         : word == "down-out" ? BarrierKind::DownOut
         : word == "up-in"    ? BarrierKind::UpIn
                              : BarrierKind::UpOut;
}
constexpr std::uint32_t kDatesMax = 100'000;

struct Watched {  // dates 0: continuously
  std::uint32_t dates;
  lib::DiscreteMethod method;
  [[nodiscard]] Cost cost() const {
    const double n = dates;
    const double exact = 20e3 * std::pow(n, 1.5) / 30 + 20e3;
    if (method == lib::DiscreteMethod::Exact) return {exact, 29 * exact};
    return {3e3, 80e3};
  }
};
Watched watched(Columns& in) {
  const std::uint32_t dates = in.whole("dates", 0, kDatesMax, 0);
  const bool exact = in.word("method", {"exact", "correction"}, "exact") == "exact";
  return {dates, exact ? lib::DiscreteMethod::Exact : lib::DiscreteMethod::ContinuityCorrection};
}
}  // namespace

Exotic barrier(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const BarrierKind kind = barrier_kind(in);
  const NumberColumn strike = in.number("strike"), level = in.number("barrier");
  const NumberColumn years = in.number("years"), rebate = in.number("rebate", 0.0);
  const bool american = in.word("style", {"european", "american"}, "european") == "american";
  const Watched watch = watched(in);
  const auto contract = [=](std::size_t row) {
    return lib::Barrier{type.at(row),  kind,          strike.at(row),
                        level.at(row), years.at(row), rebate.at(row)};
  };
  if (american && watch.dates > 0)
    in.refuse("/dates", watch.dates, "0: an American barrier is watched continuously");
  if (american) {
    return one_asset(market, greeks, {5e6, 150e6},
                     [=](std::size_t row) { return lib::AmericanBarrier{contract(row)}; });
  }
  if (watch.dates == 0) return one_asset(market, greeks, {500, 3'000}, contract);
  return one_asset(market, greeks, watch.cost(), [=](std::size_t row) {
    const lib::Barrier b = contract(row);
    return lib::DiscreteBarrier{.type = b.type,
                                .knock_in = lib::is_knock_in(kind),
                                .strike = b.strike,
                                .low = lib::is_down(kind) ? b.barrier : 0,
                                .high = lib::is_down(kind) ? 0 : b.barrier,
                                .years = b.years,
                                .dates = static_cast<int>(watch.dates),
                                .rebate = b.rebate,
                                .method = watch.method};
  });
}

Exotic double_barrier(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const bool knock_in = in.word("barrier_kind", {"knock-in", "knock-out"}) == "knock-in";
  const NumberColumn strike = in.number("strike"), low = in.number("low");
  const NumberColumn high = in.number("high"), years = in.number("years");
  const NumberColumn rebate = in.number("rebate", 0.0);
  const Watched watch = watched(in);
  if (watch.dates > 0) {
    return one_asset(market, greeks, watch.cost(), [=](std::size_t row) {
      return lib::DiscreteBarrier{type.at(row),
                                  knock_in,
                                  strike.at(row),
                                  low.at(row),
                                  high.at(row),
                                  years.at(row),
                                  static_cast<int>(watch.dates),
                                  rebate.at(row),
                                  watch.method};
    });
  }
  return one_asset(market, greeks, {3'000, 20'000}, [=](std::size_t row) {
    return lib::DoubleBarrier{
        type.at(row),
        knock_in ? lib::DoubleBarrierKind::KnockIn : lib::DoubleBarrierKind::KnockOut,
        strike.at(row),
        low.at(row),
        high.at(row),
        years.at(row),
        rebate.at(row)};
  });
}

Exotic soft_barrier(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const BarrierKind kind = barrier_kind(in);
  const NumberColumn strike = in.number("strike"), low = in.number("low");
  const NumberColumn high = in.number("high"), years = in.number("years");
  return one_asset(market, greeks, {100e3, 1e6}, [=](std::size_t row) {
    return lib::SoftBarrier{type.at(row), kind,         strike.at(row),
                            low.at(row),  high.at(row), years.at(row)};
  });
}

Exotic partial_barrier(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  const TypeColumn type{in, "type"};
  const BarrierKind kind = barrier_kind(in);
  const std::string_view word = in.word("window", {"start", "end-cross", "end-beyond"});
  const lib::WatchWindow window = word == "start"       ? lib::WatchWindow::Start
                                  : word == "end-cross" ? lib::WatchWindow::EndCross
                                                        : lib::WatchWindow::EndBeyond;
  const NumberColumn strike = in.number("strike"), level = in.number("barrier");
  const NumberColumn watch = in.number("watch"), years = in.number("years");
  return one_asset(market, greeks, {30e3, 200e3}, [=](std::size_t row) {
    return lib::PartialBarrier{type.at(row),  kind,          window,       strike.at(row),
                               level.at(row), watch.at(row), years.at(row)};
  });
}

Exotic binary_barrier(Columns& in, bool greeks) {
  const bool has_strike = in.has("strike");
  const OneAssetColumns market{in};
  const BarrierKind kind = barrier_kind(in);
  const std::string_view word =
      in.word("payment", {"cash-at-hit", "asset-at-hit", "cash-at-expiry", "asset-at-expiry"});
  using lib::BinaryPayment;
  const BinaryPayment payment = word == "cash-at-hit"      ? BinaryPayment::CashAtHit
                                : word == "asset-at-hit"   ? BinaryPayment::AssetAtHit
                                : word == "cash-at-expiry" ? BinaryPayment::CashAtExpiry
                                                           : BinaryPayment::AssetAtExpiry;
  const NumberColumn level = in.number("barrier"), years = in.number("years");
  const NumberColumn cash = in.number("cash", 1.0), strike = in.number("strike", 0.0);
  const bool call = in.word("type", {"call", "put"}, "call") == "call";
  return one_asset(market, greeks, {1'000, 5'000}, [=](std::size_t row) {
    return lib::BinaryBarrier{payment,
                              kind,
                              level.at(row),
                              years.at(row),
                              cash.at(row),
                              has_strike,
                              call ? OptionType::Call : OptionType::Put,
                              strike.at(row)};
  });
}

Exotic double_binary(Columns& in, bool greeks) {
  const OneAssetColumns market{in};
  using lib::DoubleBinaryKind;
  const std::string_view word =
      in.word("barrier_kind", {"knock-in", "knock-out", "hit-low", "hit-high"});
  const DoubleBinaryKind kind = word == "knock-in"    ? DoubleBinaryKind::KnockIn
                                : word == "knock-out" ? DoubleBinaryKind::KnockOut
                                : word == "hit-low"   ? DoubleBinaryKind::HitLow
                                                      : DoubleBinaryKind::HitHigh;
  const NumberColumn low = in.number("low"), high = in.number("high");
  const NumberColumn years = in.number("years"), cash = in.number("cash", 1.0);
  return one_asset(market, greeks, {3'000, 20'000}, [=](std::size_t row) {
    return lib::DoubleBinary{kind, low.at(row), high.at(row), years.at(row), cash.at(row)};
  });
}

Exotic touch(Columns& in, bool) {
  const NumberColumn spot = in.number("spot"), rate = in.number("rate", 0.0);
  const NumberColumn yield = in.number("yield", 0.0), volatility = in.number("volatility");
  const NumberColumn trigger = in.number("trigger"), years = in.number("years");
  const bool up = in.word("side", {"up", "down"}) == "up";
  const bool cash = in.word("payoff", {"cash", "asset"}, "cash") == "cash";
  const std::string_view word = in.word("payment", {"at-hit", "at-expiry", "no-touch"}, "at-hit");
  const lib::TouchPayment payment = word == "at-hit"      ? lib::TouchPayment::AtHit
                                    : word == "at-expiry" ? lib::TouchPayment::AtExpiry
                                                          : lib::TouchPayment::NoTouch;
  const NumberColumn amount = in.number("amount", 1.0);
  return price_only(1'000, [=](std::size_t row) {
    return lib::touch_price(
        {spot.at(row), rate.at(row), yield.at(row), volatility.at(row)},
        {up ? OptionType::Call : OptionType::Put, trigger.at(row), years.at(row),
         cash ? lib::DigitalPayoff::Cash : lib::DigitalPayoff::Asset, amount.at(row), payment});
  });
}

Exotic digital(Columns& in, bool greeks) {
  const NumberColumn spot = in.number("spot"), rate = in.number("rate", 0.0);
  const NumberColumn yield = in.number("yield", 0.0), volatility = in.number("volatility");
  const TypeColumn type{in, "type"};
  const NumberColumn strike = in.number("strike"), years = in.number("years");
  const std::string_view word = in.word("payoff", {"cash", "asset", "gap"}, "cash");
  const lib::DigitalPayoff payoff = word == "cash"    ? lib::DigitalPayoff::Cash
                                    : word == "asset" ? lib::DigitalPayoff::Asset
                                                      : lib::DigitalPayoff::Gap;
  const NumberColumn amount = in.number("amount", 1.0);
  Exotic out;
  out.row_ns = 1'000;
  out.names = {"price"};
  if (greeks) out.names = {"price", "delta", "gamma", "theta", "vega", "rho", "phi"};
  out.value = [=](std::size_t row) -> Result<Values> {
    const auto value =
        lib::digital_greeks({spot.at(row), rate.at(row), yield.at(row), volatility.at(row)},
                            {type.at(row), strike.at(row), years.at(row), payoff, amount.at(row)});
    if (!value) return std::unexpected{value.error()};
    if (!greeks) return Values{value->price};
    return Values{value->price, value->delta, value->gamma, value->theta,
                  value->vega,  value->rho,   value->phi};
  };
  return out;
}
}  // namespace sq::admin::options::exotics
