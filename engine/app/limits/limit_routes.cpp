#include "engine/app/limits/limit_routes.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

#include "engine/app/limits/limit_list.hpp"
#include "engine/app/limits/limit_text.hpp"
#include "engine/app/limits/request_body.hpp"
#include "engine/app/moment_text.hpp"
#include "engine/app/summary.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"
#include "engine/wal/dump_names.hpp"

namespace sq::app {
namespace {
using admin::error_response;
using net::HttpRequest;
using net::HttpResponse;

HttpResponse json_response(const boost::json::object& shown, unsigned status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = boost::json::serialize(shown) + "\n";
  return response;
}

constexpr std::string_view kSet =
    "accepted: {\"scope\", \"limit\", \"value\": as GET /api/v1/limits shows them, \"who\": "
    "\"name\", \"reason\": \"text\"}";
constexpr std::string_view kPropose =
    "accepted: {\"scope\", \"limit\", \"value\": as GET /api/v1/limits shows them, \"until\": a "
    "UTC time, or \"minutes\": \"number\", \"who\": \"name\", \"reason\": \"text\"}";
constexpr std::string_view kApprove =
    "accepted: {\"proposal\": \"number\", \"who\": \"another name\"}";
constexpr std::string_view kAcknowledge =
    "accepted: {\"strategy\": \"name\", \"who\": \"name\", \"reason\": \"text\"}";
constexpr std::string_view kOverride =
    "accepted: {\"scope\", \"limit\", \"value\": of this one order, \"instrument\": "
    "\"VENUE:SYMBOL\", \"strategy\": \"name\", \"side\": \"buy\" | \"sell\", \"qty\", \"price\", "
    "\"type\": \"limit\" | \"market\", \"time_in_force\": \"gtc\" | \"ioc\" | \"fok\" | "
    "\"post-only\", \"until\" or \"minutes\", \"who\", \"reason\"}";

class Desk {
 public:
  explicit Desk(LimitRouteParts parts) : parts_{std::move(parts)} {}

  HttpResponse list() const {
    parts_.refresh_prices();
    return json_response(limit_list(parts_.view, parts_.config));
  }

  HttpResponse act(const HttpRequest& request, std::string_view action) {
    if (action == "set") return set(request);
    if (action == "propose") return propose(request);
    if (action == "approve") return approve(request);
    if (action == "acknowledge") return acknowledge(request);
    if (action == "override") return allow(request);
    return error_response(404, "there are: set, propose, approve, acknowledge, override");
  }

 private:
  HttpResponse set(const HttpRequest& request) {
    const RequestBody body{request, {"scope", "limit", "value", "who", "reason"}};
    LimitsChanged asked;
    asked.command = Command::SetLimit;
    return take_limit(body, asked) && take_person(body, asked) ? send(asked)
                                                               : error_response(400, kSet);
  }
  HttpResponse propose(const HttpRequest& request) {
    const RequestBody body{request,
                           {"scope", "limit", "value", "until", "minutes", "who", "reason"}};
    LimitsChanged asked;
    asked.command = Command::ProposeLimit;
    return take_limit(body, asked) && take_end(body, asked) && take_person(body, asked)
               ? send(asked)
               : error_response(400, kPropose);
  }
  HttpResponse approve(const HttpRequest& request) {
    const RequestBody body{request, {"proposal", "who"}};
    LimitsChanged asked;
    asked.command = Command::ApproveProposal;
    return take_number(body.text("proposal"), asked.proposal) && take_person(body, asked)
               ? send(asked)
               : error_response(400, kApprove);
  }
  HttpResponse acknowledge(const HttpRequest& request) {
    const RequestBody body{request, {"strategy", "who", "reason"}};
    LimitsChanged asked;
    asked.command = Command::AcknowledgeStrategy;
    return take_strategy(body, asked) && take_person(body, asked)
               ? send(asked)
               : error_response(400, kAcknowledge);
  }
  HttpResponse allow(const HttpRequest& request) {
    const RequestBody body{request,
                           {"scope", "limit", "value", "instrument", "strategy", "side", "qty",
                            "price", "type", "time_in_force", "until", "minutes", "who", "reason"}};
    LimitsChanged asked;
    asked.command = Command::ProposeOverride;
    InstrumentId instrument = kNoInstrument;
    return take_limit(body, asked) && take_order(body, asked, instrument) &&
                   take_end(body, asked) && take_person(body, asked)
               ? send(asked, instrument)
               : error_response(400, kOverride);
  }

