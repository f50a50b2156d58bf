#include "engine/app/core_setup.hpp"

#include <fmt/format.h>

#include "engine/app/policy_setup.hpp"
#include "engine/app/scope_setup.hpp"
#include "engine/backtest/venue_tables.hpp"
#include "engine/strategy/check_parameters.hpp"
#include "engine/types/text.hpp"
#include "strategies/registry.hpp"

namespace sq::app {
namespace {
settings::Problem problem_of(const settings::StrategySettings& each, std::string key,
                             std::string value, std::string accepted) {
  settings::Problem problem;
  problem.file = each.file;
  problem.line = each.line;
  problem.key = std::move(key);
  problem.value = std::move(value);
  problem.accepted = std::move(accepted);
  return problem;
}

std::string known_kinds() {
  std::string kinds;
  for (const auto& kind : strategies::registry()) {
    if (!kinds.empty()) kinds += ", ";
    kinds += fmt::format("\"{}\"", kind.name);
  }
  return kinds;
}

core::InstrumentSetup instrument_setup(const settings::Config& config,
                                       const settings::InstrumentSettings& each) {
  core::InstrumentSetup setup;
  setup.instrument = each.instrument;
  setup.book.l2 = {each.instrument.tick, each.window_ticks, each.far_levels_max};
  setup.book.stale_after_ns = each.stale_after_ns;
  setup.book.crossed_for_ns = each.crossed_for_ns;
  if (each.book == settings::BookKind::Orders) {
    setup.book.orders_max = each.orders_max;
    setup.book.lot = each.instrument.lot;
    setup.book.opening_unknown = each.opening == settings::BookOpening::Unknown;
  }
  if (each.microstructure) {
    setup.microstructure.emplace();
    setup.microstructure->tick = each.instrument.tick;
    setup.microstructure->vpin_bucket = each.vpin_bucket;
    setup.microstructure->quote_delay_ns = each.quote_delay_ns;
  }
  // Without limits nothing is allowed: all of them are zero.
  const settings::InstrumentLimits* limits = config.risk.limits_of(each.instrument.id);
  if (limits == nullptr) return setup;
  setup.limits.order_qty_max = limits->order_qty_max;
  setup.limits.order_value_max = limits->order_value_max.raw;
  setup.limits.collar = Ratio::from_raw(Ratio::kScale / 10'000 * limits->collar_bps);
  setup.limits.position_max = limits->position_max;
  setup.limits.open_orders_max = limits->open_orders_max;
  setup.limits.reference_age_ns_max = limits->reference_age_ns_max;
  further_limits(setup.limits, *limits);
  return setup;
}

std::vector<risk::GreekLimit> greek_limits(const settings::Risk& risk) {
  std::vector<risk::GreekLimit> made;
  const auto raw = [](const auto& max, auto&& value) {
    return max ? std::optional<std::int64_t>{value(*max)} : std::nullopt;
  };
  for (const settings::GreekLimits& each : risk.greeks) {
    risk::GreekLimit limit;
    if (each.underlying) limit.underlying = each.underlying->instrument;
    limit.strategy = each.strategy_id;
    limit.delta_max = raw(each.delta_max, [](Qty max) { return max.raw(); });
    limit.gamma_max = raw(each.gamma_max, [](auto max) { return max.raw(); });
    limit.vega_max = raw(each.vega_max, [](const Amount& max) { return max.raw; });
    limit.theta_max = raw(each.theta_max, [](const Amount& max) { return max.raw; });
    limit.age_ns_max = each.greeks_age_ns_max;
    made.push_back(limit);
  }
  return made;
}

std::vector<risk::BreakerSettings> breakers(const settings::Risk& risk) {
  std::vector<risk::BreakerSettings> made;
  for (const settings::BreakerSettings& each : risk.breakers) {
    risk::BreakerSettings breaker;
    breaker.kind = static_cast<BreakerKind>(each.kind);
    breaker.action = static_cast<BreakerAction>(each.action);
    std::int64_t unit = 1;
    switch (each.kind) {
      case settings::BreakerKind::Loss:
      case settings::BreakerKind::Drawdown: unit = Amount::kScale; break;
      case settings::BreakerKind::MarketData:
      case settings::BreakerKind::EventLag: unit = kNsPerMs; break;
      case settings::BreakerKind::RingFull: unit = 10; break;  // percent to thousandths
      case settings::BreakerKind::Rejects:
      case settings::BreakerKind::RejectRate:
      case settings::BreakerKind::PositionMismatch:
      case settings::BreakerKind::Slippage:
      case settings::BreakerKind::PriceSpeed:
      case settings::BreakerKind::Loop:
      case settings::BreakerKind::LosingFills: break;
    }
    breaker.bound = std::int64_t{each.bound} * unit;
    breaker.window_ns = each.window_ns;
    breaker.window_count = each.window_orders;
    breaker.hold_ns = each.hold_ns;
    breaker.rearm_by_itself = each.rearm;
    made.push_back(breaker);
  }
  return made;
}

}  // namespace

std::vector<Instrument> instruments_of(const settings::Config& config) {
  std::vector<Instrument> instruments;
  for (const auto& each : config.instruments) instruments.push_back(each.instrument);
  return instruments;
}

core::CoreSetup core_setup(settings::Config& config) {
  core::CoreSetup setup;
  std::vector<settings::Problem> problems;
  for (const auto& each : config.instruments)
    setup.instruments.push_back(instrument_setup(config, each));
  const settings::FirmLimits& firm = config.risk.firm;
  setup.firm = {firm.open_orders_max, firm.orders_per_second_max, firm.daily_loss_max.raw,
                firm.gross_notional_max.raw, {}};
  setup.answer_timeout_ns = firm.answer_timeout_ns;
  setup.order_ttl_ns = firm.order_ttl_ns;
  setup.order_check_ns = firm.order_check_ns;
  setup.reconcile_ns = firm.reconcile_ns;
  setup.external_orders = firm.external_orders;
  setup.venue_gone_ns = firm.venue_gone_ns;
  setup.greek_limits = greek_limits(config.risk);
  add_scopes(setup, config.risk);
  setup.policies = policy_setup(config);
  setup.breakers = breakers(config.risk);
  for (const settings::EndOfDay& each : config.day_ends)
    setup.day_ends.push_back({each.venue, each.cut_ns, each.marks, each.mark_age_ns_max});
  for (settings::StrategySettings& each : config.strategies) {
    const strategy::StrategyKind* kind = strategies::find(each.kind);
    if (kind == nullptr) {
      problems.push_back(problem_of(each, fmt::format("strategy.{}.kind", each.name), each.kind,
                                    "one of " + known_kinds()));
      continue;
    }
    strategy::Setup made;
    auto checked = strategy::check_parameters(kind->parameters, each);
    if (!checked) {
      problems.insert(problems.end(), checked.error().begin(), checked.error().end());
      continue;
    }
    made.parameters = std::move(checked->values);
    each.parameters = std::move(checked->resolved);
    core::StrategySetup strategy;
    strategy.name = each.name;
    strategy.start = each.start;
    for (const auto& traded : each.instruments) {
      made.instruments.push_back(config.instruments[index_of(traded.instrument)].instrument);
      strategy.instruments.push_back(traded.instrument);
    }
    if (const settings::StrategyLimits* limits = config.risk.limits_of(each.id); limits != nullptr)
      strategy.limits = {limits->open_orders_max, limits->orders_per_second_max,
                         limits->daily_loss_max.raw, further_limits(limits->further)};
    if (const settings::StrategyLimits* limits = config.risk.limits_of(each.id); limits != nullptr)
      strategy.account = limits->account_id;
    strategy.strategy = kind->make(made);
    setup.strategies.push_back(std::move(strategy));
  }
  if (!problems.empty()) throw settings::ConfigError(std::move(problems));
  return setup;
}

backtest::SimulationSettings exchange_settings(const settings::Config& config,
                                               const core::CoreSetup& setup) {
  backtest::SimulationSettings made;
  for (const core::InstrumentSetup& each : setup.instruments) made.books.push_back(each.book);
  made.model = config.simulation;
  backtest::complete(made.model, instruments_of(config));
  made.balances = config.portfolio.balances;
  made.seed = config.engine.seed;
  return made;
}
}  // namespace sq::app
