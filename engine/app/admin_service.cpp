#include "engine/app/admin_service.hpp"

#include <fmt/format.h>

#include <charconv>

#include "engine/admin/options/handlers.hpp"
#include "engine/admin/router.hpp"
#include "engine/admin/token_file.hpp"
#include "engine/app/admin_breaks.hpp"
#include "engine/app/admin_events.hpp"
#include "engine/app/admin_views.hpp"
#include "engine/app/alerts/alert_routes.hpp"
#include "engine/app/days/day_routes.hpp"
#include "engine/app/desk/desk_routes.hpp"
#include "engine/app/desk/margin.hpp"
#include "engine/app/event_bus/bus_metrics.hpp"
#include "engine/app/kill/breaker_route.hpp"
#include "engine/app/kill/kill_scope_text.hpp"
#include "engine/app/limits/limit_routes.hpp"
#include "engine/app/limits/session_routes.hpp"
#include "engine/app/threads.hpp"
#include "engine/core/hand_over.hpp"
#include "engine/types/text.hpp"
#include "engine/wal/dump_names.hpp"

namespace sq::app {
namespace {
using admin::Access;
using admin::error_response;
using net::HttpRequest;
using net::HttpResponse;

HttpResponse json_response(const boost::json::object& object, unsigned status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = boost::json::serialize(object) + "\n";
  return response;
}

// A count in the query; `fallback` when absent, empty when it is not 1 to `max`.
std::optional<std::uint64_t> number_in(const HttpRequest& request, std::string_view key,
                                       std::uint64_t fallback, std::uint64_t max) {
  const std::string_view text = net::query_value(request.query, key);
  if (text.empty()) return fallback;
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || value > max)
    return std::nullopt;
  return value;
}

// A command's body: an object of known keys only, with text values, or true and false for `flags`.
// Empty: malformed.
std::optional<boost::json::object> body_of(const HttpRequest& request,
                                           std::initializer_list<std::string_view> keys,
                                           std::initializer_list<std::string_view> flags = {}) {
  if (request.body.empty()) return boost::json::object{};
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(request.body, error);
  if (error || !value.is_object()) return std::nullopt;
  for (const auto& member : value.get_object()) {
    const std::string_view key{member.key().data(), member.key().size()};
    const bool known = std::find(keys.begin(), keys.end(), key) != keys.end();
    const bool flag = std::find(flags.begin(), flags.end(), key) != flags.end();
    if (!known || (flag ? !member.value().is_bool() : !member.value().is_string()))
      return std::nullopt;
  }
  return value.get_object();
}
std::string_view text_in(const boost::json::object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  if (value == nullptr) return {};
  return {value->get_string().data(), value->get_string().size()};
}
}  // namespace

struct AdminService::Impl {
  Impl(EngineRun& wired, EventBus& bus)
      : run{wired},
        events{bus},
        views{wired},
        router{routes(), admin::write_token_file(wired.config().admin.token_file)},
        server{server_settings(), [this](const HttpRequest& request) { return answer(request); }} {}

  net::HttpServerSettings server_settings() {
    net::HttpServerSettings settings;
    settings.address = run.config().admin.address;
    settings.port = run.config().admin.port;
    settings.housekeeping = [this] { views.catch_up(); };
    return settings;
  }

  HttpResponse answer(const HttpRequest& request) {
    try {
      views.catch_up();
      return router.handle(request);
    } catch (const std::exception&) {
      return error_response(500, "internal error");
    }
  }

