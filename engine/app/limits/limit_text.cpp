#include "engine/app/limits/limit_text.hpp"

#include <fmt/format.h>

#include "engine/app/summary.hpp"
#include "engine/risk/policies/policy_limits.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
constexpr std::string_view kFine8 = "1e-8 ";
constexpr std::string_view kFine9 = "1e-9 ";

std::string_view raw_unit(risk::LimitKind kind) noexcept {
  return risk::is_policy_limit(kind) ? risk::policy_limit_unit(kind) : risk::unit_of(kind);
}
int decimals_of(risk::LimitKind kind) noexcept {
  const std::string_view unit = raw_unit(kind);
  return unit.starts_with(kFine8) ? 8 : unit.starts_with(kFine9) ? 9 : 0;
}
std::string name_of_instrument(std::uint32_t number, const settings::Config& config) {
  return number < config.instruments.size() ? instrument_name(config.instruments[number].instrument)
                                            : std::to_string(number);
}
std::string name_of_strategy(std::uint32_t number, const settings::Config& config) {
  return number < config.strategies.size() ? config.strategies[number].name
                                           : std::to_string(number);
}
}  // namespace

std::vector<risk::LimitKey> limits_in_force(const risk::OrderGate& gate) {
  std::vector<risk::LimitKey> all;
  for (const risk::LimitKey& key : gate.limit_keys())
    if (gate.limit(key)) all.push_back(key);
  const auto policies = risk::policy_limits(gate.policies());
  all.insert(all.end(), policies.begin(), policies.end());
  return all;
}

std::string limit_scope_text(const risk::LimitKey& key, const risk::OrderGate& gate,
                             const settings::Config& config) {
  const std::string_view kind = risk::text_of(key.scope);
  switch (key.scope) {
    case risk::ScopeKind::None:
    case risk::ScopeKind::Firm:
      return std::string{kind};
    case risk::ScopeKind::Account:
      break;
    case risk::ScopeKind::Venue:
      return fmt::format("{}:{}", kind, text_of(static_cast<VenueId>(key.number)));
    case risk::ScopeKind::Strategy:
      return fmt::format("{}:{}", kind, name_of_strategy(key.number, config));
    case risk::ScopeKind::Instrument:
      return fmt::format("{}:{}", kind, name_of_instrument(key.number, config));
    case risk::ScopeKind::StrategyInstrument:
      return fmt::format("{}:{}:{}", kind, name_of_strategy(index_of(key.strategy), config),
                         name_of_instrument(key.number, config));
    case risk::ScopeKind::Currency:
      if (key.number < gate.currencies().size())
        return fmt::format("{}:{}", kind, gate.currencies()[key.number].text());
      break;
  }
  return fmt::format("{}:{}", kind, key.number);
}

std::string_view limit_kind_text(risk::LimitKind kind) noexcept {
  return risk::is_policy_limit(kind) ? risk::policy_limit_text(kind) : risk::text_of(kind);
}

std::optional<risk::LimitKey> parse_limit(std::string_view scope, std::string_view limit,
                                          const risk::OrderGate& gate,
                                          const settings::Config& config) {
  for (const risk::LimitKey& key : limits_in_force(gate))
    if (limit_kind_text(key.which) == limit && limit_scope_text(key, gate, config) == scope)
      return key;
  return std::nullopt;
}

std::string_view unit_text(risk::LimitKind kind) noexcept {
  const std::string_view unit = raw_unit(kind);
  return decimals_of(kind) != 0 ? unit.substr(kFine8.size()) : unit;
}
std::string value_text(risk::LimitKind kind, Int128 value) {
  return to_text(value, decimals_of(kind));
}
std::optional<std::int64_t> parse_value(risk::LimitKind kind, std::string_view text) {
  const auto value = parse_decimal(text, decimals_of(kind));
  return value ? std::optional{*value} : std::nullopt;
}

std::string_view words_of(LimitRefusal refusal) noexcept {
  switch (refusal) {
    case LimitRefusal::None:
      return "";
    case LimitRefusal::NoSuchLimit:
      return "there is no such limit, or it is off: what is off is not switched on while running";
    case LimitRefusal::OutOfRange:
      return "the value is negative or more than was reserved at the start";
    case LimitRefusal::NoChange:
      return "the limit has this value already";
    case LimitRefusal::NeedsProposal:
      return "this would let more pass: propose it with an end, and a second person approves";
    case LimitRefusal::NotLooser:
      return "this would not let more pass: set it, it applies at once";
    case LimitRefusal::NoName:
      return "who asks needs a name, and a proposal a reason";
    case LimitRefusal::SamePerson:
      return "the person who proposed cannot approve";
    case LimitRefusal::NoSuchProposal:
      return "there is no such proposal: never made, approved already, or older than a day";
    case LimitRefusal::BadExpiry:
      return "the end must lie in the future: within 31 days for a raise, a day for an override";
    case LimitRefusal::NoRoom:
      return "too many proposals, overrides or changes wait";
    case LimitRefusal::NoSuchStrategy:
      return "there is no such strategy";
    case LimitRefusal::BadOrder:
      return "an override names an instrument and an order with a quantity";
  }
  return "?";
}
}  // namespace sq::app
