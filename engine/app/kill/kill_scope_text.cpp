#include "engine/app/kill/kill_scope_text.hpp"

#include <fmt/format.h>

#include <charconv>

#include "engine/app/summary.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
std::optional<KillScope> parse_kill_scope(std::string_view text, const settings::Config& config) {
  if (text == "all") return KillScope{};
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view kind = text.substr(0, colon);
  const std::string_view name = text.substr(colon + 1);
  if (kind == "venue") {
    for (const auto& each : config.instruments)
      if (text_of(each.instrument.venue) == name)
        return KillScope{KillScopeKind::Venue, static_cast<std::uint16_t>(each.instrument.venue)};
  } else if (kind == "strategy") {
    for (const auto& each : config.strategies)
      if (each.name == name) return KillScope{KillScopeKind::Strategy, index_of(each.id)};
  } else if (kind == "instrument") {
    for (const auto& each : config.instruments)
      if (instrument_name(each.instrument) == name)
        return KillScope{KillScopeKind::Instrument, index_of(each.instrument.id)};
  } else if (kind == "account") {
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc{} && end == name.data() + name.size() && !name.empty())
      return KillScope{KillScopeKind::Account, number};
  }
  return std::nullopt;
}

std::string kill_scope_text(const KillScope& scope, const settings::Config& config) {
  const std::string_view kind = text_of(scope.kind);
  switch (scope.kind) {
    case KillScopeKind::All:
      return std::string{kind};
    case KillScopeKind::Venue:
      return fmt::format("{}:{}", kind, text_of(static_cast<VenueId>(scope.number)));
    case KillScopeKind::Strategy:
      if (scope.number < config.strategies.size())
        return fmt::format("{}:{}", kind, config.strategies[scope.number].name);
      break;
    case KillScopeKind::Instrument:
      if (scope.number < config.instruments.size())
        return fmt::format("{}:{}", kind,
                           instrument_name(config.instruments[scope.number].instrument));
      break;
    case KillScopeKind::Account:
      break;
  }
  return fmt::format("{}:{}", kind, scope.number);
}
}  // namespace sq::app
