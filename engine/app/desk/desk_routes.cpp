#include "engine/app/desk/desk_routes.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "engine/app/admin_views.hpp"
#include "engine/app/desk/order_words.hpp"
#include "engine/app/kill/kill_scope_text.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
using boost::json::array;
using boost::json::object;
using net::HttpRequest;
using net::HttpResponse;

constexpr int kAnswerMs = 1'000;
constexpr std::string_view kTicket =
    "accepted: {\"instrument\": \"VENUE:SYMBOL\", \"side\": \"buy\" | \"sell\", \"qty\": \"1.5\", "
    "\"limit\": \"100.5\", \"who\": \"name\", and if wanted \"tif\": \"gtc\" | \"ioc\" | \"fok\" | "
    "\"post-only\", \"reduce_only\": true, \"confirm\": true, \"account\": \"0\", \"reason\": "
    "\"text\"}";
constexpr std::string_view kCancel =
    "accepted: POST /api/v1/orders/ID/cancel with {\"who\": \"name\", \"reason\": \"text\"}";
constexpr std::string_view kFlatten =
    "accepted: {\"scope\": \"all\" | \"venue:NAME\" | \"account:NUMBER\" | \"strategy:NAME\" | "
    "\"instrument:VENUE:SYMBOL\", \"who\": \"name\", \"reason\": \"text\"}";

HttpResponse json_response(const object& shown, unsigned status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = boost::json::serialize(shown) + "\n";
  return response;
}

// A body of known keys only, with texts, or true and false for the last two of a ticket.
class Body {
 public:
  Body(const HttpRequest& request, std::initializer_list<std::string_view> texts,
       std::initializer_list<std::string_view> flags = {}) {
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(request.body, error);
    if (error || !value.is_object()) return;
    members_ = std::move(value.get_object());
    sound_ = true;
    for (const auto& member : members_) {
      const std::string_view key{member.key().data(), member.key().size()};
      const bool text = std::find(texts.begin(), texts.end(), key) != texts.end();
      const bool flag = std::find(flags.begin(), flags.end(), key) != flags.end();
      sound_ =
          sound_ && ((text && member.value().is_string()) || (flag && member.value().is_bool()));
    }
  }
  [[nodiscard]] bool sound() const noexcept { return sound_; }
  [[nodiscard]] std::string_view text(std::string_view key) const {
    const auto* found = members_.if_contains(key);
    if (found == nullptr || !found->is_string()) return {};
    return {found->get_string().data(), found->get_string().size()};
  }
  [[nodiscard]] bool flag(std::string_view key) const {
    const auto* found = members_.if_contains(key);
    return found != nullptr && found->is_bool() && found->get_bool();
  }

 private:
  object members_;
  bool sound_{false};
};

// False: no name, or one that the log cannot keep.
bool sign(const Body& body, ManualOrder& order) {
  const std::string_view who = body.text("who");
  if (who.empty() || who.size() > sizeof order.who.chars) return false;
  order.who = FixedText<24>{who};
  order.reason = FixedText<56>{body.text("reason")};
  return true;
}

std::optional<TimeInForce> tif_of(std::string_view text) {
  if (text.empty() || text == "gtc") return TimeInForce::GoodTillCancel;
  if (text == "ioc") return TimeInForce::ImmediateOrCancel;
  if (text == "fok") return TimeInForce::FillOrKill;
  if (text == "post-only") return TimeInForce::PostOnly;
  return std::nullopt;
}

