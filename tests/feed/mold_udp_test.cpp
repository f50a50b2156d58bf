#include "engine/feed/itch/mold_udp.hpp"

#include <catch2/catch.hpp>

#include "tests/support/feed_bytes.hpp"

using namespace sq;
using namespace sq::feed::itch;
using test::Bytes;
using test::hex;

namespace {
// The packet of the protocol notes: session SESSION001, sequence 1, an E and an X.
Bytes example() {
  return test::Builder{}
      .add(hex("53455353494f4e3030310000000000000001"
               "0002"))
      .framed(hex(test::itch_example::kExecuted))
      .framed(hex(test::itch_example::kCancel))
      .bytes();
}
std::vector<Bytes> messages_of(const MoldPacket& packet) {
  std::vector<Bytes> all;
  for (const auto message : packet.messages) all.emplace_back(message.begin(), message.end());
  return all;
}
}  // namespace

TEST_CASE("a downstream packet gives session, sequence and messages", "[feed][itch]") {
  const Bytes bytes = example();
  const auto packet = parse_mold(bytes);
  REQUIRE(packet);
  CHECK(packet->session == mold_session("SESSION001"));
  CHECK(packet->sequence == 1);
  CHECK(packet->count == 2);
  CHECK_FALSE(packet->end_of_session);
  CHECK(messages_of(*packet) ==
        std::vector<Bytes>{hex(test::itch_example::kExecuted), hex(test::itch_example::kCancel)});
}

TEST_CASE("a count of 0 is a heartbeat and of 0xffff the end of the session", "[feed][itch]") {
  const auto heartbeat = parse_mold(hex("53455353494f4e30303100000000000000030000"));
  REQUIRE(heartbeat);
  CHECK(heartbeat->sequence == 3);
  CHECK(heartbeat->count == 0);
  CHECK_FALSE(heartbeat->end_of_session);
  const auto end = parse_mold(hex("53455353494f4e3030310000000000000003ffff"));
  REQUIRE(end);
  CHECK(end->sequence == 3);
  CHECK(end->count == 0);
  CHECK(end->end_of_session);
}

TEST_CASE("a packet cut at any byte, or with bytes too many, is refused", "[feed][itch]") {
  const Bytes bytes = example();
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto packet = parse_mold(std::span{bytes}.first(cut));
    REQUIRE_FALSE(packet);
    REQUIRE(packet.error() == (cut < 20 ? MoldError::TooShort : MoldError::MessageCutOff));
  }
  Bytes longer = bytes;
  longer.push_back(std::byte{0});
  REQUIRE_FALSE(parse_mold(longer));
  CHECK(parse_mold(longer).error() == MoldError::BytesLeftOver);
  const auto heartbeat_and_more = hex("53455353494f4e3030310000000000000003000000");
  REQUIRE_FALSE(parse_mold(heartbeat_and_more));
  CHECK(parse_mold(heartbeat_and_more).error() == MoldError::BytesLeftOver);
}

TEST_CASE("the writer makes the packets of the protocol notes, byte for byte", "[feed][itch]") {
  MoldWriter writer{mold_session("SESSION001"), 1400};
  writer.begin(1);
  CHECK(writer.add(hex(test::itch_example::kExecuted)));
  CHECK(writer.add(hex(test::itch_example::kCancel)));
  const auto packet = writer.packet();
  CHECK(Bytes(packet.begin(), packet.end()) == example());
  const auto heartbeat = writer.heartbeat(3);
  CHECK(Bytes(heartbeat.begin(), heartbeat.end()) ==
        hex("53455353494f4e30303100000000000000030000"));
  const auto end = writer.end_of_session(3);
  CHECK(Bytes(end.begin(), end.end()) == hex("53455353494f4e3030310000000000000003ffff"));
}

TEST_CASE("the writer refuses the message that does not fit, and takes one that just does",
          "[feed][itch]") {
  const Bytes message(28);
  MoldWriter tight{mold_session("S"), 20 + 2 * 30};
  tight.begin(1);
  CHECK(tight.add(message));
  CHECK(tight.add(message));  // 80 of 80 bytes
  CHECK_FALSE(tight.add({}));
  CHECK(tight.count() == 2);
  CHECK(tight.packet().size() == 80);
  tight.begin(3);
  CHECK_FALSE(tight.add(Bytes(59)));
  CHECK(tight.add(Bytes(58)));
}

TEST_CASE("a request names session, first sequence and count, and reads back", "[feed][itch]") {
  const MoldRequest request{mold_session("SESSION001"), 0x0102030405060708, 0x1122};
  const MoldRequestBytes bytes = encode(request);
  CHECK(Bytes(bytes.begin(), bytes.end()) == hex("53455353494f4e30303101020304050607081122"));
  const auto parsed = parse_mold_request(bytes);
  REQUIRE(parsed);
  CHECK(*parsed == request);
  CHECK_FALSE(parse_mold_request(std::span{bytes}.first(19)));
  CHECK_FALSE(parse_mold_request(test::Builder{}.add(bytes).zeros(1).bytes()));
}
