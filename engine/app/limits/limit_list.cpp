#include "engine/app/limits/limit_list.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "engine/app/limits/limit_text.hpp"
#include "engine/app/moment_text.hpp"
#include "engine/app/policy_setup.hpp"
#include "engine/app/summary.hpp"
#include "engine/risk/policies/policy_limits.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
using boost::json::array;
using boost::json::object;

object row_of(const risk::LimitKey& key, const LedgerView& view, const settings::Config& config) {
  const risk::OrderGate& gate = view.ledger().gate();
  const risk::LimitBook& book = view.ledger().limits();
  const std::int64_t value = risk::limit_of(gate, key).value_or(0);
  object row{{"scope", limit_scope_text(key, gate, config)},
             {"limit", limit_kind_text(key.which)},
             {"value", value_text(key.which, value)},
             {"unit", unit_text(key.which)}};
  const auto used = risk::is_policy_limit(key.which)
                        ? risk::policy_limit_in_use(gate.policies(), key, view.last_mono())
                        : gate.in_use(key);
  if (used) {
    row["in_use"] = value_text(key.which, *used);
    row["left"] = value_text(key.which, Int128{value} - *used);
  }
  const auto change = std::ranges::find_if(
      book.changes(), [&](const auto& each) { return risk::key_of(each.limit) == key; });
  if (change == book.changes().end()) {
    row["source"] = "configuration";
    return row;
  }
  row["source"] = "changed while running";
  row["configured"] = value_text(key.which, change->configured);
  row["version"] = change->version;
  row["who"] = change->who.view();
  if (change->until != WallTime{}) {
    row["second"] = change->second.view();
    row["until"] = moment_text(change->until);
    row["returns_to"] = value_text(key.which, change->returns_to);
  }
  return row;
}

object row_of(const risk::LimitBook::Waiting& waiting, const LedgerView& view,
              const settings::Config& config) {
  const risk::LimitKey key = risk::key_of(waiting.limit);
  object row{{"number", std::to_string(waiting.number)},
             {"scope", limit_scope_text(key, view.ledger().gate(), config)},
             {"limit", limit_kind_text(key.which)},
             {"value", value_text(key.which, waiting.value)},
             {"unit", unit_text(key.which)},
             {"until", moment_text(waiting.until)},
             {"made", moment_text(waiting.made)},
             {"who", waiting.who.view()},
             {"second", waiting.second.view()},
             {"reason", waiting.reason.view()}};
  if (waiting.override == 0) return row;
  const std::size_t i = index_of(waiting.instrument);
  const std::size_t s = index_of(waiting.order.strategy);
  row["order"] = object{
      {"instrument",
       i < config.instruments.size() ? instrument_name(config.instruments[i].instrument) : "?"},
      {"strategy", s < config.strategies.size() ? config.strategies[s].name : "?"},
      {"side", sq::text_of(waiting.order.side)},
      {"qty", to_text(waiting.order.qty)},
      {"price", to_text(waiting.order.limit)},
      {"type", sq::text_of(waiting.order.type)},
      {"time_in_force", sq::text_of(waiting.order.tif)}};
  return row;
}
}  // namespace

object limit_list(const LedgerView& view, const settings::Config& config) {
  const risk::OrderGate& gate = view.ledger().gate();
  const risk::LimitBook& book = view.ledger().limits();
  // Values what changed since; the largest number: something has no price yet.
  const bool valued = gate.gross_notional() != std::numeric_limits<std::int64_t>::max();
  array limits;
  for (const risk::LimitKey& key : limits_in_force(gate))
    limits.push_back(row_of(key, view, config));
  array proposals;
  for (const auto& each : book.proposals())
    if (view.last_wall() - each.made < risk::LimitBook::kProposalNs &&
        each.until > view.last_wall())
      proposals.push_back(row_of(each, view, config));
  array overrides;
  for (const auto& each : book.overrides())
    if (each.until > view.last_wall()) overrides.push_back(row_of(each, view, config));
  array disabled;
  for (const auto& each : config.strategies)
    if (gate.policies().disabled(each.id)) disabled.push_back(boost::json::string{each.name});
  array off;
  for (const std::string& each : policies_off(config)) off.push_back(boost::json::string{each});
  return {{"version", gate.limits_version()},
          {"base_currency", config.risk.firm.base_currency.text()},
          {"everything_is_valued", valued},
          {"limits", limits},
          {"proposals", proposals},
          {"overrides", overrides},
          {"strategies_to_acknowledge", disabled},
          {"controls_off", off}};
}
}  // namespace sq::app
