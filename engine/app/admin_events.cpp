#include "engine/app/admin_events.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <memory>

#include "engine/app/admin_views.hpp"
#include "engine/app/event_bus/core_letters.hpp"
#include "engine/app/event_bus/event_pages.hpp"
#include "engine/telemetry/tick_clock.hpp"
#include "engine/wal/dump.hpp"

namespace sq::app {
namespace {
using admin::Access;
using admin::error_response;
using boost::json::array;
using boost::json::object;
using net::HttpRequest;
using net::HttpResponse;
using Rest = std::string_view;

HttpResponse json_response(const object& shown, unsigned status = 200) {
  HttpResponse response;
  response.status = status;
  response.body = boost::json::serialize(shown) + "\n";
  return response;
}

// Empty: not a number of at most `max`.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || value > max)
    return std::nullopt;
  return value;
}
std::optional<std::uint64_t> number_in(const HttpRequest& request, std::string_view key,
                                       std::uint64_t fallback, std::uint64_t max) {
  const std::string_view text = net::query_value(request.query, key);
  return text.empty() ? fallback : parse_number(text, max);
}

object to_json(const Letter& letter, bool whole) {
  constexpr std::size_t kListedMax = 8'192;  // of a record in a list; alone it is shown whole
  const RecordHeader& record = letter.record.header();
  const std::string_view why_not = letter.from_core ? why_not_again(record) : "";
  object shown{{"id", letter.id},
               {"time", time_text(record.wall)},
               {"from", letter.from_core ? "core" : "subscriber"},
               {"subscriber", letter.subscriber},
               {"reason", letter.reason},
               {"attempts", letter.attempts},
               {"input_sequence", letter.sequence},
               {"kind", wal::text_of(record.kind)},
               {"replay", why_not.empty()},
               {"why_no_replay", why_not},
               {"input", nullptr}};
  if (whole || record.length <= kListedMax)
    shown["input"] = boost::json::parse(wal::json_line(record));
  return shown;
}

object to_json(const SubscriberStatus& status) {
  object shown{{"name", status.name},
               {"state", text_of(status.state)},
               {"durable", status.durable},
               {"when_full", text_of(status.when_full)},
               {"read_sequence", status.read},
               {"handled_sequence", status.handled},
               {"saved_sequence", status.saved},
               {"queued", status.queued},
               {"delivered", status.delivered},
               {"failures", status.failures},
               {"dead_letters", status.letters},
               {"dropped", status.lost},
               {"stretches_lost", status.losses},
               {"problem", status.problem}};
  if (status.last_loss)
    shown["last_loss"] = {{"first", status.last_loss->first}, {"last", status.last_loss->last}};
  return shown;
}

class EventRoutes {
 public:
  explicit EventRoutes(EventRouteParts parts) : parts_{std::move(parts)} {}

