// The event bus through the admin port, over real sockets and with its threads running.
#include "engine/app/admin_events.hpp"

#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <thread>

#include "engine/app/event_bus/bus_metrics.hpp"
#include "engine/app/event_bus/event_bus_task.hpp"
#include "tests/app/event_bus/event_log.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq;
using namespace sq::app;
using namespace sq::test;
namespace http = boost::beast::http;
namespace json = boost::json;
using boost::asio::ip::tcp;

namespace {
const std::string kToken(64, 'a');

// The routes of a bus on a port of their own.
struct Port {
  EventBusTask task;
  std::mutex mutex;
  std::vector<Record<AdminCommand>> commands;
  std::vector<std::string> notes;
  std::string refusal;
  net::HttpServer server;
  std::thread thread;

  explicit Port(const EventLog& log)
      : task{log.dir()},
        server{settings(),
               [router = router()](const net::HttpRequest& r) { return router.handle(r); }},
        thread{[this] { server.run(); }} {}
  ~Port() {
    server.stop();
    thread.join();
  }
  static net::HttpServerSettings settings() {
    net::HttpServerSettings settings;
    settings.housekeeping_ms = 2;
    return settings;
  }
  admin::Router router() {
    return {event_routes({task.bus(),
                          [this](const Record<AdminCommand>& command) {
                            const std::scoped_lock lock{mutex};
                            if (refusal.empty()) commands.push_back(command);
                            return refusal;
                          },
                          [this](const std::string& line) {
                            const std::scoped_lock lock{mutex};
                            notes.push_back(line);
                          },
                          [](std::string_view name) -> std::optional<InstrumentId> {
                            return name == "X:Y" ? std::optional{InstrumentId{7}} : std::nullopt;
                          },
                          [](std::string_view name) -> std::optional<StrategyId> {
                            return name == "maker" ? std::optional{StrategyId{1}} : std::nullopt;
                          }}),
            kToken};
  }
  tcp::socket connect(boost::asio::io_context& context) const {
    tcp::socket socket{context};
    socket.connect({boost::asio::ip::address_v4::loopback(), server.port()});
    return socket;
  }
  struct Answer {
    unsigned status{0};
    json::value body;
  };
  Answer call(http::verb method, const std::string& target, const std::string& token = {}) const {
    boost::asio::io_context context;
    tcp::socket socket = connect(context);
    http::request<http::string_body> request{method, target, 11};
    request.set(http::field::host, "127.0.0.1");
    if (!token.empty()) request.set(http::field::authorization, "Bearer " + token);
    request.prepare_payload();
    http::write(socket, request);
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(socket, buffer, response);
    return {response.result_int(), json::parse(response.body())};
  }
  Answer get(const std::string& target) const { return call(http::verb::get, target); }
  Answer post(const std::string& target) const { return call(http::verb::post, target, kToken); }
  std::size_t letters() { return task.bus().letters().counts().kept; }
};
template <class Condition>
void wait_until(Condition condition) {
  for (int i = 0; i < 5'000 && !condition(); ++i) ::usleep(1'000);
  REQUIRE(condition());
}
std::vector<std::uint64_t> sequences_in(const json::value& page) {
  std::vector<std::uint64_t> found;
  for (const auto& event : page.at("events").as_array())
    found.push_back(std::stoull(std::string{event.at("record").at("seq").as_string()}));
  return found;
}
}  // namespace

