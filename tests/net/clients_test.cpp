// The HTTP and the WebSocket client over real sockets on loopback, with TLS and without, against a
// server that a script drives.
#include <poll.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "engine/net/http/client.hpp"
#include "engine/net/websocket/client.hpp"
#include "engine/net/websocket/handshake.hpp"
#include "tests/net/certificates.hpp"
#include "tests/net/loopback_server.hpp"
#include "tests/net/websocket_peer.hpp"

using namespace sq;
using namespace sq::test;
using net::HttpClient;
using net::WebSocketClient;

namespace {
MonoTime now() {
  return MonoTime{std::chrono::duration_cast<std::chrono::nanoseconds>(
                      std::chrono::steady_clock::now().time_since_epoch())
                      .count()};
}
// Turns the loop until `done`, or for ten seconds.
template <class Done>
bool turn(int fd, Done&& done) {
  const MonoTime end = now() + 10 * kNsPerSecond;
  while (!done()) {
    if (now() > end) return false;
    pollfd wait{fd, POLLIN, 0};
    ::poll(&wait, 1, 1);
  }
  return true;
}
struct Tls {
  Authority authority{std::filesystem::temp_directory_path() /
                      ("sq-clients-" + std::to_string(::getpid()))};
  Certificate certificate{authority.issue()};
  net::TlsContext server{net::TlsContext::server({certificate.certificate, certificate.key})};
  net::TlsContext client{net::TlsContext::client({authority.file(), {}})};
};
net::ConnectionSettings to(std::uint16_t port, net::TlsContext* tls = nullptr) {
  net::ConnectionSettings settings;
  settings.host = tls != nullptr ? "localhost" : "127.0.0.1";
  settings.port = port;
  std::string problem;
  settings.addresses = net::resolve("127.0.0.1", port, problem);
  settings.tls = tls;
  return settings;
}
net::HttpClientSettings http_to(std::uint16_t port, net::TlsContext* tls = nullptr) {
  net::HttpClientSettings settings;
  settings.connection = to(port, tls);
  return settings;
}
HttpClient::Outcome answer_of(HttpClient& client, const net::HttpAsk& ask) {
  REQUIRE(client.ask(ask, now()));
  CHECK(turn(-1, [&] { return client.step(now()) != HttpClient::Outcome::Waiting; }));
  return client.outcome();
}
const std::string kAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"};

// The server's side of an opening handshake, without the code under test but for the digest.
void open(Peer& peer) {
  const std::string request = peer.read_until("\r\n\r\n");
  const std::size_t at = request.find("Sec-WebSocket-Key: ") + 19;
  peer.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      net::websocket_accept(request.substr(at, 24)) + "\r\n\r\n");
}
net::WebSocketClientSettings ws_to(std::uint16_t port, net::TlsContext* tls = nullptr) {
  net::WebSocketClientSettings settings;
  settings.connection = to(port, tls);
  settings.target = "/stream?streams=btcusdt@depth";
  return settings;
}
struct Refusal {
  std::string why;
  net::HttpResponseHead answer;
};
// Messages until `wanted`, or the end.
std::vector<std::string> messages(WebSocketClient& client, std::size_t wanted) {
  std::vector<std::string> got;
  turn(-1, [&] {
    client.step(now());
    net::WebSocketSession::Message message;
    while (got.size() < wanted && client.next(message, now())) got.emplace_back(message.text());
    return got.size() == wanted || client.state() == WebSocketClient::State::Ended;
  });
  return got;
}
}  // namespace

