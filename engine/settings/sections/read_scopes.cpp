// Limits of accounts, venues, currencies and of strategies in instruments, and rates between
// currencies: read, and held against the rest.
#include <algorithm>

#include "engine/settings/sections/fields.hpp"
#include "engine/settings/sections/read.hpp"
#include "engine/types/text.hpp"

namespace sq::settings {
namespace {
template <class Table>
void read_all(Reader& risk, std::string_view key, std::string_view named_by,
              std::vector<Table>& out, std::vector<Reference>& references) {
  for (Reader& each : risk.tables(key, Need::Optional)) {
    Table table;
    fields(each, table);
    if constexpr (requires { table.limits; })
      if (each.sound()) check_limits(each, table.limits);
    if (each.sound()) references.push_back({out.size(), 0, each.problem_at(named_by, "")});
    each.finish();
    out.push_back(std::move(table));
  }
}
}  // namespace

// The bound that halts is the larger one.
void check_limits(Reader& reader, const FurtherLimits& limits, const Amount* loss_max) {
  const Amount* const loss = loss_max != nullptr     ? loss_max
                             : limits.daily_loss_max ? &*limits.daily_loss_max
                                                     : nullptr;
  if (limits.daily_loss_halt && loss != nullptr && limits.daily_loss_halt->raw < loss->raw)
    reader.refuse("daily_loss_halt", "at least daily_loss_max");
  if (limits.drawdown_halt && limits.drawdown_max &&
      limits.drawdown_halt->raw < limits.drawdown_max->raw)
    reader.refuse("drawdown_halt", "at least drawdown_max");
}

void read_scopes(Reader& risk, Risk& out, References& references) {
  ScopeReferences& of = references.scopes;
  read_all(risk, "account", "name", out.accounts, of.accounts);
  read_all(risk, "venue", "venue", out.venues, of.venues);
  read_all(risk, "currency", "currency", out.currencies, of.currencies);
  read_all(risk, "holding", "instrument", out.holdings, of.holdings);
  read_all(risk, "fx", "from", out.fx, of.fx);
}

namespace {
class ScopeLinker {
 public:
  ScopeLinker(Config& config, const References& references, std::vector<Problem>& problems)
      : config_{config}, references_{references}, problems_{problems} {}

  void link() {
    once(references_.scopes.accounts, config_.risk.accounts, &AccountLimits::name);
    once(references_.scopes.venues, config_.risk.venues, &VenueLimits::venue);
    once(references_.scopes.currencies, config_.risk.currencies, &CurrencyLimits::currency);
    once(references_.scopes.fx, config_.risk.fx, &FxRate::from);
    link_accounts();
    for (const Reference& each : references_.scopes.holdings)
      link_holding(config_.risk.holdings[each.index], each);
    for (const Reference& each : references_.scopes.fx)
      link_rate(config_.risk.fx[each.index], each);
    if (references_.instruments_sound && references_.strategies_sound) check_traded();
  }

 private:
  void refuse(Problem problem, std::string accepted) {
    problem.accepted = std::move(accepted);
    problems_.push_back(std::move(problem));
  }
  template <class Table, class Name>
  void once(const std::vector<Reference>& from, const std::vector<Table>& tables,
            Name Table::*name) {
    for (const Reference& each : from) {
      for (std::size_t earlier = 0; earlier < each.index; ++earlier) {
        if (tables[earlier].*name != tables[each.index].*name) continue;
        refuse(each.problem, "each of them once");
        break;
      }
    }
  }
  bool link(StrategyInstrument& named, const Problem& problem) {
    const InstrumentSettings* found = config_.find(named.venue, named.symbol.view());
    if (found == nullptr) {
      if (references_.instruments_sound) refuse(problem, "one of the tables [[instrument]]");
      return false;
    }
    named.instrument = found->instrument.id;
    return true;
  }