  HttpResponse letters(const HttpRequest& request) {
    LetterFilter filter;
    const auto limit = number_in(request, "limit", 100, 10'000);
    const auto before = number_in(request, "before", ~std::uint64_t{0}, ~std::uint64_t{0});
    if (!limit || !before) return error_response(400, "limit: accepted: 0 to 10000; before: an id");
    filter.before = *before;
    filter.subscriber = net::query_value(request.query, "subscriber");
    array rows;
    for (const Letter& letter : parts_.bus.letters().list(filter, *limit))
      rows.push_back(to_json(letter, false));
    const LetterCounts counts = parts_.bus.letters().counts();
    return json_response({{"dead_letters", rows},
                          {"total", counts.kept},
                          {"replayed", counts.replayed},
                          {"discarded", counts.discarded},
                          {"pushed_out", counts.pushed_out}});
  }

  HttpResponse letter(Rest rest) {
    const auto id = parse_number(rest, ~std::uint64_t{0});
    const auto found = id ? parts_.bus.letters().find(*id) : std::nullopt;
    return found ? json_response(to_json(*found, true))
                 : error_response(404, "no such dead letter");
  }

  HttpResponse act(Rest rest) {
    const std::size_t slash = rest.find('/');
    const auto id = parse_number(rest.substr(0, slash), ~std::uint64_t{0});
    const Rest action = slash == Rest::npos ? Rest{} : rest.substr(slash + 1);
    if (action != "replay" && action != "discard")
      return error_response(404, "accepted: /api/v1/dead-letters/ID/replay or .../ID/discard");
    const auto found = id ? parts_.bus.letters().find(*id) : std::nullopt;
    if (!found) return error_response(404, "no such dead letter");
    if (action == "replay") return found->from_core ? replay_input(*found) : redeliver(*found);
    if (!parts_.bus.letters().remove(*id, DeadLetters::End::Discarded))
      return error_response(404, "no such dead letter");
    note("discarded", *found);
    return json_response({{"discarded", true}});
  }

  HttpResponse subscribers() {
    array rows;
    for (const SubscriberStatus& status : parts_.bus.statuses()) rows.push_back(to_json(status));
    return json_response({{"subscribers", rows}});
  }

  HttpResponse events(const HttpRequest& request) {
    constexpr std::string_view kAccepted =
        "accepted: topics of orders fills positions kill strategies commands books trades prices "
        "feeds dead-letters log-state run, separated by commas; from a sequence; limit 1 to 1000; "
        "instrument VENUE:SYMBOL; strategy a name; stream 0 or 1";
    EventFilter filter;
    const auto topics = parse_topics(net::query_value(request.query, "topics"));
    const auto limit = number_in(request, "limit", 100, 1'000);
    const auto stream = number_in(request, "stream", 0, 1);
    auto from = number_in(request, "from", SubscriberOptions::kFromNow, ~std::uint64_t{0} - 1);
    if (!topics || !limit || *limit == 0 || !stream || !from) return error_response(400, kAccepted);
    filter.topics = *topics;
    const auto instrument = net::query_value(request.query, "instrument");
    if (!instrument.empty()) filter.instrument = parts_.instrument(instrument);
    if (!instrument.empty() && !filter.instrument)
      return error_response(400, "instrument: there is none of this name");
    const auto strategy = net::query_value(request.query, "strategy");
    if (!strategy.empty()) filter.strategy = parts_.strategy(strategy);
    if (!strategy.empty() && !filter.strategy)
      return error_response(400, "strategy: there is none of this name");
    if (*stream == 0) return page(std::move(filter), *from, *limit);
    // A browser that lost its connection says itself what it has seen.
    if (!request.last_event_id.empty()) {
      const auto seen = parse_number(request.last_event_id, ~std::uint64_t{0} - 2);
      if (!seen) return error_response(400, "Last-Event-ID: accepted: a sequence");
      from = *seen + 1;
    }
    return follow(std::move(filter), *from);
  }

 private:
  HttpResponse page(EventFilter filter, std::uint64_t from, std::size_t limit) {
    EventPages pages{parts_.bus.log_dir(), std::move(filter), from};
    const EventPage shown = pages.next(limit);
    std::string body = "{\"events\":[";
    for (std::size_t i = 0; i < shown.rows.size(); ++i)
      body += fmt::format("{}{{\"topic\":\"{}\",\"record\":{}}}", i == 0 ? "" : ",",
                          text_of(shown.rows[i].topic), shown.rows[i].json);
    body += fmt::format("],\"next\":{},\"at_end\":{},\"lost\":", shown.next, shown.at_end);
    body += shown.lost
                ? fmt::format("{{\"first\":{},\"last\":{}}}", shown.lost->first, shown.lost->last)
                : "null";
    HttpResponse response;
    response.body = body + fmt::format(",\"problem\":{}}}\n",
                                       boost::json::serialize(boost::json::string{shown.problem}));
    return response;
  }

  // Server-sent events. Its own reader waits in the log while the client does not read.
  HttpResponse follow(EventFilter filter, std::uint64_t from) {
    constexpr std::size_t kRowsAtOnce = 200;
    constexpr std::int64_t kSignOfLifeNs = 5 * kNsPerSecond;
    HttpResponse response;
    response.content_type = "text/event-stream";
    auto pages = std::make_shared<EventPages>(parts_.bus.log_dir(), std::move(filter), from);
    response.stream = [pages, said = std::int64_t{0}]() mutable -> std::optional<std::string> {
      const EventPage page = pages->next(kRowsAtOnce);
      if (!page.problem.empty()) return std::nullopt;
      std::string text = sent_event(page);
      const std::int64_t now = telemetry::monotonic_ns();
      if (text.empty() && now - said >= kSignOfLifeNs) text = ":\n\n";
      if (!text.empty()) said = now;
      return text;
    };
    return response;
  }

  HttpResponse redeliver(const Letter& letter) {
    switch (parts_.bus.replay(letter)) {
      case EventBus::Replay::Accepted:
        break;
      case EventBus::Replay::NoSubscriber:
        return error_response(409, "no subscriber of this name is there now");
      case EventBus::Replay::Refused:
        return error_response(409, "the subscriber takes no replays, or has this one already");
    }
    note("replayed", letter);
    return json_response({{"accepted", true}}, 202);
  }
  HttpResponse replay_input(const Letter& letter) {
    const RecordHeader& input = letter.record.header();
    if (const std::string_view why = why_not_again(input); !why.empty())
      return error_response(409, why);
    auto again = make_record(RecordKind::AdminCommand, admin_command_of(input));
    again.header.instrument = input.instrument;
    again.payload.who = FixedText<24>{"admin port, replay"};
    if (const std::string why = parts_.command(again); !why.empty())
      return error_response(409, why);
    note("put in again", letter);
    parts_.bus.letters().remove(letter.id, DeadLetters::End::Replayed);
    return json_response({{"accepted", true}}, 202);
  }
  void note(std::string_view what, const Letter& letter) {
    parts_.note(fmt::format("dead letter {} of {} {}: {}, record {}", letter.id, letter.subscriber,
                            what, letter.reason, letter.sequence));
  }

  EventRouteParts parts_;
};
}  // namespace

std::vector<admin::Route> event_routes(EventRouteParts parts) {
  const auto routes = std::make_shared<EventRoutes>(std::move(parts));
  return {
      {"GET", "/api/v1/dead-letters", Access::Read,
       "Events nobody could handle; ?limit=N ?before=ID ?subscriber=NAME.",
       [routes](const HttpRequest& request, Rest) { return routes->letters(request); }},
      {"GET", "/api/v1/dead-letters/", Access::Read, "One dead letter with its record.",
       [routes](const HttpRequest&, Rest rest) { return routes->letter(rest); }},
      {"POST", "/api/v1/dead-letters/", Access::Change,
       "ID/replay hands it over again, ID/discard gives it up.",
       [routes](const HttpRequest&, Rest rest) { return routes->act(rest); }},
      {"GET", "/api/v1/subscribers", Access::Read,
       "Consumers of the event bus: how far they are, what they lost.",
       [routes](const HttpRequest&, Rest) { return routes->subscribers(); }},
      {"GET", "/api/v1/events", Access::Read,
       "Events; ?topics=A,B ?from=SEQUENCE ?limit=N ?instrument= ?strategy=; ?stream=1 follows.",
       [routes](const HttpRequest& request, Rest) { return routes->events(request); }}};
}
}  // namespace sq::app
