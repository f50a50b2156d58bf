// A strict parser of HTTP/1.1 responses as they arrive, for clients that send orders: what could be
// read in two ways is refused, and a refused answer is no answer.
// Thread: the owner's. Cost: a pass over the bytes. Errors: Failed with what was wrong; the
// connection must then be closed and the outcome of its request is unknown. Limits are in the
// settings. Source: RFC 9112 and 9110; the pitfalls of fault N08 (lengths, chunks, folding, bare
// LF, 1xx).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sq::net {
struct HttpResponseHead {
  int status{0};
  int minor{1};                                             // HTTP/1.minor
  std::vector<std::pair<std::string, std::string>> fields;  // as received, values trimmed

  // The first of that name, upper or lower case; "" when there is none.
  [[nodiscard]] std::string_view field(std::string_view name) const noexcept;
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
  // Is `token` in the comma-separated lists of that name? Upper or lower case.
  [[nodiscard]] bool lists(std::string_view name, std::string_view token) const noexcept;
};

struct HttpLimits {
  std::size_t head_bytes_max{64U << 10U};
  std::size_t fields_max{100};
  std::size_t body_bytes_max{std::size_t{64} << 20U};
  int interim_max{10};                    // 1xx answers before the final one
  std::size_t extension_bytes_max{4096};  // of all chunks, trailers included
};

class HttpResponseParser {
 public:
  explicit HttpResponseParser(const HttpLimits& limits = {}) : limits_{limits} {}

  // For the next request: a HEAD's answer has no body; only a handshake may be answered by 101.
  void expect(bool head_request, bool upgrade);
  enum class State : std::uint8_t {
    Head,      // not all of it is there
    Body,      // head() is whole
    Done,      // body() is whole
    Upgraded,  // 101: what follows belongs to the next protocol
    Failed
  };
  // Takes what belongs to this answer and says how many bytes that were: fewer than given once it
  // is Done or Upgraded.
  std::size_t feed(std::span<const std::byte> bytes);
  // The connection ended, in order (TCP end, and TLS close_notify) or not.
  void end_of_input(bool orderly);

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] const HttpResponseHead& head() const noexcept { return head_; }
  [[nodiscard]] std::string_view body() const noexcept { return body_; }
  [[nodiscard]] std::string_view failure() const noexcept { return failure_; }
  // After Done: may the connection carry another request?
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }

 private:
  enum class Part : std::uint8_t {
    StatusLine,
    Fields,
    Length,  // body of left_ bytes
    ToEnd,   // body up to the end of the connection
    ChunkSize,
    ChunkData,
    ChunkDataEnd,  // its CRLF
    Trailers
  };
  std::size_t take_line(std::span<const std::byte> bytes);
  std::size_t take_data(std::span<const std::byte> bytes);
  void on_line();
  void on_status_line();
  void on_field();
  void on_fields_end();
  void on_chunk_size();
  void on_trailer();
  [[nodiscard]] bool choose_body();
  [[nodiscard]] bool choose_length();
  void fail(std::string_view what);
  void done();

  HttpLimits limits_;
  State state_{State::Head};
  Part part_{Part::StatusLine};
  HttpResponseHead head_;
  std::string line_;
  std::string body_;
  std::string failure_;
  std::uint64_t left_{0};
  std::size_t head_bytes_{0};
  std::size_t extension_bytes_{0};
  int interim_{0};
  bool after_cr_{false};
  bool blank_line_{false};  // one was skipped before the status line
  bool head_request_{false};
  bool upgrade_{false};
  bool keep_alive_{false};
};

// "Retry-After: 120" in seconds; empty when it is a date, or nothing sensible.
[[nodiscard]] std::optional<std::int64_t> retry_after_seconds(
    const HttpResponseHead& head) noexcept;
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
}  // namespace sq::net
