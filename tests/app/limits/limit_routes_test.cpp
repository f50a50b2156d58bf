// Limits, sessions and lists over the admin port of the real program, also after kill -9.
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/app/admin_client.hpp"

using namespace sq::test;
namespace json = boost::json;

namespace {
std::string text(const json::value& value) { return std::string{value.as_string()}; }

struct Port {
  Port(const std::string& name, const std::string& port, const std::string& speed,
       const Engine::Changes& further = {})
      : client{port}, engine{name, port, speed, further} {
    engine.wait_until_up(client);
    token = engine.token();
  }
  json::value get(const std::string& target) const { return json::parse(client.get(target).body); }
  Answer post(const std::string& target, const std::string& body) const {
    return client.call(http::verb::post, target, body, token);
  }
  json::object limit(const std::string& scope, const std::string& name) const {
    const json::value all = get("/api/v1/limits");
    for (const json::value& each : all.at("limits").as_array())
      if (text(each.at("scope")) == scope && text(each.at("limit")) == name)
        return each.as_object();
    return {};
  }
  std::int64_t sent() const {
    return get("/api/v1/orders?all=1&limit=1").at("total").to_number<std::int64_t>();
  }
  void wait_for_orders(std::int64_t more_than) const {
    for (int i = 0; i < 2'000 && sent() <= more_than; ++i) ::usleep(10'000);
    REQUIRE(sent() > more_than);
  }
  Client client;
  Engine engine;
  std::string token;
};
const std::string kBtc = "instrument:binance-usdm:BTCUSDT";
}  // namespace

TEST_CASE("limits of a running engine are listed, lowered by one and raised by two people",
          "[app]") {
  const Port port{"limits-port", "18540", "10"};
  const json::object listed = port.limit("firm", "open-orders");
  REQUIRE(listed.contains("in_use"));
  CHECK(text(listed.at("value")) == "40");
  CHECK(text(listed.at("unit")) == "orders");
  CHECK(text(listed.at("source")) == "configuration");
  CHECK(std::stoi(text(listed.at("in_use"))) + std::stoi(text(listed.at("left"))) == 40);
  CHECK(text(port.limit("firm", "gross-notional").at("value")) == "100000");
  CHECK(text(port.limit(kBtc, "order-qty").at("value")) == "0.05");
  CHECK(text(port.limit(kBtc, "collar").at("value")) == "0.005");
  CHECK(text(port.limit("strategy:maker", "daily-loss").at("value")) == "1000");

  const std::string looser = R"({"scope":")" + kBtc +
                             R"(","limit":"order-qty","value":"0.06","who":"ann","reason":"drill")";
  CHECK(port.client.call(http::verb::post, "/api/v1/limits/set", looser + "}").status == 401);
  CHECK(port.post("/api/v1/limits/set", "{}").status == 400);
  CHECK(
      port.post("/api/v1/limits/set", R"({"scope":"firm","limit":"moon","value":"1","who":"ann"})")
          .status == 400);
  const Answer alone = port.post("/api/v1/limits/set", looser + "}");
  CHECK(alone.status == 409);
  CHECK(alone.body.find("second person") != std::string::npos);
  CHECK(text(port.limit(kBtc, "order-qty").at("value")) == "0.05");

  const Answer proposed = port.post("/api/v1/limits/propose", looser + R"(,"minutes":"10"})");
  INFO(proposed.body);
  REQUIRE(proposed.status == 200);
  const std::string number = text(json::parse(proposed.body).at("proposal"));
  CHECK(port.get("/api/v1/limits").at("proposals").as_array().size() == 1);
  const auto approve = [&](const std::string& who) {
    return port.post("/api/v1/limits/approve",
                     R"({"proposal":")" + number + R"(","who":")" + who + "\"}");
  };
  CHECK(approve("Ann").status == 409);
  CHECK(text(port.limit(kBtc, "order-qty").at("value")) == "0.05");
  CHECK(approve("bob").status == 200);
  CHECK(approve("eve").status == 409);  // once
  const json::object raised = port.limit(kBtc, "order-qty");
  CHECK(text(raised.at("value")) == "0.06");
  CHECK(text(raised.at("who")) == "ann");
  CHECK(text(raised.at("second")) == "bob");
  CHECK(text(raised.at("returns_to")) == "0.05");

  // Lowered to less than any quote: nothing is sent any more.
  port.wait_for_orders(0);
  for (const std::string instrument :
       {"binance-usdm:BTCUSDT", "binance-usdm:ETHUSDT", "binance-spot:BTCUSDT"}) {
    const Answer lowered =
        port.post("/api/v1/limits/set", R"({"scope":"instrument:)" + instrument +
                                            R"(","limit":"order-qty","value":"0","who":"ann"})");
    INFO(lowered.body);
    CHECK(lowered.status == 200);
    CHECK(text(json::parse(lowered.body).at("outcome")) == "lowered");
  }
  const std::int64_t before = port.sent();
  ::usleep(500'000);  // five seconds of market
  CHECK(port.sent() == before);
  CHECK(port.engine.stop() == 0);
  CHECK(run("shrivenquant", {"replay", port.engine.log}).status == 0);
}

