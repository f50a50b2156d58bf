// A capture of MoldUDP64 packets: every destination (address and port) is a line, and all lines
// carry the same stream, so that a capture of A and B line gives each message once.
// What is no UDP over IPv4 is counted and passed over.
// Thread: one. Cost: that of Arbiter. Errors: AnomalyLog. Limit: one feed a capture, 16 lines.
// Source: Nasdaq MoldUDP64 protocol specification 1.00.
#pragma once

#include <optional>
#include <vector>

#include "engine/feed/itch/arbiter.hpp"
#include "engine/feed/itch/file_source.hpp"
#include "engine/feed/itch/pcap.hpp"

namespace sq::feed::itch {
class CaptureFile final : public FileSource {
 public:
  CaptureFile(ByteReader& bytes, AnomalyLog& anomalies);
  [[nodiscard]] bool next(FramedMessage& out) override;
  void report(FileCounters& counters) const override;

 private:
  static constexpr std::size_t kLinesMax = 16;
  struct Line {
    std::uint32_t address{0};
    std::uint16_t port{0};
  };
  [[nodiscard]] bool read_packet();  // false: the end
  void take(const CapturedPacket& captured);
  [[nodiscard]] std::size_t line_of(const Datagram& datagram);

  ByteReader& bytes_;
  AnomalyLog& anomalies_;
  PcapReader packets_;
  Arbiter arbiter_;
  std::vector<Line> lines_;
  std::optional<MoldPacket> waiting_;  // read, not yet with the arbiter
  std::size_t waiting_line_{0};
  WallTime time_{};
  std::uint64_t other_packets_{0};
  bool ended_{false};
};
}  // namespace sq::feed::itch
