// Packet captures for tests, built byte by byte after the format descriptions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tests/support/feed_bytes.hpp"

namespace sq::test {
struct UdpPacket {
  std::uint32_t to_address{0xE9360C6F};  // 233.54.12.111
  std::uint16_t to_port{26477};
  int vlan_tags{0};
  std::uint16_t fragment{0};  // flags and offset of the IP header
  std::uint8_t protocol{17};
  std::size_t padding{0};  // of the link, behind the datagram
};

// From the IP header.
inline Bytes ip_packet(const UdpPacket& packet, std::span<const std::byte> payload) {
  const auto udp_length = static_cast<std::uint16_t>(8 + payload.size());
  return Builder{}
      .big(std::uint8_t{0x45})
      .big(std::uint8_t{0})
      .big(static_cast<std::uint16_t>(20 + udp_length))
      .big(std::uint16_t{1})
      .big(packet.fragment)
      .big(std::uint8_t{64})
      .big(packet.protocol)
      .big(std::uint16_t{0})
      .big(std::uint32_t{0x0A000001})
      .big(packet.to_address)
      .big(std::uint16_t{40000})
      .big(packet.to_port)
      .big(udp_length)
      .big(std::uint16_t{0})
      .add(payload)
      .bytes();
}
inline Bytes ethernet(const UdpPacket& packet, std::span<const std::byte> payload) {
  Builder frame;
  frame.zeros(12);
  for (int i = 0; i < packet.vlan_tags; ++i)
    frame.big(std::uint16_t{0x8100}).big(std::uint16_t{141});
  frame.big(std::uint16_t{0x0800}).add(ip_packet(packet, payload)).zeros(packet.padding);
  return frame.bytes();
}

// Classic pcap; T is written in the order that `Big` says.
template <bool Big>
class Pcap {
 public:
  explicit Pcap(std::uint32_t magic = 0xA1B2C3D4, std::uint32_t link_type = 1) {
    u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65'535).u32(link_type);
  }
  Pcap& packet(std::uint32_t seconds, std::uint32_t fraction, std::span<const std::byte> bytes,
               std::uint32_t cut_bytes = 0) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    u32(seconds).u32(fraction).u32(size).u32(size + cut_bytes);
    out_.add(bytes);
    return *this;
  }
  [[nodiscard]] const Bytes& bytes() const { return out_.bytes(); }

 private:
  Pcap& u32(std::uint32_t value) {
    Big ? out_.big(value) : out_.little(value);
    return *this;
  }
  Pcap& u16(std::uint16_t value) {
    Big ? out_.big(value) : out_.little(value);
    return *this;
  }
  Builder out_;
};

// pcapng blocks, little-endian.
inline Bytes ng_block(std::uint32_t type, std::span<const std::byte> body) {
  const std::size_t padding = (4 - body.size() % 4) % 4;
  const auto length = static_cast<std::uint32_t>(12 + body.size() + padding);
  return Builder{}.little(type).little(length).add(body).zeros(padding).little(length).bytes();
}
inline Bytes ng_section() {
  return ng_block(0x0A0D0D0A, Builder{}
                                  .little(std::uint32_t{0x1A2B3C4D})
                                  .little(std::uint16_t{1})
                                  .little(std::uint16_t{0})
                                  .little(std::int64_t{-1})
                                  .bytes());
}
inline Bytes ng_interface(std::uint16_t link_type, int resolution, std::int64_t offset_s = 0) {
  Builder body;
  body.little(link_type).little(std::uint16_t{0}).little(std::uint32_t{0});
  if (resolution >= 0)
    body.little(std::uint16_t{9})
        .little(std::uint16_t{1})
        .little(static_cast<std::uint32_t>(resolution));
  if (offset_s != 0) body.little(std::uint16_t{14}).little(std::uint16_t{8}).little(offset_s);
  body.little(std::uint32_t{0});
  return ng_block(1, body.bytes());
}
inline Bytes ng_packet(std::uint32_t interface, std::uint64_t ticks,
                       std::span<const std::byte> bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  return ng_block(6, Builder{}
                         .little(interface)
                         .little(static_cast<std::uint32_t>(ticks >> 32U))
                         .little(static_cast<std::uint32_t>(ticks))
                         .little(size)
                         .little(size)
                         .add(bytes)
                         .bytes());
}
}  // namespace sq::test