  HttpResponse command(const AdminCommand& command) {
    return push(make_record(RecordKind::AdminCommand, command));
  }
  // Towards the core: 202, or why not.
  template <class P>
  HttpResponse queue(const Record<P>& record) {
    if (run.progress().finished.load(std::memory_order_acquire))
      return error_response(409, "the run has ended");
    if (!run.commands().try_push(record)) return error_response(503, "the command queue is full");
    return json_response({{"accepted", true}}, 202);
  }
  HttpResponse push(const Record<AdminCommand>& record) {
    const AdminCommand& command = record.payload;
    HttpResponse answer = queue(record);
    if (answer.status != 202) return answer;
    run.text_log().warning("admin", "{} accepted, strategy {}, reason \"{}\"",
                           wal::text_of(command.command), strategy_text(command.strategy),
                           command.reason.view());
    return answer;
  }
  // A replayed command may name a strategy that never was.
  std::string strategy_text(StrategyId id) const {
    if (id == kNoStrategy) return "all";
    const auto& strategies = run.config().strategies;
    return index_of(id) < strategies.size() ? strategies[index_of(id)].name
                                            : fmt::format("number {}", index_of(id));
  }
  std::optional<KillScope> scope_in(const boost::json::object& body) {
    const std::string_view text = text_in(body, "scope");
    return parse_kill_scope(text.empty() ? "all" : text, run.config());
  }
  HttpResponse kill(const HttpRequest& request) {
    const auto body = body_of(request, {"scope", "reason", "flatten", "who"}, {"flatten"});
    const auto scope = body ? scope_in(*body) : std::nullopt;
    if (!scope)
      return error_response(400,
                            "accepted: {\"scope\": \"all\" | \"venue:NAME\" | \"account:NUMBER\" | "
                            "\"strategy:NAME\" | \"instrument:VENUE:SYMBOL\", \"reason\": \"text\", "
                            "\"flatten\": true | false, \"who\": \"name\"}");
    if (run.progress().finished.load(std::memory_order_acquire))
      return error_response(409, "the run has ended");
    const std::string_view who = text_in(*body, "who");
    const auto* flatten = body->if_contains("flatten");
    run.kill().trigger(*scope, who.empty() ? "admin port" : who, text_in(*body, "reason"),
                       flatten != nullptr && flatten->as_bool());
    run.text_log().warning("admin", "kill {}: \"{}\"", kill_scope_text(*scope, run.config()),
                           text_in(*body, "reason"));
    return json_response({{"accepted", true}}, 202);
  }
  HttpResponse rearm(const HttpRequest& request) {
    const auto body = body_of(request, {"scope", "reason", "who", "second"});
    const auto scope = body ? scope_in(*body) : std::nullopt;
    const std::string_view who = body ? text_in(*body, "who") : "";
    const std::string_view second = body ? text_in(*body, "second") : "";
    if (!scope || who.empty() || second.empty() || who == second)
      return error_response(400,
                            "accepted: {\"who\": \"name\", \"second\": \"another name\", "
                            "\"scope\": as closed, \"reason\": \"text\"}");
    AdminCommand open;
    open.command = Command::Rearm;
    open.scope = scope->kind;
    open.scope_number = scope->number;
    open.who = FixedText<24>{who};
    open.second = FixedText<24>{second};
    open.reason = FixedText<64>{text_in(*body, "reason")};
    return command(open);
  }
  HttpResponse cancel_all(const HttpRequest& request) {
    if (!body_of(request, {})) return error_response(400, "accepted: an empty body or {}");
    AdminCommand all;
    all.command = Command::CancelAll;
    all.who = FixedText<24>{"admin port"};
    return command(all);
  }
  HttpResponse set_state(const HttpRequest& request, std::string_view name) {
    const auto& strategies = run.config().strategies;
    const auto found = std::find_if(strategies.begin(), strategies.end(),
                                    [&](const auto& each) { return each.name == name; });
    if (found == strategies.end()) return error_response(404, "no such strategy");
    const auto body = body_of(request, {"state", "reason"});
    AdminCommand change;
    change.command = Command::SetStrategyState;
    if (!body || !parse(text_in(*body, "state"), change.state) ||
        !core::may_ask_for(change.state))
      return error_response(400,
                            "accepted: {\"state\": \"armed\" | \"quote-only\" | \"shadow\" | "
                            "\"reduce-only\" | \"paused\" | \"stopped\", \"reason\": \"text\"}");
    change.strategy = found->id;
    change.who = FixedText<24>{"admin port"};
    change.reason = FixedText<64>{text_in(*body, "reason")};
    return command(change);
  }

  HttpResponse health_ready() {
    std::string why;
    if (!views.view().ready()) why = "starting";
    if (views.view().ledger().kill_latched()) why = "the kill switch is closed";
    if (run.log().failed()) why = "the log has failed";
    if (!views.view().problem().empty()) why = "the log cannot be read";
    return json_response({{"ready", why.empty()}, {"reason", why}}, why.empty() ? 200 : 503);
  }

