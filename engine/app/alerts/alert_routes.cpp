#include "engine/app/alerts/alert_routes.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <memory>

#include "engine/app/limits/request_body.hpp"
#include "engine/app/moment_text.hpp"

namespace sq::app {
namespace {
using admin::error_response;
using boost::json::array;
using boost::json::object;
using net::HttpRequest;
using net::HttpResponse;

HttpResponse no_rules() {
  return error_response(409, "[alerts] has no rule: nobody is told of anything");
}
object alert_json(const Alert& alert, const settings::Config& config) {
  const settings::AlertRule* const rule = config.alerts.rule(alert.kind);
  object shown{{"alert", std::to_string(alert.number)},
               {"kind", text_of(alert.kind)},
               {"owner", rule != nullptr ? rule->owner : ""},
               {"action", rule != nullptr ? rule->action : ""},
               {"text", alert.text},
               {"since", moment_text(alert.since)},
               {"times", alert.times}};
  if (alert.over.ns != 0) shown["over"] = moment_text(alert.over);
  if (alert.in_hand()) {
    shown["who"] = alert.who;
    shown["reason"] = alert.reason;
    shown["acknowledged"] = moment_text(alert.acknowledged);
  }
  return shown;
}

// Not configured: nobody is told of anything.
HttpResponse list(const AlertStatus& status, const settings::Config& config, bool configured) {
  array open;
  for (const AlertStatus::Row& row : status.open) {
    object shown = alert_json(row.alert, config);
    shown["deliveries"] = row.deliveries;
    open.push_back(std::move(shown));
  }
  array done;
  for (const Alert& each : status.done) done.push_back(alert_json(each, config));
  array channels;
  for (const AlertChannelStatus& each : status.channels)
    channels.push_back({{"channel", each.name},
                        {"delivered", each.delivered},
                        {"failed", each.failed},
                        {"last_failure", each.last_failure}});
  HttpResponse response;
  response.body = boost::json::serialize(object{{"configured", configured},
                                                {"open", open},
                                                {"done", done},
                                                {"channels", channels},
                                                {"problem", status.problem}}) +
                  "\n";
  return response;
}

HttpResponse acknowledge(const HttpRequest& request, const AlertRouteParts& parts) {
  const AlertTask* const task = parts.task();
  if (task == nullptr) return no_rules();
  const RequestBody body{request, {"alert", "who", "reason"}};
  const std::string_view number = body.text("alert");
  const std::string_view who = body.text("who");
  const std::string_view reason = body.text("reason");
  AlertCommand asked;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), asked.alert);
  if (!body.ok() || parsed.ec != std::errc{} || parsed.ptr != number.data() + number.size() ||
      who.empty() || who.size() > 24 || reason.size() > 64)
    return error_response(400,
                          "accepted: {\"alert\": \"number\", \"who\": \"name\", \"reason\": "
                          "\"text\"}");
  const AlertStatus status = task->status();
  const bool open = std::ranges::any_of(status.open, [&](const AlertStatus::Row& row) {
    return row.alert.number == asked.alert && !row.alert.in_hand();
  });
  if (!open) return error_response(404, "no such alert waits for somebody");
  asked.who = FixedText<24>{who};
  asked.reason = FixedText<64>{reason};
  return parts.push(make_record(RecordKind::AlertCommand, asked));
}
}  // namespace

std::vector<admin::Route> alert_routes(AlertRouteParts parts) {
  using Rest = std::string_view;
  const auto shared = std::make_shared<const AlertRouteParts>(std::move(parts));
  return {{"GET", "/api/v1/alerts", admin::Access::Read,
           "What people were told of at once: whose it is, what to do, who has it in hand.",
           [shared](const HttpRequest&, Rest) {
             const AlertTask* const task = shared->task();
             return list(task == nullptr ? AlertStatus{} : task->status(), shared->config,
                         task != nullptr);
           }},
          {"POST", "/api/v1/alerts/acknowledge", admin::Access::Change,
           "Takes an alert in hand: {\"alert\", \"who\", \"reason\"}; it is not repeated any more.",
           [shared](const HttpRequest& request, Rest) { return acknowledge(request, *shared); }}};
}
}  // namespace sq::app
