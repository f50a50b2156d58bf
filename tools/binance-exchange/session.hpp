// One connection of the server: requests in, answers out, or after an upgrade messages both ways;
// with TLS or without. What goes out may be late, lost, doubled, cut in pieces or the last word:
// see Delivery.
// Thread: the server's. Cost: a receive and a send a turn. Errors: a connection that breaks a
// protocol is ended with the answer its protocol has for it.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/net/socket/tcp_socket.hpp"
#include "engine/net/tls/tls_session.hpp"
#include "engine/net/websocket/session.hpp"
#include "tools/binance-exchange/server.hpp"

namespace sq::exchange {
class Session final : public WebPeer {
 public:
  Session(net::TcpSocket socket, Site& site, net::TlsContext* tls, MonoTime now);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // False: it is over.
  [[nodiscard]] bool turn(bool readable, bool hung_up, MonoTime now);
  [[nodiscard]] int fd() const noexcept { return socket_.fd(); }
  [[nodiscard]] bool frozen() const noexcept { return frozen_; }
  // Bytes wait that the socket should take.
  [[nodiscard]] bool wants_to_send() const noexcept { return !frozen_ && unsent() != 0; }
  // What others' requests brought it, before the next wait; pieces wait for their turns.
  void send_waiting() {
    if (wants_to_send() && piece_bytes_ == 0) flush();
  }

  void send(std::string_view payload, const Delivery& how) override;
  void close(std::uint16_t code, std::string_view reason) override;
  void drop() override { dropped_ = true; }
  [[nodiscard]] const WebRequest& request() const noexcept override { return request_; }
  [[nodiscard]] std::size_t unsent() const noexcept override {
    return tls_ ? tls_->out().size() : plain_.size();
  }

 private:
  struct Late {
    MonoTime due{};
    std::string payload;
    Delivery how;
  };
  void limit();
  void break_off();  // RST
  std::size_t read(std::span<std::byte> to);
  void write(std::string_view text);
  void flush();
  void move_out();
  void put(std::string_view payload, const Delivery& how);
  void send_late(MonoTime now);
  void receive(MonoTime now);
  void serve_messages(MonoTime now);
  void serve_requests(MonoTime now);
  void answer(MonoTime now);
  void answer_late();
  void open(const std::string& key, MonoTime now);

  net::TcpSocket socket_;
  Site& site_;
  std::optional<net::TlsSession> tls_;
  net::SendBuffer plain_;
  std::string in_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  WebRequest request_;
  std::optional<net::WebSocketSession> web_;
  MonoTime now_;
  MonoTime pinged_;
  std::deque<Late> late_;          // messages; the due ones go in their order here
  std::vector<std::string> held_;  // behind the next message
  MonoTime held_since_{};
  std::optional<Late> late_answer_;  // of a request; those behind it wait
  bool late_keep_alive_{true};
  std::size_t piece_bytes_{0};  // 0: no limit
  bool open_{false};
  bool ended_{false};  // when everything was sent
  bool broken_{false};
  bool dropped_{false};
  bool frozen_{false};
};
}  // namespace sq::exchange
