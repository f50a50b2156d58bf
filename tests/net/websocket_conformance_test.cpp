// The session as an echo, against a scripted peer: framing, pings, reserved bits and opcodes,
// fragments, text, closing, limits. Each case in one write, a frame a write, and an octet a write.
// Case numbers: Autobahn test suite, as described in protocols/websocket_conformance.md.
#include <catch2/catch.hpp>

#include "tests/net/websocket_peer.hpp"

using namespace sq;
using namespace sq::test;

namespace {
constexpr std::size_t kLimit = std::size_t{16} << 20U;

enum class Writes : std::uint8_t { Once, PerFrame, PerOctet };

struct Echo {
  net::WebSocketSession session{
      net::WebSocketSettings{net::WebSocketRole::Client, kLimit, 0, kNsPerSecond}, MonoTime{0}};
  Bytes sent;

  void give(const Bytes& bytes, std::size_t chunk) {
    for (std::size_t at = 0; at < bytes.size(); at += chunk) {
      const std::size_t n = std::min(chunk, bytes.size() - at);
      const auto room = session.room(n);
      REQUIRE(room.size() >= n);
      std::memcpy(room.data(), bytes.data() + at, n);
      session.received(n, MonoTime{1});
      net::WebSocketSession::Message message;
      while (session.next(message, MonoTime{1})) session.send(message.opcode, message.payload);
      const auto out = session.out().waiting();
      sent.append(reinterpret_cast<const char*>(out.data()), out.size());
      session.out().sent(out.size());
    }
  }
  [[nodiscard]] bool ended() const { return session.state() == net::WebSocketState::Ended; }
};

Heard run(const std::vector<MadeFrame>& script, Writes writes, Echo& echo) {
  Bytes all;
  for (const MadeFrame& each : script) {
    const Bytes bytes = frame(each);
    if (writes == Writes::PerFrame) echo.give(bytes, bytes.size());
    all += bytes;
  }
  if (writes == Writes::Once) echo.give(all, all.size());
  if (writes == Writes::PerOctet) echo.give(all, 1);
  Heard heard = take_apart(echo.sent);
  CHECK(heard.sound);
  CHECK(heard.masked_all);
  return heard;
}

int code_of(const MadeFrame& close) {
  if (close.payload.size() < 2) return 1005;
  return static_cast<std::uint8_t>(close.payload[0]) << 8 |
         static_cast<std::uint8_t>(close.payload[1]);
}

// What comes back, and how it ends: 0 open, else the code of our Close.
void expect(const std::string& name, const std::vector<MadeFrame>& script,
            const std::vector<MadeFrame>& back, int code) {
  for (const Writes writes : {Writes::Once, Writes::PerFrame, Writes::PerOctet}) {
    INFO("case " << name << ", writes " << static_cast<int>(writes));
    Echo echo;
    const Heard heard = run(script, writes, echo);
    REQUIRE(heard.frames.size() == back.size() + (code != 0 ? 1 : 0));
    for (std::size_t i = 0; i < back.size(); ++i) {
      CHECK(heard.frames[i].opcode == back[i].opcode);
      CHECK(heard.frames[i].payload == back[i].payload);
      CHECK(heard.frames[i].fin);
      CHECK(heard.frames[i].rsv == 0);
    }
    CHECK(echo.ended() == (code != 0));
    if (code == 0) continue;
    CHECK(heard.frames.back().opcode == 8);
    CHECK(code_of(heard.frames.back()) == code);
  }
}
const Bytes kHello{"Hello, world!"};
Bytes operator""_b(const char* text, std::size_t n) { return {text, n}; }
const Bytes kKosme{"\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5"};
}  // namespace

TEST_CASE("1: messages of every form of length are echoed") {
  for (const std::size_t n : {0U, 1U, 125U, 126U, 127U, 128U, 65'535U, 65'536U}) {
    for (const std::uint8_t opcode : {std::uint8_t{1}, std::uint8_t{2}}) {
      const MadeFrame made{opcode, Bytes(n, opcode == 1 ? '*' : '\xFE'), true, 0};
      Echo echo;
      echo.give(frame(made), 997);
      const Heard heard = take_apart(echo.sent);
      REQUIRE(heard.frames.size() == 1);
      CHECK(heard.frames[0].payload == made.payload);
      CHECK(heard.frames[0].opcode == opcode);
    }
  }
}

