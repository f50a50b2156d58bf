#include "tests/support/postgres_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <vector>

namespace sq::test {
namespace {
const std::filesystem::path kPrograms{"/usr/lib/postgresql/15/bin"};
constexpr const char* kUser = "postgres";

void wait_ms(int ms) { ::poll(nullptr, 0, ms); }

const passwd* server_user() {
  static const passwd* user = ::getpwnam(kUser);
  return user;
}

pid_t spawn(const std::vector<std::string>& command, const std::filesystem::path& dir) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const std::string log = dir / "output.txt";
  const passwd* user = ::geteuid() == 0 ? server_user() : nullptr;
  const pid_t child = ::fork();
  if (child != 0) return child;
  // In the child: only calls that are safe after fork.
  if (user != nullptr && (::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) ::_exit(126);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (out < 0 || ::chdir(dir.c_str()) != 0) ::_exit(126);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

// A server that replays its own log takes connections and refuses them: only its program knows.
bool accepts(const std::filesystem::path& dir) {
  int status = 0;
  const pid_t child = spawn({(kPrograms / "pg_isready").string(), "-q", "-h", dir.string()}, dir);
  return ::waitpid(child, &status, 0) == child && status == 0;
}
}  // namespace

bool PostgresServer::available() {
  std::error_code error;
  return std::filesystem::exists(kPrograms / "postgres", error) &&
         std::filesystem::exists(kPrograms / "initdb", error) &&
         std::filesystem::exists(kPrograms / "pg_isready", error) &&
         (::geteuid() != 0 || server_user() != nullptr);
}

PostgresServer::PostgresServer() {
  std::string name = std::filesystem::temp_directory_path() / "sq-postgres-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  dir_ = name;
  if (::geteuid() == 0 && ::chown(name.c_str(), server_user()->pw_uid, server_user()->pw_gid) != 0)
    throw std::runtime_error("cannot give away " + name);
  const pid_t child = spawn({(kPrograms / "initdb").string(), "-D", dir_ / "data", "-U", kUser,
                             "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"},
                            dir_);
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0)
    throw std::runtime_error("initdb failed: " + (dir_ / "output.txt").string());
  start();
}

PostgresServer::~PostgresServer() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

std::string PostgresServer::url() const {
  return "host=" + dir_.string() + " user=" + kUser + " dbname=postgres";
}

void PostgresServer::start() {
  constexpr int kTries = 400;
  // The remains of a killed server are noticed and refused for a moment: then again.
  for (int i = 0; i < kTries; ++i) {
    if (server_ == 0)
      server_ = spawn({(kPrograms / "postgres").string(), "-D", dir_ / "data", "-k", dir_.string(),
                       "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=4MB",
                       // In its own folder: a killed server leaves nothing in /dev/shm.
                       "-c", "dynamic_shared_memory_type=mmap"},
                      dir_);
    if (::waitpid(server_, nullptr, WNOHANG) == server_) server_ = 0;
    if (server_ != 0 && accepts(dir_)) return;
    wait_ms(25);
  }
  throw std::runtime_error("postgres does not start: " + (dir_ / "output.txt").string());
}

void PostgresServer::kill() {
  if (server_ == 0) return;
  ::kill(server_, SIGKILL);
  ::waitpid(server_, nullptr, 0);
  server_ = 0;
}
}  // namespace sq::test
