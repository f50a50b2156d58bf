// TLS sessions of both sides, bytes carried by hand: what opens, what is refused, how it ends
// (N07).
#include "engine/net/tls/tls_session.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <optional>
#include <random>

#include "tests/net/certificates.hpp"
#include "tests/support/paths.hpp"

using namespace sq;
using namespace sq::test;
using net::TlsContext;
using net::TlsSession;
using net::TlsState;

namespace {
std::filesystem::path folder() {
  static const auto made = [] {
    auto path = std::filesystem::temp_directory_path() / ("sq-tls-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path);
    return path;
  }();
  return made;
}
Authority& authority() {
  static Authority made{folder()};
  return made;
}
// At most `chunk` bytes at a time from one side's wire to the other. False: nothing was there.
bool carry(TlsSession& from, TlsSession& to, std::size_t chunk) {
  const auto waiting = from.out().waiting();
  const std::size_t n = std::min(chunk, waiting.size());
  if (n == 0) return false;
  std::memcpy(to.room(n).data(), waiting.data(), n);
  to.received(n);
  from.out().sent(n);
  return true;
}
std::string read_all(TlsSession& session) {
  std::string text;
  std::vector<std::byte> piece(1'000);
  while (const std::size_t n = session.read(piece))
    text.append(reinterpret_cast<const char*>(piece.data()), n);
  return text;
}
bool write(TlsSession& session, const std::string& text) {
  return session.write({reinterpret_cast<const std::byte*>(text.data()), text.size()});
}
struct Pair {
  TlsContext server_context;
  TlsContext client_context;
  std::optional<TlsSession> server;
  std::optional<TlsSession> client;

  explicit Pair(const Certificate& certificate,
                net::TlsClientSettings settings = {authority().file(), {}})
      : server_context{TlsContext::server({certificate.certificate, certificate.key})},
        client_context{TlsContext::client(settings)} {}
  void open(const std::string& host = "localhost", std::size_t chunk = 100'000) {
    server.emplace(server_context, "");
    client.emplace(client_context, host);
    for (int i = 0; i < 100'000; ++i) {
      static_cast<void>(client->read({}));
      static_cast<void>(server->read({}));
      const bool there = carry(*client, *server, chunk);
      if (!carry(*server, *client, chunk) && !there) break;
    }
  }
};
}  // namespace

TEST_CASE("a server with the authority's signature for its name opens, at every size of pieces") {
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
    Pair pair{authority().issue()};
    pair.open("localhost", chunk);
    REQUIRE(pair.client->state() == TlsState::Open);
    REQUIRE(pair.server->state() == TlsState::Open);
    CHECK(pair.client->version() == "TLSv1.3");
    std::string text(50'000, 'a');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 26);
    REQUIRE(write(*pair.client, text));
    std::string got;
    do {
      got += read_all(*pair.server);
    } while (carry(*pair.client, *pair.server, chunk));
    CHECK(got == text);
  }
  Pair by_address{authority().issue()};
  by_address.open("127.0.0.1");
  CHECK(by_address.client->state() == TlsState::Open);
}

TEST_CASE("N07: expired, early, self-signed, foreign and wrongly named servers are refused") {
  const auto refused = [](const Certificate& certificate, const std::string& host,
                          const std::string& why) {
    Pair pair{certificate};
    pair.open(host);
    CHECK(pair.client->state() == TlsState::Failed);
    INFO(pair.client->failure());
    CHECK(pair.client->failure().find(why) != std::string_view::npos);
    CHECK_FALSE(write(*pair.client, "secret"));
    CHECK(read_all(*pair.client).empty());
  };
  refused(authority().issue({.valid_from_s = -7'200, .valid_to_s = -3'600}), "localhost",
          "expired");
  refused(authority().issue({.valid_from_s = 3'600}), "localhost", "not yet valid");
  refused(authority().issue_self_signed(), "localhost", "self-signed");
  Authority other{folder() / "other", "other"};
  refused(other.issue(), "localhost", "unable to get local issuer");
  refused(authority().issue({.name = "evil.example"}), "localhost", "hostname mismatch");
  refused(authority().issue({.name = "localhost", .address = ""}), "127.0.0.1",
          "IP address mismatch");
  const Certificate weak = authority().issue({.sha1 = true});
  CHECK_THROWS_WITH(TlsContext::server({weak.certificate, weak.key}), Catch::Contains("too weak"));
}

TEST_CASE("a pinned certificate is required to the last bit") {
  const Certificate certificate = authority().issue();
  Pair good{certificate, {authority().file(), certificate.sha256}};
  good.open();
  CHECK(good.client->state() == TlsState::Open);
  Pair other{authority().issue(), {authority().file(), certificate.sha256}};
  other.open();
  CHECK(other.client->state() == TlsState::Failed);
  CHECK_THROWS_WITH(TlsContext::client({authority().file(), "abc"}),
                    Catch::Contains("64 hex digits"));
  CHECK_THROWS_WITH(TlsContext::client({"/nonexistent.pem", {}}),
                    Catch::Contains("/nonexistent.pem"));
}

TEST_CASE("a second connection to a host resumes the session of the first") {
  Pair pair{authority().issue()};
  pair.open();
  CHECK_FALSE(pair.client->resumed());
  write(*pair.server, "ticket is behind this");
  while (carry(*pair.server, *pair.client, 100'000)) {
  }
  CHECK(read_all(*pair.client) == "ticket is behind this");
  pair.open();
  CHECK(pair.client->state() == TlsState::Open);
  CHECK(pair.client->resumed());
}

TEST_CASE("an end without close_notify is a truncation, with it an orderly end") {
  Pair cut{authority().issue()};
  cut.open();
  write(*cut.server, "half of");
  while (carry(*cut.server, *cut.client, 100'000)) {
  }
  cut.client->end_of_input();
  CHECK(read_all(*cut.client) == "half of");
  CHECK(cut.client->state() == TlsState::Truncated);

  Pair whole{authority().issue()};
  whole.open();
  write(*whole.server, "all of it");
  whole.server->close();
  while (carry(*whole.server, *whole.client, 100'000)) {
  }
  whole.client->end_of_input();
  CHECK(read_all(*whole.client) == "all of it");
  CHECK(read_all(*whole.client).empty());
  CHECK(whole.client->state() == TlsState::Ended);

  Pair inside{authority().issue()};
  inside.server.emplace(inside.server_context, "");
  inside.client.emplace(inside.client_context, "localhost");
  static_cast<void>(inside.client->read({}));
  inside.client->end_of_input();
  static_cast<void>(inside.client->read({}));
  CHECK(inside.client->state() == TlsState::Failed);
}

TEST_CASE("a flipped bit of what the server sent is never read as something else") {
  std::mt19937_64 random{5};
  for (int i = 0; i < 50; ++i) {
    Pair pair{authority().issue()};
    pair.open();
    write(*pair.server, "price 61800.2");
    const auto waiting = pair.server->out().waiting();
    std::vector<std::byte> bytes(waiting.begin(), waiting.end());
    const std::size_t bit = random() % (bytes.size() * 8);
    bytes[bit / 8] ^= std::byte{1} << static_cast<int>(bit % 8);
    std::memcpy(pair.client->room(bytes.size()).data(), bytes.data(), bytes.size());
    pair.client->received(bytes.size());
    pair.client->end_of_input();
    const std::string got = read_all(*pair.client);
    CHECK(got.empty());
    CHECK(pair.client->state() != TlsState::Open);
    CHECK(pair.client->state() != TlsState::Ended);
  }
}

TEST_CASE("bytes that are no TLS fail, in the handshake and behind it") {
  Pair pair{authority().issue()};
  pair.open();
  const std::string html{"HTTP/1.1 400 Bad Request\r\n\r\n<html>"};
  std::memcpy(pair.client->room(html.size()).data(), html.data(), html.size());
  pair.client->received(html.size());
  CHECK(read_all(*pair.client).empty());
  CHECK(pair.client->state() == TlsState::Failed);
  pair.client.emplace(pair.client_context, "localhost");
  std::memcpy(pair.client->room(html.size()).data(), html.data(), html.size());
  pair.client->received(html.size());
  static_cast<void>(pair.client->read({}));
  CHECK(pair.client->state() == TlsState::Failed);
}
