// Both sides of a SoupBinTCP connection as state machines without sockets: bytes and time in,
// events and bytes out. The owner moves output() to the peer and closes when finished().
//   client: connect() → login → Accepted or Failed; receive() + next(), poll() at least every 100
//   ms server: LoginRequested → accept() or reject(); send(); end_session()
// Thread: one per object. Cost: no allocation after the constructor; payloads are not copied.
// Errors: SoupProblem in failed(); nothing from outside aborts. Time comes in with the calls.
// A client that connects again asks for what follows the last message it was given, so that
// nothing is lost or doubled; a server that starts later than asked shows as a gap.
// Source: Nasdaq SoupBinTCP 3.00 (2017-02-22).
#pragma once

#include "engine/feed/itch/soup_bin.hpp"

namespace sq::feed::itch {
enum class SoupEventKind : std::uint8_t {
  Accepted,        // client: sequence of the first message to come
  Sequenced,       // client: a message and its sequence
  Unsequenced,     // either side
  Debug,           // either side
  EndOfSession,    // client: no more messages; the server closes
  LoginRequested,  // server: `login`; answer with accept() or reject()
  LogoutRequested  // server: the client wants to close
};
struct SoupEvent {
  SoupEventKind kind{};
  std::uint64_t sequence{0};
  std::span<const std::byte> payload{};  // valid until the next next(), or receive()
  SoupLogin login{};
};

class SoupClient {
 public:
  enum class State : std::uint8_t { Closed, LoggingIn, Open, Ended, LoggedOut, Failed };
  struct Settings {
    FixedText<6> user;
    FixedText<10> password;
    SoupSessionName session;    // empty: the current one
    std::uint64_t sequence{1};  // 0: only what is new
    std::size_t output_bytes{1U << 16};
  };
  explicit SoupClient(const Settings& settings);

  void connect(MonoTime now);  // the TCP connection stands; also after an earlier one
  void receive(std::span<const std::byte> bytes, MonoTime now);
  [[nodiscard]] bool next(SoupEvent& out);
  void poll(MonoTime now);
  [[nodiscard]] bool send(std::span<const std::byte> payload, MonoTime now);  // unsequenced
  [[nodiscard]] bool debug(std::string_view text, MonoTime now);
  void log_out(MonoTime now);

  [[nodiscard]] std::span<const std::byte> output() const noexcept { return output_.waiting(); }
  void sent(std::size_t count) noexcept { output_.sent(count); }

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] bool finished() const noexcept { return state_ >= State::Ended; }
  [[nodiscard]] SoupProblem problem() const noexcept { return problem_; }
  [[nodiscard]] char reject_reason() const noexcept { return reject_reason_; }  // 'A', 'S'
  [[nodiscard]] const SoupSessionName& session() const noexcept { return session_; }
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return next_sequence_; }
  // Of all connections: the server began behind what was asked for.
  [[nodiscard]] std::uint64_t gaps() const noexcept { return gaps_; }
  [[nodiscard]] std::uint64_t missing() const noexcept { return missing_; }
  [[nodiscard]] std::uint64_t duplicates() const noexcept { return duplicates_; }  // dropped

 private:
  void fail(SoupProblem problem) noexcept;
  [[nodiscard]] bool put(SoupType type, std::span<const std::byte> payload, MonoTime now) noexcept;
  [[nodiscard]] bool on_login_answer(const SoupPacket& packet, SoupEvent& out);
  [[nodiscard]] bool on_packet(const SoupPacket& packet, SoupEvent& out);
  [[nodiscard]] bool on_sequenced(const SoupPacket& packet, SoupEvent& out);

  Settings settings_;
  SoupFramer framer_;
  SoupOutput output_;
  State state_{State::Closed};
  SoupProblem problem_{SoupProblem::None};
  char reject_reason_{'\0'};
  SoupSessionName session_;
  std::uint64_t next_sequence_{0};  // the next to hand out
  std::uint64_t arriving_{0};       // of the next sequenced packet
  bool known_{false};               // session_ and next_sequence_ are those of an accepted login
  MonoTime connected_{};
  MonoTime last_sent_{};
  MonoTime last_heard_{};
  std::uint64_t gaps_{0};
  std::uint64_t missing_{0};
  std::uint64_t duplicates_{0};
};

class SoupServer {  // one connection
 public:
  enum class State : std::uint8_t {
    AwaitingLogin,
    Deciding,
    Open,
    Ended,
    Rejected,
    LoggedOut,
    Failed
  };
  explicit SoupServer(MonoTime now, std::size_t output_bytes = 1U << 20);

  void receive(std::span<const std::byte> bytes, MonoTime now);
  [[nodiscard]] bool next(SoupEvent& out);
  void poll(MonoTime now);
  // Answers to LoginRequested; sequence >= 1 is that of the next send().
  void accept(const SoupSessionName& session, std::uint64_t sequence, MonoTime now);
  void reject(SoupReject reason, MonoTime now);
  // False: not open, or the output is full: send again when the peer has read.
  [[nodiscard]] bool send(std::span<const std::byte> payload, MonoTime now);
  [[nodiscard]] bool send_unsequenced(std::span<const std::byte> payload, MonoTime now);
  [[nodiscard]] bool debug(std::string_view text, MonoTime now);
  void end_session(MonoTime now);

  [[nodiscard]] std::span<const std::byte> output() const noexcept { return output_.waiting(); }
  void sent(std::size_t count) noexcept { output_.sent(count); }
  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] bool finished() const noexcept { return state_ >= State::Ended; }
  [[nodiscard]] SoupProblem problem() const noexcept { return problem_; }
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return next_sequence_; }

 private:
  void fail(SoupProblem problem) noexcept;
  [[nodiscard]] bool put(SoupType type, std::span<const std::byte> payload, MonoTime now) noexcept;
  [[nodiscard]] bool on_packet(const SoupPacket& packet, SoupEvent& out);

  SoupFramer framer_;
  SoupOutput output_;
  State state_{State::AwaitingLogin};
  SoupProblem problem_{SoupProblem::None};
  std::uint64_t next_sequence_{0};
  MonoTime connected_{};
  MonoTime last_sent_{};
  MonoTime last_heard_{};
};
}  // namespace sq::feed::itch
