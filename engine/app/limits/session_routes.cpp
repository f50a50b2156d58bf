#include "engine/app/limits/session_routes.hpp"

#include <array>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string_view>

#include "engine/app/limits/request_body.hpp"
#include "engine/app/summary.hpp"
#include "engine/types/decimal.hpp"
#include "engine/types/text.hpp"

namespace sq::app {
namespace {
using admin::error_response;
using net::HttpRequest;
using net::HttpResponse;

constexpr std::array<std::string_view, 7> kPhases{
    "unknown", "closed", "pre-open", "auction", "continuous", "maintenance", "halted"};
constexpr std::array<std::string_view, 5> kPermits{"resting", "ioc", "fok", "post-only", "market"};
constexpr std::array<std::string_view, 6> kFacts{"",       "filters",    "holdings",
                                                 "banned", "restricted", "settlement-price"};

constexpr std::string_view kSession =
    "accepted: {\"venue\": \"name\" or \"instrument\": \"VENUE:SYMBOL\", \"phase\": \"closed\" | "
    "\"pre-open\" | \"auction\" | \"continuous\" | \"maintenance\" | \"halted\" | \"unknown\", "
    "\"permitted\": what may be sent if that is not the usual, of \"resting ioc fok post-only "
    "market\"}";
constexpr std::string_view kStatic =
    "accepted: {\"instrument\": \"VENUE:SYMBOL\", \"fact\": \"filters\" (confirmed now) | "
    "\"holdings\" | \"banned\" | \"restricted\" | \"settlement-price\" (of the day that is open), "
    "\"value\": a quantity for holdings, \"1\" or \"0\" for lists, a price, \"who\": \"name\"}";

template <std::size_t N>
std::optional<std::uint8_t> place_of(const std::array<std::string_view, N>& words,
                                     std::string_view word) {
  for (std::size_t i = 0; i < N; ++i)
    if (words[i] == word && !word.empty()) return static_cast<std::uint8_t>(i);
  return std::nullopt;
}
// "resting ioc": bits of kPermits. Empty: an unknown word.
std::optional<std::uint8_t> permits_of(std::string_view text) {
  unsigned bits = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const auto place = place_of(kPermits, text.substr(0, end));
    if (!place) return std::nullopt;
    bits |= 1U << *place;
    text.remove_prefix(end == text.size() ? end : end + 1);
  }
  return static_cast<std::uint8_t>(bits);
}
const Instrument* find(const settings::Config& config, std::string_view name) {
  for (const auto& each : config.instruments)
    if (instrument_name(each.instrument) == name) return &each.instrument;
  return nullptr;
}
bool trades_on(const settings::Config& config, VenueId venue) {
  return std::ranges::any_of(config.instruments,
                             [venue](const auto& each) { return each.instrument.venue == venue; });
}

HttpResponse take_session(const SessionRouteParts& parts, const HttpRequest& request) {
  const RequestBody body{request, {"venue", "instrument", "phase", "permitted"}};
  const auto phase = place_of(kPhases, body.text("phase"));
  const auto permitted = permits_of(body.text("permitted"));
  const Instrument* const instrument = find(parts.config, body.text("instrument"));
  const VenueId venue = instrument != nullptr ? instrument->venue : venue_from(body.text("venue"));
  const bool one = body.text("venue").empty() != body.text("instrument").empty();
  if (!phase || !permitted || !one || (instrument == nullptr && !body.text("instrument").empty()) ||
      !trades_on(parts.config, venue))
    return error_response(400, kSession);
  SessionEvent event;
  event.venue = venue;
  event.phase = static_cast<SessionPhase>(*phase);
  event.permitted = *permitted;
  auto record = make_record(RecordKind::SessionEvent, event);
  if (instrument != nullptr) record.header.instrument = instrument->id;
  return parts.push_session(record);
}

HttpResponse take_static(const SessionRouteParts& parts, const HttpRequest& request) {
  const RequestBody body{request, {"instrument", "fact", "value", "who"}};
  const auto fact = place_of(kFacts, body.text("fact"));
  const Instrument* const instrument = find(parts.config, body.text("instrument"));
  const std::string_view who = body.text("who");
  if (!fact || instrument == nullptr || who.empty() || who.size() > 24)
    return error_response(400, kStatic);
  StaticData data;
  data.fact = static_cast<StaticFact>(*fact);
  data.who = FixedText<24>{who};
  const std::string_view value = body.text("value");
  if (data.fact == StaticFact::Holdings) {
    const auto qty = parse_fixed<Qty>(value);
    if (!qty || *qty < Qty{}) return error_response(400, kStatic);
    data.value = qty->raw();
  } else if (data.fact == StaticFact::SettlementPrice) {
    const auto price = parse_fixed<Price>(value);
    if (!price || *price <= Price{}) return error_response(400, kStatic);
    data.value = price->raw();
  } else if (data.fact != StaticFact::FiltersConfirmed) {
    if (value != "0" && value != "1") return error_response(400, kStatic);
    data.value = value == "1" ? 1 : 0;
  } else if (!value.empty()) {
    return error_response(400, kStatic);
  }
  auto record = make_record(RecordKind::StaticData, data);
  record.header.instrument = instrument->id;
  return parts.push_static(record);
}

boost::json::object sessions(const SessionRouteParts& parts) {
  const risk::OrderPolicies& policies = parts.view.ledger().gate().policies();
  boost::json::array venues;
  for (const settings::VenueRule& each : parts.config.risk.policies.venues)
    venues.push_back({{"venue", text_of(each.venue)},
                      {"phase", kPhases[static_cast<std::size_t>(policies.phase(each.venue))]},
                      {"checked", each.session}});
  boost::json::array instruments;
  for (const auto& each : parts.config.instruments) {
    const std::size_t i = index_of(each.instrument.id);
    instruments.push_back({{"instrument", instrument_name(each.instrument)},
                           {"restricted", policies.restricted(i)},
                           {"banned", policies.banned(i)}});
  }
  return {{"venues", venues}, {"instruments", instruments}};
}
boost::json::object venues(const SessionRouteParts& parts) {
  boost::json::array rows;
  for (std::uint16_t n = 1; n < 16; ++n) {
    const auto venue = static_cast<VenueId>(n);
    if (!trades_on(parts.config, venue)) continue;
    const VenueLine& line = parts.view.venues().of(venue);
    if (line.state.venue == VenueId::None) {
      rows.push_back({{"venue", sq::text_of(venue)},
                      {"condition", "unknown"},
                      {"words", "nothing was said since the start"}});
      continue;
    }
    rows.push_back({{"venue", sq::text_of(venue)},
                    {"condition", sq::text_of(line.state.condition)},
                    {"words", meaning_of(line.state.condition)},
                    {"takes_orders", takes_orders(line.state.condition)},
                    {"since_ns", line.since.ns},
                    {"rate_left", line.state.rate_left},
                    {"clock_offset_ns", line.clock_offset_ns},
                    {"clock_uncertainty_ns", line.clock_uncertainty_ns},
                    {"clock_measured_ns", line.measured.ns}});
  }
  return {{"venues", rows}};
}
}  // namespace

std::vector<admin::Route> session_routes(SessionRouteParts given) {
  using Rest = std::string_view;
  const auto parts = std::make_shared<const SessionRouteParts>(std::move(given));
  return {
      {"GET", "/api/v1/sessions", admin::Access::Read,
       "Phase of each venue whose session is checked; lists by instrument.",
       [parts](const HttpRequest&, Rest) {
         HttpResponse response;
         response.body = boost::json::serialize(sessions(*parts)) + "\n";
         return response;
       }},
      {"GET", "/api/v1/venues", admin::Access::Read,
       "What each venue and the link to it last said of themselves, and its clock against ours.",
       [parts](const HttpRequest&, Rest) {
         HttpResponse response;
         response.body = boost::json::serialize(venues(*parts)) + "\n";
         return response;
       }},
      {"POST", "/api/v1/sessions", admin::Access::Change,
       "Tells the phase of a venue's or an instrument's session.",
       [parts](const HttpRequest& request, Rest) { return take_session(*parts, request); }},
      {"POST", "/api/v1/static-data", admin::Access::Change,
       "Tells holdings, lists, settlement prices, and that filters were confirmed.",
       [parts](const HttpRequest& request, Rest) { return take_static(*parts, request); }},
  };
}
}  // namespace sq::app