TEST_CASE("requests follow each other on one connection, with TLS and without") {
  Tls tls;
  for (const bool with_tls : {false, true}) {
    std::vector<std::string> requests;
    const LoopbackServer server{[&](Peer& peer, int) {
                                  for (int i = 0; i < 3; ++i) {
                                    requests.push_back(peer.read_until("\r\n\r\n"));
                                    if (i == 2) requests.push_back(peer.read_some(7));
                                    i == 1 ? peer.write_slowly(kAnswer) : peer.write(kAnswer);
                                  }
                                },
                                with_tls ? &tls.server : nullptr};
    HttpClient client{http_to(server.port(), with_tls ? &tls.client : nullptr)};
    for (int i = 0; i < 3; ++i) {
      const net::HttpAsk ask{.method = i == 2 ? "POST" : "GET",
                             .target = "/api/v3/time?x=1",
                             .headers = {{"X-MBX-APIKEY", "key"}},
                             .body = i == 2 ? "a=1&b=2" : ""};
      REQUIRE(answer_of(client, ask) == HttpClient::Outcome::Answered);
      CHECK(client.head().status == 200);
      CHECK(client.body() == "hello");
    }
    CHECK(client.connections_made() == 1);
    REQUIRE(requests.size() == 4);
    const std::string port = std::to_string(server.port());
    CHECK(requests[0] == "GET /api/v3/time?x=1 HTTP/1.1\r\nHost: " +
                             std::string{with_tls ? "localhost:" : "127.0.0.1:"} + port +
                             "\r\nX-MBX-APIKEY: key\r\n\r\n");
    CHECK(requests[2].find("Content-Length: 7\r\n") != std::string::npos);
    CHECK(requests[3] == "a=1&b=2");
  }
}

TEST_CASE("what became of a request is never guessed: not sent, answered, or unknown") {
  Tls tls;
  const auto with = [&](const LoopbackServer::Script& script, net::TlsContext* context = nullptr,
                        std::int64_t patience = 10 * kNsPerSecond) {
    const LoopbackServer server{script, context != nullptr ? &tls.server : nullptr};
    net::HttpClientSettings settings = http_to(server.port(), context);
    settings.first_byte_ns_max = patience;
    HttpClient client{settings};
    const auto outcome = answer_of(client, {.method = "POST", .target = "/api/v3/order"});
    INFO(client.why());
    CHECK((outcome == HttpClient::Outcome::Answered) == client.why().empty());
    return outcome;
  };
  CHECK(with([](Peer& peer, int) {
          peer.read_until("\r\n\r\n");
          peer.reset();
        }) == HttpClient::Outcome::Unknown);
  CHECK(with([](Peer& peer, int) {
          peer.read_until("\r\n\r\n");
          peer.write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf of it");
        }) == HttpClient::Outcome::Unknown);
  CHECK(with([](Peer& peer, int) { peer.read_until("never comes"); }, nullptr, kNsPerSecond / 20) ==
        HttpClient::Outcome::Unknown);
  CHECK(with([](Peer& peer, int) {
          peer.read_until("\r\n\r\n");
          peer.write("<html>captive portal</html>\r\n");
        }) == HttpClient::Outcome::Unknown);
  // TLS that breaks off is no end of a body without a length; with close_notify it is.
  const std::string endless{"HTTP/1.1 200 OK\r\n\r\nto the end"};
  CHECK(with(
            [&](Peer& peer, int) {
              peer.read_until("\r\n\r\n");
              peer.write(endless);
            },
            &tls.client) == HttpClient::Outcome::Unknown);
  CHECK(with(
            [&](Peer& peer, int) {
              peer.read_until("\r\n\r\n");
              peer.write(endless);
              peer.end();
            },
            &tls.client) == HttpClient::Outcome::Answered);
  // A redirect is an answer like any other: nobody follows it with our keys.
  CHECK(with([](Peer& peer, int) {
          peer.read_until("\r\n\r\n");
          peer.write(
              "HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n");
        }) == HttpClient::Outcome::Answered);

  std::uint16_t closed = 0;
  {
    closed = LoopbackServer{[](Peer&, int) {}}.port();
  }
  HttpClient refused{http_to(closed)};
  CHECK(answer_of(refused, {}) == HttpClient::Outcome::NotSent);
  CHECK(refused.why().find("Connection refused") != std::string::npos);
  // A server that is not ours: nothing of the request is sent.
  std::string seen{"?"};
  {
    Authority other{
        std::filesystem::temp_directory_path() / ("sq-clients-x" + std::to_string(::getpid())),
        "other"};
    const Certificate foreign = other.issue();
    net::TlsContext context{net::TlsContext::server({foreign.certificate, foreign.key})};
    const LoopbackServer server{[&](Peer& peer, int) { seen = peer.read_until("\r\n"); }, &context};
    HttpClient client{http_to(server.port(), &tls.client)};
    CHECK(answer_of(client, {}) == HttpClient::Outcome::NotSent);
    CHECK(client.why().find("refused") != std::string::npos);
  }
  CHECK(seen.empty());
}

