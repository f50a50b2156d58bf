// SoupBinTCP 3.00: packets over a TCP connection, found in bytes however they are split, and the
// fields of the login. A packet is a length (2 bytes, of what follows), a type and a payload.
// Thread: one per object. Cost: a packet that lies whole in the bytes given is not copied.
// Errors: SoupProblem; a broken stream stays broken, the connection must be closed.
// Source: Nasdaq SoupBinTCP 3.00 (2017-02-22).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/types/ids.hpp"
#include "engine/types/time.hpp"

namespace sq::feed::itch {
enum class SoupType : char {
  Debug = '+',
  LoginAccepted = 'A',
  LoginRejected = 'J',
  Sequenced = 'S',
  Unsequenced = 'U',
  ServerHeartbeat = 'H',
  EndOfSession = 'Z',
  LoginRequest = 'L',
  ClientHeartbeat = 'R',
  Logout = 'O'
};
enum class SoupReject : char { NotAuthorised = 'A', SessionNotAvailable = 'S' };

enum class SoupProblem : std::uint8_t {
  None,
  EmptyPacket,       // a length without a type
  UnexpectedPacket,  // a type that the peer may not send, or not now
  BadLogin,          // a login packet whose fields do not have their form
  PeerSilent,        // nothing for 15 s
  LoginTimedOut,     // no login, or no answer to it, for 30 s
  Rejected,          // by the server: SoupEvent::reject
  OutputFull         // the peer does not read what it is sent
};
[[nodiscard]] std::string_view text_of(SoupProblem) noexcept;

constexpr std::int64_t kSoupHeartbeat_ns = 1 * kNsPerSecond;  // after so long without sending
constexpr std::int64_t kSoupSilence_ns = 15 * kNsPerSecond;   // then the peer is gone
constexpr std::int64_t kSoupLogin_ns = 30 * kNsPerSecond;

using SoupSessionName = FixedText<10>;  // without padding

struct SoupPacket {
  SoupType type{};
  std::span<const std::byte> payload;  // valid until the next take() or give()
};

class SoupFramer {
 public:
  SoupFramer();
  // What take() still had to give of earlier bytes must have been taken.
  void give(std::span<const std::byte> bytes);
  // False: no whole packet. The rest of the bytes is kept (copied).
  [[nodiscard]] bool take(SoupPacket& out) noexcept;
  [[nodiscard]] bool broken() const noexcept { return broken_; }
  [[nodiscard]] std::size_t held_bytes() const noexcept { return held_; }  // of a partial packet
  void reset() noexcept;

 private:
  [[nodiscard]] bool fill_to(std::size_t wanted) noexcept;
  std::span<const std::byte> input_;
  std::vector<std::byte> partial_;  // room for the longest packet
  std::size_t held_{0};
  bool broken_{false};
};

// Packets that wait to be sent, in a buffer of fixed size.
class SoupOutput {
 public:
  explicit SoupOutput(std::size_t bytes) : bytes_(bytes) {}
  [[nodiscard]] bool put(SoupType type, std::span<const std::byte> payload) noexcept;
  [[nodiscard]] std::span<const std::byte> waiting() const noexcept {
    return std::span{bytes_}.subspan(begin_, end_ - begin_);
  }
  void sent(std::size_t count) noexcept;  // count <= waiting().size()
  void clear() noexcept { begin_ = end_ = 0; }

 private:
  std::vector<std::byte> bytes_;
  std::size_t begin_{0};
  std::size_t end_{0};
};

struct SoupLogin {
  FixedText<6> user;
  FixedText<10> password;
  SoupSessionName session;    // empty: the current one
  std::uint64_t sequence{0};  // the first wanted; 1: from the start, 0: only what is new
};
struct SoupAccept {
  SoupSessionName session;
  std::uint64_t sequence{0};  // of the next sequenced packet
};
constexpr std::size_t kSoupLoginBytes = 46;
constexpr std::size_t kSoupAcceptBytes = 30;
void write_login(std::span<std::byte, kSoupLoginBytes> to, const SoupLogin& login) noexcept;
void write_accept(std::span<std::byte, kSoupAcceptBytes> to, const SoupAccept& accept) noexcept;
// Empty: a field is not what it must be. A later form of the login has 5 more bytes (a heartbeat
// time), which are passed over.
[[nodiscard]] std::optional<SoupLogin> parse_login(std::span<const std::byte> payload) noexcept;
[[nodiscard]] std::optional<SoupAccept> parse_accept(std::span<const std::byte> payload) noexcept;
}  // namespace sq::feed::itch