  static bool take_number(std::string_view text, std::uint64_t& number) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
  }
  bool take_limit(const RequestBody& body, LimitsChanged& asked) const {
    const auto key = parse_limit(body.text("scope"), body.text("limit"),
                                 parts_.view.ledger().gate(), parts_.config);
    if (!key) return false;
    const auto value = parse_value(key->which, body.text("value"));
    asked.limit = risk::name_of(*key);
    asked.value = value.value_or(0);
    return value.has_value();
  }
  static bool take_person(const RequestBody& body, LimitsChanged& asked) {
    const std::string_view who = body.text("who");
    const std::string_view reason = body.text("reason");
    if (who.empty() || who.size() > 24 || reason.size() > 64) return false;
    asked.who = FixedText<24>{who};
    asked.reason = FixedText<64>{reason};
    return true;
  }
  bool take_end(const RequestBody& body, LimitsChanged& asked) const {
    const std::string_view until = body.text("until");
    const WallTime now = parts_.now();
    std::uint64_t minutes = 0;
    if (until.empty()) {
      if (!take_number(body.text("minutes"), minutes) || minutes > 60U * 24 * 366) return false;
      asked.until = now + static_cast<std::int64_t>(minutes) * 60 * kNsPerSecond;
      return true;
    }
    try {
      asked.until = parse_moment(until, WallTime{utc_day(now) * kNsPerDay});
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  bool take_strategy(const RequestBody& body, LimitsChanged& asked) const {
    for (const auto& each : parts_.config.strategies) {
      if (each.name != body.text("strategy")) continue;
      asked.order.strategy = each.id;
      return true;
    }
    return false;
  }
  bool take_order(const RequestBody& body, LimitsChanged& asked, InstrumentId& instrument) const {
    for (const auto& each : parts_.config.instruments)
      if (instrument_name(each.instrument) == body.text("instrument"))
        instrument = each.instrument.id;
    const auto qty = parse_fixed<Qty>(body.text("qty"));
    const auto price = parse_fixed<Price>(body.text("price"));
    const std::string_view side = body.text("side");
    if (instrument == kNoInstrument || !qty || !price || (side != "buy" && side != "sell"))
      return false;
    asked.order.qty = *qty;
    asked.order.limit = *price;
    asked.order.side = side == "buy" ? Side::Buy : Side::Sell;
    const std::string_view type = body.text("type");
    if (!type.empty() && type != "limit" && type != "market") return false;
    asked.order.type = type == "market" ? OrderType::Market : OrderType::Limit;
    bool known = false;
    for (const auto tif : {TimeInForce::GoodTillCancel, TimeInForce::ImmediateOrCancel,
                           TimeInForce::FillOrKill, TimeInForce::PostOnly}) {
      if (sq::text_of(tif) != body.text("time_in_force")) continue;
      asked.order.tif = tif;
      known = true;
    }
    return known && take_strategy(body, asked);
  }

  HttpResponse send(LimitsChanged asked, InstrumentId instrument = kNoInstrument) {
    asked.request = ++requests_;
    auto record = make_record(RecordKind::LimitsChanged, asked);
    record.header.instrument = instrument;
    const std::uint64_t seen = parts_.view.limit_sets_total();
    const HttpResponse taken = parts_.push(record);
    if (taken.status != 202) return taken;
    for (int waited_ms = 0; waited_ms < kAnswerWaitMs; waited_ms += 5) {
      parts_.view.catch_up();
      if (const LimitSet* const set = parts_.view.limit_set_after(seen, asked.request))
        return answer(*set);
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return taken;
  }
  HttpResponse answer(const LimitSet& set) const {
    const risk::LimitKey key = risk::key_of(set.limit);
    boost::json::object shown{{"outcome", wal::text_of(set.cause)}, {"version", set.version}};
    if (set.cause == LimitCause::Refused) {
      shown["error"] = words_of(set.refusal);
      return json_response(shown, 409);
    }
    if (set.limit.scope != 0) {
      shown["scope"] = limit_scope_text(key, parts_.view.ledger().gate(), parts_.config);
      shown["limit"] = limit_kind_text(key.which);
      shown["unit"] = unit_text(key.which);
      shown["before"] = value_text(key.which, set.before);
      shown["value"] = value_text(key.which, set.after);
    }
    if (set.proposal != 0) shown["proposal"] = std::to_string(set.proposal);
    if (set.until != WallTime{}) shown["until"] = moment_text(set.until);
    shown["who"] = set.who.view();
    if (!set.second.view().empty()) shown["second"] = set.second.view();
    return json_response(shown);
  }

  LimitRouteParts parts_;
  std::uint32_t requests_{0};
};
}  // namespace

std::vector<admin::Route> limit_routes(LimitRouteParts parts) {
  using Rest = std::string_view;
  const auto desk = std::make_shared<Desk>(std::move(parts));
  return {
      {"GET", "/api/v1/limits", admin::Access::Read,
       "Every limit in force: whose, unit, in use, what is left, who changed it until when.",
       [desk](const HttpRequest&, Rest) { return desk->list(); }},
      {"POST", "/api/v1/limits/", admin::Access::Change,
       "set (tighter, at once), propose (looser, with an end), approve (a second person), override "
       "(one blocked order, once), acknowledge (repeated executions of a strategy).",
       [desk](const HttpRequest& request, Rest rest) { return desk->act(request, rest); }},
  };
}
}  // namespace sq::app
