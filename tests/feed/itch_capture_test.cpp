#include <catch2/catch.hpp>

#include "engine/feed/itch/pcap.hpp"
#include "tests/support/captures.hpp"

using namespace sq;
using namespace sq::feed::itch;
using test::Bytes;

namespace {
struct Seen {
  std::vector<std::int64_t> times;
  std::vector<Bytes> payloads;
  std::vector<std::string> reasons;
};
Seen read(const Bytes& capture) {
  const test::FeedFolder folder;
  feed::ByteReader bytes{folder.write("a.pcap", capture)};
  PcapReader reader{bytes};
  Seen seen;
  CapturedPacket packet;
  for (;;) {
    const PcapStep step = reader.next(packet);
    if (step == PcapStep::End) return seen;
    if (step == PcapStep::Bad) {
      seen.reasons.push_back(reader.reason());
      continue;
    }
    const Datagram datagram = datagram_of(packet);
    seen.times.push_back(packet.time.ns);
    if (datagram.kind == DatagramKind::Bad) seen.reasons.emplace_back(datagram.reason);
    if (datagram.kind == DatagramKind::Udp)
      seen.payloads.emplace_back(datagram.payload.begin(), datagram.payload.end());
  }
}
const Bytes kOne = test::hex("0102030405");
const Bytes kTwo = test::hex("0a0b");
Bytes join(std::initializer_list<Bytes> parts) {
  test::Builder all;
  for (const Bytes& part : parts) all.add(part);
  return all.bytes();
}
}  // namespace

