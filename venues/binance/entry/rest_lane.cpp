#include "venues/binance/entry/rest_lane.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sq::binance {
namespace {
using Outcome = net::HttpClient::Outcome;

net::HttpClientSettings client_settings(const LinkContext& context) {
  const Server& rest = context.where.rest;
  net::HttpClientSettings settings;
  settings.connection.host = rest.host;
  settings.connection.port = rest.port;
  settings.connection.addresses = rest.addresses;
  settings.connection.tls = rest.tls;
  settings.first_byte_ns_max = context.settings.answer_ns_max;
  settings.total_ns_max = 3 * context.settings.answer_ns_max;
  return settings;
}
// What base64 has beside letters and digits.
void append_encoded(std::string& text, std::string_view value) {
  for (const char c : value) {
    if (c == '+') {
      text.append("%2B");
    } else if (c == '/') {
      text.append("%2F");
    } else if (c == '=') {
      text.append("%3D");
    } else {
      text.push_back(c);
    }
  }
}
std::int64_t unit_of(char letter) {
  switch (letter) {
    case 's':
    case 'S':
      return kNsPerSecond;
    case 'm':
    case 'M':
      return 60 * kNsPerSecond;
    case 'h':
    case 'H':
      return 3'600 * kNsPerSecond;
    case 'd':
    case 'D':
      return 86'400 * kNsPerSecond;
    default:
      return 0;
  }
}
bool begins(std::string_view name, std::string_view with) {
  return name.size() > with.size() && net::equal_ignoring_case(name.substr(0, with.size()), with);
}
// "1M", "10S"; 0: no interval.
std::int64_t interval_of(std::string_view text) {
  std::int64_t number = 0;
  if (text.size() < 2) return 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size() - 1, number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() - 1 || number <= 0 ||
      number > 1'000)
    return 0;
  return number * unit_of(text.back());
}
}  // namespace

RestLane::RestLane(LinkContext& context) : context_{context}, client_{client_settings(context)} {}

void RestLane::push(std::unique_ptr<Errand> errand) {
  entries_.push_back({std::move(errand), false, {}, {}, {}, false});
}
void RestLane::push_first(std::unique_ptr<Errand> errand) {
  auto at = entries_.begin();
  if (busy_ && at != entries_.end()) ++at;
  while (at != entries_.end() && at->first) ++at;
  entries_.insert(at, Entry{std::move(errand), true, {}, {}, {}, false});
}
bool RestLane::withdraw(OrderId id) {
  auto at = entries_.begin();
  if (busy_ && at != entries_.end()) ++at;
  for (; at != entries_.end(); ++at) {
    if (at->errand->order() != id || !at->errand->withdraw()) continue;
    entries_.erase(at);
    return true;
  }
  return false;
}

bool RestLane::step() {
  if (busy_) {
    if (client_.step(context_.now) == Outcome::Waiting) return false;
    finish();
    return true;
  }
  if (entries_.empty()) return false;
  Entry& entry = entries_.front();
  if (!entry.ask) {
    entry.ask = entry.errand->next();
    entry.since = context_.now;
    entry.held = false;
    if (!entry.ask) {
      entries_.pop_front();
      return true;
    }
  }
  return send(entry);
}

bool RestLane::send(Entry& entry) {
  const RestAsk& ask = *entry.ask;
  const WallTime venue_now = context_.venue_now();
  const bool too_old = ask.wait_ns_max != 0 && context_.now - entry.since > ask.wait_ns_max;
  if (too_old) {
    tell(entry, {Outcome::NotSent, 0, {}, "held by the rate limits", context_.now, context_.now});
    return true;
  }
  // A stamp by a clock that is known to be wrong would only be refused; without any for long, the
  // local one has to do.
  const bool unsure = ask.security == RestSecurity::Signed && !context_.clock.known();
  if (unsure && context_.now - entry.since < 2 * kNsPerSecond) return false;
  if (entry.held && venue_now < entry.held_until) return false;
  const Permission permission = context_.governor.ask(ask.cost, ask.purpose, venue_now);
  if (!permission.granted()) {
    if (!entry.held) ++context_.counters.held;
    entry.held = true;
    entry.held_until = permission.until;
    return false;
  }
  net::HttpAsk request;
  request.method = ask.method;
  request.target = context_.where.rest.path + ask.path;
  std::string query = ask.query;
  if (ask.security == RestSecurity::Signed) {
    if (!query.empty()) query.push_back('&');
    query.append("recvWindow=").append(std::to_string(context_.where.recv_window_ms));
    query.append("&timestamp=").append(std::to_string(venue_now.ns / kNsPerMs));
    const auth::Signature signature = context_.signer.sign(query);
    query.append("&signature=");
    append_encoded(query, signature.view());
  }
  if (!query.empty()) request.target.append("?").append(query);
  if (ask.security != RestSecurity::None)
    request.headers.emplace_back("X-MBX-APIKEY", context_.settings.api_key);
  asked_ = context_.now;
  if (!client_.ask(request, context_.now)) {
    tell(entry, {Outcome::NotSent, 0, {}, "not to be said in HTTP", asked_, context_.now});
    return true;
  }
  busy_ = true;
  return true;
}

// Weight and order counts, and whether to wait.
void RestLane::look_at_head() {
  const net::HttpResponseHead& head = client_.head();
  const WallTime at = context_.venue_now();
  constexpr std::string_view kWeight{"X-MBX-USED-WEIGHT-"};
  constexpr std::string_view kOrders{"X-MBX-ORDER-COUNT-"};
  for (const auto& [name, value] : head.fields) {
    const bool weight = begins(name, kWeight);
    if (!weight && !begins(name, kOrders)) continue;
    const std::int64_t interval =
        interval_of(std::string_view{name}.substr((weight ? kWeight : kOrders).size()));
    std::int64_t used = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), used);
    if (interval > 0 && parsed.ec == std::errc{})
      context_.governor.on_used(weight ? RateKind::Weight : RateKind::Orders, interval, used, at);
  }
  if (head.status == 429 || head.status == 418 || head.status == 403) {
    context_.governor.on_limited(head.status == 418, net::retry_after_seconds(head).value_or(-1),
                                 at);
  } else {
    context_.governor.on_answered();
  }
}

void RestLane::finish() {
  busy_ = false;
  RestAnswer answer;
  answer.outcome = client_.outcome();
  answer.asked = asked_;
  answer.answered = context_.now;
  if (answer.outcome == Outcome::Answered) {
    look_at_head();
    answer.status = client_.head().status;
    answer.body = client_.body();
    if (!answer.told()) {
      const VenueAnswer said = context_.reader.read_error(answer.status, answer.body);
      const Meaning meaning = meaning_of(context_.where.venue, RequestKind::Other, said);
      if (meaning.care == Care::ClockOff) context_.take_care(meaning, -1);
    }
  } else {
    answer.why = client_.why();
  }
  tell(entries_.front(), answer);
}

void RestLane::tell(Entry& entry, const RestAnswer& answer) {
  entry.ask.reset();
  entry.errand->on_answer(answer);
}
}  // namespace sq::binance
