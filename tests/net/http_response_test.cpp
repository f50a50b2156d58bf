// Answers as servers, gateways and attackers write them: what is read, and what is refused.
// Numbers: the pitfalls in protocols/websocket_conformance.md, second part (RFC 9112, 9110).
#include <catch2/catch.hpp>

#include "engine/net/http/response_parser.hpp"

using sq::net::HttpLimits;
using sq::net::HttpResponseParser;
using State = HttpResponseParser::State;

namespace {
struct Result {
  State state{State::Head};
  int status{0};
  std::string body;
  std::string failure;
  bool keep_alive{false};
  std::size_t used{0};
};
struct Ask {
  bool head{false};
  bool end{false};  // the connection ends behind the bytes
  bool orderly{true};
  HttpLimits limits{};
};
Result parse(const std::string& text, std::size_t chunk, const Ask& ask) {
  HttpResponseParser parser{ask.limits};
  parser.expect(ask.head, false);
  Result result;
  while (result.used < text.size()) {
    const std::size_t n = std::min(chunk, text.size() - result.used);
    const std::size_t took =
        parser.feed({reinterpret_cast<const std::byte*>(text.data()) + result.used, n});
    result.used += took;
    if (took < n) break;
  }
  if (ask.end) parser.end_of_input(ask.orderly);
  result.state = parser.state();
  result.status = parser.head().status;
  result.body = parser.body();
  result.failure = parser.failure();
  result.keep_alive = parser.keep_alive();
  return result;
}
// The same, however the bytes are cut.
Result parse(const std::string& text, const Ask& ask = {}) {
  const Result whole = parse(text, text.size(), ask);
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{3}}) {
    const Result cut = parse(text, chunk, ask);
    INFO(text);
    CHECK(cut.state == whole.state);
    CHECK(cut.status == whole.status);
    CHECK(cut.body == whole.body);
    CHECK(cut.failure == whole.failure);
    CHECK(cut.keep_alive == whole.keep_alive);
  }
  return whole;
}
const std::string kOk{"HTTP/1.1 200 OK\r\n"};
std::string chunked(const std::string& body) {
  return kOk + "Transfer-Encoding: chunked\r\n\r\n" + body;
}
void refused(const std::string& text, const Ask& ask = {}) {
  INFO(text);
  const Result result = parse(text, ask);
  CHECK(result.state == State::Failed);
  CHECK_FALSE(result.failure.empty());
  CHECK_FALSE(result.keep_alive);
}
void read(const std::string& text, const std::string& body, const Ask& ask = {}) {
  INFO(text);
  const Result result = parse(text, ask);
  CHECK(result.state == State::Done);
  CHECK(result.body == body);
  CHECK(result.failure.empty());
}
}  // namespace

