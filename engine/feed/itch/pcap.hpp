// Packet captures, classic pcap and pcapng, and the UDP datagrams in them.
// Understands Ethernet with VLAN tags, Linux "cooked" captures (1 and 2), raw IP and loopback
// links; IPv4, no fragments. Times are nanoseconds since 1970 whatever the file's resolution.
// Thread: one, cold. Cost: a few loads a packet; nothing is copied.
// Errors: PcapStep::Bad with a reason and a position: the packet is passed over; damage behind
// which no packet can be found ends the file.
// Source: draft-ietf-opsawg-pcap-04, draft-ietf-opsawg-pcapng-02; RFC 791, RFC 768.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/feed/byte_reader.hpp"
#include "engine/types/time.hpp"

namespace sq::feed::itch {
enum class PcapStep : std::uint8_t { Packet, Bad, End };

struct CapturedPacket {
  WallTime time{};                   // 0: the block carries none
  std::span<const std::byte> bytes;  // from the link header; valid until the next step
  std::uint32_t length_on_wire{0};   // more than bytes.size(): cut by the capture
  std::uint16_t link_type{0};        // LINKTYPE_ of the interface
};

class PcapReader {
 public:
  [[nodiscard]] static bool recognises(std::span<const std::byte> head) noexcept;

  explicit PcapReader(ByteReader& bytes) : bytes_{bytes} {}
  [[nodiscard]] PcapStep next(CapturedPacket& out);
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }  // of the last Bad
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }   // of the last step

 private:
  enum class Kind : std::uint8_t { Unknown, Classic, Sections, Finished };
  struct Interface {
    std::uint16_t link_type{0};
    std::uint32_t snap_length{0};
    std::uint8_t resolution{6};  // pcapng if_tsresol
    std::int64_t offset_s{0};    // pcapng if_tsoffset
  };
  [[nodiscard]] PcapStep bad(std::string reason);
  [[nodiscard]] PcapStep damaged(std::string reason);
  [[nodiscard]] std::uint32_t u32(const std::byte* from) const noexcept;
  [[nodiscard]] std::uint16_t u16(const std::byte* from) const noexcept;
  [[nodiscard]] PcapStep open_file();
  [[nodiscard]] PcapStep next_classic(CapturedPacket& out);
  [[nodiscard]] PcapStep next_block(CapturedPacket& out, bool& is_packet);
  [[nodiscard]] PcapStep section_header();
  [[nodiscard]] PcapStep interface_block(std::span<const std::byte> body);
  [[nodiscard]] PcapStep packet_block(std::uint32_t type, std::span<const std::byte> body,
                                      CapturedPacket& out);

  ByteReader& bytes_;
  Kind kind_{Kind::Unknown};
  bool big_endian_{false};
  std::vector<Interface> interfaces_;
  std::size_t pending_skip_{0};  // the packet handed out
  std::uint64_t position_{0};
  std::string reason_;
};

enum class DatagramKind : std::uint8_t { Udp, Other, Bad };
struct Datagram {
  DatagramKind kind{DatagramKind::Other};
  std::string_view reason;        // Bad: why
  std::uint32_t from_address{0};  // IPv4, host order
  std::uint32_t to_address{0};
  std::uint16_t from_port{0};
  std::uint16_t to_port{0};
  std::span<const std::byte> payload;  // without the padding of the link
};
[[nodiscard]] Datagram datagram_of(const CapturedPacket& packet) noexcept;
}  // namespace sq::feed::itch
