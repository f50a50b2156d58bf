#include "engine/net/socket/tcp_socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace sq::net {
namespace {
const sockaddr* address_of(const Endpoint& endpoint) noexcept {
  return reinterpret_cast<const sockaddr*>(endpoint.address);
}
// Options are hints: a kernel that does not know one is no reason not to trade.
void apply(int fd, const TcpOptions& options) noexcept {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  if (options.busy_poll_us > 0)
    ::setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &options.busy_poll_us, sizeof options.busy_poll_us);
  if (options.timestamps) ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  const auto wait = static_cast<unsigned>(options.unacknowledged_ms_max);
  if (wait > 0) ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &wait, sizeof wait);
}
static_assert(EAGAIN == EWOULDBLOCK);
bool would_block(int error) noexcept { return error == EAGAIN; }

WallTime stamp_of(msghdr& message) noexcept {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec at{};
    std::memcpy(&at, CMSG_DATA(c), sizeof at);
    return WallTime{std::int64_t{at.tv_sec} * kNsPerSecond + at.tv_nsec};
  }
  return {};
}
}  // namespace

std::string Endpoint::text() const {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getnameinfo(address_of(*this), length, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "?";
  const bool six = family == AF_INET6;
  return (six ? "[" : "") + std::string{host.data()} + (six ? "]:" : ":") + port.data();
}

std::vector<Endpoint> resolve(const std::string& host, std::uint16_t port, std::string& problem) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned{list, &::freeaddrinfo};
  std::vector<Endpoint> found;
  if (error != 0) {
    problem = host + ": " + ::gai_strerror(error);
    return found;
  }
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    Endpoint endpoint;
    if (each->ai_addrlen > sizeof endpoint.address) continue;
    std::memcpy(endpoint.address, each->ai_addr, each->ai_addrlen);
    endpoint.length = each->ai_addrlen;
    endpoint.family = each->ai_family;
    found.push_back(endpoint);
  }
  if (found.empty()) problem = host + ": no address";
  return found;
}

TcpSocket::~TcpSocket() { close(); }
TcpSocket::TcpSocket(TcpSocket&& other) noexcept
    : fd_{std::exchange(other.fd_, -1)}, timestamps_{other.timestamps_} {}
TcpSocket& TcpSocket::operator=(TcpSocket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
    timestamps_ = other.timestamps_;
  }
  return *this;
}
void TcpSocket::close() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

TcpSocket TcpSocket::connect(const Endpoint& to, const TcpOptions& options, int& error) {
  TcpSocket made{::socket(to.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                 options.timestamps};
  error = made ? 0 : errno;
  if (error != 0) return made;
  apply(made.fd_, options);
  if (::connect(made.fd_, address_of(to), to.length) != 0 && errno != EINPROGRESS) {
    error = errno;
    made.close();
  }
  return made;
}
TcpSocket TcpSocket::adopt(int fd, const TcpOptions& options) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  apply(fd, options);
  return TcpSocket{fd, options.timestamps};
}

TcpSocket::Connected TcpSocket::connected(int& error) noexcept {
  pollfd look{fd_, POLLOUT, 0};
  const int ready = ::poll(&look, 1, 0);
  if (ready == 0) return Connected::NotYet;
  socklen_t length = sizeof error;
  if (ready < 0 || ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  return error == 0 ? Connected::Yes : Connected::Failed;
}

TcpSocket::Received TcpSocket::receive(std::span<std::byte> to) noexcept {
  Received received;
  ssize_t n = 0;
  do {
    if (timestamps_) {
      alignas(cmsghdr) std::array<std::byte, 128> control{};
      iovec room{to.data(), to.size()};
      msghdr message{};
      message.msg_iov = &room;
      message.msg_iovlen = 1;
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      n = ::recvmsg(fd_, &message, 0);
      if (n > 0) received.at = stamp_of(message);
    } else {
      n = ::recv(fd_, to.data(), to.size(), 0);
    }
  } while (n < 0 && errno == EINTR);
  if (n > 0) {
    received.bytes = static_cast<std::size_t>(n);
  } else if (n == 0) {
    received.ended = !to.empty();
  } else if (!would_block(errno)) {
    received.error = errno;
  }
  return received;
}

TcpSocket::Sent TcpSocket::send(std::span<const std::byte> from) noexcept {
  Sent sent;
  while (sent.bytes < from.size()) {
    const ssize_t n = ::send(fd_, from.data() + sent.bytes, from.size() - sent.bytes, MSG_NOSIGNAL);
    if (n > 0) {
      sent.bytes += static_cast<std::size_t>(n);
    } else if (n < 0 && errno != EINTR) {
      if (!would_block(errno)) sent.error = errno;
      break;
    }
  }
  return sent;
}
void TcpSocket::end_sending() noexcept { ::shutdown(fd_, SHUT_WR); }
}  // namespace sq::net
