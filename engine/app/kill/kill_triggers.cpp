#include "engine/app/kill/kill_triggers.hpp"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <fstream>

#include "engine/app/kill/kill_scope_text.hpp"

namespace sq::app {
namespace {
AdminCommand kill_command(const KillScope& scope, std::string_view who, std::string_view reason,
                          bool flatten) noexcept {
  AdminCommand command;
  command.command = Command::Kill;
  command.scope = scope.kind;
  command.scope_number = scope.number;
  command.flatten = flatten ? 1 : 0;
  command.latched = 1;
  command.who = FixedText<24>{who};
  command.reason = FixedText<64>{reason};
  return command;
}
std::atomic<risk::EgressLatch*> signalled{nullptr};
void on_kill_signal(int) {
  // Lock-free: allowed in a handler.
  if (risk::EgressLatch* const latch = signalled.load())
    latch->close_by(risk::EgressLatch::Stranger::Signal);
}
}  // namespace

void kill_on_signal(risk::EgressLatch* latch) {
  static_assert(std::atomic<risk::EgressLatch*>::is_always_lock_free);
  signalled.store(latch);
  struct sigaction action {};
  action.sa_handler = latch != nullptr ? &on_kill_signal : SIG_IGN;
  ::sigaction(SIGUSR1, &action, nullptr);
}

void KillTriggers::trigger(const KillScope& scope, std::string_view who, std::string_view reason,
                           bool flatten) {
  latch_.close_from_outside(scope);
  const std::scoped_lock lock{lock_};
  waiting_.push_back(kill_command(scope, who, reason, flatten));
  push_waiting();
}

void KillTriggers::push_waiting() {
  while (!waiting_.empty() && commands_.try_push(waiting_.front()))
    waiting_.erase(waiting_.begin());
}

std::string KillTriggers::look_at_file() {
  {
    const std::scoped_lock lock{lock_};
    push_waiting();
  }
  std::error_code error;
  if (file_taken_) {
    if (latch_.pending(file_scope_)) return {};
    const std::filesystem::path taken = file_.string() + ".taken";
    std::filesystem::rename(file_, taken, error);
    file_taken_ = false;
    return {};
  }
  if (!std::filesystem::exists(file_, error)) return {};
  std::ifstream in{file_};
  std::string word;
  std::string then;
  in >> word >> then;
  file_scope_ = parse_kill_scope(word, config_).value_or(KillScope{});
  file_taken_ = true;
  trigger(file_scope_, "file", "the file KILL in log.dir", then == "flatten");
  return fmt::format("{}: {} is closed", file_.string(), kill_scope_text(file_scope_, config_));
}

bool KillTriggers::strangers(Record<AdminCommand>& command) noexcept {
  using Stranger = risk::EgressLatch::Stranger;
  if (!latch_.closed_by_strangers()) [[likely]]
    return false;
  const Stranger who = latch_.closed_by(Stranger::Watchdog) ? Stranger::Watchdog : Stranger::Signal;
  latch_.take_over_from(who);
  const bool dog = who == Stranger::Watchdog;
  command = make_record(RecordKind::AdminCommand,
                        kill_command({}, dog ? "watchdog" : "signal",
                                     dog ? "the watchdog saw no heartbeat" : "SIGUSR1", false));
  command.header.source = kSourceAdmin;
  return true;
}
}  // namespace sq::app
