#include "engine/feed/itch/pcap.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/feed/wire_bytes.hpp"

namespace sq::feed::itch {
namespace {
constexpr std::uint32_t kMicroseconds = 0xA1B2C3D4;
constexpr std::uint32_t kNanoseconds = 0xA1B23C4D;
constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A;
constexpr std::uint32_t kByteOrder = 0x1A2B3C4D;
constexpr std::uint32_t kInterfaceBlock = 1;
constexpr std::uint32_t kOldPacketBlock = 2;
constexpr std::uint32_t kSimplePacketBlock = 3;
constexpr std::uint32_t kEnhancedPacketBlock = 6;
constexpr std::size_t kPacketBytesMax = 1U << 18;  // what capture programs allow
constexpr std::size_t kBlockBytesMax = 1U << 24;   // blocks of names, statistics
constexpr std::size_t kInterfacesMax = 4096;

std::uint32_t swapped(std::uint32_t value) { return std::byteswap(value); }

bool classic_magic(std::uint32_t magic) {
  return magic == kMicroseconds || magic == kNanoseconds || magic == swapped(kMicroseconds) ||
         magic == swapped(kNanoseconds);
}

// if_tsresol: a power of ten, or of two with the highest bit set; in nanoseconds since 1970.
WallTime time_of(std::uint64_t ticks, std::uint8_t resolution, std::int64_t offset_s) {
  __extension__ using Wide = unsigned __int128;
  const unsigned exponent = resolution & 0x7FU;
  Wide ns = 0;
  if ((resolution & 0x80U) != 0) {
    ns = exponent < 64 ? Wide{ticks} * kNsPerSecond >> exponent : 0;
  } else if (exponent <= 9) {
    ns = ticks;
    for (unsigned i = exponent; i < 9; ++i) ns *= 10;
  } else {
    ns = ticks;
    for (unsigned i = 9; i < exponent && ns != 0; ++i) ns /= 10;
  }
  constexpr std::int64_t kLimit_s = INT64_MAX / kNsPerSecond / 2;
  if (ns > Wide{INT64_MAX / 2} || offset_s > kLimit_s || offset_s < -kLimit_s) return {};
  return WallTime{static_cast<std::int64_t>(ns) + offset_s * kNsPerSecond};
}
}  // namespace

bool PcapReader::recognises(std::span<const std::byte> head) noexcept {
  if (head.size() < 4) return false;
  const auto magic = load_little<std::uint32_t>(head.data());
  return classic_magic(magic) || magic == kSectionHeader;
}

PcapStep PcapReader::bad(std::string reason) {
  reason_ = std::move(reason);
  return PcapStep::Bad;
}
PcapStep PcapReader::damaged(std::string reason) {
  kind_ = Kind::Finished;
  pending_skip_ = 0;
  bytes_.skip(bytes_.ahead().size());
  return bad(std::move(reason));
}

std::uint32_t PcapReader::u32(const std::byte* from) const noexcept {
  return big_endian_ ? load_big<std::uint32_t>(from) : load_little<std::uint32_t>(from);
}
std::uint16_t PcapReader::u16(const std::byte* from) const noexcept {
  return big_endian_ ? load_big<std::uint16_t>(from) : load_little<std::uint16_t>(from);
}

PcapStep PcapReader::next(CapturedPacket& out) {
  bytes_.skip(std::exchange(pending_skip_, 0));
  for (;;) {
    position_ = bytes_.position();
    if (kind_ == Kind::Finished) return PcapStep::End;
    if (kind_ == Kind::Unknown) {
      if (const PcapStep step = open_file(); step != PcapStep::Packet) return step;
      continue;
    }
    if (!bytes_.more(1)) {
      kind_ = Kind::Finished;
      return PcapStep::End;
    }
    if (kind_ == Kind::Classic) return next_classic(out);
    bool is_packet = false;
    const PcapStep step = next_block(out, is_packet);
    if (step != PcapStep::Packet || is_packet) return step;
  }
}

PcapStep PcapReader::open_file() {
  constexpr std::size_t kHeaderBytes = 24;
  if (!bytes_.more(4)) return damaged("not a packet capture: shorter than its magic number");
  const auto magic = load_little<std::uint32_t>(bytes_.ahead().data());
  if (magic == kSectionHeader) {
    kind_ = Kind::Sections;
    return PcapStep::Packet;
  }
  if (!classic_magic(magic)) return damaged("not a packet capture: unknown magic number");
  if (!bytes_.more(kHeaderBytes)) return damaged("the capture's file header is cut off");
  big_endian_ = magic != kMicroseconds && magic != kNanoseconds;
  const std::byte* header = bytes_.ahead().data();
  const bool nanoseconds = u32(header) == kNanoseconds;
  interfaces_ = {{.link_type = static_cast<std::uint16_t>(u32(header + 20) & 0xFFFFU),
                  .snap_length = u32(header + 16),
                  .resolution = static_cast<std::uint8_t>(nanoseconds ? 9 : 6),
                  .offset_s = 0}};
  bytes_.skip(kHeaderBytes);
  kind_ = Kind::Classic;
  return PcapStep::Packet;
}

PcapStep PcapReader::next_classic(CapturedPacket& out) {
  constexpr std::size_t kHeaderBytes = 16;
  if (!bytes_.more(kHeaderBytes)) return damaged("the capture ends inside a packet header");
  const std::byte* header = bytes_.ahead().data();
  const std::uint32_t seconds = u32(header);
  const std::uint32_t fraction = u32(header + 4);
  const std::uint32_t captured = u32(header + 8);
  const std::uint32_t on_wire = u32(header + 12);
  if (captured > kPacketBytesMax)
    return damaged("packet of " + std::to_string(captured) + " bytes, expected at most " +
                   std::to_string(kPacketBytesMax));
  if (!bytes_.more(kHeaderBytes + captured)) return damaged("the capture ends inside a packet");
  const Interface& interface = interfaces_.front();
  const std::int64_t unit = interface.resolution == 9 ? 1 : kNsPerUs;
  out.time = WallTime{std::int64_t{seconds} * kNsPerSecond + std::int64_t{fraction} * unit};
  out.bytes = bytes_.ahead().subspan(kHeaderBytes, captured);
  out.length_on_wire = on_wire;
  out.link_type = interface.link_type;
  pending_skip_ = kHeaderBytes + captured;
  return PcapStep::Packet;
}

PcapStep PcapReader::section_header() {
  if (!bytes_.more(12)) return damaged("the capture ends inside a section header");
  const std::byte* block = bytes_.ahead().data();
  const auto order = load_little<std::uint32_t>(block + 8);
  if (order != kByteOrder && order != swapped(kByteOrder))
    return damaged("section header without its byte-order magic");
  big_endian_ = order != kByteOrder;
  interfaces_.clear();
  return PcapStep::Packet;
}

PcapStep PcapReader::next_block(CapturedPacket& out, bool& is_packet) {
  constexpr std::size_t kFrame = 12;  // type, length, length again
  if (!bytes_.more(kFrame)) return damaged("the capture ends inside a block header");
  const bool section = load_little<std::uint32_t>(bytes_.ahead().data()) == kSectionHeader;
  if (section) {
    if (const PcapStep step = section_header(); step != PcapStep::Packet) return step;
  }
  const std::uint32_t type = u32(bytes_.ahead().data());
  const std::uint32_t length = u32(bytes_.ahead().data() + 4);
  if (length < kFrame || length % 4 != 0 || length > kBlockBytesMax)
    return damaged("block of " + std::to_string(length) + " bytes");
  if (!bytes_.more(length)) return damaged("the capture ends inside a block");
  const std::span<const std::byte> block = bytes_.ahead().first(length);
  if (u32(block.data() + length - 4) != length)
    return damaged("block whose two lengths are not the same");
  pending_skip_ = length;
  PcapStep step = PcapStep::Packet;
  const auto body = block.subspan(8, length - kFrame);
  if (section) {
    if (body.size() < 16) step = bad("section header of " + std::to_string(length) + " bytes");
  } else if (type == kInterfaceBlock) {
    step = interface_block(body);
  } else if (type == kEnhancedPacketBlock || type == kSimplePacketBlock ||
             type == kOldPacketBlock) {
    is_packet = true;
    return packet_block(type, body, out);
  }
  if (step == PcapStep::Packet) bytes_.skip(std::exchange(pending_skip_, 0));
  return step;
}

PcapStep PcapReader::interface_block(std::span<const std::byte> body) {
  if (body.size() < 8) return bad("interface block without its fields");
  if (interfaces_.size() == kInterfacesMax) return damaged("more than 4,096 interfaces");
  Interface interface {
    .link_type = u16(body.data()), .snap_length = u32(body.data() + 4), .resolution = 6,
    .offset_s = 0
  };
  std::size_t at = 8;
  while (body.size() - at >= 4) {
    constexpr std::uint16_t kEndOfOptions = 0;
    constexpr std::uint16_t kResolution = 9;
    constexpr std::uint16_t kOffset = 14;
    const std::uint16_t code = u16(body.data() + at);
    const std::size_t size = u16(body.data() + at + 2);
    at += 4;
    if (code == kEndOfOptions || body.size() - at < size) break;
    if (code == kResolution && size == 1)
      interface.resolution = static_cast<std::uint8_t>(body[at]);
    if (code == kOffset && size == 8)
      interface.offset_s = big_endian_ ? load_big<std::int64_t>(body.data() + at)
                                       : load_little<std::int64_t>(body.data() + at);
    at += std::min(body.size() - at, (size + 3) / 4 * 4);
  }
  interfaces_.push_back(interface);
  return PcapStep::Packet;
}

PcapStep PcapReader::packet_block(std::uint32_t type, std::span<const std::byte> body,
                                  CapturedPacket& out) {
  const std::size_t fields = type == kSimplePacketBlock ? 4 : 20;
  if (body.size() < fields) return bad("packet block without its fields");
  std::size_t index = 0;
  std::size_t captured = 0;
  out.time = WallTime{};
  if (type == kSimplePacketBlock) {
    out.length_on_wire = u32(body.data());
    captured = out.length_on_wire;
  } else {
    index = type == kEnhancedPacketBlock ? u32(body.data()) : u16(body.data());
    captured = u32(body.data() + 12);
    out.length_on_wire = u32(body.data() + 16);
  }
  if (index >= interfaces_.size())
    return bad("packet of interface " + std::to_string(index) + ", which the file does not have");
  const Interface& interface = interfaces_[index];
  if (type == kSimplePacketBlock) {
    if (interface.snap_length != 0)
      captured = std::min<std::size_t>(captured, interface.snap_length);
  } else {
    const std::uint64_t ticks = std::uint64_t{u32(body.data() + 4)} << 32U | u32(body.data() + 8);
    out.time = time_of(ticks, interface.resolution, interface.offset_s);
  }
  if (captured > body.size() - fields) return bad("packet longer than its block");
  out.bytes = body.subspan(fields, captured);
  out.link_type = interface.link_type;
  return PcapStep::Packet;
}
}  // namespace sq::feed::itch
