#include "engine/app/policy_setup.hpp"

#include <algorithm>

namespace sq::app {
namespace {
template <class To, class From>
std::optional<To> as(const std::optional<From>& value) {
  return value ? std::optional<To>{static_cast<To>(*value)} : std::nullopt;
}
risk::WindowLimits window_of(const settings::WindowRule& rule) {
  risk::WindowLimits made;
  made.window_ns = rule.window_ns;
  if (rule.qty_max) made.qty_max = rule.qty_max->raw();
  if (rule.notional_max) made.notional_max = rule.notional_max->raw;
  made.orders_max = as<std::int64_t>(rule.orders_max);
  return made;
}
risk::VenuePolicies& venue_of(risk::PolicySetup& setup, VenueId venue) {
  const auto found = std::find_if(setup.venues.begin(), setup.venues.end(),
                                  [&](const auto& each) { return each.venue == venue; });
  if (found != setup.venues.end()) return *found;
  setup.venues.emplace_back().venue = venue;
  return setup.venues.back();
}
void add_instrument(risk::InstrumentPolicies& to, const settings::InstrumentRule& rule) {
  to.restricted = rule.restricted;
  to.delivery = rule.delivery;
  if (rule.freeze_qty) to.freeze_qty = rule.freeze_qty->raw();
  to.slice = rule.slice;
  if (rule.impact_bps) to.impact_max = Ratio::from_raw(Ratio::kScale / 10'000 * *rule.impact_bps);
  to.filter_age_ns_max = rule.filter_age_ns_max;
  to.order_to_trade = {rule.ratio_window_ns, rule.ratio_messages_min, rule.ratio_warn,
                       rule.ratio_max};
}
void add_rate(risk::PolicySetup& setup, const settings::RateRule& rule) {
  const risk::MessageRateLimits limits{rule.messages_per_second, rule.burst, rule.reserve};
  if (rule.strategy) setup.strategies[index_of(rule.strategy_id)].rate = limits;
  if (rule.account) {
    if (setup.accounts.size() <= *rule.account) setup.accounts.resize(*rule.account + 1U);
    setup.accounts[*rule.account] = limits;
  }
  if (!rule.venue) return;
  risk::VenuePolicies& venue = venue_of(setup, *rule.venue);
  venue.rate = limits;
  venue.weights = {rule.order_weight, rule.amend_weight, rule.cancel_weight};
}
}  // namespace

risk::PolicySetup policy_setup(const settings::Config& config) {
  const settings::Policies& from = config.risk.policies;
  risk::PolicySetup setup;
  setup.instruments.resize(config.instruments.size());
  setup.strategies.resize(config.strategies.size());
  if (from.duplicates) {
    setup.duplicate_window_ns = from.duplicates->window_ns;
    setup.duplicate_memory = from.duplicates->memory;
  }
  for (const settings::WindowRule& each : from.windows) {
    auto& windows = each.instrument
                        ? setup.instruments[index_of(each.instrument->instrument)].windows
                        : setup.windows;
    windows.push_back(window_of(each));
  }
  for (const settings::VenueRule& each : from.venues) {
    risk::VenuePolicies& venue = venue_of(setup, each.venue);
    venue.session = each.session;
    venue.tags = each.tags;
    venue.receive_window_ns = each.receive_window_ns;
    venue.clock_age_ns_max = each.clock_age_ns_max;
  }
  for (const settings::RateRule& each : from.rates) add_rate(setup, each);
  for (const settings::RepeatedRule& each : from.repeated)
    setup.strategies[index_of(each.strategy_id)].repeated = {each.executions_max.value_or(0),
                                                             each.cycles_max.value_or(0)};
  for (const settings::TagRule& each : from.tags)
    setup.strategies[index_of(each.strategy_id)].tagged = true;
  for (const settings::InstrumentRule& each : from.instruments)
    add_instrument(setup.instruments[index_of(each.instrument.instrument)], each);
  return setup;
}

std::vector<std::string> policies_off(const settings::Config& config) {
  const settings::Policies& of = config.risk.policies;
  std::vector<std::string> off;
  const auto add = [&](const char* name, bool on) {
    if (!on) off.emplace_back(name);
  };
  const auto venue = [&](auto&& test) { return std::ranges::any_of(of.venues, test); };
  const auto instrument = [&](auto&& test) { return std::ranges::any_of(of.instruments, test); };
  add("duplicates", of.duplicates && of.duplicates->window_ns > 0);
  add("window", !of.windows.empty());
  add("rate", !of.rates.empty());
  add("repeated", !of.repeated.empty());
  add("session", venue([](const auto& each) { return each.session; }));
  add("tags", venue([](const auto& each) { return each.tags; }));
  add("receive_window_ms", venue([](const auto& each) { return each.receive_window_ns > 0; }));
  add("freeze_qty", instrument([](const auto& each) { return each.freeze_qty.has_value(); }));
  add("delivery", instrument([](const auto& each) { return each.delivery; }));
  add("impact_bps", instrument([](const auto& each) { return each.impact_bps.has_value(); }));
  add("filter_age_ms_max", instrument([](const auto& each) { return each.filter_age_ns_max > 0; }));
  add("ratio_window_ms", instrument([](const auto& each) { return each.ratio_window_ns > 0; }));
  return off;
}

std::string text_of_policies_off(const settings::Config& config) {
  std::string text;
  for (const std::string& each : policies_off(config)) {
    if (!text.empty()) text += ", ";
    text += each;
  }
  return text.empty() ? "none" : text;
}
}  // namespace sq::app
