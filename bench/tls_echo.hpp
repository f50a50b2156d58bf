// A bare TLS echo on loopback, the floor of everything that answers over TLS: OpenSSL on two
// non-blocking sockets that are spun, nothing else.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/ticks.hpp"

namespace sq::bench {
class TlsEcho {
 public:
  TlsEcho(const std::string& certificate, const std::string& key) {
    server_context_ = ::SSL_CTX_new(::TLS_server_method());
    client_context_ = ::SSL_CTX_new(::TLS_client_method());
    if (::SSL_CTX_use_certificate_chain_file(server_context_, certificate.c_str()) != 1 ||
        ::SSL_CTX_use_PrivateKey_file(server_context_, key.c_str(), SSL_FILETYPE_PEM) != 1)
      throw std::runtime_error("tls echo: " + certificate);
  }
  ~TlsEcho() {
    ::SSL_CTX_free(server_context_);
    ::SSL_CTX_free(client_context_);
  }
  TlsEcho(const TlsEcho&) = delete;
  TlsEcho& operator=(const TlsEcho&) = delete;

  // Ticks from before `out_bytes` are written until `back_bytes` of the answer are read, each time.
  std::vector<std::uint64_t> run(std::size_t rounds, std::size_t out_bytes,
                                 std::size_t back_bytes) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(listener, 1) != 0)
      throw std::runtime_error("tls echo: no socket");
    socklen_t length = sizeof at;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &length);
    std::atomic<bool> stop{false};
    std::thread echo{[&] { answer(at, out_bytes, back_bytes, stop); }};
    const int fd = ::accept(listener, nullptr, nullptr);
    ::close(listener);
    SSL* const ssl = ::SSL_new(server_context_);
    ::SSL_set_fd(ssl, fd);
    static_cast<void>(::SSL_accept(ssl));
    no_delay(fd);
    std::vector<std::uint64_t> ticks;
    std::vector<char> out(out_bytes, 'm');
    std::vector<char> back(back_bytes);
    for (std::size_t i = 0; i < rounds; ++i) {
      const std::uint64_t begin = ticks_begin();
      static_cast<void>(::SSL_write(ssl, out.data(), static_cast<int>(out.size())));
      read_all(ssl, back, stop);
      ticks.push_back(ticks_end() - begin);
    }
    stop.store(true);
    ::shutdown(fd, SHUT_RDWR);
    echo.join();
    ::SSL_free(ssl);
    ::close(fd);
    return ticks;
  }

 private:
  static void no_delay(int fd) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  }
  static bool read_all(SSL* ssl, std::vector<char>& into, const std::atomic<bool>& stop) {
    std::size_t have = 0;
    while (have < into.size()) {
      const int n = ::SSL_read(ssl, into.data() + have, static_cast<int>(into.size() - have));
      if (n > 0) have += static_cast<std::size_t>(n);
      if (n <= 0 && stop.load(std::memory_order_relaxed)) return false;
    }
    return true;
  }
  void answer(const sockaddr_in& at, std::size_t out_bytes, std::size_t back_bytes,
              const std::atomic<bool>& stop) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    static_cast<void>(::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at));
    SSL* const ssl = ::SSL_new(client_context_);
    ::SSL_set_fd(ssl, fd);
    static_cast<void>(::SSL_connect(ssl));
    no_delay(fd);
    std::vector<char> message(out_bytes);
    const std::vector<char> order(back_bytes, 'o');
    while (read_all(ssl, message, stop))
      static_cast<void>(::SSL_write(ssl, order.data(), static_cast<int>(order.size())));
    ::SSL_free(ssl);
    ::close(fd);
  }

  SSL_CTX* server_context_;
  SSL_CTX* client_context_;
};
}  // namespace sq::bench
