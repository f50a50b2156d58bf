// Each scripted fault as a client that only knows sockets sees it; and money that adds up whatever
// went wrong on the way.
#include <catch2/catch.hpp>

#include "tests/binance-exchange/raw_client.hpp"

using namespace sq;
using namespace sq::exchange;

namespace {
constexpr const char* kPing = "/api/v3/ping";
std::string fault(const std::string& lines) { return "[[fault]]\n" + lines; }
}  // namespace

TEST_CASE("a delayed answer comes when its time has come and not a millisecond before") {
  SpotWorld world{"[[fault]]\nkind='delay'\nat=[1]\ndelay_ms=250"};
  RawClient client{world};
  client.request("GET", kPing);
  CHECK_FALSE(client.answer(30));
  world.time.ns += 249 * kNsPerMs;
  CHECK_FALSE(client.answer(30));
  world.time.ns += kNsPerMs;
  const auto answer = client.answer();
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(client.ask("GET", kPing).status == 200);  // the second one is not late
}

TEST_CASE("a dropped request is not carried out, and with after it is: neither is answered") {
  for (const bool after : {false, true}) {
    INFO(after);
    SpotWorld world;
    world.faults.set(
        scenario_of(fault(std::string{"kind='drop'\non='order.place'\nat=[1]\nafter="} +
                          (after ? "true" : "false"))),
        wall_ms());
    RawClient client{world};
    client.order("mine", "90.00");
    CHECK_FALSE(client.answer(50));
    CHECK_FALSE(client.ended());
    CHECK(world.exchange.orders().size() == (after ? 1U : 0U));
  }
}

TEST_CASE("errors of the venue before and after acceptance: status, code, and what became of it") {
  struct Case {
    const char* kind;
    int status;
    int code;
  };
  const Case cases[]{{"rate_limit", 429, -1003},  {"order_limit", 429, -1015},
                     {"unavailable", 503, -1000}, {"overloaded", 503, -1008},
                     {"unknown", 503, -1000},     {"unexpected", 500, -1006},
                     {"timeout", 504, -1007},     {"error", 400, -1000}};
  for (const Case& each : cases) {
    for (const bool after : {false, true}) {
      INFO(each.kind << (after ? " after" : " before"));
      SpotWorld world;
      world.faults.set(
          scenario_of(fault("kind='" + std::string{each.kind} +
                            "'\non='order.place'\nat=[1]\nafter=" + (after ? "true" : "false"))),
          wall_ms());
      RawClient client{world};
      client.order("mine", "90.00");
      const auto answer = client.answer();
      REQUIRE(answer);
      CHECK(answer->status == each.status);
      CHECK(answer->code() == each.code);
      CHECK(answer->headers.contains("Retry-After") == (each.status == 429));
      CHECK(world.exchange.orders().size() == (after ? 1U : 0U));
    }
  }
}

TEST_CASE("a scenario's own status, code and message are what is answered") {
  SpotWorld world{
      "[[fault]]\nkind='error'\non='time'\nevery=1\nstatus=502\ncode=-9\nmessage='Bad gateway.'"};
  RawClient client{world};
  const auto answer = client.ask("GET", "/api/v3/time");
  CHECK(answer.status == 502);
  CHECK(answer.code() == -9);
  CHECK(answer.json().at("msg") == "Bad gateway.");
  CHECK(client.ask("GET", kPing).status == 200);
}

TEST_CASE("a ban answers 418 with the seconds that remain, to everything, until it is over") {
  SpotWorld world{"[[fault]]\nkind='ban'\nat=[2]\nfor_ms=60000"};
  RawClient client{world};
  CHECK(client.ask("GET", kPing).status == 200);
  CHECK(client.ask("GET", kPing).status == 418);
  world.set("");  // the scenario is gone, the ban is not
  const auto answer = client.ask("GET", kPing);
  CHECK(answer.status == 418);
  CHECK(answer.code() == -1003);
  const int seconds = std::stoi(answer.headers.at("Retry-After"));
  CHECK(seconds >= 55);
  CHECK(seconds <= 61);
  RawClient other{world};
  CHECK_FALSE(other.open("/ws-api/v3"));
}

TEST_CASE("a reset ends the connection with RST, half-open leaves it silent for ever") {
  SpotWorld world{
      "[[fault]]\nkind='reset'\non='ping'\nat=[1]\n"
      "[[fault]]\nkind='half_open'\non='time'\nat=[1]"};
  RawClient gone{world};
  gone.request("GET", kPing);
  CHECK_FALSE(gone.answer());
  CHECK(gone.ended());
  CHECK(gone.was_reset());
  RawClient silent{world};
  silent.request("GET", "/api/v3/time");
  CHECK_FALSE(silent.answer(50));
  world.set("");
  silent.request("GET", kPing);
  CHECK_FALSE(silent.answer(50));
  CHECK_FALSE(silent.ended());
  RawClient other{world};
  CHECK(other.ask("GET", kPing).status == 200);
}

TEST_CASE("an answer in segments of one byte is the same answer") {
  SpotWorld world;
  RawClient client{world};
  const auto whole = client.ask("GET", kPing);
  const std::size_t pieces = client.pieces();
  CHECK(pieces <= 2);
  world.set("[[fault]]\nkind='split'\nbytes=1\nat=[1]");
  const auto split = client.ask("GET", kPing);
  CHECK(split.status == 200);
  CHECK(split.body == whole.body);
  CHECK(client.pieces() - pieces > 50);
}

