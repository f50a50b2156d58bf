#include "engine/feed/itch/soup_bin.hpp"

#include <catch2/catch.hpp>

#include "engine/feed/itch/soup_session.hpp"
#include "tests/support/feed_bytes.hpp"

using namespace sq;
using namespace sq::feed::itch;
using test::Bytes;
using test::hex;

namespace {
constexpr MonoTime at(std::int64_t ms) { return MonoTime{ms * kNsPerMs}; }
Bytes copy(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }
Bytes text(std::string_view characters) {
  return test::Builder{}.text(characters, characters.size()).bytes();
}
Bytes packet(char type, std::string_view payload = {}) {
  return test::Builder{}
      .big(static_cast<std::uint16_t>(payload.size() + 1))
      .text({&type, 1}, 1)
      .text(payload, payload.size())
      .bytes();
}
std::string padded_left(std::string_view characters, std::size_t width) {
  return std::string(width - characters.size(), ' ').append(characters);
}
Bytes accepted(std::string_view session, std::string_view sequence) {
  return packet('A', padded_left(session, 10) + padded_left(sequence, 20));
}
SoupClient::Settings user(std::uint64_t sequence = 1, std::string_view session = {}) {
  return {.user = FixedText<6>{"user01"},
          .password = FixedText<10>{"passwd"},
          .session = SoupSessionName{session},
          .sequence = sequence};
}
// What the peer gets, gone from the output.
template <class Side>
Bytes taken(Side& side) {
  Bytes bytes = copy(side.output());
  side.sent(bytes.size());
  return bytes;
}
template <class Side>
std::vector<SoupEventKind> events(Side& side, const Bytes& bytes, MonoTime now) {
  std::vector<SoupEventKind> kinds;
  side.receive(bytes, now);
  SoupEvent event;
  while (side.next(event)) kinds.push_back(event.kind);
  return kinds;
}
SoupClient open_client(std::uint64_t sequence = 1) {
  SoupClient client{user(sequence)};
  client.connect(at(0));
  static_cast<void>(taken(client));
  static_cast<void>(events(client, accepted("SESSION1", "1"), at(1)));
  REQUIRE(client.state() == SoupClient::State::Open);
  return client;
}
using Kinds = std::vector<SoupEventKind>;
}  // namespace

TEST_CASE("the login request is that of the protocol notes, byte for byte", "[feed][itch]") {
  SoupClient client{user()};
  client.connect(at(0));
  CHECK(copy(client.output()) ==
        hex("002f4c75736572303170617373776420202020202020202020202020202020202020202020202020202020"
            "202020202031"));
}

TEST_CASE("the login of a server reads what the client writes", "[feed][itch]") {
  SoupClient client{user(12'345'678'901'234'567'890U, "SESS")};
  client.connect(at(0));
  SoupServer server{at(0)};
  server.receive(client.output(), at(0));
  SoupEvent event;
  REQUIRE(server.next(event));
  CHECK(event.kind == SoupEventKind::LoginRequested);
  CHECK(event.login.user.view() == "user01");
  CHECK(event.login.password.view() == "passwd");
  CHECK(event.login.session.view() == "SESS");
  CHECK(event.login.sequence == 12'345'678'901'234'567'890U);
}

TEST_CASE("login packets with a malformed field are refused", "[feed][itch]") {
  const std::string front = "user01passwd              ";  // and 20 characters of sequence
  const auto sequence = [&](const std::string& field) { return parse_login(text(front + field)); };
  REQUIRE(sequence("                   7"));
  CHECK(sequence("                   7")->sequence == 7);
  CHECK(sequence("7                   ")->sequence == 7);
  CHECK_FALSE(sequence("                    "));
  CHECK_FALSE(sequence("                  -7"));
  CHECK_FALSE(sequence("                 7 7"));
  CHECK_FALSE(sequence("18446744073709551616"));
  CHECK(sequence("18446744073709551615"));
  CHECK_FALSE(parse_login(text(front + "                  7")));
  CHECK(parse_login(text(front + "                   7   15")));  // with a heartbeat time
  CHECK_FALSE(parse_login(text(front + "                   7  15")));
  CHECK(parse_accept(text("   SESSION                   1"))->session.view() == "SESSION");
  CHECK_FALSE(parse_accept(text("   SESSION                   0")));
  CHECK_FALSE(parse_accept(text("   SESSION                  1")));
}

