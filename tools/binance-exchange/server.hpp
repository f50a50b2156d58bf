// A polled server for HTTP and WebSocket, with TLS or without, many connections on one thread.
// Thread: the one that calls turn(). Cost: a poll a turn. Errors: constructors throw with address
// and reason; a connection that breaks a protocol is ended with the answer its protocol has for it.
// Source: RFC 9112 as Boost.Beast parses requests, RFC 6455 (engine/net/websocket).
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/net/socket/tcp_socket.hpp"
#include "engine/net/tls/tls_session.hpp"
#include "engine/net/websocket/session.hpp"

namespace sq::exchange {
struct WebRequest {
  std::string method;
  std::string path;          // without the query
  std::string query;         // raw
  std::string body;          // raw
  std::string api_key;       // X-MBX-APIKEY
  bool microseconds{false};  // X-MBX-TIME-UNIT
};
struct WebAnswer {
  int status{200};
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};
};

// One WebSocket connection, as its handler sees it.
class WebPeer {
 public:
  virtual void send(std::string_view text) = 0;
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  virtual void drop() = 0;  // without a word
  [[nodiscard]] virtual const WebRequest& request() const noexcept = 0;
  [[nodiscard]] virtual std::size_t unsent() const noexcept = 0;

 protected:
  ~WebPeer() = default;
};

// What a listener serves.
class Site {
 public:
  [[nodiscard]] virtual WebAnswer on_request(const WebRequest& request) = 0;
  // False: 404 instead of an upgrade.
  [[nodiscard]] virtual bool on_open(WebPeer& peer) = 0;
  virtual void on_text(WebPeer& peer, std::string_view text) = 0;
  virtual void on_closed(WebPeer& peer) = 0;

 protected:
  ~Site() = default;
};

class Server {
 public:
  Server();
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens on 127.0.0.1; port 0: any. Returns the port. `site` and `tls` outlive the server.
  std::uint16_t listen(std::uint16_t port, Site& site, net::TlsContext* tls);
  // Waits at most so long, then does all that is due.
  void turn(int wait_ms, MonoTime now);
  [[nodiscard]] std::size_t connections() const noexcept { return sessions_.size(); }

 private:
  class Session;
  struct Listener {
    int fd{-1};
    Site* site{nullptr};
    net::TlsContext* tls{nullptr};
  };
  void accept_all(const Listener& listener, MonoTime now);
  std::vector<Listener> listeners_;
  std::list<std::unique_ptr<Session>> sessions_;
};
}  // namespace sq::exchange
