#include "engine/app/alerts/alert_channels.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "engine/app/threads.hpp"
#include "engine/settings/webhook.hpp"

namespace sq::app {
WebhookChannel::WebhookChannel(const std::string& url, std::int64_t timeout_ns)
    : timeout_ns_{timeout_ns} {
  const auto to = settings::parse_webhook(url);
  if (!to) throw std::runtime_error("no webhook: " + url);
  host_ = to->server.host;
  port_ = to->server.port;
  target_ = to->target;
  if (to->server.secure) tls_.emplace(net::TlsContext::client({}));
  net::HttpClientSettings settings;
  settings.connection.host = host_;
  settings.connection.port = port_;
  settings.connection.tls = tls_ ? &*tls_ : nullptr;
  settings.connection.connect_ns_max = timeout_ns;
  settings.connection.handshake_ns_max = timeout_ns;
  settings.limits.body_bytes_max = std::size_t{64} << 10U;
  settings.first_byte_ns_max = timeout_ns;
  settings.total_ns_max = timeout_ns;
  settings.idle_ns_max = 0;  // alerts are rare: a connection of its own each
  client_.emplace(std::move(settings));
}

AlertChannel::State WebhookChannel::end(State state, std::string why) {
  why_ = std::move(why);
  return state_ = state;
}

void WebhookChannel::begin(const AlertMessage& message, MonoTime now) {
  ask_.method = "POST";
  ask_.target = target_;
  ask_.headers = {{"Content-Type", "application/json"}};
  ask_.body = message.json;
  began_ = now;
  end(State::Busy, {});
  if (look_up_ == nullptr) look_up();  // else the one that hung may still come
}

void WebhookChannel::look_up() {
  look_up_.reset(std::make_unique<LookUp>().release());
  start_thread("sq-alert-name", -1, [its = look_up_.get(), host = host_, port = port_] {
    its->addresses = net::resolve(host, port, its->problem);
    if (its->stage.exchange(LookUp::Stage::Answered, std::memory_order_acq_rel) ==
        LookUp::Stage::Left)
      const std::unique_ptr<LookUp> freed{its};
  }).detach();
}

void WebhookChannel::Leave::operator()(LookUp* its) const noexcept {
  if (its->stage.exchange(LookUp::Stage::Left, std::memory_order_acq_rel) ==
      LookUp::Stage::Answered)
    const std::unique_ptr<LookUp> freed{its};
}

void WebhookChannel::ask(MonoTime now) {
  const std::unique_ptr<LookUp, Leave> found = std::move(look_up_);
  if (found->addresses.empty()) {
    end(State::Failed, found->problem);
    return;
  }
  client_->set_addresses(std::move(found->addresses));
  if (!client_->ask(ask_, now))
    end(State::Failed, "the address holds characters that must not be sent");
}

AlertChannel::State WebhookChannel::step(MonoTime now) {
  if (state_ != State::Busy) return state_;
  if (look_up_ != nullptr) {
    if (look_up_->stage.load(std::memory_order_acquire) != LookUp::Stage::Answered)
      return now - began_ < timeout_ns_ ? state_
                                        : end(State::Failed, "no address of " + host_ + " in time");
    ask(now);
    if (state_ != State::Busy) return state_;
  }
  switch (client_->step(now)) {
    case net::HttpClient::Outcome::Idle:
    case net::HttpClient::Outcome::Waiting:
      return state_;
    case net::HttpClient::Outcome::NotSent:
    case net::HttpClient::Outcome::Unknown:
      return end(State::Failed, client_->why());
    case net::HttpClient::Outcome::Answered:
      break;
  }
  const int status = client_->head().status;
  if (status >= 200 && status < 300) return end(State::Delivered, {});
  return end(State::Failed, fmt::format("answered with status {}", status));
}

CommandChannel::~CommandChannel() { kill_child(); }

void CommandChannel::kill_child() noexcept {
  if (child_ == 0) return;
  ::kill(-child_, SIGKILL);  // its group: what it started, too
  ::waitpid(child_, nullptr, 0);
  child_ = 0;
}

void CommandChannel::begin(const AlertMessage& message, MonoTime now) {
  began_ = now;
  why_.clear();
  std::string program = program_.string();
  std::vector<std::string> words = message.arguments;
  std::vector<char*> arguments{program.data()};
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::vector<std::string> kept;
  for (const char* name : {"PATH", "HOME"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr) kept.push_back(fmt::format("{}={}", name, value));
  }
  std::vector<char*> environment;
  for (std::string& each : kept) environment.push_back(each.data());
  environment.push_back(nullptr);

  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, 1, 2);
  ::posix_spawn_file_actions_addclosefrom_np(&files, 3);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int error = ::posix_spawn(&child, program.c_str(), &files, &attributes, arguments.data(),
                                  environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  child_ = error == 0 ? child : 0;
  state_ = error == 0 ? State::Busy : State::Failed;
  if (error != 0) why_ = fmt::format("{} does not start: {}", program, std::strerror(error));
}

AlertChannel::State CommandChannel::step(MonoTime now) {
  if (state_ != State::Busy) return state_;
  int status = 0;
  const pid_t ended = ::waitpid(child_, &status, WNOHANG);
  if (ended == 0) {
    if (now - began_ < timeout_ns_) return state_;
    kill_child();
    why_ = "killed: it did not end in time";
    return state_ = State::Failed;
  }
  child_ = 0;
  if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return state_ = State::Delivered;
  why_ = ended > 0 && WIFEXITED(status) ? fmt::format("ended with status {}", WEXITSTATUS(status))
                                        : "ended by a signal";
  return state_ = State::Failed;
}
}  // namespace sq::app