TEST_CASE("a page of HTML with status 200 stands for JSON") {
  SpotWorld world{"[[fault]]\nkind='html'\nat=[1]"};
  RawClient client{world};
  const auto answer = client.ask("GET", kPing);
  CHECK(answer.status == 200);
  CHECK(answer.headers.at("Content-Type") == "text/html");
  CHECK(answer.body.starts_with("<html>"));
}

TEST_CASE("a drifted answer has all it had, other keys too, the other way round") {
  SpotWorld world;
  RawClient client{world};
  const auto plain = client.ask("GET", "/api/v3/exchangeInfo?symbol=BTCUSDT").json();
  world.set("[[fault]]\nkind='drift'\nat=[1]");
  const auto drifted = client.ask("GET", "/api/v3/exchangeInfo?symbol=BTCUSDT").json();
  for (const auto& [key, value] : plain) {
    INFO(std::string(key.data(), key.size()));
    REQUIRE(drifted.contains(key));
    if (value.is_string()) CHECK(drifted.at(key) == value);
  }
  CHECK(drifted.size() == plain.size() + 2);
  CHECK(drifted.at("symbols").as_array()[0].as_object().at("symbol") == "BTCUSDT");
  const auto at = [](const boost::json::object& of, const char* key) {
    return std::distance(of.begin(), of.find(key));
  };
  CHECK(at(plain, "timezone") < at(plain, "symbols"));
  CHECK(at(drifted, "timezone") > at(drifted, "symbols"));
}

TEST_CASE("faults by chance are the same ones from the same seed, and about as many as asked for") {
  const auto run = [](int seed) {
    SpotWorld world;
    world.faults.set(scenario_of("seed=" + std::to_string(seed) +
                                 "\n[[fault]]\nkind='unavailable'\nprobability=0.25"),
                     wall_ms());
    RawClient client{world};
    std::string made;
    for (int i = 0; i < 200; ++i) made += client.ask("GET", kPing).status == 503 ? 'x' : '.';
    return made;
  };
  const std::string one = run(1);
  CHECK(one == run(1));
  CHECK(one != run(2));
  const auto hits = std::count(one.begin(), one.end(), 'x');
  CHECK(hits >= 25);  // 50 are expected, the deviation is 6
  CHECK(hits <= 75);
}

TEST_CASE("every, at and limit count the requests that match and no others") {
  SpotWorld world{
      "[[fault]]\nkind='unavailable'\non='ti*'\nevery=3\nlimit=2\n"
      "[[fault]]\nkind='unavailable'\nmarket='usdm'\nevery=1"};
  RawClient client{world};
  std::string made;
  for (int i = 0; i < 12; ++i) {
    CHECK(client.ask("GET", kPing).status == 200);
    made += client.ask("GET", "/api/v3/time").status == 503 ? 'x' : '.';
  }
  CHECK(made == "..x..x......");
}

TEST_CASE(
    "the scenario is asked for, set and taken away over HTTP, and a bad one changes nothing") {
  SpotWorld world;
  RawClient client{world};
  const std::string good = "[[fault]]\nkind='unavailable'\non='ping'\nevery=1";
  CHECK(client.ask("POST", "/control/scenario", good).status == 200);
  CHECK(client.ask("GET", kPing).status == 503);
  const auto bad = client.ask("POST", "/control/scenario", "[[fault]]\nkind='unheard'");
  CHECK(bad.status == 400);
  CHECK(bad.json().at("error") == "fault 1: unknown kind \"unheard\"");
  CHECK(client.ask("GET", kPing).status == 503);
  const auto shown = client.ask("GET", "/control/scenario").json().at("faults").as_array();
  REQUIRE(shown.size() == 1);
  CHECK(shown[0].as_object().at("hits") == 2);
  CHECK(client.ask("DELETE", "/control/scenario").status == 200);
  CHECK(client.ask("GET", kPing).status == 200);
  CHECK(client.ask("GET", "/control/elsewhere").status == 404);
}

TEST_CASE("a scenario that says what nobody understands is refused by the number of its fault") {
  const auto why = [](const std::string& text) -> std::string {
    try {
      static_cast<void>(scenario_of(text));
      return "";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  };
  CHECK(why(fault("kind='drop'\nat=[1]")).empty());
  CHECK(why(fault("kind='drop'")) == "fault 1: probability, at or every says when");
  CHECK(why(fault("kind='drop'\nat=[2,1]")) == "fault 1: at must rise");
  CHECK(why(fault("kind='drop'\nat=[1]\nchance=1")) == "fault 1: unknown key \"chance\"");
  CHECK(why(fault("kind='drop'\nprobability=1.01")) == "fault 1: probability must be 0 to 1");
  CHECK(why(fault("kind='drop'\nprobability=1")).empty());
  CHECK(why(fault("kind='delay'\nat=[1]")) == "fault 1: delay needs delay_ms");
  CHECK(why(fault("kind='split'\nat=[1]\nbytes=0")) == "fault 1: bytes must be above 0");
  CHECK(why(fault("kind='drop'\nat=[1]\nmarket='coinm'")) ==
        "fault 1: market must be spot or usdm");
  CHECK(why(fault("kind='html'\nat=[1]\nwhere='user'")) == "fault 1: html is not a fault of user");
  CHECK(why(fault("kind='maintenance'\nat_ms=[1]")) == "fault 1: maintenance needs for_ms");
  CHECK(why(fault("kind='drop'\nat=[1]\n") + fault("kind='life'")) == "fault 2: life needs age_ms");
  CHECK(why("fault=1") == "faults are written [[fault]]");
  CHECK(why("speed=1") == "unknown key \"speed\"");
  CHECK(why("a = [").starts_with("line 1: "));
}
