// Starts, pins and names threads; how a polling thread waits.
// Thread: any. Errors: std::runtime_error when a thread cannot be pinned, naming the setting.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "engine/settings/engine.hpp"

namespace sq::app {
// `cpu` -1: not pinned. `name`: at most 15 characters, shown by top -H.
[[nodiscard]] std::thread start_thread(const std::string& name, std::int32_t cpu,
                                       std::function<void()> body);
// Throws unless the process may run on `cpu`; -1 is fine.
void require_cpu(const std::string& setting, std::int32_t cpu);

// body(0) ... body(n - 1) on as many threads as there are CPUs. The first exception ends it and is thrown on.
void run_on_all_cpus(std::size_t n, const std::function<void(std::size_t)>& body);

// One poll found nothing to do.
void wait_idle(settings::Idle idle) noexcept;
}  // namespace sq::app