TEST_CASE("2: pings are answered in order with their payload, pongs are not answered") {
  expect("2.1", {ping("")}, {pong("")}, 0);
  expect("2.2", {ping(kHello)}, {pong(kHello)}, 0);
  expect("2.3", {ping("\0\xFF\xFE\xFD\xFC\xFB\0\xFF"_b)}, {pong("\0\xFF\xFE\xFD\xFC\xFB\0\xFF"_b)},
         0);
  expect("2.4", {ping(Bytes(125, '\xFE'))}, {pong(Bytes(125, '\xFE'))}, 0);
  expect("2.5", {ping(Bytes(126, '\xFE'))}, {}, 1002);
  expect("2.7", {pong(""), closing(1000)}, {}, 1000);
  expect("2.9", {pong("unsolicited"), ping("payload")}, {pong("payload")}, 0);
  std::vector<MadeFrame> pings;
  std::vector<MadeFrame> pongs;
  for (int i = 0; i < 10; ++i) {
    pings.push_back(ping("payload-" + std::to_string(i)));
    pongs.push_back(pong("payload-" + std::to_string(i)));
  }
  expect("2.10", pings, pongs, 0);
}

TEST_CASE("3 and 4: reserved bits and opcodes end the connection at once") {
  expect("3.1", {{1, kHello, true, 1}}, {}, 1002);
  for (std::uint8_t rsv = 2; rsv <= 4; ++rsv)
    expect("3.2 to 3.4", {text(kHello), {1, kHello, true, rsv}, ping("")}, {text(kHello)}, 1002);
  expect("3.5", {{2, kHello, true, 5}}, {}, 1002);
  expect("3.6", {{9, kHello, true, 6}}, {}, 1002);
  expect("3.7", {{8, "", true, 7}}, {}, 1002);
  for (const int number : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    const auto opcode = static_cast<std::uint8_t>(number);
    expect("4 empty", {{opcode, "", true, 0}}, {}, 1002);
    expect("4 payload", {text(kHello), {opcode, "reserved", true, 0}, ping("")}, {text(kHello)},
           1002);
  }
}

TEST_CASE("5: fragments join to one message, control frames pass between them") {
  const MadeFrame a = text("fragment1", false);
  const MadeFrame b = more("fragment2");
  const MadeFrame joined = text("fragment1fragment2");
  expect("5.1", {{9, "fragment1", false, 0}, b}, {}, 1002);
  expect("5.2", {{10, "fragment1", false, 0}, b}, {}, 1002);
  expect("5.3", {a, b}, {joined}, 0);
  expect("5.6", {a, ping("ping payload"), b}, {pong("ping payload"), joined}, 0);
  expect("5.9", {more("nothing"), text("x")}, {}, 1002);
  expect("5.12", {more("nothing", false), text("x")}, {}, 1002);
  expect("5.15", {a, b, more("fragment3", false), text("x")}, {joined}, 1002);
  expect("5.16", {more("1", false), text("2", false), more("3")}, {}, 1002);
  expect("5.17", {more("1"), text("2", false), more("3")}, {}, 1002);
  expect("5.18", {a, text("fragment2")}, {}, 1002);
  expect("5.19",
         {a, more("fragment2", false), ping("1!"), more("fragment3", false),
          more("fragment4", false), ping("2!"), more("fragment5")},
         {pong("1!"), pong("2!"), text("fragment1fragment2fragment3fragment4fragment5")}, 0);
}

