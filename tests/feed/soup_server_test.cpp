#include <catch2/catch.hpp>

#include "engine/feed/itch/soup_session.hpp"
#include "tests/support/feed_bytes.hpp"

using namespace sq;
using namespace sq::feed::itch;
using test::Bytes;

namespace {
constexpr MonoTime at(std::int64_t ms) { return MonoTime{ms * kNsPerMs}; }
Bytes packet(char type, std::string_view payload = {}) {
  return test::Builder{}
      .big(static_cast<std::uint16_t>(payload.size() + 1))
      .text({&type, 1}, 1)
      .text(payload, payload.size())
      .bytes();
}
Bytes text(std::string_view characters) {
  return test::Builder{}.text(characters, characters.size()).bytes();
}
Bytes taken(SoupServer& server) {
  Bytes bytes{server.output().begin(), server.output().end()};
  server.sent(bytes.size());
  return bytes;
}
std::vector<SoupEventKind> events(SoupServer& server, const Bytes& bytes, MonoTime now) {
  std::vector<SoupEventKind> kinds;
  server.receive(bytes, now);
  SoupEvent event;
  while (server.next(event)) kinds.push_back(event.kind);
  return kinds;
}
const Bytes kLogin = packet('L', "user01passwd                                 1");
SoupServer open_server(std::size_t output_bytes = 1 << 16) {
  SoupServer server{at(0), output_bytes};
  static_cast<void>(events(server, kLogin, at(1)));
  server.accept(SoupSessionName{"SESSION"}, 7, at(2));
  return server;
}
using Kinds = std::vector<SoupEventKind>;
}  // namespace

TEST_CASE("a server accepts with session and sequence, then numbers what it sends",
          "[feed][itch]") {
  SoupServer server = open_server();
  CHECK(taken(server) == packet('A', "   SESSION                   7"));
  CHECK(server.send(text("m"), at(3)));
  CHECK(taken(server) == packet('S', "m"));
  CHECK(server.next_sequence() == 8);
  CHECK(server.send_unsequenced(text("u"), at(3)));
  CHECK(server.debug("d", at(3)));
  CHECK(server.next_sequence() == 8);
  CHECK(taken(server) == test::Builder{}.add(packet('U', "u")).add(packet('+', "d")).bytes());
}

TEST_CASE("a server rejects with a reason and is finished", "[feed][itch]") {
  for (const auto reason : {SoupReject::NotAuthorised, SoupReject::SessionNotAvailable}) {
    SoupServer server{at(0)};
    CHECK(events(server, kLogin, at(1)) == Kinds{SoupEventKind::LoginRequested});
    CHECK_FALSE(server.send(text("early"), at(1)));
    server.reject(reason, at(2));
    const char code = static_cast<char>(reason);
    CHECK(taken(server) == packet('J', {&code, 1}));
    CHECK(server.state() == SoupServer::State::Rejected);
    CHECK(server.finished());
  }
}

TEST_CASE("a server waits 30 seconds for a login", "[feed][itch]") {
  SoupServer server{at(0)};
  server.poll(at(29'999));
  CHECK_FALSE(server.finished());
  server.poll(at(30'000));
  CHECK(server.problem() == SoupProblem::LoginTimedOut);
}

TEST_CASE("a server sends heartbeats when it has nothing to send", "[feed][itch]") {
  SoupServer server = open_server();
  static_cast<void>(taken(server));
  server.poll(at(1'001));
  CHECK(server.output().empty());
  server.poll(at(1'002));
  CHECK(taken(server) == packet('H'));
  server.poll(at(2'001));
  CHECK(server.output().empty());
}

TEST_CASE("a client that is silent for 15 seconds is gone, its heartbeat keeps it",
          "[feed][itch]") {
  SoupServer server = open_server();
  CHECK(events(server, packet('R'), at(10'000)).empty());
  server.poll(at(24'999));
  CHECK(server.state() == SoupServer::State::Open);
  server.poll(at(25'000));
  CHECK(server.problem() == SoupProblem::PeerSilent);
}

TEST_CASE("what a client sends reaches the server", "[feed][itch]") {
  SoupServer server = open_server();
  const auto bytes = test::Builder{}
                         .add(packet('U', "order"))
                         .add(packet('R'))
                         .add(packet('+', "note"))
                         .add(packet('O'))
                         .bytes();
  CHECK(events(server, bytes, at(3)) ==
        Kinds{SoupEventKind::Unsequenced, SoupEventKind::Debug, SoupEventKind::LogoutRequested});
  CHECK(server.state() == SoupServer::State::LoggedOut);
  CHECK_FALSE(server.send(text("late"), at(4)));
}

TEST_CASE("packets that may not come now fail the server", "[feed][itch]") {
  SECTION("data before the login") {
    SoupServer server{at(0)};
    CHECK(events(server, packet('U', "order"), at(1)).empty());
    CHECK(server.problem() == SoupProblem::UnexpectedPacket);
  }
  SECTION("a second login") {
    SoupServer server = open_server();
    CHECK(events(server, kLogin, at(3)).empty());
    CHECK(server.problem() == SoupProblem::UnexpectedPacket);
  }
  SECTION("a login that is too short") {
    SoupServer server{at(0)};
    CHECK(events(server, packet('L', "user01passwd"), at(1)).empty());
    CHECK(server.problem() == SoupProblem::BadLogin);
  }
  SECTION("packets of a server, and unknown ones") {
    for (const char type : {'S', 'A', 'J', 'H', 'Z', '?'}) {
      SoupServer server = open_server();
      CHECK(events(server, packet(type), at(3)).empty());
      CHECK(server.problem() == SoupProblem::UnexpectedPacket);
    }
  }
}

TEST_CASE("a client that does not read is refused messages, and dropped at the next heartbeat",
          "[feed][itch]") {
  SoupServer server = open_server(40);  // 33 are taken by the answer to the login
  CHECK(server.send(text("1234"), at(3)));
  CHECK_FALSE(server.send({}, at(4)));
  CHECK(server.next_sequence() == 8);  // the refused one has no number
  server.poll(at(1'003));
  CHECK(server.problem() == SoupProblem::OutputFull);
}

TEST_CASE("a server ends the session once", "[feed][itch]") {
  SoupServer server = open_server();
  static_cast<void>(taken(server));
  server.end_session(at(3));
  server.end_session(at(4));
  CHECK(taken(server) == packet('Z'));
  CHECK(server.state() == SoupServer::State::Ended);
}