  // One place for limits of lists.
  template <class Make>
  HttpResponse list(const HttpRequest& request, Make make) {
    const auto limit = number_in(request, "limit", 100, 10'000);
    if (!limit) return error_response(400, "limit: accepted: 0 to 10000");
    return json_response(make(static_cast<std::size_t>(*limit)));
  }

  // Health, metrics and what changes the run.
  std::vector<admin::Route> control_routes() {
    using Rest = std::string_view;
    return {
        {"GET", "/health/live", Access::Read, "The process answers.",
         [](const HttpRequest&, Rest) {
           return json_response({{"live", true}});
         }},
        {"GET", "/health/ready", Access::Read, "May it trade, and if not, why.",
         [this](const HttpRequest&, Rest) { return health_ready(); }},
        {"GET", "/metrics", Access::Read, "Prometheus metrics.",
         [this](const HttpRequest&, Rest) {
           HttpResponse response;
           response.content_type = "text/plain; version=0.0.4; charset=utf-8";
           response.body = views.metrics() + bus_metrics(events);
           return response;
         }},
        {"POST", "/api/v1/strategies/", Access::Change, "Sets a strategy's state.",
         [this](const HttpRequest& request, Rest name) { return set_state(request, name); }},
        {"POST", "/api/v1/kill", Access::Change,
         "Closes the gate for a scope, cancels its orders; on request works its positions out.",
         [this](const HttpRequest& request, Rest) { return kill(request); }},
        {"POST", "/api/v1/rearm", Access::Change,
         "Two people open the gate for a scope again; strategies stay paused.",
         [this](const HttpRequest& request, Rest) { return rearm(request); }},
        {"POST", "/api/v1/cancel-all", Access::Change, "Cancels every working order.",
         [this](const HttpRequest& request, Rest) { return cancel_all(request); }},
    };
  }

  std::vector<admin::Route> routes() {
    using Rest = std::string_view;
    const auto show = [](auto make) {
      return [make](const HttpRequest&, Rest) { return json_response(make()); };
    };
    std::vector<admin::Route> table{
        {"GET", "/api/v1/instruments", Access::Read, "What can be traded, with filters and fees.",
         show([this] { return views.instruments(); })},
        {"GET", "/api/v1/books", Access::Read, "State, best prices and 20 levels of every book.",
         show([this] { return views.books(); })},
        {"GET", "/api/v1/microstructure", Access::Read,
         "Spreads, order flow, toxicity... of measured instruments; ?instrument=VENUE:SYMBOL.",
         [this](const HttpRequest& request, Rest) {
           return json_response(
               views.microstructure(net::query_value(request.query, "instrument")));
         }},
        {"GET", "/api/v1/orders", Access::Read,
         "Working orders; ?all=1 the youngest of all; ?limit=N.",
         [this](const HttpRequest& request, Rest) {
           const bool all = net::query_value(request.query, "all") == "1";
           return list(request, [&](std::size_t n) { return views.orders(all, n); });
         }},
        {"GET", "/api/v1/orders/", Access::Read, "One order with its whole history.",
         [this](const HttpRequest&, Rest id) {
           const auto order = views.order(id);
           return order.empty() ? error_response(404, "no such order; ids look like 1.42")
                                : json_response(order);
         }},
        {"GET", "/api/v1/fills", Access::Read, "The youngest fills; ?limit=N.",
         [this](const HttpRequest& request, Rest) {
           return list(request, [&](std::size_t n) { return views.fills(n); });
         }},
        {"GET", "/api/v1/positions", Access::Read,
         "Positions with P&L, by strategy and instrument.",
         show([this] { return views.positions(); })},
        {"GET", "/api/v1/margin", Access::Read,
         "Margin use and distance to liquidation, where the venue tells them.",
         show([this] { return margin_json(views.view().ledger(), views.marks()); })},
        {"GET", "/api/v1/pnl", Access::Read, "P&L in total.", show([this] { return views.pnl(); })},
        {"GET", "/api/v1/strategies", Access::Read, "Strategies, their states and parameters.",
         show([this] { return views.strategies(); })},
        {"GET", "/api/v1/latency", Access::Read, "Percentiles of each stage.",
         show([this] { return views.latency(); })},
        {"GET", "/api/v1/archive", Access::Read,
         "How far the SQL archive is, and what holds it up.",
         show([this] { return views.archive(); })},
        {"GET", "/api/v1/log", Access::Read, "Records after ?after=SEQUENCE; ?limit=N.",
         [this](const HttpRequest& request, Rest) {
           const auto after = number_in(request, "after", 0, ~std::uint64_t{0} - 1);
           const auto limit = number_in(request, "limit", 100, 10'000);
           if (!after || !limit) return error_response(400, "after, limit: accepted: numbers");
           HttpResponse response;
           response.body = views.log_tail(*after, static_cast<std::size_t>(*limit));
           return response;
         }},
        {"GET", "/api/v1/kill", Access::Read, "Which scopes the kill switch has closed, since when and why.",
         show([this] { return views.kill(); })},
        {"GET", "/api/v1/breakers", Access::Read, "Circuit breakers that are not closed, and why.",
         show([this] { return views.breakers(); })},
        breaker_route(views.view(), run.config(),
                      [this](const AdminCommand& asked) { return command(asked); }),
        day_route({run.config(), views.view(), [this] { views.catch_up(); }}),
    };
    for (admin::Route& route : control_routes()) table.push_back(std::move(route));
    for (admin::Route& route : admin::options::routes()) table.push_back(std::move(route));
    for (admin::Route& route : event_routes(event_parts())) table.push_back(std::move(route));
    for (admin::Route& route :
         break_routes({views.view(), run.config().risk.firm.reconcile_ns,
                       [this](const AdminCommand& asked) { return command(asked); }}))
      table.push_back(std::move(route));
    for (admin::Route& route : limit_routes(limit_parts())) table.push_back(std::move(route));
    for (admin::Route& route : session_routes(session_parts())) table.push_back(std::move(route));
    for (admin::Route& route : desk_routes(desk_parts())) table.push_back(std::move(route));
    for (admin::Route& route : alert_routes(alert_parts())) table.push_back(std::move(route));
    return table;
  }

  LimitRouteParts limit_parts() {
    return {run.config(), views.view(), [this] { views.refresh_prices(); },
            [this] { return views.view().last_wall(); },
            [this](const Record<LimitsChanged>& asked) {
              run.text_log().warning("admin", "limits: {} by {}, reason \"{}\"",
                                     wal::text_of(asked.payload.command), asked.payload.who.view(),
                                     asked.payload.reason.view());
              return queue(asked);
            }};
  }
  SessionRouteParts session_parts() {
    return {run.config(), views.view(),
            [this](const Record<SessionEvent>& told) { return queue(told); },
            [this](const Record<StaticData>& told) { return queue(told); }};
  }

  AlertRouteParts alert_parts() {
    return {run.config(), [this] { return run.alerts(); },
            [this](const Record<AlertCommand>& taken) {
              run.text_log().warning("admin", "alert {} in the hands of {}, reason \"{}\"",
                                     taken.payload.alert, taken.payload.who.view(),
                                     taken.payload.reason.view());
              return queue(taken);
            }};
  }

  DeskRouteParts desk_parts() {
    return {views.view(), run.config(), [this] { views.catch_up(); },
            [this](const ManualOrder& asked, InstrumentId instrument) {
              auto ticket = make_record(RecordKind::ManualOrder, asked);
              ticket.header.instrument = instrument;
              run.text_log().warning("admin", "request {} of {}: \"{}\"", asked.request,
                                     asked.who.view(), asked.reason.view());
              return queue(ticket);
            }};
  }

  EventRouteParts event_parts() {
    return {events,
            [this](const Record<AdminCommand>& again) -> std::string {
              const HttpResponse answer = push(again);
              return answer.status == 202 ? "" : "the engine takes no commands now";
            },
            [this](const std::string& line) { run.text_log().warning("admin", "{}", line); },
            [this](std::string_view name) -> std::optional<InstrumentId> {
              for (const auto& each : run.config().instruments)
                if (instrument_name(each.instrument) == name) return each.instrument.id;
              return std::nullopt;
            },
            [this](std::string_view name) -> std::optional<StrategyId> {
              for (const auto& each : run.config().strategies)
                if (each.name == name) return each.id;
              return std::nullopt;
            }};
  }

  EngineRun& run;
  EventBus& events;
  AdminViews views;
  admin::Router router;
  net::HttpServer server;
  std::thread thread;
};

AdminService::AdminService(EngineRun& run, EventBus& events)
    : impl_{std::make_unique<Impl>(run, events)} {
  impl_->thread =
      start_thread("sq-admin", run.config().engine.admin_cpu, [this] { impl_->server.run(); });
}
AdminService::~AdminService() {
  impl_->server.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}
std::string AdminService::url() const {
  return fmt::format("http://{}:{}", impl_->run.config().admin.address, impl_->server.port());
}
}  // namespace sq::app
