// Alerts of a log, and of a running engine through its own port.
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "engine/app/alerts/alert_task.hpp"
#include "engine/messaging/alerts.hpp"
#include "tests/app/admin_client.hpp"
#include "tests/app/alerts/alert_config.hpp"
#include "tests/app/event_bus/event_log.hpp"

using namespace sq;
using namespace sq::test;
namespace json = boost::json;

namespace {
std::string text(const json::value& value) { return std::string{value.as_string()}; }
template <class Holds>
bool becomes(const Holds& holds) {
  for (int i = 0; i < 1'500; ++i) {
    if (holds()) return true;
    ::usleep(10'000);
  }
  return false;
}
KillChanged closed(KillScopeKind scope) {
  KillChanged change;
  change.latched = 1;
  change.scope = scope;
  change.reason = FixedText<64>{"smoke"};
  return change;
}
}  // namespace

TEST_CASE("a start tells of what the log left without anybody, and of nothing else", "[app]") {
  const ProgramDir dir;
  const settings::Config config =
      alert_config(dir.command("echo \"$2 $5\" >> " + dir.out().string()), "60");
  EventLog log;
  KillChanged over = closed(KillScopeKind::Venue);
  const std::uint64_t first = log.append(RecordKind::KillChanged, closed(KillScopeKind::All));
  const std::uint64_t second = log.append(RecordKind::KillChanged, closed(KillScopeKind::Strategy));
  log.append(RecordKind::KillChanged, over);
  AlertCommand taken;
  taken.alert = first;
  taken.who = FixedText<24>{"ann"};
  log.append(RecordKind::AlertCommand, taken);
  AdminCommand rearm;
  rearm.command = Command::Rearm;
  rearm.who = FixedText<24>{"bob"};
  log.append(RecordKind::AdminCommand, rearm);
  over.latched = 0;
  log.append(RecordKind::KillChanged, over);
  log.flush();
  telemetry::Log said{{}};
  app::AlertTask task{config, said};
  task.start(log.dir());
  task.finish(20 * kNsPerSecond);
  REQUIRE(dir.lines().size() == 1);
  CHECK(dir.lines()[0].starts_with(std::to_string(second) + " the kill switch is closed"));
  const app::AlertStatus status = task.status();
  CHECK(status.open.size() == 2);  // the first one still holds, and ann has it in hand
  CHECK(status.done.size() == 1);
  CHECK(status.problem.empty());
}

TEST_CASE("a kill by hand is told until somebody has it in hand, through the port", "[app]") {
  const ProgramDir dir;
  const std::string alerts = "[alerts]\n" + dir.command("echo \"$1 $3\" >> " + dir.out().string()) +
                             "\n[[alerts.rule]]\nkind = \"kill\"\nowner = \"anna\"\n"
                             "action = \"call the venue\"\nrepeat_s = 1\n\n[archive]\n";
  const Engine engine{"alerts", "18530", "5", {{"[archive]\n", alerts}}};
  const Client client{"18530"};
  engine.wait_until_up(client);
  const auto post = [&](const std::string& target, const json::object& body) {
    return client.call(http::verb::post, target, json::serialize(body), engine.token());
  };
  const auto alerts_now = [&] { return json::parse(client.get("/api/v1/alerts").body); };
  CHECK(alerts_now().at("open").as_array().empty());
  REQUIRE(post("/api/v1/kill", {{"reason", "drill"}}).status == 202);
  REQUIRE(becomes([&] { return dir.lines().size() >= 2; }));
  CHECK(dir.lines()[0] == "kill anna");
  REQUIRE(becomes([&] {
    const json::value now = alerts_now();
    return now.at("open").as_array().size() == 1 &&
           now.at("open").as_array()[0].at("deliveries").to_number<int>() >= 2;
  }));
  const json::value open = alerts_now().at("open").as_array()[0];
  CHECK(text(open.at("owner")) == "anna");
  CHECK(text(open.at("action")) == "call the venue");
  CHECK(text(open.at("text")).find("drill") != std::string::npos);

  const std::string target = "/api/v1/alerts/acknowledge";
  const json::object taken{{"alert", text(open.at("alert"))}, {"who", "bob"}, {"reason", "on it"}};
  CHECK(client.call(http::verb::post, target, json::serialize(taken)).status == 401);
  CHECK(post(target, {{"alert", text(open.at("alert"))}}).status == 400);
  CHECK(post(target, {{"alert", "first"}, {"who", "bob"}}).status == 400);
  CHECK(post(target, {{"alert", "1"}, {"who", "bob"}}).status == 404);
  CHECK(alerts_now().at("open").as_array()[0].as_object().if_contains("who") == nullptr);
  REQUIRE(post(target, taken).status == 202);
  REQUIRE(becomes([&] {
    return alerts_now().at("open").as_array()[0].as_object().if_contains("who") != nullptr;
  }));
  ::usleep(300'000);  // one may have been under way
  const std::size_t told = dir.lines().size();
  ::usleep(2'200'000);
  CHECK(dir.lines().size() == told);
  CHECK(post(target, taken).status == 404);
  const std::string log = client.get("/api/v1/log?limit=10000").body;
  CHECK(log.find("\"AlertCommand\"") != std::string::npos);
  const std::string metrics = client.get("/metrics").body;
  CHECK(metrics.find("shrivenquant_alerts_open 1\n") != std::string::npos);
  CHECK(metrics.find("shrivenquant_alerts_unattended 0\n") != std::string::npos);
  CHECK(metrics.find("shrivenquant_alerts_failed_total{channel=\"command\"} 0\n") !=
        std::string::npos);
  CHECK(engine.stop() == 0);
  const json::value summary = json::parse(read_text(engine.summary));
  CHECK(summary.at("alerts").at("open").to_number<int>() == 1);
  CHECK(summary.at("alerts").at("unattended").to_number<int>() == 0);
  CHECK(summary.at("alerts").at("delivered").to_number<std::size_t>() == told);
}

TEST_CASE("without [alerts] the port says that nobody is told", "[app]") {
  const Engine engine{"alerts-off", "18531", "5"};
  const Client client{"18531"};
  engine.wait_until_up(client);
  const json::value shown = json::parse(client.get("/api/v1/alerts").body);
  CHECK_FALSE(shown.at("configured").as_bool());
  CHECK(shown.at("open").as_array().empty());
  const json::object taken{{"alert", "1"}, {"who", "ann"}};
  const Answer nobody = client.call(http::verb::post, "/api/v1/alerts/acknowledge",
                                    json::serialize(taken), engine.token());
  CHECK(nobody.status == 409);
  CHECK(client.get("/metrics").body.find("shrivenquant_alerts") == std::string::npos);
  engine.stop();
  CHECK(json::parse(read_text(engine.summary)).at("alerts").is_null());
  CHECK(read_text(engine.output).find("alerts: off") != std::string::npos);
}
