// tools/watchdog beside the real program: stopped, killed, ended in order.
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <optional>

#include "tests/app/engine_process.hpp"

using namespace sq::test;

namespace {
struct Watched {
  explicit Watched(const std::string& name, const std::string& speed = "5")
      : log{scratch() / name},
        cancelled{scratch() / (name + ".cancelled")},
        said{scratch() / (name + ".watchdog.txt")},
        output{scratch() / (name + ".txt")},
        config{write_config(name, {{"speed = \"max\"", "speed = " + speed}})} {
    std::filesystem::remove(cancelled);
    run_engine();
    dog = start("watchdog",
                {"--log-dir", log.string(), "--stale-ms", "1000", "--on-stale", "touch",
                 cancelled.string()},
                said);
    wait([&] { return read_text(said).find("watching") != std::string::npos; });
  }
  ~Watched() {
    ::kill(dog, SIGTERM);
    static_cast<void>(wait_for(dog));
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  void run_engine() {
    engine = start("shrivenquant", {"run", config.string(), "--log-dir", log.string()}, output);
    wait([&] { return std::filesystem::exists(log / "engine.control"); });
  }
  template <class Condition>
  void wait(Condition condition) const {
    for (int i = 0; i < 2'000 && !condition(); ++i) ::usleep(10'000);
    INFO(read_text(said));
    REQUIRE(condition());
  }
  // There is a log with a configuration: what a restart needs.
  [[nodiscard]] bool logged() const {
    return sq::test::run("shrivenquant", {"wal", "state", log.string()}).status == 0;
  }
  // Null: there is no log to tell it, as for a moment while a new run replaces the old one's.
  [[nodiscard]] std::optional<bool> told_latched() const {
    const auto file = scratch() / "watched.json";
    const Finished state =
        sq::test::run("shrivenquant", {"wal", "state", log.string(), "--json", file.string()});
    if (state.status != 0) return std::nullopt;
    return read_json(file).at("kill_latched").as_bool();
  }
  [[nodiscard]] bool latched() const {
    const auto told = told_latched();
    REQUIRE(told.has_value());
    return *told;
  }
  std::filesystem::path log;
  std::filesystem::path cancelled;
  std::filesystem::path said;
  std::filesystem::path output;
  std::filesystem::path config;
  pid_t engine{0};
  pid_t dog{0};
};
}  // namespace

TEST_CASE("an engine that is stopped and goes on finds itself killed by the watchdog", "[app]") {
  Watched watched{"dog-stop"};
  ::usleep(300'000);
  REQUIRE(::kill(watched.engine, SIGSTOP) == 0);
  watched.wait([&] { return std::filesystem::exists(watched.cancelled); });
  REQUIRE(::kill(watched.engine, SIGCONT) == 0);
  watched.wait([&] { return std::filesystem::exists(watched.log / "KILL.taken"); });
  REQUIRE(::kill(watched.engine, SIGTERM) == 0);
  static_cast<void>(wait_for(watched.engine));
  CHECK(watched.latched());
}

TEST_CASE("after kill -9 the watchdog cancels, and the next start is latched from its beginning",
          "[app]") {
  Watched watched{"dog-kill"};
  watched.wait([&] { return watched.logged(); });
  REQUIRE(::kill(watched.engine, SIGKILL) == 0);
  static_cast<void>(wait_for(watched.engine));
  watched.wait([&] { return std::filesystem::exists(watched.cancelled); });
  CHECK_FALSE(watched.latched());
  CHECK(std::filesystem::exists(watched.log / "KILL"));
  std::filesystem::remove(watched.log / "KILL");  // the shared latch alone has to do
  watched.run_engine();
  watched.wait([&] { return watched.told_latched() == true; });
  REQUIRE(::kill(watched.engine, SIGTERM) == 0);
  static_cast<void>(wait_for(watched.engine));
  CHECK(watched.latched());
}

TEST_CASE("an engine that ends in order is left alone", "[app]") {
  Watched watched{"dog-end"};
  REQUIRE(::kill(watched.engine, SIGTERM) == 0);
  static_cast<void>(wait_for(watched.engine));
  ::usleep(1'600'000);
  CHECK_FALSE(std::filesystem::exists(watched.cancelled));
  CHECK_FALSE(watched.latched());
}

TEST_CASE("SIGUSR1 and the file KILL each close the gate of a running engine", "[app]") {
  Watched watched{"dog-signal"};
  ::usleep(300'000);
  std::ofstream{watched.log / "KILL"} << "strategy:maker\n";
  watched.wait([&] { return std::filesystem::exists(watched.log / "KILL.taken"); });
  REQUIRE(::kill(watched.engine, SIGUSR1) == 0);
  ::usleep(300'000);
  REQUIRE(::kill(watched.engine, SIGTERM) == 0);
  static_cast<void>(wait_for(watched.engine));
  CHECK(watched.latched());
  const Finished dump = run("shrivenquant", {"wal", "dump", watched.log.string(), "--orders-only"});
  CHECK(dump.output.find("the file KILL in log.dir") != std::string::npos);
  CHECK(dump.output.find("SIGUSR1") != std::string::npos);
}
