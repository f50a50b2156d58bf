#include "engine/feed/itch/capture_file.hpp"

#include <algorithm>
#include <string>

namespace sq::feed::itch {
namespace {
// A file has no hurry: a message sent again may lie far behind.
ArbiterSettings settings(std::size_t lines) {
  ArbiterSettings settings;
  settings.lines = lines;
  settings.window_messages = 1U << 14;
  settings.gap_wait_ns = kNsPerSecond;
  return settings;
}
}  // namespace

CaptureFile::CaptureFile(ByteReader& bytes, AnomalyLog& anomalies)
    : bytes_{bytes}, anomalies_{anomalies}, packets_{bytes}, arbiter_{settings(kLinesMax)} {}

bool CaptureFile::next(FramedMessage& out) {
  ArbiterMessage message;
  for (;;) {
    if (arbiter_.next(message)) {
      out = {message.bytes, packets_.position(), time_};
      return true;
    }
    if (ended_) return false;
    if (waiting_) {
      arbiter_.receive(waiting_line_, *waiting_, MonoTime{time_.ns});
      waiting_.reset();
    } else if (!read_packet()) {
      ended_ = true;
      arbiter_.finish();
    }
  }
}

bool CaptureFile::read_packet() {
  CapturedPacket captured;
  switch (packets_.next(captured)) {
    case PcapStep::End:
      if (!bytes_.problem().empty()) anomalies_.add(packets_.position(), bytes_.problem());
      return false;
    case PcapStep::Bad:
      anomalies_.add(packets_.position(), packets_.reason());
      return true;
    case PcapStep::Packet:
      take(captured);
      return true;
  }
  return false;
}

void CaptureFile::take(const CapturedPacket& captured) {
  const Datagram datagram = datagram_of(captured);
  if (datagram.kind == DatagramKind::Other) {
    ++other_packets_;
    return;
  }
  if (datagram.kind == DatagramKind::Bad) {
    anomalies_.add(packets_.position(), std::string{datagram.reason});
    return;
  }
  const auto packet = parse_mold(datagram.payload);
  if (!packet) {
    anomalies_.add(packets_.position(), std::string{text_of(packet.error())});
    return;
  }
  const std::size_t line = line_of(datagram);
  if (line == kLinesMax) {
    anomalies_.add(packets_.position(), "packet of a seventeenth destination");
    return;
  }
  time_ = captured.time;
  waiting_ = *packet;
  waiting_line_ = line;
  arbiter_.poll(MonoTime{time_.ns});  // what it gives up comes before this packet
}

std::size_t CaptureFile::line_of(const Datagram& datagram) {
  const auto same = [&](const Line& line) {
    return line.address == datagram.to_address && line.port == datagram.to_port;
  };
  const auto found = std::find_if(lines_.begin(), lines_.end(), same);
  const auto index = static_cast<std::size_t>(found - lines_.begin());
  if (found == lines_.end() && index < kLinesMax)
    lines_.push_back({datagram.to_address, datagram.to_port});
  return index;
}

void CaptureFile::report(FileCounters& counters) const {
  const ArbiterCounters& counts = arbiter_.counters();
  counters.gaps += counts.gaps;
  counters.missing += counts.missing;
  std::uint64_t packets = 0;
  std::uint64_t duplicates = 0;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    packets += arbiter_.line(i).packets;
    duplicates += arbiter_.line(i).duplicates;
  }
  const auto add = [&](const char* name, std::uint64_t count) {
    if (count != 0) counters.by_kind.emplace_back(name, count);
  };
  add("MoldUDP64 packets", packets);
  add("MoldUDP64 heartbeats", counts.heartbeats);
  add("MoldUDP64 session changes", counts.session_changes);
  add("MoldUDP64 packets of an earlier session", counts.stale_packets);
  add("MoldUDP64 packets with an implausible sequence", counts.implausible_packets);
  add("messages without sequence number", counts.unnumbered);
  add("duplicate messages", duplicates);
  add("packets of other protocols", other_packets_);
}
}  // namespace sq::feed::itch
