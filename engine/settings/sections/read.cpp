#include "engine/settings/sections/read.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

#include "engine/settings/sections/alert_fields.hpp"
#include "engine/settings/sections/breaker_fields.hpp"
#include "engine/settings/sections/end_of_day_fields.hpp"
#include "engine/settings/sections/fields.hpp"
#include "engine/settings/sections/venues.hpp"

namespace sq::settings {
namespace {
template <class Section>
void read_table(Reader& root, std::string_view key, Section& out, Need need) {
  if (auto reader = root.table(key, need)) {
    fields(*reader, out);
    reader->finish();
  }
}

void read_engine(Reader& root, Engine& engine) {
  auto reader = root.table("engine", Need::Required);
  if (!reader) return;
  fields(*reader, engine);
  struct Pin {
    std::string_view key;
    std::int32_t cpu;
  };
  const std::array pins{Pin{"core_cpu", engine.core_cpu}, Pin{"feed_cpu", engine.feed_cpu},
                        Pin{"log_cpu", engine.log_cpu}, Pin{"admin_cpu", engine.admin_cpu}};
  for (std::size_t i = 0; engine.idle == Idle::Spin && i < pins.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (pins[i].cpu < 0 || pins[i].cpu != pins[j].cpu) continue;
      reader->refuse(pins[i].key, "a CPU of its own while idle is \"spin\": " +
                                      std::string{pins[j].key} + " has this one");
    }
  }
  reader->finish();
}

void read_session(Reader& root, const std::filesystem::path& project_dir, Config& config,
                  References& references) {
  // Without recorded data there is nothing for this section to say, and a section that says nothing
  // would be believed.
  if (config.engine.mode != Mode::Recorded) {
    if (root.has("session")) root.refuse("session", "no such section unless mode is \"recorded\"");
    std::ignore = root.table("session", Need::Optional);
    return;
  }
  auto reader = root.table("session", Need::Required);
  if (!reader) return;
  Session& session = config.session;
  session.data = "../shared/data";
  fields(*reader, session);
  if (session.data.is_relative()) session.data = project_dir / session.data;
  session.data = session.data.lexically_normal();
  read_table(*reader, "simulated", session.simulated, Need::Optional);
  std::vector<std::pair<VenueId, std::string>> seen;
  for (Reader& each : reader->tables("recording", Need::Required)) {
    Recording recording;
    fields(each, recording);
    if (recording.file_symbol.empty()) recording.file_symbol = recording.symbol.view();
    const std::pair name{recording.venue, std::string{recording.symbol.view()}};
    const bool own_messages =
        recording.venue == VenueId::BinanceSpot || recording.venue == VenueId::BinanceUsdm;
    if (each.sound() && recording.format == "raw" && !own_messages)
      each.refuse("format",
                  "\"auto\" or a format that `shrivenquant book --formats` lists: \"raw\" reads "
                  "messages of binance-spot and binance-usdm only");
    if (each.sound() && std::ranges::find(seen, name) != seen.end())
      each.refuse("symbol", "each instrument once: put all its files into one list");
    seen.push_back(name);
    if (each.sound()) {
      const std::size_t index = session.recordings.size();
      references.recordings.push_back({index, 0, each.problem_at("symbol", "")});
    }
    each.finish();
    session.recordings.push_back(std::move(recording));
  }
  reader->finish();
}

void read_instruments(Reader& root, Config& config, References& references) {
  for (Reader& each : root.tables("instrument", Need::Required)) {
    InstrumentSettings settings;
    fields(each, settings);
    settings.instrument.id = InstrumentId{static_cast<std::uint32_t>(config.instruments.size())};
    if (each.sound()) check_instrument(each, settings);
    const Instrument& of = settings.instrument;
    if (of.venue != VenueId::None && config.find(of.venue, of.symbol.view()) != nullptr)
      each.refuse("symbol", "each venue and symbol once");
    references.instruments_sound = references.instruments_sound && each.sound();
    if (of.kind == InstrumentKind::Option && each.sound())
      references.options.push_back(
          {config.instruments.size(), 0, each.problem_at("underlying", "")});
    each.finish();
    config.instruments.push_back(settings);
  }
  if (config.instruments.empty()) references.instruments_sound = false;
}

void read_risk(Reader& root, Risk& risk, References& references) {
  auto reader = root.table("risk", Need::Required);
  if (!reader) return;
  fields(*reader, risk.firm);
  if (reader->sound()) check_limits(*reader, risk.firm.further, &risk.firm.daily_loss_max);
  for (Reader& each : reader->tables("instrument", Need::Required)) {
    InstrumentLimits limits;
    fields(each, limits);
    if (each.sound()) check_limits(each, limits.further);
    if (each.sound() && limits.band_low && limits.band_high && *limits.band_high < *limits.band_low)
      each.refuse("band_high", "at least band_low");
    if (each.sound() && limits.jump_bps_max.has_value() != limits.jump_window_ns.has_value())
      each.refuse(limits.jump_bps_max ? "jump_bps_max" : "jump_window_ms",
                  "jump_bps_max and jump_window_ms together");
    if (each.sound()) {
      const std::size_t index = risk.instruments.size();
      references.instrument_limits.push_back({index, 0, each.problem_at("symbol", "")});
    } else {
      references.instruments_sound = false;
    }
    each.finish();
    risk.instruments.push_back(limits);
  }
  for (Reader& each : reader->tables("strategy", Need::Required)) {
    StrategyLimits limits;
    fields(each, limits);
    if (each.sound()) check_limits(each, limits.further, &limits.daily_loss_max);
    if (each.sound()) {
      const std::size_t index = risk.strategies.size();
      references.strategy_limits.push_back({index, 0, each.problem_at("name", "")});
    } else {
      references.strategies_sound = false;
    }
    each.finish();
    risk.strategies.push_back(std::move(limits));
  }
  for (Reader& each : reader->tables("breaker", Need::Optional)) {
    BreakerSettings breaker;
    fields(each, breaker);
    for (const BreakerSettings& other : risk.breakers)
      if (each.sound() && other.kind == breaker.kind) each.refuse("kind", "one of each kind");
    each.finish();
    risk.breakers.push_back(breaker);
  }
  for (Reader& each : reader->tables("greeks", Need::Optional)) {
    GreekLimits limits;
    fields(each, limits);
    if (each.sound() && !limits.delta_max && !limits.gamma_max && !limits.vega_max &&
        !limits.theta_max)
      each.refuse("delta_max", "at least one of delta_max, gamma_max, vega_max, theta_max");
    if (each.sound() && !limits.underlying && (limits.delta_max || limits.gamma_max))
      each.refuse("underlying", "an underlying for delta_max and gamma_max: units of different "
                                "underlyings do not add up");
    if (each.sound())
      references.greek_limits.push_back({risk.greeks.size(), 0, each.problem_at("underlying", "")});
    each.finish();
    risk.greeks.push_back(std::move(limits));
  }
  read_policies(*reader, risk.policies, references);
  read_scopes(*reader, risk, references);
  reader->finish();
}

void read_portfolio(Reader& root, Config& config, References& references) {
  if (config.engine.mode == Mode::Live) {
    if (root.has("portfolio"))
      root.refuse("portfolio", "no such section in mode \"live\": the venue says what is held");
    std::ignore = root.table("portfolio", Need::Optional);
    return;
  }
  auto reader = root.table("portfolio", Need::Required);
  if (!reader) return;
  references.portfolio = root.problem_at("portfolio", "");
  for (Reader& each : reader->tables("balance", Need::Required)) {
    Balance balance;
    fields(each, balance);
    const auto same = [&](const Balance& other) {
      return other.venue == balance.venue && other.amount.currency == balance.amount.currency;
    };
    if (each.sound() && std::ranges::any_of(config.portfolio.balances, same))
      each.refuse("currency", "each venue and currency once");
    each.finish();
    config.portfolio.balances.push_back(balance);
  }
  reader->finish();
}

RawParameter raw_parameter(const Item& item) {
  RawParameter raw;
  raw.name = item.key;
  raw.line = item.value.at.line;
  raw.column = item.value.at.column;
  switch (item.value.kind) {
    case ValueKind::Text:
      raw.form = RawForm::Text;
      raw.text = item.value.text;
      break;
    case ValueKind::Integer:
      raw.form = RawForm::Integer;
      raw.text = std::to_string(item.value.integer);
      break;
    case ValueKind::Boolean:
      raw.form = RawForm::Boolean;
      raw.text = item.value.boolean ? "true" : "false";
      break;
    case ValueKind::Float:
    case ValueKind::Moment:
    case ValueKind::Array:
    case ValueKind::Table:
      raw.form = RawForm::Float;
      raw.text = item.value.written;
      break;
  }
  return raw;
}

void read_strategies(Reader& root, std::string_view file, Config& config, References& references) {
  auto reader = root.table("strategy", Need::Required);
  if (!reader) {
    references.strategies_sound = false;
    return;
  }
  for (auto& [name, table] : reader->rest_as_tables("a table [strategy.<name>]")) {
    StrategySettings strategy;
    strategy.name = name;
    strategy.id = StrategyId{static_cast<std::uint16_t>(config.strategies.size())};
    strategy.file = file;
    strategy.line = table.at().line;
    if (!kStrategyNameCodec.parse(name)) reader->refuse(name, kStrategyNameCodec.accepted);
    fields(table, strategy);
    const std::size_t index = config.strategies.size();
    references.strategies.push_back({index, 0, reader->problem_at(name, "")});
    for (std::size_t i = 0; i < strategy.instruments.size(); ++i)
      references.strategy_instruments.push_back({index, i, table.problem_at("instruments", "")});
    for (const Item* item : table.rest()) {
      const ValueKind kind = item->value.kind;
      const bool scalar = kind == ValueKind::Text || kind == ValueKind::Integer ||
                          kind == ValueKind::Boolean ||
                          (kind == ValueKind::Float && !item->value.written.ends_with("..."));
      if (!scalar) {
        table.refuse(item->key, "a parameter: a string, a number or a boolean");
      } else {
        strategy.parameters.push_back(raw_parameter(*item));
      }
    }
    config.strategies.push_back(std::move(strategy));
  }
  if (config.strategies.empty()) {
    root.refuse("strategy", "at least one table [strategy.<name>]");
    references.strategies_sound = false;
  }
}

void read_chains(Reader& root, Config& config, References& references) {
  auto reader = root.table("chain", Need::Optional);
  if (!reader) return;
  for (auto& [name, table] : reader->rest_as_tables("a table [chain.<name>]")) {
    ChainSettings chain;
    chain.name = name;
    if (!kStrategyNameCodec.parse(name)) reader->refuse(name, kStrategyNameCodec.accepted);
    fields(table, chain);
    if (table.sound())
      references.chains.push_back({config.chains.size(), 0, table.problem_at("underlying", "")});
    table.finish();
    config.chains.push_back(std::move(chain));
  }
}

void read_log(Reader& root, Config& config) {
  config.log.dir = std::filesystem::path{"run"} / config.engine.instance;
  if (auto reader = root.table("log", Need::Optional)) {
    fields(*reader, config.log);
    const auto power_of_two = [&](std::string_view key, std::uint32_t value) {
      if (reader->sound() && !std::has_single_bit(value))
        reader->refuse(key, "a power of two (MiB)");
    };
    power_of_two("order_ring_mib", config.log.order_ring_mib);
    power_of_two("feed_ring_mib", config.log.feed_ring_mib);
    reader->finish();
  }
  config.admin.token_file = config.log.dir / "admin.token";
  config.archive.path = config.log.dir / "archive.sqlite";
}
}  // namespace

void read_sections(Reader& root, const std::filesystem::path& project_dir, Config& config,
                   References& references) {
  read_engine(root, config.engine);
  read_session(root, project_dir, config, references);
  read_venues(root, project_dir, config);
  read_instruments(root, config, references);
  read_risk(root, config.risk, references);
  read_portfolio(root, config, references);
  read_end_of_day(root, config);
  read_log(root, config);
  read_table(root, "archive", config.archive, Need::Optional);
  read_table(root, "admin", config.admin, Need::Optional);
  read_alerts(root, config);
  if (config.engine.mode == Mode::Live) {
    if (root.has("simulation"))
      root.refuse("simulation", "no such section in mode \"live\": the venue is the exchange");
    std::ignore = root.table("simulation", Need::Optional);
  } else if (auto reader = root.table("simulation", Need::Required)) {
    read_simulation(*reader, project_dir, config.simulation);
  }
  read_table(root, "telemetry", config.telemetry, Need::Optional);
  read_chains(root, config, references);
  read_strategies(root, root.file(), config, references);
  root.finish();
}
}  // namespace sq::settings
