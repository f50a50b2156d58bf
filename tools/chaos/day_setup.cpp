#include "tools/chaos/day_setup.hpp"

#include "tools/chaos/draws.hpp"

namespace sq::chaos {
namespace {
constexpr std::uint32_t kOrderCapacity = 1'024;
constexpr std::int64_t kUnit = Amount::kScale;  // one of the currency

struct Traded {
  const char* symbol;
  const char* base;
  InstrumentKind kind;
  VenueId venue;
  std::int64_t tick;       // 1e-9
  std::int64_t lot;        // 1e-8
  std::int64_t start;      // ticks
  std::int64_t value_max;  // of an order
};
// The last two have prices and lots whose product is finer than money: every fill is rounded.
constexpr std::array<Traded, 4> kTraded{{
    {"BTCUSDT", "BTC", InstrumentKind::LinearPerpetual, VenueId::BinanceUsdm, 100'000'000, 100'000,
     600'000, 100'000},
    {"ETHUSDT", "ETH", InstrumentKind::LinearPerpetual, VenueId::BinanceUsdm, 10'000'000, 100'000,
     300'000, 5'500},
    {"SOLUSDT", "SOL", InstrumentKind::Spot, VenueId::BinanceSpot, 100'000, 1'000, 1'500'000, 10},
    {"LTCUSDT", "LTC", InstrumentKind::LinearPerpetual, VenueId::BinanceUsdm, 1'000'000, 100,
     80'000, 10},
}};
constexpr std::int64_t kOrderLots = 2'000;
constexpr std::int64_t kPositionLots = 9'000;
constexpr std::array<Manner, 3> kManners{Manner::Quotes, Manner::Takes, Manner::Breaks};
}  // namespace

std::vector<Instrument> day_instruments() {
  std::vector<Instrument> list;
  for (const Traded& traded : kTraded) {
    Instrument each;
    each.id = InstrumentId{static_cast<std::uint32_t>(list.size())};
    each.venue = traded.venue;
    each.kind = traded.kind;
    each.symbol = Symbol{traded.symbol};
    each.base = *Currency::parse(traded.base);
    each.quote = each.settle = *Currency::parse("USDT");
    each.tick = each.price_min = Price::from_raw(traded.tick);
    each.price_max = Price::from_raw(traded.tick * traded.start * 10);
    each.lot = each.qty_min = Qty::from_raw(traded.lot);
    each.qty_max = Qty::from_raw(traded.lot * 1'000'000);
    // A rebate in the base asset would add to the position what no order asked for.
    each.maker_fee =
        Ratio::from_raw(traded.kind == InstrumentKind::Spot ? 5'000 : -5'000);  // 0.05 bps
    each.taker_fee = Ratio::from_raw(20'000);                                   // 0.2 bps
    list.push_back(each);
  }
  return list;
}

std::vector<std::int64_t> day_prices() {
  std::vector<std::int64_t> prices;
  for (const Traded& traded : kTraded) prices.push_back(traded.start);
  return prices;
}

core::CoreSetup day_core(std::uint64_t seed, const Mood& mood) {
  core::CoreSetup setup;
  std::vector<Qty> sizes;
  std::vector<InstrumentId> all;
  for (const Instrument& traded : day_instruments()) {
    const std::size_t i = setup.instruments.size();
    core::InstrumentSetup each;
    each.instrument = traded;
    each.limits.order_qty_max = Qty::from_raw(traded.lot.raw() * kOrderLots);
    each.limits.order_value_max = kTraded[i].value_max * kUnit;
    each.limits.collar = Ratio::from_raw(Ratio::kScale / 500);
    each.limits.position_max = Qty::from_raw(traded.lot.raw() * kPositionLots);
    each.limits.open_orders_max = 12;
    each.limits.reference_age_ns_max = 10 * kNsPerSecond;
    each.book.l2 = {traded.tick, 1U << 12U, 64};
    each.book.stale_after_ns = 15 * kNsPerSecond;
    each.book.crossed_for_ns = kNsPerSecond;
    each.book.pending_bytes = 1U << 16U;
    setup.instruments.push_back(each);
    sizes.push_back(each.limits.order_qty_max);
    all.push_back(traded.id);
  }
  for (const Manner manner : kManners) {
    core::StrategySetup each;
    const std::size_t s = setup.strategies.size();
    each.name = std::string{"chaos-"} + std::to_string(s);
    each.strategy = make_strategy(manner, mixed(seed, 10 + s), mood, sizes);
    each.instruments = all;
    each.start = StrategyState::Armed;
    each.limits = {16, 25, 3'000 * kUnit};
    setup.strategies.push_back(std::move(each));
  }
  setup.firm = {34, 45, 6'000 * kUnit, 500'000 * kUnit};
  setup.order_capacity = kOrderCapacity;
  setup.timer_capacity = 256;
  setup.order_check_ns = 30 * kNsPerSecond;
  return setup;
}

OracleSetup oracle_setup(const core::CoreSetup& setup) {
  OracleSetup oracle;
  for (const core::InstrumentSetup& each : setup.instruments) {
    const risk::InstrumentLimits& limits = each.limits;
    oracle.instruments.push_back({each.instrument, limits.order_qty_max.raw(),
                                  limits.order_value_max, limits.position_max.raw(),
                                  limits.open_orders_max, limits.collar.raw(),
                                  limits.reference_age_ns_max});
  }
  for (const core::StrategySetup& each : setup.strategies)
    oracle.strategies.push_back({each.limits.open_orders_max, each.limits.orders_per_second_max,
                                 each.limits.daily_loss_max});
  oracle.firm = {setup.firm.open_orders_max, setup.firm.orders_per_second_max,
                 setup.firm.daily_loss_max};
  oracle.gross_max = setup.firm.gross_notional_max;
  return oracle;
}

backtest::SimulationSettings day_exchange(std::uint64_t seed) {
  backtest::SimulationSettings settings;
  settings.seed = seed;
  settings.book.l2.window_ticks = 1U << 12U;
  settings.book.l2.far_levels_max = 1U << 10U;
  settings.book.pending_bytes = 1U << 16U;
  settings.open_orders_max = 256;
  settings.orders_expected = 1U << 15U;
  settings.balances = {{VenueId::BinanceSpot, {*Currency::parse("USDT"), 100'000 * kUnit}},
                       {VenueId::BinanceSpot, {*Currency::parse("SOL"), 1'000 * kUnit}}};
  return settings;
}
}  // namespace sq::chaos
