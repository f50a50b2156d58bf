#include <algorithm>

#include "engine/settings/sections/read.hpp"
#include "engine/settings/strict/nearest.hpp"
#include "engine/types/text.hpp"

namespace sq::settings {
namespace {
std::string full_name(VenueId venue, const Symbol& symbol) {
  return std::string{text_of(venue)} + ":" + std::string{symbol.view()};
}

class Linker {
 public:
  Linker(Config& config, const References& references, std::vector<Problem>& problems)
      : config_{config}, references_{references}, problems_{problems} {
    known_.reserve(config.instruments.size());
    for (const InstrumentSettings& each : config.instruments)
      known_.push_back(full_name(each.instrument.venue, each.instrument.symbol));
  }

  void link() {
    link_recordings();
    link_instrument_limits();
    link_strategies();
    link_strategy_limits();
    check_limits_exist();
    check_strategies_are_fed();
    check_balances();
  }

 private:
  void refuse(Problem problem, std::string accepted, std::string nearest = {}) {
    problem.accepted = std::move(accepted);
    problem.nearest = std::move(nearest);
    problems_.push_back(std::move(problem));
  }

  // The id of an instrument; a problem when there is none.
  InstrumentId id_of(VenueId venue, const Symbol& symbol, const Problem& problem) {
    const InstrumentSettings* found = config_.find(venue, symbol.view());
    if (found != nullptr) return found->instrument.id;
    if (references_.instruments_sound) {
      const std::string name = full_name(venue, symbol);
      refuse(problem, name + " to be one of the tables [[instrument]]", nearest_of(name, known_));
    }
    return kNoInstrument;
  }

  void link_recordings() {
    for (const auto& [index, item, problem] : references_.recordings) {
      Recording& recording = config_.session.recordings[index];
      recording.instrument = id_of(recording.venue, recording.symbol, problem);
    }
  }

  void link_instrument_limits() {
    for (const auto& [index, item, problem] : references_.instrument_limits) {
      InstrumentLimits& limits = config_.risk.instruments[index];
      const InstrumentId id = id_of(limits.venue, limits.symbol, problem);
      if (id == kNoInstrument) continue;
      if (config_.risk.limits_of(id) != nullptr) {
        refuse(problem, "each instrument once in [[risk.instrument]]");
        continue;
      }
      const Instrument& of = config_.instruments[index_of(id)].instrument;
      limits.instrument = id;
      limits.order_value_max.currency = of.settle;
      if (limits.order_qty_max < of.qty_min || limits.position_max < of.qty_min)
        refuse(problem, "order_qty_max and position_max of at least the instrument's qty_min");
      if (limits.order_value_max.raw < of.notional_min)
        refuse(problem, "an order_value_max of at least the instrument's notional_min");
    }
  }

  void link_strategies() {
    for (const auto& [index, item, problem] : references_.strategy_instruments) {
      StrategyInstrument& of = config_.strategies[index].instruments[item];
      of.instrument = id_of(of.venue, of.symbol, problem);
    }
  }

  void link_strategy_limits() {
    const Currency base = config_.risk.firm.base_currency;
    config_.risk.firm.daily_loss_max.currency = base;
    config_.risk.firm.gross_notional_max.currency = base;
    std::vector<std::string> names;
    names.reserve(config_.strategies.size());
    for (const StrategySettings& each : config_.strategies) names.push_back(each.name);
    for (const auto& [index, item, problem] : references_.strategy_limits) {
      StrategyLimits& limits = config_.risk.strategies[index];
      limits.daily_loss_max.currency = base;
      const auto found = std::ranges::find(names, limits.name);
      if (found == names.end()) {
        if (references_.strategies_sound)
          refuse(problem, "the name of a table [strategy.<name>]", nearest_of(limits.name, names));
        continue;
      }
      const auto id = StrategyId{static_cast<std::uint16_t>(found - names.begin())};
      if (config_.risk.limits_of(id) != nullptr) {
        refuse(problem, "each strategy once in [[risk.strategy]]");
        continue;
      }
      limits.strategy = id;
    }
  }

