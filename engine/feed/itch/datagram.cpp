// From the link header of a captured packet to its UDP payload.
#include "engine/feed/itch/pcap.hpp"
#include "engine/feed/wire_bytes.hpp"

namespace sq::feed::itch {
namespace {
constexpr std::uint16_t kIpv4 = 0x0800;

struct Link {
  std::uint16_t ether_type{0};
  std::size_t header_bytes{0};
  std::string_view reason{};  // not empty: the packet cannot be read
};

Link ethernet(std::span<const std::byte> bytes) {
  constexpr std::uint16_t kVlan = 0x8100;
  constexpr std::uint16_t kVlanOuter = 0x88A8;
  constexpr int kTagsMax = 4;
  std::size_t at = 12;
  for (int tags = 0; tags <= kTagsMax; ++tags) {
    if (bytes.size() < at + 2) return {0, 0, "packet ends inside its Ethernet header"};
    const auto type = load_big<std::uint16_t>(bytes.data() + at);
    if (type != kVlan && type != kVlanOuter) return {type, at + 2, {}};
    at += 4;
  }
  return {0, 0, "packet with more than four VLAN tags"};
}

Link link_of(const CapturedPacket& packet) {
  const std::span<const std::byte> bytes = packet.bytes;
  const auto fixed = [&](std::size_t type_at, std::size_t header_bytes) -> Link {
    if (bytes.size() < header_bytes) return {0, 0, "packet ends inside its link header"};
    return {load_big<std::uint16_t>(bytes.data() + type_at), header_bytes, {}};
  };
  switch (packet.link_type) {
    case 1:
      return ethernet(bytes);
    case 0:    // loopback: the address family in the byte order of the capturing machine
    case 108:  // the same, big-endian
      if (bytes.size() < 4) return {0, 0, "packet ends inside its link header"};
      return {load_little<std::uint32_t>(bytes.data()) == 2 ||
                      load_big<std::uint32_t>(bytes.data()) == 2
                  ? kIpv4
                  : std::uint16_t{0},
              4,
              {}};
    case 101:
    case 228:
      return {kIpv4, 0, {}};
    case 113:
      return fixed(14, 16);
    case 276:
      return fixed(0, 20);
    default:
      return {0, 0, "link type that is not Ethernet, raw IP, cooked or loopback"};
  }
}

Datagram refused(std::string_view reason) {
  Datagram out;
  out.kind = DatagramKind::Bad;
  out.reason = reason;
  return out;
}
}  // namespace

Datagram datagram_of(const CapturedPacket& packet) noexcept {
  const Link link = link_of(packet);
  if (!link.reason.empty()) return refused(link.reason);
  if (link.ether_type != kIpv4) return {};
  const std::span<const std::byte> ip = packet.bytes.subspan(link.header_bytes);
  constexpr std::size_t kHeader = 20;
  if (ip.size() < kHeader) return refused("packet ends inside its IP header");
  const auto first = static_cast<unsigned>(ip[0]);
  if (first >> 4U != 4) {
    if (first >> 4U == 6 && packet.link_type != 1) return {};
    return refused("IP header that is not of version 4");
  }
  const std::size_t header = (first & 0x0FU) * 4;
  const std::size_t total = load_big<std::uint16_t>(ip.data() + 2);
  if (header < kHeader || header > total) return refused("IP lengths that contradict each other");
  if (total > ip.size()) return refused("packet cut off by the capture");
  const auto fragment = load_big<std::uint16_t>(ip.data() + 6);
  const auto protocol = static_cast<unsigned>(ip[9]);
  constexpr unsigned kUdp = 17;
  if (protocol != kUdp) return {};
  if ((fragment & 0x3FFFU) != 0) return refused("IP fragment");
  constexpr std::size_t kUdpHeader = 8;
  const std::span<const std::byte> udp = ip.subspan(header, total - header);
  if (udp.size() < kUdpHeader) return refused("packet ends inside its UDP header");
  const std::size_t length = load_big<std::uint16_t>(udp.data() + 4);
  if (length < kUdpHeader || length > udp.size())
    return refused("UDP length that does not fit the packet");
  Datagram out;
  out.kind = DatagramKind::Udp;
  out.from_address = load_big<std::uint32_t>(ip.data() + 12);
  out.to_address = load_big<std::uint32_t>(ip.data() + 16);
  out.from_port = load_big<std::uint16_t>(udp.data());
  out.to_port = load_big<std::uint16_t>(udp.data() + 2);
  out.payload = udp.subspan(kUdpHeader, length - kUdpHeader);
  return out;
}
}  // namespace sq::feed::itch
