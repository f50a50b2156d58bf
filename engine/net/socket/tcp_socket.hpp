// A non-blocking TCP connection, as a client or accepted.
// Thread: the owner's; resolve() blocks and belongs to a cold thread. Cost: a system call each.
// Errors: values, an errno each; a receive that would block is no error.
// Source: faults N01 (user timeout), N19 (several addresses), N20 (full buffers); issue:
// TCP_NODELAY, busy polling, receive time stamps where the kernel gives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/types/time.hpp"

namespace sq::net {
struct Endpoint {
  alignas(8) std::byte address[128]{};  // a sockaddr
  std::uint32_t length{0};
  int family{0};
  [[nodiscard]] std::string text() const;  // "127.0.0.1:443", "[::1]:443"
};
// All addresses of a host, in the order to try. Empty: `problem` says why.
[[nodiscard]] std::vector<Endpoint> resolve(const std::string& host, std::uint16_t port,
                                            std::string& problem);

struct TcpOptions {
  int busy_poll_us{0};     // SO_BUSY_POLL; needs CAP_NET_ADMIN to rise, else as it was
  bool timestamps{false};  // SO_TIMESTAMPNS of what is received
  std::int64_t unacknowledged_ms_max{20'000};  // TCP_USER_TIMEOUT; 0: the system's
};

class TcpSocket {
 public:
  TcpSocket() noexcept = default;
  ~TcpSocket();
  TcpSocket(TcpSocket&& other) noexcept;
  TcpSocket& operator=(TcpSocket&& other) noexcept;

  // Begins to connect; 0, or why not.
  [[nodiscard]] static TcpSocket connect(const Endpoint& to, const TcpOptions& options, int& error);
  // Takes over a descriptor, e.g. an accepted one.
  [[nodiscard]] static TcpSocket adopt(int fd, const TcpOptions& options);

  enum class Connected : std::uint8_t { Yes, NotYet, Failed };
  [[nodiscard]] Connected connected(int& error) noexcept;

  struct Received {
    std::size_t bytes{0};
    bool ended{false};  // the peer sends no more
    int error{0};
    WallTime at{};  // when the kernel had it; 0: not asked, or not told
  };
  [[nodiscard]] Received receive(std::span<std::byte> to) noexcept;
  struct Sent {
    std::size_t bytes{0};
    int error{0};
  };
  [[nodiscard]] Sent send(std::span<const std::byte> from) noexcept;
  // No more is sent; the peer reads to the end.
  void end_sending() noexcept;
  void close() noexcept;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  explicit TcpSocket(int fd, bool timestamps) noexcept : fd_{fd}, timestamps_{timestamps} {}
  int fd_{-1};
  bool timestamps_{false};
};
}  // namespace sq::net
