#include <algorithm>

#include "engine/settings/sections/read.hpp"
#include "engine/types/text.hpp"

namespace sq::settings {
namespace {
std::string full_name(const StrategyInstrument& of) {
  return std::string{text_of(of.venue)} + ":" + std::string{of.symbol.view()};
}

class OptionLinker {
 public:
  OptionLinker(Config& config, const References& references, std::vector<Problem>& problems)
      : config_{config}, references_{references}, problems_{problems} {}

  void link() {
    if (!references_.instruments_sound) return;  // what is missing may only be misspelt there
    for (const auto& [index, item, problem] : references_.options) {
      InstrumentSettings& option = config_.instruments[index];
      if (const Instrument* found = underlying(option.underlying, problem)) {
        option.instrument.underlying = option.underlying.instrument = found->id;
        if (found->quote != option.instrument.quote)
          refuse(problem, "an underlying in the option's quote currency " +
                              std::string{option.instrument.quote.text()});
      }
    }
    for (const auto& [index, item, problem] : references_.chains) link_chain(index, problem);
    for (const auto& [index, item, problem] : references_.greek_limits) link_limit(index, problem);
  }

 private:
  void refuse(Problem problem, std::string accepted) {
    problem.accepted = std::move(accepted);
    problems_.push_back(std::move(problem));
  }
  // What can be: it exists, is no option and its price is in its quote currency.
  const Instrument* underlying(const StrategyInstrument& name, const Problem& problem) {
    const InstrumentSettings* found = config_.find(name.venue, name.symbol.view());
    if (found == nullptr) {
      refuse(problem, full_name(name) + " to be one of the tables [[instrument]]");
      return nullptr;
    }
    const InstrumentKind kind = found->instrument.kind;
    if (kind == InstrumentKind::Option || kind == InstrumentKind::InversePerpetual) {
      refuse(problem, "an underlying that is neither an option nor an inverse-perpetual");
      return nullptr;
    }
    return &found->instrument;
  }

  void link_chain(std::size_t index, const Problem& problem) {
    ChainSettings& chain = config_.chains[index];
    const Instrument* found = underlying(chain.underlying, problem);
    if (found == nullptr) return;
    chain.underlying.instrument = found->id;
    for (std::size_t i = 0; i < index; ++i) {
      if (config_.chains[i].underlying.instrument == found->id)
        refuse(problem, "each underlying in one chain");
    }
    const bool priced =
        std::ranges::any_of(config_.instruments, [&](const InstrumentSettings& each) {
          return each.instrument.kind == InstrumentKind::Option &&
                 each.underlying == chain.underlying;
        });
    if (!priced) refuse(problem, "an underlying with an [[instrument]] of kind \"option\"");
    const auto feeds = [&](const Recording& recording) {
      return recording.venue == found->venue && recording.symbol == found->symbol;
    };
    if (config_.engine.mode == Mode::Recorded &&
        std::ranges::none_of(config_.session.recordings, feeds))
      refuse(problem, "an underlying with a table [[session.recording]]");
  }

  void link_limit(std::size_t index, const Problem& problem) {
    GreekLimits& limits = config_.risk.greeks[index];
    const Currency base = config_.risk.firm.base_currency;
    if (limits.vega_max) limits.vega_max->currency = base;
    if (limits.theta_max) limits.theta_max->currency = base;
    if (limits.strategy) {
      const auto found =
          std::ranges::find(config_.strategies, *limits.strategy, &StrategySettings::name);
      if (found != config_.strategies.end()) {
        limits.strategy_id = found->id;
      } else if (references_.strategies_sound) {
        refuse(problem,
               "the name of a table [strategy.<name>] in strategy = \"" + *limits.strategy + "\"");
      }
    }
    if (!limits.underlying) return;
    const Instrument* found = underlying(*limits.underlying, problem);
    if (found == nullptr) return;
    limits.underlying->instrument = found->id;
    // Without a chain every order in an option would be refused, which looks like a fault.
    const bool chained = std::ranges::any_of(config_.chains, [&](const ChainSettings& chain) {
      return chain.underlying.venue == found->venue && chain.underlying.symbol == found->symbol;
    });
    if (!chained) refuse(problem, "an underlying with a table [chain.<name>]");
  }

  Config& config_;
  const References& references_;
  std::vector<Problem>& problems_;
};
}  // namespace

void link_options(Config& config, const References& references, std::vector<Problem>& problems) {
  OptionLinker{config, references, problems}.link();
}
}  // namespace sq::settings
