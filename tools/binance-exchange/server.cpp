#include "tools/binance-exchange/server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "engine/net/http/response_parser.hpp"
#include "engine/net/websocket/handshake.hpp"

namespace sq::exchange {
namespace {
namespace http = boost::beast::http;
constexpr std::size_t kReceiveBytes = 16U << 10U;
constexpr std::size_t kBacklogMax = std::size_t{8} << 20U;  // a reader this far behind is dropped
constexpr std::int64_t kPingEveryNs = 20 * kNsPerSecond;

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 409:
      return "Conflict";
    case 418:
      return "I'm a teapot";
    case 429:
      return "Too Many Requests";
    case 503:
      return "Service Unavailable";
    default:
      return "Answer";
  }
}
std::string text_of(const WebAnswer& answer, bool keep_alive) {
  std::string text{"HTTP/1.1 "};
  text.append(std::to_string(answer.status)).append(" ").append(reason_of(answer.status));
  text.append("\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: ");
  text.append(std::to_string(answer.body.size())).append("\r\n");
  for (const auto& [name, value] : answer.headers)
    text.append(name).append(": ").append(value).append("\r\n");
  if (!keep_alive) text.append("Connection: close\r\n");
  return text.append("\r\n").append(answer.body);
}
}  // namespace

class Server::Session final : public WebPeer {
 public:
  Session(net::TcpSocket socket, const Listener& listener, MonoTime now)
      : socket_{std::move(socket)}, site_{*listener.site}, pinged_{now} {
    if (listener.tls != nullptr) tls_.emplace(*listener.tls, "");
    parser_.emplace();
    limit();
  }
  ~Session() {
    if (open_) site_.on_closed(*this);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // False: it is over.
  [[nodiscard]] bool turn(bool readable, MonoTime now) {
    if (readable) receive(now);
    if (socket_ws_) {
      serve_messages(now);
      if (now - pinged_ >= kPingEveryNs) {
        pinged_ = now;
        const std::string stamp = std::to_string(now.ns / kNsPerMs);
        socket_ws_->ping({reinterpret_cast<const std::byte*>(stamp.data()), stamp.size()});
      }
      socket_ws_->on_time(now);
      move_out();
      if (socket_ws_->state() == net::WebSocketState::Ended) ended_ = true;
    }
    flush();
    if (dropped_ || broken_) return false;
    return !ended_ || unsent() != 0;
  }
  [[nodiscard]] int fd() const noexcept { return socket_.fd(); }

  void send(std::string_view text) override {
    if (!socket_ws_) return;
    socket_ws_->send_text(text);
    move_out();
    flush();
    if (unsent() > kBacklogMax) dropped_ = true;
  }
  void close(std::uint16_t code, std::string_view reason) override {
    if (socket_ws_) socket_ws_->close(code, reason, MonoTime{});
    move_out();
  }
  void drop() override { dropped_ = true; }
  [[nodiscard]] const WebRequest& request() const noexcept override { return request_; }
  [[nodiscard]] std::size_t unsent() const noexcept override {
    return tls_ ? tls_->out().size() : plain_.size();
  }

 private:
  void limit() {
    parser_->header_limit(64U << 10U);
    parser_->body_limit(1U << 20U);
    parser_->eager(true);
  }
  std::size_t read(std::span<std::byte> to) {
    if (!tls_) {
      const auto received = socket_.receive(to);
      if (received.error != 0) broken_ = true;
      if (received.ended) ended_ = true;
      return received.bytes;
    }
    const std::size_t first = tls_->read(to);
    if (first != 0) return first;
    const auto received = socket_.receive(tls_->room(kReceiveBytes));
    tls_->received(received.bytes);
    if (received.error != 0) broken_ = true;
    if (received.ended) ended_ = true;
    const std::size_t n = tls_->read(to);
    if (tls_->state() != net::TlsState::Handshake && tls_->state() != net::TlsState::Open)
      ended_ = true;
    return n;
  }
  void write(std::string_view text) {
    const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(text.data()),
                                           text.size()};
    if (!tls_) {
      plain_.append(bytes);
    } else if (!tls_->write(bytes)) {
      broken_ = true;
    }
  }
  void flush() {
    net::SendBuffer& out = tls_ ? tls_->out() : plain_;
    if (out.empty()) return;
    const auto sent = socket_.send(out.waiting());
    out.sent(sent.bytes);
    if (sent.error != 0) broken_ = true;
  }
  void move_out() {
    if (!socket_ws_ || socket_ws_->out().empty()) return;
    const auto waiting = socket_ws_->out().waiting();
    write({reinterpret_cast<const char*>(waiting.data()), waiting.size()});
    socket_ws_->out().clear();
  }