TEST_CASE("6: valid text is echoed, other text ends with 1007") {
  expect("6.1.2", {text("", false), more("", false), more("")}, {text("")}, 0);
  expect("6.1.3", {text("", false), more("middle", false), more("")}, {text("middle")}, 0);
  std::vector<MadeFrame> octets;
  for (std::size_t i = 0; i < kKosme.size(); ++i)
    octets.push_back({static_cast<std::uint8_t>(i == 0 ? 1 : 0), kKosme.substr(i, 1),
                      i + 1 == kKosme.size(), 0});
  expect("6.2.4", octets, {text(kKosme)}, 0);
  const auto valid = [](const Bytes& payload) {
    expect("6 valid", {text(payload)}, {text(payload)}, 0);
  };
  const auto invalid = [](const Bytes& payload) { expect("6 invalid", {text(payload)}, {}, 1007); };
  for (const Bytes& good :
       {"hello\xC2\xA2world"_b, "hello\xE2\x82\xACworld"_b, "hello\xF0\xA4\xAD\xA2world"_b, kKosme,
        "\0"_b, "\xC2\x80"_b, "\xE0\xA0\x80"_b, "\xF0\x90\x80\x80"_b, "\x7F"_b, "\xDF\xBF"_b,
        "\xEF\xBF\xBF"_b, "\xF4\x8F\xBF\xBF"_b, "\xED\x9F\xBF"_b, "\xEE\x80\x80"_b,
        "\xEF\xBF\xBD"_b, "\xEF\xBF\xBE"_b})
    valid(good);
  for (int plane = 1; plane <= 16; ++plane) {  // U+nFFFE, U+nFFFF
    Bytes point{"\xF0\x9F\xBF\xBE"};
    point[0] = static_cast<char>(0xF0 | plane >> 2);
    point[1] = static_cast<char>(0x80 | (plane & 3) << 4 | 0xF);
    valid(point);
    point[3] = '\xBF';
    valid(point);
  }
  for (std::size_t n = 1; n <= kKosme.size(); ++n) {
    const bool boundary = n == 2 || n == 5 || n == 7 || n == 9 || n == 11;
    (boundary ? valid(kKosme.substr(0, n)) : invalid(kKosme.substr(0, n)));
  }
  for (const Bytes& bad : {"\xF8\x88\x80\x80\x80"_b,
                           "\xFC\x84\x80\x80\x80\x80"_b,
                           "\xF7\xBF\xBF\xBF"_b,
                           "\xF4\x90\x80\x80"_b,
                           "\x80"_b,
                           "\xBF"_b,
                           "\x80\xBF\x80\xBF\x80\xBF"_b,
                           "\xC0 \xC1 "_b,
                           "\xE0 "_b,
                           "\xF0 "_b,
                           "\xC0"_b,
                           "\xE0\x80"_b,
                           "\xF0\x80\x80"_b,
                           "\xDF"_b,
                           "\xEF\xBF"_b,
                           "\xFE"_b,
                           "\xFF"_b,
                           "\xC0\xAF"_b,
                           "\xE0\x80\xAF"_b,
                           "\xF0\x80\x80\xAF"_b,
                           "\xC1\xBF"_b,
                           "\xE0\x9F\xBF"_b,
                           "\xF0\x8F\xBF\xBF"_b,
                           "\xC0\x80"_b,
                           "\xED\xA0\x80"_b,
                           "\xED\xAF\xBF"_b,
                           "\xED\xB0\x80"_b,
                           "\xED\xBF\xBF"_b,
                           "\xED\xA0\x80\xED\xB0\x80"_b})
    invalid(bad);
}

TEST_CASE(
    "6.4: text that can no longer become valid ends the connection before its frame is whole") {
  const Bytes payload = kKosme + "\xF4\x90\x80\x80" + "edited";
  const Bytes bytes = frame(text(payload));
  Echo echo;
  echo.give(bytes.substr(0, 2 + kKosme.size() + 1), 64);
  CHECK_FALSE(echo.ended());  // F4 may still begin a character
  echo.give(bytes.substr(2 + kKosme.size() + 1, 1), 1);
  CHECK(echo.ended());
  CHECK(echo.session.end().code == 1007);
}