TEST_CASE("a failed event is listed, shown, replayed over the port, and gone", "[event_bus]") {
  EventLog log;
  Port port{log};
  std::atomic<bool> works{false};
  auto options = named("books", {Topic::Fills});
  options.retries = 1;
  options.retry_pause_ns = 1;
  port.task.consume(port.task.bus().subscribe(options, {[&](const Delivery&) {
                                                          if (!works)
                                                            throw std::runtime_error(
                                                                "the books are closed");
                                                        },
                                                        {}}));
  const std::uint64_t fill = log.fill(1, 7);
  log.order();
  wait_until([&] { return port.letters() == 1; });
  const auto list = port.get("/api/v1/dead-letters").body.at("dead_letters").as_array();
  REQUIRE(list.size() == 1);
  CHECK(list[0].at("reason") == "the books are closed");
  CHECK(list[0].at("subscriber") == "books");
  CHECK(list[0].at("input").at("kind") == "FillBooked");
  CHECK(
      port.get("/api/v1/dead-letters?subscriber=core").body.at("dead_letters").as_array().empty());
  CHECK(port.get("/api/v1/dead-letters?before=1").body.at("dead_letters").as_array().empty());
  CHECK(port.get("/api/v1/dead-letters/1").body.at("input_sequence").to_number<std::uint64_t>() ==
        fill);
  CHECK(port.call(http::verb::post, "/api/v1/dead-letters/1/replay").status == 401);
  CHECK(
      port.call(http::verb::post, "/api/v1/dead-letters/1/discard", std::string(64, 'b')).status ==
      401);
  works = true;
  CHECK(port.post("/api/v1/dead-letters/1/replay").status == 202);
  wait_until([&] { return port.letters() == 0; });
  CHECK(port.get("/api/v1/dead-letters/1").status == 404);
  CHECK(port.post("/api/v1/dead-letters/1/replay").status == 404);
  CHECK(port.get("/api/v1/dead-letters").body.at("replayed").to_number<int>() == 1);
  REQUIRE(port.notes.size() == 1);
  CHECK(port.notes[0].find("dead letter 1 of books replayed") != std::string::npos);
}

TEST_CASE(
    "of the core's letters only commands go in again, with their payload; all can be discarded",
    "[event_bus]") {
  EventLog log;
  Port port{log};
  log.dead_letter(log.trade(99), DeadLetterReason::UnknownInstrument);
  AdminCommand command;
  command.command = Command::CancelAll;
  command.strategy = StrategyId{50};
  log.dead_letter(log.append(RecordKind::AdminCommand, command, InstrumentId{3}),
                  DeadLetterReason::BadContent);
  wait_until([&] { return port.letters() == 2; });
  CHECK(port.post("/api/v1/dead-letters/1/replay").status == 409);
  CHECK(port.get("/api/v1/dead-letters/1").body.at("replay") == false);
  port.refusal = "the run has ended";
  CHECK(port.post("/api/v1/dead-letters/2/replay").status == 409);
  CHECK(port.letters() == 2);
  port.refusal.clear();
  CHECK(port.post("/api/v1/dead-letters/2/replay").status == 202);
  REQUIRE(port.commands.size() == 1);
  CHECK(port.commands[0].payload.command == Command::CancelAll);
  CHECK(port.commands[0].payload.strategy == StrategyId{50});
  CHECK(port.commands[0].payload.who.view() == "admin port, replay");
  CHECK(port.commands[0].header.instrument == InstrumentId{3});
  CHECK(port.letters() == 1);
  CHECK(port.post("/api/v1/dead-letters/1/destroy").status == 404);
  CHECK(port.post("/api/v1/dead-letters/x/discard").status == 404);
  CHECK(port.post("/api/v1/dead-letters/1/discard").status == 200);
  CHECK(port.letters() == 0);
  CHECK(port.notes.size() == 2);
}

TEST_CASE("pages of events follow each other without a gap or a repeat, filtered as asked",
          "[event_bus]") {
  EventLog log;
  std::vector<std::uint64_t> orders;
  for (int i = 0; i < 30; ++i) {
    orders.push_back(log.order(1, 7));
    log.trade(7);
    log.fill(2, 8);
  }
  Port port{log};
  std::vector<std::uint64_t> got;
  std::uint64_t from = 1;
  for (bool at_end = false; !at_end;) {
    const auto page =
        port.get("/api/v1/events?topics=orders&limit=7&from=" + std::to_string(from)).body;
    for (const std::uint64_t sequence : sequences_in(page)) got.push_back(sequence);
    from = page.at("next").to_number<std::uint64_t>();
    at_end = page.at("at_end").as_bool();
  }
  CHECK(got == orders);
  const auto all = sequences_in(port.get("/api/v1/events?from=1&limit=1000").body);
  std::vector<std::uint64_t> expected(90);
  std::iota(expected.begin(), expected.end(), 1U);
  CHECK(all == expected);
  CHECK(sequences_in(
            port.get("/api/v1/events?from=1&instrument=X:Y&strategy=maker&limit=1000").body) ==
        orders);
  const auto now = port.get("/api/v1/events").body;  // from now on
  CHECK(sequences_in(now).empty());
  CHECK(now.at("next").to_number<std::uint64_t>() == 91);
  for (const std::string bad : {"topics=fill", "limit=0", "limit=1001", "from=x", "instrument=A:B",
                                "strategy=nobody", "stream=2"})
    CHECK(port.get("/api/v1/events?" + bad).status == 400);
}

