// MoldUDP64: the packets that carry ITCH over multicast, and the requests for lost ones.
// A downstream packet is a session, the sequence number of its first message, a count, and so many
// messages; count 0 is a heartbeat, 0xFFFF the end of the session: both name the next sequence.
// Thread: plain values. Cost: a few loads a packet and one a message; nothing is copied.
// Errors: MoldError; a packet is taken whole or not at all.
// Source: Nasdaq MoldUDP64 protocol specification 1.00; sequence numbers begin with 1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "engine/feed/wire_bytes.hpp"

namespace sq::feed::itch {
constexpr std::size_t kMoldHeaderBytes = 20;
constexpr std::uint16_t kMoldHeartbeat = 0;
constexpr std::uint16_t kMoldEndOfSession = 0xFFFF;

using MoldSession = std::array<char, 10>;  // ASCII, padded with spaces by the sender
[[nodiscard]] MoldSession mold_session(std::string_view text) noexcept;  // cuts at 10, pads

enum class MoldError : std::uint8_t { TooShort, MessageCutOff, BytesLeftOver };
[[nodiscard]] std::string_view text_of(MoldError) noexcept;

// The messages of one packet: for (std::span<const std::byte> message : blocks).
class MoldBlocks {
 public:
  class Iterator {
   public:
    explicit Iterator(const std::byte* at) noexcept : at_{at} {}
    [[nodiscard]] std::span<const std::byte> operator*() const noexcept {
      return {at_ + 2, load_big<std::uint16_t>(at_)};
    }
    Iterator& operator++() noexcept {
      at_ += 2 + std::size_t{load_big<std::uint16_t>(at_)};
      return *this;
    }
    friend bool operator==(Iterator, Iterator) noexcept = default;

   private:
    const std::byte* at_;
  };
  MoldBlocks() noexcept = default;
  explicit MoldBlocks(std::span<const std::byte> checked) noexcept : bytes_{checked} {}
  [[nodiscard]] Iterator begin() const noexcept { return Iterator{bytes_.data()}; }
  [[nodiscard]] Iterator end() const noexcept { return Iterator{bytes_.data() + bytes_.size()}; }

 private:
  std::span<const std::byte> bytes_;
};

struct MoldPacket {
  MoldSession session{};
  std::uint64_t sequence{0};  // of the first message; heartbeat, end: of the next one to come
  std::uint16_t count{0};     // messages; 0 for heartbeat and end
  bool end_of_session{false};
  MoldBlocks messages;
};
[[nodiscard]] std::expected<MoldPacket, MoldError> parse_mold(
    std::span<const std::byte> datagram) noexcept;

// Unicast, to the server that sends packets again; it answers with an ordinary packet.
struct MoldRequest {
  MoldSession session{};
  std::uint64_t sequence{0};  // first wanted
  std::uint16_t count{0};     // how many; the server may answer with fewer
  friend bool operator==(const MoldRequest&, const MoldRequest&) = default;
};
using MoldRequestBytes = std::array<std::byte, kMoldHeaderBytes>;
[[nodiscard]] MoldRequestBytes encode(const MoldRequest& request) noexcept;
[[nodiscard]] std::expected<MoldRequest, MoldError> parse_mold_request(
    std::span<const std::byte> datagram) noexcept;

// Builds packets: the sending side, for simulated feeds and tests.
class MoldWriter {
 public:
  // bytes_max: of a datagram; 1,400 fits an Ethernet frame.
  MoldWriter(const MoldSession& session, std::size_t bytes_max);
  // Begins a packet whose first message will have this sequence number.
  void begin(std::uint64_t sequence) noexcept;
  [[nodiscard]] bool add(std::span<const std::byte> message) noexcept;  // false: no room
  [[nodiscard]] std::uint16_t count() const noexcept { return count_; }
  [[nodiscard]] std::span<const std::byte> packet() noexcept;
  [[nodiscard]] std::span<const std::byte> heartbeat(std::uint64_t next) noexcept;
  [[nodiscard]] std::span<const std::byte> end_of_session(std::uint64_t next) noexcept;

 private:
  [[nodiscard]] std::span<const std::byte> bare(std::uint64_t next, std::uint16_t count) noexcept;
  std::vector<std::byte> bytes_;
  std::size_t used_{kMoldHeaderBytes};
  std::uint16_t count_{0};
};
}  // namespace sq::feed::itch
