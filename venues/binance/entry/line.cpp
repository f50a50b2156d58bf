#include "venues/binance/entry/line.hpp"

#include <utility>

#include "venues/binance/rate_headers.hpp"

namespace sq::binance {
namespace {
// Numbers of greetings are not those of requests about orders.
constexpr std::uint64_t kGreetings = std::uint64_t{1} << 52U;

net::WebSocketClientSettings client_settings(const LinkContext& context, const Server& server,
                                             std::string target) {
  net::WebSocketClientSettings settings;
  settings.connection.host = server.host;
  settings.connection.port = server.port;
  settings.connection.addresses = server.addresses;
  settings.connection.tls = server.tls;
  settings.target = std::move(target);
  settings.session.silence_ns_max = context.where.silence_ns_max;
  return settings;
}
}  // namespace

Line::Line(LinkContext& context, const Server& server, std::string target, Greeting greeting,
           std::uint64_t number)
    : context_{context},
      client_{client_settings(context, server, std::move(target)), context.now},
      greeting_{greeting},
      number_{number},
      began_{context.now} {
  ++context.counters.connections;
}

bool Line::step(LineListener& listener) {
  if (state_ == State::Ended) return false;
  client_.step(context_.now);
  bool busy = false;
  if (state_ == State::Opening && client_.state() == net::WebSocketClient::State::Open) {
    greet();
    busy = true;
  }
  net::WebSocketSession::Message message;
  while (state_ != State::Ended && client_.next(message, context_.now)) {
    busy = true;
    const Incoming& said =
        context_.reader.read_frame(message.text(), context_.governor, context_.venue_now());
    if (said.kind == Incoming::Kind::Answer && said.request == asked_ && asked_ != 0) {
      on_greeted(said);
    } else {
      listener.on_said(*this, said);
    }
  }
  if (state_ != State::Ended && client_.state() == net::WebSocketClient::State::Ended) {
    if (client_.answer().status != 0)
      note_limits(context_.governor, client_.answer(), context_.venue_now());
    if (client_.answer().status == 503) context_.closed_until = context_.now + context_.kClosedNs;
    end(client_.why());
  }
  const bool slow = state_ != State::Up && state_ != State::Ended &&
                    context_.now - began_ > 2 * context_.settings.answer_ns_max;
  if (slow) end("no session in time");
  return busy;
}

bool Line::send(std::string_view text) { return state_ == State::Up && client_.send_text(text); }

void Line::close() {
  client_.close(net::close_code::kNormal, "", context_.now);
  end("closed");
}
void Line::end(std::string_view why) {
  state_ = State::Ended;
  why_.assign(why);
}

void Line::greet() {
  state_ = State::Greeting;
  if (greeting_ == Greeting::None) {
    state_ = State::Up;
    up_since_ = context_.now;
  } else if (context_.signer.kind() == auth::KeyKind::Ed25519) {
    say("session.logon", true);
  } else if (greeting_ == Greeting::Subscribe) {
    subscribing_ = true;
    say("userDataStream.subscribe.signature", true);
  } else {
    state_ = State::Up;  // each request will bear its own signature
    up_since_ = context_.now;
  }
}

void Line::say(std::string_view method, bool with_key) {
  char text[kOrderTextMax];
  asked_ = kGreetings + 2 * number_ + (subscribing_ ? 1 : 0);
  const auto request = write_session(
      method, asked_, with_key ? context_.signed_stamp() : context_.session_stamp(), text);
  if (!request || !client_.send_text(*request)) end("the greeting could not be sent");
}

void Line::on_greeted(const Incoming& said) {
  const Meaning meaning = meaning_of(context_.where.venue, RequestKind::Other, said.answer);
  if (meaning.fate != Fate::Done) {
    context_.take_care(meaning, said.retry_after_s);
    key_refused_ = meaning.care == Care::KeyRefused;
    std::string why{"the venue refused the session: "};
    why.append(std::to_string(said.answer.code)).append(" ").append(said.answer.message);
    return end(why);
  }
  if (!subscribing_) logged_on_ = true;
  if (greeting_ == Greeting::Subscribe && !subscribing_) {
    subscribing_ = true;
    return say("userDataStream.subscribe", false);
  }
  asked_ = 0;
  state_ = State::Up;
  up_since_ = context_.now;
}
}  // namespace sq::binance
