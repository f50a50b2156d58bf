// `shrivenquant record` against the local exchange, both as programs: what it wrote is what `book`
// reads.
#include <signal.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "tests/app/engine_process.hpp"
#include "tests/support/paths.hpp"

using namespace sq::test;

namespace {
// The exchange on any free ports.
class Exchange {
 public:
  Exchange() {
    const auto output = scratch() / "record-exchange.txt";
    child_ = start((build_dir() / "binance-exchange").string(),
                   {"--port", "0", "--futures-port", "0", "--seconds", "60"}, output);
    for (int i = 0; i < 1'000 && text_.find("limits x") == std::string::npos; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
      text_ = read_text(output);
    }
  }
  ~Exchange() {
    ::kill(child_, SIGTERM);
    static_cast<void>(wait_for(child_));
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  // "127.0.0.1:18081"
  [[nodiscard]] std::string futures() const {
    const std::size_t line = text_.find("futures ");
    REQUIRE(line != std::string::npos);
    const std::size_t at = text_.find("http://", line) + 7;
    return text_.substr(at, text_.find('/', at) - at);
  }

 private:
  pid_t child_{-1};
  std::string text_;
};

std::string config_at(const std::string& address) {
  std::string text = read_text(project_dir() / "config/paper.toml");
  const auto replace = [&](const std::string& from, const std::string& to) {
    const std::size_t at = text.find("\n" + from);
    REQUIRE(at != std::string::npos);
    text.replace(at + 1, from.size(), to);
  };
  replace("environment = \"live\"", "environment = \"local\"");
  replace("rest = \"https://fapi.binance.com\"", "rest = \"http://" + address + "\"");
  replace("stream = \"wss://fstream.binance.com\"", "stream = \"ws://" + address + "\"");
  const auto path = scratch() / "record.toml";
  std::ofstream{path} << text;
  return path.string();
}
}  // namespace

TEST_CASE("record writes what the venue sends, and book reads it", "[app][record]") {
  const Exchange exchange;
  const auto out = scratch() / "recorded";
  const auto summary = scratch() / "record.json";
  const Finished done = run((build_dir() / "shrivenquant").string(),
                            {"record", config_at(exchange.futures()), "--out", out.string(),
                             "--minutes", "0.03", "--json", summary.string()});
  INFO(done.output);
  REQUIRE(done.status == 0);
  const auto venue = read_json(summary).at("venues").at(0).as_object();
  CHECK(venue.at("venue") == "binance-usdm");
  CHECK(venue.at("books_joined") == venue.at("books"));
  CHECK(venue.at("gaps") == 0);
  CHECK(venue.at("lost") == 0);
  CHECK(venue.at("kinds").at("depth_updates").to_number<int>() > 10);
  CHECK(venue.at("kinds").at("aggregate_trades").to_number<int>() > 10);
  CHECK(venue.at("kinds").at("mark_prices").to_number<int>() > 1);
  CHECK(venue.at("kinds").at("malformed") == 0);
  const auto messages = venue.at("messages").to_number<int>();
  const auto snapshots = venue.at("kinds").at("snapshots").to_number<int>();
  CHECK(venue.at("lines") == messages + snapshots);
  REQUIRE(venue.at("files").as_array().size() == 1);

  const auto read = scratch() / "recorded-book.json";
  const Finished book =
      run((build_dir() / "shrivenquant").string(),
          {"book", venue.at("files").at(0).as_string().c_str(), "--json", read.string()});
  INFO(book.output);
  CHECK(book.status == 0);
  CHECK(book.output.find("BTCUSDT") != std::string::npos);
}

TEST_CASE("record without a venue to record from says so", "[app][record]") {
  const Finished done = run((build_dir() / "shrivenquant").string(),
                            {"record", (project_dir() / "config/demo.toml").string(), "--out",
                             scratch().string(), "--minutes", "1"});
  CHECK(done.status == 2);
  CHECK(done.output.find("no [[venue]]") != std::string::npos);
}
