#include "tests/net/loopback_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace sq::test {
Peer::Peer(int fd, net::TlsContext* tls) : fd_{fd} {
  const timeval patience{10, 0};  // a test that waits for what never comes fails
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (tls == nullptr) return;
  tls_.emplace(*tls, "");
  while (tls_->state() == net::TlsState::Handshake && receive()) {
  }
}
Peer::~Peer() {
  if (fd_ >= 0) ::close(fd_);
}

bool Peer::receive() {
  std::array<std::byte, 4'096> piece{};
  if (!tls_) {
    const ssize_t n = ::recv(fd_, piece.data(), piece.size(), 0);
    if (n > 0) in_.append(reinterpret_cast<const char*>(piece.data()), static_cast<std::size_t>(n));
    return n > 0;
  }
  const auto room = tls_->room(4'096);
  const ssize_t n = ::recv(fd_, room.data(), room.size(), 0);
  if (n <= 0) return false;
  tls_->received(static_cast<std::size_t>(n));
  while (const std::size_t got = tls_->read(piece))
    in_.append(reinterpret_cast<const char*>(piece.data()), got);
  flush();
  return tls_->state() != net::TlsState::Failed && tls_->state() != net::TlsState::Ended;
}
void Peer::flush() {
  const auto out = tls_->out().waiting();
  ::send(fd_, out.data(), out.size(), MSG_NOSIGNAL);
  tls_->out().sent(out.size());
}
std::string Peer::read_until(const std::string& text) {
  while (in_.find(text) == std::string::npos) {
    if (!receive()) return {};
  }
  const std::size_t n = in_.find(text) + text.size();
  std::string got = in_.substr(0, n);
  in_.erase(0, n);
  return got;
}
std::string Peer::read_some(std::size_t bytes) {
  while (in_.size() < bytes && receive()) {
  }
  std::string got = in_.substr(0, bytes);
  in_.erase(0, bytes);
  return got;
}
void Peer::write(const std::string& text) {
  if (!tls_) {
    ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    return;
  }
  static_cast<void>(tls_->write({reinterpret_cast<const std::byte*>(text.data()), text.size()}));
  flush();
}
void Peer::write_slowly(const std::string& text) {
  for (const char c : text) write(std::string(1, c));
}
void Peer::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(fd_);
  fd_ = -1;
}
void Peer::end() {
  if (tls_) {
    tls_->close();
    flush();
  }
  ::shutdown(fd_, SHUT_WR);
}

LoopbackServer::LoopbackServer(Script script, net::TlsContext* tls)
    : script_{std::move(script)},
      tls_{tls},
      listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof at;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
      ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &length) != 0)
    throw std::runtime_error("no loopback server");
  port_ = ntohs(at.sin_port);
  thread_ = std::thread{[this] { run(); }};
}
LoopbackServer::~LoopbackServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}
void LoopbackServer::run() {
  for (int number = 0;; ++number) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    Peer peer{fd, tls_};
    script_(peer, number);
  }
}
}  // namespace sq::test
