// The tables of the controls beside the limits on exposure: read, and held against the rest.
#include <algorithm>

#include "engine/settings/sections/policy_fields.hpp"
#include "engine/settings/sections/read.hpp"

namespace sq::settings {
namespace {
constexpr std::size_t kWindowsMax = 3;  // of the firm, and of each instrument

void check(Reader& reader, const WindowRule& rule) {
  if (!rule.qty_max && !rule.notional_max && !rule.orders_max)
    reader.refuse("orders_max", "at least one of qty_max, notional_max, orders_max");
  if (!rule.instrument && rule.qty_max)
    reader.refuse("qty_max", "an instrument: quantities of different ones do not add up");
}
void check(Reader& reader, const RateRule& rule) {
  const int scopes = (rule.strategy ? 1 : 0) + (rule.account ? 1 : 0) + (rule.venue ? 1 : 0);
  if (scopes != 1) reader.refuse("venue", "exactly one of strategy, account, venue");
  if (rule.reserve >= rule.burst) reader.refuse("reserve", "less than burst");
  const auto heaviest = std::max(rule.order_weight, rule.amend_weight);
  if (!rule.venue && (heaviest > 1 || rule.cancel_weight > 1))
    reader.refuse("order_weight", "weights for a venue only");
  if (rule.burst > rule.reserve && rule.burst - rule.reserve < heaviest)
    reader.refuse("burst", "room for one order beside the reserve");
}
void check(Reader& reader, const RepeatedRule& rule) {
  if (!rule.executions_max && !rule.cycles_max)
    reader.refuse("executions_max", "at least one of executions_max, cycles_max");
}
void check(Reader& reader, const InstrumentRule& rule) {
  if (rule.ratio_max < rule.ratio_warn) reader.refuse("ratio_max", "at least ratio_warn");
  if (rule.slice && !rule.freeze_qty) reader.refuse("slice", "a freeze_qty to slice by");
}
void check(Reader&, const TagRule&) {}
void check(Reader&, const VenueRule&) {}

template <class Rule>
void read_all(Reader& risk, std::string_view key, std::string_view named_by, std::vector<Rule>& out,
              std::vector<Reference>& references) {
  for (Reader& each : risk.tables(key, Need::Optional)) {
    Rule rule;
    fields(each, rule);
    if (each.sound()) check(each, rule);
    if (each.sound()) references.push_back({out.size(), 0, each.problem_at(named_by, "")});
    each.finish();
    out.push_back(std::move(rule));
  }
}
}  // namespace

void read_policies(Reader& risk, Policies& out, References& references) {
  if (auto reader = risk.table("duplicates", Need::Optional)) {
    out.duplicates.emplace();
    fields(*reader, *out.duplicates);
    reader->finish();
  }
  PolicyReferences& of = references.policies;
  read_all(risk, "window", "instrument", out.windows, of.windows);
  read_all(risk, "rate", "strategy", out.rates, of.rates);
  read_all(risk, "repeated", "strategy", out.repeated, of.repeated);
  read_all(risk, "tags", "strategy", out.tags, of.tags);
  read_all(risk, "venue_rules", "venue", out.venues, of.venues);
  read_all(risk, "instrument_rules", "instrument", out.instruments, of.instruments);
}

namespace {
class PolicyLinker {
 public:
  PolicyLinker(Config& config, const References& references, std::vector<Problem>& problems)
      : config_{config}, references_{references}, problems_{problems} {}

  void link() {
    Policies& of = config_.risk.policies;
    const PolicyReferences& from = references_.policies;
    for (const Reference& each : from.windows) link_window(of.windows[each.index], each);
    for (const Reference& each : from.rates) {
      RateRule& rule = of.rates[each.index];
      if (rule.strategy) rule.strategy_id = strategy(*rule.strategy, each.problem);
    }
    for (const Reference& each : from.repeated)
      of.repeated[each.index].strategy_id =
          strategy(of.repeated[each.index].strategy, each.problem);
    for (const Reference& each : from.tags)
      of.tags[each.index].strategy_id = strategy(of.tags[each.index].strategy, each.problem);
    for (const Reference& each : from.instruments)
      link(of.instruments[each.index].instrument, each);
    once(from.rates, of.rates, [](const RateRule& a, const RateRule& b) {
      return a.strategy == b.strategy && a.account == b.account && a.venue == b.venue;
    });
    once(from.repeated, of.repeated,
         [](const RepeatedRule& a, const RepeatedRule& b) { return a.strategy == b.strategy; });
    once(from.tags, of.tags,
         [](const TagRule& a, const TagRule& b) { return a.strategy == b.strategy; });
    once(from.venues, of.venues,
         [](const VenueRule& a, const VenueRule& b) { return a.venue == b.venue; });
    once(from.instruments, of.instruments, [](const InstrumentRule& a, const InstrumentRule& b) {
      return a.instrument == b.instrument;
    });
  }

 private:
  void refuse(Problem problem, std::string accepted) {
    problem.accepted = std::move(accepted);
    problems_.push_back(std::move(problem));
  }
  StrategyId strategy(const std::string& name, const Problem& problem) {
    const auto found = std::ranges::find(config_.strategies, name, &StrategySettings::name);
    if (found != config_.strategies.end()) return found->id;
    if (references_.strategies_sound) refuse(problem, "the name of a table [strategy.<name>]");
    return kNoStrategy;
  }
  void link(StrategyInstrument& named, const Reference& from) {
    const InstrumentSettings* found = config_.find(named.venue, named.symbol.view());
    if (found != nullptr) {
      named.instrument = found->instrument.id;
    } else if (references_.instruments_sound) {
      refuse(from.problem, "one of the tables [[instrument]]");
    }
  }
  void link_window(WindowRule& rule, const Reference& from) {
    const Currency base = config_.risk.firm.base_currency;
    if (rule.notional_max) rule.notional_max->currency = base;
    if (rule.instrument) {
      link(*rule.instrument, from);
      const InstrumentSettings* found =
          config_.find(rule.instrument->venue, rule.instrument->symbol.view());
      if (found != nullptr && rule.notional_max)
        rule.notional_max->currency = found->instrument.settle;
    } else if (rule.notional_max &&
               std::ranges::any_of(config_.instruments, [&](const InstrumentSettings& each) {
                 return each.instrument.settle != base;
               })) {
      refuse(from.problem,
             "no notional_max of the firm where instruments settle in other "
             "currencies than risk.base_currency: values do not add up");
    }
    const auto same =
        std::ranges::count_if(config_.risk.policies.windows, [&](const WindowRule& other) {
          if (!other.instrument || !rule.instrument) return !other.instrument && !rule.instrument;
          return other.instrument->venue == rule.instrument->venue &&
                 other.instrument->symbol == rule.instrument->symbol;
        });
    if (static_cast<std::size_t>(same) > kWindowsMax)
      refuse(from.problem, "at most 3 tables [[risk.window]] of the same");
  }
  template <class Rule, class Same>
  void once(const std::vector<Reference>& from, const std::vector<Rule>& rules, const Same& same) {
    for (const Reference& each : from) {
      for (std::size_t earlier = 0; earlier < each.index; ++earlier) {
        if (!same(rules[earlier], rules[each.index])) continue;
        refuse(each.problem, "each of them once");
        break;
      }
    }
  }

  Config& config_;
  const References& references_;
  std::vector<Problem>& problems_;
};
}  // namespace

void link_policies(Config& config, const References& references, std::vector<Problem>& problems) {
  PolicyLinker{config, references, problems}.link();
}
}  // namespace sq::settings