TEST_CASE("packets are found however the stream is split", "[feed][itch]") {
  const Bytes stream = test::Builder{}
                           .add(packet('S', "first"))
                           .add(packet('H'))
                           .add(packet('S', std::string(700, 'x')))
                           .add(packet('+', "hello"))
                           .bytes();
  const std::string expected = "S5 H0 S700 +5 ";
  for (std::size_t step = 1; step <= stream.size(); step += step < 30 ? 1 : 97) {
    SoupFramer framer;
    std::string got;
    for (std::size_t from = 0; from < stream.size(); from += step) {
      framer.give(std::span{stream}.subspan(from, std::min(step, stream.size() - from)));
      SoupPacket out;
      while (framer.take(out))
        got += static_cast<char>(out.type) + std::to_string(out.payload.size()) + " ";
    }
    REQUIRE(got == expected);
    REQUIRE(framer.held_bytes() == 0);
  }
}

TEST_CASE("a packet without a type breaks the stream for good", "[feed][itch]") {
  SoupFramer framer;
  const Bytes bytes = test::Builder{}.big(std::uint16_t{0}).add(packet('H')).bytes();
  framer.give(bytes);
  SoupPacket out;
  CHECK_FALSE(framer.take(out));
  CHECK(framer.broken());
  CHECK_FALSE(framer.take(out));
}