template <class N>
bool number_of(std::string_view text, N& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string_view text_of(RequestOutcome outcome) {
  switch (outcome) {
    case RequestOutcome::Pending:
      return "pending";
    case RequestOutcome::Sent:
      return "sent";
    case RequestOutcome::Refused:
      return "refused";
    case RequestOutcome::CancelSent:
      return "cancel-sent";
    case RequestOutcome::Flattening:
      return "flattening";
    case RequestOutcome::Invalid:
      return "invalid";
  }
  return "?";
}

std::string_view words_of(RequestOutcome outcome) {
  switch (outcome) {
    case RequestOutcome::Pending:
      return "the engine has not answered yet: ask again at /api/v1/requests/NUMBER";
    case RequestOutcome::Sent:
      return "the gate let it pass and it was handed to the venue: see the order";
    case RequestOutcome::Refused:
      return "the gate refused it, nothing left the process: see the refusal";
    case RequestOutcome::CancelSent:
      return "a cancel was sent; the order counts until the venue confirms";
    case RequestOutcome::Flattening:
      return "orders in the scope are being cancelled and positions worked out within the collar; "
             "strategies wholly inside are paused";
    case RequestOutcome::Invalid:
      return "the engine could not act on it: no such order works, it is not ours to cancel, or "
             "the engine is not ready";
  }
  return "?";
}

object request_json(const RequestLine& line, const settings::Config& config) {
  object shown{{"request", line.asked.request},     {"outcome", text_of(line.outcome)},
               {"words", words_of(line.outcome)},   {"time", time_text(line.wall)},
               {"sequence", line.sequence},         {"who", line.asked.who.view()},
               {"reason", line.asked.reason.view()}};
  if (line.order != OrderId{}) shown["order"] = order_id_text(line.order);
  if (line.outcome == RequestOutcome::Refused)
    shown["refusal"] =
        refusal_json({line.refusal, line.instrument, line.wall, line.sequence}, config);
  return shown;
}

class Desk {
 public:
  explicit Desk(DeskRouteParts parts) : parts_{std::move(parts)} {}

  HttpResponse ticket(const HttpRequest& request) {
    const Body body{request,
                    {"instrument", "side", "qty", "limit", "tif", "who", "reason", "account"},
                    {"reduce_only", "confirm"}};
    ManualOrder order;
    const auto qty = parse_fixed<Qty>(body.text("qty"));
    const auto limit = parse_fixed<Price>(body.text("limit"));
    const auto tif = tif_of(body.text("tif"));
    const std::string_view side = body.text("side");
    std::uint16_t account = 0;
    const bool accounted = body.text("account").empty() || number_of(body.text("account"), account);
    if (!body.sound() || !qty || !limit || !tif || !accounted ||
        (side != "buy" && side != "sell") || !sign(body, order))
      return admin::error_response(400, kTicket);
    const std::string_view name = body.text("instrument");
    const auto found =
        std::find_if(parts_.config.instruments.begin(), parts_.config.instruments.end(),
                     [&](const auto& each) { return instrument_name(each.instrument) == name; });
    if (found == parts_.config.instruments.end())
      return admin::error_response(404, "no such instrument: see /api/v1/instruments");
    order.side = side == "buy" ? Side::Buy : Side::Sell;
    order.qty = *qty;
    order.limit = *limit;
    order.tif = *tif;
    order.account = AccountId{account};
    order.reduce_only = body.flag("reduce_only") ? 1 : 0;
    order.confirm = body.flag("confirm") ? 1 : 0;
    return ask(order, found->instrument.id);
  }

  HttpResponse cancel(const HttpRequest& request, std::string_view rest) {
    const Body body{request, {"who", "reason"}};
    const std::size_t slash = rest.find('/');
    ManualOrder order;
    order.action = ManualAction::Cancel;
    if (slash == std::string_view::npos || rest.substr(slash) != "/cancel" || !body.sound() ||
        !sign(body, order) || !parse_order_id(rest.substr(0, slash), order.target))
      return admin::error_response(400, kCancel);
    if (parts_.view.ledger().orders().pool().find(order.target) == nullptr)
      return admin::error_response(404, "no such order");
    return ask(order, kNoInstrument);
  }

  HttpResponse flatten(const HttpRequest& request) {
    const Body body{request, {"scope", "who", "reason"}};
    const auto scope = parse_kill_scope(body.text("scope"), parts_.config);
    ManualOrder order;
    order.action = ManualAction::Flatten;
    if (!body.sound() || !scope || !sign(body, order)) return admin::error_response(400, kFlatten);
    order.scope = scope->kind;
    order.scope_number = scope->number;
    return ask(order, kNoInstrument);
  }

  HttpResponse request(std::string_view rest) const {
    std::uint32_t number = 0;
    const RequestLine* line = number_of(rest, number) ? facts().request(number) : nullptr;
    if (line == nullptr) return admin::error_response(404, "no such request, or too long ago");
    return json_response(request_json(*line, parts_.config));
  }

  HttpResponse requests(const HttpRequest& request) const {
    const auto limit = limit_in(request);
    if (!limit) return admin::error_response(400, "limit: accepted: 0 to 10000");
    array rows;
    for (auto it = facts().requests().rbegin();
         it != facts().requests().rend() && rows.size() < *limit; ++it)
      rows.push_back(request_json(*it, parts_.config));
    return json_response({{"requests", rows}, {"total", facts().requests().size()}});
  }

  HttpResponse refusals(const HttpRequest& request) const {
    const auto limit = limit_in(request);
    if (!limit) return admin::error_response(400, "limit: accepted: 0 to 10000");
    array rows;
    for (auto it = facts().refusals().rbegin();
         it != facts().refusals().rend() && rows.size() < *limit; ++it)
      rows.push_back(refusal_json(*it, parts_.config));
    return json_response({{"refusals", rows}, {"total", facts().refusals_total()}});
  }

 private:
  [[nodiscard]] const OperatorFacts& facts() const noexcept { return parts_.view.desk(); }

  static std::optional<std::size_t> limit_in(const HttpRequest& request) {
    const std::string_view text = net::query_value(request.query, "limit");
    std::size_t limit = 100;
    if (!text.empty() && (!number_of(text, limit) || limit > 10'000)) return std::nullopt;
    return limit;
  }

  // Waits a moment for the answer, which is in the log like everything else.
  HttpResponse ask(ManualOrder& order, InstrumentId instrument) {
    parts_.catch_up();
    last_ = std::max(last_, facts().last_number()) + 1;
    order.request = last_;
    const HttpResponse taken = parts_.ask(order, instrument);
    if (taken.status != 202) return taken;
    for (int waited = 0; waited < kAnswerMs; waited += 2) {
      parts_.catch_up();
      const RequestLine* line = facts().request(order.request);
      if (line != nullptr && line->outcome != RequestOutcome::Pending)
        return json_response(request_json(*line, parts_.config), status_of(line->outcome));
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return json_response({{"request", order.request},
                          {"outcome", text_of(RequestOutcome::Pending)},
                          {"words", words_of(RequestOutcome::Pending)}},
                         202);
  }
  static unsigned status_of(RequestOutcome outcome) {
    return outcome == RequestOutcome::Refused || outcome == RequestOutcome::Invalid ? 409 : 200;
  }

  DeskRouteParts parts_;
  std::uint32_t last_{0};
};
}  // namespace

std::vector<admin::Route> desk_routes(DeskRouteParts parts) {
  using Rest = std::string_view;
  const auto desk = std::make_shared<Desk>(std::move(parts));
  return {
      {"POST", "/api/v1/orders", admin::Access::Change, "A ticket, through the same gate.",
       [desk](const HttpRequest& request, Rest) { return desk->ticket(request); }},
      {"POST", "/api/v1/orders/", admin::Access::Change, "ID/cancel cancels one order.",
       [desk](const HttpRequest& request, Rest rest) { return desk->cancel(request, rest); }},
      {"POST", "/api/v1/flatten", admin::Access::Change,
       "Cancels the orders in a scope and works its positions out; latches nothing.",
       [desk](const HttpRequest& request, Rest) { return desk->flatten(request); }},
      {"GET", "/api/v1/requests", admin::Access::Read,
       "What people asked for at the desk and what became of it; ?limit=N.",
       [desk](const HttpRequest& request, Rest) { return desk->requests(request); }},
      {"GET", "/api/v1/requests/", admin::Access::Read, "What became of one request.",
       [desk](const HttpRequest&, Rest rest) { return desk->request(rest); }},
      {"GET", "/api/v1/refusals", admin::Access::Read,
       "The youngest refusals of the gate in words, with what would pass; ?limit=N.",
       [desk](const HttpRequest& request, Rest) { return desk->refusals(request); }},
  };
}
}  // namespace sq::app
