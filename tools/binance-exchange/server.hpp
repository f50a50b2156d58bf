// A polled server for HTTP and WebSocket, with TLS or without, many connections on one thread.
// Thread: the one that calls turn(). Cost: a poll a turn. Errors: constructors throw with address
// and reason; a connection that breaks a protocol is ended with the answer its protocol has for it.
// Source: RFC 9112 as Boost.Beast parses requests, RFC 6455 (engine/net/websocket).
#pragma once

#include <poll.h>

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/net/tls/tls_session.hpp"
#include "engine/types/time.hpp"

namespace sq::exchange {
struct WebRequest {
  std::string method;
  std::string path;          // without the query
  std::string query;         // raw
  std::string body;          // raw
  std::string api_key;       // X-MBX-APIKEY
  bool microseconds{false};  // X-MBX-TIME-UNIT
};
// How a message goes out; anything but the defaults is a fault.
struct Delivery {
  std::int64_t delay_ms{0};
  bool in_order{false};        // what comes behind a late one waits for it
  int copies{1};               // 0: lost
  bool behind_next{false};     // of its connection; after a second without one it goes
  std::size_t piece_bytes{0};  // TCP segments of so many bytes; 0: as they come
  bool reset{false};           // the connection is reset instead
  bool freeze{false};          // instead nothing is sent or read from here on
  bool binary{false};
};
struct WebAnswer {
  int status{200};
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string content_type{"application/json;charset=UTF-8"};
  Delivery delivery{};
};

// One WebSocket connection, as its handler sees it.
class WebPeer {
 public:
  void send(std::string_view text) { send(text, Delivery{}); }
  virtual void send(std::string_view payload, const Delivery& how) = 0;
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
  // Empty: it is open; else the answer instead of an upgrade. What is sent here is not heard.
  [[nodiscard]] virtual std::optional<WebAnswer> on_open(WebPeer& peer) = 0;
  virtual void on_text(WebPeer& peer, std::string_view text) = 0;
  virtual void on_closed(WebPeer& peer) = 0;

 protected:
  ~Site() = default;
};

class Session;
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
  struct Listener {
    int fd{-1};
    Site* site{nullptr};
    net::TlsContext* tls{nullptr};
  };
  void accept_all(const Listener& listener, MonoTime now);

  std::vector<Listener> listeners_;
  std::list<std::unique_ptr<Session>> sessions_;
  std::vector<pollfd> looks_;
};
}  // namespace sq::exchange
