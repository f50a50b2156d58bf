// The local exchange and the engine as two processes, connected by real sockets: the whole of live
// trading but the internet.
#pragma once

#include <sys/types.h>

#include <boost/json/value.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace sq::test {
// A process of binance-exchange on ports of its own; ended by SIGTERM.
class LocalExchange {
 public:
  // Its files begin with `name`; `port` and the next three are its ports.
  LocalExchange(const std::string& name, int port, const std::vector<std::string>& arguments = {});
  ~LocalExchange();
  LocalExchange(const LocalExchange&) = delete;
  LocalExchange& operator=(const LocalExchange&) = delete;

  // config/local-exchange.toml for this exchange, with further replacements.
  [[nodiscard]] std::filesystem::path config(
      const std::vector<std::pair<std::string, std::string>>& changes = {}) const;
  void set_scenario(const std::string& toml) const;  // "": nothing goes wrong any more
  // What it holds for the user, spot and futures.
  [[nodiscard]] boost::json::value spot() const;
  [[nodiscard]] boost::json::value futures() const;
  // The books that were published last, by symbol, each with its number.
  [[nodiscard]] boost::json::value spot_books() const;
  [[nodiscard]] boost::json::value futures_books() const;
  [[nodiscard]] std::filesystem::path log_dir() const;
  [[nodiscard]] std::filesystem::path key_file() const;
  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::string said() const;

 private:
  std::string name_;
  int port_;
  pid_t child_{0};
};

// The engine in a process of its own.
class LiveEngine {
 public:
  LiveEngine(const std::string& name, const std::filesystem::path& config);
  ~LiveEngine();
  LiveEngine(const LiveEngine&) = delete;
  LiveEngine& operator=(const LiveEngine&) = delete;

  // Until the log in `dir` has so many orders sent, or so long; false: not in time.
  [[nodiscard]] bool until_orders(const std::filesystem::path& dir, std::int64_t orders,
                                  int seconds_max) const;
  // SIGTERM: the exit code.
  int stop();
  void kill();
  void wait(int seconds) const;
  [[nodiscard]] bool runs() const;
  [[nodiscard]] pid_t process() const noexcept { return child_; }
  [[nodiscard]] boost::json::value summary() const;
  [[nodiscard]] std::string said() const;

 private:
  std::string name_;
  pid_t child_{0};
};

// Positions and fills that the summary says against what the exchange holds beyond what it began
// with: the differences in words, none when they are equal to the last unit.
[[nodiscard]] std::vector<std::string> differences(const LocalExchange& exchange,
                                                   const boost::json::value& summary);
}  // namespace sq::test
