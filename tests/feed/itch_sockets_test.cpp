// The protocols over real sockets of the loopback device: MoldUDP64 on two lines with lost packets
// and a server that sends them again, SoupBinTCP with a connection that breaks.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <random>

#include "engine/feed/itch/arbiter.hpp"
#include "engine/feed/itch/soup_session.hpp"
#include "tests/support/feed_bytes.hpp"

using namespace sq;
using namespace sq::feed::itch;
using test::Bytes;

namespace {
class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_{descriptor} { REQUIRE(descriptor >= 0); }
  ~Socket() { ::close(descriptor_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] sockaddr_in address() const {
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    REQUIRE(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return address;
  }
  void bind_to_loopback() const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
  }
  void send_to(const Socket& peer, std::span<const std::byte> bytes) const {
    const sockaddr_in to = peer.address();
    REQUIRE(::sendto(descriptor_, bytes.data(), bytes.size(), 0,
                     reinterpret_cast<const sockaddr*>(&to),
                     sizeof(to)) == static_cast<ssize_t>(bytes.size()));
  }
  void send_all(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      REQUIRE(count > 0);
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }
  // Waits for bytes; empty: the peer has closed.
  [[nodiscard]] Bytes receive(std::size_t bytes_max) const {
    pollfd wait{.fd = descriptor_, .events = POLLIN, .revents = 0};
    REQUIRE(::poll(&wait, 1, 5'000) == 1);
    Bytes bytes(bytes_max);
    const ssize_t count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    REQUIRE(count >= 0);
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
  }
  [[nodiscard]] bool readable() const {
    pollfd wait{.fd = descriptor_, .events = POLLIN, .revents = 0};
    return ::poll(&wait, 1, 0) == 1;
  }

 private:
  int descriptor_;
};
constexpr MonoTime at(std::int64_t ms) { return MonoTime{ms * kNsPerMs}; }

// The message with this number.
Bytes message(std::uint64_t sequence) {
  return test::Builder{}.text("D", 1).big(sequence).zeros(10).bytes();
}

// A publisher with two lines that keeps everything for requests.
struct Publisher {
  Socket out{::socket(AF_INET, SOCK_DGRAM, 0)};
  Socket requests{::socket(AF_INET, SOCK_DGRAM, 0)};
  MoldSession session = mold_session("LOOP");
  Publisher() { requests.bind_to_loopback(); }

  Bytes packet(std::uint64_t first, std::uint64_t count) const {
    MoldWriter writer{session, 1400};
    writer.begin(first);
    for (std::uint64_t i = 0; i < count; ++i) REQUIRE(writer.add(message(first + i)));
    const auto bytes = writer.packet();
    return {bytes.begin(), bytes.end()};
  }
  // Answers one request, if there is one, to this socket.
  bool answer(const Socket& to) const {
    if (!requests.readable()) return false;
    const Bytes bytes = requests.receive(100);
    const auto request = parse_mold_request(bytes);
    REQUIRE(request);
    REQUIRE(request->session == session);
    out.send_to(to, packet(request->sequence, std::min<std::uint64_t>(request->count, 20)));
    return true;
  }
};
}  // namespace

TEST_CASE("MoldUDP64 over two UDP lines with losses is whole after requests", "[feed][itch]") {
  const Publisher publisher;
  const Socket line_a{::socket(AF_INET, SOCK_DGRAM, 0)};
  const Socket line_b{::socket(AF_INET, SOCK_DGRAM, 0)};
  const Socket unicast{::socket(AF_INET, SOCK_DGRAM, 0)};  // requests go out, answers come in
  for (const Socket* socket : {&line_a, &line_b, &unicast}) socket->bind_to_loopback();
  Arbiter arbiter{{.lines = 3,
                   .first_sequence = 1,
                   .gap_wait_ns = 1'000 * kNsPerMs,
                   .requests_outstanding_max = 4,
                   .request_after_ns = 0,
                   .request_timeout_ns = 5 * kNsPerMs,
                   .request_tries_max = 10,
                   .request_messages_max = 50}};
  std::mt19937_64 random{11};
  std::uint64_t expected = 1;
  const auto receive = [&](std::size_t line, const Socket& socket, MonoTime now) {
    const Bytes bytes = socket.receive(2'000);
    const auto packet = parse_mold(bytes);
    REQUIRE(packet);
    arbiter.receive(line, *packet, now);
    ArbiterMessage out;
    while (arbiter.next(out)) {
      REQUIRE(out.sequence == expected);
      const Bytes right = message(expected++);
      REQUIRE(std::equal(out.bytes.begin(), out.bytes.end(), right.begin(), right.end()));
    }
  };
  constexpr std::uint64_t kMessages = 3'000;
  std::int64_t ms = 0;
  std::uint64_t lost_on_both = 0;
  for (std::uint64_t first = 1; first <= kMessages; ++ms) {
    const std::uint64_t count = std::min<std::uint64_t>(1 + random() % 30, kMessages + 1 - first);
    const Bytes packet = publisher.packet(first, count);
    const bool last = first + count > kMessages;
    const bool on_a = last || random() % 3 != 0;
    const bool on_b = random() % 3 != 0;
    lost_on_both += on_a || on_b ? 0 : 1;
    if (on_a) publisher.out.send_to(line_a, packet);
    if (on_b) publisher.out.send_to(line_b, packet);
    first += count;
    if (on_a) receive(0, line_a, at(ms));
    if (on_b) receive(1, line_b, at(ms));
    while (const auto request = arbiter.next_request(at(ms)))
      unicast.send_to(publisher.requests, encode(*request));
    while (publisher.answer(unicast)) receive(2, unicast, at(ms));
  }
  for (int i = 0; i < 100 && arbiter.gap_open(); ++i, ++ms) {
    while (const auto request = arbiter.next_request(at(ms)))
      unicast.send_to(publisher.requests, encode(*request));
    while (publisher.answer(unicast)) receive(2, unicast, at(ms));
  }
  CHECK(expected == kMessages + 1);
  CHECK(lost_on_both > 5);
  CHECK(arbiter.counters().gaps == 0);
  CHECK(arbiter.line(2).first > 0);
}

TEST_CASE("SoupBinTCP over TCP goes on where the connection broke", "[feed][itch]") {
  const Socket listener{::socket(AF_INET, SOCK_STREAM, 0)};
  listener.bind_to_loopback();
  REQUIRE(::listen(listener.get(), 4) == 0);
  SoupClient client{{.user = FixedText<6>{"me"}, .password = FixedText<10>{"pw"}, .session = {}}};
  constexpr std::uint64_t kMessages = 2'000;
  std::uint64_t expected = 1;
  std::mt19937_64 random{5};
  // Each connection ends in the middle of a packet after so many messages, the last one in order.
  for (const std::uint64_t until : {700U, 1'300U, 2'000U}) {
    const Socket here{::socket(AF_INET, SOCK_STREAM, 0)};
    const sockaddr_in to = listener.address();
    REQUIRE(::connect(here.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0);
    const Socket there{::accept(listener.get(), nullptr, nullptr)};
    SoupServer server{at(0)};
    client.connect(at(0));
    here.send_all(client.output());
    client.sent(client.output().size());

    SoupEvent event;
    const Bytes login = there.receive(100);
    server.receive(login, at(0));
    REQUIRE(server.next(event));
    REQUIRE(event.kind == SoupEventKind::LoginRequested);
    CHECK(event.login.sequence == expected);
    server.accept(SoupSessionName{"LOOP"}, event.login.sequence, at(1));
    while (server.next_sequence() <= until)
      REQUIRE(server.send(message(server.next_sequence()), at(2)));
    if (until == kMessages) server.end_session(at(3));
    // The last packet loses its end where the connection breaks.
    const std::size_t whole = server.output().size();
    there.send_all(server.output().first(until == kMessages ? whole : whole - 7));
    REQUIRE(::shutdown(there.get(), SHUT_WR) == 0);
    for (;;) {
      const Bytes bytes = here.receive(1 + random() % 5'000);
      if (bytes.empty()) break;
      client.receive(bytes, at(4));
      while (client.next(event)) {
        if (event.kind != SoupEventKind::Sequenced) continue;
        REQUIRE(event.sequence == expected);
        const Bytes right = message(expected++);
        REQUIRE(std::equal(event.payload.begin(), event.payload.end(), right.begin(), right.end()));
      }
    }
    CHECK(expected == (until == kMessages ? until + 1 : until));
  }
  CHECK(client.state() == SoupClient::State::Ended);
  CHECK(client.gaps() == 0);
  CHECK(client.duplicates() == 0);
}
