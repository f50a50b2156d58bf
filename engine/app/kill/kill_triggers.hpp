// How the kill switch is reached without the core: the admin port's threads, a file, a signal, the
// watchdog. Each closes the egress latch first and tells the core by a command afterwards.
// Thread: trigger() any but the core's; look_at_file() the main thread's; strangers() the core's.
// Cost: a lock among cold threads; strangers() a load. Errors: a queue that is full is tried again
// at each look_at_file(); the gate is closed meanwhile. Source: controls A01 (three independent
// triggers), A03.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "engine/messaging/command_queue.hpp"
#include "engine/risk/egress_latch.hpp"
#include "engine/settings/config.hpp"

namespace sq::app {
class KillTriggers {
 public:
  // All of them outlive this.
  KillTriggers(const settings::Config& config, risk::EgressLatch& latch, CommandQueue& commands)
      : config_{config}, latch_{latch}, commands_{commands}, file_{config.log.dir / "KILL"} {}

  void trigger(const KillScope& scope, std::string_view who, std::string_view reason, bool flatten);
  // `<log.dir>/KILL`: its first word is a scope, "flatten" may follow; what cannot be read means
  // everything. Renamed to KILL.taken when the core has logged it. Empty: nothing new, else what to
  // say about it.
  [[nodiscard]] std::string look_at_file();
  // What a signal or the watchdog closed, as the command that the core is to have now; false:
  // nothing.
  [[nodiscard]] bool strangers(Record<AdminCommand>& command) noexcept;

 private:
  void push_waiting();

  const settings::Config& config_;
  risk::EgressLatch& latch_;
  CommandQueue& commands_;
  std::filesystem::path file_;
  bool file_taken_{false};
  KillScope file_scope_{};
  std::mutex lock_;  // allowed: cold threads only
  std::vector<AdminCommand> waiting_;
};

// SIGUSR1 closes everything; the handler itself closes the latch. Null: the signal is ignored.
void kill_on_signal(risk::EgressLatch* latch);
}  // namespace sq::app
