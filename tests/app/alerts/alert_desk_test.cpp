// Delivery: a real program is called, a real server is posted to; time is stepped.
#include "engine/app/alerts/alert_desk.hpp"

#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

#include "engine/messaging/alerts.hpp"
#include "engine/net/http_server.hpp"
#include "engine/telemetry/tick_clock.hpp"
#include "tests/app/alerts/alert_config.hpp"

using namespace sq;
using namespace sq::app;
using namespace sq::test;

namespace {
struct Run {
  settings::Config config;
  AlertDesk desk{config};
  std::int64_t offset_ns{0};  // stepped, on top of the clock that children and sockets need
  std::uint64_t sequence{10};

  explicit Run(const std::string& channels, const std::string& repeat_s = "60")
      : config{alert_config(channels, repeat_s)} {}
  template <class P>
  std::uint64_t take(RecordKind kind, const P& payload) {
    auto record = make_record(kind, payload);
    record.header.sequence = sequence++;
    record.header.wall = WallTime{kNsPerSecond};
    desk.take(record.header);
    return record.header.sequence;
  }
  std::uint64_t kill(std::string_view reason = "smoke") {
    KillChanged change;
    change.latched = 1;
    change.reason = FixedText<64>{reason};
    return take(RecordKind::KillChanged, change);
  }
  void acknowledge(std::uint64_t alert) {
    AlertCommand asked;
    asked.alert = alert;
    asked.who = FixedText<24>{"ann"};
    take(RecordKind::AlertCommand, asked);
  }
  [[nodiscard]] MonoTime now() const { return MonoTime{telemetry::monotonic_ns() + offset_ns}; }
  // Until nothing is under way any more.
  void settle() {
    for (int i = 0; i < 3'000 && desk.step(now()); ++i) ::usleep(2'000);
    REQUIRE_FALSE(desk.step(now()));
  }
  void later(std::int64_t ms) {
    offset_ns += ms * kNsPerMs;
    settle();
  }
};
// Answers with the statuses it is given, one after the other, the last one for ever.
struct Receiver {
  explicit Receiver(std::vector<unsigned> answers)
      : statuses{std::move(answers)},
        server{{}, [this](const net::HttpRequest& request) {
                 const std::scoped_lock lock{mutex};
                 bodies.push_back(request.method + " " + request.path + " " + request.body);
                 net::HttpResponse response;
                 response.status = statuses[std::min(bodies.size(), statuses.size()) - 1];
                 return response;
               }} {}
  ~Receiver() {
    server.stop();
    thread.join();
  }
  [[nodiscard]] std::string url() const {
    return "webhook = \"http://127.0.0.1:" + std::to_string(server.port()) + "/alert?x=1\"";
  }
  std::size_t count() {
    const std::scoped_lock lock{mutex};
    return bodies.size();
  }
  std::vector<unsigned> statuses;
  std::mutex mutex;
  std::vector<std::string> bodies;
  net::HttpServer server;
  std::thread thread{[this] { server.run(); }};
};
}  // namespace

