#include "tools/binance-exchange/session.hpp"

#include <sys/socket.h>

#include <array>
#include <cstring>

#include "engine/net/http/response_parser.hpp"
#include "engine/net/websocket/handshake.hpp"

namespace sq::exchange {
namespace {
namespace http = boost::beast::http;
constexpr std::size_t kReceiveBytes = 16U << 10U;
constexpr std::size_t kBacklogMax = std::size_t{8} << 20U;  // a reader this far behind is dropped
constexpr std::int64_t kPingEveryNs = 20 * kNsPerSecond;
constexpr std::int64_t kHeldNsMax = kNsPerSecond;
constexpr std::int64_t kNever = std::int64_t{1} << 62U;

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
    case 408:
      return "Request Timeout";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Answer";
  }
}
std::string text_of(const WebAnswer& answer, bool keep_alive) {
  std::string text{"HTTP/1.1 "};
  text.append(std::to_string(answer.status)).append(" ").append(reason_of(answer.status));
  text.append("\r\nContent-Type: ").append(answer.content_type);
  text.append("\r\nContent-Length: ").append(std::to_string(answer.body.size())).append("\r\n");
  for (const auto& [name, value] : answer.headers)
    text.append(name).append(": ").append(value).append("\r\n");
  if (!keep_alive) text.append("Connection: close\r\n");
  return text.append("\r\n").append(answer.body);
}
}  // namespace

Session::Session(net::TcpSocket socket, Site& site, net::TlsContext* tls, MonoTime now)
    : socket_{std::move(socket)}, site_{site}, now_{now}, pinged_{now} {
  if (tls != nullptr) tls_.emplace(*tls, "");
  parser_.emplace();
  limit();
}
Session::~Session() {
  if (open_) site_.on_closed(*this);
}

bool Session::turn(bool readable, bool hung_up, MonoTime now) {
  now_ = now;
  if (frozen_) return !dropped_ && !hung_up;
  if (readable) receive(now);
  if (late_answer_ && now >= late_answer_->due) {
    answer_late();
    serve_requests(now);
  }
  if (web_) {
    serve_messages(now);
    send_late(now);
    if (now - pinged_ >= kPingEveryNs) {
      pinged_ = now;
      const std::string stamp = std::to_string(now.ns / kNsPerMs);
      web_->ping({reinterpret_cast<const std::byte*>(stamp.data()), stamp.size()});
    }
    web_->on_time(now);
    move_out();
    if (web_->state() == net::WebSocketState::Ended) ended_ = true;
  }
  if (frozen_) return true;
  flush();
  if (dropped_ || broken_) return false;
  return !ended_ || unsent() != 0;
}

void Session::send(std::string_view payload, const Delivery& how) {
  if (!web_ || frozen_ || dropped_) return;
  if (how.reset) return break_off();
  if (how.freeze) {
    frozen_ = true;
    return;
  }
  if (how.copies == 0) return;
  const bool waits = how.in_order && !late_.empty() && late_.back().how.in_order;
  if (how.delay_ms > 0 || waits) {
    MonoTime due = now_ + how.delay_ms * kNsPerMs;
    if (waits && late_.back().due > due) due = late_.back().due;
    late_.push_back({due, std::string{payload}, how});
    return;
  }
  if (how.behind_next) {
    if (held_.empty()) held_since_ = now_;
    held_.emplace_back(payload);
    return;
  }
  put(payload, how);
}

void Session::put(std::string_view payload, const Delivery& how) {
  if (how.piece_bytes != 0) piece_bytes_ = how.piece_bytes;
  const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(payload.data()),
                                         payload.size()};
  for (int i = 0; i < how.copies; ++i)
    web_->send(how.binary ? net::Opcode::Binary : net::Opcode::Text, bytes);
  for (const std::string& each : held_) web_->send_text(each);
  held_.clear();
  move_out();
  if (unsent() > kBacklogMax) dropped_ = true;
}

