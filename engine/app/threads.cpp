#include "engine/app/threads.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace sq::app {
void require_cpu(const std::string& setting, std::int32_t cpu) {
  if (cpu < 0) return;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0 && cpu < CPU_SETSIZE &&
      CPU_ISSET(static_cast<std::size_t>(cpu), &allowed))
    return;
  throw std::runtime_error(setting + " = " + std::to_string(cpu) +
                           ": this process may not run on that CPU; -1 does not pin, "
                           "`shrivenquant doctor` lists the CPUs");
}

std::thread start_thread(const std::string& name, std::int32_t cpu, std::function<void()> body) {
  return std::thread{[name, cpu, run = std::move(body)] {
    ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
    if (cpu >= 0) {
      cpu_set_t wanted;
      CPU_ZERO(&wanted);
      CPU_SET(static_cast<std::size_t>(cpu), &wanted);
      ::pthread_setaffinity_np(::pthread_self(), sizeof wanted, &wanted);
    }
    run();
  }};
}

void run_on_all_cpus(std::size_t n, const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto work = [&] {
    for (std::size_t i = next.fetch_add(1); i < n; i = next.fetch_add(1)) {
      try {
        body(i);
      } catch (...) {
        const std::lock_guard lock{mutex};
        if (!failure) failure = std::current_exception();
        next.store(n);
      }
    }
  };
  const std::size_t cpus = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < std::min(cpus, n); ++i)
    threads.push_back(start_thread("sq-work", -1, work));
  work();
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

void wait_idle(settings::Idle idle) noexcept {
  switch (idle) {
    case settings::Idle::Spin: __builtin_ia32_pause(); return;
    case settings::Idle::Yield: std::this_thread::yield(); return;
    case settings::Idle::Sleep: std::this_thread::sleep_for(std::chrono::microseconds{50}); return;
  }
}
}  // namespace sq::app