TEST_CASE("after kill -9 a raise is in force as before, and ends at its moment", "[app]") {
  const Engine::Changes recover{{"existing = \"replace\"", "existing = \"recover\""}};
  std::string until;
  {
    const Port port{"limits-kill", "18541", "10", recover};
    const Answer proposed =
        port.post("/api/v1/limits/propose",
                  R"({"scope":"firm","limit":"gross-notional","value":"150000","minutes":"1",)"
                  R"("who":"ann","reason":"drill"})");
    INFO(proposed.body);
    REQUIRE(proposed.status == 200);
    const Answer approved = port.post(
        "/api/v1/limits/approve",
        R"({"proposal":")" + text(json::parse(proposed.body).at("proposal")) + R"(","who":"bob"})");
    REQUIRE(approved.status == 200);
    until = text(port.limit("firm", "gross-notional").at("until"));
    REQUIRE(::kill(port.engine.child, SIGKILL) == 0);
    CHECK(wait_for(port.engine.child) == 128 + SIGKILL);
  }
  const Port port{"limits-kill", "18541", "10", recover};
  const json::object raised = port.limit("firm", "gross-notional");
  CHECK(text(raised.at("value")) == "150000");
  REQUIRE(raised.contains("until"));
  CHECK(text(raised.at("until")) == until);
  for (int i = 0; i < 2'000; ++i) {
    if (text(port.limit("firm", "gross-notional").at("value")) == "100000") break;
    ::usleep(10'000);
  }
  const json::object ended = port.limit("firm", "gross-notional");
  CHECK(text(ended.at("value")) == "100000");
  CHECK(text(ended.at("source")) == "configuration");
  CHECK(port.engine.stop() == 0);
}

TEST_CASE("where a session is checked nothing is sent before its phase is told, nor in a halt",
          "[app]") {
  const std::string rule =
      "# [[risk.venue_rules]]\n#   venue = \"binance-usdm\"\n#   session = false ";
  const Port port{"limits-session",
                  "18542",
                  "10",
                  {{rule, "[[risk.venue_rules]]\nvenue = \"binance-usdm\"\nsession = true "},
                   {"instruments = [\"binance-usdm:ETHUSDT\", \"binance-spot:BTCUSDT\"]",
                    "instruments = [\"binance-usdm:ETHUSDT\"]"}}};
  ::usleep(500'000);
  CHECK(port.sent() == 0);
  const auto phase = [&] {
    return text(port.get("/api/v1/sessions").at("venues").at(0).at("phase"));
  };
  CHECK(phase() == "unknown");
  CHECK(port.post("/api/v1/sessions", R"({"venue":"binance-usdm","phase":"lunch"})").status == 400);
  CHECK(port.post("/api/v1/sessions", R"({"venue":"nowhere","phase":"closed"})").status == 400);
  CHECK(port.client.call(http::verb::post, "/api/v1/sessions", "{}").status == 401);
  CHECK(port.post("/api/v1/sessions", R"({"venue":"binance-usdm","phase":"continuous"})").status ==
        202);
  port.wait_for_orders(0);
  CHECK(phase() == "continuous");
  CHECK(port.post("/api/v1/static-data",
                  R"({"instrument":"binance-usdm:BTCUSDT","fact":"restricted",)"
                  R"("value":"1","who":"ann"})")
            .status == 202);
  CHECK(
      port.post(
              "/api/v1/static-data",
              R"({"instrument":"binance-usdm:BTCUSDT","fact":"holdings","value":"-1","who":"ann"})")
          .status == 400);
  CHECK(port.post("/api/v1/sessions", R"({"venue":"binance-usdm","phase":"halted"})").status ==
        202);
  for (int i = 0; i < 500 && phase() != "halted"; ++i) ::usleep(5'000);
  REQUIRE(phase() == "halted");
  CHECK(port.get("/api/v1/sessions").at("instruments").at(0).at("restricted").as_bool());
  const std::int64_t before = port.sent();
  ::usleep(500'000);
  CHECK(port.sent() == before);
  CHECK(port.engine.stop() == 0);
}
