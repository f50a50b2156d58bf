// A PostgreSQL server of this test's own: a cluster in a temporary folder, reached by a Unix socket
// in it. No other server is touched. Started as the user "postgres" when the test runs as root,
// since the server refuses that.
// Thread: one. Errors: std::runtime_error; available() says whether the programs are there.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace sq::test {
class PostgresServer {
 public:
  // False: PostgreSQL 15 is not installed, or there is no user to run it.
  [[nodiscard]] static bool available();

  PostgresServer();  // makes the cluster and starts the server
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer();

  [[nodiscard]] std::string url() const;  // for libpq
  void start();
  void kill();  // SIGKILL, and waits until the whole server is gone

 private:
  std::filesystem::path dir_;
  pid_t server_{0};
};
}  // namespace sq::test