TEST_CASE(
    "a program is called with kind, number, owner, action and text, once a repeat until "
    "somebody has it in hand",
    "[app]") {
  const ProgramDir dir;
  Run run{dir.command("echo \"$#|$1|$2|$3|$4|$5\" >> " + dir.out().string())};
  const std::uint64_t number = run.kill("a $HOME `id` \"b\"");
  CHECK_FALSE(run.desk.told());
  run.settle();
  CHECK(run.desk.told());
  CHECK(dir.lines() ==
        std::vector<std::string>{"5|kill|" + std::to_string(number) +
                                 "|desk of kill|look|the kill switch is closed for all: "
                                 "a $HOME `id` \"b\" (command)"});
  run.later(59'000);
  CHECK(dir.lines().size() == 1);
  run.later(1'000);
  CHECK(dir.lines().size() == 2);
  CHECK(run.desk.deliveries(number) == 2);
  run.acknowledge(number);
  run.later(600'000);
  CHECK(dir.lines().size() == 2);
}

TEST_CASE("a program that fails is called again, sooner, and that is shown", "[app]") {
  const ProgramDir dir;
  Run run{
      dir.command("echo x >> " + dir.out().string() + "\n[ -e " + dir.out().string() + ".ok ]")};
  run.kill();
  run.settle();
  CHECK(run.desk.channels().at(0).last_failure == "ended with status 1");
  CHECK_FALSE(run.desk.told());
  run.later(1'000);
  CHECK(dir.lines().size() == 2);
  run.later(1'000);
  CHECK(dir.lines().size() == 2);  // two seconds this time
  std::ofstream{dir.out().string() + ".ok"} << "";
  run.later(1'000);
  CHECK(dir.lines().size() == 3);
  CHECK(run.desk.told());
  CHECK(run.desk.channels().at(0).failed == 2);
  CHECK(run.desk.channels().at(0).delivered == 1);
  CHECK(run.desk.channels().at(0).last_failure.empty());
}

TEST_CASE("a program that does not end is killed with what it started", "[app]") {
  const ProgramDir dir;
  Run run{dir.command("sleep 1000 & echo $! > " + dir.out().string() + "\nwait") +
          "\ntimeout_ms = 200"};
  run.kill();
  run.settle();
  CHECK(run.desk.channels().at(0).last_failure == "killed: it did not end in time");
  const std::vector<std::string> lines = dir.lines();
  REQUIRE(lines.size() == 1);
  // Gone, or a zombie of whoever adopts it, as soon as the kernel gets to it.
  const auto gone = [&] {
    std::ifstream status{"/proc/" + lines[0] + "/stat"};
    std::stringstream text;
    text << status.rdbuf();
    return text.str().empty() || text.str().find(") Z") != std::string::npos;
  };
  for (int i = 0; i < 2'000 && !gone(); ++i) ::usleep(5'000);
  CHECK(gone());
}

TEST_CASE("a program that is not there is a failure, not an end", "[app]") {
  Run run{"command = \"/nowhere/page\""};
  run.kill();
  run.settle();
  CHECK(run.desk.channels().at(0).failed == 1);
  CHECK(run.desk.channels().at(0).last_failure ==
        "/nowhere/page does not start: No such file or directory");
}

TEST_CASE("a webhook gets a POST with whose it is and what to do", "[app]") {
  Receiver receiver{{204}};
  Run run{receiver.url()};
  const std::uint64_t number = run.kill("quote \" end");
  run.settle();
  REQUIRE(receiver.count() == 1);
  CHECK(receiver.bodies[0].starts_with("POST /alert {"));
  const auto body = boost::json::parse(receiver.bodies[0].substr(12));
  CHECK(body.at("instance") == "T1");
  CHECK(body.at("alert") == std::to_string(number).c_str());
  CHECK(body.at("kind") == "kill");
  CHECK(body.at("owner") == "desk of kill");
  CHECK(body.at("action") == "look");
  CHECK(body.at("text") == "the kill switch is closed for all: quote \" end (command)");
  CHECK(body.at("told_before") == 0);
  run.later(60'000);
  REQUIRE(receiver.count() == 2);
  CHECK(boost::json::parse(receiver.bodies[1].substr(12)).at("told_before") == 1);
}

TEST_CASE("a webhook that refuses is asked again", "[app]") {
  Receiver receiver{{500, 301, 200}};
  Run run{receiver.url()};
  run.kill();
  run.settle();
  CHECK(run.desk.channels().at(0).last_failure == "answered with status 500");
  run.later(1'000);
  CHECK(run.desk.channels().at(0).last_failure == "answered with status 301");
  run.later(2'000);
  CHECK(receiver.count() == 3);
  CHECK(run.desk.told());
}

TEST_CASE("a webhook whose name nobody knows is a failure, and is looked up again", "[app]") {
  Run run{"webhook = \"http://nobody.invalid/\""};  // RFC 2606: never a name
  run.kill();
  run.settle();
  CHECK(run.desk.channels().at(0).failed == 1);
  CHECK(run.desk.channels().at(0).last_failure.starts_with("nobody.invalid: "));
  run.later(1'000);
  CHECK(run.desk.channels().at(0).failed == 2);
}

TEST_CASE("a webhook that is not there keeps nobody from the program", "[app]") {
  const ProgramDir dir;
  Run run{"webhook = \"http://127.0.0.1:1/\"\n" + dir.command("echo x >> " + dir.out().string())};
  run.kill();
  run.settle();
  CHECK(dir.lines().size() == 1);
  CHECK(run.desk.channels().at(0).failed == 1);
  CHECK(run.desk.channels().at(1).delivered == 1);
  CHECK_FALSE(run.desk.told());
}

TEST_CASE("what was not told yet goes before what is repeated", "[app]") {
  const ProgramDir dir;
  Run run{dir.command("echo $1 >> " + dir.out().string()), "1"};
  run.kill();
  run.settle();
  run.offset_ns += 2 * kNsPerSecond;  // the repeat is due, and here is something new
  LogStateChanged log;
  log.condition = LogCondition::Stalled;
  run.take(RecordKind::LogStateChanged, log);
  run.settle();
  CHECK(dir.lines() == std::vector<std::string>{"kill", "log", "kill"});
}
