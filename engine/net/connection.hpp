// A connection to a server: TCP and, with a context, TLS; tries one address after the other.
// Polled, never blocks. Thread: the owner's. Cost: a system call a step, and TLS. Errors: state()
// and failure(), in words; what was written before is then of unknown fate. Time is the caller's.
// Source: faults N07, N08 (truncation), N19 (addresses), O08; pitfall 43 (each wait has its own
// limit).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/net/socket/tcp_socket.hpp"
#include "engine/net/tls/tls_session.hpp"

namespace sq::net {
struct ConnectionSettings {
  std::string host;
  std::uint16_t port{443};
  std::vector<Endpoint> addresses;  // of the host, in the order to try: see resolve()
  TlsContext* tls{nullptr};         // null: plain TCP
  TcpOptions tcp{};
  std::int64_t connect_ns_max{5 * kNsPerSecond};    // each address
  std::int64_t handshake_ns_max{5 * kNsPerSecond};  // TLS
};
enum class ConnectionState : std::uint8_t {
  Connecting,
  Handshake,
  Open,
  Ended,      // the peer ended it in order
  Truncated,  // the peer, or the way, ended it without a word; plain TCP cannot tell
  Failed
};

class Connection {
 public:
  Connection(ConnectionSettings settings, MonoTime now);

  // Goes on with what is due: connecting, the handshake, bytes that wait to be sent.
  void step(MonoTime now);
  // Plaintext that is there; 0: none now. Step first.
  [[nodiscard]] std::size_t read(std::span<std::byte> to);
  // Taken whole once Open; false otherwise. Sent at once as far as the socket takes it.
  [[nodiscard]] bool write(std::span<const std::byte> bytes);
  // Says that no more comes and sends what waits; the peer's end is then awaited by the owner.
  void end();
  void close() noexcept { socket_.close(); }

  [[nodiscard]] ConnectionState state() const noexcept { return state_; }
  [[nodiscard]] bool open() const noexcept { return state_ == ConnectionState::Open; }
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  [[nodiscard]] std::size_t unsent() const noexcept {
    return tls_ ? tls_->out().size() : plain_.size();
  }
  [[nodiscard]] WallTime received_at() const noexcept { return received_at_; }  // by the kernel
  [[nodiscard]] int fd() const noexcept { return socket_.fd(); }
  [[nodiscard]] const TlsSession* tls() const noexcept { return tls_ ? &*tls_ : nullptr; }

 private:
  void try_next(MonoTime now);
  void on_connected(MonoTime now);
  void fail(std::string what);
  void flush();
  void receive_ciphertext();
  void look_at_tls();

  ConnectionSettings settings_;
  TcpSocket socket_;
  std::optional<TlsSession> tls_;
  SendBuffer plain_;
  ConnectionState state_{ConnectionState::Connecting};
  std::string failure_;
  std::size_t next_address_{0};
  MonoTime since_{};  // of the address tried, or the handshake
  WallTime received_at_{};
};
}  // namespace sq::net