TEST_CASE(
    "7: closes are answered with their code, wrong ones end with 1002, nothing counts behind "
    "them") {
  expect("7.1.1", {text(kHello), closing(1000)}, {text(kHello)}, 1000);
  expect("7.1.2", {closing(1000), {8, "", true, 0}}, {}, 1000);
  expect("7.1.3", {closing(1000), ping("")}, {}, 1000);
  expect("7.1.4", {closing(1000), text("x")}, {}, 1000);
  expect("7.1.5", {text("x", false), closing(1000), more("y")}, {}, 1000);
  expect("7.3.1", {{8, "", true, 0}}, {}, 1005);  // without a code
  expect("7.3.2", {{8, "a", true, 0}}, {}, 1002);
  expect("7.3.4", {closing(1000, kHello)}, {}, 1000);
  expect("7.3.5", {closing(1000, Bytes(123, '*'))}, {}, 1000);
  expect("7.3.6", {closing(1000, Bytes(124, '*'))}, {}, 1002);
  expect("7.5.1", {closing(1000, "\xED\xA0\x80")}, {}, 1007);
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
                         3000, 3999, 4000, 4999})
    expect("7.7", {closing(code)}, {}, code);
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65'535})
    expect("7.9 and 7.13", {closing(code)}, {}, 1002);
}

TEST_CASE("9: large messages, in one frame and in many, up to the limit and not beyond") {
  const Bytes large(std::size_t{4} << 20U, 'x');
  for (const std::size_t piece : {std::size_t{64}, std::size_t{1'300}, std::size_t{1} << 16U}) {
    Bytes bytes;
    for (std::size_t at = 0; at < large.size(); at += piece)
      bytes += frame({static_cast<std::uint8_t>(at == 0 ? 2 : 0), large.substr(at, piece),
                      at + piece >= large.size(), 0});
    Echo echo;
    echo.give(bytes, 65'536);
    const Heard heard = take_apart(echo.sent);
    REQUIRE(heard.frames.size() == 1);
    CHECK(heard.frames[0].payload == large);
  }
  const Bytes most(kLimit, 'y');
  Echo echo;
  echo.give(frame(binary(most)), std::size_t{1} << 20U);
  CHECK_FALSE(echo.ended());
  CHECK(take_apart(echo.sent).frames.at(0).payload.size() == kLimit);
  Echo over;
  over.give(frame(binary(most + "z")).substr(0, 10), 10);  // the header alone is enough
  CHECK(over.session.end().code == 1009);
  Echo twice;
  twice.give(frame(binary(most.substr(1), false)), std::size_t{1} << 20U);
  twice.give(frame(more("yz")).substr(0, 2), 2);
  CHECK(twice.session.end().code == 1009);
}

TEST_CASE(
    "lengths that are not in their shortest form, or have the highest bit set, end with 1002") {
  const auto ends = [](const Bytes& bytes) {
    Echo echo;
    echo.give(bytes, bytes.size());
    return echo.ended() && echo.session.end().code == 1002;
  };
  CHECK(ends("\x81\x7E\x00\x7D"_b + Bytes(125, '*')));
  CHECK(ends("\x81\x7F\0\0\0\0\0\0\xFF\xFF"_b));
  CHECK(ends("\x81\x7F\x80\0\0\0\0\1\0\0"_b));
  CHECK(ends("\x81\x85\1\2\3\4"_b + masked("hello", "\1\2\3\4")));  // a masked frame from a server
}

TEST_CASE("a server takes masked frames only, and its own are not masked") {
  net::WebSocketSession server{
      net::WebSocketSettings{net::WebSocketRole::Server, kLimit, 0, kNsPerSecond}, MonoTime{0}};
  const auto give = [&](const Bytes& bytes) {
    std::vector<Bytes> got;
    for (std::size_t at = 0; at < bytes.size(); at += 7) {
      const std::size_t n = std::min<std::size_t>(7, bytes.size() - at);
      std::memcpy(server.room(n).data(), bytes.data() + at, n);
      server.received(n, MonoTime{1});
      net::WebSocketSession::Message message;
      while (server.next(message, MonoTime{1})) got.emplace_back(message.text());
    }
    return got;
  };
  const Bytes key{"\x37\xFA\x21\x3D"};  // the key of RFC 6455, 5.7
  CHECK(give("\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58"_b) == std::vector<Bytes>{"Hello"});
  const Bytes long_text(1'000, 'q');
  CHECK(give(frame(text(long_text), key)) == std::vector<Bytes>{long_text});
  server.send_text("Hello");
  const auto out = server.out().waiting();
  CHECK(Bytes(reinterpret_cast<const char*>(out.data()), out.size()) == "\x81\x05Hello"_b);
  CHECK(give(frame(text("x"))).empty());
  CHECK(server.end().code == 1002);
}