TEST_CASE("1 to 7: a body has one length, or the answer is refused") {
  refused(kOk + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n");
  refused(kOk + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n");
  refused(kOk + "Content-Length: 5, 5\r\n\r\n");
  read(kOk + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "hello");
  for (const char* wrong :
       {"+5", "-1", "0x5", "5 5", "5;", "", "99999999999999999999", "9223372036854775808"})
    refused(kOk + "Content-Length: " + wrong + "\r\n\r\n");
  refused(kOk + "Content-Length: 5\r\n\r\nhel", {.end = true});
  read(kOk + "\r\nall of it", "all of it", {.end = true});
  refused(kOk + "\r\nall of it", {.end = true, .orderly = false});
  CHECK_FALSE(parse(kOk + "\r\nall", {.end = true}).keep_alive);
  const std::string two = kOk + "Content-Length: 2\r\n\r\nokrest";
  CHECK(parse(two).used == two.size() - 4);  // what follows is the caller's to judge
}

TEST_CASE("8 to 14: answers without a body, other codings, changes of protocol") {
  for (const char* line : {"HTTP/1.1 204 No Content\r\n", "HTTP/1.1 304 Not Modified\r\n"})
    read(std::string{line} + "Content-Length: 10\r\n\r\n", "");
  read(kOk + "Content-Length: 10\r\n\r\n", "", {.head = true});
  for (const char* coding : {"gzip, chunked", "chunked, gzip", "chunked, chunked", "xchunked",
                             "chunked;q=1", "identity", ""})
    refused(kOk + "Transfer-Encoding: " + coding + "\r\n\r\n");
  refused(kOk + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n");
  refused(kOk + "Transfer-Encoding : chunked\r\n\r\n");
  refused(kOk +
          "Transfer-Encoding:\x0b"
          "chunked\r\n\r\n");
  refused("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  refused("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n");
}

TEST_CASE("15 to 23: chunks") {
  for (const char* size : {"5", "05", "000a", "A", "a"}) {
    const std::string body(std::stoul(size, nullptr, 16), 'x');
    read(chunked(std::string{size} + "\r\n" + body + "\r\n0\r\n\r\n"), body);
  }
  for (const char* size :
       {"0x5", "+5", "-5", "5 ", " 5", "5_0", "", "g", "00000000000000005", "ffffffffffffffff"})
    refused(chunked(std::string{size} + "\r\nhello\r\n0\r\n\r\n"));
  for (const char* extension : {";ext=val", ";ext=\"a;b\\\"c\"", ";ext"})
    read(chunked(std::string{"5"} + extension + "\r\nhello\r\n0\r\n\r\n"), "hello");
  refused(chunked("5;" + std::string(5'000, 'e') + "\r\nhello\r\n0\r\n\r\n"));
  refused(chunked("5\nhello\r\n0\r\n\r\n"));
  refused(chunked("5\rhello\r\n0\r\n\r\n"));
  refused(chunked("5\r\nhelloX\r\n0\r\n\r\n"));
  refused(chunked("5\r\nhello\n0\r\n\r\n"));
  refused(chunked("5\r\nhello\r\n0\r\n"), {.end = true});
  refused(chunked("5\r\nhel"), {.end = true});
  read(chunked("5\r\nhello\r\n00\r\n\r\n"), "hello");
  const std::string trailers = chunked("0\r\nContent-Length: 7\r\nAuthorization: x\r\n\r\n");
  read(trailers, "");
  HttpResponseParser parser;
  parser.feed({reinterpret_cast<const std::byte*>(trailers.data()), trailers.size()});
  CHECK(parser.head().count("Authorization") == 0);  // a trailer is no header
  refused(chunked("0\r\nno colon\r\n\r\n"));
  refused(chunked("0\r\nA: " + std::string(5'000, 'b') + "\r\n\r\n"));
}

TEST_CASE("24 to 28: status lines") {
  const std::string rest{"\r\nContent-Length: 0\r\n\r\n"};
  for (const char* line :
       {"HTTP/1.1 200 OK", "HTTP/1.1 200 ", "HTTP/1.1 200", "HTTP/1.0 404 Not Found"})
    read(line + rest, "");
  for (const char* line : {"HTTP/1.1  200", "http/1.1 200", "HTTP/1.10 200", "HTTP/2 200",
                           "HTTP/1.1\t200", "HTTP/1.1 20", "HTTP/1.1 2000", "HTTP/1.1 2x0",
                           "HTTP/1.1 099", "HTTP/1.1 600", "<html>", "HTTP/1.1 200 O\x01K"})
    refused(line + rest);
  read("\r\n" + kOk + "Content-Length: 0\r\n\r\n", "");
  refused("\r\n\r\n" + kOk + "Content-Length: 0\r\n\r\n");
  CHECK_FALSE(parse("HTTP/1.0 200 OK" + rest).keep_alive);
  CHECK(parse("HTTP/1.0 200 OK\r\nConnection: Keep-Alive" + rest).keep_alive);
}

TEST_CASE("29 to 36: header lines and interim answers") {
  for (const char* line : {"no colon", ": empty name", "na me: v", "na\x01me: v", "name : v",
                           "n: a\x01"
                           "b",
                           "n: a\x7F", " folded: v", "\tfolded"})
    refused(kOk + line + "\r\n\r\n");
  refused(kOk + "n: v\r\n folded\r\n\r\n");
  refused(kOk + std::string{"n: a\0b", 6} + "\r\n\r\n");
  refused(kOk + "n: v\n\r\n");
  refused(kOk + "n: v\rw\r\n\r\n");
  refused("HTTP/1.1 200 OK\n\n");
  std::string many;
  for (int i = 0; i < 101; ++i) many += "n: v\r\n";
  refused(kOk + many + "\r\n");
  refused(kOk + "n: " + std::string(64 << 10, 'v') + "\r\n\r\n");
  HttpResponseParser parser;
  const std::string text = kOk + "X-A:  one \t\r\nx-a: \xE9\r\nContent-Length: 0\r\n\r\n";
  parser.feed({reinterpret_cast<const std::byte*>(text.data()), text.size()});
  CHECK(parser.head().field("x-A") == "one");
  CHECK(parser.head().count("X-a") == 2);
  CHECK(parser.head().fields[1].second == "\xE9");
  CHECK(parser.head().field("absent").empty());
  std::string interim;
  for (int i = 0; i < 10; ++i) interim += "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  read(interim + kOk + "Content-Length: 2\r\n\r\nok", "ok");
  refused(interim + "HTTP/1.1 100 Continue\r\n\r\n" + kOk + "Content-Length: 2\r\n\r\nok");
}

TEST_CASE("38, 42, 45: what the connection may still be used for, and when to come back") {
  const auto keeps = [](const std::string& fields) {
    return parse(kOk + fields + "Content-Length: 0\r\n\r\n").keep_alive;
  };
  CHECK(keeps(""));
  CHECK_FALSE(keeps("Connection: close\r\n"));
  CHECK_FALSE(keeps("Connection: foo, CLOSE\r\n"));
  CHECK_FALSE(keeps("Connection: foo\r\nConnection: close\r\n"));
  CHECK(keeps("Connection: closed\r\n"));
  sq::net::HttpResponseHead head;
  head.fields = {{"retry-after", "120"}};
  CHECK(sq::net::retry_after_seconds(head) == 120);
  for (const char* other : {"Wed, 21 Oct 2026 07:28:00 GMT", "-1", "", "1.5", "99999999999"}) {
    head.fields = {{"Retry-After", other}};
    CHECK_FALSE(sq::net::retry_after_seconds(head));
  }
}

TEST_CASE("a body up to the limit is read, one byte more is refused before it has come") {
  HttpLimits limits;
  limits.body_bytes_max = 10;
  read(kOk + "Content-Length: 10\r\n\r\n0123456789", "0123456789", {.limits = limits});
  refused(kOk + "Content-Length: 11\r\n\r\n", {.limits = limits});
  refused(chunked("6\r\n012345\r\n5\r\n"), {.limits = limits});
  refused(kOk + "\r\n01234567890", {.limits = limits});
}

TEST_CASE("a connection that ends before, inside and after an answer") {
  CHECK(parse("", {.end = true}).failure == "the connection ended before an answer");
  CHECK(parse("HTTP/1.1 20", {.end = true}).failure == "the connection ended inside an answer");
  read(kOk + "Content-Length: 0\r\n\r\n", "", {.end = true, .orderly = false});
}