TEST_CASE("a connection that was ended, or said too much, is not used again") {
  const LoopbackServer server{[](Peer& peer, int number) {
    peer.read_until("\r\n\r\n");
    peer.write(number == 0 ? kAnswer + "HTTP/1.1 200 OK" : kAnswer);
    if (number == 1) peer.end();
    if (number == 2) peer.read_until("\r\n\r\n");
  }};
  HttpClient client{http_to(server.port())};
  for (std::uint64_t i = 1; i <= 3; ++i) {
    CHECK(answer_of(client, {}) == HttpClient::Outcome::Answered);
    CHECK(client.body() == "hello");
    CHECK(client.connections_made() == i);
    if (i == 2) turn(-1, [n = 0]() mutable { return ++n > 20; });  // its end arrives
  }
}

TEST_CASE("a request that would write more than it says is not taken") {
  HttpClient client{http_to(1)};
  CHECK_FALSE(client.ask({.target = "/x y"}, now()));
  CHECK_FALSE(client.ask({.target = "/x\r\nHost: evil"}, now()));
  CHECK_FALSE(client.ask({.target = "no slash"}, now()));
  CHECK_FALSE(client.ask({.method = "GET\r\n"}, now()));
  CHECK_FALSE(client.ask({.headers = {{"A: b\r\nC", "d"}}}, now()));
  CHECK_FALSE(client.ask({.headers = {{"A", "b\r\nC: d"}}}, now()));
  CHECK(client.outcome() == HttpClient::Outcome::Idle);
}

TEST_CASE("N19: a host's second address is tried when the first does not answer") {
  const LoopbackServer server{[](Peer& peer, int) {
    peer.read_until("\r\n\r\n");
    peer.write(kAnswer);
  }};
  std::uint16_t closed = 0;
  {
    closed = LoopbackServer{[](Peer&, int) {}}.port();
  }
  auto settings = http_to(server.port());
  std::string problem;
  settings.connection.addresses.insert(settings.connection.addresses.begin(),
                                       net::resolve("127.0.0.1", closed, problem).front());
  HttpClient client{settings};
  CHECK(answer_of(client, {}) == HttpClient::Outcome::Answered);
  CHECK(net::resolve("no-such-host.invalid", 443, problem).empty());
  CHECK(problem.find("no-such-host.invalid") != std::string::npos);
}

