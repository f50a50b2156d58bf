#include "tools/binance-exchange/server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <system_error>

#include "tools/binance-exchange/session.hpp"

namespace sq::exchange {
Server::Server() = default;
Server::~Server() {
  sessions_.clear();
  for (const Listener& each : listeners_) ::close(each.fd);
}

std::uint16_t Server::listen(std::uint16_t port, Site& site, net::TlsContext* tls) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof at;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
      ::listen(fd, 128) != 0 || ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &length) != 0) {
    const int error = errno;
    ::close(fd);
    throw std::runtime_error("cannot listen on 127.0.0.1:" + std::to_string(port) + ": " +
                             std::generic_category().message(error));
  }
  listeners_.push_back({fd, &site, tls});
  return ntohs(at.sin_port);
}

void Server::accept_all(const Listener& listener, MonoTime now) {
  for (;;) {
    const int fd = ::accept4(listener.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    sessions_.push_back(std::make_unique<Session>(net::TcpSocket::adopt(fd, {}), *listener.site,
                                                  listener.tls, now));
  }
}

void Server::turn(int wait_ms, MonoTime now) {
  looks_.clear();
  for (const Listener& each : listeners_) looks_.push_back({each.fd, POLLIN, 0});
  for (const auto& each : sessions_) {
    each->send_waiting();
    const short wanted = each->frozen()          ? POLLRDHUP
                         : each->wants_to_send() ? POLLIN | POLLOUT
                                                 : POLLIN;
    looks_.push_back({each->fd(), wanted, 0});
  }
  ::poll(looks_.data(), looks_.size(), wait_ms);
  std::size_t at = listeners_.size();
  for (auto each = sessions_.begin(); each != sessions_.end(); ++at) {
    const bool readable = (looks_[at].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
    const bool hung_up = (looks_[at].revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
    each = (*each)->turn(readable, hung_up, now) ? std::next(each) : sessions_.erase(each);
  }
  for (std::size_t i = 0; i < listeners_.size(); ++i)
    if (looks_[i].revents != 0) accept_all(listeners_[i], now);
}
}  // namespace sq::exchange
