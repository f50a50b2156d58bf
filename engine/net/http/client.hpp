// An HTTP/1.1 client for one host: one request at a time, the connection kept while it may be.
// Polled, never blocks. Nothing is ever sent twice and no redirect is followed: what became of a
// request whose answer did not come whole is the caller's to find out.
// Thread: the owner's. Cost: connection.hpp; a string for the body. Errors: Outcome.
// Source: RFC 9112; faults N08, N18; pitfalls 7, 38 to 44 and 48 to 53.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/net/connection.hpp"
#include "engine/net/http/response_parser.hpp"

namespace sq::net {
struct HttpAsk {
  std::string method{"GET"};
  std::string target{"/"};  // path and query, percent-encoded
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};  // sent with Content-Length for POST, PUT, DELETE with a body
};
struct HttpClientSettings {
  ConnectionSettings connection;
  HttpLimits limits{};
  std::int64_t first_byte_ns_max{10 * kNsPerSecond};  // from the request to the answer's first byte
  std::int64_t total_ns_max{30 * kNsPerSecond};       // from the request to its last
  std::int64_t idle_ns_max{20 * kNsPerSecond};  // a connection idle for longer is not used again
};

class HttpClient {
 public:
  explicit HttpClient(HttpClientSettings settings) : settings_{std::move(settings)} {}

  enum class Outcome : std::uint8_t {
    Idle,  // nothing was asked
    Waiting,
    Answered,  // head() and body()
    NotSent,   // certain: not a byte of the request left
    Unknown    // it may have arrived; why()
  };
  // Only when not Waiting. False: the target or a header holds characters that must not be sent.
  [[nodiscard]] bool ask(const HttpAsk& ask, MonoTime now);
  Outcome step(MonoTime now);

  [[nodiscard]] Outcome outcome() const noexcept { return outcome_; }
  [[nodiscard]] const HttpResponseHead& head() const noexcept { return parser_.head(); }
  [[nodiscard]] std::string_view body() const noexcept { return parser_.body(); }
  [[nodiscard]] const std::string& why() const noexcept { return why_; }
  [[nodiscard]] std::uint64_t connections_made() const noexcept { return connections_made_; }
  void set_addresses(std::vector<Endpoint> addresses) {
    settings_.connection.addresses = std::move(addresses);
  }

 private:
  void finish(Outcome outcome, std::string why);
  void drop_connection();
  [[nodiscard]] bool send_request();
  void read_answer(MonoTime now);

  HttpClientSettings settings_;
  std::optional<Connection> connection_;
  HttpResponseParser parser_;
  std::string request_;
  bool head_request_{false};
  bool sent_{false};
  bool heard_{false};
  Outcome outcome_{Outcome::Idle};
  MonoTime asked_{};
  MonoTime idle_since_{};
  std::string why_;
  std::uint64_t connections_made_{0};
};
}  // namespace sq::net
