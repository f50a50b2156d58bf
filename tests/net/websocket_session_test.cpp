// Silence, closing and backlogs of a WebSocket session; the handshake's words.
#include <catch2/catch.hpp>
#include <set>

#include "engine/net/websocket/handshake.hpp"
#include "tests/net/websocket_peer.hpp"

using namespace sq;
using namespace sq::test;

namespace {
constexpr std::int64_t kSilence = 10 * kNsPerSecond;
net::WebSocketSession session() {
  return net::WebSocketSession{
      net::WebSocketSettings{net::WebSocketRole::Client, 1U << 20U, kSilence, 2 * kNsPerSecond},
      MonoTime{0}};
}
void give(net::WebSocketSession& to, const Bytes& bytes, MonoTime now) {
  std::memcpy(to.room(bytes.size()).data(), bytes.data(), bytes.size());
  to.received(bytes.size(), now);
}
std::vector<MadeFrame> sent_by(net::WebSocketSession& from) {
  const auto out = from.out().waiting();
  const Bytes bytes(reinterpret_cast<const char*>(out.data()), out.size());
  from.out().sent(out.size());
  return take_apart(bytes).frames;
}
net::HttpResponseHead answer(const std::string& text) {
  net::HttpResponseParser parser;
  parser.expect(false, true);
  parser.feed({reinterpret_cast<const std::byte*>(text.data()), text.size()});
  REQUIRE(parser.state() == net::HttpResponseParser::State::Upgraded);
  return parser.head();
}
}  // namespace

TEST_CASE("N01: a silent peer is pinged once, and given up after twice the limit") {
  auto one = session();
  one.on_time(MonoTime{kSilence - 1});
  CHECK(sent_by(one).empty());
  one.on_time(MonoTime{kSilence});
  one.on_time(MonoTime{kSilence + 1});
  const auto pings = sent_by(one);
  REQUIRE(pings.size() == 1);
  CHECK(pings[0].opcode == 9);
  one.on_time(MonoTime{2 * kSilence - 1});
  CHECK(one.state() == net::WebSocketState::Open);
  one.on_time(MonoTime{2 * kSilence});
  CHECK(one.state() == net::WebSocketState::Ended);
  CHECK(one.end().code == net::close_code::kAbnormal);
  CHECK(one.out().empty());

  auto other = session();  // any byte is a sign of life, a pong too
  other.on_time(MonoTime{kSilence});
  give(other, frame(pong("")), MonoTime{kSilence + 5});
  net::WebSocketSession::Message message;
  CHECK_FALSE(other.next(message, MonoTime{kSilence + 5}));
  other.on_time(MonoTime{2 * kSilence + 4});
  CHECK(other.state() == net::WebSocketState::Open);
  sent_by(other);
  other.on_time(MonoTime{2 * kSilence + 5});
  CHECK(sent_by(other).size() == 1);  // and again
}

TEST_CASE("our close is answered, or the wait for the answer ends") {
  auto one = session();
  one.close(1000, "done", MonoTime{5});
  one.send_text("dropped");
  const auto close = sent_by(one);
  REQUIRE(close.size() == 1);
  CHECK(close[0].payload == Bytes("\x03\xE8"
                                  "done"));
  give(one, frame(text("late")) + frame(ping("p")) + frame(closing(1000)), MonoTime{6});
  net::WebSocketSession::Message message;
  REQUIRE(one.next(message, MonoTime{6}));
  CHECK(message.text() == "late");
  CHECK_FALSE(one.next(message, MonoTime{6}));
  CHECK(one.state() == net::WebSocketState::Ended);
  CHECK(one.end().clean);
  CHECK_FALSE(one.end().by_peer);
  CHECK(sent_by(one).empty());  // no second close, no pong after it

  auto other = session();
  other.close(1001, "", MonoTime{0});
  other.on_time(MonoTime{2 * kNsPerSecond - 1});
  CHECK(other.state() == net::WebSocketState::Closing);
  other.on_time(MonoTime{2 * kNsPerSecond});
  CHECK(other.state() == net::WebSocketState::Ended);
  CHECK_FALSE(other.end().clean);
}

TEST_CASE("a reason that is too long is cut between characters") {
  auto one = session();
  Bytes reason(122, 'a');
  reason += "\xE2\x82\xAC";  // would end at byte 125
  one.close(4000, reason, MonoTime{0});
  CHECK(sent_by(one).at(0).payload.size() == 2 + 122);
}

TEST_CASE("a connection that breaks off ends abnormally, with what the socket said") {
  auto one = session();
  one.send_text("never taken");
  one.disconnected("connection reset by peer");
  CHECK(one.state() == net::WebSocketState::Ended);
  CHECK(one.end().code == net::close_code::kAbnormal);
  CHECK(one.end().reason == "connection reset by peer");
  CHECK(one.out().empty());
}

TEST_CASE("no two masks of a thousand frames are equal, and payloads come back as they were") {
  auto one = session();
  std::set<Bytes> masks;
  for (int i = 0; i < 1'100; ++i) {
    one.send_text("0123456789");
    const auto out = one.out().waiting();
    const Bytes bytes(reinterpret_cast<const char*>(out.data()), out.size());
    masks.insert(bytes.substr(2, 4));
    CHECK(take_apart(bytes).frames.at(0).payload == "0123456789");
    one.out().sent(out.size());
  }
  CHECK(masks.size() > 1'098);  // two equal ones of 2^32: once in seven thousand runs
}

TEST_CASE("the accept of RFC 6455 follows from its key; keys are 16 bytes and never the same") {
  CHECK(net::websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const std::string key = net::websocket_key();
  CHECK(key.size() == 24);
  CHECK(key.ends_with("=="));
  CHECK(key != net::websocket_key());
}

TEST_CASE("only an answer to our very key opens a connection") {
  const std::string key{"dGhlIHNhbXBsZSBub25jZQ=="};
  const std::string good =
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: keep-alive, "
      "Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
  const auto refusal = [&](std::string text) {
    return net::websocket_refusal(answer(text.append("\r\n")), key);
  };
  const auto without = [&](const std::string& part, const std::string& instead = "") {
    std::string text = good;
    return text.replace(text.find(part), part.size(), instead);
  };
  CHECK(refusal(good).empty());
  CHECK_FALSE(refusal(without("upgrade: WebSocket\r\n")).empty());
  CHECK_FALSE(refusal(without("WebSocket", "h2c")).empty());
  CHECK_FALSE(refusal(without(", Upgrade")).empty());
  CHECK_FALSE(refusal(without("s3pP", "S3pP")).empty());
  CHECK_FALSE(refusal(without("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")).empty());
  CHECK_FALSE(refusal(good + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n").empty());
  CHECK_FALSE(refusal(good + "Sec-WebSocket-Protocol: chat\r\n").empty());
  CHECK_FALSE(refusal(good + "Sec-WebSocket-Extensions: permessage-deflate\r\n").empty());
  CHECK(refusal(good + "Content-Length: 5\r\n").empty());  // a body of 101 is none
}