void Session::send_late(MonoTime now) {
  for (auto each = late_.begin(); each != late_.end();) {
    if (now < each->due) {
      ++each;
      continue;
    }
    const Late due = std::move(*each);
    each = late_.erase(each);
    put(due.payload, due.how);
  }
  if (held_.empty() || now - held_since_ < kHeldNsMax) return;
  const std::vector<std::string> held = std::move(held_);
  held_.clear();
  for (const std::string& each : held) put(each, {});
}

void Session::close(std::uint16_t code, std::string_view reason) {
  if (!web_) return;
  web_->close(code, reason, now_);
  move_out();
}

void Session::limit() {
  parser_->header_limit(64U << 10U);
  parser_->body_limit(1U << 20U);
  parser_->eager(true);
}
void Session::break_off() {
  const linger now{1, 0};
  ::setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  dropped_ = true;
}
std::size_t Session::read(std::span<std::byte> to) {
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
void Session::write(std::string_view text) {
  const std::span<const std::byte> bytes{reinterpret_cast<const std::byte*>(text.data()),
                                         text.size()};
  if (!tls_) {
    plain_.append(bytes);
  } else if (!tls_->write(bytes)) {
    broken_ = true;
  }
}

void Session::flush() {
  net::SendBuffer& out = tls_ ? tls_->out() : plain_;
  if (out.empty()) {
    piece_bytes_ = 0;
    return;
  }
  std::span<const std::byte> waiting = out.waiting();
  if (piece_bytes_ != 0) waiting = waiting.first(std::min(piece_bytes_, waiting.size()));
  const auto sent = socket_.send(waiting);
  out.sent(sent.bytes);
  if (sent.error != 0) broken_ = true;
}
void Session::move_out() {
  if (!web_ || web_->out().empty()) return;
  const auto waiting = web_->out().waiting();
  write({reinterpret_cast<const char*>(waiting.data()), waiting.size()});
  web_->out().clear();
}

void Session::receive(MonoTime now) {
  for (int i = 0; i < 64 && !broken_ && !dropped_ && !frozen_; ++i) {
    if (web_) {
      const std::size_t n = read(web_->room(kReceiveBytes));
      web_->received(n, now);
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

void Session::serve_messages(MonoTime now) {
  net::WebSocketSession::Message message;
  while (web_->next(message, now)) {
    if (message.opcode == net::Opcode::Text) site_.on_text(*this, message.text());
    if (dropped_ || frozen_) return;
  }
  move_out();
}

void Session::serve_requests(MonoTime now) {
  while (!web_ && !late_answer_ && !in_.empty() && !broken_ && !ended_ && !dropped_ && !frozen_) {
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

void Session::answer(MonoTime now) {
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
    const WebAnswer made = site_.on_request(request_);
    const Delivery& how = made.delivery;
    if (how.reset) {
      break_off();
    } else if (how.freeze) {
      frozen_ = true;
    } else {
      const MonoTime due = how.copies == 0 ? MonoTime{kNever} : now + how.delay_ms * kNsPerMs;
      late_answer_.emplace(Late{due, text_of(made, keep_alive), how});
      late_keep_alive_ = keep_alive;
      if (due <= now) answer_late();
    }
  }
  parser_.emplace();
  limit();
}

void Session::answer_late() {
  const Late due = std::move(*late_answer_);
  late_answer_.reset();
  if (due.how.piece_bytes != 0) piece_bytes_ = due.how.piece_bytes;
  write(due.payload);
  if (!late_keep_alive_) ended_ = true;
}

void Session::open(const std::string& key, MonoTime now) {
  net::WebSocketSettings settings;
  settings.role = net::WebSocketRole::Server;
  settings.message_bytes_max = 1U << 20U;
  std::string text{
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"};
  text.append("Sec-WebSocket-Accept: ").append(net::websocket_accept(key)).append("\r\n\r\n");
  if (const auto refusal = site_.on_open(*this)) {
    write(text_of(*refusal, false));
    ended_ = true;
    return;
  }
  web_.emplace(settings, now);
  write(text);
  open_ = true;
  if (in_.empty()) return;
  std::memcpy(web_->room(in_.size()).data(), in_.data(), in_.size());
  web_->received(in_.size(), now);
  in_.clear();
}
}  // namespace sq::exchange
