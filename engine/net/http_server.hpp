// A small HTTP/1.1 server for the admin port: keep-alive, bounded in size, time and connections.
// Thread: run() serves on the calling thread until stop(); the handler is called there, one request
// at a time. stop() and port() from any thread. Cost: cold. Errors: start-up throws
// std::runtime_error naming address and reason; a bad request gets its 4xx and the connection ends.
// Limits (security.md 19, D09, D10): header 32 KiB, body 64 KiB, 10 s a request, 64 connections.
// Source: RFC 9112 as Boost.Beast 1.81 parses it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sq::net {
struct HttpRequest {
  std::string method;         // "GET"
  std::string path;           // without the query, as received
  std::string query;          // after '?', as received
  std::string authorization;  // value of the header, "" when absent
  std::string host;           // value of the header
  std::string last_event_id;  // value of Last-Event-ID: where a broken stream goes on
  std::string body;
};
struct HttpResponse {
  unsigned status{200};
  std::string content_type{"application/json; charset=utf-8"};
  std::string body;
  std::string allow;  // for 405
  // Not empty: the body is what this gives, without an end of its own, and the connection ends with
  // it. Called when the last piece was taken; "": nothing now, ask again; empty: the end.
  std::function<std::optional<std::string>()> stream{};
};
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

struct HttpServerSettings {
  std::string address{"127.0.0.1"};
  std::uint16_t port{0};  // 0: any free one
  std::size_t header_bytes_max{32U << 10};
  std::size_t body_bytes_max{64U << 10};
  std::size_t connections_max{64};
  std::int64_t request_seconds_max{10};
  std::int64_t housekeeping_ms{20};      // how often `housekeeping`, and an idle stream, are asked
  std::function<void()> housekeeping{};  // between requests, on the server's thread; may be empty
};

class HttpServer {
 public:
  HttpServer(const HttpServerSettings& settings, HttpHandler handler);  // binds and listens
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  void run();
  void stop() noexcept;
  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The value of `key` in a query string ("a=1&b=2"), "" when absent. No percent-decoding: the admin
// port's values need none.
[[nodiscard]] std::string_view query_value(std::string_view query, std::string_view key) noexcept;
}  // namespace sq::net
