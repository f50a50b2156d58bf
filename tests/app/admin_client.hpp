// A running engine and its admin port, for tests: the real program, real sockets.
#pragma once

#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tests/app/engine_process.hpp"

namespace sq::test {
namespace http = boost::beast::http;

struct Answer {
  unsigned status{0};
  std::string body;
};

class Client {
 public:
  explicit Client(const std::string& port) : port_{port} {}
  Answer call(http::verb method, const std::string& target, const std::string& body = {},
              const std::string& token = {}, const std::string& host = "127.0.0.1") const {
    boost::asio::io_context context;
    boost::asio::ip::tcp::socket socket{context};
    boost::asio::connect(socket,
                         boost::asio::ip::tcp::resolver{context}.resolve("127.0.0.1", port_));
    http::request<http::string_body> request{method, target, 11};
    request.set(http::field::host, host);
    if (!token.empty()) request.set(http::field::authorization, "Bearer " + token);
    request.body() = body;
    request.prepare_payload();
    http::write(socket, request);
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(socket, buffer, response);
    return {response.result_int(), response.body()};
  }
  Answer get(const std::string& target) const { return call(http::verb::get, target); }

 private:
  std::string port_;
};

// A running engine; ended by SIGTERM.
struct Engine {
  std::string log;
  std::filesystem::path output;
  std::filesystem::path summary;
  pid_t child;

  using Changes = std::vector<std::pair<std::string, std::string>>;
  // `changes` of the configuration; `serve`: the port stays up after the last event.
  Engine(const std::string& name, const std::string& port, const std::string& speed,
         const Changes& changes = {}, bool serve = true)
      : log{(scratch() / name).string()},
        output{scratch() / (name + ".txt")},
        summary{scratch() / (name + ".json")},
        child{
            start("shrivenquant", arguments(name, changed(port, speed, changes), serve), output)} {}
  // The first answer of the port.
  void wait_until_up(const Client& client) const {
    for (int i = 0; i < 1'000; ++i) {
      try {
        if (client.get("/health/ready").status == 200) return;
      } catch (const boost::system::system_error&) {
      }
      ::usleep(10'000);
    }
    FAIL("the admin port did not come up:\n" << read_text(output));
  }
  [[nodiscard]] std::string token() const {
    std::string text = read_text(log + "/admin.token");
    text.pop_back();
    return text;
  }
  int stop() const {
    ::kill(child, SIGTERM);
    return wait_for(child);
  }

 private:
  static Changes changed(const std::string& port, const std::string& speed, Changes changes) {
    changes.insert(changes.end(), {{"enabled = false", "enabled = true"},
                                   {"port = 8099", "port = " + port},
                                   {"speed = \"max\"", "speed = " + speed}});
    return changes;
  }
  std::vector<std::string> arguments(const std::string& name, const Changes& changes,
                                     bool serve) const {
    std::vector<std::string> made{
        "run", write_config(name, changes).string(), "--log-dir", log, "--json", summary.string()};
    if (serve) made.emplace_back("--serve");
    return made;
  }
};
}  // namespace sq::test
