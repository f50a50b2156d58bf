// A strategy trades on an ITCH file, order by order, and the log replays.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>

#include "engine/feed/itch/synthetic/market.hpp"
#include "tests/app/engine_process.hpp"
#include "tests/support/paths.hpp"

using namespace sq::test;

namespace {
// The day of one symbol, made; returns the symbol's name.
std::string write_day(const std::filesystem::path& file, double resting_share = 0.041) {
  sq::feed::itch::synthetic::MarketSettings settings;
  settings.seed = 3;
  settings.symbols = 1;
  settings.messages = 60'000;
  settings.resting_share = resting_share;
  sq::feed::itch::synthetic::Market market{settings};
  std::vector<std::byte> bytes;
  while (market.append_next(bytes)) {
  }
  std::filesystem::create_directories(file.parent_path());
  std::ofstream{file, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                              static_cast<std::streamsize>(bytes.size()));
  return market.symbol(0);
}

std::string itch_config(const std::string& name, const std::string& symbol, const std::string& more) {
  std::string text = read_text(sq::test::project_dir() / "config/itch.toml");
  const auto replace = [&](const std::string& from, const std::string& to) {
    std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    for (; at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  };
  replace("AAAA", symbol);
  replace("enabled = true", "enabled = false");
  replace("data = \"run/itch\"", "data = \"" + (scratch() / "itch").string() + "\"");
  if (!more.empty()) replace("book = \"orders\"", "book = \"orders\"\n" + more);
  const auto file = scratch() / (name + ".toml");
  std::ofstream{file} << text;
  return file.string();
}
}  // namespace

TEST_CASE("a backtest on orders trades, and replay repeats every decision", "[app]") {
  const std::string symbol = write_day(scratch() / "itch" / "12302019.NASDAQ_ITCH50");
  const auto config = itch_config("itch", symbol, "");
  const auto json = scratch() / "itch.json";
  const std::string log = (scratch() / "itch-log").string();
  const Finished run_once =
      run("shrivenquant", {"run", config, "--log-dir", log, "--json", json.string()});
  INFO(run_once.output);
  REQUIRE(run_once.status == 0);
  const auto summary = read_json(json);
  CHECK(summary.at("events").to_number<int>() > 50'000);
  CHECK(summary.at("orders").to_number<int>() > 20);
  CHECK(summary.at("fills").to_number<int>() > 5);
  CHECK(summary.at("warnings").as_array().empty());
  const Finished again = run("shrivenquant", {"replay", log, "--json", json.string()});
  INFO(again.output);
  CHECK(again.status == 0);
  CHECK(read_json(json).at("differences").to_number<int>() == 0);
  CHECK(read_json(json).at("hash").as_string() == summary.at("hash").as_string());
}

TEST_CASE("more orders than there is room for are a gap that the summary names", "[app]") {
  const std::string symbol = write_day(scratch() / "itch" / "12302019.NASDAQ_ITCH50", 0.2);
  const auto config = itch_config("itch-small", symbol, "orders_max = 1000");
  const Finished finished =
      run("shrivenquant", {"run", config, "--log-dir", (scratch() / "itch-small").string()});
  INFO(finished.output);
  CHECK(finished.output.find("orders of the market could not be applied") != std::string::npos);
}
