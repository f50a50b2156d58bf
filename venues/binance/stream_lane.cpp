#include "venues/binance/stream_lane.hpp"

#include <algorithm>

#include "venues/binance/rate_headers.hpp"

namespace sq::binance {
namespace {
using State = net::WebSocketClient::State;
constexpr std::size_t kTargetBytesMax = 1'800;
constexpr std::size_t kNamesPerRequest = 100;
// Four a second leave room for pongs within the five that spot allows.
constexpr std::int64_t kRequestEveryNs = 250 * kNsPerMs;
constexpr std::int64_t kHeldNsMin = 100 * kNsPerMs;
constexpr std::int64_t kHeldNsMax = 60 * kNsPerSecond;

// "/stream?streams=a/b", as many as fit; `named` is how many.
std::string target_of(const LaneSettings& settings, std::size_t& named) {
  std::string target = settings.path + settings.plan.route + "/stream?streams=";
  const std::vector<std::string>& streams = settings.plan.streams;
  for (named = 0; named < streams.size(); ++named) {
    const std::string name = percent_encoded(streams[named]);
    if (target.size() + name.size() + 1 > kTargetBytesMax) break;
    if (named != 0) target.push_back('/');
    target.append(name);
  }
  if (settings.microseconds) target.append("&timeUnit=MICROSECOND");
  return target;
}
}  // namespace

StreamLane::StreamLane(LaneSettings settings)
    : settings_{std::move(settings)}, backoff_{settings_.backoff, settings_.seed} {
  settings_.socket.target = target_of(settings_, in_target_);
}

void StreamLane::step(MonoTime now, WallTime wall, RateGovernor& governor) {
  if (first_) step_line(*first_, now);
  if (second_) step_line(*second_, now);
  if (leaving_) {
    net::WebSocketSession::Message unused;
    leaving_->client.step(now);
    while (leaving_->client.next(unused, now)) {
    }
    if (leaving_->client.state() == State::Ended) leaving_.reset();
  }
  if (second_ && second_->client.state() == State::Ended) {
    note_end(*second_, now, wall, governor);
    second_.reset();
    second_since_ = {};
  }
  if (first_ && first_->client.state() == State::Ended) {
    note_end(*first_, now, wall, governor);
    first_.reset();
    complete_since_ = {};
    if (second_ && second_->was_open) {
      hand_over(now);
    } else if (second_) {  // on its way: nothing is left to be replaced
      first_ = std::move(second_);
      renew_ = false;
    }
  }
  if (ending_ || now < due_) return;
  if (!first_) {
    renew_ = false;
    first_ = open(now, wall, governor);
  } else if (!second_ && first_->was_open && (renew_ || now - first_->opened >= age_ns_)) {
    second_ = open(now, wall, governor);
  }
}

void StreamLane::step_line(Line& line, MonoTime now) {
  line.client.step(now);
  if (line.client.state() != State::Open) return;
  if (!line.was_open) {
    line.was_open = true;
    line.opened = line.asked = now;
    line.asked_for = in_target_;
    ++counters_.connections;
    if (&line == first_.get()) on_opened(now);
  }
  subscribe(line, now);
  MonoTime& since = &line == first_.get() ? complete_since_ : second_since_;
  if (since == MonoTime{} && complete(line)) since = now;
}

void StreamLane::on_opened(MonoTime now) noexcept {
  // Lanes that were opened together are not renewed together.
  const auto spread = static_cast<std::uint64_t>(settings_.age_ns_max / 48) + 1;
  age_ns_ = settings_.age_ns_max - static_cast<std::int64_t>(backoff_.random() % spread);
  complete_since_ = {};
  due_ = now;
}

bool StreamLane::complete(const Line& line) const noexcept {
  return line.was_open && line.waiting == 0 && line.asked_for == settings_.plan.streams.size();
}

void StreamLane::subscribe(Line& line, MonoTime now) {
  if (line.waiting != 0) {
    if (now - line.asked < settings_.answer_ns_max) return;
    ++counters_.subscribe_errors;
    problem_ = "no answer to SUBSCRIBE in time";
    line.client.close(1000, {}, now);
    return;
  }
  const std::vector<std::string>& streams = settings_.plan.streams;
  if (line.asked_for == streams.size() || now - line.asked < kRequestEveryNs) return;
  std::string text = R"({"method":"SUBSCRIBE","params":[)";
  const std::size_t end = std::min(line.asked_for + kNamesPerRequest, streams.size());
  for (std::size_t i = line.asked_for; i < end; ++i) {
    if (i != line.asked_for) text.push_back(',');
    text.append("\"").append(streams[i]).append("\"");
  }
  line.waiting = ++request_;
  text.append("],\"id\":").append(std::to_string(request_)).append("}");
  if (!line.client.send_text(text)) return;
  line.asked_for = end;
  line.asked = now;
}

void StreamLane::on_reply(const StreamReply& reply, bool second) {
  Line* line = second ? second_.get() : first_.get();
  if (!reply.good) {
    ++counters_.subscribe_errors;
    problem_ = "SUBSCRIBE: " + reply.problem;
  }
  if (line != nullptr && line->waiting == reply.id) line->waiting = 0;
}

void StreamLane::note_end(const Line& line, MonoTime now, WallTime wall, RateGovernor& governor) {
  if (ending_) return;
  problem_ = line.client.why();
  if (line.was_open) {
    ++counters_.disconnects;
    if (now - line.opened >= settings_.stable_ns) backoff_.reset();
  } else {
    ++counters_.failures;
    if (line.client.answer().status != 0) note_limits(governor, line.client.answer(), wall);
  }
  due_ = now + backoff_.next();
}

std::unique_ptr<StreamLane::Line> StreamLane::open(MonoTime now, WallTime wall,
                                                   RateGovernor& governor) {
  const Permission permission =
      governor.ask({.weight = 0, .orders = 0, .connections = 1}, Purpose::Other, wall);
  if (!permission.granted()) {
    ++counters_.held;
    problem_ = std::string{"connecting is held: "}.append(text_of(permission.hold));
    due_ = now + std::clamp(permission.until - wall, kHeldNsMin, kHeldNsMax);
    return nullptr;
  }
  return std::make_unique<Line>(settings_.socket, now);
}

bool StreamLane::next(Received& out, MonoTime now) {
  for (int i = 0; i < 2; ++i) {
    turn_ = !turn_;
    Line* line = turn_ ? first_.get() : second_.get();
    if (line == nullptr || !line->client.next(out.message, now)) continue;
    out.second = !turn_;
    out.at = line->client.connection().received_at();
    return true;
  }
  return false;
}

void StreamLane::hand_over(MonoTime now) {
  if (!second_ || !second_->was_open) return;
  if (first_) {
    first_->client.close(1000, {}, now);
    leaving_ = std::move(first_);
  }
  first_ = std::move(second_);
  renew_ = false;
  ++counters_.handovers;
  const MonoTime since = second_since_;
  on_opened(now);
  complete_since_ = since;
  second_since_ = {};
}

void StreamLane::end(MonoTime now) {
  ending_ = true;
  if (second_ && !leaving_) {
    second_->client.close(1000, {}, now);
    leaving_ = std::move(second_);
  }
  second_.reset();
  if (!first_) return;
  if (!first_->was_open) {
    first_.reset();
  } else {
    first_->client.close(1000, {}, now);
  }
}
}  // namespace sq::binance
