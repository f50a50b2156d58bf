// `shrivenquant surveil` as a user runs it, on an ITCH file that the test makes: one spoof in quiet
// trading, so that every number of the answer is known.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>

#include "engine/feed/itch/message_writer.hpp"
#include "tests/app/engine_process.hpp"

using namespace sq::test;
using sq::feed::itch::MessageWriter;

namespace {
constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kOpen = 34'200'000 * kMs;             // 09:30:00 of the day
constexpr std::uint64_t kMidnight = 1'575'090'000'000 * kMs;  // 2019-11-30 in New York, UTC
constexpr std::uint64_t kSpoof = 9'001;
constexpr std::uint64_t kGenuine = 9'002;

class SpoofedFile {
 public:
  SpoofedFile() {
    directory(1, "XYZ");
    directory(2, "OTHER");
    add(2, kOpen, 7'000, 'B', 100, "OTHER", 500'000);
    for (std::uint64_t n = 0; n < 210; ++n) {  // each order lives 100 ms
      add(1, kOpen + n * 250 * kMs, n + 1, 'B', 100, "XYZ", 99'900);
      remove(kOpen + (n * 250 + 100) * kMs, n + 1);
    }
    remove(kOpen + 52'400 * kMs, 77'777);  // never added
    add(1, kOpen + 53'000 * kMs, kGenuine, 'S', 100, "XYZ", 100'100);
    add(1, kOpen + 53'100 * kMs, kSpoof, 'B', 5'000, "XYZ", 100'000);
    MessageWriter{bytes_, 'E', 1, kOpen + 53'400 * kMs}.u64(kGenuine).u32(100).u64(1);
    remove(kOpen + 53'450 * kMs, kSpoof);
  }
  [[nodiscard]] std::string write() const {
    const auto path = scratch() / "11302019.surveil.NASDAQ_ITCH50";
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes_.data()),
                                                static_cast<std::streamsize>(bytes_.size()));
    return path.string();
  }

 private:
  void directory(std::uint16_t locate, std::string_view symbol) {
    MessageWriter{bytes_, 'R', locate, kOpen}
        .text(symbol, 8)
        .character('Q')
        .character('N')
        .u32(100)
        .character('N')
        .character('C')
        .text("Z", 2)
        .character('P')
        .character('N')
        .character('N')
        .character('1')
        .character('N')
        .u32(0)
        .character('N');
  }
  void add(std::uint16_t locate, std::uint64_t at, std::uint64_t id, char side,
           std::uint32_t shares, std::string_view symbol, std::uint32_t price) {
    MessageWriter{bytes_, 'A', locate, at}.u64(id).character(side).u32(shares).text(symbol, 8).u32(
        price);
  }
  void remove(std::uint64_t at, std::uint64_t id) { MessageWriter{bytes_, 'D', 1, at}.u64(id); }
  std::vector<std::byte> bytes_;
};

Finished surveil(const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"surveil", SpoofedFile{}.write()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run("shrivenquant", arguments);
}
bool says(const Finished& finished, std::string_view text) {
  INFO(finished.output);
  CHECK(finished.output.find(text) != std::string::npos);
  return finished.output.find(text) != std::string::npos;
}
}  // namespace

TEST_CASE("surveil prints each symbol and each alert with its evidence, and ends with 1", "[app]") {
  const Finished finished = surveil({});
  CHECK(finished.status == 1);
  says(finished, "symbol");
  says(finished, "\nXYZ ");
  says(finished, "\nOTHER ");
  says(finished, "XYZ spoofing buy (high), score 0.999, 2019-11-30 14:30:53.1");
  says(finished, "withdrawn buy                10 x 5000         id 9001 ");
  says(finished, "executed  sell            10.01 x 100          id 9002 ");
  says(finished, "at 2019-11-30 14:30:53.450000000, placed 2019-11-30 14:30:53.100000000");
  const Finished none = surveil({"--shown", "0"});
  CHECK(none.status == 1);
  says(none, "... and 1 alerts more; --json FILE holds them");
  CHECK(none.output.find("9001") == std::string::npos);
}

TEST_CASE("surveil writes the alerts and the measures as JSON", "[app]") {
  const auto file = scratch() / "surveil.json";
  REQUIRE(surveil({"--json", file.string()}).status == 1);
  const auto out = read_json(file);
  const auto& xyz = out.at("symbols").at("XYZ");
  CHECK(xyz.at("messages").to_number<int>() == 2 * 210 + 4);
  CHECK(xyz.at("trades").to_number<int>() == 1);
  CHECK(xyz.at("refused").to_number<int>() == 1);
  CHECK(xyz.at("untracked").to_number<int>() == 0);
  CHECK(xyz.at("overwritten").to_number<int>() == 0);
  CHECK(xyz.at("hours").to_number<double>() == Approx(53.45 / 3'600));
  CHECK(xyz.at("alerts").at("spoofing").to_number<int>() == 1);
  for (const char* kind :
       {"layering", "quote stuffing", "momentum ignition", "wash pattern", "own wash trade"})
    CHECK(xyz.at("alerts").at(kind).to_number<int>() == 0);
  CHECK(xyz.at("suppressed").at("spoofing").to_number<int>() == 0);
  CHECK(xyz.at("order_to_trade").to_number<double>() == Approx(424));
  CHECK(xyz.at("cancel_to_add").to_number<double>() == Approx(211.0 / 212));
  CHECK(xyz.at("cancel_life_ns").to_number<double>() == Approx(1e8));
  CHECK(xyz.at("fleeting").to_number<double>() == 0);
  CHECK(out.at("symbols").at("OTHER").at("messages").to_number<int>() == 1);
  CHECK(out.at("symbols").at("OTHER").at("order_to_trade").is_null());
  CHECK(out.at("unwatched_records").to_number<int>() == 0);

  REQUIRE(out.at("alerts").as_array().size() == 1);
  const auto& alert = out.at("alerts").at(0);
  CHECK(alert.at("symbol").as_string() == "XYZ");
  CHECK(alert.at("kind").as_string() == "spoofing");
  CHECK(alert.at("severity").as_string() == "high");
  CHECK(alert.at("side").as_string() == "buy");
  // Cancelled 50 ms after the only execution of 53.45 s, the whole of its side.
  CHECK(alert.at("score").to_number<double>() == Approx(53.45 / 53.5));
  CHECK(alert.at("from").to_number<std::uint64_t>() == kMidnight + kOpen + 53'100 * kMs);
  CHECK(alert.at("until").to_number<std::uint64_t>() == kMidnight + kOpen + 53'450 * kMs);
  CHECK(alert.at("evidence_count").to_number<int>() == 2);
  const auto& spoof = alert.at("evidence").at(0);
  CHECK(spoof.at("role").as_string() == "withdrawn");
  CHECK(spoof.at("id").to_number<std::uint64_t>() == kSpoof);
  CHECK(spoof.at("price").as_string() == "10");
  CHECK(spoof.at("qty").as_string() == "5000");
  const auto& genuine = alert.at("evidence").at(1);
  CHECK(genuine.at("role").as_string() == "executed");
  CHECK(genuine.at("id").to_number<std::uint64_t>() == kGenuine);
  CHECK(genuine.at("side").as_string() == "sell");
  CHECK(genuine.at("placed").to_number<std::uint64_t>() == kMidnight + kOpen + 53'000 * kMs);
}

TEST_CASE("surveil ends with 0 where nothing is raised, and looks only at the symbol asked for",
          "[app]") {
  const Finished quiet = surveil({"--symbol", "OTHER"});
  CHECK(quiet.status == 0);
  says(quiet, "\nOTHER ");
  CHECK(quiet.output.find("XYZ") == std::string::npos);
}

TEST_CASE("surveil says what is wrong with its arguments", "[app]") {
  const Finished absent = surveil({"--symbol", "ABSENT"});
  CHECK(absent.status == 2);
  says(absent, "no record of ABSENT");
  const Finished format = surveil({"--format", "itsch"});
  CHECK(format.status == 2);
  says(format, "\"itsch\", expected one of ");
  const Finished missing = run("shrivenquant", {"surveil", (scratch() / "none.itch").string()});
  CHECK(missing.status == 2);
  says(missing, "none.itch: cannot be opened");
  const auto empty = scratch() / "empty.NASDAQ_ITCH50";
  std::ofstream{empty}.flush();
  const Finished nothing = run("shrivenquant", {"surveil", empty.string()});
  CHECK(nothing.status == 2);
  says(nothing, "is empty");
  for (const char* room : {"999", "10000001"}) {
    const Finished orders = surveil({"--orders-max", room});
    CHECK(orders.status == 105);  // as for every argument out of its range
    says(orders, "not in range 1000 to 10000000");
  }
  CHECK(surveil({"--orders-max", "1000"}).status == 1);
  const Finished unwritable = surveil({"--json", scratch().string()});
  CHECK(unwritable.status == 2);
  says(unwritable, "cannot write");
}
