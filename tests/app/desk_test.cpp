// The desk of a running engine, over real sockets: tickets through the gate, their refusals in
// words, cancels, and the way out of positions.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/app/admin_client.hpp"

using namespace sq::test;
namespace json = boost::json;

namespace {
std::string text(const json::value& value) { return std::string{value.as_string()}; }
constexpr const char* kInstrument = "binance-usdm:BTCUSDT";

struct DeskClient {
  const Engine& engine;
  Client client;
  [[nodiscard]] Answer post(const std::string& target, const json::object& body) const {
    return client.call(http::verb::post, target, json::serialize(body), engine.token());
  }
  [[nodiscard]] json::value get(const std::string& target) const {
    return json::parse(client.get(target).body);
  }
  // Waits until `holds` does. Not for ever.
  template <class Holds>
  [[nodiscard]] static bool becomes(const Holds& holds) {
    for (int i = 0; i < 1'500; ++i) {
      if (holds()) return true;
      ::usleep(10'000);
    }
    return false;
  }
  [[nodiscard]] json::value book() const {
    const json::value all = get("/api/v1/books");
    for (const auto& each : all.at("books").as_array())
      if (text(each.at("instrument")) == kInstrument) return each;
    return {};
  }
  [[nodiscard]] std::string position(const std::string& strategy) const {
    const json::value all = get("/api/v1/positions");
    for (const auto& each : all.at("positions").as_array())
      if (text(each.at("strategy")) == strategy && text(each.at("instrument")) == kInstrument)
        return text(each.at("position"));
    return "0";
  }
};
bool has(const std::string& whole, const std::string& part) {
  return whole.find(part) != std::string::npos;
}
json::object ticket(const std::string& side, const std::string& qty, const std::string& limit) {
  return {
      {"instrument", kInstrument}, {"side", side}, {"qty", qty}, {"limit", limit}, {"who", "anna"},
      {"reason", "test"}};
}
}  // namespace

TEST_CASE("a ticket trades through the gate, and what it held is worked out by flatten", "[app]") {
  const Engine engine{"desk-ticket", "18520", "5"};
  const DeskClient desk{engine, Client{"18520"}};
  engine.wait_until_up(desk.client);
  REQUIRE(desk.becomes([&] { return text(desk.book().at("state")) == "live"; }));
  const std::string ask = text(desk.book().at("ask").as_array()[0]);
  const Answer sent = desk.post("/api/v1/orders", ticket("buy", "0.01", ask));
  INFO(sent.body);
  REQUIRE(sent.status == 200);
  const json::value outcome = json::parse(sent.body);
  CHECK(text(outcome.at("outcome")) == "sent");
  CHECK(text(outcome.at("who")) == "anna");
  const std::string order = "/api/v1/orders/" + text(outcome.at("order"));
  const json::value shown = desk.get(order);
  CHECK(text(shown.at("placed_by")) == "desk");
  CHECK(text(shown.at("qty")) == "0.01");
  CHECK(text(shown.at("words")).size() > 5);
  // The gate saw it, then the log, then the venue: the stages come in that order.
  REQUIRE(desk.becomes([&] { return desk.get(order).at("stages").as_array().size() >= 3; }));
  const auto stages = desk.get(order).at("stages").as_array();
  CHECK(text(stages[0].at("stage")) == "sent");
  CHECK(stages[0].at("after_sent_ns").to_number<std::int64_t>() == 0);
  CHECK(has(text(stages[1].at("stage")), "venue"));
  CHECK(stages[1].at("after_sent_ns").to_number<std::int64_t>() > 0);
  CHECK_FALSE(text(stages[1].at("venue_time")).empty());
  const std::string number = std::to_string(outcome.at("request").to_number<std::int64_t>());
  CHECK(desk.get("/api/v1/requests/" + number) == outcome);

  const json::object all{{"scope", "all"}, {"who", "anna"}};
  const Answer flat = desk.post("/api/v1/flatten", all);
  INFO(flat.body);
  REQUIRE(flat.status == 200);
  CHECK(text(json::parse(flat.body).at("outcome")) == "flattening");
  const json::value strategies = desk.get("/api/v1/strategies");
  for (const auto& each : strategies.at("strategies").as_array()) {
    CHECK(text(each.at("state")) == "paused");
    CHECK(has(text(each.at("words")), "may not trade"));
    CHECK_FALSE(each.at("may_become").as_array().empty());
  }
  CHECK_FALSE(desk.get("/api/v1/kill").at("latched").as_bool());
  CHECK(desk.becomes([&] {
    return desk.position("unallocated") == "0" && desk.position("maker") == "0" &&
           desk.position("flow") == "0" &&
           desk.get("/api/v1/orders").at("orders").as_array().empty();
  }));
  CHECK(engine.stop() == 0);
}

TEST_CASE("a refused ticket names rule, figures, limits version and what would pass", "[app]") {
  const Engine engine{"desk-refusal", "18521", "5"};
  const DeskClient desk{engine, Client{"18521"}};
  engine.wait_until_up(desk.client);
  REQUIRE(desk.becomes([&] { return text(desk.book().at("state")) == "live"; }));
  const std::string bid = text(desk.book().at("bid").as_array()[0]);
  const Answer refused = desk.post("/api/v1/orders", ticket("buy", "0.051", bid));
  INFO(refused.body);
  CHECK(refused.status == 409);
  const json::value refusal = json::parse(refused.body).at("refusal");
  CHECK(text(refusal.at("rule")) == "order-qty");
  CHECK(text(refusal.at("observed")) == "0.051 base units");
  CHECK(text(refusal.at("allowed")) == "0.05 base units");
  CHECK(text(refusal.at("strategy")) == "manual");
  CHECK(has(text(refusal.at("scope")), "BTCUSDT"));
  CHECK(refusal.at("limits_version").to_number<int>() >= 1);
  CHECK(has(text(refusal.at("words")), text(refusal.at("would_pass"))));
  const json::value list = desk.get("/api/v1/refusals?limit=10000");
  bool listed = false;
  for (const auto& each : list.at("refusals").as_array())
    listed = listed || (text(each.at("strategy")) == "manual" && text(each.at("qty")) == "0.051");
  CHECK(listed);
  CHECK(list.at("total").to_number<int>() >= 1);

  // Rests far below, is cancelled by hand.
  const std::string low = bid.substr(0, bid.find('.') - 2) + "00";
  json::object quiet = ticket("buy", "0.01", low);
  quiet["tif"] = "post-only";
  const json::value rests = json::parse(desk.post("/api/v1/orders", quiet).body);
  REQUIRE(text(rests.at("outcome")) == "sent");
  const std::string id = text(rests.at("order"));
  const Answer gone = desk.post("/api/v1/orders/" + id + "/cancel", {{"who", "bert"}});
  CHECK(gone.status == 200);
  CHECK(text(json::parse(gone.body).at("outcome")) == "cancel-sent");
  CHECK(desk.becomes(
      [&] { return text(desk.get("/api/v1/orders/" + id).at("state")) == "cancelled"; }));
  CHECK(has(text(desk.get("/api/v1/orders/" + id).at("words")), "cancelled"));
  const Answer twice = desk.post("/api/v1/orders/" + id + "/cancel", {{"who", "bert"}});
  CHECK(twice.status == 409);
  CHECK(text(json::parse(twice.body).at("outcome")) == "invalid");
  CHECK(engine.stop() == 0);
}

TEST_CASE("tickets that make no sense are turned away before the engine sees them", "[app]") {
  const Engine engine{"desk-bad", "18522", "5"};
  const DeskClient desk{engine, Client{"18522"}};
  engine.wait_until_up(desk.client);
  const json::object good = ticket("buy", "0.01", "100");
  CHECK(desk.client.call(http::verb::post, "/api/v1/orders", json::serialize(good)).status == 401);
  const auto with = [&](const char* key, const json::value& value) {
    json::object changed = good;
    changed[key] = value;
    return desk.post("/api/v1/orders", changed).status;
  };
  CHECK(with("side", "long") == 400);
  CHECK(with("qty", "ten") == 400);
  CHECK(with("qty", 0.01) == 400);  // a number is not exact
  CHECK(with("limit", "1e5") == 400);
  CHECK(with("tif", "day") == 400);
  CHECK(with("who", "") == 400);
  CHECK(with("who", "a name that is much too long to be kept") == 400);
  CHECK(with("confirm", "yes") == 400);
  CHECK(with("account", "-1") == 400);
  CHECK(with("hidden", true) == 400);
  CHECK(with("instrument", "binance-usdm:NOTHING") == 404);
  CHECK(desk.post("/api/v1/orders/1.999999/cancel", {{"who", "anna"}}).status == 404);
  CHECK(desk.post("/api/v1/orders/1.1/stop", {{"who", "anna"}}).status == 400);
  CHECK(desk.post("/api/v1/flatten", {{"scope", "venue:nowhere"}, {"who", "anna"}}).status == 400);
  CHECK(desk.post("/api/v1/flatten", {{"scope", "all"}}).status == 400);
  CHECK(desk.client.get("/api/v1/requests/1").status == 404);
  CHECK(desk.client.get("/api/v1/refusals?limit=10001").status == 400);
  CHECK(desk.get("/api/v1/requests").at("total").to_number<int>() == 0);
  CHECK(engine.stop() == 0);
}
