#include "engine/feed/itch/soup_file.hpp"

#include <string>

#include "engine/feed/itch/message.hpp"

namespace sq::feed::itch {
namespace {
constexpr std::size_t kLengthBytes = 2;
}

bool SoupFile::next(FramedMessage& out) {
  for (;;) {
    bytes_.skip(given_);
    given_ = 0;
    if (ended_ || !bytes_.more(kLengthBytes + 1)) break;
    const std::size_t length = load_u16(bytes_.ahead().data());
    if (length == 0) {
      anomalies_.add(bytes_.position(), "packet without a type: nothing behind it can be read");
      bytes_.skip(bytes_.ahead().size());
      ended_ = true;
      return false;
    }
    if (!bytes_.more(kLengthBytes + length)) break;
    const std::uint64_t position = bytes_.position();
    const auto packet = bytes_.ahead().subspan(kLengthBytes, length);
    given_ = kLengthBytes + length;
    switch (static_cast<SoupType>(packet[0])) {
      case SoupType::Sequenced:
        if (!open_) {
          anomalies_.add(position, "message before any login was accepted");
        } else if (arriving_++ < expected_) {
          ++duplicates_;
        } else {
          expected_ = arriving_;
          out = {packet.subspan(1), position, WallTime{}};
          return true;
        }
        break;
      case SoupType::LoginAccepted:
        accepted(packet.subspan(1));
        break;
      case SoupType::ServerHeartbeat:
        ++heartbeats_;
        break;
      case SoupType::Debug:
        ++debug_;
        break;
      case SoupType::EndOfSession:
        ++ends_;
        break;
      default:
        anomalies_.add(position, "packet of type '" + std::string(1, static_cast<char>(packet[0])) +
                                     "', expected one that a server of market data sends");
    }
  }
  end_of_file();
  return false;
}

void SoupFile::accepted(std::span<const std::byte> payload) {
  const auto accept = parse_accept(payload);
  if (!accept) {
    anomalies_.add(bytes_.position(), "login accepted without session and sequence");
    return;
  }
  ++logins_;
  const bool same = logins_ > 1 && accept->session == session_;
  if (same && accept->sequence > expected_) {
    ++gaps_;
    missing_ += accept->sequence - expected_;
  }
  if (!same || accept->sequence > expected_) expected_ = accept->sequence;
  arriving_ = accept->sequence;
  session_ = accept->session;
  open_ = true;
}

void SoupFile::end_of_file() {
  if (ended_) return;
  ended_ = true;
  const std::size_t left = bytes_.ahead().size();
  if (left != 0)
    anomalies_.add(bytes_.position(), "the file ends inside a packet, " + std::to_string(left) +
                                          " bytes after the last whole one");
  bytes_.skip(left);
  if (!bytes_.problem().empty()) anomalies_.add(bytes_.position(), bytes_.problem());
}

void SoupFile::report(FileCounters& counters) const {
  counters.gaps += gaps_;
  counters.missing += missing_;
  const auto add = [&](const char* name, std::uint64_t count) {
    if (count != 0) counters.by_kind.emplace_back(name, count);
  };
  add("SoupBinTCP logins", logins_);
  add("SoupBinTCP heartbeats", heartbeats_);
  add("SoupBinTCP debug packets", debug_);
  add("SoupBinTCP ends of session", ends_);
  add("duplicate messages", duplicates_);
}
}  // namespace sq::feed::itch