  void link_accounts() {
    std::vector<AccountLimits>& accounts = config_.risk.accounts;
    for (const auto& [index, item, problem] : references_.strategy_limits) {
      StrategyLimits& limits = config_.risk.strategies[index];
      if (accounts.empty() && !limits.account) continue;
      const auto found = limits.account
                             ? std::ranges::find(accounts, *limits.account, &AccountLimits::name)
                             : accounts.end();
      if (found == accounts.end()) {
        refuse(problem, "a strategy with an account that has a table [[risk.account]]");
        continue;
      }
      limits.account_id = AccountId{static_cast<std::uint16_t>(found - accounts.begin())};
    }
  }

  void link_holding(HoldingLimits& limits, const Reference& from) {
    const auto found =
        std::ranges::find(config_.strategies, limits.strategy, &StrategySettings::name);
    if (found == config_.strategies.end()) {
      if (references_.strategies_sound)
        refuse(from.problem, "a strategy with a table [strategy.<name>]");
      return;
    }
    limits.strategy_id = found->id;
    if (!link(limits.instrument, from.problem)) return;
    const auto same = [&](const HoldingLimits& other) {
      return other.strategy == limits.strategy &&
             other.instrument.instrument == limits.instrument.instrument;
    };
    if (std::ranges::count_if(config_.risk.holdings, same) > 1)
      refuse(from.problem, "each strategy and instrument once");
  }

  void link_rate(FxRate& fx, const Reference& from) {
    if (fx.to != config_.risk.firm.base_currency || fx.from == fx.to)
      return refuse(from.problem, "a rate from another currency to risk.base_currency");
    if (!fx.instrument || !link(*fx.instrument, from.problem)) return;
    const Instrument& of = config_.instruments[index_of(fx.instrument->instrument)].instrument;
    const bool straight = of.base == fx.from && of.quote == fx.to;
    fx.inverted = of.base == fx.to && of.quote == fx.from;
    if (!straight && !fx.inverted)
      refuse(from.problem, "an instrument whose base and quote are these two currencies");
  }

  // What is traded has a table wherever others of its kind have one, and a rate where it needs one.
  void check_traded() {
    const Risk& risk = config_.risk;
    for (const auto& [index, item, problem] : references_.strategy_instruments) {
      const StrategySettings& strategy = config_.strategies[index];
      const StrategyInstrument& traded = strategy.instruments[item];
      if (traded.instrument == kNoInstrument) continue;
      const Instrument& of = config_.instruments[index_of(traded.instrument)].instrument;
      const auto needs = [&](bool others, bool has, std::string_view table,
                             std::string_view whose) {
        if (!others || has) return;
        refuse(problem, std::string{"a table [["}.append(table).append("]] of ").append(whose));
      };
      needs(!risk.venues.empty(), has(risk.venues, &VenueLimits::venue, of.venue), "risk.venue",
            text_of(of.venue));
      needs(!risk.currencies.empty(), has(risk.currencies, &CurrencyLimits::currency, of.settle),
            "risk.currency", of.settle.text());
      needs(of.settle != risk.firm.base_currency, has(risk.fx, &FxRate::from, of.settle), "risk.fx",
            of.settle.text());
      const bool others = has(risk.holdings, &HoldingLimits::strategy, strategy.name);
      const auto mine = [&](const HoldingLimits& each) {
        return each.strategy == strategy.name && each.instrument.instrument == traded.instrument;
      };
      needs(others, std::ranges::any_of(risk.holdings, mine), "risk.holding", strategy.name);
    }
  }
  template <class Table, class Name>
  static bool has(const std::vector<Table>& tables, Name Table::*name, const Name& wanted) {
    return std::ranges::find(tables, wanted, name) != tables.end();
  }

  Config& config_;
  const References& references_;
  std::vector<Problem>& problems_;
};
}  // namespace

void link_scopes(Config& config, const References& references, std::vector<Problem>& problems) {
  ScopeLinker{config, references, problems}.link();
}
}  // namespace sq::settings