TEST_CASE(
    "a WebSocket connection opens, echoes and closes, with TLS and without, at any cut of the "
    "bytes") {
  Tls tls;
  for (const bool with_tls : {false, true}) {
    for (const bool slowly : {false, true}) {
      std::vector<MadeFrame> heard;
      const LoopbackServer server{
          [&](Peer& peer, int) {
            open(peer);
            const Bytes out =
                frame(text("one")) + frame(ping("p")) + frame(text("tw", false)) + frame(more("o"));
            slowly ? peer.write_slowly(out) : peer.write(out);
            heard = take_apart(peer.read_some(2 + 4 + 1 + 2 + 4 + 5)).frames;  // pong, "three"
            const auto close = take_apart(peer.read_some(2 + 4 + 2)).frames;
            heard.insert(heard.end(), close.begin(), close.end());
            peer.write(frame(closing(1000)));
            peer.end();
          },
          with_tls ? &tls.server : nullptr};
      WebSocketClient client{ws_to(server.port(), with_tls ? &tls.client : nullptr), now()};
      CHECK(messages(client, 2) == std::vector<std::string>{"one", "two"});
      CHECK(client.send_text("three"));
      client.close(1000, "", now());
      CHECK(messages(client, 1).empty());
      CHECK(client.state() == WebSocketClient::State::Ended);
      CHECK(client.close_code() == 1000);
      REQUIRE(heard.size() == 3);
      CHECK(heard[0].opcode == 10);
      CHECK(heard[0].payload == "p");
      CHECK(heard[1].payload == "three");
      CHECK(heard[2].opcode == 8);
      CHECK_FALSE(client.send_text("late"));
    }
  }
}

TEST_CASE("messages in the same segment as the handshake's answer are not lost") {
  const LoopbackServer server{[](Peer& peer, int) {
    const std::string request = peer.read_until("\r\n\r\n");
    const std::size_t at = request.find("Sec-WebSocket-Key: ") + 19;
    peer.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        net::websocket_accept(request.substr(at, 24)) + "\r\n\r\n" + frame(text("at once")));
    peer.read_until("never comes");
  }};
  WebSocketClient client{ws_to(server.port()), now()};
  CHECK(messages(client, 1) == std::vector<std::string>{"at once"});
  client.close(1000, "", now());
}

TEST_CASE(
    "a server that refuses the handshake is heard: status, Retry-After, wrong accept, silence") {
  const auto with = [&](const std::string& answer) {
    const LoopbackServer server{[&](Peer& peer, int) {
      peer.read_until("\r\n\r\n");
      peer.write(answer);
      peer.end();
    }};
    WebSocketClient client{ws_to(server.port()), now()};
    CHECK(messages(client, 1).empty());
    CHECK(client.state() == WebSocketClient::State::Ended);
    return Refusal{client.why(), client.answer()};
  };
  const auto limited =
      with("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}");
  CHECK(limited.why == "the server answered 429 instead of 101");
  CHECK(net::retry_after_seconds(limited.answer) == 7);
  CHECK(with("HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
            .why == "Sec-WebSocket-Accept does not answer our key");
  CHECK(with("").why == "the connection ended inside the handshake");
  CHECK(with("SSH-2.0-OpenSSH_9.2\r\n").why.starts_with("the handshake's answer: "));

  const LoopbackServer silent{[](Peer& peer, int) { peer.read_until("never comes"); }};
  auto settings = ws_to(silent.port());
  settings.handshake_ns_max = kNsPerSecond / 20;
  WebSocketClient client{settings, now()};
  CHECK(messages(client, 1).empty());
  CHECK(client.why() == "no answer to the handshake in time");
}

TEST_CASE("N01: a peer that is gone without a word is noticed; a reset is told as one") {
  const LoopbackServer silent{[](Peer& peer, int) {
    open(peer);
    peer.read_until("never comes");
  }};
  auto settings = ws_to(silent.port());
  settings.session.silence_ns_max = kNsPerSecond / 20;
  {
    WebSocketClient client{settings, now()};
    CHECK(messages(client, 1).empty());
    CHECK(client.why() == "the peer is silent");
  }
  const LoopbackServer broken{[](Peer& peer, int) {
    open(peer);
    peer.write(frame(text("before")));
    peer.read_some(1);
    peer.reset();
  }};
  WebSocketClient client{ws_to(broken.port()), now()};
  CHECK(messages(client, 1) == std::vector<std::string>{"before"});
  CHECK(client.send_text("x"));
  CHECK(messages(client, 1).empty());
  CHECK(client.state() == WebSocketClient::State::Ended);
  CHECK(client.close_code() == net::close_code::kAbnormal);
}
