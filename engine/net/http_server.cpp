#include "engine/net/http_server.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace sq::net {
namespace {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Reply = http::response<http::string_body>;

HttpRequest to_request(const http::request<http::string_body>& message) {
  HttpRequest request;
  request.method = std::string{message.method_string()};
  const std::string_view target{message.target().data(), message.target().size()};
  const std::size_t mark = target.find('?');
  request.path = std::string{target.substr(0, mark)};
  if (mark != std::string_view::npos) request.query = std::string{target.substr(mark + 1)};
  request.authorization = std::string{message[http::field::authorization]};
  request.host = std::string{message[http::field::host]};
  request.last_event_id = std::string{message["Last-Event-ID"]};
  request.body = message.body();
  return request;
}

Reply to_reply(const HttpResponse& response, unsigned version, bool keep_alive) {
  Reply reply{http::int_to_status(response.status), version};
  reply.set(http::field::content_type, response.content_type);
  reply.set(http::field::cache_control, "no-store");
  reply.set("X-Content-Type-Options", "nosniff");
  if (!response.allow.empty()) reply.set(http::field::allow, response.allow);
  reply.body() = response.body;
  reply.keep_alive(keep_alive);
  reply.prepare_payload();
  return reply;
}

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const HttpServerSettings& settings, const HttpHandler& handler,
             std::size_t& open)
      : stream_{std::move(socket)},
        timer_{stream_.get_executor()},
        settings_{settings},
        handler_{handler},
        open_{open} {
    ++open_;
  }
  ~Connection() { --open_; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(settings_.header_bytes_max));
    parser_->body_limit(settings_.body_bytes_max);
    stream_.expires_after(std::chrono::seconds{settings_.request_seconds_max});
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       self->on_read(error);
                     });
  }
  void refuse(unsigned status) {
    HttpResponse response;
    response.status = status;
    response.body = "{\"error\":\"too many connections\"}\n";
    write(to_reply(response, 11, false));
  }

 private:
  void on_read(beast::error_code error) {
    if (error == http::error::end_of_stream || error == beast::error::timeout) return close();
    if (error) return on_bad_request(error);
    const auto& message = parser_->get();
    HttpResponse response = handler_(to_request(message));
    if (response.stream) return begin_stream(std::move(response), message.version());
    write(to_reply(response, message.version(), message.keep_alive()));
  }
  void begin_stream(HttpResponse response, unsigned version) {
    next_piece_ = std::move(response.stream);
    Reply head = to_reply(response, version, false);
    head.content_length(boost::none);
    std::ostringstream text;
    text << head.base();
    piece_ = text.str();
    write_piece();
  }
  // A client that takes nothing for the time of a request is gone; what it missed is the
  // stream's to know.
  void write_piece() {
    stream_.expires_after(std::chrono::seconds{settings_.request_seconds_max});
    asio::async_write(stream_, asio::buffer(piece_),
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (error) return self->close();
                        self->stream_.expires_never();
                        self->ask_for_piece();
                      });
  }
  void ask_for_piece() {
    auto piece = next_piece_();
    if (!piece) return close();
    piece_ = std::move(*piece);
    if (!piece_.empty()) return write_piece();
    timer_.expires_after(std::chrono::milliseconds{settings_.housekeeping_ms});
    timer_.async_wait([self = shared_from_this()](beast::error_code error) {
      if (!error) self->ask_for_piece();
    });
  }
  void on_bad_request(beast::error_code error) {
    if (error.category() != make_error_code(http::error::bad_method).category()) return close();
    HttpResponse response;
    response.status = error == http::error::body_limit     ? 413
                      : error == http::error::header_limit ? 431
                                                           : 400;
    response.body = "{\"error\":\"malformed request\"}\n";
    write(to_reply(response, 11, false));
  }
  void write(Reply reply) {
    reply_ = std::move(reply);
    stream_.expires_after(std::chrono::seconds{settings_.request_seconds_max});
    http::async_write(stream_, reply_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (error || !self->reply_.keep_alive()) return self->close();
                        self->read();
                      });
  }
  void close() {
    beast::error_code ignored;  // the peer may be gone already
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
  }

  beast::tcp_stream stream_;
  asio::steady_timer timer_;
  const HttpServerSettings& settings_;
  const HttpHandler& handler_;
  std::size_t& open_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  Reply reply_;
  std::function<std::optional<std::string>()> next_piece_;
  std::string piece_;
};
}  // namespace

struct HttpServer::Impl {
  Impl(const HttpServerSettings& wanted, HttpHandler called)
      : settings{wanted}, handler{std::move(called)}, acceptor{context}, timer{context} {
    try {
      const tcp::endpoint endpoint{asio::ip::make_address(settings.address), settings.port};
      acceptor.open(endpoint.protocol());
      acceptor.set_option(tcp::acceptor::reuse_address(true));
      acceptor.bind(endpoint);
      acceptor.listen();
    } catch (const boost::system::system_error& error) {
      throw std::runtime_error("cannot listen on " + settings.address + ":" +
                               std::to_string(settings.port) + ": " + error.code().message());
    }
  }
  void accept() {
    acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (!error) {
        const bool full = open >= settings.connections_max;
        auto connection = std::make_shared<Connection>(std::move(socket), settings, handler, open);
        full ? connection->refuse(503) : connection->read();
      }
      accept();
    });
  }

  void keep_house() {
    if (!settings.housekeeping) return;
    timer.expires_after(std::chrono::milliseconds{settings.housekeeping_ms});
    timer.async_wait([this](beast::error_code error) {
      if (error) return;
      try {
        settings.housekeeping();
      } catch (const std::exception&) {  // the next round tries again; requests say what is wrong
      }
      keep_house();
    });
  }

  HttpServerSettings settings;
  HttpHandler handler;
  std::size_t open{0};
  asio::io_context context{1};
  tcp::acceptor acceptor;
  asio::steady_timer timer;
};

HttpServer::HttpServer(const HttpServerSettings& settings, HttpHandler handler)
    : impl_{std::make_unique<Impl>(settings, std::move(handler))} {
  impl_->accept();
  impl_->keep_house();
}
HttpServer::~HttpServer() = default;
// A request that runs out of memory must not end the process that trades.
void HttpServer::run() {
  while (!impl_->context.stopped()) {
    try {
      impl_->context.run();
    } catch (const std::exception&) {
    }
  }
}
void HttpServer::stop() noexcept { impl_->context.stop(); }
std::uint16_t HttpServer::port() const noexcept {
  boost::system::error_code ignored;
  return impl_->acceptor.local_endpoint(ignored).port();
}

std::string_view query_value(std::string_view query, std::string_view key) noexcept {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) == key)
      return equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return {};
}
}  // namespace sq::net
