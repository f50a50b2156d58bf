#include "engine/app/kill/breaker_route.hpp"

#include <algorithm>

#include "engine/app/kill/kill_scope_text.hpp"
#include "engine/app/limits/request_body.hpp"
#include "engine/messaging/breakers.hpp"

namespace sq::app {
admin::Route breaker_route(const LedgerView& view, const settings::Config& config,
                           std::function<net::HttpResponse(const AdminCommand&)> command) {
  return {"POST", "/api/v1/breakers/reset", admin::Access::Change,
          "Closes an open circuit breaker: {\"kind\", \"scope\", \"who\", \"reason\"}.",
          [&view, &config, command = std::move(command)](const net::HttpRequest& request,
                                                         std::string_view) {
            const RequestBody body{request, {"kind", "scope", "who", "reason"}};
            const auto scope = parse_kill_scope(body.text("scope"), config);
            if (!body.ok() || !scope || body.text("who").empty() || body.text("kind").empty())
              return admin::error_response(
                  400,
                  "accepted: {\"kind\": as GET /api/v1/breakers has it, \"scope\": the same, "
                  "\"who\": \"name\", \"reason\": \"text\"}");
            const auto entries = view.ledger().gate().breakers().entries();
            const auto open = std::ranges::find_if(entries, [&](const auto& each) {
              return text_of(each.last.kind) == body.text("kind") &&
                     KillScope{each.last.scope, each.last.number} == *scope;
            });
            if (open == entries.end())
              return admin::error_response(404, "no such circuit breaker is open");
            AdminCommand reset;
            reset.command = Command::ResetBreaker;
            reset.breaker = static_cast<std::uint8_t>(open->last.kind);
            reset.scope = scope->kind;
            reset.scope_number = scope->number;
            reset.who = FixedText<24>{body.text("who")};
            reset.reason = FixedText<64>{body.text("reason")};
            return command(reset);
          }};
}
}  // namespace sq::app
