// Clients that others wrote trade on the local exchange: the official ones, `binance`,
// binance-api-node and ccxt place, query, amend, cancel, and follow depth, trades and user data;
// their books are the exchange's. Each has an exchange of its own; all run at once. Without node or
// the packages (tools/setup --test brings them): skipped by name.
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/paths.hpp"
#include "tests/support/recorded_data.hpp"

using namespace sq::test;

namespace {
const std::filesystem::path kProject{SQ_PROJECT_DIR};
const std::filesystem::path kBuild{SQ_BUILD_DIR};
const std::filesystem::path kModules{kProject / "build/tools/clients/node_modules"};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

class Child {
 public:
  Child(std::vector<std::string> arguments, std::filesystem::path output,
        const std::vector<std::pair<std::string, std::string>>& environment = {})
      : output_{std::move(output)}, pid_{::fork()} {
    if (pid_ != 0) return;
    const int to = ::open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(to, STDOUT_FILENO);
    ::dup2(to, STDERR_FILENO);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> list;
    for (std::string& each : arguments) list.push_back(each.data());
    list.push_back(nullptr);
    ::execvp(list[0], list.data());
    ::_exit(127);
  }
  ~Child() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    static_cast<void>(wait());
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  int wait() {
    if (pid_ <= 0) return status_;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  void end() { ::kill(pid_, SIGTERM); }
  [[nodiscard]] std::string output() const { return text_of(output_); }

 private:
  std::filesystem::path output_;
  pid_t pid_;
  int status_{-1};
};

struct Folder {
  std::filesystem::path path{kBuild / "test_binance-exchange_scratch"};
  bool ready{false};
  Folder() {
    std::filesystem::create_directories(path);
    const std::string at = path.string();
    const auto sh = [](const std::string& line) {
      return std::system((line + " >/dev/null 2>&1").c_str()) == 0;
    };
    ready = sh("openssl genpkey -algorithm ed25519 -out " + at + "/user.pem") &&
            sh("openssl pkey -in " + at + "/user.pem -pubout -out " + at + "/user.pub") &&
            sh("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "
               "/CN=localhost "
               "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
               at + "/server.key -out " + at + "/server.pem");
  }
};

// Where a line of the exchange says that it listens.
std::string address_in(const std::string& output, const std::string& scheme) {
  const std::size_t at = output.find(scheme + "://");
  if (at == std::string::npos) return {};
  return output.substr(at, output.find_first_of("/ \n", at + scheme.size() + 3) - at);
}

void trade_with_all(bool tls) {
  if (std::system("command -v node > /dev/null") != 0 ||
      !std::filesystem::exists(kModules / "ccxt"))
    return skip("no node, or no clients: tools/setup --test brings them");
  const Folder folder;
  if (!folder.ready) return skip("no openssl program");
  const std::string at = folder.path.string();
  const std::string suffix = tls ? "-tls" : "";
  struct Pair {
    std::string name;
    std::unique_ptr<Child> exchange;
    std::unique_ptr<Child> client;
  };
  std::vector<Pair> pairs;
  for (const char* name :
       {"connector", "spot", "tiagosiebler", "api-node", "ccxt", "usds-futures"}) {
    Pair& pair = pairs.emplace_back();
    pair.name = name;
    pair.exchange = std::make_unique<Child>(
        std::vector<std::string>{(kBuild / "binance-exchange").string(), "--port", "0",
                                 "--futures-port", "0", "--certificate", at + "/server.pem",
                                 "--key", at + "/server.key", "--public-key", at + "/user.pub",
                                 "--seconds", "120", "--limit-factor", "10"},
        folder.path / (pair.name + suffix + "-exchange.txt"));
  }
  for (Pair& pair : pairs) {
    std::string output;
    for (int i = 0; i < 1'000 && output.find("limits x") == std::string::npos; ++i) {
      ::poll(nullptr, 0, 10);
      output = pair.exchange->output();
    }
    const std::string http = address_in(output, tls ? "https" : "http");
    const std::string ws = address_in(output, tls ? "wss" : "ws");
    const std::string behind =
        output.substr(output.find(ws));  // the next line is that of the futures
    const std::string futures_http = address_in(behind, tls ? "https" : "http");
    const std::string futures_ws =
        address_in(behind.substr(behind.find(futures_http)), tls ? "wss" : "ws");
    REQUIRE_FALSE(futures_ws.empty());
    pair.client = std::make_unique<Child>(
        std::vector<std::string>{
            "node", (kProject / "tests/binance-exchange/clients" / (pair.name + ".js")).string()},
        folder.path / (pair.name + suffix + ".txt"),
        std::vector<std::pair<std::string, std::string>>{
            {"NODE_PATH", kModules.string()},
            {"NODE_EXTRA_CA_CERTS", at + "/server.pem"},
            {"SQ_EXCHANGE_HTTP", http},
            {"SQ_EXCHANGE_WS", ws},
            {"SQ_EXCHANGE_FUTURES_HTTP", futures_http},
            {"SQ_EXCHANGE_FUTURES_WS", futures_ws},
            {"SQ_EXCHANGE_PRIVATE_KEY", at + "/user.pem"}});
  }
  for (Pair& pair : pairs) {
    INFO(pair.name << suffix << ":\n" << pair.client->output());
    CHECK(pair.client->wait() == 0);
    CHECK(pair.client->output().find("ok ") != std::string::npos);
    pair.exchange->end();
    CHECK(pair.exchange->wait() == 0);
    INFO(pair.exchange->output());
    CHECK(pair.exchange->output().find(" 0 bad signatures") != std::string::npos);
  }
}
}  // namespace

TEST_CASE("clients that others wrote trade on the local exchange over plain connections") {
  trade_with_all(false);
}
TEST_CASE("clients that others wrote trade on the local exchange over TLS") {
  trade_with_all(true);
}
