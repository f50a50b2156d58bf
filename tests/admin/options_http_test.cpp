// The options endpoints over a real socket, through the router as the engine wires it.
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "engine/admin/options/handlers.hpp"
#include "engine/admin/router.hpp"
#include "engine/options/european/european.hpp"

using namespace sq;
namespace http = boost::beast::http;
namespace json = boost::json;

namespace {
class Port {
 public:
  Port()
      : router_{admin::options::routes(), "token"},
        server_{{}, [this](const net::HttpRequest& request) { return router_.handle(request); }},
        thread_{[this] { server_.run(); }} {}
  ~Port() {
    server_.stop();
    thread_.join();
  }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  struct Answer {
    unsigned status;
    std::string body;
    [[nodiscard]] json::object object() const { return json::parse(body).as_object(); }
  };
  Answer call(http::verb method, const std::string& target, const std::string& body = {}) const {
    boost::asio::io_context context;
    boost::asio::ip::tcp::socket socket{context};
    const auto port = std::to_string(server_.port());
    boost::asio::connect(socket,
                         boost::asio::ip::tcp::resolver{context}.resolve("127.0.0.1", port));
    http::request<http::string_body> request{method, target, 11};
    request.set(http::field::host, "127.0.0.1");
    request.body() = body;
    request.prepare_payload();
    http::write(socket, request);
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(socket, buffer, response);
    return {response.result_int(), response.body()};
  }
  Answer post(const std::string& name, const std::string& body) const {
    return call(http::verb::post, "/api/v1/options/" + name, body);
  }

 private:
  admin::Router router_;
  net::HttpServer server_;
  std::thread thread_;
};

// Both sides of 16 strikes, a quarter year, 20 % flat, no rates.
json::object flat_chain(double spot) {
  json::array type, strike, bid, ask;
  for (int i = -8; i <= 7; ++i) {
    const double at = spot * (1 + 0.02 * i);
    for (const auto side : {options::OptionType::Call, options::OptionType::Put}) {
      const double price = options::european_price({spot, 0, 0, 0.2}, {side, at, 0.25}).value();
      type.emplace_back(side == options::OptionType::Call ? "call" : "put");
      strike.emplace_back(at);
      bid.emplace_back(price * 0.99);
      ask.emplace_back(price * 1.01);
    }
  }
  return {{"type", type}, {"strike", strike}, {"years", 0.25}, {"bid", bid}, {"ask", ask}};
}
}  // namespace

TEST_CASE("a surface is fitted, and its options are priced, over the socket", "[admin][options]") {
  const Port port;
  const json::object body{{"spot", 100},
                          {"quotes", flat_chain(100)},
                          {"options", {{"type", "call"}, {"strike", 103}, {"years", 0.25}}}};
  const auto answer = port.post("surface", json::serialize(body));
  REQUIRE(answer.status == 200);
  const auto out = answer.object();
  const auto& expiry = out.at("expiries").as_array()[0].as_object();
  CHECK(expiry.at("volatility").to_number<double>() == Approx(0.2).margin(1e-4));
  CHECK(expiry.at("forward").to_number<double>() == Approx(100).epsilon(1e-6));
  CHECK(
      out.at("options").at("price").to_number<double>() ==
      Approx(
          options::european_price({100, 0, 0, 0.2}, {options::OptionType::Call, 103, 0.25}).value())
          .epsilon(1e-3));
}

TEST_CASE("an exotic option is priced over the socket", "[admin][options]") {
  const Port port;
  const auto answer = port.post(
      "price", R"({"kind":"chooser","spot":50,"strike":50,"choose":0.25,"years":0.5,"rate":0.08,
                   "volatility":0.25})");
  REQUIRE(answer.status == 200);
  // Haug (2007), simple chooser options.
  CHECK(answer.object().at("price").to_number<double>() == Approx(6.1071).margin(1e-4));
}

TEST_CASE("the socket answers wrong requests with their status and place", "[admin][options]") {
  const Port port;
  CHECK(port.call(http::verb::get, "/api/v1/options/surface").status == 405);
  CHECK(port.post("surfaces", "{}").status == 404);
  CHECK(port.post("surface", "not JSON").status == 400);
  const auto refused = port.post("surface", R"({"quotes":[{"type":"call","strike":"x"}]})");
  CHECK(refused.status == 422);
  CHECK(refused.object().at("pointer").as_string() == "/quotes/0/strike");
  CHECK(port.post("surface", std::string(70'000, ' ')).status == 413);
}

TEST_CASE("the schema describes every route that takes a body", "[admin][options]") {
  const Port port;
  const auto answer = port.call(http::verb::get, "/api/v1/options/schema");
  REQUIRE(answer.status == 200);
  const auto out = answer.object();
  for (const auto& route : admin::options::routes()) {
    if (route.method != "POST") continue;
    const std::string name = route.path.substr(route.path.rfind('/') + 1);
    INFO(name);
    CHECK(out.at("$defs").as_object().contains(name));
  }
}
