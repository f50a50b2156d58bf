// What the simulated exchange says against the books, in the program as a user runs it: margin,
// funding and fees on, balances compared as the wallet of a derivatives account.
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/app/admin_client.hpp"

using namespace sq::test;
namespace json = boost::json;

namespace {
std::int64_t number(const json::value& value) { return value.to_number<std::int64_t>(); }

void check_agreement(const json::value& summary, std::int64_t comparisons) {
  const json::value& breaks = summary.at("breaks");
  CHECK(number(breaks.at("comparisons")) >= comparisons);
  CHECK(number(breaks.at("opened")) == 0);
  CHECK(breaks.at("open").as_array().empty());
  CHECK(summary.at("warnings").as_array().empty());
}
// Whatever the default.
Engine::Changes every(std::int64_t ms) {
  const std::string before = "base_currency = \"USDT\"\n";
  return {{before,
           std::string{before}.append("reconcile_ms = ").append(std::to_string(ms)).append("\n")}};
}
std::int64_t differences(const std::string& log) {
  const auto file = scratch() / "breaks-replay.json";
  const Finished replayed = run("shrivenquant", {"replay", log, "--json", file.string()});
  INFO(replayed.output);
  CHECK(replayed.status == 0);
  return number(read_json(file).at("differences"));
}
}  // namespace

TEST_CASE("the simulated exchange is compared every 30 s, and agrees to the last unit", "[app]") {
  const std::string log = (scratch() / "breaks").string();
  const auto file = scratch() / "breaks.json";
  const Finished finished =
      run("shrivenquant", {"run", write_config("breaks", every(30'000)).string(), "--log-dir", log,
                           "--json", file.string()});
  INFO(finished.output);
  REQUIRE(finished.status == 0);
  const json::value summary = read_json(file);
  CHECK(number(summary.at("fills")) > 10);
  // Two venues, at the start and in two minutes.
  check_agreement(summary, 8);
  CHECK(finished.output.find("breaks, 0 open") != std::string::npos);
  CHECK(differences(log) == 0);
  const std::string balances = run("shrivenquant", {"wal", "dump", log, "--orders-only"}).output;
  CHECK(balances.find("realised") != std::string::npos);
  CHECK(balances.find("flows") != std::string::npos);
}

TEST_CASE("with reconcile_ms = 0 nobody is asked, and the summary says that it is off", "[app]") {
  const std::string log = (scratch() / "breaks-off").string();
  const auto file = scratch() / "breaks-off.json";
  const auto config = write_config("breaks-off", every(0));
  const Finished finished =
      run("shrivenquant", {"run", config.string(), "--log-dir", log, "--json", file.string()});
  INFO(finished.output);
  REQUIRE(finished.status == 0);
  CHECK(number(read_json(file).at("breaks").at("comparisons")) == 0);
  CHECK(finished.output.find("reconcile_ms") != std::string::npos);
}

TEST_CASE("the port tells the breaks and asks the venues at once; changing needs the token",
          "[app]") {
  const Engine engine{"breaks-port", "18497", "20", every(30'000)};
  const Client client{"18497"};
  engine.wait_until_up(client);
  const std::string token = engine.token();
  const auto compared = [&] {
    std::int64_t sum = 0;
    const json::value told = json::parse(client.get("/api/v1/breaks").body);
    for (const json::value& venue : told.at("venues").as_array())
      sum += number(venue.at("comparisons"));
    return sum;
  };
  while (compared() < 2) ::usleep(5'000);
  const json::value told = json::parse(client.get("/api/v1/breaks").body);
  CHECK(told.at("enabled").as_bool());
  CHECK(told.at("breaks").as_array().empty());
  for (const json::value& venue : told.at("venues").as_array()) CHECK(venue.at("clean").as_bool());
  const auto post = [&](const std::string& target, const std::string& body) {
    return client.call(http::verb::post, target, body, token).status;
  };
  CHECK(client.call(http::verb::post, "/api/v1/reconcile").status == 401);
  CHECK(client.call(http::verb::post, "/api/v1/breaks/1", R"({"action":"accept","who":"ann"})")
            .status == 401);
  CHECK(post("/api/v1/breaks/1", R"({"action":"accept","who":"ann"})") == 404);
  CHECK(post("/api/v1/breaks/1", R"({"action":"forget","who":"ann"})") == 400);
  CHECK(post("/api/v1/breaks/one", R"({"action":"accept","who":"ann"})") == 400);
  CHECK(post("/api/v1/breaks/1", R"({"action":"accept"})") == 400);
  const std::int64_t before = compared();
  CHECK(post("/api/v1/reconcile", {}) == 202);
  while (compared() < before + 2) ::usleep(5'000);
  CHECK(client.get("/metrics").body.find("shrivenquant_breaks_open 0") != std::string::npos);
  CHECK(engine.stop() == 0);
  CHECK(differences(engine.log) == 0);
}

TEST_CASE("a killed engine asks the venues before anybody trades again, and all agree", "[app]") {
  Engine::Changes recovering = every(30'000);
  recovering.emplace_back("existing = \"replace\"", "existing = \"recover\"");
  {
    const Engine engine{"breaks-again", "18498", "20", recovering};
    const Client client{"18498"};
    engine.wait_until_up(client);
    while (number(json::parse(client.get("/api/v1/fills?limit=1").body).at("total")) < 3)
      ::usleep(10'000);
    REQUIRE(::kill(engine.child, SIGKILL) == 0);
    CHECK(wait_for(engine.child) == 128 + SIGKILL);
  }
  const std::string log = (scratch() / "breaks-again").string();
  const auto file = scratch() / "breaks-rest.json";
  const auto config = write_config("breaks-rest", recovering);
  const Finished rest =
      run("shrivenquant", {"run", config.string(), "--log-dir", log, "--json", file.string()});
  INFO(rest.output);
  REQUIRE(rest.status == 0);
  const json::value summary = read_json(file);
  CHECK(number(summary.at("epoch")) == 2);
  check_agreement(summary, 4);
  CHECK(differences(log) == 0);
  // In the second epoch no order left before both venues had been compared.
  const std::string text = run("shrivenquant", {"wal", "dump", log, "--orders-only"}).output;
  const std::size_t epoch = text.rfind("EpochStarted");
  REQUIRE(epoch != std::string::npos);
  const std::size_t compared = text.find("compared", epoch);
  const std::size_t sent = text.find("OrderSent", epoch);
  REQUIRE(compared != std::string::npos);
  CHECK(compared < sent);
}
