// The admin port of a running engine, over real sockets: what it shows is what the summary and the
// log say, and only the token may change anything.
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "tests/app/admin_client.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq::test;
namespace json = boost::json;

namespace {
std::string text(const json::value& value) { return std::string{value.as_string()}; }
}  // namespace

TEST_CASE("after the run the admin port, the summary and the independent fold agree to the last digit",
          "[app]") {
  const Engine engine{"admin-end", "18491", "\"max\""};
  const Client client{"18491"};
  engine.wait_until_up(client);
  while (!std::filesystem::exists(engine.summary)) ::usleep(10'000);
  ::usleep(50'000);
  const json::value summary = read_json(engine.summary);
  const json::value positions = json::parse(client.get("/api/v1/positions").body);
  CHECK(positions.at("positions") == summary.at("positions"));
  CHECK(positions.at("positions").as_array().size() >= 2);
  const json::value pnl = json::parse(client.get("/api/v1/pnl").body);
  CHECK(pnl.at("total") == summary.at("pnl").at("total"));
  CHECK(pnl.at("fees") == summary.at("fees").at("total"));
  const json::value fold = json::parse(run("wal-fold", {engine.log}).output);
  REQUIRE(fold.at("positions").as_array().size() == positions.at("positions").as_array().size());
  for (std::size_t i = 0; i < fold.at("positions").as_array().size(); ++i) {
    const auto& ours = positions.at("positions").as_array()[i];
    const auto& theirs = fold.at("positions").as_array()[i];
    CHECK(text(ours.at("position")) == text(theirs.at("qty")));
    CHECK(text(ours.at("realised")) == text(theirs.at("realised")));
    CHECK(text(ours.at("fees")) == text(theirs.at("fees")));
    CHECK(ours.at("fills").to_number<std::int64_t>() == theirs.at("fills").to_number<std::int64_t>());
  }
  const json::value fills = json::parse(client.get("/api/v1/fills?limit=10000").body);
  CHECK(fills.at("total").to_number<std::int64_t>() == summary.at("fills").to_number<std::int64_t>());
  CHECK(json::parse(client.get("/api/v1/orders").body).at("total").to_number<std::int64_t>() == 0);
  const json::value archive = json::parse(client.get("/api/v1/archive").body);
  CHECK(text(archive.at("state")) == "up-to-date");
  CHECK(archive.at("archived_sequence") == archive.at("log_sequence"));
  CHECK(archive.at("failures").to_number<int>() == 0);
  CHECK(engine.stop() == 0);
}

TEST_CASE("every read endpoint answers, the others are 404 and 405, and foreign hosts are refused",
          "[app]") {
  const Engine engine{"admin-routes", "18492", "\"max\""};
  const Client client{"18492"};
  engine.wait_until_up(client);
  const json::value index = json::parse(client.get("/api/v1/").body);
  std::size_t read = 0;
  for (const auto& route : index.at("routes").as_array()) {
    const std::string path = text(route.at("path"));
    if (text(route.at("method")) != "GET" || path.back() == '/') continue;
    INFO(path);
    const Answer answer = client.get(path);
    CHECK(answer.status == 200);
    if (path != "/metrics") CHECK_NOTHROW(json::parse(answer.body));
    ++read;
  }
  CHECK(read >= 12);
  while (json::parse(client.get("/api/v1/fills").body).at("fills").as_array().empty()) ::usleep(10'000);
  const json::value fill = json::parse(client.get("/api/v1/fills?limit=1").body).at("fills").as_array()[0];
  const json::value order = json::parse(client.get("/api/v1/orders/" + text(fill.at("order"))).body);
  CHECK(order.at("history").as_array().size() >= 3);  // sent, a report, booked
  const json::value tail = json::parse(client.get("/api/v1/log?after=5&limit=3").body);
  CHECK(tail.at("records").as_array().size() == 3);
  CHECK(client.get("/api/v1/orders/9.9").status == 404);
  CHECK(client.get("/api/v1/nothing").status == 404);
  CHECK(client.get("/api/v1/fills?limit=10001").status == 400);
  CHECK(client.call(http::verb::delete_, "/api/v1/fills").status == 405);
  CHECK(client.call(http::verb::get, "/api/v1/pnl", {}, {}, "evil.example").status == 403);
  CHECK(engine.stop() == 0);
}

TEST_CASE("the events of a run, paged and streamed through the port, are those of the log", "[app]") {
  const Engine engine{"admin-events", "18495", "20"};
  const Client client{"18495"};
  engine.wait_until_up(client);
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket{context};
  boost::asio::connect(socket,
                       boost::asio::ip::tcp::resolver{context}.resolve("127.0.0.1", "18495"));
  boost::asio::write(socket,
                     boost::asio::buffer(std::string{"GET /api/v1/events?topics=kill&stream=1 HTTP/1.1\r\n"
                                                     "Host: 127.0.0.1\r\n\r\n"}));
  while (json::parse(client.get("/api/v1/fills").body).at("fills").as_array().empty())
    ::usleep(10'000);
  CHECK(client.call(http::verb::post, "/api/v1/kill", "{\"reason\": \"seen in the stream\"}",
                    engine.token())
            .status == 202);
  std::string seen;
  boost::asio::read_until(socket, boost::asio::dynamic_buffer(seen), "seen in the stream");
  CHECK(seen.find("KillChanged") != std::string::npos);
  CHECK(seen.find("OrderSent") == std::string::npos);  // another topic
  const json::value subscribers = json::parse(client.get("/api/v1/subscribers").body);
  REQUIRE_FALSE(subscribers.at("subscribers").as_array().empty());
  CHECK(engine.stop() == 0);
  const json::value summary = read_json(engine.summary);

  const Engine again{"admin-events-end", "18496", "\"max\""};
  const Client after{"18496"};
  again.wait_until_up(after);
  while (!std::filesystem::exists(again.summary)) ::usleep(10'000);
  ::usleep(50'000);
  std::int64_t fills = 0;
  std::int64_t last = 0;
  std::string from = "0";
  for (bool end = false; !end;) {
    const json::value page =
        json::parse(after.get("/api/v1/events?topics=fills&limit=7&from=" + from).body);
    CHECK(page.at("lost").is_null());
    for (const auto& event : page.at("events").as_array()) {
      CHECK(text(event.at("record").at("kind")) == "FillBooked");
      const auto sequence = std::stoll(text(event.at("record").at("seq")));
      CHECK(sequence > last);
      last = sequence;
      ++fills;
    }
    from = std::to_string(page.at("next").to_number<std::int64_t>());
    end = page.at("at_end").as_bool();
  }
  CHECK(fills > 0);
  CHECK(fills == read_json(again.summary).at("fills").to_number<std::int64_t>());
  CHECK(json::parse(after.get("/api/v1/dead-letters").body).at("total").to_number<int>() == 0);
  CHECK(again.stop() == 0);
}

TEST_CASE("the metrics pass promtool", "[app]") {
  if (std::system("command -v promtool > /dev/null") != 0) return skip("no promtool");
  const Engine engine{"admin-metrics", "18493", "\"max\""};
  const Client client{"18493"};
  engine.wait_until_up(client);
  while (!std::filesystem::exists(engine.summary)) ::usleep(10'000);
  const auto file = scratch() / "metrics.txt";
  std::ofstream{file} << client.get("/metrics").body;
  CHECK(read_text(file).find("shrivenquant_stage_duration_seconds") != std::string::npos);
  const std::string command =
      "promtool check metrics < " + file.string() + " > " + (scratch() / "promtool.txt").string() + " 2>&1";
  const int status = std::system(command.c_str());
  INFO(read_text(scratch() / "promtool.txt"));
  CHECK(status == 0);
  CHECK(engine.stop() == 0);
}

TEST_CASE("the kill switch needs the token, stops all trading, and is re-armed by hand", "[app]") {
  const Engine engine{"admin-kill", "18494", "20"};
  const Client client{"18494"};
  engine.wait_until_up(client);
  const std::string token = engine.token();
  CHECK(token.size() == 64);
  CHECK((std::filesystem::status(engine.log + "/admin.token").permissions() &
         (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
        std::filesystem::perms::none);
  const auto sent = [&] {
    return json::parse(client.get("/api/v1/orders?all=1&limit=1").body).at("total").to_number<std::int64_t>();
  };
  while (sent() < 5) ::usleep(10'000);
  CHECK(client.call(http::verb::post, "/api/v1/kill").status == 401);
  CHECK(client.call(http::verb::post, "/api/v1/kill", {}, std::string(64, '0')).status == 401);
  CHECK(client.call(http::verb::post, "/api/v1/kill", "{\"why\": 1}", token).status == 400);
  CHECK(client.call(http::verb::post, "/api/v1/kill", "{\"reason\": \"drill\"}", token).status == 202);
  while (!json::parse(client.get("/api/v1/kill").body).at("latched").as_bool()) ::usleep(5'000);
  CHECK(text(json::parse(client.get("/api/v1/kill").body).at("reason")) == "drill");
  CHECK(client.get("/health/ready").status == 503);
  while (json::parse(client.get("/api/v1/orders").body).at("total").to_number<std::int64_t>() != 0)
    ::usleep(10'000);
  const std::int64_t before = sent();
  ::usleep(300'000);  // six seconds of market
  CHECK(sent() == before);
  CHECK(client.call(http::verb::post, "/api/v1/rearm", {}, token).status == 400);
  CHECK(client.call(http::verb::post, "/api/v1/rearm", R"({"who":"ann","second":"ann"})", token)
            .status == 400);
  CHECK(client.call(http::verb::post, "/api/v1/rearm", R"({"who":"ann","second":"bob"})", token)
            .status == 202);
  CHECK(client.call(http::verb::post, "/api/v1/strategies/nobody", "{\"state\":\"armed\"}", token).status == 404);
  CHECK(client.call(http::verb::post, "/api/v1/strategies/maker", "{\"state\":\"wild\"}", token).status == 400);
  CHECK(client.call(http::verb::post, "/api/v1/strategies/maker", "{\"state\":\"armed\"}", token).status == 202);
  while (sent() == before) ::usleep(10'000);
  CHECK(engine.stop() == 0);
  CHECK(run("shrivenquant", {"replay", engine.log}).status == 0);
}
