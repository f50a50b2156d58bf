#include "tools/chaos/day_setup.hpp"

#include <initializer_list>
#include <utility>

#include "tools/chaos/draws.hpp"

namespace sq::chaos {
namespace {
constexpr std::uint32_t kOrderCapacity = 1'024;
constexpr std::int64_t kUnit = Amount::kScale;  // one of the currency

struct Traded {
  const char* symbol;
  const char* base;
  const char* money;  // it is quoted and settled in
  InstrumentKind kind;
  VenueId venue;
  std::int64_t tick;       // 1e-9
  std::int64_t lot;        // 1e-8
  std::int64_t start;      // ticks
  std::int64_t value_max;  // of an order
};
// The last two have prices and lots whose product is finer than money: every fill is rounded.
constexpr std::array<Traded, 4> kTraded{{
    {"BTCUSDT", "BTC", "USDT", InstrumentKind::LinearPerpetual, VenueId::BinanceUsdm, 100'000'000,
     100'000, 600'000, 100'000},
    {"ETHUSDT", "ETH", "USDT", InstrumentKind::LinearPerpetual, VenueId::BinanceUsdm, 10'000'000,
     100'000, 300'000, 5'500},
    {"SOLUSDT", "SOL", "USDT", InstrumentKind::Spot, VenueId::BinanceSpot, 100'000, 1'000,
     1'500'000, 10},
    {"LTCEUR", "LTC", "EUR", InstrumentKind::LinearPerpetual, VenueId::BinanceUsdm, 1'000'000, 100,
     80'000, 10},
}};
constexpr std::int64_t kOrderLots = 2'000;
constexpr std::int64_t kPositionLots = 5'000;
constexpr std::array<Manner, 3> kManners{Manner::Quotes, Manner::Takes, Manner::Breaks};
// Strategies 0 and 2 share an account.
constexpr std::array<AccountId, 3> kAccounts{AccountId{0}, AccountId{1}, AccountId{0}};
constexpr std::int64_t kRateAgeNs = 60 * kNsPerSecond;
constexpr std::int64_t kDuplicateNs = 2 * kNsPerSecond;
constexpr std::int64_t kWindowNs = 64 * kNsPerSecond;
constexpr std::int64_t kWindowLots = 12'000;
constexpr std::int64_t kWindowOrders = 40;
using risk::LimitKind;

risk::ScopeLimits limits_of(std::initializer_list<std::pair<LimitKind, std::int64_t>> list) {
  risk::ScopeLimits limits;
  for (const auto& [kind, value] : list) limits[kind] = value;
  return limits;
}

// Limits of every scope there is, each below what the others allow together.
void add_scopes(core::CoreSetup& setup) {
  setup.base_currency = *Currency::parse("USDT");
  setup.fx = {{*Currency::parse("EUR"), kNoInstrument, false, kRateAgeNs}};
  setup.accounts = {limits_of({{LimitKind::OpenOrders, 26},
                               {LimitKind::OrdersPerSecond, 35},
                               {LimitKind::GrossNotional, 280'000 * kUnit},
                               {LimitKind::OpenValue, 250'000 * kUnit},
                               {LimitKind::DailyLoss, 450 * kUnit}}),
                    limits_of({{LimitKind::OpenOrders, 14},
                               {LimitKind::OrdersPerSecond, 20},
                               {LimitKind::NetNotional, 200'000 * kUnit},
                               {LimitKind::DrawdownHalt, 250 * kUnit}})};
  setup.venues = {{VenueId::BinanceUsdm, limits_of({{LimitKind::OpenOrders, 30},
                                                    {LimitKind::NetNotional, 290'000 * kUnit},
                                                    {LimitKind::OrderValue, 99'000 * kUnit}})},
                  {VenueId::BinanceSpot, limits_of({{LimitKind::OrdersPerSecond, 12},
                                                    {LimitKind::GrossNotional, 6 * kUnit}})}};
  setup.currencies = {
      {*Currency::parse("USDT"), limits_of({{LimitKind::GrossNotional, 300'000 * kUnit},
                                            {LimitKind::NetNotional, 295'000 * kUnit}})},
      {*Currency::parse("EUR"), limits_of({{LimitKind::GrossNotional, 4 * kUnit}})}};
  setup.instruments[1].limits.further = limits_of({{LimitKind::OrdersPerSecond, 12},
                                                   {LimitKind::OpenValue, 11'000 * kUnit},
                                                   {LimitKind::GrossNotional, 13'000 * kUnit}});
  setup.strategies[1].limits.further = limits_of(
      {{LimitKind::OpenValue, 180'000 * kUnit}, {LimitKind::Turnover, 30'000'000 * kUnit}});
  const std::int64_t lot = setup.instruments[0].instrument.lot.raw();
  setup.holdings = {{StrategyId{2}, InstrumentId{0}, 1'500 * lot, 2'500 * lot, 2'000 * lot}};
}

void add_policies(core::CoreSetup& setup) {
  risk::PolicySetup& policies = setup.policies;
  policies.duplicate_window_ns = kDuplicateNs;
  for (const core::InstrumentSetup& each : setup.instruments) {
    const std::int64_t lot = each.instrument.lot.raw();
    risk::InstrumentPolicies of;
    of.windows = {{kWindowNs, kWindowLots * lot, {}, kWindowOrders}};
    of.freeze_qty = kOrderLots * lot - lot / 2;
    policies.instruments.push_back(std::move(of));
  }
  policies.strategies.resize(setup.strategies.size());
  policies.strategies[2].rate = {10, 30, 5};
  policies.accounts = {{40, 80, 20}, {30, 60, 10}};
  policies.venues.resize(1);
  policies.venues[0].venue = VenueId::BinanceUsdm;
  policies.venues[0].rate = {50, 100, 30};
}
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
    each.quote = each.settle = *Currency::parse(traded.money);
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
    each.limits.short_position_max = Qty::from_raw(traded.lot.raw() * (kPositionLots - 800));
    each.limits.away_collar = Ratio::from_raw(Ratio::kScale / 100);
    const std::int64_t start = kTraded[i].start * traded.tick.raw();
    each.limits.band_low = Price::from_raw(start / 10 * 9);
    each.limits.band_high = Price::from_raw(start / 10 * 11);
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
    each.account = kAccounts[s];
    each.limits = {16, 25, 300 * kUnit, {}};
    setup.strategies.push_back(std::move(each));
  }
  setup.firm = {34, 45, 500 * kUnit, 305'000 * kUnit, {}};
  add_scopes(setup);
  add_policies(setup);
  setup.order_capacity = kOrderCapacity;
  setup.timer_capacity = 256;
  setup.order_check_ns = 30 * kNsPerSecond;
  return setup;
}

namespace {
using Kind = OracleSetup::Kind;
OracleSetup::ScopeRule rule_of(Kind kind, std::uint32_t number, const risk::ScopeLimits& limits) {
  return {kind,
          number,
          limits[LimitKind::OpenOrders],
          limits[LimitKind::OrdersPerSecond],
          limits[LimitKind::OpenValue],
          limits[LimitKind::GrossNotional],
          limits[LimitKind::NetNotional],
          limits[LimitKind::Turnover],
          limits[LimitKind::OrderValue]};
}
void add_scopes(OracleSetup& oracle, const core::CoreSetup& setup) {
  const auto number = [](std::size_t i) { return static_cast<std::uint32_t>(i); };
  for (std::size_t a = 0; a < setup.accounts.size(); ++a)
    oracle.scopes.push_back(rule_of(Kind::Account, number(a), setup.accounts[a]));
  for (const risk::VenueLimits& each : setup.venues)
    oracle.scopes.push_back(
        rule_of(Kind::Venue, static_cast<std::uint32_t>(each.venue), each.limits));
  for (const risk::CurrencyLimits& each : setup.currencies) {
    for (std::size_t i = 0; i < setup.instruments.size(); ++i) {
      if (setup.instruments[i].instrument.settle != each.currency) continue;
      oracle.scopes.push_back(rule_of(Kind::Currency, number(i), each.limits));
      break;
    }
  }
  for (std::size_t s = 0; s < setup.strategies.size(); ++s)
    oracle.scopes.push_back(rule_of(Kind::Strategy, number(s), setup.strategies[s].limits.further));
  for (std::size_t i = 0; i < setup.instruments.size(); ++i)
    oracle.scopes.push_back(
        rule_of(Kind::Instrument, number(i), setup.instruments[i].limits.further));
  for (const risk::HoldingLimits& each : setup.holdings)
    oracle.holdings.push_back(
        {each.strategy, each.instrument, *each.order_qty_max, *each.long_max, *each.short_max});
  const risk::PolicySetup& policies = setup.policies;
  const auto add = [&](Kind kind, std::uint32_t which, const risk::MessageRateLimits& limits) {
    if (limits.on())
      oracle.messages.push_back({kind, which, limits.rate, limits.burst, limits.reserve});
  };
  for (std::size_t s = 0; s < policies.strategies.size(); ++s)
    add(Kind::Strategy, number(s), policies.strategies[s].rate);
  for (std::size_t a = 0; a < policies.accounts.size(); ++a)
    add(Kind::Account, number(a), policies.accounts[a]);
  for (const risk::VenuePolicies& each : policies.venues)
    add(Kind::Venue, static_cast<std::uint32_t>(each.venue), each.rate);
  oracle.base = setup.base_currency;
  oracle.rate_age_ns_max = kRateAgeNs;
  oracle.duplicate_ns = policies.duplicate_window_ns;
}
}  // namespace

OracleSetup oracle_setup(const core::CoreSetup& setup) {
  OracleSetup oracle;
  for (std::size_t i = 0; i < setup.instruments.size(); ++i) {
    const risk::InstrumentLimits& limits = setup.instruments[i].limits;
    const risk::InstrumentPolicies& policies = setup.policies.instruments[i];
    const risk::WindowLimits& window = policies.windows.front();
    oracle.instruments.push_back(
        {setup.instruments[i].instrument, limits.order_qty_max.raw(), limits.order_value_max,
         limits.position_max.raw(), limits.open_orders_max, limits.collar.raw(),
         limits.reference_age_ns_max, limits.short_position_max->raw(), limits.away_collar->raw(),
         limits.band_low->raw(), limits.band_high->raw(), *policies.freeze_qty, window.window_ns,
         *window.qty_max, *window.orders_max});
  }
  for (const core::StrategySetup& each : setup.strategies)
    oracle.strategies.push_back({each.limits.open_orders_max, each.limits.orders_per_second_max,
                                 each.limits.daily_loss_max, each.account});
  oracle.firm = {
      setup.firm.open_orders_max, setup.firm.orders_per_second_max, setup.firm.daily_loss_max, {}};
  oracle.gross_max = setup.firm.gross_notional_max;
  add_scopes(oracle, setup);
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
