// `shrivenquant book` and a backtest on order-by-order data, as a user runs them.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>

#include "engine/feed/itch/message_writer.hpp"
#include "tests/app/engine_process.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq::test;
using sq::feed::itch::MessageWriter;

namespace {
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kOpen = 34'200 * kSecond;  // 09:30:00 of the day

class ItchFile {
 public:
  void directory(std::uint16_t locate, std::string_view symbol) {
    MessageWriter{bytes_, 'R', locate, kOpen}
        .text(symbol, 8).character('Q').character('N').u32(100).character('N').character('C')
        .text("Z", 2).character('P').character('N').character('N').character('1').character('N')
        .u32(0).character('N');
  }
  void add(std::uint16_t locate, std::uint64_t at, std::uint64_t id, char side, std::uint32_t shares,
           std::string_view symbol, std::uint32_t price) {
    MessageWriter{bytes_, 'A', locate, at}
        .u64(id).character(side).u32(shares).text(symbol, 8).u32(price);
  }
  void execute(std::uint16_t locate, std::uint64_t at, std::uint64_t id, std::uint32_t shares) {
    MessageWriter{bytes_, 'E', locate, at}.u64(id).u32(shares).u64(++match_);
  }
  void remove(std::uint16_t locate, std::uint64_t at, std::uint64_t id) {
    MessageWriter{bytes_, 'D', locate, at}.u64(id);
  }
  std::string write(const std::string& name) const {
    const auto path = scratch() / name;
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes_.data()),
                                                static_cast<std::streamsize>(bytes_.size()));
    return path.string();
  }

 private:
  std::vector<std::byte> bytes_;
  std::uint64_t match_{0};
};

// Two symbols; XYZ: bids 10.00 x 300 (1, 2), 9.99 x 50 (3); ask 10.02 x 80 (4), of which 30 trade.
std::string small_file() {
  ItchFile file;
  file.directory(1, "XYZ");
  file.directory(2, "OTHER");
  file.add(1, kOpen + 1, 1, 'B', 100, "XYZ", 100'000);
  file.add(1, kOpen + 2, 2, 'B', 200, "XYZ", 100'000);
  file.add(1, kOpen + 3, 3, 'B', 50, "XYZ", 99'900);
  file.add(1, kOpen + 4, 4, 'S', 80, "XYZ", 100'200);
  file.add(2, kOpen + 5, 5, 'S', 10, "OTHER", 500'000);
  file.execute(1, kOpen + kSecond, 4, 30);
  file.remove(1, kOpen + 2 * kSecond, 1);
  file.remove(1, kOpen + 3 * kSecond, 77);
  return file.write("11302019.NASDAQ_ITCH50");
}
boost::json::value book_of(const std::vector<std::string>& more) {
  const auto json = scratch() / "book.json";
  std::vector<std::string> arguments{"book", small_file(), "--json", json.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Finished finished = run("shrivenquant", arguments);
  INFO(finished.output);
  REQUIRE(finished.status == 0);
  return read_json(json);
}
}  // namespace

TEST_CASE("book prints the books at the end of an ITCH file and counts what was in it", "[app]") {
  const auto out = book_of({});
  const auto& xyz = out.at("symbols").at("XYZ");
  CHECK(boost::json::serialize(xyz.at("bids")) == R"([["10","200"],["9.99","50"]])");
  CHECK(boost::json::serialize(xyz.at("asks")) == R"([["10.02","50"]])");
  CHECK(xyz.at("executions").to_number<int>() == 1);
  CHECK(xyz.at("live_orders").to_number<int>() == 3);
  CHECK(xyz.at("anomalies").to_number<int>() == 1);  // order 77 was never added
  CHECK(xyz.at("volume").as_string() == "30");
  CHECK(boost::json::serialize(out.at("symbols").at("OTHER").at("asks")) == R"([["50","10"]])");
  CHECK(out.at("messages").to_number<int>() == 10);
  CHECK(out.at("live_orders").to_number<int>() == 4);
}

TEST_CASE("book stops at a moment and shows only the symbol asked for", "[app]") {
  const auto out = book_of({"--symbol", "XYZ", "--depth", "1", "--at", "09:30:01.5"});
  CHECK(out.at("symbols").as_object().size() == 1);
  const auto& xyz = out.at("symbols").at("XYZ");
  CHECK(boost::json::serialize(xyz.at("bids")) == R"([["10","300"]])");
  CHECK(boost::json::serialize(xyz.at("asks")) == R"([["10.02","50"]])");
}

TEST_CASE("book takes a date with a time, which is UTC then", "[app]") {
  const auto out = book_of({"--symbol", "XYZ", "--at", "2019-11-30T14:30:00.5"});  // 09:30 in New York
  CHECK(out.at("symbols").at("XYZ").at("executions").to_number<int>() == 0);
}

TEST_CASE("book says what it would accept", "[app]") {
  const Finished at = run("shrivenquant", {"book", small_file(), "--at", "noon"});
  CHECK(at.status == 2);
  CHECK(at.output.find("\"noon\"") != std::string::npos);
  CHECK(at.output.find("HH:MM:SS") != std::string::npos);
  const Finished format = run("shrivenquant", {"book", small_file(), "--format", "itsch"});
  CHECK(format.status == 2);
  CHECK(format.output.find("itch") != std::string::npos);
  const Finished missing = run("shrivenquant", {"book", (scratch() / "none.itch").string()});
  CHECK(missing.status == 2);
  CHECK(missing.output.find("none.itch") != std::string::npos);
  const Finished unknown = run("shrivenquant", {"book", small_file(), "--symbol", "ABSENT"});
  CHECK(unknown.status == 1);
  CHECK(unknown.output.find("ABSENT") != std::string::npos);
  CHECK(run("shrivenquant", {"book", "--formats"}).output.find("tardis") != std::string::npos);
}

TEST_CASE("a converted file has the same books", "[app]") {
  const std::string to = (scratch() / "small.sqmd").string();
  const Finished converted = run("shrivenquant", {"convert", small_file(), to});
  INFO(converted.output);
  REQUIRE(converted.status == 0);
  const auto json = scratch() / "converted.json";
  REQUIRE(run("shrivenquant", {"book", to, "--json", json.string()}).status == 0);
  const auto of = [](const boost::json::value& out) {
    const auto& xyz = out.at("symbols").at("XYZ");
    return boost::json::serialize(xyz.at("bids")) + boost::json::serialize(xyz.at("asks"));
  };
  CHECK(of(read_json(json)) == of(book_of({})));
}

TEST_CASE("a recorded day of orders never has a crossed book, and executions at the best price",
          "[app][recorded]") {
  const auto file = recorded("data/c_itch/AAPL_20191230_0935_banded_first30000.NASDAQ_ITCH50");
  if (!file) return;
  const auto json = scratch() / "aapl.json";
  const Finished finished = run("shrivenquant", {"book", file->string(), "--json", json.string()});
  INFO(finished.output);
  REQUIRE(finished.status == 0);
  const auto out = read_json(json);
  CHECK(out.at("messages").to_number<int>() == 30'000);
  CHECK(out.at("symbols").at("AAPL").at("crossed").to_number<int>() == 0);
  CHECK(out.at("symbols").at("AAPL").at("executions_off_best").to_number<int>() == 0);
  CHECK(out.at("executions").to_number<int>() > 1'000);
}