TEST_CASE("the longest packet passes, also in two parts", "[feed][itch]") {
  const Bytes bytes = packet('S', std::string(65'534, 'y'));
  SoupFramer framer;
  SoupPacket out;
  framer.give(std::span{bytes}.first(40'000));
  CHECK_FALSE(framer.take(out));
  framer.give(std::span{bytes}.subspan(40'000));
  REQUIRE(framer.take(out));
  CHECK(out.payload.size() == 65'534);
  SoupOutput output{1 << 17};
  CHECK(output.put(SoupType::Sequenced, Bytes(65'534)));
  CHECK_FALSE(output.put(SoupType::Sequenced, Bytes(65'535)));
}

TEST_CASE("the output is bounded and its place is used again", "[feed][itch]") {
  SoupOutput output{10};
  CHECK(output.put(SoupType::Debug, text("abc")));  // 6 bytes
  CHECK_FALSE(output.put(SoupType::Debug, text("ab")));
  CHECK(output.put(SoupType::Debug, text("a")));  // full
  output.sent(6);
  CHECK(output.put(SoupType::Debug, text("xyz")));
  CHECK(copy(output.waiting()) ==
        test::Builder{}.add(packet('+', "a")).add(packet('+', "xyz")).bytes());
}

TEST_CASE("sequenced packets are numbered from the accepted sequence", "[feed][itch]") {
  SoupClient client{user(100)};
  client.connect(at(0));
  const Bytes answer = accepted("SESSION", "100");
  client.receive(answer, at(1));
  SoupEvent event;
  REQUIRE(client.next(event));
  CHECK(event.kind == SoupEventKind::Accepted);
  CHECK(event.sequence == 100);
  CHECK(client.session().view() == "SESSION");
  const Bytes two =
      test::Builder{}.add(packet('S', "m1")).add(packet('H')).add(packet('S', "m2")).bytes();
  client.receive(two, at(2));
  REQUIRE(client.next(event));
  CHECK(event.sequence == 100);
  CHECK(copy(event.payload) == text("m1"));
  REQUIRE(client.next(event));
  CHECK(event.sequence == 101);
  CHECK_FALSE(client.next(event));
  CHECK(client.next_sequence() == 102);
  CHECK(client.gaps() == 0);
}

TEST_CASE("a client that connects again asks for what follows the last message", "[feed][itch]") {
  SoupClient client = open_client();
  const auto two_and_a_byte =
      test::Builder{}.add(packet('S', "1")).add(packet('S', "2")).zeros(1).bytes();
  static_cast<void>(events(client, two_and_a_byte, at(2)));
  CHECK(client.next_sequence() == 3);
  client.connect(at(3));  // the half packet of the old connection is forgotten
  CHECK(taken(client) ==
        packet('L', "user01passwd    " + padded_left("SESSION1", 10) + padded_left("3", 20)));
  SECTION("the server goes on there") {
    static_cast<void>(events(client, accepted("SESSION1", "3"), at(4)));
    CHECK(events(client, packet('S', "3"), at(5)) == Kinds{SoupEventKind::Sequenced});
    CHECK(client.next_sequence() == 4);
    CHECK(client.gaps() == 0);
  }
  SECTION("the server begins earlier: what comes again is dropped") {
    static_cast<void>(events(client, accepted("SESSION1", "1"), at(4)));
    const auto all =
        test::Builder{}.add(packet('S', "1")).add(packet('S', "2")).add(packet('S', "3")).bytes();
    CHECK(events(client, all, at(5)) == Kinds{SoupEventKind::Sequenced});
    CHECK(client.duplicates() == 2);
    CHECK(client.next_sequence() == 4);
  }
  SECTION("the server begins later: a gap") {
    static_cast<void>(events(client, accepted("SESSION1", "9"), at(4)));
    CHECK(client.gaps() == 1);
    CHECK(client.missing() == 6);
    CHECK(client.next_sequence() == 9);
  }
  SECTION("the server has another session: it is taken from its start") {
    static_cast<void>(events(client, accepted("SESSION2", "1"), at(4)));
    CHECK(client.gaps() == 0);
    CHECK(client.next_sequence() == 1);
    CHECK(client.session().view() == "SESSION2");
  }
}

TEST_CASE("a rejected login says why and ends", "[feed][itch]") {
  for (const char reason : {'A', 'S'}) {
    SoupClient client{user()};
    client.connect(at(0));
    CHECK(events(client, packet('J', {&reason, 1}), at(1)).empty());
    CHECK(client.state() == SoupClient::State::Failed);
    CHECK(client.problem() == SoupProblem::Rejected);
    CHECK(client.reject_reason() == reason);
    CHECK(client.finished());
  }
}

TEST_CASE("a client sends a heartbeat after a second without sending, not before", "[feed][itch]") {
  SoupClient client = open_client();
  static_cast<void>(taken(client));
  client.poll(at(999));
  CHECK(client.output().empty());
  client.poll(at(1'000));
  CHECK(taken(client) == packet('R'));
  REQUIRE(client.send(text("order"), at(1'500)));
  CHECK(taken(client) == packet('U', "order"));
  client.poll(at(2'499));
  CHECK(client.output().empty());
  client.poll(at(2'500));
  CHECK(taken(client) == packet('R'));
}

TEST_CASE("a server that is silent for 15 seconds is gone", "[feed][itch]") {
  SoupClient client = open_client();
  static_cast<void>(events(client, packet('H'), at(1'000)));
  client.poll(at(15'999));
  CHECK(client.state() == SoupClient::State::Open);
  client.poll(at(16'000));
  CHECK(client.problem() == SoupProblem::PeerSilent);
}

TEST_CASE("a login that is not answered for 30 seconds has failed", "[feed][itch]") {
  SoupClient client{user()};
  client.connect(at(0));
  static_cast<void>(events(client, packet('+', "wait"), at(29'000)));
  client.poll(at(29'999));
  CHECK(client.state() == SoupClient::State::LoggingIn);
  client.poll(at(30'000));
  CHECK(client.problem() == SoupProblem::LoginTimedOut);
}

TEST_CASE("the end of the session is an event, and nothing is read behind it", "[feed][itch]") {
  SoupClient client = open_client();
  const auto bytes =
      test::Builder{}.add(packet('S', "1")).add(packet('Z')).add(packet('S', "2")).bytes();
  CHECK(events(client, bytes, at(2)) ==
        Kinds{SoupEventKind::Sequenced, SoupEventKind::EndOfSession});
  CHECK(client.state() == SoupClient::State::Ended);
  CHECK(client.next_sequence() == 2);
}

TEST_CASE("packets that may not come now fail the client", "[feed][itch]") {
  SECTION("a message before the login is accepted") {
    SoupClient client{user()};
    client.connect(at(0));
    CHECK(events(client, packet('S', "1"), at(1)).empty());
    CHECK(client.problem() == SoupProblem::UnexpectedPacket);
  }
  SECTION("an accept with a malformed sequence") {
    SoupClient client{user()};
    client.connect(at(0));
    CHECK(events(client, packet('A', "   SESSION               x   1"), at(1)).empty());
    CHECK(client.problem() == SoupProblem::BadLogin);
  }
  SECTION("packets of a client, and unknown ones") {
    for (const char type : {'L', 'R', 'O', 'A', 'J', 'q'}) {
      SoupClient client = open_client();
      CHECK(events(client, packet(type), at(2)).empty());
      CHECK(client.problem() == SoupProblem::UnexpectedPacket);
    }
  }
  SECTION("a length of 0") {
    SoupClient client = open_client();
    CHECK(events(client, Bytes(2), at(2)).empty());
    CHECK(client.problem() == SoupProblem::EmptyPacket);
  }
}

TEST_CASE("debug and unsequenced packets pass in both directions", "[feed][itch]") {
  SoupClient client = open_client();
  CHECK(events(client, packet('+', "hello"), at(2)) == Kinds{SoupEventKind::Debug});
  CHECK(events(client, packet('U', "reply"), at(2)) == Kinds{SoupEventKind::Unsequenced});
  CHECK(client.next_sequence() == 1);
  static_cast<void>(taken(client));
  CHECK(client.debug("hi", at(3)));
  CHECK(taken(client) == packet('+', "hi"));
}

TEST_CASE("a client logs out and is done", "[feed][itch]") {
  SoupClient client = open_client();
  static_cast<void>(taken(client));
  client.log_out(at(2));
  CHECK(taken(client) == packet('O'));
  CHECK(client.state() == SoupClient::State::LoggedOut);
  CHECK_FALSE(client.send(text("late"), at(3)));
}
