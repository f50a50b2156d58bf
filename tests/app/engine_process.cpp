#include "tests/app/engine_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/feed/simulated/session.hpp"
#include "tests/support/paths.hpp"

extern char** environ;

namespace sq::test {
namespace {
void replace_all(std::string& text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}
}  // namespace

std::filesystem::path scratch() {
  static const std::filesystem::path dir = [] {
    const auto made = build_dir() / "test_app_scratch";
    std::filesystem::remove_all(made);
    std::filesystem::create_directories(made);
    feed::simulated::Settings session;
    session.seed = 3;
    session.duration_ns = 120LL * 1'000'000'000LL;
    session.directory = made / "session";
    static_cast<void>(feed::simulated::write_session(session));
    return made;
  }();
  return dir;
}

std::filesystem::path write_config(const std::string& name,
                                   const std::vector<std::pair<std::string, std::string>>& changes) {
  std::string text = read_text(project_dir() / "config/demo.toml");
  replace_all(text, "data = \"../shared/data\"", "data = \"" + (scratch() / "session").string() + "\"");
  for (const std::string recording : {"usdm_btcusdt", "usdm_ethusdt", "spot_btcusdt"})
    replace_all(text, "a_binance_ws/hftbacktest/" + recording + "_20240808.gz", recording + "_simulated.gz");
  replace_all(text, "speed = 10 ", "speed = \"max\" ");
  replace_all(text, "enabled = true", "enabled = false");
  for (const auto& [from, to] : changes) replace_all(text, from, to);
  const auto file = scratch() / (name + ".toml");
  std::ofstream{file} << text;
  return file;
}

pid_t start(const std::string& program, const std::vector<std::string>& arguments,
            const std::filesystem::path& output) {
  // A soak runs what is shipped: programs of another flavour than the test's.
  const char* const elsewhere = std::getenv("SQ_PROGRAMS");
  const std::filesystem::path dir = elsewhere != nullptr ? elsewhere : build_dir();
  const std::string path = (dir / program).string();
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, path.c_str(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  REQUIRE(failed == 0);
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Finished run(const std::string& program, const std::vector<std::string>& arguments) {
  const auto output = scratch() / "output.txt";
  Finished finished;
  finished.status = wait_for(start(program, arguments, output));
  finished.output = read_text(output);
  return finished;
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}
boost::json::value read_json(const std::filesystem::path& file) {
  return boost::json::parse(read_text(file));
}
}  // namespace sq::test
