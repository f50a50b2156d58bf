// Several lines that carry the same MoldUDP64 stream become one stream without duplicates: the
// first copy of a message wins; what comes early waits in a bounded window; what no line has is
// asked for, and given up as a gap after a time or when the window is full.
// Use: receive() one packet of any line (answers to requests are a line too), then next() until it
// is false; poll() now and then, next() again, and next_request() until it is empty.
// Thread: one. Cost: in order: a copy of nothing; early messages are copied once. Allocates in the
// constructor only. Time comes in with the calls. Errors: counted; nothing from outside aborts.
// A new session empties the window and starts at 1; packets of the one before are stale then.
// Sequence number 0 does not exist in the protocol: such packets (anonymised captures) pass
// through unordered and are counted.
// Source: Nasdaq MoldUDP64 protocol specification 1.00.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/feed/itch/mold_udp.hpp"
#include "engine/types/time.hpp"

namespace sq::feed::itch {
struct ArbiterSettings {
  std::size_t lines{2};
  std::uint64_t first_sequence{0};              // 0: what the first packet says
  std::size_t window_messages{4096};            // rounded up to a power of two, at least 64
  std::size_t message_bytes_max{64};            // of a message that waits; ITCH needs 50
  std::int64_t gap_wait_ns{50 * kNsPerMs};      // then what is missing is given up
  std::size_t requests_outstanding_max{0};      // 0: nothing is asked for
  std::int64_t request_after_ns{2 * kNsPerMs};  // the other line may bring it
  std::int64_t request_timeout_ns{10 * kNsPerMs};
  std::uint32_t request_tries_max{3};
  std::uint16_t request_messages_max{1024};
  std::uint64_t jump_max{1U << 30};  // a sequence further ahead is damage, not a gap
};

struct LineCounters {
  std::uint64_t packets{0};
  std::uint64_t messages{0};
  std::uint64_t first{0};       // messages that this line brought first
  std::uint64_t duplicates{0};  // messages that were there already, or given up
  MonoTime heard{};             // the newest packet
};
struct ArbiterCounters {
  std::uint64_t delivered{0};
  std::uint64_t gaps{0};
  std::uint64_t missing{0};  // messages in all gaps
  std::uint64_t heartbeats{0};
  std::uint64_t requests{0};
  std::uint64_t session_changes{0};
  std::uint64_t stale_packets{0};        // of the session before
  std::uint64_t implausible_packets{0};  // jump_max
  std::uint64_t unnumbered{0};           // messages with sequence number 0
  std::uint64_t oversized{0};            // messages too long to wait
};

struct ArbiterMessage {
  std::uint64_t sequence{0};
  std::span<const std::byte> bytes;  // valid until the next call of receive() or next()
};

class Arbiter {
 public:
  explicit Arbiter(const ArbiterSettings& settings);

  // line < settings.lines. What next() would still give must have been taken.
  void receive(std::size_t line, const MoldPacket& packet, MonoTime now);
  void poll(MonoTime now) noexcept;  // gives up what is missing for too long
  [[nodiscard]] bool next(ArbiterMessage& out) noexcept;
  // What to send to the server of lost packets.
  [[nodiscard]] std::optional<MoldRequest> next_request(MonoTime now) noexcept;
  // No packet will come any more (end of a file): everything missing is given up.
  void finish() noexcept { giving_up_ = finishing_ = true; }

  [[nodiscard]] bool gap_open() const noexcept { return known_end_ > expected_; }
  [[nodiscard]] std::uint64_t expected() const noexcept { return expected_; }
  [[nodiscard]] const MoldSession& session() const noexcept { return session_; }
  [[nodiscard]] bool ended() const noexcept { return end_seen_ && expected_ >= known_end_; }
  [[nodiscard]] const ArbiterCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const LineCounters& line(std::size_t index) const { return lines_.at(index); }

 private:
  struct Slot {
    std::uint32_t length{0};
    MonoTime received{};
  };
  struct Request {
    std::uint64_t first{0};
    std::uint64_t end{0};
    MonoTime sent{};
    std::uint32_t tries{0};
  };
  // A packet that next() is working on.
  struct Incoming {
    MoldPacket packet;
    std::size_t line{0};
    MonoTime now{};
    MoldBlocks::Iterator at{nullptr};
    std::uint64_t sequence{0};  // of what `at` points to
    std::uint64_t end{0};
    bool open{false};
    bool unnumbered{false};
  };

  [[nodiscard]] bool held(std::uint64_t sequence) const noexcept {
    return (bits_[(sequence & mask_) / 64] >> (sequence % 64) & 1U) != 0;
  }
  [[nodiscard]] std::uint64_t first_from(std::uint64_t sequence, bool wanted) const noexcept;
  [[nodiscard]] MonoTime known_since(std::uint64_t hole_end) const noexcept;
  void admit(std::size_t line, const MoldPacket& packet, MonoTime now);
  [[nodiscard]] bool deliver_incoming(ArbiterMessage& out) noexcept;
  [[nodiscard]] bool deliver_held(ArbiterMessage& out) noexcept;
  void hold_incoming() noexcept;
  void give_up_hole() noexcept;
  void change_session() noexcept;
  [[nodiscard]] std::optional<MoldRequest> ask(std::uint64_t at, std::uint64_t end,
                                               MonoTime now) noexcept;

  ArbiterSettings settings_;
  std::uint64_t mask_{0};
  std::vector<std::byte> bytes_;     // message_bytes_max a slot
  std::vector<Slot> slots_;          // by sequence & mask_
  std::vector<std::uint64_t> bits_;  // held messages, by sequence & mask_
  std::size_t held_count_{0};
  std::vector<Request> requests_;
  std::size_t request_count_{0};
  std::vector<LineCounters> lines_;
  ArbiterCounters counters_;

  MoldSession session_{};
  MoldSession previous_session_{};
  bool has_session_{false};
  bool has_previous_{false};
  std::uint64_t expected_{1};   // the next to deliver
  std::uint64_t known_end_{1};  // behind the newest that is known to exist
  MonoTime end_known_{};        // when known_end_ was last raised without messages
  bool end_seen_{false};
  bool giving_up_{false};
  bool finishing_{false};
  Incoming incoming_;
};
}  // namespace sq::feed::itch
