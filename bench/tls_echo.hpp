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
#include "bench/wire_pace.hpp"

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

  // Ticks from when `out_bytes` were due until the `back_bytes` of the answer are read, for each
  // message that asks for one.
  std::vector<std::uint64_t> run(const Pace& pace, std::size_t out_bytes, std::size_t back_bytes) {
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
    Reading back{ssl, back_bytes};
    const auto send = [&](bool asks) {
      out[0] = asks ? kAsks : 'm';
      static_cast<void>(::SSL_write(ssl, out.data(), static_cast<int>(out.size())));
    };
    if (pace.closed()) {
      for (std::size_t i = 0; i < pace.rounds; ++i) {
        const std::uint64_t begin = ticks_begin();
        send(true);
        while (!back.whole()) {
        }
        const std::uint64_t end = ticks_end();
        ticks.push_back(end - begin);
        while (ticks_begin() - end < pace.pause) static_cast<void>(back.whole());
      }
    } else {
      const std::uint64_t begin = ticks_begin();
      std::size_t answered = 0;  // messages whose answer came, or that asked for none
      const auto take = [&] {
        if (!back.whole()) return;
        ticks.push_back(ticks_end() - begin - pace.dues[answered]);
        answered += 2;
      };
      for (std::size_t i = 0; i < pace.dues.size(); ++i) {
        while (ticks_begin() - begin < pace.dues[i]) take();
        send(Pace::asks(i));
      }
      while (answered < pace.dues.size()) take();
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
  static constexpr char kAsks = 'a';
  // A message of known size, a piece at a time.
  struct Reading {
    Reading(SSL* from, std::size_t bytes) : ssl{from}, into(bytes) {}
    // True once for each message.
    bool whole() {
      const int n = ::SSL_read(ssl, into.data() + have, static_cast<int>(into.size() - have));
      if (n > 0) have += static_cast<std::size_t>(n);
      if (have < into.size()) return false;
      have = 0;
      return true;
    }
    SSL* ssl;
    std::vector<char> into;
    std::size_t have{0};
  };
  void answer(const sockaddr_in& at, std::size_t out_bytes, std::size_t back_bytes,
              const std::atomic<bool>& stop) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    static_cast<void>(::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at));
    SSL* const ssl = ::SSL_new(client_context_);
    ::SSL_set_fd(ssl, fd);
    static_cast<void>(::SSL_connect(ssl));
    no_delay(fd);
    Reading message{ssl, out_bytes};
    const std::vector<char> order(back_bytes, 'o');
    while (!stop.load(std::memory_order_relaxed))
      if (message.whole() && message.into[0] == kAsks)
        static_cast<void>(::SSL_write(ssl, order.data(), static_cast<int>(order.size())));
    ::SSL_free(ssl);
    ::close(fd);
  }

  SSL_CTX* server_context_;
  SSL_CTX* client_context_;
};
}  // namespace sq::bench
