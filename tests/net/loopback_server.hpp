// A server on loopback that a test scripts, with TLS or without: accepts, reads, answers,
// misbehaves.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "engine/net/tls/tls_session.hpp"

namespace sq::test {
// One accepted connection, blocking. Ends with the script.
class Peer {
 public:
  Peer(int fd, net::TlsContext* tls);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  // Until `text` has come; what came. "" and what there was at the end of the connection.
  std::string read_until(const std::string& text);
  std::string read_some(std::size_t bytes);
  void write(const std::string& text);
  void write_slowly(const std::string& text);  // an octet at a time
  void reset();                                // RST
  void end();                                  // in order, with close_notify
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  bool receive();
  void flush();
  int fd_;
  std::optional<net::TlsSession> tls_;
  std::string in_;
};

class LoopbackServer {
 public:
  using Script = std::function<void(Peer&, int number)>;
  // Runs the script for each connection, one after the other, until it is destroyed.
  LoopbackServer(Script script, net::TlsContext* tls = nullptr);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  void run();
  Script script_;
  net::TlsContext* tls_;
  int listener_{-1};
  std::uint16_t port_{0};
  std::thread thread_;
};
}  // namespace sq::test