  void receive(MonoTime now) {
    for (int i = 0; i < 64 && !broken_ && !dropped_; ++i) {
      if (socket_ws_) {
        const std::size_t n = read(socket_ws_->room(kReceiveBytes));
        socket_ws_->received(n, now);
        if (n == 0) return;
        serve_messages(now);
        continue;
      }
      std::array<std::byte, kReceiveBytes> piece{};
      const std::size_t n = read(piece);
      if (n == 0) return;
      in_.append(reinterpret_cast<const char*>(piece.data()), n);
      serve_requests(now);
    }
  }
  void serve_messages(MonoTime now) {
    net::WebSocketSession::Message message;
    while (socket_ws_->next(message, now)) {
      if (message.opcode == net::Opcode::Text) site_.on_text(*this, message.text());
      if (dropped_) return;
    }
    move_out();
  }

  void serve_requests(MonoTime now) {
    while (!socket_ws_ && !in_.empty() && !broken_ && !ended_) {
      boost::beast::error_code error;
      const std::size_t used = parser_->put(boost::asio::buffer(in_), error);
      in_.erase(0, used);
      if (error == http::error::need_more) return;
      if (error) {
        write(text_of({400, R"({"code":-1100,"msg":"Malformed request."})", {}}, false));
        ended_ = true;
        return;
      }
      if (!parser_->is_done()) {
        if (used == 0) return;
        continue;
      }
      answer(now);
    }
  }
  void answer(MonoTime now) {
    const auto& message = parser_->get();
    const std::string target{message.target().data(), message.target().size()};
    const std::size_t mark = std::min(target.find('?'), target.size());
    const auto field = [&](const char* name) {
      const auto value = message[name];
      return std::string{value.data(), value.size()};
    };
    request_.method.assign(message.method_string().data(), message.method_string().size());
    request_.path = target.substr(0, mark);
    request_.query = target.substr(std::min(mark + 1, target.size()));
    request_.body = message.body();
    request_.api_key = field("X-MBX-APIKEY");
    request_.microseconds = net::equal_ignoring_case(field("X-MBX-TIME-UNIT"), "microsecond");
    const bool keep_alive = message.keep_alive();
    const std::string key = field("Sec-WebSocket-Key");
    if (net::equal_ignoring_case(field("Upgrade"), "websocket") && !key.empty()) {
      open(key, now);
    } else {
      write(text_of(site_.on_request(request_), keep_alive));
      if (!keep_alive) ended_ = true;
    }
    parser_.emplace();
    limit();
  }
  void open(const std::string& key, MonoTime now) {
    net::WebSocketSettings settings;
    settings.role = net::WebSocketRole::Server;
    settings.message_bytes_max = 1U << 20U;
    std::string text{
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"};
    text.append("Sec-WebSocket-Accept: ").append(net::websocket_accept(key)).append("\r\n\r\n");
    socket_ws_.emplace(settings, now);
    write(text);
    if (!site_.on_open(*this)) {
      socket_ws_->close(net::close_code::kPolicy, "unknown path", now);
      move_out();
      return;
    }
    open_ = true;
    if (in_.empty()) return;
    std::memcpy(socket_ws_->room(in_.size()).data(), in_.data(), in_.size());
    socket_ws_->received(in_.size(), now);
    in_.clear();
  }

  net::TcpSocket socket_;
  Site& site_;
  std::optional<net::TlsSession> tls_;
  net::SendBuffer plain_;
  std::string in_;
  std::optional<http::request_parser<http::string_body>> parser_;
  WebRequest request_;
  std::optional<net::WebSocketSession> socket_ws_;
  MonoTime pinged_;
  bool open_{false};
  bool ended_{false};  // when everything was sent
  bool broken_{false};
  bool dropped_{false};
};

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
    sessions_.push_back(std::make_unique<Session>(net::TcpSocket::adopt(fd, {}), listener, now));
  }
}

void Server::turn(int wait_ms, MonoTime now) {
  std::vector<pollfd> looks;
  for (const Listener& each : listeners_) looks.push_back({each.fd, POLLIN, 0});
  for (const auto& each : sessions_) {
    const short wanted = each->unsent() != 0 ? POLLIN | POLLOUT : POLLIN;
    looks.push_back({each->fd(), wanted, 0});
  }
  ::poll(looks.data(), looks.size(), wait_ms);
  std::size_t at = listeners_.size();
  for (auto each = sessions_.begin(); each != sessions_.end(); ++at) {
    const bool readable = (looks[at].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
    each = (*each)->turn(readable, now) ? std::next(each) : sessions_.erase(each);
  }
  for (std::size_t i = 0; i < listeners_.size(); ++i)
    if (looks[i].revents != 0) accept_all(listeners_[i], now);
}
}  // namespace sq::exchange
