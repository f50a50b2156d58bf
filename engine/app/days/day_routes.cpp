#include "engine/app/days/day_routes.hpp"

#include <algorithm>
#include <charconv>

#include "engine/app/days/day_summary.hpp"
#include "engine/app/moment_text.hpp"
#include "engine/app/summary.hpp"
#include "engine/net/http_server.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
using boost::json::array;
using boost::json::object;
constexpr std::size_t kDaysShown = 10;

object money_json(const DayClosed& told) {
  object shown{
      {"currency", told.currency.text()},
      {"of_day", object{{"realised", money_text(told.day_realised)},
                        {"fees", money_text(told.day_fees)},
                        {"funding", money_text(told.day_funding)},
                        {"net", known_money(told, told.day_net)},
                        {"net_from", told.net_from == 0 ? "start" : date_text(told.net_from)},
                        {"turnover", money_text(told.day_turnover)},
                        {"fills", told.day_fills}}},
      {"running", object{{"realised", money_text(told.realised)},
                         {"unrealised", known_money(told, told.unrealised)},
                         {"fees", money_text(told.fees)},
                         {"funding", money_text(told.funding)},
                         {"net", known_money(told, told.net)}}}};
  return shown;
}

object line_json(const ClosedDay::Line& each, const settings::Config& config) {
  const DayClosed& line = each.line;
  const std::size_t s = index_of(line.strategy);
  const std::size_t i = index_of(each.instrument);
  object shown{
      {"strategy", s < config.strategies.size() ? config.strategies[s].name : "unallocated"},
      {"instrument",
       i < config.instruments.size() ? instrument_name(config.instruments[i].instrument) : "?"},
      {"account", std::to_string(static_cast<std::uint16_t>(line.account))},
      {"position", to_text(line.position)},
      {"valued", line.valued != 0}};
  if (line.source != MarkSource::None) {
    shown["mark"] = to_text(line.mark);
    shown["mark_source"] = text_of(line.source);
    shown["mark_age_ms"] = line.mark_age_ns / kNsPerMs;
  }
  for (auto& [key, value] : money_json(line)) shown[key] = value;
  return shown;
}

net::HttpResponse list(const DayRouteParts& parts, const net::HttpRequest& request) {
  std::size_t limit = kDaysShown;
  const std::string_view text = net::query_value(request.query, "limit");
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (!text.empty() && (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() ||
                        limit == 0 || limit > DayFacts::kDaysMax))
    return admin::error_response(400, "limit: accepted: 1 to 400");
  parts.catch_up();
  array open;
  for (const settings::EndOfDay& each : parts.config.day_ends) {
    const std::int64_t day = open_day(parts.view.ledger().days(), each);
    open.push_back({{"venue", text_of(each.venue)},
                    {"day", date_text(day)},
                    {"cut", moment_text(cut_of(day, each.cut_ns))}});
  }
  array shown;
  const std::deque<ClosedDay>& days = parts.view.days().days();
  for (auto day = days.rbegin(); day != days.rend() && shown.size() < limit; ++day)
    shown.push_back(day_json(*day, parts.config));
  net::HttpResponse response;
  response.body =
      boost::json::serialize(object{
          {"configured", !parts.config.day_ends.empty()}, {"open", open}, {"closed", shown}}) +
      "\n";
  return response;
}
}  // namespace

object day_json(const ClosedDay& day, const settings::Config& config) {
  array totals;
  for (const DayClosed& each : day.totals) {
    object total = money_json(each);
    total["account"] = std::to_string(static_cast<std::uint16_t>(each.account));
    total["lines"] = each.lines;
    total["not_valued"] = each.not_valued;
    totals.push_back(std::move(total));
  }
  array lines;
  array not_valued;
  for (const ClosedDay::Line& each : day.lines) {
    lines.push_back(line_json(each, config));
    if (each.line.valued == 0) not_valued.push_back(lines.back().at("instrument"));
  }
  object shown{{"venue", text_of(day.end.venue)},
               {"day", date_text(day.end.day)},
               {"cut", moment_text(day.end.cut)},
               {"closed", moment_text(day.closed_at)},
               {"late_ms", day.end.late_ns / kNsPerMs},
               {"not_valued", not_valued},
               {"totals", totals},
               {"lines", lines}};
  if (day.end.first_day != day.end.day) shown["first_day"] = date_text(day.end.first_day);
  return shown;
}

admin::Route day_route(DayRouteParts given) {
  return {"GET", "/api/v1/days", admin::Access::Read,
          "Closed days of each venue, the youngest first: positions at their marks; ?limit=N.",
          [parts = std::move(given)](const net::HttpRequest& request, std::string_view) {
            return list(parts, request);
          }};
}
}  // namespace sq::app