TEST_CASE(
    "a stream gives what is there and what comes, and goes on behind the last event a client "
    "saw",
    "[event_bus]") {
  EventLog log;
  Port port{log};
  // Reads events until there are n; their sequences.
  const auto follow = [&](const std::string& query, const std::string& header, std::size_t n,
                          std::size_t already) {
    boost::asio::io_context context;
    tcp::socket socket = port.connect(context);
    boost::asio::write(socket,
                       boost::asio::buffer("GET /api/v1/events?stream=1" + query +
                                           " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n"));
    std::string text;
    std::vector<std::uint64_t> got;
    for (std::size_t added = already; got.size() < n;) {
      boost::asio::read_until(socket, boost::asio::dynamic_buffer(text), "\n\n");
      const std::size_t end = text.find("\n\n") + 2;
      const std::string event = text.substr(0, end);
      text.erase(0, end);
      if (const std::size_t id = event.find("id: "); id != std::string::npos) {
        CHECK(event.find("event: orders\ndata: {") != std::string::npos);
        got.push_back(std::stoull(event.substr(id + 4)));
      }
      if (got.size() == added && added < n) ++added, log.order();
    }
    return got;
  };
  for (int i = 0; i < 3; ++i) log.order();
  CHECK(follow("&topics=orders&from=1", "", 6, 3) == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6});
  CHECK(follow("&topics=orders&from=1", "Last-Event-ID: 4\r\n", 2, 2) ==
        std::vector<std::uint64_t>{5, 6});
  boost::asio::io_context context;
  tcp::socket socket = port.connect(context);
  boost::asio::write(
      socket, boost::asio::buffer(
                  std::string{"GET /api/v1/events?stream=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"}));
  std::string head;
  boost::asio::read_until(socket, boost::asio::dynamic_buffer(head), "\r\n\r\n");
  CHECK(head.find("HTTP/1.1 200 OK") == 0);
  CHECK(head.find("Content-Type: text/event-stream") != std::string::npos);
  CHECK(head.find("Content-Length") == std::string::npos);
  CHECK(port.get("/api/v1/subscribers").status == 200);  // an idle stream holds up nobody
}

TEST_CASE("the bus' metrics pass promtool and count what happened", "[event_bus]") {
  EventLog log;
  EventBus bus{log.dir()};
  auto options = named("books", {Topic::Orders});
  options.retries = 0;
  Subscription& books = bus.subscribe(options, {[](const Delivery& event) {
                                                  if (event.record.sequence == 1)
                                                    throw std::runtime_error("no");
                                                },
                                                {}});
  log.order();
  log.order();
  settle(bus, books);
  const std::string text = bus_metrics(bus);
  CHECK(text.find("shrivenquant_event_dead_letters 1\n") != std::string::npos);
  CHECK(text.find("shrivenquant_event_subscriber_delivered_total{subscriber=\"books\"} 1\n") !=
        std::string::npos);
  CHECK(text.find("shrivenquant_event_subscriber_failures_total{subscriber=\"books\"} 1\n") !=
        std::string::npos);
  if (std::system("command -v promtool > /dev/null") != 0) return skip("no promtool");
  const auto file = log.dir() / "metrics.txt";
  std::ofstream{file} << text;
  CHECK(std::system(("promtool check metrics < " + file.string() + " > /dev/null").c_str()) == 0);
}
