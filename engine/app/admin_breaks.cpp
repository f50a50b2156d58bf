#include "engine/app/admin_breaks.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <memory>

#include "engine/app/admin_views.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"
#include "engine/wal/dump_venue_account.hpp"

namespace sq::app {
namespace {
using boost::json::array;
using boost::json::object;
using net::HttpRequest;
using net::HttpResponse;

HttpResponse json_response(const object& shown, unsigned status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = boost::json::serialize(shown) + "\n";
  return response;
}

// `raw` in the unit of the kind.
std::string amount_text(const BreakChanged& told, std::int64_t raw) {
  if (told.kind == BreakKind::WrongPrice) return to_text(Price::from_raw(raw));
  std::string text = to_text(Int128{raw}, Amount::kDecimals);
  if (!told.currency.text().empty()) text.append(" ").append(told.currency.text());
  return text;
}

std::string name_of(const oms::Break& open, const core::Ledger& ledger) {
  const auto& instruments = ledger.portfolio().instruments();
  return index_of(open.instrument) < instruments.size()
             ? instrument_name(instruments[index_of(open.instrument)])
             : std::string{text_of(open.told.venue)};
}
}  // namespace

std::string break_words(const oms::Break& open, const core::Ledger& ledger) {
  const std::string instrument = name_of(open, ledger);
  const BreakChanged& told = open.told;
  const std::string here = amount_text(told, told.here);
  const std::string there = amount_text(told, told.there);
  const std::string order = order_id_text(told.order);
  switch (told.kind) {
    case BreakKind::UnknownOrder:
      if (told.order.epoch() == 0)
        return fmt::format("{}: somebody placed an order outside the engine (venue's number {})",
                           instrument, told.venue_order_id);
      return fmt::format(
          "{}: the venue knows order {} of this engine, the log does not: was an older log "
          "restored? Only orders that reduce a position pass until this is accepted",
          instrument, order);
    case BreakKind::MissingOrder:
      return fmt::format(
          "{}: order {} works by the log ({} open), the venue does not show it; it counts until "
          "the "
          "venue says how it ended or two people release it",
          instrument, order, here);
    case BreakKind::OpenOrder:
      return fmt::format(
          "{}: order {} had ended by the log and works at the venue; it is counted "
          "again",
          instrument, order);
    case BreakKind::Quantity:
      return fmt::format("{}: order {}: quantity {} here, {} at the venue", instrument, order, here,
                         there);
    case BreakKind::WrongPrice:
      return fmt::format("{}: order {}: price {} here, {} at the venue", instrument, order, here,
                         there);
    case BreakKind::FillMissing:
      return fmt::format(
          "{}: order {}: {} filled here, {} at the venue, which lists no trade for "
          "the rest",
          instrument, order, here, there);
    case BreakKind::FillExtra:
      return fmt::format(
          "{}: order {}: a fill of {} (trade {}) is booked here and not in the "
          "venue's list",
          instrument, order, here, told.trade_id);
    case BreakKind::Position:
      return fmt::format("{}: position {} here, {} at the venue", instrument, here, there);
    case BreakKind::Balance:
      return fmt::format("{}: balance {} by the booked trades, {} at the venue", instrument, here,
                         there);
    case BreakKind::Fee:
      return fmt::format("{}: trade {}: fee {} here, {} at the venue", instrument, told.trade_id,
                         here, there);
    case BreakKind::Transfer:
      return fmt::format("{}: a deposit or withdrawal moved the balance from {} to {}", instrument,
                         here, there);
    case BreakKind::NoRoom:
      return fmt::format(
          "{}: an order from outside cannot be counted: too many of them, or it makes "
          "no sense",
          instrument);
    case BreakKind::None:
      break;
  }
  return "?";
}

namespace {
object breaks_of(const BreakRouteParts& parts) {
  const core::Ledger& ledger = parts.view.ledger();
  array rows;
  for (const oms::Break& open : ledger.accounts().breaks().open()) {
    const bool named = index_of(open.instrument) < ledger.portfolio().instruments().size();
    rows.push_back({{"number", open.told.number},
                    {"kind", wal::text_of(open.told.kind)},
                    {"venue", text_of(open.told.venue)},
                    {"instrument", named ? name_of(open, ledger) : ""},
                    {"order", open.told.order == OrderId{} ? "" : order_id_text(open.told.order)},
                    {"trade_id", std::to_string(open.told.trade_id)},
                    {"here", amount_text(open.told, open.told.here)},
                    {"there", amount_text(open.told, open.told.there)},
                    {"since", time_text(open.told.since)},
                    {"age_s", (parts.view.last_wall() - open.told.since) / kNsPerSecond},
                    {"accepted_by", open.accepted_by.view()},
                    {"proposed_by", open.proposed_by.view()},
                    {"words", break_words(open, ledger)}});
  }
  array venues;
  for (const oms::VenueFacts& facts : ledger.accounts().venues())
    venues.push_back(
        {{"venue", text_of(facts.venue)},
         {"comparisons", facts.comparisons},
         {"last", facts.comparisons == 0 ? std::string{} : time_text(facts.compared_at)},
         {"clean", facts.clean != 0}});
  return {{"breaks", rows}, {"venues", venues}, {"enabled", parts.reconcile_ns != 0}};
}

constexpr std::string_view kAccepted =
    "accepted: POST /api/v1/breaks/NUMBER with {\"action\": \"accept\" | \"adjust\" | \"release\", "
    "\"who\": \"name\", \"reason\": \"text\"}; adjusting a position or releasing a missing order "
    "takes two names, one request each";

HttpResponse act(const BreakRouteParts& parts, const HttpRequest& request, std::string_view rest) {
  std::uint32_t number = 0;
  const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != rest.data() + rest.size())
    return admin::error_response(400, kAccepted);
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(request.body, error);
  if (error || !value.is_object()) return admin::error_response(400, kAccepted);
  const auto text = [&](std::string_view key) -> std::string_view {
    const auto* found = value.get_object().if_contains(key);
    if (found == nullptr || !found->is_string()) return {};
    return {found->get_string().data(), found->get_string().size()};
  };
  const std::string_view action = text("action");
  const std::string_view who = text("who");
  const bool known = action == "accept" || action == "adjust" || action == "release";
  if (!known || who.empty() || who.size() > 24) return admin::error_response(400, kAccepted);
  const oms::Break* open = parts.view.ledger().accounts().breaks().find(number);
  if (open == nullptr) return admin::error_response(404, "no such break is open");
  if (action == "adjust" && open->told.kind != BreakKind::Position)
    return admin::error_response(400, "only positions are adjusted");
  if (action == "release" && open->told.kind != BreakKind::MissingOrder)
    return admin::error_response(400, "only missing orders are released");
  AdminCommand command;
  command.command = action == "accept" ? Command::AcceptBreak : Command::AdjustPosition;
  command.request = number;
  command.who = FixedText<24>{who};
  command.reason = FixedText<64>{text("reason")};
  return parts.command(command);
}
}  // namespace

std::vector<admin::Route> break_routes(BreakRouteParts given) {
  using Rest = std::string_view;
  const auto parts = std::make_shared<const BreakRouteParts>(std::move(given));
  return {
      {"GET", "/api/v1/breaks", admin::Access::Read,
       "Where the engine's books and the venues' differ, in words; when each was compared.",
       [parts](const HttpRequest&, Rest) { return json_response(breaks_of(*parts)); }},
      {"POST", "/api/v1/breaks/", admin::Access::Change,
       "Accepts a break, adjusts a position to the venue's, or releases a missing order (two "
       "people).",
       [parts](const HttpRequest& request, Rest rest) { return act(*parts, request, rest); }},
      {"POST", "/api/v1/reconcile", admin::Access::Change, "Asks every venue now.",
       [parts](const HttpRequest&, Rest) {
         AdminCommand command;
         command.command = Command::Reconcile;
         command.who = FixedText<24>{"admin port"};
         return parts->command(command);
       }},
  };
}
}  // namespace sq::app
