#include "engine/settings/sections/alert_fields.hpp"
#include "engine/settings/sections/breaker_fields.hpp"
#include "engine/settings/sections/end_of_day_fields.hpp"
#include "engine/settings/sections/fields.hpp"
#include "engine/settings/sections/policy_fields.hpp"
#include "engine/settings/sections/simulation_venues.hpp"
#include "engine/settings/sections/venue_fields.hpp"
#include "engine/settings/strict/writer.hpp"

namespace sq::settings {
namespace {
template <class Section>
void write_table(Writer& out, std::string_view path, const Section& section) {
  out.table(path);
  fields(out, section);
}
template <class Section>
void write_elements(Writer& out, std::string_view path, const std::vector<Section>& sections) {
  for (const Section& section : sections) {
    out.element(path);
    fields(out, section);
  }
}

void write_latencies(Writer& out, const Simulation& simulation);
void write_simulation(Writer& out, const Simulation& simulation) {
  write_table(out, "simulation", simulation);
  write_simulated_impact(out, simulation);
  if (simulation.feed_latency == FeedLatency::Constant)
    out.duration("feed_latency_us", simulation.feed_latency_ns, 0, 0, Need::Required);
  if (simulation.queue_model == QueueModel::Power)
    out.integer("queue_power", simulation.queue_power, 0, 0, "", Need::Required);
  write_latencies(out, simulation);
  write_simulated_venues(out, simulation);
}

void write_latencies(Writer& out, const Simulation& simulation) {
  if (simulation.order_latency_table.empty()) {
    out.duration("order_latency_us", simulation.order_latency_ns, 0, 0, Need::Required);
    out.duration("report_latency_us", simulation.report_latency_ns, 0, 0, Need::Required);
    return;
  }
  std::string rows = "[";
  for (const LatencyPoint& point : simulation.order_latency_table) {
    rows += "\n  [" + std::to_string(point.probability_ppm) + ", " +
            std::to_string(point.order_ns / kNsPerUs) + ", " +
            std::to_string(point.report_ns / kNsPerUs) + "],";
  }
  out.line("order_latency_table", rows + "\n]");
}

void write_strategy(Writer& out, const StrategySettings& strategy) {
  write_table(out, "strategy." + Writer::bare_or_quoted(strategy.name), strategy);
  for (const RawParameter& raw : strategy.parameters)
    out.line(raw.name, raw.form == RawForm::Text ? Writer::quoted(raw.text) : raw.text);
}
}  // namespace

std::string resolved_text(const Config& config) {
  Writer out;
  write_table(out, "engine", config.engine);
  if (config.engine.mode == Mode::Recorded) {
    write_table(out, "session", config.session);
    write_table(out, "session.simulated", config.session.simulated);
    write_elements(out, "session.recording", config.session.recordings);
  }
  if (config.engine.mode != Mode::Recorded) write_elements(out, "venue", config.venues);
  write_elements(out, "instrument", config.instruments);
  write_table(out, "risk", config.risk.firm);
  write_elements(out, "risk.instrument", config.risk.instruments);
  write_elements(out, "risk.strategy", config.risk.strategies);
  write_elements(out, "risk.greeks", config.risk.greeks);
  write_elements(out, "risk.account", config.risk.accounts);
  write_elements(out, "risk.venue", config.risk.venues);
  write_elements(out, "risk.currency", config.risk.currencies);
  write_elements(out, "risk.holding", config.risk.holdings);
  write_elements(out, "risk.fx", config.risk.fx);
  const Policies& policies = config.risk.policies;
  if (policies.duplicates) write_table(out, "risk.duplicates", *policies.duplicates);
  write_elements(out, "risk.window", policies.windows);
  write_elements(out, "risk.rate", policies.rates);
  write_elements(out, "risk.repeated", policies.repeated);
  write_elements(out, "risk.tags", policies.tags);
  write_elements(out, "risk.venue_rules", policies.venues);
  write_elements(out, "risk.instrument_rules", policies.instruments);
  write_elements(out, "risk.breaker", config.risk.breakers);
  if (config.engine.mode != Mode::Live)
    write_elements(out, "portfolio.balance", config.portfolio.balances);
  write_elements(out, "end_of_day", config.day_ends);
  write_table(out, "log", config.log);
  write_table(out, "archive", config.archive);
  write_table(out, "admin", config.admin);
  if (config.alerts.on()) {
    write_table(out, "alerts", config.alerts);
    write_elements(out, "alerts.rule", config.alerts.rules);
  }
  if (config.engine.mode != Mode::Live) write_simulation(out, config.simulation);
  write_table(out, "telemetry", config.telemetry);
  for (const ChainSettings& chain : config.chains)
    write_table(out, "chain." + Writer::bare_or_quoted(chain.name), chain);
  for (const StrategySettings& strategy : config.strategies) write_strategy(out, strategy);
  return out.text();
}

std::uint64_t hash_of(const Config& config) {
  // FNV-1a, 64 bits: names a configuration in logs; it protects nothing.
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;
  for (const char c : resolved_text(config)) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100'0000'01B3;
  }
  return hash;
}
}  // namespace sq::settings