TEST_CASE("a classic capture is read in either byte order, in micro- and nanoseconds",
          "[feed][itch]") {
  const Bytes frame = test::ethernet({}, kOne);
  constexpr std::uint32_t kNanoseconds = 0xA1B23C4D;
  CHECK(read(test::Pcap<false>{}.packet(7, 8, frame).bytes()).times ==
        std::vector<std::int64_t>{7'000'008'000});
  CHECK(read(test::Pcap<true>{}.packet(7, 8, frame).bytes()).times ==
        std::vector<std::int64_t>{7'000'008'000});
  CHECK(read(test::Pcap<false>{kNanoseconds}.packet(7, 8, frame).bytes()).times ==
        std::vector<std::int64_t>{7'000'000'008});
  CHECK(read(test::Pcap<true>{kNanoseconds}.packet(7, 8, frame).bytes()).payloads ==
        std::vector<Bytes>{kOne});
}

TEST_CASE("the payload is found behind VLAN tags and without the link's padding", "[feed][itch]") {
  for (const int tags : {0, 1, 2, 4}) {
    const Bytes frame = test::ethernet({.vlan_tags = tags, .padding = 13}, kOne);
    CHECK(read(test::Pcap<false>{}.packet(1, 0, frame).bytes()).payloads ==
          std::vector<Bytes>{kOne});
  }
  const Bytes frame = test::ethernet({.vlan_tags = 5}, kOne);
  CHECK(read(test::Pcap<false>{}.packet(1, 0, frame).bytes()).reasons.size() == 1);
}

TEST_CASE("raw, cooked and loopback links are understood, others refused", "[feed][itch]") {
  const Bytes ip = test::ip_packet({}, kOne);
  const auto payloads = [&](std::uint32_t link, const Bytes& bytes) {
    return read(test::Pcap<false>{0xA1B2C3D4, link}.packet(1, 0, bytes).bytes()).payloads.size();
  };
  CHECK(payloads(101, ip) == 1);
  CHECK(payloads(228, ip) == 1);
  CHECK(payloads(113, test::Builder{}.zeros(14).big(std::uint16_t{0x0800}).add(ip).bytes()) == 1);
  CHECK(payloads(276, test::Builder{}.big(std::uint16_t{0x0800}).zeros(18).add(ip).bytes()) == 1);
  CHECK(payloads(0, test::Builder{}.little(std::uint32_t{2}).add(ip).bytes()) == 1);
  CHECK(payloads(108, test::Builder{}.big(std::uint32_t{2}).add(ip).bytes()) == 1);
  CHECK(payloads(105, ip) == 0);
}

TEST_CASE("what is no whole UDP datagram over IPv4 is passed over", "[feed][itch]") {
  const auto seen = [](const Bytes& frame) {
    return read(
        test::Pcap<false>{}.packet(1, 0, frame).packet(2, 0, test::ethernet({}, kTwo)).bytes());
  };
  const auto refused = [&](const Bytes& frame) {
    const Seen all = seen(frame);
    CHECK(all.payloads == std::vector<Bytes>{kTwo});
    return all.reasons.size();
  };
  CHECK(refused(test::ethernet({.protocol = 6}, kOne)) == 0);       // TCP: not ours
  CHECK(refused(test::ethernet({.fragment = 0x2000}, kOne)) == 1);  // more fragments
  CHECK(refused(test::ethernet({.fragment = 0x0001}, kOne)) == 1);
  const Bytes whole = test::ethernet({}, kOne);
  CHECK(seen(test::ethernet({.fragment = 0x4000}, kOne)).payloads.size() == 2);  // do not fragment
  for (std::size_t cut = 0; cut < whole.size(); ++cut)
    CHECK(refused({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut)}) == 1);
  Bytes longer_udp = whole;
  longer_udp[39] = std::byte{14};  // one more than there is
  CHECK(refused(longer_udp) == 1);
  Bytes version_6 = whole;
  version_6[14] = std::byte{0x65};
  CHECK(refused(version_6) == 1);
}

TEST_CASE("a capture cut anywhere gives its whole packets and one reason", "[feed][itch]") {
  const Bytes one = test::ethernet({}, kOne);
  const Bytes two = test::ethernet({}, kTwo);
  const Bytes capture = test::Pcap<false>{}.packet(1, 0, one).packet(2, 0, two).bytes();
  const std::size_t first_end = 24 + 16 + one.size();
  for (std::size_t cut = 1; cut < capture.size(); ++cut) {
    const Seen seen = read({capture.begin(), capture.begin() + static_cast<std::ptrdiff_t>(cut)});
    const bool at_boundary = cut == 24 || cut == first_end;
    REQUIRE(seen.reasons.size() == (at_boundary ? 0U : 1U));
    REQUIRE(seen.payloads.size() == (cut < first_end ? 0U : 1U));
  }
}

TEST_CASE("a packet longer than any capture allows ends the file", "[feed][itch]") {
  test::Builder capture;
  capture.add(test::Pcap<false>{}.bytes());
  capture.little(std::uint32_t{1}).little(std::uint32_t{0});
  capture.little(std::uint32_t{(1U << 18) + 1}).little(std::uint32_t{1}).zeros(1'000);
  const Seen seen = read(capture.bytes());
  CHECK(seen.payloads.empty());
  REQUIRE(seen.reasons.size() == 1);
  CHECK(seen.reasons[0] == "packet of 262145 bytes, expected at most 262144");
}

TEST_CASE("a pcapng file is read with the time units of each interface", "[feed][itch]") {
  const Bytes frame = test::ethernet({}, kOne);
  const Bytes capture =
      join({test::ng_section(), test::ng_interface(1, -1), test::ng_interface(1, 9),
            test::ng_interface(1, 0x80 | 10, 100), test::ng_packet(0, 5'000'001, frame),
            test::ng_block(0x0BAD, kTwo),  // a block of a kind we do not know
            test::ng_packet(1, 6'000'000'001, frame), test::ng_packet(2, 2'048 + 512, frame)});
  const Seen seen = read(capture);
  CHECK(seen.reasons.empty());
  CHECK(seen.times == std::vector<std::int64_t>{5'000'001'000, 6'000'000'001, 102'500'000'000});
  CHECK(seen.payloads == std::vector<Bytes>{kOne, kOne, kOne});
}

TEST_CASE("a pcapng section begins with interfaces of its own", "[feed][itch]") {
  const Bytes frame = test::ethernet({}, kOne);
  const Bytes capture =
      join({test::ng_section(), test::ng_interface(1, 9), test::ng_packet(0, 1, frame),
            test::ng_section(), test::ng_packet(0, 2, frame), test::ng_interface(1, 9),
            test::ng_packet(0, 3, frame)});
  const Seen seen = read(capture);
  CHECK(seen.times == std::vector<std::int64_t>{1, 3});
  CHECK(seen.reasons ==
        std::vector<std::string>{"packet of interface 0, which the file does not have"});
}

TEST_CASE("simple packet blocks have no time, damaged lengths end the file", "[feed][itch]") {
  const Bytes frame = test::ethernet({}, kOne);
  const auto size = static_cast<std::uint32_t>(frame.size());
  const Bytes simple = test::ng_block(3, test::Builder{}.little(size).add(frame).bytes());
  Bytes damaged = test::ng_packet(0, 1, frame);
  damaged[damaged.size() - 4] ^= std::byte{4};
  const Bytes capture = join({test::ng_section(), test::ng_interface(1, 9), simple, damaged,
                              test::ng_packet(0, 2, frame)});
  const Seen seen = read(capture);
  CHECK(seen.times == std::vector<std::int64_t>{0});
  CHECK(seen.payloads == std::vector<Bytes>{kOne});
  CHECK(seen.reasons == std::vector<std::string>{"block whose two lengths are not the same"});
}