  void check_limits_exist() {
    for (const auto& [index, item, problem] : references_.strategies) {
      if (config_.risk.limits_of(config_.strategies[index].id) == nullptr &&
          references_.strategies_sound)
        refuse(problem, "a strategy with a table [[risk.strategy]]");
    }
    for (const auto& [index, item, problem] : references_.strategy_instruments) {
      const StrategyInstrument& of = config_.strategies[index].instruments[item];
      if (of.instrument != kNoInstrument && references_.instruments_sound &&
          config_.risk.limits_of(of.instrument) == nullptr)
        refuse(problem, "instruments with a table [[risk.instrument]]; " +
                            full_name(of.venue, of.symbol) + " has none");
    }
  }

  // A strategy on an instrument without data would wait for ever and look healthy.
  void check_strategies_are_fed() {
    if (config_.engine.mode != Mode::Recorded) return check_venues_are_connected();
    if (config_.session.recordings.empty()) return;
    for (const auto& [index, item, problem] : references_.strategy_instruments) {
      const StrategyInstrument& of = config_.strategies[index].instruments[item];
      const auto feeds = [&](const Recording& recording) {
        return recording.venue == of.venue && recording.symbol == of.symbol;
      };
      if (of.instrument != kNoInstrument && std::ranges::none_of(config_.session.recordings, feeds))
        refuse(problem, "instruments with a table [[session.recording]]; " +
                            full_name(of.venue, of.symbol) + " has none");
    }
  }

  void check_venues_are_connected() {
    for (const auto& [index, item, problem] : references_.strategy_instruments) {
      const StrategyInstrument& of = config_.strategies[index].instruments[item];
      if (of.instrument != kNoInstrument && !config_.venues.empty() &&
          config_.connection(of.venue) == nullptr)
        refuse(problem, "instruments of venues with a table [[venue]]; " +
                            full_name(of.venue, of.symbol) + " has none");
    }
  }

  void check_balances() {
    if (config_.engine.mode == Mode::Live || !references_.instruments_sound) return;
    if (config_.portfolio.balances.empty()) return;  // already a problem of its own
    std::vector<VenueId> venues;
    for (const auto& [index, item, problem] : references_.strategy_instruments) {
      const StrategyInstrument& of = config_.strategies[index].instruments[item];
      if (of.instrument == kNoInstrument || std::ranges::find(venues, of.venue) != venues.end())
        continue;
      venues.push_back(of.venue);
      const Currency settle = config_.instruments[index_of(of.instrument)].instrument.settle;
      const auto pays = [&](const Balance& balance) {
        return balance.venue == of.venue && balance.amount.currency == settle;
      };
      if (std::ranges::none_of(config_.portfolio.balances, pays))
        refuse(references_.portfolio, "a balance of " + std::string{settle.text()} + " at " +
                                          std::string{text_of(of.venue)} +
                                          ", where strategies trade");
    }
  }

  Config& config_;
  const References& references_;
  std::vector<Problem>& problems_;
  std::vector<std::string> known_;
};
}  // namespace

void link_sections(Config& config, const References& references, std::vector<Problem>& problems) {
  Linker{config, references, problems}.link();
  link_options(config, references, problems);
  link_policies(config, references, problems);
  link_scopes(config, references, problems);
}

const InstrumentLimits* Risk::limits_of(InstrumentId id) const noexcept {
  const auto found = std::ranges::find(instruments, id, &InstrumentLimits::instrument);
  return found == instruments.end() ? nullptr : &*found;
}
const StrategyLimits* Risk::limits_of(StrategyId id) const noexcept {
  const auto found = std::ranges::find(strategies, id, &StrategyLimits::strategy);
  return found == strategies.end() ? nullptr : &*found;
}
}  // namespace sq::settings
