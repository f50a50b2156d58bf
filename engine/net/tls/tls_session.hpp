// One TLS connection without a socket: what the socket received in, plaintext out; plaintext in,
// what the socket is to send out. Handshake, tickets and key updates happen inside. Thread: its
// context's. Cost: OpenSSL's; no copies beside the two of the record layer, no allocation of ours
// once buffers settled. Errors: state() Failed with failure(); an end without close_notify is
// Truncated, and never an orderly end (fault N07).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/net/send_buffer.hpp"
#include "engine/net/tls/tls_context.hpp"

namespace sq::net {
enum class TlsState : std::uint8_t {
  Handshake,
  Open,
  Ended,      // the peer said close_notify; what it had sent can still be read
  Truncated,  // the connection ended without it
  Failed
};

class TlsSession {
 public:
  // `host`: the name that the server's certificate must have, and that is sent as SNI; an address
  // counts as one. A server's session takes none.
  TlsSession(TlsContext& context, const std::string& host);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Ciphertext from the socket is received into room(), then told.
  [[nodiscard]] std::span<std::byte> room(std::size_t bytes_min);
  void received(std::size_t bytes);
  // The socket has ended: behind a close_notify in order, else truncated.
  void end_of_input();
  // Ciphertext that waits to be sent.
  [[nodiscard]] SendBuffer& out() noexcept;
  [[nodiscard]] const SendBuffer& out() const noexcept;

  // Plaintext into `to`; 0: none now. Goes on with the handshake.
  [[nodiscard]] std::size_t read(std::span<std::byte> to);
  // False: without new ciphertext read() has nothing; a look that costs no call of OpenSSL's.
  [[nodiscard]] bool may_have_plaintext() const noexcept;
  // Takes all of it once Open; false: not open.
  [[nodiscard]] bool write(std::span<const std::byte> from);
  // Says close_notify; reading goes on.
  void close();

  [[nodiscard]] TlsState state() const noexcept;
  [[nodiscard]] std::string_view failure() const noexcept;
  [[nodiscard]] bool resumed() const noexcept;  // the handshake continued an earlier session
  [[nodiscard]] std::string_view version() const noexcept;  // "TLSv1.3"

  struct Parts;  // OpenSSL's callbacks need it

 private:
  std::unique_ptr<Parts> parts_;
};
}  // namespace sq::net
