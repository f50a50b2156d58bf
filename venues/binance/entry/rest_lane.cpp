#include "venues/binance/entry/rest_lane.hpp"

#include <algorithm>
#include <utility>

#include "venues/binance/rate_headers.hpp"

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

bool RestLane::has(OrderId id) const noexcept {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& each) { return each.errand->order() == id; });
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
    tell({Outcome::NotSent, 0, {}, "held by the rate limits", context_.now, context_.now});
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
    tell({Outcome::NotSent, 0, {}, "not to be said in HTTP", asked_, context_.now});
    return true;
  }
  busy_ = true;
  return true;
}

// Weight and order counts, and whether to wait.
void RestLane::look_at_head() {
  const int status = client_.head().status;
  note_limits(context_.governor, client_.head(), context_.venue_now());
  if (status == 403) context_.governor.on_limited(false, -1, context_.venue_now());  // the firewall
}

void RestLane::finish() {
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
      if (meaning.care == Care::ClockOff || meaning.care == Care::Closing)
        context_.take_care(meaning, -1);
    }
  } else {
    answer.why = client_.why();
  }
  tell(answer);
}

void RestLane::tell(const RestAnswer& answer) {
  Errand& errand = *entries_.front().errand;
  busy_ = true;  // what it pushes goes behind it
  errand.on_answer(answer);
  busy_ = false;
  Entry& entry = entries_.front();
  entry.ask = errand.next();
  entry.since = context_.now;
  entry.held = false;
  if (!entry.ask) return entries_.pop_front();
  // One of many requests does not keep what goes first waiting until its last.
  if (!entry.first && entries_.size() > 1 && entries_[1].first) std::swap(entries_[0], entries_[1]);
}
}  // namespace sq::binance
