#include "engine/app/desk/order_words.hpp"

#include <fmt/format.h>

#include <array>

#include "engine/app/admin_views.hpp"
#include "engine/app/kill/kill_scope_text.hpp"
#include "engine/app/summary.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"
#include "engine/wal/dump_names.hpp"

namespace sq::app {
namespace {
using boost::json::object;

std::string scope_name(const OrderRefused& refused, const settings::Config& config) {
  const std::uint32_t number = refused.scope_number;
  switch (static_cast<risk::ScopeKind>(refused.scope)) {
    case risk::ScopeKind::None:
      return {};
    case risk::ScopeKind::Firm:
      return "firm";
    case risk::ScopeKind::Account:
      return kill_scope_text({KillScopeKind::Account, number}, config);
    case risk::ScopeKind::Venue:
      return kill_scope_text({KillScopeKind::Venue, number}, config);
    case risk::ScopeKind::Strategy:
    case risk::ScopeKind::StrategyInstrument:
      return kill_scope_text({KillScopeKind::Strategy, number}, config);
    case risk::ScopeKind::Instrument:
      return kill_scope_text({KillScopeKind::Instrument, number}, config);
    case risk::ScopeKind::Currency:
      return fmt::format("currency:{}", number);
  }
  return fmt::format("{}", number);
}

// Figures that are numbers of a state or a scope have names.
std::string named_figure(const OrderRefused& refused, std::int64_t raw) {
  switch (static_cast<risk::Rule>(refused.rule)) {
    case risk::Rule::StrategyNotArmed:
      return std::string{text_of(static_cast<StrategyState>(raw))};
    case risk::Rule::LogNotReady:
      return std::string{wal::text_of(static_cast<LogCondition>(raw))};
    default:
      return figure_words(static_cast<risk::Rule>(refused.rule), raw);
  }
}

std::string_view words_of(FilterBreach breach) {
  switch (breach) {
    case FilterBreach::None:
      return "";
    case FilterBreach::NotTrading:
      return "the venue does not trade this instrument now";
    case FilterBreach::PriceNotPositive:
      return "a price above zero would pass";
    case FilterBreach::PriceOutOfRange:
      return "a price within the venue's range would pass";
    case FilterBreach::NotionalTooSmall:
      return "more quantity would pass: its value is below the venue's least";
    default:
      return "a price on the tick and a quantity on the lot, within the venue's sizes, would pass";
  }
}

bool is_soft(risk::Rule rule) {
  return rule == risk::Rule::AwayCollar || rule == risk::Rule::MarketImpact;
}
}  // namespace

std::string state_words(const oms::Order& order) {
  const std::string filled = to_text(order.filled);
  switch (order.state) {
    case OrderState::None:
      return "nothing is known of it";
    case OrderState::PendingNew:
      return "sent, and the venue has not answered yet; all of it counts as exposure";
    case OrderState::Open:
      return order.cancel_wanted
                 ? "works at the venue, which refused or never got the cancel; it is asked again"
                 : fmt::format("works at the venue; {} of {} filled", filled,
                               to_text(order.request.qty));
    case OrderState::PendingCancel:
      return "a cancel was sent; until the venue confirms it, the rest counts as open";
    case OrderState::PendingReplace:
      return "an amend was sent; until the venue answers, the worse of old and new terms counts";
    case OrderState::Filled:
      return "filled completely";
    case OrderState::Cancelled:
      return fmt::format("cancelled; {} had filled", filled);
    case OrderState::Rejected:
      return fmt::format("the venue refused it: {}", wal::text_of(order.code));
    case OrderState::Expired:
      return fmt::format("its rest expired at the venue; {} had filled", filled);
    case OrderState::NotSent:
      return "proven never to have left this process";
    case OrderState::Unknown:
      return fmt::format(
          "nobody knows what became of it: the venue was asked {} times without proof; it counts "
          "as exposure until there is proof",
          order.queries);
    case OrderState::AwaitingFills:
      return fmt::format(
          "ended at the venue, which counts {} filled; {} are booked, the rest is awaited",
          to_text(order.told), filled);
  }
  return "?";
}

std::string figure_words(risk::Rule rule, std::int64_t raw) {
  const std::string_view unit = risk::unit_of(rule);
  constexpr std::array<std::pair<std::string_view, int>, 3> kScales{
      {{"1e-8", 8}, {"1e-9", 9}, {"1e-12", 12}}};
  for (const auto& [name, decimals] : kScales) {
    if (unit != name && !unit.starts_with(std::string{name}.append(" "))) continue;
    return to_text(Int128{raw}, decimals).append(unit.substr(name.size()));
  }
  if (unit == "ns") return to_text(Int128{raw}, 9).append(" s");
  if (unit.empty() || unit == "count") return std::to_string(raw);
  return fmt::format("{} {}", raw, unit);
}

object refusal_json(const RefusalLine& line, const settings::Config& config) {
  const OrderRefused& refused = line.refusal;
  const auto rule = static_cast<risk::Rule>(refused.rule);
  const std::size_t s = index_of(refused.strategy);
  const std::size_t i = index_of(line.instrument);
  const std::string observed = named_figure(refused, refused.observed);
  const std::string allowed = named_figure(refused, refused.allowed);
  const std::string scope = scope_name(refused, config);
  std::string words{text_of(rule)};
  if (rule == risk::Rule::Filter) {
    words.append(": ").append(words_of(static_cast<FilterBreach>(refused.detail)));
  } else {
    words.append(": ").append(risk::meaning_of(rule));
    words.append(fmt::format(" (observed {}, allowed {}", observed, allowed));
    if (!scope.empty()) words.append(" for ").append(scope);
    words.append(fmt::format("; limits version {})", refused.limits_version));
  }
  if (is_soft(rule)) words.append("; a ticket with \"confirm\": true passes it");
  return {{"time", time_text(line.wall)},
          {"sequence", line.sequence},
          {"times", line.times},
          {"strategy", s < config.strategies.size() ? config.strategies[s].name : "manual"},
          {"instrument", i < config.instruments.size()
                             ? instrument_name(config.instruments[i].instrument)
                             : std::string{}},
          {"side", text_of(refused.side)},
          {"limit", to_text(refused.limit)},
          {"qty", to_text(refused.qty)},
          {"time_in_force", text_of(refused.tif)},
          {"rule", text_of(rule)},
          {"scope", scope},
          {"observed", observed},
          {"allowed", allowed},
          {"limits_version", refused.limits_version},
          {"soft", is_soft(rule)},
          {"would_pass", rule == risk::Rule::Filter
                             ? words_of(static_cast<FilterBreach>(refused.detail))
                             : risk::meaning_of(rule)},
          {"words", words}};
}

object stage_of(const RecordHeader& record, MonoTime sent) {
  std::string stage;
  switch (record.kind) {
    case RecordKind::OrderSent:
      stage = "sent";
      break;
    case RecordKind::CancelSent:
      stage = "cancel sent";
      break;
    case RecordKind::QuerySent:
      stage = "venue asked";
      break;
    case RecordKind::OrderReport:
      stage = fmt::format("venue: {}", wal::text_of(payload_of<OrderReport>(record).kind));
      break;
    case RecordKind::FillBooked:
      stage = "fill booked";
      break;
    case RecordKind::OrderChanged: {
      const auto& changed = payload_of<OrderChanged>(record);
      stage = fmt::format("{} -> {}", text_of(changed.from), text_of(changed.to));
      break;
    }
    default:
      return {};
  }
  return {{"stage", stage},
          {"at", time_text(record.wall)},
          {"after_sent_ns", record.mono - sent},
          {"venue_time", record.venue_time.ns == 0 ? std::string{} : time_text(record.venue_time)},
          {"sequence", record.sequence}};
}
}  // namespace sq::app
