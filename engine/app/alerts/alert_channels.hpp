// The two ways in which people are reached: a POST to a web address, and a program that is called.
// One delivery at a time each; polled, so that a slow one holds up nobody.
// Thread: the owner's, and one of its own for each look-up of the host's name, which may hang and
// is then left to itself. Cost: cold. Errors: Failed and why(); whether a failed delivery arrived
// is not known, so a message may come twice. Source: control A04; fault N19 (names are looked up
// anew for each connection).
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/net/http/client.hpp"
#include "engine/net/tls/tls_context.hpp"
#include "engine/types/time.hpp"

namespace sq::app {
struct AlertMessage {
  std::vector<std::string> arguments;  // of a program: kind, number, owner, action, text
  std::string json;                    // body of a POST
};

class AlertChannel {
 public:
  enum class State : std::uint8_t { Idle, Busy, Delivered, Failed };
  virtual ~AlertChannel() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  // Only when not Busy.
  virtual void begin(const AlertMessage& message, MonoTime now) = 0;
  virtual State step(MonoTime now) = 0;
  [[nodiscard]] virtual const std::string& why() const noexcept = 0;
};

// Delivered by any answer 200 to 299.
class WebhookChannel final : public AlertChannel {
 public:
  // `url` as settings::Alerts::webhook has it. Throws std::runtime_error without authorities.
  WebhookChannel(const std::string& url, std::int64_t timeout_ns);
  [[nodiscard]] std::string_view name() const noexcept override { return "webhook"; }
  void begin(const AlertMessage& message, MonoTime now) override;
  State step(MonoTime now) override;
  [[nodiscard]] const std::string& why() const noexcept override { return why_; }

 private:
  // Its thread may outlive the channel: whoever is the last of the two frees it.
  struct LookUp {
    enum class Stage : std::uint8_t { Asking, Answered, Left };
    std::vector<net::Endpoint> addresses;
    std::string problem;
    std::atomic<Stage> stage{Stage::Asking};
  };
  struct Leave {
    void operator()(LookUp* its) const noexcept;
  };
  void look_up();
  void ask(MonoTime now);
  State end(State state, std::string why);

  std::string host_;
  std::string target_;
  std::uint16_t port_{80};
  std::int64_t timeout_ns_;
  std::unique_ptr<LookUp, Leave> look_up_;  // null: none is under way
  net::HttpAsk ask_;
  MonoTime began_{};
  std::optional<net::TlsContext> tls_;
  std::optional<net::HttpClient> client_;
  State state_{State::Idle};
  std::string why_;
};

// Delivered by exit status 0. The program gets no input and PATH and HOME alone of the environment:
// secrets may be in it. It and what it started are killed when the time is up.
class CommandChannel final : public AlertChannel {
 public:
  CommandChannel(std::filesystem::path program, std::int64_t timeout_ns)
      : program_{std::move(program)}, timeout_ns_{timeout_ns} {}
  CommandChannel(const CommandChannel&) = delete;
  CommandChannel& operator=(const CommandChannel&) = delete;
  ~CommandChannel() override;
  [[nodiscard]] std::string_view name() const noexcept override { return "command"; }
  void begin(const AlertMessage& message, MonoTime now) override;
  State step(MonoTime now) override;
  [[nodiscard]] const std::string& why() const noexcept override { return why_; }

 private:
  void kill_child() noexcept;

  std::filesystem::path program_;
  std::int64_t timeout_ns_;
  pid_t child_{0};
  MonoTime began_{};
  State state_{State::Idle};
  std::string why_;
};
}  // namespace sq::app
