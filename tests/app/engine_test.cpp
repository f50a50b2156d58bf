// The program as a user runs it: on a session of the market simulator, from the command line.
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/app/engine_process.hpp"

using namespace sq::test;

namespace {
std::string hash_of_run(const std::filesystem::path& config, const std::string& log,
                        const std::vector<std::string>& more = {}) {
  const auto json = scratch() / (log + ".json");
  std::vector<std::string> arguments{"run",     config.string(), "--log-dir", (scratch() / log).string(),
                                     "--json", json.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Finished finished = run("shrivenquant", arguments);
  INFO(finished.output);
  REQUIRE(finished.status == 0);
  return std::string{read_json(json).at("hash").as_string()};
}
}  // namespace

TEST_CASE("two runs of one session give the same hash, decoded on a thread or in place", "[app]") {
  const auto config = write_config("same", {});
  const std::string first = hash_of_run(config, "same-1");
  CHECK(first.size() == 16);
  CHECK(hash_of_run(config, "same-2") == first);
  const auto fused = write_config("fused", {{"# decode = \"thread\" ", "decode = \"fused\" "}});
  CHECK(hash_of_run(fused, "same-3") == first);
}

TEST_CASE("what the disk promises changes no decision: every durability gives the same hash",
          "[app]") {
  const std::string process = hash_of_run(write_config("process", {}), "process");
  for (const std::string durability : {"group", "strict"}) {
    CAPTURE(durability);
    const auto config = write_config(
        durability, {{"# durability = \"process\" ", "durability = \"" + durability + "\" "}});
    CHECK(hash_of_run(config, durability) == process);
    const Finished verified =
        run("shrivenquant", {"wal", "verify", (scratch() / durability).string()});
    INFO(verified.output);
    CHECK(verified.status == 0);
  }
}

TEST_CASE("a run trades: orders, fills, refusals and P&L are in the summary", "[app]") {
  const auto config = write_config("trades", {});
  static_cast<void>(hash_of_run(config, "trades"));
  const auto summary = read_json(scratch() / "trades.json");
  CHECK(summary.at("events").to_number<std::int64_t>() > 10'000);
  CHECK(summary.at("orders").to_number<std::int64_t>() > 50);
  CHECK(summary.at("fills").to_number<std::int64_t>() > 10);
  CHECK(summary.at("warnings").as_array().empty());  // engine and exchange agree
  CHECK(summary.at("stages").as_object().contains("tick-to-order"));
  CHECK(summary.at("wal").at("bytes").to_number<std::int64_t>() > 0);
}

TEST_CASE("replay repeats every decision; a changed parameter names the first that differs",
          "[app]") {
  const auto config = write_config("replayed", {});
  const std::string hash = hash_of_run(config, "replayed");
  const auto json = scratch() / "replay.json";
  const std::string log = (scratch() / "replayed").string();
  const Finished same = run("shrivenquant", {"replay", log, "--json", json.string()});
  INFO(same.output);
  CHECK(same.status == 0);
  CHECK(read_json(json).at("differences").to_number<std::int64_t>() == 0);
  CHECK(read_json(json).at("decisions").to_number<std::int64_t>() > 100);
  CHECK(read_json(json).at("hash").as_string() == hash);
  const auto other = write_config("changed", {{"quote_qty = \"0.01\"", "quote_qty = \"0.011\""}});
  const Finished differs =
      run("shrivenquant", {"replay", log, "--config", other.string(), "--json", json.string()});
  CHECK(differs.status == 1);
  const std::string first{read_json(json).at("first_difference").as_string()};
  INFO(first);
  CHECK(first.find("qty=0.01 ") != std::string::npos);
  CHECK(first.find("qty=0.011 ") != std::string::npos);
}

TEST_CASE("SIGTERM ends a run in order: cancelled, flushed, replayable", "[app]") {
  const auto config = write_config("stopped", {{"speed = \"max\"", "speed = 20"}});
  const std::string log = (scratch() / "stopped").string();
  const auto json = scratch() / "stopped.json";
  const pid_t child = start("shrivenquant",
                            {"run", config.string(), "--log-dir", log, "--json", json.string()},
                            scratch() / "stopped.txt");
  while (!std::filesystem::exists(log + "/log.meta")) ::usleep(1'000);
  ::usleep(400'000);
  REQUIRE(::kill(child, SIGTERM) == 0);
  CHECK(wait_for(child) == 0);
  const auto summary = read_json(json);
  CHECK(summary.at("interrupted").as_string() == "stopped on request");
  const Finished verify = run("shrivenquant", {"wal", "verify", log});
  INFO(verify.output);
  CHECK(verify.status == 0);
  CHECK(verify.output.find("closed in order") != std::string::npos);
  CHECK(run("shrivenquant", {"replay", log}).status == 0);
}

TEST_CASE("a run that was stopped goes on at the next start where it stopped", "[app]") {
  const auto config = write_config("resumed", {{"speed = \"max\"", "speed = 20"},
                                               {"existing = \"replace\"", "existing = \"recover\""}});
  const std::string log = (scratch() / "resumed").string();
  const pid_t child = start("shrivenquant", {"run", config.string(), "--log-dir", log},
                            scratch() / "resumed.txt");
  while (!std::filesystem::exists(log + "/log.meta")) ::usleep(1'000);
  ::usleep(500'000);
  REQUIRE(::kill(child, SIGTERM) == 0);
  REQUIRE(wait_for(child) == 0);
  const auto json = scratch() / "resumed.json";
  const Finished rest = run("shrivenquant", {"run", config.string(), "--log-dir", log, "--speed", "max",
                                             "--json", json.string()});
  INFO(rest.output);
  CHECK(rest.status == 0);
  CHECK(read_json(json).at("epoch").to_number<std::int64_t>() == 2);
  const Finished replayed = run("shrivenquant", {"replay", log});
  INFO(replayed.output);
  CHECK(replayed.status == 0);
}

TEST_CASE("a wrong configuration is refused with file, line, key and what is accepted", "[app]") {
  const auto config = write_config("wrong", {{"collar_bps = 50  ", "collar_bp = 50  "}});
  const Finished finished = run("shrivenquant", {"check", config.string()});
  CHECK(finished.status == 2);
  INFO(finished.output);
  CHECK(finished.output.find("wrong.toml:") != std::string::npos);
  CHECK(finished.output.find("collar_bps") != std::string::npos);
  CHECK(run("shrivenquant", {"run", (scratch() / "absent.toml").string()}).status == 2);
}

TEST_CASE("a finished log is not continued, and the message says what to do", "[app]") {
  const auto first = write_config("finished", {});
  static_cast<void>(hash_of_run(first, "finished"));
  const auto again = write_config("finished-again", {{"existing = \"replace\"", "existing = \"recover\""}});
  const Finished finished = run(
      "shrivenquant", {"run", again.string(), "--log-dir", (scratch() / "finished").string()});
  CHECK(finished.status == 2);
  INFO(finished.output);
  CHECK(finished.output.find("nothing is left of its session") != std::string::npos);
}

TEST_CASE("a run that replaces an earlier one starts anew beside its archive", "[app]") {
  const auto config = write_config("replaced", {});
  const std::string log = (scratch() / "replaced").string();
  const Finished first = run("shrivenquant", {"run", config.string(), "--log-dir", log});
  const Finished second = run("shrivenquant", {"run", config.string(), "--log-dir", log});
  INFO(second.output);
  CHECK(first.status == 0);
  CHECK(second.status == 0);
  CHECK(std::filesystem::exists(log + "/archive.sqlite"));
}
